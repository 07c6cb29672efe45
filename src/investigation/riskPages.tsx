// /at-risk: the next customers of a cohort or an investigation, the holds, and the one action that prepares replacements.
import { z } from 'zod';
import { cohortName, nameCohorts } from '../claim/cohort.ts';
import { may } from '../core/actor.ts';
import { invalid } from '../core/problem.ts';
import { releaseHold } from '../stock/hold.ts';
import { withQuery } from '../web/address.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Badge, Field, Form, Moment, PageHead, Pager, Section, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { cohortsAsked, countAtRisk, listAtRisk, type UnitAtRisk } from './atRisk.ts';
import { AskedCohort, cohortQuery, getAskedCohort } from './cohort.ts';
import { listDisplaced, moveToSubstitute } from './displaced.ts';
import { DisplacedTable } from './displacedViews.tsx';
import { holdSuspects, listHolds } from './hold.ts';
import { words } from './knownIssueWords.ts';
import { prepareReplacements } from './replace.ts';

export const riskPages = newPages();

page(riskPages, '/at-risk', 'investigation:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, investigation_id, ...asked } = readQuery(
    c,
    ListQuery.extend(AskedCohort.shape).extend({ investigation_id: z.string().optional() }),
  );
  const cohorts = investigation_id === undefined ? [await getAskedCohort(c.var.ctx, asked)] : await cohortsAsked(c.var.ctx, { investigation_id });
  const { items, next_cursor } = await listAtRisk(c.var.ctx, cohorts, { limit, cursor, sort });
  return show(
    c,
    { title: w.at_risk, nav: '/investigations', kind: 'wide' },
    <>
      <PageHead title={w.at_risk} sub={`${w.total}: ${await countAtRisk(c.var.ctx, cohorts)}`}>
        {investigation_id === undefined ? null : (
          <a class="button" href={`/investigations/${investigation_id}`}>
            {w.investigation}
          </a>
        )}
      </PageHead>
      <p>
        {(await nameCohorts(c.var.ctx, cohorts)).map((cohort) => (
          <>
            <a href={`/cohorts?${cohortQuery(cohort)}`}>{cohortName(cohort, c.var.locale)}</a>{' '}
          </>
        ))}
      </p>
      {investigation_id === undefined ? null : <Holds c={c} id={investigation_id} />}
      <Section title={w.next_victims}>
        <form method="post" action="/advance-replacements">
          <input type="hidden" name="back" value={withQuery(c, { done: null })} />
          {investigation_id === undefined ? null : <input type="hidden" name="investigation_id" value={investigation_id} />}
          <RiskTable c={c} rows={items} />
          {may(c.var.ctx.actor, 'return:write') && items.length > 0 ? (
            <div class="stack">
              <Field label={w.reason} name="reason" required />
              <button type="submit" class="primary">
                {w.prepare}
              </button>
            </div>
          ) : null}
        </form>
      </Section>
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});

const RiskTable = ({ c, rows }: { c: AppContext; rows: readonly UnitAtRisk[] }) => {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.at_risk}
      rows={rows}
      columns={[
        { head: w.choose, cell: (row) => <input type="checkbox" name="unit_ids" value={row.unit_id} aria-label={row.serial} /> },
        { head: w.serial, sort: 'serial', cell: (row) => <a href={`/units/${row.unit_id}`}>{row.serial}</a> },
        { head: w.model, cell: (row) => [row.model_code, row.hw_rev, row.batch_code, row.firmware].filter((part) => part !== null).join(' · ') },
        { head: w.since, sort: 'in_service_since_on', cell: (row) => row.in_service_since_on },
        { head: w.customer, cell: (row) => row.customer_name ?? '–' },
        { head: w.site, cell: (row) => [row.site_name, row.address].filter((part) => part !== null).join(' ') },
        { head: w.contact, cell: (row) => [row.contact_name, row.email, row.phone, row.partner_name].filter((part) => part !== null).join(' · ') },
      ]}
    />
  );
};

async function Holds({ c, id }: { c: AppContext; id: string }) {
  const w = words(c.var.locale);
  const holds = await listHolds(c.var.ctx, id);
  const displaced = await listDisplaced(c.var.ctx, { investigation_id: id });
  return (
    <>
      <Section title={w.holds} id="holds">
        {holds.length === 0 ? null : <HoldTable c={c} id={id} rows={holds} />}
        {may(c.var.ctx.actor, 'investigation:write') ? (
          <Form action={`/investigations/${id}/holds`}>
            <Field label={w.reason} name="reason" required />
            <button type="submit">{w.hold}</button>
          </Form>
        ) : null}
      </Section>
      {displaced.length === 0 ? null : (
        <Section title={w.displaced}>
          <DisplacedTable c={c} base={`/investigations/${id}`} rows={displaced} />
        </Section>
      )}
    </>
  );
}

type HoldRow = Awaited<ReturnType<typeof listHolds>>[number];

const HoldTable = ({ c, id, rows }: { c: AppContext; id: string; rows: readonly HoldRow[] }) => {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.holds}
      rows={rows}
      columns={[
        { head: w.model, cell: (row) => [row.model_code, row.hw_rev, row.batch_code, row.firmware_code].filter((part) => part !== null).join(' · ') },
        { head: w.reason, cell: (row) => row.reason },
        {
          head: w.held_by,
          cell: (row) => (
            <>
              {row.placed_name} <Moment c={c} at={row.placed_at} />
            </>
          ),
        },
        {
          head: '',
          cell: (row) =>
            row.state === 'released' ? (
              `${w.released}: ${row.released_name} ${row.release_reason}`
            ) : may(c.var.ctx.actor, 'stock:approve') ? (
              <Form action={`/investigations/${id}/holds/${row.id}/release`}>
                <Field label={w.reason} name="reason" required />
                <button type="submit">{w.release}</button>
              </Form>
            ) : (
              <Badge tone="bad">{w.active}</Badge>
            ),
        },
      ]}
    />
  );
};

const Reason = z.object({ reason: z.string().trim().min(1).max(500) });
const home = (id: string): string => `/at-risk?investigation_id=${id}`;

action(riskPages, '/investigations/:id/holds', 'investigation:write', async (c) => {
  const id = c.req.param('id') ?? '';
  await holdSuspects(c.var.ctx, id, await readForm(c, Reason));
  return seeOther(c, home(id), words(c.var.locale).saved);
});

action(riskPages, '/investigations/:id/holds/:hold_id/release', 'stock:approve', async (c) => {
  await releaseHold(c.var.ctx, c.req.param('hold_id') ?? '', (await readForm(c, Reason)).reason);
  return seeOther(c, home(c.req.param('id') ?? ''), words(c.var.locale).saved);
});

action(riskPages, '/investigations/:id/displaced/:reservation_id', 'stock:write', async (c) => {
  const id = c.req.param('id') ?? '';
  await moveToSubstitute(c.var.ctx, { investigation_id: id }, c.req.param('reservation_id') ?? '');
  return seeOther(c, home(id), words(c.var.locale).moved);
});

const ReplaceForm = Reason.extend({
  investigation_id: z.string().optional(),
  unit_ids: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
  /** The list the units were chosen from. */
  back: z
    .string()
    .regex(/^\?[\w=&%.+-]*$/)
    .optional(),
});
action(riskPages, '/advance-replacements', 'return:write', async (c) => {
  const { back, ...input } = await readForm(c, ReplaceForm);
  if (input.unit_ids.length === 0) throw invalid('unit_ids', ['Choose the units to replace', '交換する個体を選択してください']);
  const done = await prepareReplacements(c.var.ctx, input);
  return seeOther(
    c,
    back === undefined ? '/returns' : `/at-risk${back}`,
    words(c.var.locale).prepared(done.returns.map((row) => row.number).join(', '), done.without_stock.length, done.not_at_risk.length),
  );
});
