// The table of health events over HTTP: rows, intervals, refusals, paging, CSV, who may see it, and its pages in both languages.
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, it } from 'vitest';
import { addDays } from '../../src/core/time.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import { garwoodInterval } from '../../src/stats/poissonInterval.ts';
import { rebuildTotals } from '../../src/telemetry/recountTotals.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, type TestStore } from '../support/eachDb.ts';
import { type HealthFleet, healthFleet } from './healthFleet.ts';

interface Row {
  readonly [field: string]: string | number | null;
}
interface Answer {
  readonly items: Row[];
  readonly next_cursor: string | null;
  readonly population: Row[];
  readonly from_on: string;
  readonly to_on: string;
}

const LAST = '2026-04-01';

/** Thirty days of six cameras; those of the first model have a brownout every other day, and every day on the newer firmware. */
async function thirtyDays(fleet: HealthFleet): Promise<void> {
  const days = Array.from({ length: 30 }, (_, i) => addDays(LAST, -i));
  await fleet.tell(
    days.flatMap((day_on, i) =>
      [0, 1, 2, 3, 4, 5].map((device) => {
        const isNew = device === 0;
        const brownouts = device === 0 ? 2 : device === 3 && i % 2 === 0 ? 1 : device === 1 && i === 7 ? 1 : 0;
        return { device, day_on, brownouts, firmware: isNew ? '4.3.0' : '4.2.1' };
      }),
    ),
  );
}

eachDb('fleet health', (test) => {
  let call: Caller;
  beforeAll(async () => {
    await thirtyDays(await healthFleet(test));
    call = await callerWith(testApp(test.store), test.store, 'quality');
  });
  const list = async (query: string): Promise<Answer> => (await (await call.get(`/api/v1/fleet-health?${query}`)).json()) as Answer;

  it('ranks the models by what they exceed all models by, with exact intervals', async () => {
    const { items, population, next_cursor } = await list('signal=brownout');
    expect(items.map(({ rank, model, episodes, device_days, events, devices }) => [rank, model, episodes, device_days, events, devices])).toEqual([
      [1, 'X-100', 45, 60, 75, 2],
      [2, 'X-200', 1, 60, 1, 2],
      [3, 'X-300', 0, 60, 0, 2],
    ]);
    const { low, high } = garwoodInterval(45);
    const per = 1000 / 60;
    expect(items[0]).toMatchObject({ signal: 'brownout', maker: 'MK', rate_per_1000_device_days: 45 * per, ci_low: low * per, ci_high: high * per });
    expect(Number(items[0]?.excess_p05)).toBeCloseTo(Number(items[0]?.shrunken_p05) / ((46 / 180) * 1000), 10);
    expect(items[2]).toMatchObject({ rate_per_1000_device_days: 0, ci_low: 0 });
    expect(population).toEqual([
      { signal: 'brownout', groups: 3, device_days: 180, episodes: 46, rate_per_1000_device_days: (46 / 180) * 1000, counted_on: LAST },
    ]);
    expect(next_cursor).toBeNull();
  });

  it('compares the parts of one model', async () => {
    expect((await list('signal=brownout&by=firmware&model=X-100')).items).toMatchObject([
      { firmware: '4.3.0', model: 'X-100', episodes: 30, device_days: 30, events: 60, devices: 1 },
      { firmware: '4.2.1', model: 'X-100', episodes: 15, device_days: 30, events: 15, devices: 1 },
    ]);
    expect((await list('signal=brownout&by=hw_rev&model=X-100')).items.map(({ hw_rev }) => hw_rev)).toEqual(['A', 'B']);
    expect((await list('signal=brownout&by=batch&model=X-100')).items.map(({ batch }) => batch)).toEqual([null]);
    expect((await list('signal=brownout&by=batch&model=NONE')).items).toEqual([]);
  });

  it('has a row for each signal of a model when none is named, comparable between signals', async () => {
    const { items } = await list('');
    expect(new Set(items.map(({ signal }) => signal)).size).toBeGreaterThan(4);
    expect(items[0]).toMatchObject({ signal: 'brownout', model: 'X-100' });
    const excesses = items.map(({ excess_p05 }) => excess_p05);
    expect(excesses).toEqual([...excesses].sort((a, b) => (a === null ? 1 : b === null ? -1 : Number(b) - Number(a))));
    expect((await list('model=X-200')).items.every(({ model }) => model === 'X-200')).toBe(true);
  });

  it('counts the days of a half-open period', async () => {
    const days = async (from_on: string, to_on: string) => (await list(`signal=brownout&model=X-100&from_on=${from_on}&to_on=${to_on}`)).items[0]?.device_days;
    expect(await days(LAST, addDays(LAST, 1))).toBe(2);
    expect(await days(addDays(LAST, -3), LAST)).toBe(6);
    expect(await days(LAST, LAST)).toBeUndefined();
    expect(await days('1990-01-01', '2026-03-10')).toBe(14);
    expect(await list('signal=brownout')).toMatchObject({ from_on: addDays(LAST, -89), to_on: addDays(LAST, 1) });
  });

  it.each([
    ['signal=no_such', 'signal'],
    ['from_on=2026-03-02&to_on=2026-03-01', 'to_on'],
    ['from_on=yesterday', 'from_on'],
    ['by=site', 'by'],
    ['by=firmware', 'model'],
    ['sort=serial', 'sort'],
    ['cursor=x', 'cursor'],
    ['limit=501', 'limit'],
  ])('refuses %s, naming %s', async (query, path) => {
    const response = await call.get(`/api/v1/fleet-health?${query}`);
    expect([response.status, await response.json()]).toMatchObject([422, { errors: [{ path }] }]);
  });

  it('asks for the maker where two have a model of that code', async () => {
    const { db } = test.store;
    const maker = await db.selectFrom('makers').selectAll().where('id', '=', 'maker').executeTakeFirstOrThrow();
    const model = await db.selectFrom('models').selectAll().where('id', '=', 'model').executeTakeFirstOrThrow();
    await db
      .insertInto('makers')
      .values({ ...maker, id: 'other', code: 'OT' })
      .execute();
    await db
      .insertInto('models')
      .values({ ...model, id: 'same-code', maker_id: 'other' })
      .execute();
    const response = await call.get('/api/v1/fleet-health?by=firmware&model=X-100');
    expect([response.status, await response.json()]).toMatchObject([422, { errors: [{ path: 'maker', message: 'One of MK, OT' }] }]);
    expect((await list('signal=brownout&by=firmware&model=X-100&maker=MK')).items).toHaveLength(2);
    await db.deleteFrom('models').where('id', '=', 'same-code').execute();
  });

  it('opens the device-days a figure counts', async () => {
    const days = async (query: string) =>
      (await (await call.get(`/api/v1/fleet-health/days?signal=brownout&model=X-100&${query || 'limit=100'}`)).json()) as Answer;
    expect((await days('')).items).toHaveLength(45);
    expect((await days('counted=device_days&limit=100')).items).toHaveLength(60);
    expect((await days('firmware=4.2.1')).items).toHaveLength(15);
    expect((await days('hw_rev=B&counted=device_days')).items).toHaveLength(30);
    expect((await days('batch=-')).items).toHaveLength(45);
    expect((await days(`from_on=${LAST}&to_on=${addDays(LAST, 1)}`)).items[0]).toMatchObject({
      day_on: LAST,
      device_id: 'health-3',
      hw_rev: 'B',
      batch: null,
      events: 1,
    });
    const first = await days('limit=30');
    const second = await days(`limit=30&cursor=${first.next_cursor}`);
    expect(new Set([...first.items, ...second.items].map(({ day_on, device_id }) => `${day_on} ${device_id}`)).size).toBe(45);
  });

  it('is CSV when asked for, with a header even without rows', async () => {
    const csv = async (query: string): Promise<string[][]> => parse(await (await call.get(`/api/v1/fleet-health?${query}`, { Accept: 'text/csv' })).text());
    const [head, first] = await csv('signal=brownout');
    expect(head).toEqual(expect.arrayContaining(['model', 'episodes', 'device_days', 'rate_per_1000_device_days', 'ci_low', 'ci_high']));
    expect(first?.[head?.indexOf('model') ?? -1]).toBe('X-100');
    expect(await csv('signal=brownout&to_on=1999-01-01')).toHaveLength(1);
  });

  it('is not for partners', async () => {
    await test.store.db.insertInto('partners').values({ id: 'north', code: 'N', name: 'North', email: null, created_at: 0, version: 1 }).execute();
    const partner = await callerWith(testApp(test.store), test.store, 'partner', { partner_id: 'north' });
    for (const path of ['/api/v1/fleet-health', '/api/v1/fleet-health/days?signal=brownout&model=X-100', '/fleet-health']) {
      expect([path, (await partner.get(path)).status]).toEqual([path, 403]);
    }
    expect(await (await partner.get('/portal')).text()).not.toContain('/fleet-health');
  });

  it.each([
    ['en', 'Fleet health', 'The models that stand out', 'Brownouts', 'All models and signals, ranked'],
    ['ja', '稼働状況', '突出している機種', '電圧低下', 'すべての機種・信号の順位'],
  ])('has its pages in %s', async (lang, ...texts) => {
    const html = await (await call.get(`/fleet-health?lang=${lang}`)).text();
    for (const text of texts) expect(html).toContain(text);
    const ranked = await (await call.get(`/fleet-health?lang=${lang}&sort=-excess_p05`)).text();
    expect(ranked).toContain('href="/fleet-health/days?signal=brownout&amp;model=X-100');
    expect(ranked).toContain('class="chart spark"');
    const model = await (await call.get(`/fleet-health?lang=${lang}&signal=brownout&model=X-100&by=firmware`)).text();
    expect(model).toContain('4.3.0');
    expect((await call.get(`/fleet-health/days?lang=${lang}&signal=brownout&model=X-100`)).status).toBe(200);
  });
});

/** Two thousand models and more, each with one device-day. */
async function manyModels(test: TestStore, models: number): Promise<void> {
  const { db } = test.store;
  const stamp = { created_at: 0, version: 1 };
  await db
    .insertInto('makers')
    .values({ id: 'k', code: 'K', name: 'K', contact_email: null, locale: 'en', ...stamp })
    .execute();
  const unknown = { family: null, temp_limit_c: null, unit_cost: null, currency: null };
  const ids = Array.from({ length: models }, (_, i) => `m${String(i).padStart(4, '0')}`);
  await insertMany(
    db,
    'models',
    ids.map((id) => ({ id, maker_id: 'k', code: id, name: id, own_warranty_months: 12, maker_warranty_months: 12, ...unknown, ...stamp })),
  );
  const cohort = { hw_rev: '', batch_id: '', firmware: '', signal: 'reboot', devices: 10 };
  await insertMany(
    db,
    'cohort_days',
    ids.map((model_id, i) => ({ day_on: '2026-03-31', model_id, ...cohort, episodes: i % 7, events: i % 7 })),
  );
  await rebuildTotals(test.ctx());
}

eachDb('fleet health of many models', (test) => {
  it('is read page by page past the 2,000th row, each model once', async () => {
    const call = await callerWith(testApp(test.store), test.store, 'quality');
    const empty = await (await call.get('/fleet-health')).text();
    expect(empty).toContain('Figures appear within the hour of the first reports.');
    expect((await (await call.get('/api/v1/fleet-health')).json()) as Answer).toMatchObject({ items: [], next_cursor: null });
    await manyModels(test, 2100);
    const seen: Row[] = [];
    for (let cursor: string | null = '0'; cursor !== null; ) {
      const page = (await (await call.get(`/api/v1/fleet-health?signal=reboot&limit=500&cursor=${cursor}`)).json()) as Answer;
      seen.push(...page.items);
      cursor = page.next_cursor;
    }
    expect(seen.map(({ rank }) => rank)).toEqual(Array.from({ length: 2100 }, (_, i) => i + 1));
    expect(new Set(seen.map(({ model }) => model)).size).toBe(2100);
    const p05 = seen.map(({ shrunken_p05 }) => Number(shrunken_p05));
    for (const [i, value] of p05.entries()) expect(value).toBeLessThanOrEqual((p05[i - 1] ?? Infinity) * (1 + 1e-6));
  });
});
