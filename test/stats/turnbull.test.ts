import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kaplanMeier } from '../../src/stats/kaplanMeier.ts';
import { analyseLife } from '../../src/stats/lifeAnalysis.ts';
import { type LifeRow, overlap } from '../../src/stats/lifeRow.ts';
import { nevadaLifeRows } from '../../src/stats/nevada.ts';
import { turnbull } from '../../src/stats/turnbull.ts';
import { leftTruncated, lifeRows, nevadaShipments, shockAbsorber } from './lifeTables.ts';

/** Months to breast retraction after radiotherapy alone: Finkelstein & Wolfe (1985), the standard example of the literature. */
const retraction = lifeRows(`
  45+ 6-10 0-7 46+ 46+ 7-16 17+ 7-14 37-44 0-8 4-11 15+ 11-15 22+ 46+ 46+ 25-37 46+ 26-40 46+ 27-34 36-44 46+ 36-48 37+ 40+ 17-25 46+ 11-18 38+ 5-12 37+
  0-5 18+ 24+ 36+ 5-11 19-35 17-25 24+ 32+ 33+ 19-26 37+ 34+ 36+
`);
const lateAndWide = lifeRows('2-6x2 3>5-9 0-4x3 2>8+x4 6>12-18 8>10+x2 10>20-26 3-7x2 9>15+x5 5>6-14 12>25-30 9-21x2');

const figures = (rows: readonly LifeRow[]) => turnbull(rows).map(({ lower, time, survival }) => [lower, time, Math.round(survival * 1e6) / 1e6]);

describe('Turnbull’s curve', () => {
  it('of the retraction data is the published one, to the digits of R’s self-consistent estimate', () => {
    expect(figures(retraction)).toEqual([
      [4, 5, 0.953653],
      [6, 7, 0.92029],
      [7, 8, 0.831622],
      [11, 12, 0.76087],
      [24, 25, 0.668224],
      [33, 34, 0.586438],
      [38, 40, 0.465558],
      [46, 48, 0],
    ]);
  });

  it('takes late entry into account: the self-consistent estimate over the units then watched', () => {
    const expected = [
      [3, 4, 1 / 2],
      [8, 9, 5 / 14],
      [15, 18, 5 / 28],
      [20, 21, 5 / 42],
      [25, 26, 0],
    ] as const;
    for (const [i, { lower, time, survival }] of turnbull(lateAndWide).entries()) {
      expect([lower, time]).toEqual(expected[i]?.slice(0, 2));
      expect(survival).toBeCloseTo(expected[i]?.[2] ?? -1, 6);
    }
  });

  it.each([
    ['shock absorbers', shockAbsorber],
    ['late entries', leftTruncated],
  ])('of exact ages is Kaplan–Meier’s: %s', (_, rows) => {
    const points = turnbull(rows);
    expect(points.map(({ time, lower }) => [time, lower])).toEqual(kaplanMeier(rows).map(({ time }) => [time, null]));
    for (const [i, { survival }] of kaplanMeier(rows).entries()) expect(points[i]?.survival).toBeCloseTo(survival, 7);
  });

  it('of failures by month, censored at the ends of months, is the actuarial product', () => {
    const points = turnbull(nevadaLifeRows(nevadaShipments, true));
    for (const [i, { survival }] of kaplanMeier(nevadaLifeRows(nevadaShipments, true)).entries()) expect(points[i]?.survival).toBeCloseTo(survival, 7);
  });

  it('invents no errors', () => {
    for (const point of turnbull(retraction)) expect(point).toMatchObject({ std_error: null, ci_low: null, ci_high: null });
  });

  it('counts as at risk those watched up to the end of the interval', () => {
    expect(turnbull(lifeRows('1-3 2-4 5+x3')).map(({ at_risk }) => at_risk)).toEqual([5]);
  });

  it('is empty without failures and falls to 0 when all failed', () => {
    expect(turnbull(lifeRows('3+ 4+'))).toEqual([]);
    expect(figures(lifeRows('2-5x3'))).toEqual([[2, 5, 0]]);
  });
});

const row = fc
  .record({
    time: fc.integer({ min: 2, max: 30 }),
    width: fc.integer({ min: 0, max: 12 }),
    failed: fc.boolean(),
    count: fc.integer({ min: 1, max: 4 }),
    entry: fc.integer({ min: 0, max: 10 }),
  })
  .map(({ time, width, failed, count, entry }): LifeRow => {
    const began = entry < time ? Math.max(0, entry - 5) : 0;
    return { time, failed, count, entry: began, lower: failed && width > 0 ? Math.max(began, time - width) : null, mode: null };
  });
const sample = fc.array(row, { minLength: 1, maxLength: 25 });

const survivalJustAfter = (rows: readonly LifeRow[], time: number): number =>
  turnbull(rows)
    .filter((point) => point.time <= time)
    .at(-1)?.survival ?? 1;

describe('Turnbull’s curve of any rows', () => {
  it('falls from 1 towards 0, its intervals apart and in order', () => {
    fc.assert(
      fc.property(sample, (rows) => {
        let [age, survival] = [0, 1];
        for (const point of turnbull(rows)) {
          expect(point.lower ?? point.time).toBeGreaterThanOrEqual(age);
          expect(point.survival).toBeLessThan(survival);
          expect(point.survival).toBeGreaterThanOrEqual(0);
          [age, survival] = [point.time, point.survival];
        }
      }),
      { numRuns: 150 },
    );
  });

  it('does not depend on the order of the rows, nor on counts written out, nor on the unit of time', () => {
    fc.assert(
      fc.property(sample, (rows) => {
        const spread = [...rows].reverse().flatMap((one) => Array.from({ length: one.count }, () => ({ ...one, count: 1 })));
        const inHours = spread.map((one) => ({ ...one, time: one.time * 24, entry: one.entry * 24, lower: one.lower === null ? null : one.lower * 24 }));
        for (const { time, survival } of turnbull(rows)) {
          expect(survivalJustAfter(spread, time)).toBeCloseTo(survival, 5);
          expect(survivalJustAfter(inHours, time * 24)).toBeCloseTo(survival, 5);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has at least the likelihood of the curve that falls at the ends of the intervals', () => {
    fc.assert(
      fc.property(sample, (rows) => {
        const whole = rows.map((one) => ({ ...one, entry: 0 }));
        const at = (points: readonly { time: number; survival: number }[], time: number): number => points.filter((p) => p.time <= time).at(-1)?.survival ?? 1;
        const logLikelihood = (points: readonly { time: number; survival: number }[]): number =>
          whole.reduce((sum, { time, lower, failed, count }) => {
            if (!failed) return sum + count * Math.log(at(points, time));
            const before = lower === null ? at(points, time - 0.5) : at(points, lower);
            return sum + count * Math.log(before - at(points, time));
          }, 0);
        expect(logLikelihood(turnbull(whole))).toBeGreaterThanOrEqual(logLikelihood(kaplanMeier(whole)) - 1e-6);
      }),
      { numRuns: 150 },
    );
  });
});

describe('an analysis of rows known by intervals', () => {
  it('shows Turnbull’s curve and says so', () => {
    const found = analyseLife(retraction);
    expect(found.curve).toEqual(turnbull(retraction));
    expect(found.warnings).toContain('turnbull_curve');
    expect(analyseLife(shockAbsorber).warnings).not.toContain('turnbull_curve');
  });

  it('judges the Weibull line by a band only where the intervals do not overlap', () => {
    expect(overlap(retraction)).toBe(true);
    expect(analyseLife(retraction).outside_band).toBeNull();
    expect(overlap(nevadaLifeRows(nevadaShipments, true))).toBe(false);
    expect(analyseLife(nevadaLifeRows(nevadaShipments, true)).outside_band).not.toBeNull();
    expect(overlap(lifeRows('1 3 2-5'))).toBe(true);
    expect(overlap(lifeRows('1 5 2-5 5-8'))).toBe(false);
  });

  it('warns that curves per mode fall at the ends of the intervals', () => {
    expect(analyseLife(lifeRows('1-3:a 4-6:b 5-9:a 9+')).warnings).toContain('incidence_at_interval_ends');
    expect(analyseLife(retraction).warnings).not.toContain('incidence_at_interval_ends');
  });
});
