import { describe, expect, it } from 'vitest';
import { failingWithin, forecastFailures } from '../../src/stats/forecast.ts';
import { countFailures, type LifeRow } from '../../src/stats/lifeRow.ts';
import { negativeBinomialInterval } from '../../src/stats/negativeBinomial.ts';
import { hazardByAge, nevadaGrid, nevadaLifeRows } from '../../src/stats/nevada.ts';
import { weibullDraws } from '../../src/stats/parameterDraws.ts';
import { drawBinomial, drawPoisson, type Random, seededRandom } from '../../src/stats/random.ts';
import { fitGammaPrior } from '../../src/stats/shrinkage.ts';
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

  it('of a sub-population runs dry', () => {
    const dry = { shape: 1, scale: 10, share: 0.05 };
    expect(failingWithin(dry, 0, 0, 10_000)).toBeCloseTo(0.05, 9);
    expect(failingWithin(dry, 1000, 0, 1000)).toBeLessThan(1e-9);
  });

  it('of whole numbers, known for certain, takes the limits of the mid-distribution', () => {
    const sure = { curve: { shape: 1, scale: 1000 }, draw: () => ({ shape: 1, scale: 1000 }) };
    // Binomial(1000, 1 − e^−0.001): nearly Poisson(1), P(N ≤ 2) + ½P(N = 3) = 0.950.
    const { total, countWithin } = forecastFailures(sure, [{ age: 50, units: 1000 }], [1], { level: 0.89, draws: 20_000 });
    expect(total).toMatchObject({ low: 0, high: 2 });
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
    /** Models differ in scale by this standard deviation of its logarithm. */
    readonly spread: number;
  }

  /**
   * Share of models whose coming failures lay within the interval, as the product forecasts them: by their own life where they had failures enough for a fit,
   * else by their rate, shrunken towards that of the others. Units enter service over 500 days, and all are forecast at the end of them.
   */
  function coverage({ units, shape, scale, ahead, spread }: Fleet, models: number): { byLife: number; covered: number } {
    const random = seededRandom(units);
    const fleet = Array.from({ length: models }, () => {
      const own = scale * Math.exp(spread * random.normal());
      const lives = Array.from({ length: units }, () => ({ seen: random.uniform() * 500, life: own * (-Math.log(random.uniform())) ** (1 / shape) }));
      const rows = lives.map(({ seen, life }): LifeRow => ({ time: Math.min(life, seen), failed: life < seen, lower: null, count: 1, entry: 0, mode: null }));
      const alive = lives.filter(({ seen, life }) => life >= seen);
      return { rows, alive, count: countFailures(rows), exposure: rows.reduce((sum, { time }) => sum + time, 0) };
    });
    const prior = fitGammaPrior(fleet);
    let [byLife, covered] = [0, 0];
    for (const [seed, { rows, alive, count, exposure }] of fleet.entries()) {
      const fit = fitWeibull(rows);
      const coming = alive.filter(({ seen, life }) => life < seen + ahead).length;
      const days = alive.length * ahead;
      const { low, high } =
        fit === null
          ? negativeBinomialInterval((prior?.shape ?? 0) + count, days / ((prior?.rate ?? 0) + exposure + days), 0.9)
          : forecastFailures(
              { curve: { shape: fit.shape.estimate, scale: fit.scale.estimate }, draw: weibullDraws(rows, fit) },
              alive.map(({ seen }) => ({ age: seen, units: 1 })),
              [ahead],
              { level: 0.9, draws: 200, seed },
            ).total;
      if (fit !== null) byLife += 1;
      if (low <= coming && coming <= high) covered += 1;
    }
    return { byLife: byLife / models, covered: covered / models };
  }

  // Of all models, over 1,000 to 2,000 in other fleets: in this order 91.6, 90.7, 91.3, 91.8, 90.7 and 94.3 %. Models with a fit had more failures than usual so far:
  // of 45 units they alone hold 92 to 93 %, the others 86 to 88. In the last fleet most models see no failure in the time ahead: no whole numbers hold 90 % of that.
  it.each([
    { units: 200, shape: 1.6, scale: 1200, ahead: 120, spread: 0, byLife: 1 },
    { units: 300, shape: 0.8, scale: 3000, ahead: 180, spread: 0.3, byLife: 1 },
    { units: 200, shape: 1.6, scale: 2400, ahead: 120, spread: 0.3, byLife: 0.88 },
    { units: 60, shape: 1.6, scale: 1200, ahead: 120, spread: 0.4, byLife: 0.8 },
    { units: 45, shape: 1.6, scale: 1200, ahead: 120, spread: 0.4, byLife: 0.69 },
    { units: 200, shape: 2.5, scale: 3000, ahead: 60, spread: 0.3, byLife: 0.08 },
  ])(
    'of 90 % covers what then comes within 3 points, give or take two standard errors of the simulation: %o',
    ({ byLife, ...fleet }) => {
      const found = coverage(fleet, 250);
      expect(found.byLife).toBeCloseTo(byLife, 1);
      expect(Math.abs(found.covered - 0.9)).toBeLessThan(0.03 + 2 * Math.sqrt((0.9 * 0.1) / 250));
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
