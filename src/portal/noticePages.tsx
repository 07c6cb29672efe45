// Notices as a partner sees them, with the units of their customers concerned.
import { findNotice, listNotices, listNoticeUnits } from '../notice/queries.ts';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { PageHead, Pager, Section, Table } from '../web/parts.tsx';
import { ListQuery } from './inputs.ts';
import { partnerOf } from './partner.ts';
import { NoticeTable } from './views.tsx';
import { words } from './words.ts';

export const portalNoticePages = newPages();

page(portalNoticePages, '/portal/notices', 'notice:read', async (c) => {
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

page(portalNoticePages, '/portal/notices/:id', 'notice:read', async (c) => {
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
