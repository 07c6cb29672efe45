// The partners' own place: units, inquiries, returns, notices and known issues of their customers, and asking and returning on their behalf.
// Every row comes through a query narrowed by db/scope.ts; nothing is filtered here.
import { listCases } from '../case/queries.ts';
import { listKnownIssues } from '../investigation/knownIssueQueries.ts';
import { listNotices } from '../notice/queries.ts';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { Facts, Field, Filters, PageHead, Pager, Section, Table } from '../web/parts.tsx';
import { portalCasePages } from './casePages.tsx';
import { ListQuery } from './inputs.ts';
import { portalNoticePages } from './noticePages.tsx';
import { partnerOf } from './partner.ts';
import { returnsOf, unitsOf } from './queries.ts';
import { portalReturnPages } from './returnPages.tsx';
import { CaseTable, NoticeTable, ReturnTable } from './views.tsx';
import { words } from './words.ts';

export const portalPages = newPages();

page(portalPages, '/portal', 'case:read', async (c) => {
  const ctx = partnerOf(c);
  const w = words(c.var.locale);
  const [cases, returns, notices] = [await listCases(ctx, { state: 'active' }, { limit: 20 }), await returnsOf(ctx), await listNotices(ctx, {}, { limit: 5 })];
  return show(
    c,
    { title: w.portal },
    <>
      <PageHead title={w.portal}>
        <a class="button primary" href="/cases/new">
          {w.ask}
        </a>
        <a class="button" href="/portal/returns/new">
          {w.send_back}
        </a>
        <a href="/portal/units">{w.units}</a>
        <a href="/portal/known-issues">{w.issues}</a>
        <a href="/portal/notices">{w.notices}</a>
      </PageHead>
      <Section title={w.cases} aside={<a href="/cases?sort=-opened_at">{w.all}</a>}>
        <CaseTable c={c} rows={cases.items} />
      </Section>
      <Section title={w.returns} aside={<a href="/returns">{w.all}</a>}>
        <ReturnTable c={c} rows={returns} />
      </Section>
      <Section title={w.notices} aside={<a href="/portal/notices">{w.all}</a>}>
        <NoticeTable c={c} rows={notices.items} />
      </Section>
    </>,
  );
});

page(portalPages, '/portal/units', 'unit:read', async (c) => {
  const ctx = partnerOf(c);
  const w = words(c.var.locale);
  const { q, cursor } = readQuery(c, ListQuery);
  const found = await unitsOf(ctx, q, { limit: 50, cursor });
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
        rows={found.items}
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
      <Pager c={c} next_cursor={found.next_cursor} />
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

for (const part of [portalCasePages, portalReturnPages, portalNoticePages]) portalPages.route('/', part);
