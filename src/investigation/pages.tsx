// /investigations: the list with those nobody attends to, and the form that opens one. One investigation is in recordPages.
import { z } from 'zod';
import { byNumber } from '../claim/attend.tsx';
import { cohortName, getCohortOf, type NamedCohort } from '../claim/cohort.ts';
import { listStaff } from '../claim/staff.ts';
import { may } from '../core/actor.ts';
import { BulkBar, bulkPages } from '../web/bulkPages.tsx';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Field, Filters, Form, PageHead, Pager, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { ListQuery, parseInput } from '../web/route.ts';
import { investigationDeeds } from './bulk.ts';
import { AskedCohort, getAskedCohort } from './cohort.ts';
import { cohortPages } from './cohortPages.tsx';
import { InvestigationFilter, OpenInvestigation } from './inputs.ts';
import { knownIssuePages } from './knownIssuePages.tsx';
import { investigationStates } from './lifecycle.ts';
import { openInvestigation } from './open.ts';
import { listInvestigations, listUnattended, type UnattendedInvestigation } from './queries.ts';
import { recordForms } from './recordForms.ts';
import { recordPages } from './recordPages.tsx';
import { riskPages } from './riskPages.tsx';
import { stepForms } from './stepForms.ts';
import { testPages } from './testPages.tsx';
import { testTemplatePages } from './testTemplatePages.tsx';
import { CohortFields, StateBadge } from './views.tsx';
import { words } from './words.ts';

export const investigationPages = newPages();

page(investigationPages, '/investigations', 'investigation:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, ListQuery.extend(InvestigationFilter.shape));
  const { items, next_cursor } = await listInvestigations(c.var.ctx, { limit, cursor, sort }, filter);
  const states = [{ value: 'active', label: w.active }, ...investigationStates.map((state) => ({ value: state, label: w[`state_${state}`] }))];
  const staff = (await listStaff(c.var.ctx)).map((user) => ({ value: user.id, label: user.name }));
  return show(
    c,
    { title: w.investigations, nav: '/investigations' },
    <>
      <PageHead title={w.investigations}>
        <a class="button" href="/known-issues">
          {w.known_issues}
        </a>
        <a class="button" href="/test-records">
          {w.tests}
        </a>
        {may(c.var.ctx.actor, 'investigation:write') ? (
          <a class="button primary" href="/investigations/new">
            {w.open_one}
          </a>
        ) : null}
      </PageHead>
      <Unattended c={c} rows={await listUnattended(c.var.ctx)} />
      <Filters c={c}>
        <Field label={w.search} name="q" type="search" value={filter.q ?? null} />
        <Select label={w.state} name="state" value={filter.state} options={states} blank="–" />
        <Select label={w.owner} name="owner_id" value={filter.owner_id} options={staff} blank="–" />
        {filter.due_by === undefined ? null : <Field label={w.next_on} name="due_by" type="date" value={filter.due_by} />}
      </Filters>
      <Table
        c={c}
        caption={w.investigations}
        rows={items}
        {...(may(c.var.ctx.actor, 'investigation:write') ? { choose: byNumber } : {})}
        columns={[
          { head: w.number, sort: 'number', cell: (row) => <a href={`/investigations/${row.id}`}>{row.number}</a> },
          { head: w.title, cell: (row) => row.title },
          { head: w.state, sort: 'state', cell: (row) => <StateBadge state={row.state} locale={c.var.locale} /> },
          { head: w.owner, cell: (row) => row.owner_name ?? w.no_owner },
          { head: w.next_on, sort: 'next_on', cell: (row) => `${row.next_on ?? w.no_next_date} ${row.next_step ?? ''}` },
          { head: w.updated, sort: 'updated_at', cell: (row) => <Age c={c} at={row.updated_at} /> },
        ]}
      />
      <BulkBar c={c} deeds={investigationDeeds} />
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});

investigationPages.route('/', bulkPages('/investigations', 'investigation:write', investigationDeeds));

function Unattended({ c, rows }: { c: AppContext; rows: readonly UnattendedInvestigation[] }) {
  const w = words(c.var.locale);
  if (rows.length === 0) return null;
  return (
    <Section title={`${w.unattended} (${rows.length})`} id="unattended">
      <p class="sub">{w.unattended_hint}</p>
      <ul>
        {rows.map((row) => (
          <li>
            <a href={`/investigations/${row.id}`}>{row.number}</a> {row.title}: {row.neglect.map((neglect) => w[neglect]).join(', ')} {row.next_on}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What a link from an alert, a return, a case, a unit or a row of the failure rates brings along. */
const Prefill = AskedCohort.extend({
  source_kind: z.enum(['alert', 'return_unit', 'case', 'manual']).default('manual'),
  source_id: z.string().max(64).optional(),
  title: z.string().max(300).optional(),
});

page(investigationPages, '/investigations/new', 'investigation:write', async (c) => {
  const w = words(c.var.locale);
  const { source_kind, source_id, title, ...asked } = readQuery(c, Prefill);
  const staff = (await listStaff(c.var.ctx)).map((user) => ({ value: user.id, label: user.name }));
  const named = asked.model_id !== undefined || asked.model !== undefined || asked.unit_id !== undefined;
  const cohort = named ? await getAskedCohort(c.var.ctx, asked) : undefined;
  return show(
    c,
    { title: w.open_one, nav: '/investigations' },
    <>
      <PageHead title={w.open_one} sub={source_id === undefined ? undefined : `${w.source}: ${w[`source_${source_kind}`]}`} />
      <Form action="/investigations">
        <input type="hidden" name="source_kind" value={source_kind} />
        {source_id === undefined ? null : <input type="hidden" name="source_id" value={source_id} />}
        {cohort === undefined ? null : <SuspectedCohort c={c} cohort={cohort} />}
        <Field label={w.title} name="title" required value={title ?? (cohort === undefined ? null : cohortName(cohort, c.var.locale))} autofocus />
        <TextArea label={w.problem} name="problem" required />
        <Select label={w.owner} name="owner_id" value={c.var.ctx.actor.id} options={staff} />
        <Field label={w.next_on} name="next_on" type="date" />
        <Field label={w.next_step} name="next_step" />
        {cohort === undefined ? <CohortFields locale={c.var.locale} required={false} /> : null}
        <button type="submit" class="primary">
          {w.open_one}
        </button>
      </Form>
    </>,
  );
});

function SuspectedCohort({ c, cohort }: { c: AppContext; cohort: NamedCohort }) {
  const { model_id, hw_rev, batch_id, firmware_id } = cohort;
  return (
    <p>
      {words(c.var.locale).cohort}: <strong>{cohortName(cohort, c.var.locale)}</strong>
      {Object.entries({ model_id, hw_rev, batch_id, firmware_id }).map(([name, value]) =>
        value === null ? null : <input type="hidden" name={name} value={value} />,
      )}
    </p>
  );
}

const OpenForm = Prefill.pick({ source_kind: true, source_id: true, model_id: true, hw_rev: true, batch_id: true, firmware_id: true }).extend({
  title: z.string(),
  problem: z.string(),
  owner_id: z.string().optional(),
  next_on: z.string().optional(),
  next_step: z.string().optional(),
  model_code: z.string().optional(),
  batch_code: z.string().optional(),
  firmware_code: z.string().optional(),
});

action(investigationPages, '/investigations', 'investigation:write', async (c) => {
  const { model_code, batch_code, firmware_code, model_id, hw_rev, batch_id, firmware_id, ...form } = await readForm(c, OpenForm);
  const named = model_code === undefined ? [] : [await getCohortOf(c.var.ctx, { model_code, hw_rev, batch_code, firmware_code })];
  const given = model_id === undefined ? [] : [{ model_id, hw_rev: hw_rev ?? null, batch_id: batch_id ?? null, firmware_id: firmware_id ?? null }];
  const row = await openInvestigation(c.var.ctx, parseInput(OpenInvestigation, { ...form, cohorts: [...given, ...named] }));
  return seeOther(c, `/investigations/${row.id}`, words(c.var.locale).opened_done);
});

for (const part of [cohortPages, recordPages, recordForms, stepForms, knownIssuePages, testPages, testTemplatePages, riskPages])
  investigationPages.route('/', part);
