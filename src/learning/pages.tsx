// Learning from cases on one page: causes, improvement items, reviews of bad ratings, the weekly list.
import { z } from 'zod';
import { CountedCases, pageOfCounted } from '../case/countedCases.tsx';
import { listCodes, listOwners } from '../case/queries.ts';
import { named } from '../case/rules.ts';
import { may } from '../core/actor.ts';
import { formatNumber } from '../core/formats.ts';
import { CalendarDay } from '../core/given.ts';
import { addDays } from '../core/time.ts';
import { today } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Badge, Field, Filters, Form, PageHead, Section, Select, TextArea } from '../web/parts.tsx';
import {
  beforeAfter,
  ChangeImprovement,
  dateChange,
  getImprovement,
  JudgeImprovement,
  judgeImprovement,
  listImprovements,
  ProposeImprovement,
  proposeImprovement,
} from './improve.ts';
import { Improvements, Meeting, Pareto, ProposeForm, SimpleCauses } from './learningViews.tsx';
import { listCasesOfCause, listCauses, listForMeeting, listSimpleCases, listSimpleCauses } from './pareto.ts';
import { AgreePolicy, AnswerReview, AssignReview, agreePolicy, answerReview, assignReview, listReviews, listUnreviewed } from './voc.ts';
import { AssignForm, Review } from './vocViews.tsx';
import { words } from './words.ts';

export const learningPages = newPages();

const Query = z.object({ from_on: CalendarDay.optional(), to_on: CalendarDay.optional(), by: z.enum(['cause', 'model', 'firmware']).default('cause') });

page(learningPages, '/learning', 'case:read', async (c) => {
  const { ctx } = c.var;
  const w = words(c.var.locale);
  const { from_on, to_on, by } = readQuery(c, Query);
  const until = to_on ?? today(ctx);
  const from = from_on ?? addDays(until, -89);
  const [causes, simple, meeting, improvements] = [
    await listCauses(ctx, from, until, { by }),
    await listSimpleCauses(ctx),
    await listForMeeting(ctx),
    await listImprovements(ctx),
  ];
  return show(
    c,
    { title: w.learning, nav: '/cases', kind: 'wide' },
    <>
      <PageHead title={w.learning}>
        <a href="/learning/voc">{w.voc}</a>
      </PageHead>
      <Filters c={c}>
        <Field label={w.from} name="from_on" type="date" value={from} />
        <Field label={w.to} name="to_on" type="date" value={until} />
        <Select
          label={w.by}
          name="by"
          value={by}
          options={[
            { value: 'cause', label: w.cause },
            { value: 'model', label: w.model },
            { value: 'firmware', label: w.firmware },
          ]}
        />
      </Filters>
      <Pareto c={c} causes={causes} by={by} days={{ from_on: from, to_on: until }} />
      <SimpleCauses c={c} causes={simple} />
      <Meeting c={c} meeting={meeting} />
      <Section title={w.improvements}>
        <Improvements c={c} improvements={improvements} />
        <ProposeForm c={c} owners={await listOwners(ctx)} causes={await listCodes(ctx, 'cause')} />
      </Section>
    </>,
  );
});

const Id = z.string().max(64);
const CauseCases = Query.extend({
  from_on: CalendarDay,
  to_on: CalendarDay,
  cause_id: Id.optional(),
  model_id: Id.optional(),
  firmware_id: Id.optional(),
  cursor: z.string().optional(),
});

page(learningPages, '/learning/cases', 'case:read', async (c) => {
  const { from_on, to_on, by, cursor, cause_id = null, model_id = null, firmware_id = null } = readQuery(c, CauseCases);
  const ids = await listCasesOfCause(c.var.ctx, from_on, to_on, by, { cause_id, model_id, firmware_id });
  return showCases(c, `${from_on} – ${to_on} · ${await causeName(c, cause_id)}`, ids, cursor);
});

page(learningPages, '/learning/simple-cases', 'case:read', async (c) => {
  const { cause_id, cursor } = readQuery(c, z.object({ cause_id: Id, cursor: z.string().optional() }));
  return showCases(c, `${words(c.var.locale).simple} · ${await causeName(c, cause_id)}`, await listSimpleCases(c.var.ctx, cause_id), cursor);
});

const showCases = async (c: AppContext, sub: string, ids: readonly string[], cursor: string | undefined): Promise<Response> =>
  show(
    c,
    { title: words(c.var.locale).learning, nav: '/cases' },
    <>
      <PageHead title={words(c.var.locale).learning} sub={sub} />
      <CountedCases c={c} total={ids.length} found={await pageOfCounted(c.var.ctx, ids, cursor)} />
    </>,
  );

async function causeName(c: AppContext, cause_id: string | null): Promise<string> {
  const code = (await listCodes(c.var.ctx, 'cause')).find(({ id }) => id === cause_id);
  return code === undefined ? words(c.var.locale).no_cause : named(code, c.var.locale);
}

action(learningPages, '/learning/improvements', 'case:write', async (c) => {
  const row = await proposeImprovement(c.var.ctx, await readForm(c, ProposeImprovement));
  return seeOther(c, `/learning/improvements/${row.id}`, words(c.var.locale).saved);
});

// Refusals name these by their addresses in the API.
page(learningPages, '/improvements/:id', 'case:read', (c) => c.redirect(`/learning/improvements/${c.req.param('id')}`));
page(learningPages, '/voc-reviews/:id', 'case:read', (c) => c.redirect('/learning/voc'));

page(learningPages, '/learning/improvements/:id', 'case:read', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const row = await getImprovement(ctx, c.req.param('id') ?? '');
  const numbers = await beforeAfter(ctx, row);
  const ratio = numbers?.comparison ?? null;
  const text = (value: number | null): string => (value === null ? '∞' : formatNumber(value, locale, 2));
  return show(
    c,
    { title: row.title, nav: '/cases' },
    <>
      <PageHead title={row.title} sub={<Badge>{w[row.state]}</Badge>} />
      <p class="prose">{row.hypothesis}</p>
      {numbers === null ? null : (
        <Section title={w.before_after}>
          <p>{w.numbers(numbers.before.cases, numbers.before.days, numbers.after.cases, numbers.after.days)}</p>
          {ratio === null ? null : (
            <p>
              {w.ratio}: {ratio.ratio === null ? '—' : text(ratio.ratio)} (95 %: {text(ratio.ratio_low)}–{text(ratio.ratio_high)})
            </p>
          )}
          <p>
            <Badge tone={numbers.verdict === 'fewer' ? 'good' : numbers.verdict === 'more' ? 'bad' : 'neutral'}>{w[numbers.verdict]}</Badge>
          </p>
        </Section>
      )}
      {row.state === 'proposed' || row.state === 'changed' ? (
        <Form action={`/learning/improvements/${row.id}/change`} label={w.changed_on}>
          <Field label={w.changed_on} name="changed_on" type="date" value={row.changed_on} required />
          <button type="submit">{w.save}</button>
        </Form>
      ) : null}
      {row.state === 'changed' ? (
        <Form action={`/learning/improvements/${row.id}/verdict`} label={w.verdict}>
          <Select label={w.verdict} name="state" options={(['confirmed', 'refuted', 'dropped'] as const).map((value) => ({ value, label: w[value] }))} />
          <TextArea label={w.grounds} name="verdict" required />
          <button type="submit">{w.save}</button>
        </Form>
      ) : null}
      {row.verdict === null ? null : <p class="prose">{row.verdict}</p>}
    </>,
  );
});

action(learningPages, '/learning/improvements/:id/change', 'case:write', async (c) => {
  const row = await dateChange(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, ChangeImprovement)).changed_on);
  return seeOther(c, `/learning/improvements/${row.id}`, words(c.var.locale).saved);
});

action(learningPages, '/learning/improvements/:id/verdict', 'case:write', async (c) => {
  const row = await judgeImprovement(c.var.ctx, c.req.param('id') ?? '', await readForm(c, JudgeImprovement));
  return seeOther(c, `/learning/improvements/${row.id}`, words(c.var.locale).saved);
});

page(learningPages, '/learning/voc', 'case:read', async (c) => {
  const { ctx } = c.var;
  const w = words(c.var.locale);
  const [reviews, open, owners] = [await listReviews(ctx), await listUnreviewed(ctx), await listOwners(ctx)];
  const people = owners.map(({ id, name }) => ({ value: id, label: name }));
  return show(
    c,
    { title: w.voc, nav: '/cases' },
    <>
      <PageHead title={w.voc} sub={w.voc_hint} />
      {may(ctx.actor, 'case:lead') ? open.map((row) => <AssignForm c={c} row={row} people={people} />) : null}
      {reviews.map((row) => (
        <Review c={c} row={row} />
      ))}
      {open.length + reviews.length === 0 ? <p class="empty">{w.voc_none}</p> : null}
    </>,
  );
});

const backToVoc = (c: AppContext): Response => seeOther(c, '/learning/voc', words(c.var.locale).saved);
action(learningPages, '/learning/voc', 'case:lead', async (c) => {
  await assignReview(c.var.ctx, await readForm(c, AssignReview));
  return backToVoc(c);
});
action(learningPages, '/learning/voc/:id/answers', 'case:write', async (c) => {
  await answerReview(c.var.ctx, c.req.param('id') ?? '', await readForm(c, AnswerReview));
  return backToVoc(c);
});
action(learningPages, '/learning/voc/:id/policy', 'case:write', async (c) => {
  await agreePolicy(c.var.ctx, c.req.param('id') ?? '', (await readForm(c, AgreePolicy)).policy);
  return backToVoc(c);
});
