// /known-issues: for staff with estimates and matches, for partners those that concern their units.
import { z } from 'zod';
import { getCohortOf, type NamedCohort, nameCohorts } from '../claim/cohort.ts';
import { parsed } from '../claim/parsed.ts';
import { may } from '../core/actor.ts';
import { invalid } from '../core/problem.ts';
import { type Locale, speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { codeOptions } from '../returns/views.tsx';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, Facts, Field, Filters, Form, PageHead, Pager, Select, Table, TextArea } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { cohortsAsked } from './atRisk.ts';
import { AskedCohort, getAskedCohort } from './cohort.ts';
import { addKnownIssue, decideKnownIssue } from './knownIssue.ts';
import { AddKnownIssue, DecideKnownIssue, DecideMatch, KnownIssueFilter } from './knownIssueInputs.ts';
import { decideMatch, matchOneIssue } from './knownIssueMatch.ts';
import { getKnownIssue, listKnownIssues, viewKnownIssue } from './knownIssueQueries.ts';
import { StaffPart } from './knownIssueViews.tsx';
import { words } from './knownIssueWords.ts';
import { type KnownIssueState, knownIssueStates } from './lifecycle.ts';
import { signatureName, signatures } from './signatures.ts';
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
  return show(
    c,
    { title: w.new_issue, nav: '/investigations' },
    <>
      <PageHead title={w.new_issue} />
      <Form action="/known-issues">
        {investigation_id === undefined ? null : <input type="hidden" name="investigation_id" value={investigation_id} />}
        <Field label={w.title_en} name="title_en" required />
        <Field label={w.title_ja} name="title_ja" required />
        <TextArea label={w.workaround_en} name="workaround_en" rows={3} />
        <TextArea label={w.workaround_ja} name="workaround_ja" rows={3} />
        <Select label={w.symptom} name="symptom" options={await codeOptions(c.var.ctx, 'symptom')} blank="–" />
        <Select label={w.failure_mode} name="failure_mode" options={await codeOptions(c.var.ctx, 'failure_mode')} blank="–" />
        <Select label={w.signal} name="signal" options={signatureOptions(c.var.locale)} blank="–" />
        <CohortFields locale={c.var.locale} value={await suspected(c.var.ctx, asked, investigation_id)} />
        <button type="submit" class="primary">
          {w.save}
        </button>
      </Form>
    </>,
  );
});

const signatureOptions = (locale: Locale) => signatures.map((name) => ({ value: name, label: speak(signatureName(name), locale) }));

/** The cohort a link brings along, else the first its investigation suspects. */
async function suspected(ctx: Ctx, asked: AskedCohort, investigation_id: string | undefined): Promise<NamedCohort | undefined> {
  if (asked.model_id !== undefined || asked.model !== undefined || asked.unit_id !== undefined) return getAskedCohort(ctx, asked);
  if (investigation_id === undefined) return undefined;
  return (await nameCohorts(ctx, await cohortsAsked(ctx, { investigation_id })))[0];
}

const IssueForm = z.object({
  title_en: z.string(),
  title_ja: z.string(),
  workaround_en: z.string().optional(),
  workaround_ja: z.string().optional(),
  symptom: z.string().optional(),
  failure_mode: z.string().optional(),
  signal: z.string().optional(),
  investigation_id: z.string().optional(),
  model_code: z.string(),
  hw_rev: z.string().optional(),
  batch_code: z.string().optional(),
  firmware_code: z.string().optional(),
});

action(knownIssuePages, '/known-issues', 'investigation:write', async (c) => {
  const { symptom, failure_mode, model_code, hw_rev, batch_code, firmware_code, ...form } = await readForm(c, IssueForm);
  const cohort = await getCohortOf(c.var.ctx, { model_code, hw_rev, batch_code, firmware_code });
  const row = await addKnownIssue(
    c.var.ctx,
    parsed(AddKnownIssue, {
      ...form,
      symptom_id: await codeId(c.var.ctx, 'symptom', symptom),
      failure_mode_id: await codeId(c.var.ctx, 'failure_mode', failure_mode),
      cohorts: [cohort],
    }),
  );
  return seeOther(c, `/known-issues/${row.id}`, words(c.var.locale).saved);
});

async function codeId(ctx: Ctx, tree: 'symptom' | 'failure_mode', code: string | undefined): Promise<string | null> {
  if (code === undefined) return null;
  const row = await ctx.db.selectFrom('codes').select('id').where('tree', '=', tree).where('code', '=', code).executeTakeFirst();
  if (row === undefined) throw invalid(tree, [`No ${tree.replace('_', ' ')} ${code}`, `コード ${code} が見つかりません`], ctx.actor.locale);
  return row.id;
}

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
