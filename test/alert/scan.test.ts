// From device days in the store to an alert that explains itself, on both databases.
import { expect, test } from 'vitest';
import { acknowledgeAlert, dismissAlert, resolveAlert } from '../../src/alert/act.ts';
import { evidenceOf, findLookalikes, getAlert, listAlerts, listAlertUnits, listCustomersAtRisk } from '../../src/alert/queries.ts';
import { scanCohorts } from '../../src/alert/scan.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { chance, daysBefore, type Reporter, reportDay, reporters } from './fleet.ts';

const ALL = { limit: 50 };

// biome-ignore lint/suspicious/noExplicitAny: an answer of the API, looked into field by field.
const json = async (answer: Promise<Response>): Promise<any> => (await answer).json();

/** Ordinary SD errors at 3 per 1,000 device-days; batch A of model 0 fails from day `onset` on, thirteen times as often. */
const sdErrors = (day: number, onset: number) => (reporter: Reporter) => ({
  sd_write_errs: chance(7, day, reporter.device_no) < (reporter.model === 0 && reporter.batch === 0 && day >= onset ? 0.04 : 0.003) ? 1 : 0,
});

eachDb('the nightly scan', (test_) => {
  let fleet: Reporter[] = [];

  test('finds the failing batch and names it', async () => {
    const ctx = test_.ctx();
    fleet = await reporters(ctx, 6, 100);
    for (const [day, day_on] of daysBefore(ctx, 75).entries()) await reportDay(ctx, fleet, day_on, sdErrors(day, 45));
    const scanned = await scanCohorts(ctx);
    expect(scanned).toMatchObject({ days_counted: 75, models: 6 });
    const { items } = await listAlerts(ctx, {}, ALL);
    expect(items.map((alert) => [alert.model_code, alert.signal, alert.state])).toEqual([['M-0', 'sd_error', 'open']]);
    const evidence = evidenceOf(items[0] ?? expect.fail());
    expect(evidence.observed).toBeGreaterThan(2 * (evidence.expected ?? Infinity));
    expect(evidence.ratio_low).toBeGreaterThan(1);
    expect(evidence.excess?.[0]?.p_value).toBeLessThan(0.01);
    expect(evidence.shares?.most_by_device).toBeLessThan(6);
    expect(evidence.shares?.without_top_device).toBeLessThanOrEqual(items[0]?.statistic ?? 0);
  }, 90_000);

  test('the same scan again changes nothing and raises nothing', async () => {
    const ctx = test_.ctx();
    const before = await ctx.db.selectFrom('alert_days').selectAll().orderBy('model_id').orderBy('day_on').execute();
    const again = await scanCohorts(ctx);
    expect(again.raised).toEqual([]);
    expect(await ctx.db.selectFrom('alert_days').selectAll().orderBy('model_id').orderBy('day_on').execute()).toEqual(before);
  });

  test('lists affected units, units at risk and the customers to tell', async () => {
    const ctx = test_.ctx();
    const [alert] = (await listAlerts(ctx, {}, ALL)).items;
    const id = alert?.id ?? '';
    const affected = await listAlertUnits(ctx, id, 'affected');
    const atRisk = await listAlertUnits(ctx, id, 'at_risk');
    expect(affected.length).toBeGreaterThan(5);
    expect(affected.length + atRisk.length).toBeGreaterThanOrEqual(50);
    expect((await listCustomersAtRisk(ctx, id)).map((row) => [row.code, Number(row.units)])).toEqual([['CU', atRisk.length]]);
  });

  test('one complaint stands for the others that look alike', async () => {
    const ctx = test_.ctx();
    const recent = await ctx.db
      .selectFrom('signal_days')
      .select('unit_id')
      .where('model_id', '=', (await getFirst(ctx)).model_id)
      .where('day_on', '>=', daysBefore(ctx, 10)[0] ?? '')
      .execute();
    const { signals, items } = await findLookalikes(ctx, recent[0]?.unit_id ?? '');
    expect(signals).toEqual(['sd_error']);
    expect(items.length).toBeGreaterThan(2);
    expect(items.every((item) => item.signals.includes('sd_error') && item.unit_id !== recent[0]?.unit_id)).toBe(true);
  });

  test('a late report re-opens its own day only', async () => {
    const ctx = test_.ctx({ now: NOW + 10 * 60_000 });
    const [late] = daysBefore(ctx, 20);
    await ctx.db
      .updateTable('device_days')
      .set({ sd_write_errs: 3, changed_at: ctx.now })
      .where('day_on', '=', late ?? '')
      .where('device_no', '=', 500)
      .execute();
    const scanned = await scanCohorts(ctx);
    expect(scanned.days_counted).toBeLessThanOrEqual(2);
    expect(
      (
        await ctx.db
          .selectFrom('signal_days')
          .select('unit_id')
          .where('day_on', '=', late ?? '')
          .where('unit_id', '=', fleet[499]?.unit_id ?? '')
          .execute()
      ).length,
    ).toBe(1);
  });

  test('acknowledging, resolving and dismissing follow the lifecycle', async () => {
    const ctx = test_.ctx();
    const { id } = await getFirst(ctx);
    expect((await acknowledgeAlert(ctx, id, {})).state).toBe('acknowledged');
    await expect(acknowledgeAlert(ctx, id, {})).rejects.toMatchObject({ code: 'conflict' });
    expect((await resolveAlert(ctx, id, { reason: 'batch held' })).state).toBe('resolved');
    await expect(dismissAlert(ctx, id, { reason: 'late' })).rejects.toMatchObject({ code: 'conflict' });
  });

  test('a closed incident does not re-open while it lasts', async () => {
    const ctx = test_.ctx({ now: NOW + DAY_MS });
    await reportDay(ctx, fleet, daysBefore(ctx, 1)[0] ?? '', sdErrors(75, 45));
    const scanned = await scanCohorts(ctx);
    expect(scanned.days_counted).toBeLessThanOrEqual(3);
    expect(scanned.raised).toEqual([]);
  });

  test('the API gives the alert with its evidence, signals with a back-test, and scans on demand', async () => {
    const api = await callerWith(testApp(test_.store), test_.store, 'quality');
    const { items } = await json(api.get('/api/v1/alerts?state=resolved'));
    expect(items).toHaveLength(1);
    const detail = await json(api.get(`/api/v1/alerts/${items[0].id}`));
    expect(detail).toMatchObject({ model_code: 'M-0', signal: 'sd_error', state: 'resolved' });
    expect(detail.affected_units.length).toBe(detail.affected_count);
    // The history came at once: the scan saw on its last day what it would have seen weeks before.
    expect(detail.level_reached_on > detail.started_on && detail.level_reached_on < detail.raised_on).toBe(true);
    const signals = (await json(api.get('/api/v1/signals'))).items;
    const sd = signals.find((signal: { code: string }) => signal.code === 'sd_error');
    const backtest = await json(api.post(`/api/v1/signals/${sd.id}/backtest`, { days: 75 }));
    expect(backtest.alerts.map((alert: { model_code: string }) => alert.model_code)).toEqual(['M-0']);
    const strict = await json(api.post(`/api/v1/signals/${sd.id}/backtest`, { days: 75, threshold: 2 }));
    expect(strict.alerts).toEqual([]);
    expect((await api.post('/api/v1/scans', {})).status).toBe(201);
    expect((await api.post('/api/v1/silences', { from_on: '2026-04-01', to_on: '2026-03-01', reason: 'x' })).status).toBe(422);
    expect((await api.post('/api/v1/silences', { from_on: '2026-04-01', to_on: '2026-04-02', reason: 'network works' })).status).toBe(201);
  });

  test('pages show the list and the alert in both languages', async () => {
    const page = await callerWith(testApp(test_.store), test_.store, 'quality');
    const { id } = await getFirst(test_.ctx());
    expect(await (await page.get('/alerts')).text()).toContain('M-0');
    const shown = await (await page.get(`/alerts/${id}?lang=ja`)).text();
    expect(shown).toContain('観測');
    expect(shown).toContain('<svg');
    expect((await page.get('/signals')).status).toBe(200);
  });

  async function getFirst(ctx: ReturnType<typeof test_.ctx>) {
    const [alert] = (await listAlerts(ctx, {}, ALL)).items;
    return getAlert(ctx, alert?.id ?? '');
  }
});
