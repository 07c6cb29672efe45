// Whatever comes late, twice or corrected: the running totals are the plain sum of cohort_days for any period, and equal a recount.
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { addDays } from '../../src/core/time.ts';
import { countCohorts } from '../../src/telemetry/cohorts.ts';
import { detailsByModel, sumByModel, sumByPart } from '../../src/telemetry/healthSums.ts';
import { weeklyTrends } from '../../src/telemetry/healthTrend.ts';
import { rebuildTotals, verifyTotals } from '../../src/telemetry/recountTotals.ts';
import { eachDb, type TestStore } from '../support/eachDb.ts';
import { type CameraDay, DEVICES, type HealthFleet, healthFleet, MODELS } from './healthFleet.ts';

const FIRST = '2026-01-20';
const DAYS = 80;
const day = fc.integer({ min: 0, max: DAYS - 1 }).map((i) => addDays(FIRST, i));
const cameraDay: fc.Arbitrary<CameraDay> = fc.record({
  device: fc.integer({ min: 0, max: DEVICES - 1 }),
  day_on: day,
  brownouts: fc.option(fc.integer({ min: 0, max: 4 }), { freq: 5 }),
  firmware: fc.constantFrom('4.2.1', '4.3.0'),
});

async function plainSum(test: TestStore, signal: string, from_on: string, to_on: string) {
  const rows = await test.store.db
    .selectFrom('cohort_days')
    .select(['model_id as key', ({ fn }) => fn.sum<number>('devices').as('device_days'), ({ fn }) => fn.sum<number>('episodes').as('episodes')])
    .where('signal', '=', signal)
    .where('day_on', '>=', from_on)
    .where('day_on', '<', to_on)
    .groupBy('model_id')
    .orderBy('model_id')
    .execute();
  return rows.map(({ key, device_days, episodes }) => ({ key, device_days: Number(device_days), episodes: Number(episodes) }));
}

const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);

eachDb('the running totals of a signal', (test) => {
  let fleet: HealthFleet;
  beforeAll(async () => {
    fleet = await healthFleet(test);
  });

  it('are the plain sum for any period, after days that come late, shuffled and corrected', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cameraDay, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        day,
        day,
        async (batches, one, other) => {
          for (const batch of batches) await fleet.tell(batch);
          const [from_on, to_on] = one < other ? [one, other] : [other, one];
          for (const signal of ['brownout', 'frames_lost']) {
            const sums = await sumByModel(test.ctx(), signal, { from_on, to_on });
            expect([...sums].sort(byKey)).toEqual(await plainSum(test, signal, from_on, to_on));
          }
          expect((await verifyTotals(test.ctx())).differences).toEqual([]);
        },
      ),
      { numRuns: 12, seed: 4 },
    );
  }, 120_000);

  it('are those of the parts of a model added up, events and devices of the last day too', async () => {
    const period = { from_on: FIRST, to_on: addDays(FIRST, DAYS) };
    const details = await detailsByModel(test.ctx(), 'brownout', period, MODELS);
    for (const sum of await sumByModel(test.ctx(), 'brownout', period)) {
      for (const cut of ['firmware', 'hw_rev', 'batch'] as const) {
        const parts = await sumByPart(test.ctx(), 'brownout', period, sum.key, cut);
        const total = (figure: 'device_days' | 'episodes' | 'events' | 'devices') => parts.reduce((all, part) => all + part[figure], 0);
        expect({ key: sum.key, device_days: total('device_days'), episodes: total('episodes') }).toEqual(sum);
        expect({ events: total('events'), devices: total('devices') }).toEqual(details.get(sum.key));
      }
    }
  });

  it('tell the rate of each week, and a week without reports as unknown', async () => {
    const to_on = addDays(FIRST, DAYS + 7);
    const trends = await weeklyTrends(test.ctx(), 'brownout', { from_on: FIRST, to_on }, MODELS);
    const weeks = Math.floor((DAYS + 7) / 7);
    for (const model_id of MODELS) {
      const plain = await Promise.all(
        Array.from({ length: weeks }, async (_, i) => {
          const from_on = addDays(to_on, (i - weeks) * 7);
          const sum = (await plainSum(test, 'brownout', from_on, addDays(from_on, 7))).find(({ key }) => key === model_id);
          return sum === undefined ? null : (sum.episodes / sum.device_days) * 1000;
        }),
      );
      expect(trends.get(model_id)).toEqual(plain);
      expect(plain.at(-1)).toBeNull();
    }
  });

  it('of a late day change one month of its model, and nothing else', async () => {
    await fleet.tell(MODELS.map((_, device) => ({ device, day_on: '2026-03-05', brownouts: 1 })));
    const before = await stored(test);
    await fleet.tell([{ device: 0, day_on: '2026-03-02', brownouts: 3 }]);
    const after = await stored(test);
    const changed = [...after].filter(([key, figures]) => before.get(key) !== figures).map(([key]) => key.split(' '));
    expect(changed.length).toBeGreaterThan(0);
    for (const [, signal, on, model_id] of changed) expect([signal, on?.slice(0, 7), model_id]).toEqual([expect.any(String), '2026-03', 'model']);
    // At most 31 days and the month.
    expect(changed.filter(([, signal]) => signal === 'brownout').length).toBeLessThanOrEqual(32);
  });

  it('are counted from all days at once in a store that is older than they are', async () => {
    const before = await stored(test);
    await test.store.db.deleteFrom('signal_totals').execute();
    await test.store.db.deleteFrom('signal_months').execute();
    await test.store.db.deleteFrom('ingest_marks').where('name', '=', 'signal_totals').execute();
    await countCohorts(test.ctx());
    expect(await stored(test)).toEqual(before);
  });

  it('that were damaged are found, and mended by a recount', async () => {
    const before = await stored(test);
    const damaged = { signal: 'brownout', model_id: 'model' };
    await test.store.db
      .updateTable('signal_totals')
      .set({ episodes: 99 })
      .where('signal', '=', 'brownout')
      .where('model_id', '=', 'model')
      .where('day_on', '=', '2026-03-05')
      .execute();
    await test.store.db
      .deleteFrom('signal_months')
      .where('signal', '=', 'brownout')
      .where('model_id', '=', 'model')
      .where('month_on', '=', '2026-03-01')
      .execute();
    expect((await verifyTotals(test.ctx())).differences).toEqual([
      expect.objectContaining({ ...damaged, on: '2026-03-05' }),
      expect.objectContaining({ ...damaged, on: '2026-03', kept: null }),
    ]);
    expect(await rebuildTotals(test.ctx())).toBe(before.size);
    expect(await stored(test)).toEqual(before);
  });
});

/** Every row of both tables by its key. */
async function stored(test: TestStore): Promise<Map<string, string>> {
  const days = await test.store.db.selectFrom('signal_totals').selectAll().execute();
  const months = await test.store.db.selectFrom('signal_months').selectAll().execute();
  return new Map([
    ...days.map((row): [string, string] => [
      `day ${row.signal} ${row.day_on} ${row.model_id}`,
      `${row.devices} ${row.device_days} ${row.episodes} ${row.events}`,
    ]),
    ...months.map((row): [string, string] => [`month ${row.signal} ${row.month_on} ${row.model_id}`, `${row.device_days} ${row.episodes} ${row.events}`]),
  ]);
}
