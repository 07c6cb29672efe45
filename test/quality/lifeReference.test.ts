import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { LifeRow } from '../../src/stats/lifeRow.ts';
import type { ExpectedFit } from '../stats/lifeFigures.ts';
import { lifeRows, shockAbsorber } from '../stats/lifeTables.ts';
import * as figures from '../stats/referenceFigures.ts';
import * as tables from '../stats/referenceTables.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { sent } from './sentRows.ts';

const Figure = z.object({ estimate: z.number(), ci_low: z.number(), ci_high: z.number(), wald: z.tuple([z.number(), z.number()]) });
const Answer = z.object({
  log_likelihood: z.number().nullable(),
  weibull: z.object({ shape: Figure, scale_days: Figure, b1_days: Figure, b5_days: Figure, b10_days: Figure, b50_days: Figure }).nullable(),
  kaplan_meier: z.array(z.record(z.string(), z.number().nullable())),
  cumulative_incidence: z.record(z.string(), z.array(z.object({ time_days: z.number(), incidence: z.number(), std_error: z.number() }))),
});

const cases: [string, LifeRow[], ExpectedFit][] = [
  ['leukaemia', tables.acuteMyeloid, figures.acuteMyeloid],
  ['ovarian cancer', tables.ovarian, figures.ovarian],
  ['turbine wheels, inspected once each', tables.turbineWheels, figures.turbineWheels],
  ['motorettes', tables.motorettes, figures.motorettes],
  ['capacitors', tables.capacitors, figures.capacitors],
  ['part cracking, by inspection', tables.partCracking, figures.partCracking],
  ['insulating fluid, all failed', tables.insulatingFluid, figures.insulatingFluid],
  ['heavy ties', tables.heavyTies, figures.heavyTies],
  ['the last unit failing', tables.lastFails, figures.lastFails],
  ['three failures of 503', tables.threeOf503, figures.threeOf503],
  ['a million units', tables.aMillion, figures.aMillion],
  ['every kind of row at once', tables.everyKind, figures.everyKind],
];

/** time, survival, Greenwood’s error, log-log limits, at risk: survfit(…, conf.type = 'log-log') of R’s survival 3.5. */
const curves: [string, LifeRow[], (readonly (number | null)[])[]][] = [
  [
    'leukaemia',
    tables.acuteMyeloid,
    [
      [5, 0.9130434783, 0.05875338476, 0.6949475375, 0.9775156699, 23],
      [18, 0.6459627329, 0.1011426752, 0.4139529507, 0.8053077645, 14],
      [48, 0.08281573499, 0.0726618005, 0.006955966799, 0.286760368, 2],
    ],
  ],
  [
    'heavy ties of failures and withdrawals',
    tables.heavyTies,
    [
      [5, 0.8947368421, 0.03148647587, 0.8131951668, 0.9419280782, 95],
      [10, 0.68, 0.05019540763, 0.5705152803, 0.7671875119, 75],
      [15, 0.4391666667, 0.05704713738, 0.3258704336, 0.5466758114, 48],
      [20, 0.2482246377, 0.05568119813, 0.1480293269, 0.3619052794, 23],
    ],
  ],
  [
    'the last unit failing: no error and no limits',
    tables.lastFails,
    [
      [12, 0.3, 0.2387467277, 0.01230152943, 0.7192180208, 2],
      [20, 0, null, null, null, 1],
    ],
  ],
  [
    'late entries tied with failures and withdrawals',
    lifeRows('4 6 2>6+ 2>8 4>8 9+ 5>9 5>12 3>12+'),
    [
      [4, 0.833333333333, 0.152145154863, 0.2731228499284, 0.974712426691, 6],
      [6, 0.729166666667, 0.164976236364, 0.2763902203361, 0.925353181257, 8],
      [8, 0.486111111111, 0.178293342407, 0.1416932918225, 0.766238463488, 6],
      [9, 0.364583333333, 0.170169888049, 0.0822234598189, 0.665306643213, 4],
      [12, 0.182291666667, 0.154449258877, 0.010939589679, 0.526420749469, 2],
    ],
  ],
];

const lateModes = lifeRows(
  '5:a 1>7+ 8:a 11:a 4>11:a 3>4:a 14:a 6>10+ 7>13:a 8>12:b 4:a 9:a 1>4:b 2:b 9:a 6>9:a 6>7:b 3>7:a 4:a 15:a 2>7+ 4:a 10+ 5:a 2>15:b 7>14:a 7+ ' +
    '2>7+ 1>8:b 5>7:b 5:b 2>6+ 5>6:a 3>6:a 2:b 3>18:a 1>5:a 9:a 3>10:a 1>18+ 8+ 3:a 11+ 3:b 2>15:b 4>9:a',
);

/** time, incidence, error of a mode: survfit with a factor of states (and an id, under late entry) in R’s survival 3.5. */
const incidences: [string, LifeRow[], string, (readonly [number, number, number])[]][] = [
  ['shock absorbers', shockAbsorber, 'Mode1', [[27490, 0.491006217533, 0.158029855213]]],
  ['shock absorbers', shockAbsorber, 'Mode2', [[20900, 0.221617881955, 0.108206355328]]],
  [
    'modes tied with each other and with withdrawals',
    lifeRows('2:a 2:b 2+ 4:a 4:a 4+ 6:b 6+ 8:a 8:b 8+ 9+'),
    'a',
    [
      [2, 0.0833333333333, 0.079785592313],
      [4, 0.2685185185185, 0.133047604798],
      [8, 0.403549382716, 0.162075408612],
    ],
  ],
  [
    'modes tied with each other and with withdrawals',
    lifeRows('2:a 2:b 2+ 4:a 4:a 4+ 6:b 6+ 8:a 8:b 8+ 9+'),
    'b',
    [
      [2, 0.0833333333333, 0.079785592313],
      [6, 0.1913580246914, 0.123104779365],
      [8, 0.3263888888889, 0.158098067214],
    ],
  ],
  [
    'modes under late entry',
    lateModes,
    'a',
    [
      [3, 0.031830238727, 0.031346363282],
      [9, 0.42233064201, 0.078854045073],
      [18, 0.651862307332, 0.081131983907],
    ],
  ],
  [
    'modes under late entry',
    lateModes,
    'b',
    [
      [2, 0.076923076923, 0.052258940037],
      [7, 0.203489435654, 0.070311575353],
      [15, 0.317822189701, 0.080313641549],
    ],
  ],
];

const relative = (value: number | null | undefined, expected: number): number => Math.abs((value ?? Number.NaN) / expected - 1);

eachDb('POST /life-analysis/fits agrees with R', (test) => {
  let caller: Caller;
  const fitted = async (rows: readonly LifeRow[]) => Answer.parse(await (await caller.post('/api/v1/life-analysis/fits', { rows: sent(rows) })).json());

  beforeAll(async () => {
    caller = await callerWith(testApp(test.store), test.store, 'quality');
  });

  describe.each(cases)('%s', (_, rows, expected) => {
    it('estimates and log-likelihood to 1e-6, intervals to 1e-4', async () => {
      const { weibull, log_likelihood } = await fitted(rows);
      expect(relative(log_likelihood, expected.logLikelihood)).toBeLessThan(1e-6);
      const figure = {
        shape: weibull?.shape,
        scale: weibull?.scale_days,
        b1: weibull?.b1_days,
        b5: weibull?.b5_days,
        b10: weibull?.b10_days,
        b50: weibull?.b50_days,
      };
      for (const key of ['shape', 'scale', 'b1', 'b5', 'b10', 'b50'] as const) {
        const [estimate, low, high, waldLow, waldHigh] = expected[key];
        expect(relative(figure[key]?.estimate, estimate), key).toBeLessThan(1e-6);
        expect(relative(figure[key]?.ci_low, low), `${key} low`).toBeLessThan(1e-4);
        expect(relative(figure[key]?.ci_high, high), `${key} high`).toBeLessThan(1e-4);
        expect(relative(figure[key]?.wald[0], waldLow), `${key} Wald low`).toBeLessThan(1e-4);
        expect(relative(figure[key]?.wald[1], waldHigh), `${key} Wald high`).toBeLessThan(1e-4);
      }
    });
  });

  it.each(curves)('the survival curve: %s', async (_, rows, expected) => {
    const points = (await fitted(rows)).kaplan_meier;
    for (const [time, ...values] of expected) {
      const point = points.find((found) => found.time_days === time);
      for (const [i, key] of ['survival', 'std_error', 'ci_low', 'ci_high', 'at_risk'].entries()) {
        const value = values[i] ?? null;
        if (value === null) expect(point?.[key], `${key} at ${time}`).toBeNull();
        else expect(point?.[key], `${key} at ${time}`).toBeCloseTo(value, 8);
      }
    }
  });

  it.each(incidences)('cumulative incidence: %s', async (_, rows, mode, expected) => {
    const points = (await fitted(rows)).cumulative_incidence[mode] ?? [];
    for (const [time, incidence, error] of expected) {
      const point = points.find((found) => found.time_days === time);
      expect(point?.incidence).toBeCloseTo(incidence, 9);
      expect(point?.std_error).toBeCloseTo(error, 9);
    }
  });
});
