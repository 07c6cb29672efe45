// Firmware roll-outs through the store: a bad one is found against the devices still to upgrade, harmless ones are not.
import { expect, test } from 'vitest';
import { countDay } from '../../src/alert/countDay.ts';
import { evidenceOf, listAlerts, liveSignals } from '../../src/alert/queries.ts';
import { scanCohorts } from '../../src/alert/scan.ts';
import { eachDb } from '../support/eachDb.ts';
import { chance, daysBefore, type Reporter, reportDay, reporters } from './fleet.ts';

const DAYS = 60;
const START = 36;

/** Thirds of a model upgrade two weeks apart; the last third never does. */
const upgradesOn = (reporter: Reporter): number => (reporter.device_no % 3 === 2 ? Infinity : START + 14 * (reporter.device_no % 3));

/**
 * Every model upgrades. In model 0 the new firmware brings twelve times the SD errors; in model 1 those who upgrade first always had a third more;
 * in model 2 two fifths of the devices fall silent the day after; model 3 is as it was, but for SD errors on the day of the upgrade itself.
 */
function dayOf(day: number) {
  return (reporter: Reporter) => {
    const since = day - upgradesOn(reporter);
    const { model, device_no } = reporter;
    if (model === 2 && since >= 1 && device_no % 5 < 2) return null;
    const rate = 0.006 * (model === 0 && since >= 0 ? 12 : 1) * (model === 1 && device_no % 3 === 0 ? 1.3 : 1);
    const settling = model === 3 && since === 0;
    return { firmware: since >= 0 ? '2.0' : '1.0', sd_write_errs: settling || chance(11, day, device_no) < rate ? 1 : 0 };
  };
}

eachDb('a firmware roll-out', (test_) => {
  let fleet: Reporter[] = [];

  test('that brings trouble is found by the devices still to upgrade; harmless ones are not', async () => {
    const ctx = test_.ctx();
    fleet = await reporters(ctx, 6, 120);
    for (const [day, day_on] of daysBefore(ctx, DAYS).entries()) await reportDay(ctx, fleet, day_on, dayOf(day));
    await scanCohorts(ctx);
    const { items } = await listAlerts(ctx, {}, { limit: 50 });
    const loud = items.filter((alert) => alert.level !== 'watch');
    expect(loud.map((alert) => [alert.model_code, alert.signal]).sort()).toEqual([
      ['M-0', 'sd_error'],
      ['M-2', 'silence'],
    ]);
    for (const alert of loud) {
      const { rollout } = evidenceOf(alert);
      expect(rollout).toMatchObject({ firmware: '2.0', upgraded: 80, started_on: daysBefore(ctx, DAYS)[START] });
      expect(rollout?.treated).toBeGreaterThan(2 * (rollout?.treated_expected ?? Infinity));
      expect(rollout?.control).toBeLessThan(2 * (rollout?.control_expected ?? 0) + 3);
      expect(rollout?.e_value).toBeGreaterThan(30);
    }
  }, 120_000);

  test('is dated by the reports, however often and in whatever order the days are counted', async () => {
    const ctx = test_.ctx();
    const before = await ctx.db.selectFrom('unit_firmwares').selectAll().orderBy('unit_id').orderBy('firmware').execute();
    expect(before).toHaveLength(6 * 120 + 6 * 80);
    const days = daysBefore(ctx, DAYS);
    const signals = await liveSignals(ctx);
    for (const day of [START, START + 14, START, 0]) await countDay(ctx, days[day] ?? '', signals);
    expect(await ctx.db.selectFrom('unit_firmwares').selectAll().orderBy('unit_id').orderBy('firmware').execute()).toEqual(before);
  });

  test('a late report that takes the first day away moves the upgrade to the next', async () => {
    const ctx = test_.ctx();
    const days = daysBefore(ctx, DAYS);
    const [unit] = fleet.filter((reporter) => upgradesOn(reporter) === START);
    await ctx.db
      .updateTable('device_days')
      .set({ firmware: '1.0' })
      .where('device_no', '=', unit?.device_no ?? 0)
      .where('day_on', '=', days[START] ?? '')
      .execute();
    await countDay(ctx, days[START] ?? '', await liveSignals(ctx));
    const row = await ctx.db
      .selectFrom('unit_firmwares')
      .select('from_on')
      .where('unit_id', '=', unit?.unit_id ?? '')
      .where('firmware', '=', '2.0')
      .executeTakeFirst();
    expect(row?.from_on).toBe(days[START + 1]);
  });
});
