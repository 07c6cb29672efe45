// The public contract, clause by clause: every list that other systems rely on, its paging, order, filters and CSV.
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, it } from 'vitest';
import { openApiDocument } from '../../src/http/docs.tsx';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { fullStore } from '../support/fullStore.ts';

/** Lists of the table of resources. `{…}` is filled with a record of the store, or with a name that every store knows. */
const LISTS = `
  /makers /models /batches /firmwares /sites /customers /partners /contracts
  /units /units/{unit}/timeline /units/{unit}/lookalikes
  /returns /return-units /inspections /dispositions
  /stock/levels /stock/moves /stock/reservations /stock/policies /stock/holds /stock/counts /stock/forecast /purchase-orders
  /investigations /claims /failure-rates /fleet-health /alerts /devices /quarantine
  /cases /known-issues /notices /articles /kpis /signals /silences
  /codes/symptom /codes/failure_mode /codes/component /codes/cause /checklists /history /users /tokens /imports /webhooks
`
  .trim()
  .split(/\s+/);

interface List {
  readonly items: Readonly<Record<string, unknown>>[];
  readonly next_cursor: string | null;
}

eachDb('the lists of the contract', (test) => {
  let call: Caller;
  let unit = '';
  beforeAll(async () => {
    await fullStore(test.store, NOW);
    call = await callerWith(testApp(test.store), test.store, 'admin');
    unit = (await test.store.db.selectFrom('units').select('id').limit(1).executeTakeFirstOrThrow()).id;
  });
  const address = (path: string): string => `/api/v1${path.replace('{unit}', unit)}`;
  const list = async (path: string): Promise<List> => (await (await call.get(address(path))).json()) as List;
  const statusOf = async (path: string): Promise<number> => (await call.get(address(path))).status;

  it('answer { items, next_cursor }, at most 50 items unless asked', async () => {
    for (const path of LISTS) {
      const response = await call.get(address(path));
      expect([path, response.status]).toEqual([path, 200]);
      const { items, next_cursor } = (await response.json()) as List;
      expect([path, Array.isArray(items), next_cursor]).toEqual([path, true, null]);
    }
  });

  it('take a limit from 1 to 500 and refuse any other, naming the field', async () => {
    for (const path of LISTS) {
      for (const limit of [1, 500]) expect([path, limit, await statusOf(`${path}?limit=${limit}`)]).toEqual([path, limit, 200]);
      for (const limit of ['0', '501', '-1', '1.5', 'many']) {
        const response = await call.get(address(`${path}?limit=${limit}`));
        expect([path, limit, response.status, await response.json()]).toMatchObject([path, limit, 422, { code: 'invalid', errors: [{ path: 'limit' }] }]);
      }
    }
  });

  it('refuse an order, a cursor and a filter they do not know, by name', async () => {
    for (const path of LISTS) {
      for (const [name, value] of [
        ['sort', 'no_such_field'],
        ['cursor', 'bm9uc2Vuc2U'],
        ['no_such_filter', 'x'],
      ]) {
        const response = await call.get(address(`${path}?${name}=${value}`));
        expect([path, name, response.status, await response.json()]).toMatchObject([path, name, 422, { errors: [{ path: name }] }]);
      }
    }
  });

  it('can be sorted by created_at wherever an item has one, and each way is the other backwards', async () => {
    for (const path of LISTS) {
      const { items } = await list(path);
      if (items[0]?.created_at === undefined) continue;
      const [up, down] = [await list(`${path}?sort=created_at`), await list(`${path}?sort=-created_at`)];
      const times = (page: List) => page.items.map(({ created_at }) => created_at);
      expect([path, times(up)]).toEqual([path, times(down).reverse()]);
      expect([path, times(up)]).toEqual([path, [...times(up)].sort()]);
    }
  });

  it('are read page by page without losing or repeating an item', async () => {
    for (const path of LISTS) {
      const whole = await list(`${path}?limit=500`);
      // History grows with every token the tests make; nothing else does.
      const seen: unknown[] = [];
      let cursor: string | null = null;
      do {
        const page: List = await list(`${path}?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`);
        expect(page.items.length).toBeLessThanOrEqual(3);
        seen.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor !== null && seen.length < 60);
      expect([path, seen]).toEqual([path, whole.items.slice(0, seen.length)]);
      if (cursor === null) expect([path, seen.length]).toEqual([path, whole.items.length]);
    }
  });

  it('answer Accept: text/csv with one row an item under the names of the fields, with rows or without', async () => {
    for (const path of LISTS) {
      const response = await call.get(address(`${path}${path.includes('?') ? '&' : '?'}limit=2`), { Accept: 'text/csv' });
      expect([path, response.status, response.headers.get('Content-Type')]).toEqual([path, 200, 'text/csv; charset=utf-8']);
      const { items } = await list(`${path}?limit=2`);
      const [head = [], ...rows] = parse(await response.text(), { relax_column_count: false });
      expect([path, rows.length]).toEqual([path, items.length]);
      expect([path, head.length > 1]).toEqual([path, true]);
      for (const field of Object.keys(items[0] ?? {})) expect([path, head]).toEqual([path, expect.arrayContaining([field])]);
    }
  });

  it('name filters after the fields: a value no item has finds nothing, one it has finds only such', async () => {
    const document = openApiDocument(testApp(test.store));
    for (const path of LISTS.filter((one) => !one.includes('{') && !one.startsWith('/failure') && !one.startsWith('/kpis'))) {
      const [first] = (await list(path)).items;
      const parameters = document.paths?.[`/api/v1${path.replace(/^\/codes\/.*/, '/codes/{tree}')}`]?.get?.parameters ?? [];
      for (const parameter of parameters) {
        const name = 'name' in parameter && parameter.in === 'query' ? parameter.name : '';
        const value = first?.[name];
        if (typeof value !== 'string') continue;
        const response = await call.get(address(`${path}?${name}=${encodeURIComponent(value)}`));
        expect([path, name, response.status]).toEqual([path, name, 200]);
        const { items } = (await response.json()) as List;
        expect([path, name, items.length > 0, new Set(items.map((item) => item[name]))]).toEqual([path, name, true, new Set([value])]);
      }
    }
  });

  it('write instants as RFC 3339 in UTC, days as YYYY-MM-DD, proportions from 0 to 1, and the unknown as null', async () => {
    for (const path of LISTS) {
      for (const item of (await list(`${path}?limit=500`)).items) {
        for (const [field, value] of Object.entries(item)) {
          if (value === null) continue;
          if (/(^|_)at$/.test(field)) expect([path, field, value]).toEqual([path, field, expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)]);
          if (/_on$/.test(field)) expect([path, field, value]).toEqual([path, field, expect.stringMatching(/^\d{4}-\d\d-\d\d$/)]);
          if (/(^|_)share$/.test(field)) expect([path, field, Number(value) >= 0 && Number(value) <= 1]).toEqual([path, field, true]);
          expect([path, field, value === undefined || Number.isNaN(value)]).toEqual([path, field, false]);
          expect(field).toMatch(/^[a-z][a-z0-9_]*$/);
        }
      }
    }
  });
});
