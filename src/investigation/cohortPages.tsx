// /cohorts: one cohort from wherever a person stands (an alert, a unit, a row of the failure rates), with what can be done about it.
import type { Child } from 'hono/jsx';
import { z } from 'zod';
import { stateWords } from '../alert/words.ts';
import { cohortName, type NamedCohort } from '../claim/cohort.ts';
import { EvidenceButton } from '../claim/evidenceButton.tsx';
import { words as claimWords } from '../claim/words.ts';
import { may } from '../core/actor.ts';
import { placeHold } from '../stock/hold.ts';
import { DeedLinks } from '../web/deedForm.tsx';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Facts, Field, Form, Moment, Num, PageHead, Section, Table } from '../web/parts.tsx';
import { countAtRisk } from './atRisk.ts';
import { AskedCohort, cohortQuery, getAskedCohort, widerCohorts } from './cohort.ts';
import { type CohortRecord, listCohortRecords } from './cohortRecords.ts';
import { words } from './cohortWords.ts';
import { listDisplaced, moveToSubstitute } from './displaced.ts';
import { DisplacedTable } from './displacedViews.tsx';
import { words as issueWords } from './knownIssueWords.ts';
import { problemNumbers } from './numbers.ts';
import { Rate } from './views.tsx';
import { words as investigationWords } from './words.ts';

export const cohortPages = newPages();

page(cohortPages, '/cohorts', 'investigation:read', async (c) => {
  const asked = readQuery(c, AskedCohort);
  const cohort = await getAskedCohort(c.var.ctx, asked);
  const records = await listCohortRecords(c.var.ctx, cohort);
  return show(
    c,
    { title: cohortName(cohort, c.var.locale), nav: '/failure-rates' },
    <>
      <PageHead title={cohortName(cohort, c.var.locale)} sub={<Wider c={c} cohort={cohort} />} />
      {await Deeds({ c, cohort, alert_id: asked.alert_id })}
      {await Numbers({ c, cohort })}
      <Records c={c} records={records} />
      {await TakenBack({ c, cohort, records })}
    </>,
  );
});

const Wider = ({ c, cohort }: { c: AppContext; cohort: NamedCohort }) => {
  const wider = widerCohorts(cohort);
  return wider.length === 0 ? null : (
    <>
      {words(c.var.locale).wider}:{' '}
      {wider.map((other) => (
        <>
          <a href={`/cohorts?${cohortQuery(other)}`}>{cohortName(other, c.var.locale)}</a>{' '}
        </>
      ))}
    </>
  );
};

async function Deeds({ c, cohort, alert_id }: { c: AppContext; cohort: NamedCohort; alert_id: string | undefined }) {
  const w = words(c.var.locale);
  const { actor } = c.var.ctx;
  const query = cohortQuery(cohort);
  const source = alert_id === undefined ? '' : `&source_kind=alert&source_id=${alert_id}`;
  const links = [
    [may(actor, 'investigation:write'), `/investigations/new?${query}${source}`, w.investigate],
    [true, `/at-risk?${query}`, w.at_risk(await countAtRisk(c.var.ctx, [cohort]))],
    [may(actor, 'investigation:write'), `/known-issues/new?${query}`, w.known_issue],
    [may(actor, 'notice:write'), `/notices/new?${query}`, w.notice],
    [true, `/units?${query}`, w.units],
    [true, `/failure-rates?by=batch&by2=firmware&maker=${encodeURIComponent(cohort.maker_code)}&model=${encodeURIComponent(cohort.model_code)}`, w.rates],
  ] as const;
  return (
    <div class="actions">
      <DeedLinks links={links} />
      <EvidenceButton c={c} kind="cohort" fields={partsOf(cohort)} />
      {may(actor, 'stock:write') || may(actor, 'stock:approve') ? (
        <details>
          <summary>{w.hold}</summary>
          {/* Inside, so that a link to it opens the details. */}
          <div id="hold">
            <Form action="/cohorts/holds" label={w.hold}>
              {Object.entries(partsOf(cohort)).map(([name, value]) => (value === null ? null : <input type="hidden" name={name} value={value} />))}
              {alert_id === undefined ? null : <input type="hidden" name="alert_id" value={alert_id} />}
              <Field label={w.reason} name="reason" required />
              <button type="submit">{w.hold}</button>
            </Form>
          </div>
        </details>
      ) : null}
    </div>
  );
}

const partsOf = ({ model_id, hw_rev, batch_id, firmware_id }: NamedCohort) => ({ model_id, hw_rev, batch_id, firmware_id });

const HoldForm = AskedCohort.extend({ model_id: z.string().max(64), reason: z.string().trim().min(1).max(500) });

action(cohortPages, '/cohorts/holds', 'stock:read', async (c) => {
  const { reason, alert_id, ...asked } = await readForm(c, HoldForm);
  const cohort = await getAskedCohort(c.var.ctx, asked);
  await placeHold(c.var.ctx, cohort, alert_id === undefined ? { reason } : { reason, cause_kind: 'alert', cause_id: alert_id });
  return seeOther(c, `/cohorts?${cohortQuery(cohort)}`, words(c.var.locale).held);
});

async function Numbers({ c, cohort }: { c: AppContext; cohort: NamedCohort }) {
  const w = words(c.var.locale);
  const numbers = await problemNumbers(c.var.ctx, { cohorts: [cohort], links: [] });
  const count = (value: number) => <Num value={value} locale={c.var.locale} />;
  return (
    <Section title={`${w.numbers} (${numbers.as_of_on})`}>
      <Facts
        facts={[
          [w.rate, <Rate numbers={numbers} locale={c.var.locale} />],
          [w.exposure, count(numbers.exposure_days)],
          [
            w.returned,
            <>
              {count(numbers.returned)}: {count(numbers.confirmed)} / {count(numbers.nff)} / {count(numbers.untriaged)}
            </>,
          ],
          [
            w.in_service,
            <>
              {count(numbers.in_service)} / {count(numbers.units)}
            </>,
          ],
          [w.customers, count(numbers.customers)],
        ]}
      />
    </Section>
  );
}

function Records({ c, records }: { c: AppContext; records: readonly CohortRecord[] }) {
  const w = words(c.var.locale);
  return (
    <Section title={w.records} id="records">
      <Table
        c={c}
        caption={w.records}
        rows={records}
        empty={w.none}
        columns={[
          { head: w.kind, cell: (row) => w[row.kind] },
          { head: w.record, cell: (row) => <a href={pathOf(row)}>{row.label}</a> },
          { head: w.state, cell: (row) => stateOf(c, row) },
          { head: w.on, cell: (row) => <Moment c={c} at={row.on_at} /> },
        ]}
      />
    </Section>
  );
}

/** Promises that the holds on this cohort took back. */
async function TakenBack({ c, cohort, records }: { c: AppContext; cohort: NamedCohort; records: readonly CohortRecord[] }) {
  const tables: Child[] = [];
  for (const { id } of records.filter((row) => row.kind === 'stock_hold')) {
    const rows = await listDisplaced(c.var.ctx, { hold_id: id });
    if (rows.length > 0) tables.push(<DisplacedTable c={c} base={`/cohorts/holds/${id}`} query={cohortQuery(cohort)} rows={rows} />);
  }
  return tables.length === 0 ? null : <Section title={issueWords(c.var.locale).displaced}>{tables}</Section>;
}

action(cohortPages, '/cohorts/holds/:id/displaced/:reservation_id', 'stock:write', async (c) => {
  await moveToSubstitute(c.var.ctx, { hold_id: c.req.param('id') ?? '' }, c.req.param('reservation_id') ?? '');
  const { back } = await readForm(c, z.object({ back: z.string().regex(/^[\w=&%.+-]*$/) }));
  return seeOther(c, `/cohorts?${back}`, issueWords(c.var.locale).moved);
});

function pathOf({ kind, id }: CohortRecord): string {
  switch (kind) {
    case 'stock_hold':
      return `/stock/holds?id=${id}`;
    case 'investigation':
      return `/investigations/${id}`;
    case 'known_issue':
      return `/known-issues/${id}`;
    case 'alert':
      return `/alerts/${id}`;
    case 'claim':
      return `/claims/${id}`;
    case 'evidence_pack':
      return `/evidence-packs/${id}`;
    default:
      return kind satisfies never;
  }
}

/** The word of each feature for its own state. */
function stateOf(c: AppContext, { kind, state }: CohortRecord): string {
  const labels: Readonly<Record<string, unknown>> =
    kind === 'alert'
      ? stateWords(c.var.locale)
      : kind === 'claim'
        ? claimWords(c.var.locale)
        : kind === 'known_issue'
          ? issueWords(c.var.locale)
          : investigationWords(c.var.locale);
  if (kind === 'stock_hold') return words(c.var.locale).active;
  const label = labels[kind === 'alert' ? (state ?? '') : `state_${state}`];
  return typeof label === 'string' ? label : '–';
}
