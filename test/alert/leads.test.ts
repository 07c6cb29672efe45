// Lead times and the scoreboard: how early an alert was, what came without one and why; and what the fleet's own history teaches the signals.

import { expect, test } from 'vitest';
import { listLeads, listMissed } from '../../src/alert/leads.ts';
import { learnSignals } from '../../src/alert/learnSignals.ts';
import { leadOf } from '../../src/alert/queries.ts';
import { ensureSignals } from '../../src/alert/starters.ts';
import type { AlertRow } from '../../src/alert/table.ts';
import { addDays } from '../../src/core/time.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import { addReturn } from '../quality/fleet.ts';
import { alertRow } from '../support/alertRow.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { chance, daysBefore, reporters } from './fleet.ts';

const alertOf = (model_id: string, changes: Partial<AlertRow> = {}): AlertRow =>
  alertRow(model_id, {
    signal: 'sd_error',
    raised_on: '2026-03-01',
    started_on: '2026-02-01',
    last_above_on: '2026-03-01',
    statistic: 50_000,
    threshold: 38_047,
    ...changes,
  });

test.each([
  // raised      first report  first return  lead to the report, to the return
  ['2026-03-01', '2026-03-11', '2026-04-01', 10, 31],
  ['2026-03-01', '2026-02-24', null, -5, null],
  ['2026-03-01', null, '2026-03-01', null, 0],
  ['2024-02-28', '2024-03-01', null, 2, null],
])('raised %s, reported %s, returned %s: %s and %s days', (raised_on, first_report_on, first_return_on, report, returned) =>
  expect(leadOf(alertOf('m', { raised_on, first_report_on, first_return_on }))).toEqual({ report, return: returned }),
);

eachDb('the scoreboard', (test_) => {
  const modelIds = async (ctx: Ctx) => (await ctx.db.selectFrom('models').select('id').orderBy('code').execute()).map(({ id }) => id);

  test('lists what five confirmed returns came from without an alert before the fifth, and why', async () => {
    const ctx = test_.ctx();
    const fleet = await reporters(ctx, 6, 6);
    await ensureSignals(ctx);
    const signal = await ctx.db.selectFrom('signals').select('id').where('code', '=', 'sd_error').executeTakeFirstOrThrow();
    const ids = await modelIds(ctx);
    const returned_on = (n: number): string => addDays('2026-03-01', n);
    // Model 4 has four returns only; those of model 5 turned out to be no fault.
    for (const { model, unit_id } of fleet) {
      const n = fleet.filter((one) => one.model === model).findIndex((one) => one.unit_id === unit_id);
      if (n >= (model === 4 ? 4 : 5)) continue;
      await addReturn(ctx, unit_id, { returned_on: returned_on(n), failed_on: returned_on(n), verdict: model === 5 ? 'no_fault_found' : 'confirmed' });
    }
    const [unit] = fleet.filter((one) => one.model === 1);
    await insertMany(ctx.db, 'signal_days', [
      {
        day_on: '2026-02-20',
        signal_id: signal.id,
        unit_id: unit?.unit_id ?? '',
        model_id: ids[1] ?? '',
        hw_rev: 'A',
        batch_id: '',
        firmware: '1.0',
        age_band: 1,
        site_id: null,
      },
    ]);
    await ctx.db
      .updateTable('devices')
      .set({ unit_id: null })
      .where(
        'unit_id',
        'in',
        fleet.filter((one) => one.model === 2).map((one) => one.unit_id),
      )
      .execute();
    // Model 3 was alerted on the day of the fifth return; a watch and a late alert of model 0 do not count.
    await insertMany(ctx.db, 'alerts', [
      alertOf(ids[3] ?? '', { raised_on: returned_on(4), first_return_on: returned_on(0) }),
      alertOf(ids[0] ?? '', { raised_on: returned_on(1), level: 'watch', state: 'resolved', closed_at: NOW }),
      alertOf(ids[0] ?? '', { raised_on: returned_on(5) }),
    ]);
    expect((await listMissed(ctx)).map(({ model_code, returns, first_return_on, why }) => [model_code, returns, first_return_on, why]).sort()).toEqual([
      ['M-0', 5, '2026-03-01', 'no_signal'],
      ['M-1', 5, '2026-03-01', 'below'],
      ['M-2', 5, '2026-03-01', 'no_telemetry'],
    ]);
    expect((await listLeads(ctx, ids[3])).map(({ lead_report, lead_return }) => [lead_report, lead_return])).toEqual([[null, -4]]);
    const page = await (await (await callerWith(testApp(test_.store), test_.store, 'quality')).get('/lead-times')).text();
    expect(page).toContain('signals seen, but not beyond chance');
  });
});

eachDb('the fleet teaches its signals', (test_) => {
  const DAYS = 70;
  const MODELS = 24;

  /** Counted days of models whose levels differ by a factor of nine, three episodes at a time. */
  async function countedDays(ctx: Ctx): Promise<void> {
    const rows = daysBefore(ctx, DAYS).flatMap((day_on, day) =>
      Array.from({ length: MODELS }, (_, model) => ({
        day_on,
        model_id: `m${model}`,
        exposure: '[["A","","1.0",[0,400,0]]]',
        episodes: chance(5, day, model) < 0.03 * (model % 3 === 0 ? 9 : 1) ? '[["A","","1.0","sd_error",[0,3,0]]]' : '[]',
        regions: '{}',
      })),
    );
    await insertMany(ctx.db, 'alert_days', rows);
  }

  test('how much they scatter and how much models differ, once, and only when it has shown enough', async () => {
    const ctx = test_.ctx();
    await ensureSignals(ctx);
    expect(await learnSignals(ctx)).toEqual([]);
    await countedDays(ctx);
    const before = await ctx.db.selectFrom('signals').selectAll().where('code', '=', 'sd_error').executeTakeFirstOrThrow();
    expect(await learnSignals(ctx)).toEqual(['sd_error']);
    const after = await ctx.db.selectFrom('signals').selectAll().where('code', '=', 'sd_error').executeTakeFirstOrThrow();
    expect(after.dispersion).toBeGreaterThan(1.8);
    expect(after.heterogeneity_shape).toBeLessThan(4);
    expect(Number(after.version)).toBe(Number(before.version) + 1);
    const [told] = await ctx.db.selectFrom('history').select(['action', 'record_id']).where('action', '=', 'signal.learned').execute();
    expect(told?.record_id).toBe(after.id);
    expect(await learnSignals(ctx)).toEqual([]);
  });
});
