import { describe, expect, it } from 'vitest';
import { failingWithin, forecastFailures } from '../../src/stats/forecast.ts';
import type { LifeRow } from '../../src/stats/lifeRow.ts';
import { hazardByAge, nevadaGrid, nevadaLifeRows } from '../../src/stats/nevada.ts';
import { drawBinomial, drawPoisson, seededRandom } from '../../src/stats/random.ts';
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
  const model = { shape: 1.5, scale: 1000, covariance: { scale2: 0.01, cross: 0, shape2: 0.01 } };
  const ages = [
    { age: 100, units: 500 },
    { age: 400, units: 500 },
  ];

  it('is the same for the same seed', () => {
    expect(forecastFailures(model, ages, [30, 60], { seed: 3 }).total).toEqual(forecastFailures(model, ages, [30, 60], { seed: 3 }).total);
  });

  it('expects Σ (1 − S(t+N)/S(t))', () => {
    const { total, periods } = forecastFailures(model, ages, [30, 60]);
    const expected = ages.reduce((sum, { age, units }) => sum + units * failingWithin(model, age, 0, 60), 0);
    expect(total.expected).toBeCloseTo(expected, 9);
    expect(periods.map(({ from, to }) => [from, to])).toEqual([
      [0, 30],
      [30, 60],
    ]);
  });

  it('of a sub-population runs dry', () => {
    const dry = { shape: 1, scale: 10, share: 0.05, covariance: { scale2: 0, cross: 0, shape2: 0 } };
    expect(failingWithin(dry, 0, 0, 10_000)).toBeCloseTo(0.05, 9);
    expect(failingWithin(dry, 1000, 0, 1000)).toBeLessThan(1e-9);
  });

  it('covers the count that then comes as often as it says', () => {
    const random = seededRandom(11);
    let [covered, tried] = [0, 0];
    for (let fleet = 0; fleet < 150; fleet++) {
      const lives = Array.from({ length: 200 }, () => ({ start: random.uniform() * 500, life: 1200 * (-Math.log(random.uniform())) ** (1 / 1.6) }));
      const rows = lives.map(
        ({ start, life }): LifeRow => ({ time: Math.min(life, 500 - start), failed: life < 500 - start, lower: null, count: 1, entry: 0, mode: null }),
      );
      const fit = fitWeibull(rows);
      if (fit === null) continue;
      const alive = lives.filter(({ start, life }) => life >= 500 - start);
      const coming = alive.filter(({ start, life }) => life < 500 - start + 120).length;
      const { total } = forecastFailures(
        { shape: fit.shape.estimate, scale: fit.scale.estimate, covariance: fit.covariance },
        alive.map(({ start }) => ({ age: 500 - start, units: 1 })),
        [120],
        { level: 0.9, draws: 100, seed: fleet },
      );
      tried += 1;
      if (total.low <= coming && coming <= total.high) covered += 1;
    }
    expect(tried).toBeGreaterThan(140);
    expect(covered / tried).toBeGreaterThan(0.83);
    expect(covered / tried).toBeLessThan(0.965);
  });
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
