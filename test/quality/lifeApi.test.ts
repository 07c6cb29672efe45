import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addDays } from '../../src/core/time.ts';
import type { LifeRow } from '../../src/stats/lifeRow.ts';
import { nevadaLifeRows } from '../../src/stats/nevada.ts';
import { drawWeibull } from '../stats/draws.ts';
import * as figures from '../stats/lifeFigures.ts';
import { bearingCage, integratedCircuits, leftTruncated, lifeRows, nevadaShipments, shockAbsorber } from '../stats/lifeTables.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { addCatalog, addReturn, addUnit } from './fleet.ts';
import { sent } from './sentRows.ts';

const Figure = z.object({
  estimate: z.number().nullable(),
  ci_low: z.number().nullable(),
  ci_high: z.number().nullable(),
  wald: z.tuple([z.number().nullable(), z.number().nullable()]),
});
const Answer = z.object({
  n: z.number(),
  failures: z.number(),
  method: z.string(),
  log_likelihood: z.number().nullable(),
  warnings: z.array(z.string()),
  weibull: z.object({ shape: Figure, scale_days: Figure, b1_days: Figure, b5_days: Figure, b10_days: Figure, b50_days: Figure }).nullable(),
  curve_method: z.string(),
  kaplan_meier: z.array(
    z.object({
      time_days: z.number(),
      lower_days: z.number().nullable(),
      survival: z.number(),
      std_error: z.number().nullable(),
      ci_low: z.number().nullable(),
      ci_high: z.number().nullable(),
      at_risk: z.number(),
    }),
  ),
  cumulative_incidence: z.record(z.string(), z.array(z.object({ time_days: z.number(), incidence: z.number() }))),
  limited_failure_population: z.object({ share: Figure, shape: z.number(), scale_days: z.number() }).nullable(),
});

const relative = (value: number | null | undefined, expected: number): number => Math.abs((value ?? 0) / expected - 1);

eachDb('life analysis', (test) => {
  let caller: Caller;
  const sendRows = async (rows: unknown, extra: object = {}) => caller.post('/api/v1/life-analysis/fits', { rows, ...extra });
  const fitted = async (rows: readonly LifeRow[], extra: object = {}) => Answer.parse(await (await sendRows(sent(rows), extra)).json());

  beforeAll(async () => {
    caller = await callerWith(testApp(test.store), test.store, 'quality');
  });

  describe('of rows sent in', () => {
    it.each([
      ['shock absorbers', shockAbsorber, figures.shockAbsorberAll],
      ['bearing cages', bearingCage, figures.bearingCage],
      ['a Nevada grid by intervals', nevadaLifeRows(nevadaShipments, true), figures.nevadaInterval],
    ] as const)('agrees with R: %s', async (_, rows, expected) => {
      const answer = await fitted(rows);
      expect(answer.method).toBe('mle');
      expect(relative(answer.log_likelihood, expected.logLikelihood)).toBeLessThan(1e-6);
      const pairs = [
        [answer.weibull?.shape, expected.shape],
        [answer.weibull?.scale_days, expected.scale],
        [answer.weibull?.b10_days, expected.b10],
      ] as const;
      for (const [figure, [estimate, low, high, waldLow]] of pairs) {
        expect(relative(figure?.estimate, estimate)).toBeLessThan(1e-6);
        expect(relative(figure?.ci_low, low)).toBeLessThan(1e-4);
        expect(relative(figure?.ci_high, high)).toBeLessThan(1e-4);
        expect(relative(figure?.wald[0], waldLow)).toBeLessThan(1e-4);
      }
    });

    it('takes late entry, competing modes and a defective sub-population', async () => {
      expect(relative((await fitted(leftTruncated)).weibull?.b10_days.estimate, 256.1070788)).toBeLessThan(1e-6);
      expect(Object.keys((await fitted(shockAbsorber)).cumulative_incidence)).toEqual(['Mode1', 'Mode2']);
      const circuits = await fitted(integratedCircuits);
      expect(relative(circuits.limited_failure_population?.share.estimate, 0.0067444508)).toBeLessThan(1e-6);
      expect(circuits.warnings.join()).toContain('sub-population');
    });

    it('with fewer than three failures states a bound for the shape given, and none without', async () => {
      const rows = [{ time_days: 1000, failed: false, count: 30 }];
      expect(Answer.parse(await (await sendRows(rows)).json())).toMatchObject({ method: 'none', weibull: null });
      const answer = Answer.parse(await (await sendRows(rows, { weibayes_shape: 1 })).json());
      expect(answer.method).toBe('weibayes');
      expect(answer.weibull?.scale_days).toMatchObject({ estimate: null, ci_high: null });
      expect(answer.weibull?.scale_days.ci_low).toBeCloseTo(30_000 / -Math.log(0.05), 6);
    });

    it('understands a row without `failed` as running, one with an upper limit or a mode as failed', async () => {
      const answer = Answer.parse(
        await (await sendRows([{ time_days: 10 }, { upper_days: 5 }, { time_days: 7, mode: 'a' }, { lower_days: 3, upper_days: 3, failed: true }])).json(),
      );
      expect(answer).toMatchObject({ n: 4, failures: 3 });
    });

    it.each([
      [{ time_days: -1 }, 'rows.1.time_days'],
      [{ time_days: 0, failed: true }, 'rows.1.time_days'],
      [{ time_days: 'soon' }, 'rows.1.time_days'],
      [{}, 'rows.1.time_days'],
      [{ time_days: null }, 'rows.1.time_days'],
      [{ time_days: 5, count: 0 }, 'rows.1.count'],
      [{ time_days: 5, count: 1.5 }, 'rows.1.count'],
      [{ time_days: 5, failed: 'yes' }, 'rows.1.failed'],
      [{ time_days: 5, entry_days: 5 }, 'rows.1.entry_days'],
      [{ time_days: 5, entry_days: 9 }, 'rows.1.entry_days'],
      [{ time_days: 5, entry_days: -1 }, 'rows.1.entry_days'],
      [{ lower_days: 9, upper_days: 5, failed: true }, 'rows.1.upper_days'],
      [{ lower_days: -2, upper_days: 5 }, 'rows.1.lower_days'],
      [{ lower_days: 2, upper_days: 5, failed: false }, 'rows.1.failed'],
      [{ time_days: 5, colour: 'red' }, 'rows.1.colour'],
      ['row', 'rows.1'],
    ])('refuses %j naming %s', async (row, path) => {
      const answer = await sendRows([{ time_days: 3, failed: true }, row]);
      expect(answer.status).toBe(422);
      const problem = z.object({ code: z.literal('invalid'), errors: z.array(z.object({ path: z.string() })) }).parse(await answer.json());
      expect(problem.errors.map((error) => error.path)).toEqual([path]);
    });

    it.each([
      ['{"rows":[]}', 422, 'rows'],
      ['{}', 422, 'rows'],
      ['{"rows":{"0":{"time_days":1}}}', 422, 'rows'],
      ['{"rows":[null]}', 422, 'rows.0'],
      ['{"rows":[{"time_days":1,"failed":true}],"colour":"red"}', 422, 'colour'],
      ['{"rows":[{"time_days":1,"failed":true},{"time_days":1e400}]}', 422, 'rows.1.time_days'],
      ['{"rows":[{"time_days":-1e400}]}', 422, 'rows.0.time_days'],
      ['{"rows":[{"time_days":"NaN"}]}', 422, 'rows.0.time_days'],
      ['{"rows":[{"time_days":1,"count":1e400}]}', 422, 'rows.0.count'],
      ['{"rows":[{"time_days":1,"count":-1}]}', 422, 'rows.0.count'],
      ['{"rows":[{"time_days":1}],"weibayes_shape":0}', 422, 'weibayes_shape'],
      ['{"rows":[{"time_days":NaN}]}', 400, null],
      ['{"rows":[', 400, null],
    ])('refuses %s with %i, naming %s', async (text, status, path) => {
      const answer = await caller.post('/api/v1/life-analysis/fits', text);
      expect(answer.status).toBe(status);
      expect(answer.headers.get('Content-Type')).toContain('application/problem+json');
      const problem = z.object({ status: z.literal(status), errors: z.array(z.object({ path: z.string() })).default([]) }).parse(await answer.json());
      expect(problem.errors[0]?.path ?? null).toBe(path);
    });

    it('refuses what is not JSON by its type', async () => {
      expect((await caller.post('/api/v1/life-analysis/fits', 'time,failed\n3,1', { 'Content-Type': 'text/csv' })).status).toBe(415);
    });

    it('known by intervals the curve is Turnbull’s, without errors, and the answer says so', async () => {
      const answer = await fitted(lifeRows('3>5-9 2-6x2 0-4x3 8+x4 12-18 10>20-26'));
      expect(answer.curve_method).toBe('turnbull');
      expect(answer.warnings.join()).toContain('Turnbull');
      expect(answer.kaplan_meier.length).toBeGreaterThan(2);
      expect(answer.kaplan_meier.every((point) => point.lower_days !== null && point.std_error === null && point.ci_low === null)).toBe(true);
      const exact = await fitted(shockAbsorber);
      expect(exact.curve_method).toBe('kaplan_meier');
      expect(exact.kaplan_meier.every((point) => point.lower_days === null)).toBe(true);
    });

    it('an interval that opens before the unit was observed opens with the observation', async () => {
      const end = { time_days: 60, count: 20 };
      const late = (lower: number | null) => [10, 20, 40].map((upper_days) => ({ lower_days: lower, upper_days, failed: true, entry_days: 5 }));
      const open = Answer.parse(await (await sendRows([...late(null), end])).json());
      for (const lower of [0, 5]) expect(Answer.parse(await (await sendRows([...late(lower), end])).json())).toEqual(open);
    });

    it('an open upper limit is a unit still running, as `time_days` without failure is', async () => {
      const failed = [3, 5, 8].map((time_days) => ({ time_days, failed: true }));
      const running = Answer.parse(await (await sendRows([...failed, { time_days: 9, failed: false, count: 4 }])).json());
      expect(Answer.parse(await (await sendRows([...failed, { lower_days: 9, upper_days: null, count: 4 }])).json())).toEqual(running);
      expect(Answer.parse(await (await sendRows([...failed, { time_days: null, lower_days: 9, failed: false, count: 4 }])).json())).toEqual(running);
    });
  });

  describe('of our own units', () => {
    beforeAll(async () => {
      const ctx = test.ctx();
      await addCatalog(ctx);
      for (const [i, life] of drawWeibull(300, 2, 700).entries()) {
        const id = await addUnit(ctx, { model: 'A1', from_on: '2024-06-01', to_on: life < 600 ? addDays('2024-06-01', life) : null });
        if (life < 600)
          await addReturn(ctx, id, {
            returned_on: addDays('2024-06-01', life),
            verdict: i % 10 === 0 ? 'no_fault_found' : 'confirmed',
            failure_mode_id: i % 2 === 0 ? 'sd' : 'media',
          });
      }
    });

    it('fits the lives of a model, NFF as censored', async () => {
      const answer = Answer.parse(await (await caller.get('/api/v1/life-analysis?model=A1')).json());
      expect(answer.n).toBe(300);
      expect(answer.weibull?.shape.estimate).toBeGreaterThan(1.5);
      expect(answer.weibull?.shape.estimate).toBeLessThan(2.5);
      const returned = Answer.parse(await (await caller.get('/api/v1/life-analysis?model=A1&kind=returned')).json());
      expect(returned.failures).toBeGreaterThan(answer.failures);
    });

    it('forecasts the failures of the coming months with an interval, and what to keep in stock', async () => {
      const Forecast = z.object({
        forecast: z.object({
          units_in_service: z.number(),
          suggested_reorder_point: z.number(),
          total: z.object({ expected: z.number(), low: z.number(), high: z.number() }),
          months: z.array(z.object({ expected: z.number() })),
        }),
      });
      const { forecast } = Forecast.parse(await (await caller.get('/api/v1/life-analysis?model=A1&months=6')).json());
      expect(forecast.months).toHaveLength(6);
      expect(forecast.total.low).toBeLessThan(forecast.total.expected);
      expect(forecast.total.high).toBeGreaterThan(forecast.total.expected);
      expect(forecast.total.high).toBeLessThanOrEqual(forecast.units_in_service);
      expect(forecast.suggested_reorder_point).toBeGreaterThan(forecast.months[0]?.expected ?? Number.POSITIVE_INFINITY);
    });

    it('by month of age the failures are intervals, and the estimates hardly move', async () => {
      const exact = Answer.parse(await (await caller.get('/api/v1/life-analysis?model=A1')).json());
      const monthly = Answer.parse(await (await caller.get('/api/v1/life-analysis?model=A1&precision=month')).json());
      expect(relative(monthly.weibull?.b10_days.estimate, exact.weibull?.b10_days.estimate ?? 1)).toBeLessThan(0.05);
    });

    it('of nobody is empty, not an error', async () => {
      expect(Answer.parse(await (await caller.get('/api/v1/life-analysis?model=none')).json())).toMatchObject({ n: 0, failures: 0, weibull: null });
    });
  });
});
