// One returned unit: what was reported, what its device said then, the inspection that runs, what was found before, and the decision.
import { listAttachments } from '../attachment/attach.ts';
import type { AttachmentRow } from '../attachment/table.ts';
import { may } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { type DispositionView, listDispositions } from '../returns/dispositionQueries.ts';
import type { ReturnUnitView } from '../returns/queries.ts';
import { countNoFaultFound } from '../returns/refusals.ts';
import { basisOf, optionsOf, UnitBadge } from '../returns/views.tsx';
import { coverageWords } from '../returns/warranty.ts';
import { coverageLabels, decisionLabels, dispositionLabels, words as returnWords, typeLabels, verdictLabels } from '../returns/words.ts';
import { reasonWords } from '../stock/reasons.ts';
import { placeName } from '../stock/views.tsx';
import { Deed } from '../web/deedForm.tsx';
import type { AppContext } from '../web/env.ts';
import { Badge, type Column, Facts, Field, Moment, PageHead, Section, Select, Table } from '../web/parts.tsx';
import { DecisionForm } from './decisionForm.tsx';
import { Files, UploadForm } from './files.tsx';
import { InspectionForm } from './inspectionForm.tsx';
import { QualityPart } from './qualityPart.tsx';
import { type InspectionView, listInspections } from './queries.ts';
import { SnapshotValue, snapshotField } from './snapshotWords.tsx';
import { words } from './words.ts';

export async function UnitOnBench({ c, unit }: { c: AppContext; unit: ReturnUnitView }) {
  const w = words(c.var.locale);
  const r = returnWords(c.var.locale);
  const { ctx } = c.var;
  const staff = ctx.actor.partner_id === null;
  const inspections = staff ? (await listInspections(ctx, { limit: 20 }, { return_unit_id: unit.id })).items : [];
  const decisions = staff ? (await listDispositions(ctx, { limit: 20 }, { return_unit_id: unit.id })).items : [];
  const running = inspections.find((one) => one.state === 'running');
  const bench = staff && may(ctx.actor, 'inspection:write');
  return (
    <>
      <PageHead
        title={`${unit.model_code} ${unit.serial}`}
        sub={
          <>
            <UnitBadge c={c} state={unit.state} /> <a href={`/returns/${unit.return_id}`}>{unit.number}</a> {speak(typeLabels[unit.type], c.var.locale)}
          </>
        }
      >
        <a class="button" href={`/units/${unit.unit_id}`}>
          {r.history}
        </a>
        <a class="button" href={`/units/${unit.unit_id}/label`} data-shortcut="l">
          {r.print_label}
        </a>
      </PageHead>
      <UnitFacts c={c} unit={unit} nff={await countNoFaultFound(ctx, unit.unit_id)} />
      <Snapshot c={c} unit={unit} />
      {bench && running !== undefined ? await InspectionForm({ c, inspection: running }) : null}
      {bench && running === undefined && (unit.state === 'received' || unit.state === 'inspecting') ? (
        <div class="deeds">
          <Deed action={`/return-units/${unit.id}/inspections`} title={w.start} primary={unit.verdict === null} />
          {unit.footage_erased_at === null ? <Deed action={`/return-units/${unit.id}/footage-erasure`} title={w.erase} /> : null}
        </div>
      ) : null}
      {await QualityPart({ c, subject: qualitySubject(c, unit) })}
      <Section title={w.photos}>
        <Files rows={await filesOf(ctx, unit, inspections)} />
        {may(ctx.actor, 'return:write') ? <UploadForm c={c} return_unit_id={unit.id} /> : null}
      </Section>
      {staff ? (
        <Section title={w.inspections}>
          <Table c={c} caption={w.inspections} columns={inspectionColumns(c)} rows={inspections} />
        </Section>
      ) : null}
      {staff ? (
        <Section title={w.disposition}>
          <Table c={c} caption={w.disposition} columns={decisionColumns(c)} rows={decisions} />
          {running === undefined && !decisions.some(({ state }) => state === 'requested' || state === 'posted') ? await DecisionForm({ c, unit }) : null}
        </Section>
      ) : null}
    </>
  );
}

const qualitySubject = (c: AppContext, unit: ReturnUnitView) => ({
  record_kind: 'return_unit' as const,
  record_id: unit.id,
  title: `${unit.model_code} ${(c.var.locale === 'ja' ? unit.mode_ja : unit.mode_en) ?? ''}`.trim(),
  unit_id: unit.unit_id,
  back: `/return-units/${unit.id}`,
});

/** Files beside the returned unit, and for staff those of its inspections. */
async function filesOf(ctx: Ctx, unit: ReturnUnitView, inspections: readonly InspectionView[]): Promise<AttachmentRow[]> {
  const files = await listAttachments(ctx, 'return_unit', unit.id);
  for (const { id } of inspections) files.push(...(await listAttachments(ctx, 'inspection', id)));
  return files;
}

function UnitFacts({ c, unit, nff }: { c: AppContext; unit: ReturnUnitView; nff: number }) {
  const w = words(c.var.locale);
  const r = returnWords(c.var.locale);
  const japanese = c.var.locale === 'ja';
  const desk = c.var.ctx.actor.partner_id === null && may(c.var.ctx.actor, 'return:write');
  const why = coverageWords(unit, unit.filed_on);
  return (
    <>
      <Facts
        facts={[
          [r.reported_symptom, [japanese ? unit.symptom_ja : unit.symptom_en, unit.reported_text].filter((part) => part !== null).join(' — ')],
          [r.customer, unit.customer_name],
          [r.failed_on, unit.failed_on],
          [r.returned_on, unit.returned_on],
          [r.location, unit.location === null ? null : placeName(c, unit.location)],
          [r.repeat, unit.repeat_no],
          [w.nff_count, nff],
          [r.verdict, unit.verdict === null ? null : speak(verdictLabels[unit.verdict], c.var.locale)],
          [w.footage, unit.footage_erased_at === null ? <Badge tone="warn">{w.not_erased}</Badge> : <Badge tone="good">{w.erased}</Badge>],
          [
            r.coverage,
            unit.coverage === null ? null : (
              <>
                {speak(coverageLabels[unit.coverage], c.var.locale)} <small>{why === null ? null : speak(why, c.var.locale)}</small>
              </>
            ),
          ],
          [r.warranty_basis, basisOf(c, unit)],
          [r.warranty_ends, unit.own_warranty_ends_on],
          [r.maker_warranty_ends, unit.maker_warranty_ends_on],
        ]}
      />
      {desk ? (
        <Deed action={`/return-units/${unit.id}/coverage`} title={r.coverage}>
          <Select label={r.coverage} name="coverage" value={unit.coverage} options={optionsOf(c, coverageLabels)} />
          <Field label={r.reason} name="reason" required />
        </Deed>
      ) : null}
    </>
  );
}

function Snapshot({ c, unit }: { c: AppContext; unit: ReturnUnitView }) {
  if (unit.snapshot === null) return null;
  const snapshot: Record<string, string | number | null> = JSON.parse(unit.snapshot);
  return (
    <Section title={returnWords(c.var.locale).snapshot}>
      <Facts
        facts={Object.entries(snapshot)
          .filter(([, value]) => value !== null)
          .map(([field, value]) => [snapshotField(field, c.var.locale), <SnapshotValue c={c} field={field} value={value} />] as const)}
      />
    </Section>
  );
}

const inspectionColumns = (c: AppContext): Column<InspectionView>[] => {
  const w = words(c.var.locale);
  return [
    {
      head: w.started,
      cell: (row) => (
        <a href={`/inspections/${row.id}`}>
          <Moment c={c} at={row.started_at} />
        </a>
      ),
    },
    { head: w.inspector, cell: (row) => row.inspector_name },
    {
      head: w.result,
      cell: (row) =>
        row.result === null ? (
          <Badge tone="info">{w.running}</Badge>
        ) : (
          <Badge tone={row.result === 'pass' ? 'good' : 'bad'}>{row.result === 'pass' ? w.pass : w.fail}</Badge>
        ),
    },
    { head: w.verdict, cell: (row) => (row.verdict === null ? null : speak(verdictLabels[row.verdict], c.var.locale)) },
    { head: w.note, cell: (row) => row.note },
  ];
};

const decisionColumns = (c: AppContext): Column<DispositionView>[] => {
  const w = words(c.var.locale);
  return [
    { head: w.disposition, cell: (row) => speak(dispositionLabels[row.disposition], c.var.locale) },
    {
      head: w.result,
      cell: (row) =>
        row.state === 'requested' ? (
          <a href={`/returns/${row.return_id}`}>
            <Badge tone="warn">{w.waits}</Badge>
          </a>
        ) : (
          <Badge tone={row.state === 'posted' || row.state === 'done' ? 'good' : 'neutral'}>{speak(decisionLabels[row.state], c.var.locale)}</Badge>
        ),
    },
    { head: w.decided_by, cell: (row) => [row.requested_name, row.approved_name].filter((name) => name !== null).join(' / ') },
    { head: w.decided_at, cell: (row) => <Moment c={c} at={row.requested_at} /> },
    { head: w.reason, cell: (row) => reasonWords(row.override_reason ?? row.reversal_reason ?? row.reason, c.var.locale) },
    {
      head: w.reverse,
      cell: (row) =>
        row.state === 'posted' && row.move_id !== null && may(c.var.ctx.actor, 'return:write') ? (
          <Deed action={`/dispositions/${row.id}/reversal`} title={w.reverse}>
            <Field label={w.reason} name="reason" required />
          </Deed>
        ) : null,
    },
  ];
};
