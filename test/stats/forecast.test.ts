import { describe, expect, it } from 'vitest';
import { AGE_BANDS } from '../../src/quality/ageBands.ts';
import { failingWithin, forecastFailures } from '../../src/stats/forecast.ts';
import { countFailures, type LifeRow } from '../../src/stats/lifeRow.ts';
import { negativeBinomialInterval } from '../../src/stats/negativeBinomial.ts';
import { hazardByAge, nevadaGrid, nevadaLifeRows } from '../../src/stats/nevada.ts';
import { weibullDraws } from '../../src/stats/parameterDraws.ts';
import { drawBinomial, drawPoisson, type Random, seededRandom } from '../../src/stats/random.ts';
import { fitGammaPrior } from '../../src/stats/shrinkage.ts';
import { standardTime } from '../../src/stats/standardise.ts';
import { fitWeibull } from '../../src/stats/weibullFit.ts';
import { nevadaShipments } from './lifeTables.ts';

describe('the next month of the Nevada grid', () => {
  const october = (interval: boolean): number[] => {
    const fit = fitWeibull(nevadaLifeRows(nevadaShipments, interval));
    if (fit === null) throw new Error('no fit');
    return nevadaShipments.map(
      ({ units, returns }) =>
        (units - returns.reduce((sum, count) => sum + count, 0)) *
        failingWithin({ shape: fit.shape.estimate, scale: fit.scale.estimate }, returns.length, 0, 1),
    );
  };

  it('taken as intervals expects 4.40, 5.81 and 5.19 returns', () => {
    for (const [i, expected] of [4.3986665, 5.81465694, 5.18707806].entries()) expect(october(true)[i]).toBeCloseTo(expected, 5);
  });

  it('taken as exact ages more than doubles the forecast of the oldest shipment', () => {
    for (const [i, expected] of [11.76235823, 11.04062724, 5.78930821].entries()) expect(october(false)[i]).toBeCloseTo(expected, 5);
  });

  it('shows returns, exposure and hazard by month of age', () => {
    const grid = nevadaGrid(nevadaShipments, (months) => (months === 0 ? 0.5 : 1));
    expect(grid[0]?.cells.map(({ exposed }) => exposed)).toEqual([100, 97, 94]);
    expect(grid[0]?.cells.map(({ reported }) => reported)).toEqual([1, 1, 0.5]);
    expect(hazardByAge(grid)[0]).toEqual({ returns: 9, exposed: 390, hazard: 9 / 390 });
  });
});

describe('a forecast', () => {
  const curve = { shape: 1.5, scale: 1000 };
  const model = { curve, draw: (random: Random) => ({ shape: 1.5 * Math.exp(0.1 * random.normal()), scale: 1000 * Math.exp(0.1 * random.normal()) }) };
  const ages = [
    { age: 100, units: 500 },
    { age: 400, units: 500 },
  ];

  it('is the same for the same seed', () => {
    expect(forecastFailures(model, ages, [30, 60], { seed: 3 }).total).toEqual(forecastFailures(model, ages, [30, 60], { seed: 3 }).total);
  });

  it('expects Σ (1 − S(t+N)/S(t))', () => {
    const { total, periods } = forecastFailures(model, ages, [30, 60]);
    const expected = ages.reduce((sum, { age, units }) => sum + units * failingWithin(curve, age, 0, 60), 0);
    expect(total.expected).toBeCloseTo(expected, 9);
    expect(periods.map(({ from, to }) => [from, to])).toEqual([
      [0, 30],
      [30, 60],
    ]);
  });

  it('of units at k times the hazard is that of k such units in series', () => {
    for (const one of [curve, { ...curve, share: 0.2 }]) {
      const surviving = (times: number) => 1 - failingWithin(one, 100, 0, 60, times);
      expect(surviving(3)).toBeCloseTo(surviving(1) ** 3, 12);
      expect(failingWithin(one, 100, 0, 60, 3)).toBeCloseTo(failingWithin(one, 100, 0, 20, 3) + failingWithin(one, 100, 20, 60, 3), 12);
    }
    const many = Array.from({ length: 100 }, (_, i) => ({ age: 100 + i, units: 10, ...(i % 2 === 0 ? { hazard: 5 } : {}) }));
    const alone = (hazard: number | undefined) =>
      forecastFailures(
        model,
        many.filter((group) => group.hazard === hazard),
        [60],
      ).total;
    const both = forecastFailures(model, many, [60]).total;
    expect(both.expected).toBeCloseTo(alone(5).expected + alone(undefined).expected, 9);
    expect(both.high).toBeGreaterThan(alone(5).high);
  });

  it('of units whose survival is beyond numbers is certain, of those that will not live to see it nil', () => {
    const short = { shape: 3, scale: 1e-300 };
    expect(failingWithin(short, 1, 0, 1)).toBe(1);
    expect(failingWithin(short, 0, 0, 1)).toBe(1);
    expect(failingWithin(short, 0, 1, 2)).toBe(0);
  });

  it('of a sub-population runs dry', () => {
    const dry = { shape: 1, scale: 10, share: 0.05 };
    expect(failingWithin(dry, 0, 0, 10_000)).toBeCloseTo(0.05, 9);
    expect(failingWithin(dry, 1000, 0, 1000)).toBeLessThan(1e-9);
  });

  it('of whole numbers, known for certain, gives the upper tail what the lower has no use for', () => {
    const sure = { curve: { shape: 1, scale: 1000 }, draw: () => ({ shape: 1, scale: 1000 }) };
    // Binomial(1000, 1 − e^−0.001): nearly Poisson(1), P(N > 3) + ½P(N = 3) = 0.050 and P(N > 2) + ½P(N = 2) = 0.172.
    const ages = [{ age: 50, units: 1000 }];
    const { total, countWithin } = forecastFailures(sure, ages, [1], { level: 0.94, draws: 20_000 });
    expect(total).toMatchObject({ low: 0, high: 2 });
    expect(forecastFailures(sure, ages, [1], { level: 0.96, draws: 20_000 }).total).toMatchObject({ low: 0, high: 3 });
    expect(countWithin(1, 0.95)).toBe(3);
  });

  it('never expects more failures than there are units', () => {
    const worn = { curve: { shape: 5, scale: 10 }, draw: () => ({ shape: 5, scale: 10 }) };
    const { periods, total } = forecastFailures(worn, [{ age: 9, units: 40 }], [10, 20, 30]);
    expect(total).toMatchObject({ low: 40, high: 40 });
    expect(periods[2]).toMatchObject({ low: 0, high: 0 });
  });

  interface Fleet {
    readonly units: number;
    readonly shape: number;
    readonly scale: number;
    readonly ahead: number;
    readonly level: number;
  }

  const MODELS = 250;
  /** Models differ in scale by this standard deviation of its logarithm. */
  const SPREAD = 0.3;

  /**
   * How likely the coming failures are to lie within the interval, as the product forecasts them: by the model's own life where it had failures enough for a fit,
   * else by its rate at equal ages, shrunken towards that of the others. Units enter service over 500 days, and all are forecast at the end of them.
   */
  function coverage({ units, shape, scale, ahead, level }: Fleet): { byLife: number; byRate: number; fitted: number } {
    const random = seededRandom(units);
    const fleet = Array.from({ length: MODELS }, () => {
      const own = { shape, scale: scale * Math.exp(SPREAD * random.normal()) };
      const lives = Array.from({ length: units }, () => ({ seen: random.uniform() * 500, life: own.scale * (-Math.log(random.uniform())) ** (1 / shape) }));
      const rows = lives.map(({ seen, life }): LifeRow => ({ time: Math.min(life, seen), failed: life < seen, lower: null, count: 1, entry: 0, mode: null }));
      const ages = lives.filter(({ seen, life }) => life >= seen).map(({ seen }) => ({ age: seen, units: 1 }));
      return { own, rows, ages, count: countFailures(rows) };
    });
    const strata = AGE_BANDS.map(({ low, high }) => ({
      low,
      high,
      ...totalOf(
        fleet.flatMap(({ rows }) => rows),
        low,
        high,
      ),
    }));
    const { between } = standardTime(strata);
    const seen = fleet.map(({ rows, count }) => ({ count, exposure: rows.reduce((sum, { time }) => sum + between(0, time), 0) }));
    const prior = fitGammaPrior(seen);
    const byLife: number[] = [];
    const byRate: number[] = [];
    for (const [seed, { own, rows, ages, count }] of fleet.entries()) {
      const fit = fitWeibull(rows);
      const { exposure } = seen[seed] ?? { exposure: 0 };
      const days = ages.reduce((sum, { age }) => sum + between(age, age + ahead), 0);
      const interval =
        fit === null
          ? negativeBinomialInterval((prior?.shape ?? 0) + count, days / ((prior?.rate ?? 0) + exposure + days), level)
          : forecastFailures({ curve: { shape: fit.shape.estimate, scale: fit.scale.estimate }, draw: weibullDraws(rows, fit) }, ages, [ahead], {
              level,
              draws: 300,
              seed,
            }).total;
      const chances = ages.map(({ age }) => failingWithin(own, age, 0, ahead));
      (fit === null ? byRate : byLife).push(probabilityWithin(chances, interval.low, interval.high));
    }
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    return { byLife: mean(byLife), byRate: mean(byRate), fitted: byLife.length / MODELS };
  }

  /** Failures and time between two ages. */
  const totalOf = (rows: readonly LifeRow[], low: number, high: number) => ({
    count: rows.filter(({ failed, time }) => failed && time >= low && time < high).length,
    exposure: rows.reduce((sum, { time }) => sum + Math.max(0, Math.min(time, high) - low), 0),
  });

  /** P(low ≤ N ≤ high) of how many of independent events happen. */
  function probabilityWithin(chances: readonly number[], low: number, high: number): number {
    const counts = new Float64Array(high + 1);
    counts[0] = 1;
    for (const p of chances) for (let k = high; k >= 0; k--) counts[k] = (counts[k] ?? 0) * (1 - p) + (counts[k - 1] ?? 0) * p;
    return counts.slice(low).reduce((sum, value) => sum + value, 0);
  }

  it.each([
    { units: 20, shape: 1, scale: 2000, ahead: 365, level: 0.9 },
    { units: 20, shape: 2, scale: 1000, ahead: 182, level: 0.9 },
    { units: 45, shape: 0.7, scale: 3000, ahead: 120, level: 0.9 },
    { units: 45, shape: 1.6, scale: 1200, ahead: 60, level: 0.9 },
    { units: 45, shape: 1.6, scale: 1200, ahead: 120, level: 0.8 },
    { units: 45, shape: 3, scale: 900, ahead: 365, level: 0.95 },
    { units: 60, shape: 1.6, scale: 1200, ahead: 120, level: 0.9 },
    { units: 120, shape: 1, scale: 2400, ahead: 30, level: 0.9 },
    { units: 200, shape: 1.6, scale: 1200, ahead: 120, level: 0.9 },
    { units: 300, shape: 0.8, scale: 3000, ahead: 180, level: 0.8 },
    { units: 300, shape: 2, scale: 1200, ahead: 30, level: 0.95 },
  ])(
    'by life covers what then comes within 3 points of its level: %o',
    (fleet) => {
      const { byLife, fitted } = coverage(fleet);
      expect(fitted).toBeGreaterThan(0.2);
      expect(Math.abs(byLife - fleet.level)).toBeLessThan(0.03);
    },
    120_000,
  );

  it.each([
    { units: 200, shape: 1, scale: 40_000, ahead: 240, level: 0.9 },
    { units: 45, shape: 1, scale: 4000, ahead: 120, level: 0.95 },
    { units: 45, shape: 1.6, scale: 1200, ahead: 120, level: 0.9 },
    { units: 200, shape: 2.5, scale: 3000, ahead: 60, level: 0.95 },
    { units: 60, shape: 0.7, scale: 40_000, ahead: 90, level: 0.95 },
    { units: 20, shape: 1, scale: 2500, ahead: 360, level: 0.9 },
  ])(
    'by the shrunken rate covers what then comes within 3 points of its level: %o',
    (fleet) => {
      const { byRate, fitted } = coverage(fleet);
      expect(fitted).toBeLessThan(0.8);
      expect(Math.abs(byRate - fleet.level)).toBeLessThan(0.03);
    },
    120_000,
  );
});

describe('draws', () => {
  it('have the mean and variance they should, small and large', () => {
    const random = seededRandom(2);
    for (const mean of [0.3, 5, 29, 200]) {
      const draws = Array.from({ length: 4000 }, () => drawPoisson(random, mean));
      const average = draws.reduce((sum, value) => sum + value, 0) / draws.length;
      expect(Math.abs(average - mean)).toBeLessThan(4 * Math.sqrt(mean / draws.length));
    }
    for (const [n, p] of [
      [10, 0.2],
      [500, 0.01],
      [500, 0.4],
      [1000, 0.97],
    ] as const) {
      const draws = Array.from({ length: 4000 }, () => drawBinomial(random, n, p));
      const average = draws.reduce((sum, value) => sum + value, 0) / draws.length;
      expect(Math.abs(average - n * p)).toBeLessThan(4 * Math.sqrt((n * p * (1 - p)) / draws.length) + 0.02);
      expect(draws.every((value) => value >= 0 && value <= n)).toBe(true);
    }
  });
});
