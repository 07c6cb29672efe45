// Who did what to which record when.
import { z } from 'zod';
import { deedWords } from '../history/words.ts';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { Age, PageHead, Pager, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { listHistory } from './queries.ts';
import { words } from './words.ts';

export const historyPages = newPages();

page(historyPages, '/history', 'history:read', async (c) => {
  const w = words(c.var.locale);
  const query = readQuery(c, ListQuery.extend({ record_kind: z.string().optional(), record_id: z.string().optional(), actor_id: z.string().optional() }));
  const deeds = await listHistory(c.var.ctx, query, query);
  return show(
    c,
    { title: w.history, kind: 'wide' },
    <>
      <PageHead title={w.history} />
      <Table
        c={c}
        caption={w.history}
        rows={deeds.items}
        columns={[
          { head: w.when, cell: (deed) => <Age c={c} at={deed.at} /> },
          { head: w.who, cell: (deed) => deed.actor_name },
          { head: w.what, cell: (deed) => <span title={deed.action}>{deedWords(deed.action, c.var.locale)}</span> },
          {
            head: w.record,
            cell: (deed) => (
              <a href={`/history?record_kind=${deed.record_kind}&record_id=${deed.record_id}`}>
                {deed.record_kind} {deed.record_id}
              </a>
            ),
          },
          {
            head: w.change,
            cell: (deed) => (
              <>
                <span>{deed.reason}</span> <code class="change">{deed.change}</code>
              </>
            ),
          },
        ]}
      />
      <Pager c={c} next_cursor={deeds.next_cursor} />
    </>,
  );
});
