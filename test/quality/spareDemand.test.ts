import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemActor } from '../../src/core/actor.ts';
import { addDays } from '../../src/core/time.ts';
import { schedule } from '../../src/jobs/schedule.ts';
import { agedRates } from '../../src/quality/agedRates.ts';
import { listAgesUnderAlert } from '../../src/quality/alertedAges.ts';
import { forecastSpares } from '../../src/quality/spareDemand.ts';
import { negativeBinomialInterval, negativeBinomialQuantile } from '../../src/stats/negativeBinomial.ts';
import { drawWeibull } from '../stats/draws.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { addCatalog, addReturn, addUnit } from './fleet.ts';

const Forecasts = z.object({
  items: z.array(
    z.object({
      model_code: z.string(),
      horizon_days: z.number(),
      expected_demand: z.number(),
      demand_low: z.number(),
      demand_high: z.number(),
      service_level: z.number(),
      service_quantity: z.number(),
      suggested_reorder_point: z.number(),
      reorder_point: z.number().nullable(),
      method: z.string(),
    }),
  ),
});

eachDb('the demand for replacements', (test) => {
  let keeper: Caller;
  const ctx = () => test.ctx({ actor: systemActor('forecast-spares') });
  const forecasts = async () => new Map(Forecasts.parse(await (await keeper.get('/api/v1/stock/forecast')).json()).items.map((row) => [row.model_code, row]));

  const modelId = async (code: string) => (await test.ctx().db.selectFrom('models').select('id').where('code', '=', code).executeTakeFirstOrThrow()).id;

  beforeAll(async () => {
    await addCatalog(test.ctx());
    // A1 wears out in about a year and a half; A2 lost one of forty; Z1 none of ten, but has a stock policy.
    for (const life of drawWeibull(200, 2, 550)) {
      const id = await addUnit(test.ctx(), { model: 'A1', from_on: '2025-01-01', to_on: life < 455 ? addDays('2025-01-01', life) : null });
      if (life < 455) await addReturn(test.ctx(), id, { returned_on: addDays('2025-01-01', life), verdict: life % 5 === 0 ? 'no_fault_found' : 'confirmed' });
    }
    for (let i = 0; i < 40; i++) {
      const id = await addUnit(test.ctx(), { model: 'A2', from_on: '2025-06-01' });
      if (i === 0) await addReturn(test.ctx(), id, { returned_on: '2025-12-01', verdict: 'confirmed' });
    }
    for (let i = 0; i < 10; i++) await addUnit(test.ctx(), { model: 'Z1', from_on: '2025-06-01' });
    keeper = await callerWith(testApp(test.store), test.store, 'admin');
    expect((await keeper.post('/api/v1/stock/policies', { model_code: 'Z1', reorder_point: 1, lead_time_days: 30 })).status).toBeLessThan(300);
    await forecastSpares(ctx());
  });

  it('is computed by a job', () => expect(schedule.map((job) => job.work)).toContain(forecastSpares));

  it('comes from the life model where failures are enough for one, every return counted', async () => {
    const a1 = (await forecasts()).get('A1');
    expect(a1).toMatchObject({ method: 'weibull', horizon_days: 60, service_level: 0.95, reorder_point: null });
    // About 100 of the 200 still serve, at an age where a Weibull(2, 550) loses 0.3 % a day.
    expect(a1?.expected_demand).toBeGreaterThan(8);
    expect(a1?.expected_demand).toBeLessThan(40);
    expect(a1?.demand_low).toBeLessThan(a1?.expected_demand ?? 0);
    expect(a1?.demand_high).toBeGreaterThan(a1?.expected_demand ?? 0);
    expect(a1?.suggested_reorder_point).toBe(a1?.service_quantity);
    expect(a1?.service_quantity).toBeGreaterThan(a1?.expected_demand ?? 0);
    expect(a1?.service_quantity).toBeLessThanOrEqual(a1?.demand_high ?? 0);
  });

  it('comes from the shrunken rate where they are too few, and covers the policy’s own lead time', async () => {
    const rows = await forecasts();
    expect(rows.get('A2')).toMatchObject({ method: 'shrunken_rate', horizon_days: 60 });
    expect(rows.get('A2')?.expected_demand).toBeGreaterThan(0);
    expect(rows.get('Z1')).toMatchObject({ method: 'shrunken_rate', horizon_days: 30, reorder_point: 1 });
    expect(rows.get('Z1')?.demand_low).toBe(0);
  });

  it('by the shrunken rate counts the ages to come: where the fleet wears out, an old unit needs more than a young one', async () => {
    const { rateOf, daysBetween } = await agedRates(test.ctx(), 'returned');
    expect(daysBetween(400, 460)).toBeGreaterThan(1.5 * daysBetween(0, 60));
    expect(daysBetween(0, 60)).toBeCloseTo(daysBetween(0, 20) + daysBetween(20, 60), 9);
    const { shape, rate } = rateOf(await modelId('Z1'));
    const ages = await listAgesUnderAlert(test.ctx(), await modelId('Z1'));
    const expected = ages.reduce((sum, { age, units }) => sum + units * daysBetween(age, age + 30), 0) * (shape / rate);
    expect((await forecasts()).get('Z1')?.expected_demand).toBeCloseTo(expected, 9);
  });

  it('is remembered only when it tells the stock keeper something new', async () => {
    const remembered = async () => (await test.ctx().db.selectFrom('history').select('id').where('action', '=', 'stock_forecast.stored').execute()).length;
    const before = await remembered();
    expect(before).toBe(3);
    expect(await forecastSpares(ctx())).toEqual({ forecast: 0 });
    expect(await forecastSpares({ ...ctx(), now: ctx().now + 21 * 3_600_000 })).toEqual({ forecast: 3 });
    expect(await remembered()).toBe(before);
  });

  describe('of a model under an open alert', () => {
    const raise = async (ratio: number) => {
      const day = '2026-03-01';
      const at = test.ctx().now;
      const { id: model_id } = await test.ctx().db.selectFrom('models').select('id').where('code', '=', 'A2').executeTakeFirstOrThrow();
      const units = await test.ctx().db.selectFrom('units').select('id').where('model_id', '=', model_id).orderBy('id').execute();
      const alert = { kind: 'cohort' as const, model_id, hw_rev: null, batch_id: null, firmware_id: null, signal: 'reboots', level: 'alert' as const };
      const open = { state: 'open' as const, raised_on: day, started_on: day, last_above_on: day, statistic: 40_000, threshold: 30_437 };
      const rest = { first_report_on: null, first_return_on: null, silenced_at: null, acknowledged_by: null, acknowledged_at: null, investigation_id: null };
      const closing = { closed_by: null, closed_at: null, reason: null, created_at: at, updated_at: at, version: 1 };
      await test
        .ctx()
        .db.insertInto('alerts')
        .values({ id: 'alert-a2', ...alert, ...open, evidence: JSON.stringify({ ratio }), ...rest, ...closing })
        .execute();
      const rows = units.slice(0, 20).map(({ id }, i) => ({ alert_id: 'alert-a2', unit_id: id, role: i < 5 ? ('affected' as const) : ('at_risk' as const) }));
      await test.ctx().db.insertInto('alert_units').values(rows).execute();
    };
    const later = (hours: number) => ({ ...ctx(), now: ctx().now + hours * 3_600_000 });

    it('counts affected and at-risk units at the alert’s rate ratio while it is open, and says so', async () => {
      await forecastSpares(later(42));
      const before = (await forecasts()).get('A2')?.expected_demand ?? 0;
      const inService = (await listAgesUnderAlert(ctx(), await modelId('A2'))).reduce((sum, { units }) => sum + units, 0);
      await raise(4);
      const alerted = (await listAgesUnderAlert(ctx(), await modelId('A2'))).filter(({ hazard }) => hazard === 4).reduce((sum, { units }) => sum + units, 0);
      expect(alerted).toBeGreaterThan(0);
      await forecastSpares(later(63));
      const after = (await forecasts()).get('A2');
      expect(after?.method).toBe('shrunken_rate+open_alert');
      // Two days on, each unit's history is a little longer: the rate moves by less than a hundredth.
      expect((after?.expected_demand ?? 0) / before).toBeCloseTo((inService + 3 * alerted) / inService, 1);
      const page = await (await keeper.get('/stock/forecast', { 'Accept-Language': 'en' })).text();
      expect(page).toContain('units under an open alert at its rate ratio');
    });

    it('goes back to the plain forecast when the alert is closed', async () => {
      await test.ctx().db.updateTable('alerts').set({ state: 'resolved', closed_at: test.ctx().now }).where('id', '=', 'alert-a2').execute();
      await forecastSpares(later(84));
      expect((await forecasts()).get('A2')?.method).toBe('shrunken_rate');
    });
  });

  it.each(['en', 'ja'])('is on the stock page with its interval, in %s', async (language) => {
    const html = await (await keeper.get('/stock/forecast', { 'Accept-Language': language })).text();
    expect(html).toContain(language === 'en' ? 'Suggested reorder point' : '推奨発注点');
    expect(html).toContain(language === 'en' ? 'Life model (Weibull)' : '寿命モデル(ワイブル)');
    expect(html).toMatch(/\d+–\d+/);
  });
});

describe('the negative binomial', () => {
  // SciPy 1.17: nbinom.ppf(level, shape, 1 − p).
  it.each([
    [0.5, 0.2, 0.95, 1],
    [1.5, 0.4, 0.975, 4],
    [3, 0.7, 0.5, 6],
    [40, 0.5, 0.95, 56],
  ])('shape %f, p %f: the %f quantile is %i', (shape, p, level, expected) => expect(negativeBinomialQuantile(shape, p, level)).toBe(expected));

  // R 4.2: d = dnbinom(k, shape, 1 − p), g = pmin(pnbinom(k, …) − d/2, pnbinom(k, …, lower.tail = FALSE) + d/2), o = order(g),
  // range(k[o][cumsum(d[o]) − d[o]/2 >= 1 − level]).
  it.each([
    [0.5, 0.2, 0.95, 0, 1],
    [0.8, 0.1, 0.9, 0, 0],
    [1.5, 0.4, 0.95, 0, 3],
    [2, 0.2, 0.9, 0, 1],
    [3, 0.7, 0.9, 1, 15],
    [40, 0.5, 0.95, 24, 58],
    [3000, 0.5, 0.95, 2850, 3153],
  ])('shape %f, p %f: the %f interval is %i to %i', (shape, p, level, low, high) => expect(negativeBinomialInterval(shape, p, level)).toEqual({ low, high }));
});
