// The partners' own place: units, inquiries, returns, notices and known issues of their customers, and asking and returning on their behalf.
// Every row comes through a query narrowed by db/scope.ts; nothing is filtered here.
import { z } from 'zod';
import { unitNamed } from '../case/forms.ts';
import { RateCase, WriteMessage } from '../case/inputs.ts';
import { StateBadge } from '../case/listPage.tsx';
import { writeMessage } from '../case/message.ts';
import { getCase, listCases, listCaseUnits, listEvents } from '../case/queries.ts';
import { rateAsPartner } from '../case/rate.ts';
import { Timeline } from '../case/timelineViews.tsx';
import { identifierKey } from '../core/identifier.ts';
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import { listKnownIssues } from '../investigation/knownIssueQueries.ts';
import { findNotice, listNotices, listNoticeUnits } from '../notice/queries.ts';
import { fileReturn } from '../returns/file.ts';
import type { AppContext } from '../web/env.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Facts, Field, Filters, Form, Moment, PageHead, Pager, Section, Select, Table, TextArea } from '../web/parts.tsx';
import { words } from './words.ts';

export const portalPages = newPages();

const SHOWN = 100;

page(portalPages, '/portal', 'case:read', async (c) => {
  const ctx = partnerOf(c);
  const w = words(c.var.locale);
  const [cases, returns, notices] = [await listCases(ctx, { state: 'active' }, { limit: 20 }), await returnsOf(ctx), await listNotices(ctx, {}, { limit: 5 })];
  return show(
    c,
    { title: w.portal },
    <>
      <PageHead title={w.portal}>
        <a class="button" href="/cases/new">
          {w.ask}
        </a>
        <a class="button" href="/portal/returns/new">
          {w.send_back}
        </a>
        <a href="/portal/units">{w.units}</a>
        <a href="/portal/known-issues">{w.issues}</a>
        <a href="/portal/notices">{w.notices}</a>
      </PageHead>
      <Section title={w.cases}>
        <CaseTable c={c} rows={cases.items} />
      </Section>
      <Section title={w.returns}>
        <ReturnTable c={c} rows={returns} />
      </Section>
      <Section title={w.notices}>
        <NoticeTable c={c} rows={notices.items} />
      </Section>
    </>,
  );
});

const ListQuery = z.object({ q: z.string().max(200).optional(), cursor: z.string().optional() });

page(portalPages, '/portal/units', 'unit:read', async (c) => {
  const ctx = partnerOf(c);
  const w = words(c.var.locale);
  const { q } = readQuery(c, ListQuery);
  const rows = await ctx.db
    .selectFrom('units')
    .innerJoin('models', 'models.id', 'units.model_id')
    .leftJoin('customers', 'customers.id', 'units.customer_id')
    .$call(seenBy(ctx, 'units.partner_id'))
    .select(['units.id', 'units.serial', 'models.code as model_code', 'customers.name as customer_name'])
    .where('units.merged_into_id', 'is', null)
    .$if(q !== undefined, (query) => query.where('units.serial_key', '=', identifierKey(q ?? '')))
    .orderBy('units.id', 'desc')
    .limit(SHOWN)
    .execute();
  return show(
    c,
    { title: w.units },
    <>
      <PageHead title={w.units} />
      <Filters c={c}>
        <Field label={w.search} name="q" value={q ?? null} type="search" />
      </Filters>
      <Table
        c={c}
        caption={w.units}
        rows={rows}
        columns={[
          { head: w.serial, cell: (row) => row.serial },
          { head: w.model, cell: (row) => row.model_code },
          { head: w.customer, cell: (row) => row.customer_name ?? '—' },
          {
            head: '',
            cell: (row) => (
              <>
                <a href={`/cases/new?unit=${row.id}`}>{w.ask}</a> · <a href={`/portal/returns/new?unit=${row.id}`}>{w.send_back}</a>
              </>
            ),
          },
        ]}
      />
    </>,
  );
});

page(portalPages, '/portal/cases/:id', 'case:read', async (c) => {
  const ctx = partnerOf(c);
  const w = words(c.var.locale);
  const row = await getCase(ctx, c.req.param('id') ?? '');
  const units = await listCaseUnits(ctx, row.id);
  return show(
    c,
    { title: `${row.number} ${row.subject}` },
    <>
      <PageHead
        title={row.subject}
        sub={
          <>
            {row.number} <StateBadge c={c} row={row} />
          </>
        }
      />
      <Facts
        facts={[
          [w.opened, <Moment c={c} at={row.opened_at} />],
          [w.serial, units.map(({ model_code, serial }) => `${model_code} ${serial}`).join(', ') || '—'],
          ...(row.solution === null ? [] : [[w.solution, row.solution] as const]),
        ]}
      />
      <Section title={w.what_happened}>
        <Timeline c={c} case_id={row.id} events={await listEvents(ctx, row.id)} />
      </Section>
      <Form action={`/portal/cases/${row.id}/messages`} label={w.reply}>
        <TextArea label={w.reply} name="text" required />
        <button type="submit">{w.send}</button>
      </Form>
      {row.solved_at === null ? null : (
        <Form action={`/portal/cases/${row.id}/rating`} label={w.rate}>
          <Select
            label={w.rate}
            name="rating"
            value={row.rating === null ? null : String(row.rating)}
            options={[5, 4, 3, 2, 1].map((value) => ({ value: String(value), label: `${'★'.repeat(value)} ${value}` }))}
          />
          <TextArea label={w.comment} name="comment" rows={2} />
          <button type="submit">{w.send}</button>
        </Form>
      )}
    </>,
  );
});

action(portalPages, '/portal/cases/:id/messages', 'case:write', async (c) => {
  const { text } = await readForm(c, WriteMessage.pick({ text: true }));
  const row = await writeMessage(partnerOf(c), c.req.param('id') ?? '', { text, visibility: 'public', from: 'customer' });
  return seeOther(c, `/portal/cases/${row.id}`);
});

action(portalPages, '/portal/cases/:id/rating', 'case:write', async (c) => {
  const row = await rateAsPartner(partnerOf(c), c.req.param('id') ?? '', await readForm(c, RateCase));
  return seeOther(c, `/portal/cases/${row.id}`, words(c.var.locale).thanks);
});

page(portalPages, '/portal/returns/new', 'return:write', (c) => {
  partnerOf(c);
  const w = words(c.var.locale);
  return show(
    c,
    { title: w.send_back },
    <>
      <PageHead title={w.send_back} />
      <Form action="/portal/returns/new">
        <Field label={w.serial} name="unit" value={c.req.query('unit') ?? null} required />
        <Select
          label={w.kind}
          name="type"
          options={[
            { value: 'advance_replacement', label: w.advance },
            { value: 'return_first', label: w.return_first },
            { value: 'repair', label: w.repair },
          ]}
        />
        <TextArea label={w.trouble} name="reported_text" required />
        <button type="submit">{w.send}</button>
      </Form>
    </>,
  );
});

const FileForm = z.object({
  unit: z.string().min(1).max(200),
  type: z.enum(['advance_replacement', 'return_first', 'repair']),
  reported_text: z.string().trim().min(1).max(4000),
});

action(portalPages, '/portal/returns/new', 'return:write', async (c) => {
  const ctx = partnerOf(c);
  const { unit, type, reported_text } = await readForm(c, FileForm);
  const row = await fileReturn(ctx, { type, units: [{ unit_id: await unitNamed(ctx, unit), reported_text }] });
  return seeOther(c, '/portal', words(c.var.locale).filed_done(row.number));
});

page(portalPages, '/portal/notices', 'notice:read', async (c) => {
  const ctx = partnerOf(c);
  const w = words(c.var.locale);
  const found = await listNotices(ctx, {}, { limit: 50, cursor: readQuery(c, ListQuery).cursor });
  return show(
    c,
    { title: w.notices },
    <>
      <PageHead title={w.notices} />
      <NoticeTable c={c} rows={found.items} />
      <Pager c={c} next_cursor={found.next_cursor} />
    </>,
  );
});

page(portalPages, '/portal/notices/:id', 'notice:read', async (c) => {
  const ctx = partnerOf(c);
  const { locale } = c.var;
  const w = words(locale);
  const row = await findNotice(ctx, c.req.param('id') ?? '');
  const title = locale === 'ja' ? row.subject_ja : row.subject_en;
  return show(
    c,
    { title },
    <>
      <PageHead title={title} sub={row.number} />
      <p class="prose">{locale === 'ja' ? row.body_ja : row.body_en}</p>
      <Section title={w.units_concerned}>
        <Table
          c={c}
          caption={w.units_concerned}
          rows={await listNoticeUnits(ctx, row.id)}
          columns={[
            { head: w.model, cell: (unit) => unit.model_code },
            { head: w.serial, cell: (unit) => unit.serial },
          ]}
        />
      </Section>
    </>,
  );
});

page(portalPages, '/portal/known-issues', 'case:read', async (c) => {
  const ctx = partnerOf(c);
  const { locale } = c.var;
  const w = words(locale);
  const found = await listKnownIssues(ctx, { limit: 100 }, {});
  return show(
    c,
    { title: w.issues },
    <>
      <PageHead title={w.issues} />
      {found.items.length === 0 ? (
        <p class="empty">—</p>
      ) : (
        found.items.map((issue) => (
          <Section title={`${issue.number} ${locale === 'ja' ? issue.title_ja : issue.title_en}`}>
            <Facts
              facts={[
                [w.workaround, (locale === 'ja' ? issue.workaround_ja : issue.workaround_en) ?? '—'],
                [w.fixed_in, issue.fixed_in ?? '—'],
              ]}
            />
          </Section>
        ))
      )}
    </>,
  );
});

/** The context of a partner's person. Throws `forbidden` for staff, who have their own pages. */
function partnerOf(c: AppContext): Ctx {
  if (c.var.ctx.actor.partner_id === null) throw new Problem('forbidden', [words('en').staff_only, words('ja').staff_only]);
  return c.var.ctx;
}

const returnsOf = (ctx: Ctx) =>
  ctx.db
    .selectFrom('returns')
    .$call(seenBy(ctx, 'returns.partner_id'))
    .select(['returns.id', 'returns.number', 'returns.type', 'returns.state', 'returns.filed_on'])
    .orderBy('returns.id', 'desc')
    .limit(20)
    .execute();

const CaseTable = ({ c, rows }: { c: AppContext; rows: Awaited<ReturnType<typeof listCases>>['items'] }) => {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.cases}
      rows={rows}
      columns={[
        { head: w.number, cell: (row) => <a href={`/portal/cases/${row.id}`}>{row.number}</a> },
        { head: w.subject, cell: (row) => row.subject },
        { head: w.customer, cell: (row) => row.customer_name ?? '—' },
        { head: w.state, cell: (row) => <StateBadge c={c} row={row} /> },
        { head: w.opened, cell: (row) => <Age c={c} at={row.opened_at} /> },
      ]}
    />
  );
};

const ReturnTable = ({ c, rows }: { c: AppContext; rows: Awaited<ReturnType<typeof returnsOf>> }) => {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.returns}
      rows={rows}
      columns={[
        { head: w.number, cell: (row) => <a href={`/returns/${row.id}`}>{row.number}</a> },
        { head: w.kind, cell: (row) => row.type },
        { head: w.state, cell: (row) => row.state },
        { head: w.filed, cell: (row) => row.filed_on },
      ]}
    />
  );
};

const NoticeTable = ({ c, rows }: { c: AppContext; rows: Awaited<ReturnType<typeof listNotices>>['items'] }) => {
  const w = words(c.var.locale);
  return (
    <Table
      c={c}
      caption={w.notices}
      rows={rows}
      columns={[
        { head: w.number, cell: (row) => <a href={`/portal/notices/${row.id}`}>{row.number}</a> },
        { head: w.subject, cell: (row) => (c.var.locale === 'ja' ? row.subject_ja : row.subject_en) },
        { head: w.sent, cell: (row) => (row.sent_at === null ? '—' : <Age c={c} at={row.sent_at} />) },
      ]}
    />
  );
};
