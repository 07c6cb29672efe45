import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRates } from '../../src/stats/compareRates.ts';
import { benjaminiHochberg } from '../../src/stats/falseDiscovery.ts';
import { imputedInterval, imputeFailures } from '../../src/stats/imputation.ts';
import { garwoodInterval } from '../../src/stats/poissonInterval.ts';
import { clopperPearsonInterval, wilsonInterval } from '../../src/stats/proportionInterval.ts';
import { drawBinomial, drawPoisson, seededRandom } from '../../src/stats/random.ts';
import { fitGammaPrior, shrinkRates } from '../../src/stats/shrinkage.ts';
import { directRate, indirectRatio, standardTime } from '../../src/stats/standardise.ts';
import { type DriveModel, drives2022, drives2023, priors } from './driveStats.ts';

fc.configureGlobal({ seed: 20_260_401 });

const relative = (value: number, expected: number): number => Math.abs(value / expected - 1);

describe('Garwood’s exact Poisson interval', () => {
  const table = [
    [0, 0, 3.688879454],
    [1, 0.02531780798, 5.571643391],
    [2, 0.2422092785, 7.224687668],
    [3, 0.6186721229, 8.76727307],
    [5, 1.62348639, 11.66833208],
    [10, 4.795388696, 18.39035604],
    [21, 12.99933098, 32.10073073],
    [100, 81.36399125, 121.6267938],
    [590, 543.3467548, 639.5876544],
  ] as const;

  it.each(table)('of %i events is %d … %d', (count, low, high) => {
    const interval = garwoodInterval(count);
    if (low === 0) expect(interval.low).toBe(0);
    else expect(relative(interval.low, low)).toBeLessThan(1e-8);
    expect(relative(interval.high, high)).toBeLessThan(1e-8);
  });

  it('gives the published rates per 1,000 device-months', () => {
    const published = [
      [0, 500, 0, 7.378],
      [1, 200, 0.127, 27.858],
      [3, 1000, 0.619, 8.767],
      [10, 2500, 1.918, 7.356],
      [30, 10_000, 2.024, 4.283],
    ] as const;
    for (const [count, months, low, high] of published) {
      const interval = garwoodInterval(count);
      expect((interval.low / months) * 1000).toBeCloseTo(low, 3);
      expect((interval.high / months) * 1000).toBeCloseTo(high, 3);
    }
  });

  it('widens with every further event on both sides', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), (count) => {
        const [now, next] = [garwoodInterval(count), garwoodInterval(count + 1)];
        expect(next.low).toBeGreaterThan(now.low);
        expect(next.high).toBeGreaterThan(now.high);
      }),
    );
  });
});

describe('shrunken rates', () => {
  const years: [number, DriveModel[], readonly [number, number]][] = [
    [2022, drives2022, priors[2022]],
    [2023, drives2023, priors[2023]],
  ];
  const groupsOf = (drives: readonly DriveModel[]) => drives.map(({ failures, driveDays }) => ({ count: failures, exposure: driveDays / 365 }));

  it.each(years)('of the drives of %i agree in prior, mean and quantiles', (_, drives, [shape, rate]) => {
    const prior = fitGammaPrior(groupsOf(drives));
    expect(relative(prior?.shape ?? 0, shape)).toBeLessThan(1e-6);
    expect(relative(prior?.rate ?? 0, rate)).toBeLessThan(1e-6);
    for (const [i, shrunken] of shrinkRates(groupsOf(drives), prior).entries()) {
      const [mean = 0, p05 = 0, p95 = 0] = drives[i]?.shrunken ?? [];
      expect(relative((shrunken?.mean ?? 0) * 100, mean)).toBeLessThan(1e-6);
      expect(relative((shrunken?.p05 ?? 0) * 100, p05)).toBeLessThan(1e-6);
      expect(relative((shrunken?.p95 ?? 0) * 100, p95)).toBeLessThan(1e-6);
    }
  });

  it.each(years)('beside them the raw rates of %i are those published, with exact limits', (_, drives) => {
    for (const { failures, driveDays, publishedAfr, limits } of drives) {
      const years = driveDays / 365;
      expect((failures / years) * 100).toBeCloseTo(publishedAfr, 1);
      const interval = garwoodInterval(failures);
      if (limits[0] > 0) expect(relative((interval.low / years) * 100, limits[0])).toBeLessThan(1e-8);
      expect(relative((interval.high / years) * 100, limits[1])).toBeLessThan(1e-8);
    }
  });

  it('ranks a model with one failure in three units below one with a long bad record', () => {
    const groups = [...groupsOf(drives2023), { count: 1, exposure: 0.5 }, { count: 90, exposure: 900 }];
    const shrunken = shrinkRates(groups, fitGammaPrior(groups));
    expect(shrunken.at(-2)?.p05 ?? 0).toBeLessThan(shrunken.at(-1)?.p05 ?? 0);
  });

  it('are null without exposure and stand alone without neighbours or failures', () => {
    expect(shrinkRates([{ count: 0, exposure: 0 }], null)).toEqual([null]);
    expect(
      fitGammaPrior([
        { count: 3, exposure: 10 },
        { count: 1, exposure: 5 },
      ]),
    ).toBeNull();
    expect(fitGammaPrior([1, 2, 3, 4].map((exposure) => ({ count: 0, exposure })))).toBeNull();
  });

  it('change with the unit of time as a rate does, and stay finite', () => {
    const cell = fc.record({ count: fc.integer({ min: 0, max: 60 }), exposure: fc.double({ min: 0.5, max: 1e4, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 3, maxLength: 30 }), (groups) => {
        const days = groups.map(({ count, exposure }) => ({ count, exposure: exposure * 365 }));
        const [inYears, inDays] = [shrinkRates(groups, fitGammaPrior(groups)), shrinkRates(days, fitGammaPrior(days))];
        for (const [i, rate] of inYears.entries()) {
          expect(Number.isFinite(rate?.mean) && (rate?.p05 ?? 1) <= (rate?.p95 ?? 0)).toBe(true);
          expect(relative((inDays[i]?.mean ?? 0) * 365, rate?.mean ?? 1)).toBeLessThan(1e-4);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('imputed failures', () => {
  it('18 confirmed, 12 NFF and 20 untriaged stand for 29.9 failures', () => {
    const imputed = imputeFailures({ confirmed: 18, nff: 12, untriaged: 20 });
    expect(imputed.share).toBeCloseTo(0.5967741935, 10);
    expect(imputed.count).toBeCloseTo(29.93548387, 8);
    expect(imputed.verdict_interval.low).toBeCloseTo(26.444, 3);
    expect(imputed.verdict_interval.high).toBeCloseTo(33.1903, 4);
    expect((imputed.count / 120_000) * 36_500).toBeCloseTo(9.10537634, 8);
  });

  it('as a rate they carry Poisson’s spread as well: wider than the verdicts alone', () => {
    const verdicts = { confirmed: 18, nff: 12, untriaged: 20 };
    const { low, high } = imputedInterval(verdicts);
    expect(low).toBeLessThan(imputeFailures(verdicts).verdict_interval.low);
    expect(high).toBeGreaterThan(imputeFailures(verdicts).verdict_interval.high);
    expect(low).toBeLessThan(garwoodInterval(30).low + 1);
    expect(high).toBeGreaterThan(garwoodInterval(30).high);
  });

  it('without untriaged returns it is Garwood’s interval', () => {
    expect(imputedInterval({ confirmed: 18, nff: 12, untriaged: 0 }).low).toBeCloseTo(garwoodInterval(18).low, 9);
    expect(imputedInterval({ confirmed: 18, nff: 12, untriaged: 0 }).high).toBeCloseTo(garwoodInterval(18).high, 9);
    expect(imputedInterval({ confirmed: 0, nff: 5, untriaged: 0 }).low).toBe(0);
  });

  it('covers the true rate about 95 times in 100 when a third of the returns wait for their verdict', () => {
    const random = seededRandom(7);
    let covered = 0;
    const runs = 600;
    for (let run = 0; run < runs; run++) {
      const returns = drawPoisson(random, 50);
      const untriaged = drawBinomial(random, returns, 1 / 3);
      const confirmed = drawBinomial(random, returns - untriaged, 0.6);
      const { low, high } = imputedInterval({ confirmed, nff: returns - untriaged - confirmed, untriaged });
      if (low <= 30 && 30 <= high) covered += 1;
    }
    expect(covered / runs).toBeGreaterThan(0.93);
    expect(covered / runs).toBeLessThan(0.985);
  });
});

describe('shares and comparisons', () => {
  it('3 of 10: Wilson 0.1078–0.6032, Clopper–Pearson 0.0667–0.6525', () => {
    expect(wilsonInterval(3, 10)?.low).toBeCloseTo(0.10779126740630102, 12);
    expect(wilsonInterval(3, 10)?.high).toBeCloseTo(0.6032218525388546, 12);
    expect(clopperPearsonInterval(3, 10)?.low).toBeCloseTo(0.06673951117773447, 10);
    expect(clopperPearsonInterval(3, 10)?.high).toBeCloseTo(0.652452850060008, 10);
    expect(wilsonInterval(0, 0)).toBeNull();
    expect(clopperPearsonInterval(0, 0)).toBeNull();
  });

  it('11 in 800 against 23 in 3,011: the example of R’s poisson.test', () => {
    const found = compareRates({ count: 11, exposure: 800 }, { count: 23, exposure: 3011 });
    expect(found?.p_two_sided).toBeCloseTo(0.13663444706428232, 12);
    expect(found?.ratio).toBeCloseTo(1.800054347826087, 12);
    expect(found?.ratio_low).toBeCloseTo(0.7922, 4);
    expect(found?.ratio_high).toBeCloseTo(3.8439, 4);
  });

  it('sums the outcomes no likelier than the one seen', () => {
    expect(compareRates({ count: 3, exposure: 3011 }, { count: 2, exposure: 30 })?.p_two_sided).toBeCloseTo(0.0009541567469543616, 14);
    expect(compareRates({ count: 0, exposure: 800 }, { count: 23, exposure: 3011 })?.p_two_sided).toBeCloseTo(0.008166019312746147, 13);
  });

  it('is open above when the second never failed, and null without exposure', () => {
    expect(compareRates({ count: 4, exposure: 10 }, { count: 0, exposure: 10 })).toMatchObject({ ratio: null, ratio_high: null });
    expect(compareRates({ count: 0, exposure: 10 }, { count: 0, exposure: 10 })?.p_two_sided).toBe(1);
    expect(compareRates({ count: 1, exposure: 0 }, { count: 1, exposure: 10 })).toBeNull();
  });

  it('Benjamini and Hochberg reject six of fifteen', () => {
    const p = [2.9e-8, 0.06743, 0.01514, 0.08174, 0.00171, 3.6e-5, 0.79149, 0.27201, 0.28295, 7.59e-8, 0.69274, 0.30443, 0.00136, 0.72342, 0.54757];
    expect(benjaminiHochberg(p, 0.05).flatMap(({ rejected }, i) => (rejected ? [i + 1] : []))).toEqual([1, 3, 5, 6, 10, 13]);
  });
});

describe('standardisation', () => {
  const strata = [
    { count: 3, exposure: 100 },
    { count: 5, exposure: 50 },
  ];

  it('indirect: observed over what the reference expects', () => {
    const found = indirectRatio(strata, [0.02, 0.04]);
    expect(found?.expected).toBeCloseTo(4, 12);
    expect(found?.ratio).toBeCloseTo(2, 12);
    expect(found?.low).toBeCloseTo(garwoodInterval(8).low / 4, 12);
    expect(indirectRatio(strata, [0, 0])).toBeNull();
  });

  it('time weighs by the failures of its ages, shrunken by one', () => {
    const { weights, between } = standardTime([
      { low: 0, high: 10, count: 1, exposure: 100 },
      { low: 10, high: 1000, count: 7, exposure: 100 },
    ]);
    // 8 failures in 200: 4 expected in each.
    expect(weights).toEqual([2 / 5, 8 / 5]);
    expect(between(5, 15)).toBeCloseTo(5 * 0.4 + 5 * 1.6, 12);
    expect(standardTime([{ low: 0, high: 10, count: 0, exposure: 100 }]).between(2, 5)).toBe(3);
    expect(standardTime([{ low: 0, high: 10, count: 0, exposure: 0 }]).between(2, 5)).toBe(3);
  });

  it('direct: the weighted mean of the strata’s rates', () => {
    expect(directRate(strata, [0.5, 0.5])?.rate).toBeCloseTo(0.065, 12);
    expect(directRate([{ count: 0, exposure: 0 }], [1])).toBeNull();
  });

  it('direct: what belongs to no stratum adds its own rate, in every mix', () => {
    expect(directRate(strata, [0.5, 0.5], { beside: { count: 3, exposure: 300 } })?.rate).toBeCloseTo(0.075, 12);
    expect(directRate(strata, [1, 0], { beside: { count: 3, exposure: 300 } })?.rate).toBeCloseTo((directRate(strata, [1, 0])?.rate ?? 0) + 0.01, 12);
    const alone = directRate([{ count: 0, exposure: 100 }], [1], { beside: { count: 7, exposure: 100 } });
    expect(alone?.low).toBeCloseTo(garwoodInterval(7).low / 100, 12);
    expect(alone?.high).toBeCloseTo(garwoodInterval(7).high / 100, 12);
  });

  it('direct: with one stratum the limits are Garwood’s (Fay & Feuer 1997)', () => {
    const found = directRate([{ count: 7, exposure: 200 }], [1]);
    expect(found?.low).toBeCloseTo(garwoodInterval(7).low / 200, 12);
    expect(found?.high).toBeCloseTo(garwoodInterval(7).high / 200, 12);
  });
});
