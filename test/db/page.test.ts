// Keyset pages: every row once, in order, whatever its neighbours; and cursors that were not ours.
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { listPage, type PageRequest } from '../../src/db/page.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('a list in pages', (test) => {
  beforeEach(async () => {
    await test.store.db.deleteFrom('ingest_marks').execute();
  });
  const fill = async (marks: readonly number[]) => {
    if (marks.length > 0)
      await test.store.db
        .insertInto('ingest_marks')
        .values(marks.map((mark, i) => ({ name: `row-${String(i).padStart(3, '0')}`, mark })))
        .execute();
  };
  const page = (request: PageRequest) =>
    listPage(test.store.db.selectFrom('ingest_marks').select(['name', 'mark']), request, { mark: 'mark', name: 'name' }, 'name');
  async function allPages(request: PageRequest): Promise<string[]> {
    const names: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const { items, next_cursor } = await page({ ...request, cursor });
      names.push(...items.map(({ name }) => name));
      if (next_cursor === null) return names;
      cursor = next_cursor;
    }
  }

  it('holds every row once and in order, many of them equal, whatever the size of the page', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 25 }),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        async (marks, limit, ascending) => {
          await test.store.db.deleteFrom('ingest_marks').execute();
          await fill(marks);
          const rows = marks.map((mark, i) => ({ mark, name: `row-${String(i).padStart(3, '0')}` }));
          const order = (a: (typeof rows)[number], b: (typeof rows)[number]) => a.mark - b.mark || (a.name < b.name ? -1 : 1);
          const expected = [...rows].sort((a, b) => (ascending ? order(a, b) : order(b, a))).map(({ name }) => name);
          expect(await allPages({ limit, sort: ascending ? 'mark' : '-mark' })).toEqual(expected);
        },
      ),
      { numRuns: 15, seed: 7 },
    );
  });

  it('a last page that is exactly full has no next one', async () => {
    await fill([1, 2, 3, 4]);
    const first = await page({ limit: 2 });
    const last = await page({ limit: 2, cursor: first.next_cursor ?? '' });
    expect([first.items.length, last.items.length, last.next_cursor]).toEqual([2, 2, null]);
  });

  it('a row that comes in between moves no other into or out of the pages to come', async () => {
    await fill([10, 20, 30, 40]);
    const first = await page({ limit: 2, sort: 'mark' });
    await test.store.db.insertInto('ingest_marks').values({ name: 'early', mark: 5 }).execute();
    const { items } = await page({ limit: 2, sort: 'mark', cursor: first.next_cursor ?? '' });
    expect(items.map(({ mark }) => Number(mark))).toEqual([30, 40]);
  });

  it('gives the columns that were asked for and no others', async () => {
    await fill([1]);
    expect(Object.keys((await page({ limit: 5 })).items[0] ?? {})).toEqual(['name', 'mark']);
  });

  const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['an object', cursorOf({})],
    ['one value', cursorOf([1])],
    ['null', cursorOf([null, 'a'])],
    ['nested', cursorOf([[1], 'a'])],
  ])('a cursor that is %s is refused', async (_what, cursor) => {
    await expect(page({ limit: 5, cursor })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('the cursor of a list sorted by names is refused or harmless in one sorted by numbers', async () => {
    await fill([1, 2, 3]);
    const asked = page({ limit: 5, sort: 'mark', cursor: cursorOf(["row'; drop table ingest_marks; --", 'row-000']) });
    if (test.dialect === 'postgres') await expect(asked).rejects.toMatchObject({ code: 'invalid' });
    else await asked;
    expect((await page({ limit: 5 })).items.length).toBe(3);
  });

  it('a field that is not offered cannot be sorted by', async () => {
    for (const sort of ['rowid', 'mark desc', '--mark', 'constructor', '__proto__'])
      await expect(page({ limit: 5, sort }), sort).rejects.toMatchObject({ code: 'invalid' });
  });
});
