// The desk: the list with what must not be overlooked above it, and a new case.
import { z } from 'zod';
import { staffOnly } from '../core/actor.ts';
import { CalendarDay } from '../core/given.ts';
import { speak } from '../core/words.ts';
import { BulkBar, bulkPages } from '../web/bulkPages.tsx';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, type Column, Field, Filters, Form, PageHead, Pager, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { AskedOfMe, AskedTable } from './askViews.tsx';
import { countWaitingMails } from './automaticMail.ts';
import { caseDeeds } from './bulk.tsx';
import { customerNamed, readDeskForm, unitNamed } from './forms.ts';
import { caseTypes, OpenCase } from './inputs.ts';
import { caseStates } from './lifecycle.ts';
import { openCase } from './open.ts';
import { countNeglected, type ListedCase, listAskedOf, listCases, listNeglected, listOwners, type NeglectedCase } from './queries.ts';
import { neglectWords } from './rules.ts';
import { stateWords, typeWords, words } from './words.ts';

export const caseListPages = newPages();

const Query = z.object({
  state: z.enum([...caseStates, 'active']).optional(),
  type: z.enum(caseTypes).optional(),
  owner_id: z.string().optional(),
  q: z.string().max(200).optional(),
  unit_id: z.string().optional(),
  customer_id: z.string().optional(),
  alert_id: z.string().optional(),
  due_by: CalendarDay.optional(),
  sort: z.string().optional(),
  cursor: z.string().optional(),
});

page(caseListPages, '/cases', 'case:read', async (c) => {
  const { ctx, locale } = c.var;
  const w = words(locale);
  const { sort, cursor, ...filter } = readQuery(c, Query);
  const staff = ctx.actor.partner_id === null;
  const found = await listCases(
    ctx,
    { ...filter, state: filter.state ?? (Object.keys(filter).length === 0 ? 'active' : undefined) },
    { limit: 50, sort, cursor },
  );
  const owners = staff ? await listOwners(ctx) : [];
  const mails = staff ? await countWaitingMails(ctx) : 0;
  return show(
    c,
    { title: w.cases, nav: '/cases', kind: 'wide' },
    <>
      <PageHead title={w.cases}>
        {staff ? <a href={`/cases?owner_id=${ctx.actor.id}&state=active`}>{w.mine}</a> : null}
        {staff ? <a href="/cases/absence">{w.absence}</a> : null}
        {mails > 0 ? <a href="/automatic-mails">{`${w.automatic_mails} (${mails})`}</a> : null}
        {staff ? <a href="/learning">{speak(['Learning', '改善活動'], locale)}</a> : null}
        {staff ? <a href="/desk-settings">{w.tools}</a> : null}
        <a class="button primary" href="/cases/new">
          {w.new_case}
        </a>
      </PageHead>
      {staff ? <AskedOfMe c={c} asked={await listAskedOf(ctx, ctx.actor.id)} /> : null}
      {staff ? <Neglected c={c} total={await countNeglected(ctx)} oldest={(await listNeglected(ctx, { limit: OLDEST_SHOWN })).items} /> : null}
      <CaseFilters c={c} filter={filter} owners={owners} />
      <Table c={c} caption={w.cases} rows={found.items} columns={columns(c)} {...(staff ? { choose } : {})} />
      {staff ? <BulkBar c={c} deeds={caseDeeds} /> : null}
      <Pager c={c} next_cursor={found.next_cursor} />
    </>,
  );
});

caseListPages.route('/', bulkPages('/cases', 'case:write', caseDeeds));

const choose = { id: (row: ListedCase) => row.id, label: (row: ListedCase) => row.number };

/** How many of the oldest stand above the list; the count says how many there are, the link leads to all. */
const OLDEST_SHOWN = 20;

function Neglected({ c, total, oldest }: { c: AppContext; total: number; oldest: readonly NeglectedCase[] }) {
  const w = words(c.var.locale);
  return (
    <Section
      title={`${w.neglected} (${total})`}
      id="neglected"
      aside={total > oldest.length ? <a href="/cases/neglected">{w.neglected_all(total)}</a> : undefined}
    >
      <p class="hint">{w.neglected_hint}</p>
      <NeglectedTable c={c} rows={oldest} />
    </Section>
  );
}

function NeglectedTable({ c, rows }: { c: AppContext; rows: readonly NeglectedCase[] }) {
  const { locale } = c.var;
  const w = words(locale);
  const why = (row: NeglectedCase) => row.neglects.map((neglect) => <Badge tone="bad">{speak(neglectWords[neglect], locale)}</Badge>);
  // Always the oldest first: a heading that sorts would sort the list below.
  const unsorted = columns(c).map(({ head, cell }) => ({ head, cell }));
  return <Table c={c} caption={w.neglected} rows={rows} empty={w.neglected_none} columns={[{ head: w.why, cell: (row) => <>{why(row)}</> }, ...unsorted]} />;
}

page(caseListPages, '/cases/asked', 'case:read', async (c) => {
  const { ctx, locale } = c.var;
  staffOnly(ctx);
  return show(
    c,
    { title: words(locale).asked_of_me, nav: '/cases' },
    <>
      <PageHead title={words(locale).asked_of_me} />
      <AskedTable c={c} asked={await listAskedOf(ctx, ctx.actor.id)} />
    </>,
  );
});

page(caseListPages, '/cases/neglected', 'case:read', async (c) => {
  const { ctx, locale } = c.var;
  staffOnly(ctx);
  const w = words(locale);
  const found = await listNeglected(ctx, { limit: 100, cursor: readQuery(c, z.object({ cursor: z.string().optional() })).cursor });
  return show(
    c,
    { title: w.neglected, nav: '/cases', kind: 'wide' },
    <>
      <PageHead title={w.neglected} sub={w.neglected_hint} />
      <NeglectedTable c={c} rows={found.items} />
      <Pager c={c} next_cursor={found.next_cursor} />
    </>,
  );
});

interface FiltersShown {
  readonly c: AppContext;
  readonly filter: Omit<z.output<typeof Query>, 'sort' | 'cursor'>;
  readonly owners: readonly { readonly id: string; readonly name: string }[];
}

function CaseFilters({ c, filter, owners }: FiltersShown) {
  const { ctx, locale } = c.var;
  const w = words(locale);
  return (
    <Filters c={c}>
      <Field label={w.search} name="q" value={filter.q ?? null} type="search" />
      {filter.due_by === undefined ? null : <Field label={w.due} name="due_by" type="date" value={filter.due_by} />}
      <Select
        label={w.state}
        name="state"
        value={filter.state}
        blank={w.active}
        options={caseStates.map((value) => ({ value, label: speak(stateWords[value], locale) }))}
      />
      <Select
        label={w.type}
        name="type"
        value={filter.type}
        blank="—"
        options={caseTypes.map((value) => ({ value, label: speak(typeWords[value], locale) }))}
      />
      {ctx.actor.partner_id === null ? (
        <Select
          label={w.owner}
          name="owner_id"
          value={filter.owner_id}
          blank="—"
          options={[{ value: 'none', label: w.nobody }, ...owners.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      ) : null}
    </Filters>
  );
}

function columns(c: AppContext): Column<ListedCase>[] {
  const { locale, ctx } = c.var;
  const w = words(locale);
  const all: Column<ListedCase>[] = [
    { head: w.number, sort: 'number', cell: (row) => <a href={`/cases/${row.id}`}>{row.number}</a> },
    { head: w.subject, cell: (row) => <a href={`/cases/${row.id}`}>{row.subject}</a> },
    { head: w.state, cell: (row) => <StateBadge c={c} row={row} /> },
    { head: w.type, cell: (row) => speak(typeWords[row.type], locale) },
    { head: w.customer, cell: (row) => row.customer_name ?? '—' },
    { head: w.opened, sort: 'opened_at', cell: (row) => <Age c={c} at={row.opened_at} /> },
  ];
  const own: Column<ListedCase>[] = [
    { head: w.owner, cell: (row) => row.owner_name ?? w.nobody },
    { head: w.next_step, cell: (row) => row.next_step ?? '—' },
    { head: w.due, sort: 'next_due_at', cell: (row) => (row.next_due_at === null ? '—' : <Age c={c} at={row.next_due_at} />) },
  ];
  return ctx.actor.partner_id === null ? [...all, ...own] : all;
}

export function StateBadge({ c, row }: { c: AppContext; row: Pick<ListedCase, 'state' | 'spam_at' | 'merged_into_id'> }) {
  const tone = row.state === 'new' ? 'warn' : row.state === 'solved' || row.state === 'closed' ? 'good' : row.state === 'open' ? 'info' : 'neutral';
  return <Badge tone={tone}>{speak(stateWords[row.state], c.var.locale)}</Badge>;
}

page(caseListPages, '/cases/new', 'case:write', (c) => {
  const w = words(c.var.locale);
  const staff = c.var.ctx.actor.partner_id === null;
  return show(
    c,
    { title: w.new_case, nav: '/cases' },
    <>
      <PageHead title={w.new_case} />
      <Form action="/cases/new">
        <Field label={w.subject} name="subject" required autofocus />
        <Select
          label={w.type}
          name="type"
          value="trouble"
          options={caseTypes.filter((type) => staff || type !== 'internal').map((value) => ({ value, label: speak(typeWords[value], c.var.locale) }))}
        />
        {staff ? (
          <Select
            label={w.source}
            name="source"
            value="phone"
            options={[
              { value: 'phone', label: speak(['Phone note', '電話メモ'], c.var.locale) },
              { value: 'chat', label: speak(['Chat', 'チャット'], c.var.locale) },
              { value: 'staff', label: speak(['We open it ourselves', '当社起票'], c.var.locale) },
            ]}
          />
        ) : null}
        <Field label={w.serial_or_id} name="unit" value={c.req.query('unit') ?? null} />
        {staff ? <Field label={w.customer_code} name="customer" /> : null}
        {staff ? <Field label={w.contact_name} name="contact_name" /> : null}
        {staff ? <Field label={w.contact_email} name="contact_email" type="email" /> : null}
        <TextArea label={w.message} name="message" required />
        <Field label={w.since} name="since_text" />
        <TextArea label={w.tried} name="tried_text" rows={2} />
        <button type="submit">{w.open_case}</button>
      </Form>
    </>,
  );
});

const NewCase = OpenCase.omit({ unit_ids: true, initiated_by: true, source_key: true, at: true }).extend({
  unit: z.string().max(200).optional(),
  customer: z.string().max(64).optional(),
});

action(caseListPages, '/cases/new', 'case:write', async (c) => {
  const { unit, customer, ...input } = await readDeskForm(c, NewCase);
  const customer_id = customer === undefined ? undefined : await customerNamed(c.var.ctx, customer);
  const unit_ids = unit === undefined ? [] : [await unitNamed(c.var.ctx, unit)];
  const source = c.var.ctx.actor.partner_id === null ? input.source : 'partner_form';
  const row = await openCase(c.var.ctx, { ...input, source, customer_id, unit_ids, initiated_by: source === 'staff' ? 'staff' : 'customer' });
  return seeOther(c, c.var.ctx.actor.partner_id === null ? `/cases/${row.id}` : `/portal/cases/${row.id}`, row.number);
});
