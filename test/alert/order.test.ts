// The same reports in any order, split or repeated, give the identical counts and statistic: through the store and the real scan.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countDay } from '../../src/alert/countDay.ts';
import { budgetsOf, evidenceAt, streamsOf } from '../../src/alert/detector.ts';
import { readPast } from '../../src/alert/past.ts';
import { liveSignals } from '../../src/alert/queries.ts';
import { scanCohorts } from '../../src/alert/scan.ts';
import { layOut } from '../../src/alert/series.ts';
import { addDays } from '../../src/core/time.ts';
import { type Ctx, today } from '../../src/db/ctx.ts';
import { eachDb } from '../support/eachDb.ts';
import { chance, daysBefore, reportDay, reporters } from './fleet.ts';

const DAYS = 36;

eachDb('days that arrive late, twice or backwards', (test_) => {
  test('leave the identical statistic', async () => {
    const ctx = test_.ctx();
    const fleet = await reporters(ctx, 3, 12);
    const days = daysBefore(ctx, DAYS);
    for (const [day, day_on] of days.entries())
      await reportDay(ctx, fleet, day_on, ({ device_no }) => ({ sd_write_errs: chance(3, day, device_no) < 0.08 ? 1 : 0 }));
    await scanCohorts(ctx);
    const before = await stateOf(ctx);
    expect(before.episodes).toBeGreaterThan(10);
    const signals = await liveSignals(ctx);
    const order = fc.array(fc.integer({ min: 0, max: DAYS - 1 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(order, async (some) => {
        const changed_at = ctx.now + 1;
        for (const day of some) {
          // The day is taken away, counted without, and comes late.
          const rows = await ctx.db
            .selectFrom('device_days')
            .selectAll()
            .where('day_on', '=', days[day] ?? '')
            .where('device_no', '<=', 9)
            .execute();
          await ctx.db
            .deleteFrom('device_days')
            .where('day_on', '=', days[day] ?? '')
            .where('device_no', '<=', 9)
            .execute();
          await countDay(ctx, days[day] ?? '', signals);
          await ctx.db
            .insertInto('device_days')
            .values(rows.map((row) => ({ ...row, changed_at })))
            .execute();
        }
        await scanCohorts(test_.ctx({ now: changed_at + 1 }));
        expect(await stateOf(ctx)).toEqual(before);
      }),
      { numRuns: 6 },
    );
  }, 120_000);
});

async function stateOf(ctx: Ctx) {
  const days = await ctx.db.selectFrom('alert_days').selectAll().orderBy('model_id').orderBy('day_on').execute();
  const reached = await ctx.db.selectFrom('signal_days').selectAll().orderBy('day_on').orderBy('signal_id').orderBy('unit_id').execute();
  const past = await readPast(ctx.db, addDays(today(ctx), -1), await liveSignals(ctx));
  const statistics: number[] = [];
  for (const place of past?.model_ids.keys() ?? []) {
    if (past === null) continue;
    const model = layOut(past, place);
    const streams = streamsOf(model.series, model.shapes, past.days);
    statistics.push(evidenceAt(streams, past.days - 1, model.shapes, budgetsOf(model.cohorts.map(({ kind }) => kind))).statistic);
  }
  return { days, reached, statistics, episodes: days.filter((row) => row.episodes !== '[]').length };
}
