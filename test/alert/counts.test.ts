// Counting days: what is written and when, events as measures, and a scan that was cut short.
import { expect, test } from 'vitest';
import { backtestSignal } from '../../src/alert/backtest.ts';
import { countDay } from '../../src/alert/countDay.ts';
import { liveSignals } from '../../src/alert/queries.ts';
import { writeInTurns } from '../../src/alert/replaceDay.ts';
import { addSignal } from '../../src/alert/saveSignal.ts';
import { scanCohorts } from '../../src/alert/scan.ts';
import { startOfDay } from '../../src/core/time.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import { ROWS_AT_A_TIME } from '../../src/db/inTurns.ts';
import { sqliteFile } from '../../src/db/open.ts';
import { longestWait } from '../bench/writer.ts';
import { eachDb } from '../support/eachDb.ts';
import { daysBefore, reportDay, reporters } from './fleet.ts';

const everything = async (ctx: Ctx) => ({
  days: await ctx.db.selectFrom('alert_days').selectAll().orderBy('model_id').orderBy('day_on').execute(),
  reached: await ctx.db.selectFrom('signal_days').selectAll().orderBy('day_on').orderBy('signal_id').orderBy('unit_id').execute(),
});

let next_no = 1;
const eventOn = (ctx: Ctx, device_no: number, day_on: string, name: string, data: object) =>
  insertMany(ctx.db, 'telemetry_events', [
    {
      event_no: next_no,
      device_no,
      boot_no: 1,
      seq: next_no++,
      name,
      reported_at: startOfDay(day_on, ctx.zone) + 3_600_000,
      received_at: ctx.now,
      clock_suspect_at: null,
      source: null,
      data: JSON.stringify(data),
    },
  ]);

eachDb('counted days', (test_) => {
  test('are written a little at a time, each in a transaction of its own, and whatever runs in one is refused before it if not allowed', async () => {
    const ctx = test_.ctx();
    const sizes: number[] = [];
    await writeInTurns(
      ctx,
      Array.from({ length: 2 * ROWS_AT_A_TIME + 5 }, (_, i) => i),
      async (inner, some) => {
        expect(inner.db.isTransaction).toBe(true);
        sizes.push(some.length);
      },
    );
    expect(sizes).toEqual([ROWS_AT_A_TIME, ROWS_AT_A_TIME, 5]);
    const stock = { ...ctx, actor: { ...ctx.actor, role: 'stock' as const } };
    await expect(writeInTurns(stock, [1], () => Promise.resolve())).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('leave another writer of the same file its turn between two transactions', async () => {
    if (test_.dialect !== 'sqlite') return;
    const began = performance.now();
    const waited = await longestWait(sqliteFile(test_.store.url), () =>
      writeInTurns(
        test_.ctx(),
        Array.from({ length: 30 * ROWS_AT_A_TIME }, (_, i) => i),
        async () => {
          for (const from = performance.now(); performance.now() < from + 20; );
        },
      ),
    );
    expect(waited).toBeLessThan((performance.now() - began) / 3);
  });

  test('counted again without a change are left as they are; a changed cohort or a vanished excess is followed', async () => {
    const ctx = test_.ctx();
    const fleet = await reporters(ctx, 2, 6);
    const days = daysBefore(ctx, 4);
    for (const day_on of days) await reportDay(ctx, fleet, day_on, ({ device_no }) => ({ sd_write_errs: device_no <= 3 ? 1 : 0 }));
    await scanCohorts(ctx);
    const before = await everything(ctx);
    const signals = await liveSignals(ctx);
    const [day = ''] = days;
    expect(await countDay(ctx, day, signals)).toBe(false);
    expect(await everything(ctx)).toEqual(before);

    const [first, second] = fleet;
    await ctx.db
      .updateTable('units')
      .set({ hw_rev: 'B' })
      .where('id', '=', first?.unit_id ?? '')
      .execute();
    expect(await countDay(ctx, day, signals)).toBe(false);
    const moved = await everything(ctx);
    expect(moved.reached.find((row) => row.day_on === day && row.unit_id === first?.unit_id)?.hw_rev).toBe('B');
    expect(moved.days.find((row) => row.day_on === day)?.episodes).toContain('"B"');

    await ctx.db
      .updateTable('device_days')
      .set({ sd_write_errs: 0 })
      .where('device_no', '=', second?.device_no ?? 0)
      .where('day_on', '=', day)
      .execute();
    expect(await countDay(ctx, day, signals)).toBe(true);
    expect((await everything(ctx)).reached.some((row) => row.day_on === day && row.unit_id === second?.unit_id)).toBe(false);
  });

  test('whose count was cut short are all counted again by the next scan', async () => {
    const ctx = test_.ctx();
    const days = daysBefore(ctx, 4);
    const cutShort = (now: number) =>
      ctx.db
        .updateTable('alert_progress')
        .set({ recount_from_on: days[0] ?? '', changes_read_at: now })
        .execute();
    await cutShort(ctx.now);
    await scanCohorts(ctx);
    const whole = await everything(ctx);
    // A scan that ended between the excesses of a day and the episodes of the days after it.
    await ctx.db.updateTable('alert_days').set({ episodes: '[]' }).execute();
    await cutShort(ctx.now);
    await scanCohorts(test_.ctx({ now: ctx.now + 3_600_000 }));
    expect(await everything(ctx)).toEqual(whole);
    expect((await ctx.db.selectFrom('alert_progress').selectAll().executeTakeFirstOrThrow()).recount_from_on).toBeNull();
  });

  test('of ONVIF events hold those that say trouble began, on the day they happened, however late they come', async () => {
    const ctx = test_.ctx();
    const [early = '', day = ''] = daysBefore(ctx, 4);
    const signal = await addSignal(ctx, {
      code: 'storage_failure',
      name_en: 'Storage failures',
      name_ja: 'ストレージ故障',
      kind: 'device',
      measure: 'onvif_storage',
      threshold: 1,
      prior_per_1000_device_days: 0.5,
    });
    const reached = async () =>
      (await ctx.db.selectFrom('signal_days').selectAll().where('signal_id', '=', signal.id).orderBy('day_on').execute()).map((row) => row.day_on);
    const TOPIC = 'Device/HardwareFailure/StorageFailure';
    await eventOn(ctx, 4, day, TOPIC, { Failed: true });
    await eventOn(ctx, 5, day, TOPIC, { Failed: false });
    await eventOn(ctx, 6, day, 'Device/HardwareFailure/FanFailure', { Failed: true });
    await scanCohorts(ctx);
    expect(await reached()).toEqual([day]);

    await eventOn(ctx, 5, early, `tns1:${TOPIC}`, { Failed: 'true' });
    const later = test_.ctx({ now: ctx.now + 3 * 3_600_000 });
    const { days_counted } = await scanCohorts(later);
    expect(days_counted).toBeLessThanOrEqual(2);
    expect(await reached()).toEqual([early, day]);
    const tried = await backtestSignal(later, signal, { days: 30 });
    expect(tried.episodes).toBe(2);
    expect((await backtestSignal(later, signal, { days: 30, threshold: 2 })).episodes).toBe(0);
  });
});
