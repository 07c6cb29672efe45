// Signals before confirmed failures: the arithmetic, and the way from the store to the page.
import { expect, test } from 'vitest';
import { ensureSignals } from '../../src/alert/starters.ts';
import { scorePrecursors, watchedFrom } from '../../src/learning/precursorRules.ts';
import { countLessons, listPrecursors } from '../../src/learning/precursors.ts';
import { wilsonInterval } from '../../src/stats/proportionInterval.ts';
import { daysBefore, type Reporter, reportDay, reporters } from '../alert/fleet.ts';
import { addReturn } from '../quality/fleet.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

const match = (unit_id: string, failed: boolean) => ({ unit_id, failed, from_on: '2026-01-01', failed_on: '2026-04-01', failure_mode_id: 'f' });
const on = (unit_id: string, signal_id: string, day_on: string) => ({ unit_id, signal_id, day_on });

test('recall, precision and lead count the 90 days before, and neither the day itself nor the days before them', () => {
  const rows = scorePrecursors(
    [match('a', true), match('b', true), match('c', true), match('x', false), match('y', false)],
    [
      on('a', 'sd', '2026-03-22'),
      on('a', 'sd', '2026-03-12'),
      on('b', 'sd', '2026-03-02'),
      on('c', 'sd', '2026-04-01'),
      on('c', 'sd', '2025-12-31'),
      on('x', 'sd', '2026-03-30'),
      on('y', 'fps', '2026-03-30'),
    ],
    ['fps', 'quiet', 'sd'],
    wilsonInterval,
  );
  expect(
    rows.map(({ signal_id, hits, false_hits, recall, precision, median_lead_days }) => [signal_id, hits, false_hits, recall, precision, median_lead_days]),
  ).toEqual([
    ['sd', 2, 1, 2 / 3, 2 / 3, 25],
    ['fps', 0, 1, 0, 0, null],
  ]);
  expect(rows[0]?.recall_interval?.low).toBeCloseTo(0.208, 3);
});

test.each([
  ['2025-06-01', '2026-01-01'],
  ['2026-02-01', '2026-02-01'],
  ['2026-03-18', '2026-03-18'],
  ['2026-03-19', null],
  ['2026-05-01', null],
])('a device first heard on %s that failed on 1 April is looked at from %s', (heard_on, from_on) => {
  expect(watchedFrom(heard_on, '2026-04-01')).toBe(from_on);
});

eachDb('signals before failures', (test_) => {
  let fleet: Reporter[];
  test('are learned from confirmed returns alone, against healthy devices of the model', async () => {
    const ctx = test_.ctx();
    fleet = await reporters(ctx, 2, 14);
    await ensureSignals(ctx);
    const [first, second, nff] = fleet;
    const [failed_on = '', month = '', season = ''] = [daysBefore(ctx, 10)[0], daysBefore(ctx, 40)[0], daysBefore(ctx, 70)[0]];
    for (const [unit, verdict] of [
      [first, 'confirmed'],
      [second, 'confirmed'],
      [nff, 'no_fault_found'],
    ] as const)
      await addReturn(ctx, unit?.unit_id ?? '', { returned_on: failed_on, failed_on, verdict, failure_mode_id: 'mode-sd-worn' });
    const signals = await ctx.db.selectFrom('signals').select(['id', 'code']).execute();
    const sd = signals.find((signal) => signal.code === 'sd_error')?.id ?? '';
    const row = (unit_id: string, day_on: string) => ({
      unit_id,
      day_on,
      signal_id: sd,
      model_id: 'm',
      hw_rev: 'A',
      batch_id: '',
      firmware: '',
      age_band: 1,
      site_id: null,
    });
    await ctx.db
      .insertInto('signal_days')
      .values([row(first?.unit_id ?? '', month), row(second?.unit_id ?? '', season), row(nff?.unit_id ?? '', month), row(fleet[4]?.unit_id ?? '', month)])
      .execute();
    const [mode, ...others] = await listPrecursors(ctx);
    expect(others).toEqual([]);
    expect(mode).toMatchObject({ code: 'SD_WORN', failures: 2, healthy: 10 });
    expect(mode?.signals).toMatchObject([{ signal_id: sd, hits: 2, recall: 1, median_lead_days: 45 }]);
    expect(mode?.signals[0]?.false_hits).toBeGreaterThan(0);
  });

  test('say which confirmed failures teach nothing, and why', async () => {
    const ctx = test_.ctx();
    const [failed_on = ''] = daysBefore(ctx, 5);
    const [told, brief, silent, odd] = fleet.slice(20);
    for (const unit of [told, brief])
      await ctx.db
        .updateTable('devices')
        .set({ first_seen_at: ctx.now })
        .where('device_no', '=', unit?.device_no ?? 0)
        .execute();
    await ctx.db
      .updateTable('devices')
      .set({ unit_id: null })
      .where('device_no', '=', silent?.device_no ?? 0)
      .execute();
    // A history that came later counts from the day it tells of.
    await reportDay(ctx, fleet.slice(20, 21), daysBefore(ctx, 25)[0] ?? '', () => ({}));
    await reportDay(ctx, fleet.slice(21, 22), daysBefore(ctx, 15)[0] ?? '', () => ({}));
    for (const unit of [told, brief, silent, odd])
      await addReturn(ctx, unit?.unit_id ?? '', {
        returned_on: failed_on,
        failed_on,
        verdict: 'confirmed',
        failure_mode_id: unit === odd ? null : 'mode-sd-worn',
      });
    expect(await countLessons(ctx)).toEqual({ confirmed: 6, without_mode: 1, unheard: 1, heard_briefly: 1 });
    expect(await listPrecursors(ctx)).toMatchObject([{ code: 'SD_WORN', failures: 3, healthy: 15 }]);
  });

  test('stand on a page and in the API', async () => {
    const caller = await callerWith(testApp(test_.store), test_.store, 'quality');
    const answer = await (await caller.get('/api/v1/precursors')).json();
    expect(answer).toMatchObject({ items: [{ failure_mode: 'SD_WORN', failures: 3, signals: [{ hits: 2 }] }] });
    expect(await (await caller.get('/learning/precursors?lang=ja')).text()).toContain('故障の前兆');
  });
});
