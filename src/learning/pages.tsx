// Learning from cases on one page: causes, improvement items, reviews of bad ratings, the weekly list.
import { z } from 'zod';
import { listCodes, listOwners } from '../case/queries.ts';
import { named } from '../case/rules.ts';
import { may } from '../core/actor.ts';
import { addDays } from '../core/time.ts';
import { today } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Badge, Field, Filters, Form, formatNumber, PageHead, Percent, Section, Select, Table, TextArea } from '../web/parts.tsx';
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
import { listCauses, listForMeeting, listSimpleCauses } from './pareto.ts';
import { AgreePolicy, AnswerReview, AssignReview, agreePolicy, answerReview, assignReview, listReviews, listUnreviewed } from './voc.ts';
import { words } from './words.ts';

export const learningPages = newPages();

const Query = z.object({ from_on: z.iso.date().optional(), to_on: z.iso.date().optional(), by: z.enum(['cause', 'model', 'firmware']).default('cause') });

page(learningPages, '/learning', 'case:read', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
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
      <Section title={w.pareto}>
        <Table
          c={c}
          caption={w.pareto}
          rows={causes}
          columns={[
            { head: w.cause, cell: (row) => (locale === 'ja' ? row.name_ja : row.name_en) ?? w.no_cause },
            { head: w.model, cell: (row) => row.model ?? '' },
            { head: w.firmware, cell: (row) => row.firmware ?? '' },
            { head: w.cases, numeric: true, cell: (row) => `${row.cases} / ${row.total}` },
            {
              head: w.share,
              numeric: true,
              cell: (row) => (
                <>
                  <Percent value={row.share} locale={locale} /> (<Percent value={row.ci_low} locale={locale} />–<Percent value={row.ci_high} locale={locale} />)
                </>
              ),
            },
            { head: w.cumulative, numeric: true, cell: (row) => <Percent value={row.cumulative} locale={locale} /> },
          ]}
        />
      </Section>
      <Section title={w.simple}>
        <Table
          c={c}
          caption={w.simple}
          rows={simple}
          columns={[
            { head: w.cause, cell: (row) => (locale === 'ja' ? row.name_ja : row.name_en) },
            { head: w.cases, numeric: true, cell: (row) => row.cases },
          ]}
        />
      </Section>
      <Section title={w.meeting}>
        <Table
          c={c}
          caption={w.meeting}
          rows={meeting}
          columns={[
            { head: w.case, cell: (row) => <a href={`/cases/${row.case_id}`}>{row.number}</a> },
            { head: '', cell: (row) => row.subject },
            { head: w.owner, cell: (row) => row.owner_name ?? '—' },
            { head: w.why, cell: (row) => row.why.map((reason) => <Badge tone="warn">{w[reason]}</Badge>) },
          ]}
        />
      </Section>
      <Section title={w.improvements}>
        <Table
          c={c}
          caption={w.improvements}
          rows={improvements}
          columns={[
            { head: w.title, cell: (row) => <a href={`/learning/improvements/${row.id}`}>{row.title}</a> },
            { head: w.state, cell: (row) => <Badge>{w[row.state]}</Badge> },
            { head: w.changed_on, cell: (row) => row.changed_on ?? '—' },
          ]}
        />
        <ProposeForm c={c} owners={await listOwners(ctx)} causes={await listCodes(ctx, 'cause')} />
      </Section>
    </>,
  );
});

action(learningPages, '/learning/improvements', 'case:write', async (c) => {
  const row = await proposeImprovement(c.var.ctx, await readForm(c, ProposeImprovement));
  return seeOther(c, `/learning/improvements/${row.id}`, words(c.var.locale).saved);
});

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
          <TextArea label={w.verdict} name="verdict" required />
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
  const { ctx, locale } = c.var;
  const w = words(locale);
  const [reviews, open, owners] = [await listReviews(ctx), await listUnreviewed(ctx), await listOwners(ctx)];
  const people = owners.map(({ id, name }) => ({ value: id, label: name }));
  const reasons = (['product', 'response_speed', 'response_content', 'policy', 'other'] as const).map((value) => ({ value, label: w[value] }));
  return show(
    c,
    { title: w.voc, nav: '/cases' },
    <>
      <PageHead title={w.voc} sub={w.voc_hint} />
      {may(ctx.actor, 'case:lead')
        ? open.map((row) => (
            <Form action="/learning/voc" label={row.number}>
              <p>
                <a href={`/cases/${row.id}`}>{row.number}</a> {row.subject} <Badge tone="bad">{row.rating} / 5</Badge>
              </p>
              <input type="hidden" name="case_id" value={row.id} />
              <Select label={w.first_reviewer} name="first_reviewer_id" options={people.filter(({ value }) => value !== row.owner_id)} />
              <Select label={w.second_reviewer} name="second_reviewer_id" options={people.filter(({ value }) => value !== row.owner_id)} />
              <button type="submit">{w.assign}</button>
            </Form>
          ))
        : null}
      {reviews.map((row) => (
        <Section title={`${row.number} ${row.subject}`}>
          <p>
            <Badge tone="bad">{row.rating} / 5</Badge> <Badge>{w[row.state]}</Badge> {row.comment}
          </p>
          {row.answers.map((answer) => (
            <p>
              {answer.name}: {w[answer.reason]} · {answer.avoidable === 'yes' ? w.avoidable : w.unavoidable} · {answer.comment}
            </p>
          ))}
          {row.state === 'reviewing' && [row.first_reviewer_id, row.second_reviewer_id].includes(ctx.actor.id) && row.answers.length === 0 ? (
            <Form action={`/learning/voc/${row.id}/answers`} label={w.answer}>
              <Select label={w.why} name="reason" options={reasons} />
              <Select
                label={w.avoidable}
                name="avoidable"
                options={[
                  { value: 'yes', label: w.avoidable },
                  { value: 'no', label: w.unavoidable },
                ]}
              />
              <TextArea label={w.answer} name="comment" required />
              <button type="submit">{w.answer}</button>
            </Form>
          ) : null}
          {row.state === 'to_agree' ? (
            <Form action={`/learning/voc/${row.id}/policy`} label={w.policy}>
              <TextArea label={w.policy} name="policy" required />
              <button type="submit">{w.agree}</button>
            </Form>
          ) : null}
          {row.policy === null ? null : (
            <p class="prose">
              {w.policy}: {row.policy}
            </p>
          )}
        </Section>
      ))}
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

function ProposeForm({ c, owners, causes }: { c: AppContext; owners: readonly { id: string; name: string }[]; causes: Awaited<ReturnType<typeof listCodes>> }) {
  const w = words(c.var.locale);
  return (
    <details>
      <summary>{w.propose}</summary>
      <Form action="/learning/improvements">
        <Field label={w.title} name="title" required />
        <TextArea label={w.hypothesis} name="hypothesis" required />
        <Select
          label={w.cause}
          name="cause_id"
          required
          options={causes.filter(({ retired_at }) => retired_at === null).map((code) => ({ value: code.id, label: named(code, c.var.locale) }))}
        />
        <Select label={w.owner} name="owner_id" options={owners.map(({ id, name }) => ({ value: id, label: name }))} />
        <button type="submit">{w.propose}</button>
      </Form>
    </details>
  );
}
