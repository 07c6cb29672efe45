// A region's bad day is found among the day's counts, and is no news of the models that hang there.
import { describe, expect, test } from 'vitest';
import { readPast } from '../../src/alert/past.ts';
import { liveSignals } from '../../src/alert/queries.ts';
import { badRegions, liftOf, type RegionCount } from '../../src/alert/region.ts';
import { scanCohorts } from '../../src/alert/scan.ts';
import { layOut } from '../../src/alert/series.ts';
import { newId } from '../../src/core/id.ts';
import { addDays } from '../../src/core/time.ts';
import { type Ctx, today } from '../../src/db/ctx.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import { eachDb } from '../support/eachDb.ts';
import { chance, daysBefore, type Reporter, reportDay, reporters } from './fleet.ts';

const devices = new Map([
  ['Hokkaido', 1000],
  ['Kanto', 5000],
  ['Kyushu', 2000],
]);
/** So many episodes of a region, over so many models. */
const over = (region: string, episodes: number, models: number): RegionCount[] =>
  Array.from({ length: models }, (_, model) => ({ region, model_id: `m${model}`, episodes: episodes / models }));

describe('a region', () => {
  test('is bad when many models there report far more than elsewhere', () => {
    const bad = badRegions([...over('Hokkaido', 40, 20), ...over('Kanto', 10, 10), ...over('Kyushu', 4, 4)], devices, 1.3);
    expect([...bad.keys()]).toEqual(['Hokkaido']);
    expect(bad.get('Hokkaido')).toBeCloseTo(40 / (14.5 / 7), 9);
  });

  test.each([
    ['one failing model hangs there', [...over('Hokkaido', 40, 1), ...over('Kanto', 10, 10)]],
    [
      'one failing model hangs there beside a few ordinary ones',
      [{ region: 'Hokkaido', model_id: 'bad', episodes: 60 }, ...over('Hokkaido', 4, 4), ...over('Kanto', 10, 10)],
    ],
    ['a few episodes fall together', [...over('Hokkaido', 5, 5), ...over('Kanto', 10, 10)]],
    ['it reports what the others do', [...over('Hokkaido', 40, 20), ...over('Kanto', 200, 30), ...over('Kyushu', 80, 20)]],
    ['nothing happens', []],
  ])('is not bad when %s', (_, counts) => {
    expect(badRegions(counts, devices, 1.3).size).toBe(0);
  });

  test('alone in the fleet has nothing to be compared with', () => {
    expect(badRegions(over('Kanto', 400, 40), new Map([['Kanto', 100]]), 1.3).size).toBe(0);
  });

  test('lifts a model by the share of its devices there', () => {
    const bad = new Map([['Hokkaido', 9]]);
    expect(liftOf({ Hokkaido: 50, Kanto: 150 }, bad)).toBe(3);
    expect(liftOf({ Kanto: 150 }, bad)).toBe(1);
    expect(liftOf({}, bad)).toBe(1);
  });
});

const DAYS = 50;
const STORM = [40, 41, 42];

eachDb('a storm in one region', (test_) => {
  /** Every unit at a site of its own; model 0 hangs in the north only, the others one in eight. */
  async function placeUnits(ctx: Ctx, fleet: readonly Reporter[]): Promise<void> {
    const customer = await ctx.db.selectFrom('customers').select('id').executeTakeFirstOrThrow();
    const sites = fleet.map(({ device_no, model }) => ({
      id: newId(ctx.now),
      customer_id: customer.id,
      partner_id: null,
      code: `S-${device_no}`,
      name: `Site ${device_no}`,
      kind: null,
      region: model === 0 || device_no % 8 === 0 ? 'North' : device_no % 8 < 4 ? 'East' : 'West',
      address: null,
      created_at: ctx.now,
      version: 1,
    }));
    await insertMany(ctx.db, 'sites', sites);
    for (const [i, { unit_id }] of fleet.entries())
      await ctx.db
        .updateTable('units')
        .set({ site_id: sites[i]?.id ?? null })
        .where('id', '=', unit_id)
        .execute();
  }

  test('is what its models were to report: none of them alarms, and the count says which region and day', async () => {
    const ctx = test_.ctx();
    const fleet = await reporters(ctx, 8, 80);
    await placeUnits(ctx, fleet);
    const north = ({ model, device_no }: Reporter): boolean => model === 0 || device_no % 8 === 0;
    const days = daysBefore(ctx, DAYS);
    for (const [day, day_on] of days.entries())
      await reportDay(ctx, fleet, day_on, (reporter) => {
        const rate = STORM.includes(day) && north(reporter) ? 0.25 : 0.004;
        return { link_flaps: chance(4, day, reporter.device_no) < rate ? 9 : 0 };
      });
    const { raised } = await scanCohorts(ctx);
    expect(raised).toEqual([]);
    const bad = await ctx.db.selectFrom('bad_region_days').selectAll().orderBy('day_on').execute();
    expect(bad.map(({ day_on, signal, region }) => [day_on, signal, region])).toEqual(STORM.map((day) => [days[day], 'link_flaps', 'North']));

    const signals = await liveSignals(ctx);
    const past = (await readPast(ctx.db, addDays(today(ctx), -1), signals)) ?? expect.fail();
    const flaps = signals.findIndex(({ code }) => code === 'link_flaps');
    const expectedOf = (place: number, lifts = past.lifts) => layOut({ ...past, lifts }, place).series[0]?.[flaps]?.expected ?? [];
    const placeOf = await ctx.db.selectFrom('models').select(['id', 'code']).execute();
    const [exposed, mixed] = ['M-0', 'M-5'].map((code) => past.model_ids.indexOf(placeOf.find((row) => row.code === code)?.id ?? ''));
    const liftOn = (place = 0, day = 0) => (expectedOf(place)[day] ?? 0) / (expectedOf(place, new Map())[day] ?? 1);
    expect(liftOn(exposed, STORM[0])).toBeCloseTo(bad[0]?.factor ?? 0, 9);
    expect(liftOn(mixed, STORM[0])).toBeCloseTo(1 + ((bad[0]?.factor ?? 0) - 1) / 8, 9);
    expect(liftOn(exposed, 10)).toBe(1);
  }, 120_000);

  test('that late reports take back is forgotten', async () => {
    const ctx = test_.ctx();
    const day_on = daysBefore(ctx, DAYS)[STORM[0] ?? 0] ?? '';
    await ctx.db
      .updateTable('device_days')
      .set({ link_flaps: 0, changed_at: ctx.now + 1 })
      .where('day_on', '=', day_on)
      .execute();
    await scanCohorts(test_.ctx({ now: ctx.now + 3_600_000 }));
    expect(await ctx.db.selectFrom('bad_region_days').select('day_on').where('day_on', '=', day_on).execute()).toEqual([]);
  });
});
