// /claims: the list, the form for a new one, and the maker scorecard. One claim is in claimPage.
import type { Child } from 'hono/jsx';
import { z } from 'zod';
import { may } from '../core/actor.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { BulkBar, bulkPages } from '../web/bulkPages.tsx';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, Field, Filters, Form, Num, PageHead, Pager, Percent, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { DayText, ListQuery, parseInput } from '../web/route.ts';
import { byNumber } from './attend.tsx';
import { claimDeeds } from './bulk.ts';
import { claimPage } from './claimPage.tsx';
import { createClaim } from './create.ts';
import { evidencePages } from './evidencePages.tsx';
import { ClaimFilter, CreateClaim } from './inputs.ts';
import { claimStates } from './lifecycle.ts';
import { listClaims, listUnattendedClaims } from './queries.ts';
import { listMakerScores } from './scorecard.ts';
import { listStaff } from './staff.ts';
import { suggestClaim } from './suggest.ts';
import { remedies } from './table.ts';
import { unitsCalled } from './unitsCalled.ts';
import { ClaimStateBadge } from './views.tsx';
import { words } from './words.ts';

export const claimPages = newPages();

page(claimPages, '/claims', 'claim:read', async (c) => {
  const w = words(c.var.locale);
  const { limit, cursor, sort, ...filter } = readQuery(c, ListQuery.extend(ClaimFilter.shape));
  const { items, next_cursor } = await listClaims(c.var.ctx, { limit, cursor, sort }, filter);
  const unattended = await listUnattendedClaims(c.var.ctx, today(c.var.ctx));
  const makers = await listMakers(c.var.ctx);
  return show(
    c,
    { title: w.claims, nav: '/claims' },
    <>
      <PageHead title={w.claims}>
        <a class="button" href="/claims/scorecard">
          {w.scorecard}
        </a>
        <a class="button" href="/evidence-packs">
          {w.packs}
        </a>
        {may(c.var.ctx.actor, 'claim:write') ? (
          <a class="button primary" href="/claims/new">
            {w.new_claim}
          </a>
        ) : null}
      </PageHead>
      <Unattended c={c} rows={unattended} />
      <Filters c={c}>
        <Field label={w.number} name="q" type="search" value={filter.q ?? null} />
        <Select
          label={w.state}
          name="state"
          value={filter.state}
          options={claimStates.map((state) => ({ value: state, label: w[`state_${state}`] }))}
          blank="–"
        />
        <Select label={w.maker} name="maker_id" value={filter.maker_id} options={makers} blank="–" />
      </Filters>
      <ClaimTable c={c} rows={items} />
      <BulkBar c={c} deeds={claimDeeds} />
      <Pager c={c} next_cursor={next_cursor} />
    </>,
  );
});

claimPages.route('/', bulkPages('/claims', 'claim:write', claimDeeds));

const Unattended = ({ c, rows }: { c: AppContext; rows: Awaited<ReturnType<typeof listUnattendedClaims>> }) => {
  const w = words(c.var.locale);
  return rows.length === 0 ? null : (
    <Section title={`${w.unattended} (${rows.length})`} id="unattended">
      <p class="sub">{w.unattended_hint}</p>
      <ul>
        {rows.map((row) => (
          <li>
            <a href={`/claims/${row.id}`}>{row.number}</a> {row.maker_name}: {row.title} – {row.owner_name ?? w.no_owner}, {row.next_on ?? w.no_next_date}
          </li>
        ))}
      </ul>
    </Section>
  );
};

const ClaimTable = ({ c, rows }: { c: AppContext; rows: Awaited<ReturnType<typeof listClaims>>['items'] }) => {
  const w = words(c.var.locale);
  const day = today(c.var.ctx);
  return (
    <Table
      c={c}
      caption={w.claims}
      rows={rows}
      {...(may(c.var.ctx.actor, 'claim:write') ? { choose: byNumber } : {})}
      columns={[
        { head: w.number, sort: 'number', cell: (row) => <a href={`/claims/${row.id}`}>{row.number}</a> },
        { head: w.maker, cell: (row) => row.maker_name },
        { head: w.title, cell: (row) => row.title },
        { head: w.state, sort: 'state', cell: (row) => <ClaimStateBadge c={c} state={row.state} /> },
        { head: w.claimed, numeric: true, cell: (row) => row.units_claimed },
        { head: w.accepted, numeric: true, cell: (row) => row.units_accepted },
        { head: w.settled, numeric: true, cell: (row) => row.units_settled, aside: true },
        { head: w.refused, numeric: true, cell: (row) => row.units_open },
        { head: w.owner, cell: (row) => row.owner_name ?? <Badge tone="bad">–</Badge>, aside: true },
        { head: w.next_on, sort: 'next_on', cell: (row) => row.next_on ?? <Badge tone="bad">–</Badge> },
        {
          head: w.due_on,
          cell: (row) => (row.next_due_on !== null && row.next_due_on < day ? <Badge tone="bad">{row.next_due_on}</Badge> : (row.next_due_on ?? '–')),
        },
        { head: w.updated, sort: 'updated_at', cell: (row) => <Age c={c} at={row.updated_at} />, aside: true },
      ]}
    />
  );
};

const listMakers = async (ctx: Ctx) =>
  (await ctx.db.selectFrom('makers').select(['id', 'name', 'code']).orderBy('name').execute()).map((maker) => ({
    value: maker.id,
    label: `${maker.name} (${maker.code})`,
  }));

page(claimPages, '/claims/new', 'claim:write', async (c) => {
  const w = words(c.var.locale);
  const staff = (await listStaff(c.var.ctx)).map((user) => ({ value: user.id, label: user.name }));
  const { investigation_id } = readQuery(c, z.object({ investigation_id: z.string().max(64).optional() }));
  const suggested = investigation_id === undefined ? undefined : await suggestClaim(c.var.ctx, investigation_id);
  return show(
    c,
    { title: w.new_claim, nav: '/claims' },
    <>
      <PageHead title={w.new_claim} />
      <Form action="/claims">
        {investigation_id === undefined ? null : <input type="hidden" name="investigation_id" value={investigation_id} />}
        <Select label={w.maker} name="maker_id" value={suggested?.maker_id} options={await listMakers(c.var.ctx)} required />
        <Field label={w.title} name="title" value={suggested?.title ?? null} required />
        <TextArea label={w.statement} name="statement" required />
        <Select label={w.remedy} name="remedy" options={remedies.map((remedy) => ({ value: remedy, label: w[`remedy_${remedy}`] }))} required />
        <Select label={w.owner} name="owner_id" value={c.var.ctx.actor.id} options={staff} />
        <Field label={w.next_on} name="next_on" type="date" />
        <TextArea label={w.serials} name="serials" value={suggested?.serials.join('\n') ?? null} rows={6} />
        <Field label={w.amount_each} name="amount" type="number" step="any" min={0} hint={w.serials_hint} />
        <Field label={w.currency} name="currency" placeholder="JPY" />
        <button type="submit" class="primary">
          {w.save}
        </button>
      </Form>
    </>,
  );
});

const ClaimForm = z.object({
  maker_id: z.string(),
  investigation_id: z.string().optional(),
  title: z.string(),
  statement: z.string(),
  remedy: z.enum(remedies),
  owner_id: z.string().optional(),
  next_on: z.string().optional(),
  serials: z.string().optional(),
  amount: z.coerce.number().optional(),
  currency: z.string().optional(),
});

action(claimPages, '/claims', 'claim:write', async (c) => {
  const { serials, amount, ...form } = await readForm(c, ClaimForm);
  const unit_ids = await unitsCalled(c.var.ctx, form.maker_id, serials ?? '');
  const row = await createClaim(
    c.var.ctx,
    parseInput(CreateClaim, { ...form, lines: unit_ids.map((unit_id) => ({ unit_id, claimed_amount: amount ?? null })) }),
  );
  return seeOther(c, `/claims/${row.id}`, words(c.var.locale).saved);
});

/** A figure above its interval: side by side they push the last columns off the page. */
const Between = ({ value, low, high }: { value: Child; low: Child; high: Child }) => (
  <>
    {value}
    <br />
    <small>
      [{low}–{high}]
    </small>
  </>
);

page(claimPages, '/claims/scorecard', 'claim:read', async (c) => {
  const w = words(c.var.locale);
  const period = readQuery(c, z.object({ from_on: DayText.optional(), to_on: DayText.optional() }));
  const locale = c.var.locale;
  return show(
    c,
    { title: w.scorecard, nav: '/claims' },
    <>
      <PageHead title={w.scorecard} />
      <Filters c={c}>
        <Field label={w.from_on} name="from_on" type="date" value={period.from_on ?? null} />
        <Field label={w.to_on} name="to_on" type="date" value={period.to_on ?? null} />
      </Filters>
      <Table
        c={c}
        caption={w.scorecard}
        rows={await listMakerScores(c.var.ctx, period)}
        columns={[
          { head: w.maker, cell: (row) => <a href={`/claims?maker_id=${row.maker_id}`}>{row.maker_name}</a> },
          { head: w.units, numeric: true, cell: (row) => <Num value={row.units} locale={locale} /> },
          {
            head: w.failure_rate,
            numeric: true,
            cell: (row) => {
              const num = (value: number | null) => <Num value={value} digits={3} locale={locale} />;
              return <Between value={num(row.rate_per_1000_device_months)} low={num(row.ci_low)} high={num(row.ci_high)} />;
            },
          },
          { head: w.exposure_days, numeric: true, cell: (row) => <Num value={row.exposure_days} locale={locale} /> },
          { head: w.claims_made, numeric: true, cell: (row) => row.claims },
          { head: w.claimed, numeric: true, cell: (row) => row.lines_claimed },
          {
            head: w.acceptance,
            numeric: true,
            cell: (row) => {
              const percent = (value: number | null) => <Percent value={value} locale={locale} />;
              const lines = ` (${row.lines_accepted}/${row.lines_answered})`;
              return row.acceptance === null ? (
                percent(null)
              ) : (
                <Between value={[percent(row.acceptance), lines]} low={percent(row.acceptance_low)} high={percent(row.acceptance_high)} />
              );
            },
          },
          { head: w.days_to_answer, numeric: true, cell: (row) => <Num value={row.days_to_answer_median} digits={1} locale={locale} /> },
          { head: w.days_to_settle, numeric: true, cell: (row) => <Num value={row.days_to_settle_median} digits={1} locale={locale} /> },
          { head: w.overdue_now, numeric: true, cell: (row) => row.overdue },
          { head: w.repeat_causes, cell: (row) => row.repeat_causes.join(', '), aside: true },
          { head: w.settled_amounts, cell: (row) => row.settled.map((sum) => `${sum.amount.toLocaleString('en-US')} ${sum.currency}`).join(', ') },
        ]}
      />
    </>,
  );
});

for (const part of [claimPage, evidencePages]) claimPages.route('/', part);
