// The record of one inspection, to read and to print: every step with its value, range and photo, what was found, by whom and when.
import { listAttachments } from '../attachment/attach.ts';
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { words as returnWords, verdictLabels } from '../returns/words.ts';
import type { AppContext } from '../web/env.ts';
import { newPages, page, show } from '../web/page.tsx';
import { Badge, type Column, Facts, Moment, PageHead, Section, Table } from '../web/parts.tsx';
import { Files, Picture } from './files.tsx';
import { getInspection, type InspectionView, listAnswers, listSteps } from './queries.ts';
import type { ChecklistStepRow, InspectionStepRow } from './table.ts';
import { words } from './words.ts';

export const recordPages = newPages();

page(recordPages, '/inspections/:id', 'inspection:read', async (c) => {
  const w = words(c.var.locale);
  const inspection = await getInspection(c.var.ctx, c.req.param('id') ?? '');
  const title = `${w.record} ${inspection.model_code} ${inspection.serial}`;
  const answers = new Map((await listAnswers(c.var.ctx, inspection.id)).map((answer) => [answer.step_id, answer]));
  const lines = (await listSteps(c.var.ctx, inspection.checklist_id)).map((step) => ({ step, answer: answers.get(step.id) }));
  const shown = new Set([...answers.values()].map(({ attachment_id }) => attachment_id));
  const others = (await listAttachments(c.var.ctx, 'inspection', inspection.id)).filter(({ id }) => !shown.has(id));
  return show(
    c,
    { title, nav: '/returns' },
    <>
      <PageHead title={title}>
        <a class="button" href={`/return-units/${inspection.return_unit_id}`}>
          {w.back_to_unit}
        </a>
      </PageHead>
      <Facts facts={await factsOf(c, inspection)} />
      <Section title={w.checklist}>
        <Table c={c} caption={w.checklist} columns={columns(c)} rows={lines} />
      </Section>
      {others.length === 0 ? null : (
        <Section title={w.photos}>
          <Files rows={others} />
        </Section>
      )}
    </>,
  );
});

async function factsOf(c: AppContext, inspection: InspectionView) {
  const w = words(c.var.locale);
  const names = await codeNames(c.var.ctx, inspection);
  const named = (id: string | null) => {
    const name = id === null ? undefined : names.get(id);
    return name === undefined ? null : speak(name, c.var.locale);
  };
  return [
    [w.return, <a href={`/returns/${inspection.return_id}`}>{inspection.number}</a>],
    [
      w.result,
      inspection.result === null ? (
        <Badge tone="info">{w.running}</Badge>
      ) : (
        <Badge tone={inspection.result === 'pass' ? 'good' : 'bad'}>{w[inspection.result]}</Badge>
      ),
    ],
    [returnWords(c.var.locale).verdict, inspection.verdict === null ? null : speak(verdictLabels[inspection.verdict], c.var.locale)],
    [w.reproduced, named(inspection.reproduced_symptom_id)],
    [w.failure_mode, named(inspection.failure_mode_id)],
    [w.component, named(inspection.component_id)],
    [w.cause, named(inspection.cause_id)],
    [w.note, inspection.note],
    [w.inspector, inspection.inspector_name],
    [w.started, <Moment c={c} at={inspection.started_at} />],
    [w.finished, inspection.finished_at === null ? null : <Moment c={c} at={inspection.finished_at} />],
  ] as const;
}

async function codeNames(ctx: Ctx, inspection: InspectionView): Promise<Map<string, readonly [string, string]>> {
  const ids = [inspection.reproduced_symptom_id, inspection.failure_mode_id, inspection.component_id, inspection.cause_id].filter((id) => id !== null);
  if (ids.length === 0) return new Map();
  const rows = await ctx.db.selectFrom('codes').select(['id', 'name_en', 'name_ja']).where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, [row.name_en, row.name_ja]]));
}

interface Line {
  readonly step: ChecklistStepRow;
  readonly answer: InspectionStepRow | undefined;
}

const columns = (c: AppContext): Column<Line>[] => {
  const w = words(c.var.locale);
  return [
    { head: w.step, cell: ({ step }) => `${step.position}. ${speak([step.name_en, step.name_ja], c.var.locale)}` },
    { head: w.range, cell: ({ step }) => rangeOf(step) },
    { head: w.value, cell: ({ answer }) => answer?.value ?? null, numeric: true },
    {
      head: w.result,
      cell: ({ answer }) =>
        answer === undefined ? null : <Badge tone={answer.result === 'ok' ? 'good' : answer.result === 'ng' ? 'bad' : 'neutral'}>{w[answer.result]}</Badge>,
    },
    {
      head: w.photo,
      cell: ({ step, answer }) =>
        answer?.attachment_id == null ? null : (
          <a href={`/api/v1/attachments/${answer.attachment_id}`}>
            <Picture id={answer.attachment_id} name={speak([step.name_en, step.name_ja], c.var.locale)} />
          </a>
        ),
    },
    { head: w.note, cell: ({ answer }) => answer?.note ?? null },
  ];
};

/** What a measured value has to lie in, with its unit; nothing for a step that measures nothing. */
export const rangeOf = (step: ChecklistStepRow): string | null =>
  step.kind !== 'value' ? null : [`${step.min_value ?? '…'} – ${step.max_value ?? '…'}`, step.value_unit].filter((part) => part !== null).join(' ');
