import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyseLife } from '../../src/stats/lifeAnalysis.ts';
import type { LifeRow } from '../../src/stats/lifeRow.ts';
import { fitWeibull, type WeibullFit } from '../../src/stats/weibullFit.ts';

fc.configureGlobal({ seed: 20_260_401 });

const row = fc
  .record({
    time: fc.double({ min: 1, max: 1000, noNaN: true }),
    failed: fc.boolean(),
    count: fc.integer({ min: 1, max: 5 }),
    late: fc.boolean(),
    interval: fc.boolean(),
  })
  .map(
    ({ time, failed, count, late, interval }): LifeRow => ({
      time,
      failed,
      count,
      entry: late ? time / 3 : 0,
      lower: failed && interval ? time * 0.8 : null,
      mode: null,
    }),
  );
const sample = fc.array(row, { minLength: 8, maxLength: 40 }).filter((rows) => rows.filter(({ failed }) => failed).length >= 4);

const QUANTITIES = ['scale', 'b1', 'b5', 'b10', 'b50'] as const;
const near = (a: number | null, b: number | null, tolerance = 1e-6): boolean => (a === null || b === null ? a === b : Math.abs(a / b - 1) < tolerance);

function sameFit(a: WeibullFit | null, b: WeibullFit | null, timeFactor = 1): void {
  expect(a === null).toBe(b === null);
  if (a === null || b === null) return;
  expect(near(a.shape.estimate, b.shape.estimate)).toBe(true);
  expect(near(a.shape.ci_low, b.shape.ci_low) && near(a.shape.ci_high, b.shape.ci_high)).toBe(true);
  for (const key of QUANTITIES) {
    expect(near(a[key].estimate * timeFactor, b[key].estimate), key).toBe(true);
    expect(near(times(a[key].ci_low, timeFactor), b[key].ci_low, 1e-5), `${key} low`).toBe(true);
    expect(near(times(a[key].ci_high, timeFactor), b[key].ci_high, 1e-5), `${key} high`).toBe(true);
  }
}

const times = (value: number | null, factor: number): number | null => (value === null ? null : value * factor);

describe('a Weibull fit', () => {
  it('does not depend on the unit of time', () => {
    fc.assert(
      fc.property(sample, fc.constantFrom(1e-6, 1 / 24, 365, 1e9), (rows, factor) => {
        const scaled = rows.map((r) => ({ ...r, time: r.time * factor, entry: r.entry * factor, lower: r.lower === null ? null : r.lower * factor }));
        sameFit(fitWeibull(rows), fitWeibull(scaled), factor);
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(sample, (rows) => sameFit(fitWeibull(rows), fitWeibull([...rows].reverse()))),
      { numRuns: 60 },
    );
  });

  it('sees a row with a count as that many rows', () => {
    fc.assert(
      fc.property(sample, (rows) => {
        sameFit(fitWeibull(rows), fitWeibull(rows.flatMap((r) => Array.from({ length: r.count }, () => ({ ...r, count: 1 })))));
      }),
      { numRuns: 60 },
    );
  });

  it('sees a unit watched in two stretches as one: splitting at an age changes nothing', () => {
    fc.assert(
      fc.property(sample, (rows) => {
        const split = rows.flatMap((r) => {
          const middle = ((r.lower ?? r.time) + r.entry) / 2;
          return [
            { ...r, time: middle, lower: null, failed: false },
            { ...r, entry: middle },
          ];
        });
        sameFit(fitWeibull(rows), fitWeibull(split));
      }),
      { numRuns: 60 },
    );
  });

  it('has its limits on either side of the estimate, Wald’s too', () => {
    fc.assert(
      fc.property(sample, (rows) => {
        const fit = fitWeibull(rows);
        if (fit === null) return;
        for (const { estimate, ci_low, ci_high, wald } of [fit.shape, ...QUANTITIES.map((key) => fit[key])]) {
          expect(ci_low === null || ci_low < estimate).toBe(true);
          expect(ci_high === null || ci_high > estimate).toBe(true);
          expect(wald[0] === null || wald[0] < estimate).toBe(true);
          expect(wald[1] === null || wald[1] > estimate).toBe(true);
        }
        expect(fit.b1.estimate < fit.b5.estimate && fit.b5.estimate < fit.b10.estimate && fit.b10.estimate < fit.b50.estimate).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('an analysis', () => {
  const numbersIn = (value: unknown): number[] => {
    if (typeof value === 'number') return [value];
    if (value instanceof Map) return [...value.values()].flatMap(numbersIn);
    return value !== null && typeof value === 'object' ? Object.values(value).flatMap(numbersIn) : [];
  };
  const failed = (time: number, count = 1): LifeRow => ({ time, failed: true, count, entry: 0, lower: null, mode: null });
  const running = (time: number, count = 1): LifeRow => ({ ...failed(time, count), failed: false });

  const hard: [string, LifeRow[]][] = [
    ['no rows', []],
    ['no failure', [running(100, 50)]],
    ['one failure', [failed(30), running(100, 50)]],
    ['two failures', [failed(30), failed(60), running(100, 50)]],
    ['all failed', [failed(30), failed(60), failed(100), failed(101)]],
    ['all at one age', [failed(30, 9)]],
    ['all at one age, one outliving them', [failed(30, 9), running(31)]],
    ['all failures last of all', [running(1, 100), failed(500, 3)]],
    ['tiny times', [failed(1e-9), failed(3e-9), failed(4e-9), running(1e-8, 9)]],
    ['huge times', [failed(1e12), failed(3e12), failed(4e12), running(1e13, 9)]],
    ['tiny and huge times', [failed(1e-6), failed(1), failed(1e9), running(1e12, 9)]],
    ['one interval holding all', [{ ...failed(30, 9), lower: 0 }]],
    ['a huge count', [failed(10, 3), failed(20, 4), running(30, 1e9)]],
    ['nearly equal times', [failed(1000), failed(1000.0001), failed(1000.0002), running(999)]],
    ['entry just before the end', [{ ...failed(100, 3), entry: 99.999 }, failed(50), running(120, 5)]],
  ];

  it.each(hard)('of %s holds neither NaN nor Infinity', (_, rows) => {
    for (const options of [{}, { weibayesShape: 2 }]) expect(numbersIn(analyseLife(rows, options)).every(Number.isFinite)).toBe(true);
  });

  it('of any rows holds neither NaN nor Infinity', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
        expect(numbersIn(analyseLife(rows, { weibayesShape: 1.5 })).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('says what keeps it from a fit', () => {
    expect(analyseLife([running(10)]).warnings).toContain('no_failures');
    expect(analyseLife([failed(10), running(20)]).warnings).toContain('too_few_failures');
    expect(analyseLife([failed(10, 5)]).warnings).toContain('no_maximum');
  });
});
