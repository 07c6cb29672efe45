// /known-issues: for staff with estimates and matches, for partners those that concern their units.
import { z } from 'zod';
import { getCohortOf, type NamedCohort, nameCohorts } from '../claim/cohort.ts';
import { may } from '../core/actor.ts';
import type { Ctx } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, Facts, Field, Filters, Form, PageHead, Pager, Select, Table } from '../web/parts.tsx';
import { ListQuery, parseInput } from '../web/route.ts';
import { type Edit, savingEdit } from '../web/staleEdit.tsx';
import { cohortsAsked } from './atRisk.ts';
import { AskedCohort, getAskedCohort } from './cohort.ts';
import { addKnownIssue, changeKnownIssue, decideKnownIssue } from './knownIssue.ts';
import { fieldsOf, formOf, IssueFields, IssueForm, issueFieldNames, toldByAlert } from './knownIssueForm.tsx';
import { AddKnownIssue, ChangeKnownIssue, DecideKnownIssue, DecideMatch, KnownIssueFilter } from './knownIssueInputs.ts';
import { decideMatch, matchOneIssue } from './knownIssueMatch.ts';
import { getKnownIssue, listKnownIssues, viewKnownIssue } from './knownIssueQueries.ts';
import { StaffPart } from './knownIssueViews.tsx';
import { words } from './knownIssueWords.ts';
import { type KnownIssueState, knownIssueStates } from './lifecycle.ts';
import { CohortFields } from './views.tsx';

export const knownIssuePages = newPages();

const tones = { draft: 'neutral', published: 'warn', fixed: 'good', withdrawn: 'neutral' } as const;
const State = ({ c, state }: { c: AppContext; state: KnownIssueState }) => <Badge tone={tones[state]}>{words(c.var.locale)[`state_${state}`]}</Badge>;
const titleOf = (c: AppContext, row: { title_en: string; title_ja: string }): string => (c.var.locale === 'ja' ? row.title_ja : row.title_en);

page(knownIssuePages, '/known-issues', 'unit:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, ListQuery.extend(KnownIssueFilter.shape));
  const { items, next_cursor } = await listKnownIssues(c.var.ctx, { limit, cursor, sort }, filter);
  return show(
    c,
    { title: w.known_issues, nav: '/investigations' },
    <>
      <PageHead title={w.known_issues}>
        {may(c.var.ctx.actor, 'investigation:write') ? (
          <a class="button primary" href="/known-issues/new">
            {w.new_issue}
          </a>
        ) : null}
      </PageHead>
      <Filters c={c}>
        <Field label={w.search} name="q" type="search" value={filter.q ?? null} />
        <Select
          label={w.state}
          name="state"
          value={filter.state}
          options={knownIssueStates.map((state) => ({ value: state, label: w[`state_${state}`] }))}
          blank="–"
        />
      </Filters>
      <Table
        c={c}
        caption={w.known_issues}
        rows={items}
        columns={[
          { head: w.number, sort: 'number', cell: (row) => <a href={`/known-issues/${row.id}`}>{row.number}</a> },
          { head: w.title, cell: (row) => titleOf(c, row) },
          { head: w.state, cell: (row) => <State c={c} state={row.state} /> },
          { head: w.fixed_in, cell: (row) => row.fixed_in ?? '' },
          { head: w.updated, sort: 'updated_at', cell: (row) => <Age c={c} at={row.updated_at} /> },
        ]}
      />
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});

page(knownIssuePages, '/known-issues/new', 'investigation:write', async (c) => {
  const w = words(c.var.locale);
  const { investigation_id, ...asked } = readQuery(c, AskedCohort.extend({ investigation_id: z.string().max(64).optional() }));
  const cohort = await suspected(c.var.ctx, asked, investigation_id);
  return show(
    c,
    { title: w.new_issue, nav: '/investigations' },
    <>
      <PageHead title={w.new_issue} />
      <Form action="/known-issues">
        {investigation_id === undefined ? null : <input type="hidden" name="investigation_id" value={investigation_id} />}
        <IssueFields c={c} value={await toldByAlert(c.var.ctx, asked.alert_id, cohort)} />
        <CohortFields locale={c.var.locale} value={cohort} />
        <button type="submit" class="primary">
          {w.save}
        </button>
      </Form>
    </>,
  );
});

/** The cohort a link brings along, else the first its investigation suspects. */
async function suspected(ctx: Ctx, asked: AskedCohort, investigation_id: string | undefined): Promise<NamedCohort | undefined> {
  if (asked.model_id !== undefined || asked.model !== undefined || asked.unit_id !== undefined) return getAskedCohort(ctx, asked);
  if (investigation_id === undefined) return undefined;
  return (await nameCohorts(ctx, await cohortsAsked(ctx, { investigation_id })))[0];
}

const NewIssueForm = IssueForm.extend({
  investigation_id: z.string().optional(),
  model_code: z.string(),
  hw_rev: z.string().optional(),
  batch_code: z.string().optional(),
  firmware_code: z.string().optional(),
});

action(knownIssuePages, '/known-issues', 'investigation:write', async (c) => {
  const { investigation_id, model_code, hw_rev, batch_code, firmware_code, ...form } = await readForm(c, NewIssueForm);
  const cohort = await getCohortOf(c.var.ctx, { model_code, hw_rev, batch_code, firmware_code });
  const row = await addKnownIssue(c.var.ctx, parseInput(AddKnownIssue, { ...(await fieldsOf(c.var.ctx, form)), investigation_id, cohorts: [cohort] }));
  return seeOther(c, `/known-issues/${row.id}`, words(c.var.locale).saved);
});

action(knownIssuePages, '/known-issues/:id', 'investigation:write', async (c) => {
  const id = c.req.param('id') ?? '';
  const edit: Edit = {
    title: words(c.var.locale).change,
    nav: '/investigations',
    path: `/known-issues/${id}`,
    fields: await issueFieldNames(c),
    stored: async () => formOf(c.var.ctx, (await viewKnownIssue(c.var.ctx, id)).issue),
  };
  return savingEdit(c, edit, async (version) => {
    const row = await changeKnownIssue(c.var.ctx, id, parseInput(ChangeKnownIssue, await fieldsOf(c.var.ctx, await readForm(c, IssueForm))), version);
    if (row.state === 'published') await matchOneIssue(c.var.ctx, id);
    return seeOther(c, edit.path, words(c.var.locale).saved);
  });
});

page(knownIssuePages, '/known-issues/:id', 'unit:read', async (c) => {
  const w = words(c.var.locale);
  const row = await getKnownIssue(c.var.ctx, c.req.param('id') ?? '');
  const workaround = c.var.locale === 'ja' ? (row.workaround_ja ?? row.workaround_en) : (row.workaround_en ?? row.workaround_ja);
  return show(
    c,
    { title: `${row.number} ${titleOf(c, row)}`, nav: '/investigations' },
    <>
      <PageHead title={`${row.number} ${titleOf(c, row)}`} sub={<State c={c} state={row.state} />} />
      <Facts
        facts={[
          [w.workaround, workaround ?? '–'],
          [w.fixed_in, row.fixed_in ?? '–'],
        ]}
      />
      {c.var.ctx.actor.partner_id === null ? <StaffPart c={c} view={await viewKnownIssue(c.var.ctx, row.id)} /> : null}
    </>,
  );
});

action(knownIssuePages, '/known-issues/:id/decision', 'investigation:write', async (c) => {
  const row = await decideKnownIssue(c.var.ctx, c.req.param('id') ?? '', await readForm(c, DecideKnownIssue));
  if (row.state === 'published') await matchOneIssue(c.var.ctx, row.id);
  return seeOther(c, `/known-issues/${row.id}`, words(c.var.locale).saved);
});

action(knownIssuePages, '/known-issues/:id/matches', 'return:write', async (c) => {
  const { back, ...decision } = await readForm(
    c,
    DecideMatch.extend({
      back: z
        .string()
        .regex(/^\/(cases|return-units)\/\w+$/)
        .optional(),
    }),
  );
  await decideMatch(c.var.ctx, c.req.param('id') ?? '', decision);
  return seeOther(c, back ?? `/known-issues/${c.req.param('id') ?? ''}`, words(c.var.locale).saved);
});
