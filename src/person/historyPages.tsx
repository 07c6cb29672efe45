// Who did what to which record when.
import { z } from 'zod';
import { actorName } from '../core/programs.ts';
import { speak } from '../core/words.ts';
import { kindWords, recordKinds } from '../history/kinds.ts';
import { namesOf, pathOf, type RecordRef } from '../history/names.ts';
import { deedWords } from '../history/words.ts';
import { Change } from '../web/deeds.tsx';
import type { AppContext } from '../web/env.ts';
import { newPages, page, readQuery, show } from '../web/page.tsx';
import { Age, Filters, PageHead, Pager, Select, Table } from '../web/parts.tsx';
import { ListQuery } from '../web/route.ts';
import { words as webWords } from '../web/words.ts';
import { listHistory } from './queries.ts';
import { words } from './words.ts';

export const historyPages = newPages();

page(historyPages, '/history', 'history:read', async (c) => {
  const w = words(c.var.locale);
  const query = readQuery(c, ListQuery.extend({ record_kind: z.string().optional(), record_id: z.string().optional(), actor_id: z.string().optional() }));
  const deeds = await listHistory(c.var.ctx, query, query);
  const names = await namesOf(c.var.ctx.db, deeds.items);
  return show(
    c,
    { title: w.history, kind: 'wide' },
    <>
      <PageHead title={w.history} />
      <Filters c={c}>
        <Select
          label={w.record}
          name="record_kind"
          value={query.record_kind}
          blank={webWords(c.var.locale).all}
          options={recordKinds.map((kind) => ({ value: kind, label: speak(kindWords(kind), c.var.locale) }))}
        />
        {query.record_id === undefined ? null : <input type="hidden" name="record_id" value={query.record_id} />}
        {query.actor_id === undefined ? null : <input type="hidden" name="actor_id" value={query.actor_id} />}
      </Filters>
      <Table
        c={c}
        caption={w.history}
        rows={deeds.items}
        columns={[
          { head: w.when, cell: (deed) => <Age c={c} at={deed.at} /> },
          { head: w.who, cell: (deed) => actorName(deed.actor_name, c.var.locale) },
          { head: w.what, cell: (deed) => speak(deedWords(deed.action), c.var.locale) },
          { head: w.record, cell: (deed) => <RecordName c={c} record={deed} name={names.get(deed.record_id)} /> },
          {
            head: w.change,
            cell: (deed) => (
              <>
                {deed.reason}
                <Change c={c} json={deed.change} />
              </>
            ),
          },
        ]}
      />
      <Pager c={c} next_cursor={deeds.next_cursor} />
    </>,
  );
});

/** Its name, leading to it where it has a page; without a name its kind, leading to the rest of its history. */
function RecordName({ c, record, name }: { c: AppContext; record: RecordRef; name: string | undefined }) {
  const kind = speak(kindWords(record.record_kind), c.var.locale);
  const story = `/history?record_kind=${record.record_kind}&record_id=${encodeURIComponent(record.record_id)}`;
  return <a href={name === undefined ? story : (pathOf(record) ?? story)}>{name === undefined ? kind : `${kind} ${name}`}</a>;
}
