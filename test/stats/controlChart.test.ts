import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { laneyChart, type Period } from '../../src/stats/controlChart.ts';
import { drawPoisson, seededRandom } from '../../src/stats/random.ts';
import { type RunRule, runRules } from '../../src/stats/runRules.ts';

fc.configureGlobal({ seed: 20_260_401 });

describe('Laney’s u′ chart', () => {
  // R 4.2: fit <- glm(counts ~ offset(log(n)), family = poisson); u <- exp(coef(fit)); r <- residuals(fit, "pearson"); s <- mean(abs(diff(r))) / 1.128;
  // limits u ± 3·s·sqrt(u/n), z = r/s.
  const byRegression = [
    { count: 110, exposure: 120, low: 0.5244310942, high: 1.445461379, z: -0.44480341865 },
    { count: 118, exposure: 130, low: 0.5424975992, high: 1.427394874, z: -0.52381625133 },
    { count: 125, exposure: 125, low: 0.5337353895, high: 1.436157084, z: 0.10008910605 },
    { count: 120, exposure: 140, low: 0.5585920615, high: 1.411300412, z: -0.8992761433 },
    { count: 160, exposure: 150, low: 0.5730489713, high: 1.396843502, z: 0.5952000924 },
    { count: 139, exposure: 160, low: 0.5861284244, high: 1.383764049, z: -0.87405501726 },
    { count: 150, exposure: 155, low: 0.5797469342, high: 1.390145539, z: -0.12737658463 },
    { count: 149, exposure: 165, low: 0.5922176036, high: 1.37767487, z: -0.62574454708 },
    { count: 190, exposure: 170, low: 0.5980361272, high: 1.371856346, z: 1.02892753936 },
    { count: 160, exposure: 180, low: 0.6089371973, high: 1.360955276, z: -0.76639658344 },
    { count: 171, exposure: 175, low: 0.6036034694, high: 1.366289004, z: -0.06138870398 },
    { count: 240, exposure: 190, low: 0.6189659123, high: 1.350926561, z: 2.2805460275 },
  ];

  it('has the limits and deviations of a Poisson regression’s Pearson residuals, widened by their moving range', () => {
    const chart = laneyChart(byRegression);
    expect(chart.centre).toBeCloseTo(0.984946236559, 11);
    expect(chart.sigma_z).toBeCloseTo(1.694365191086, 11);
    for (const [i, { low, high, z }] of byRegression.entries()) {
      expect(chart.points[i]?.low).toBeCloseTo(low, 8);
      expect(chart.points[i]?.high).toBeCloseTo(high, 8);
      expect(chart.points[i]?.z).toBeCloseTo(z, 9);
    }
  });

  const counts = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 2, maxLength: 40 }).filter((values) => new Set(values).size > 1);

  it('is the individuals chart of the rates where all exposures are equal (Laney 2002): centre ± 3 · mean moving range / 1.128', () => {
    fc.assert(
      fc.property(counts, fc.double({ min: 0.01, max: 1e6, noNaN: true }), (values, exposure) => {
        const rates = values.map((count) => count / exposure);
        const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
        const range = rates.slice(1).reduce((sum, rate, i) => sum + Math.abs(rate - (rates[i] ?? 0)), 0) / (rates.length - 1);
        for (const { low, high } of laneyChart(values.map((count) => ({ count, exposure }))).points) {
          expect((high ?? 0) / mean).toBeCloseTo(1 + (3 * range) / 1.128 / mean, 9);
          expect((low ?? 0) / mean).toBeCloseTo(Math.max(0, 1 - (3 * range) / 1.128 / mean), 9);
        }
      }),
    );
  });

  it('does not depend on the unit of exposure, nor on months without any', () => {
    const period = fc.record({ count: fc.integer({ min: 0, max: 60 }), exposure: fc.integer({ min: 1, max: 1000 }) });
    fc.assert(
      fc.property(fc.array(period, { minLength: 2, maxLength: 30 }), fc.constantFrom(1 / 30.4375, 1000), (periods, unit) => {
        const [plain, scaled, gapped] = [laneyChart(periods), laneyChart(periods.map(scaledBy(unit))), laneyChart(periods.flatMap((one) => [GAP, one]))];
        for (const [i, point] of plain.points.entries()) {
          expect(scaled.points[i]?.z).toBeCloseTo(point.z ?? 0, 9);
          expect((scaled.points[i]?.high ?? 0) * unit).toBeCloseTo(point.high ?? 0, 9);
          expect({ ...gapped.points[2 * i + 1], rules: [] }).toEqual({ ...point, rules: [] });
        }
      }),
    );
  });

  it('of plain Poisson counts is the u chart, and has a point in 370 beyond its limits', () => {
    const random = seededRandom(7);
    const periods = Array.from({ length: 20_000 }, (_, i): Period => ({ count: drawPoisson(random, 40 + (i % 7) * 10), exposure: 40 + (i % 7) * 10 }));
    const { sigma_z, points } = laneyChart(periods);
    expect(sigma_z).toBeCloseTo(1, 1);
    const beyond = points.filter(({ rules }) => rules.includes('beyond_limits')).length / periods.length;
    expect(beyond).toBeGreaterThan(1 / 600);
    expect(beyond).toBeLessThan(1 / 250);
  });

  it('shows months without exposure as gaps', () => {
    expect(laneyChart([GAP])).toMatchObject({ centre: null, points: [{ rate: null }] });
    expect(laneyChart([{ count: 2, exposure: 10 }, GAP, { count: 1, exposure: 10 }]).points.map(({ rate }) => rate)).toEqual([0.2, null, 0.1]);
  });

  it('without an event has its centre and limits at 0', () => {
    const { centre, points } = laneyChart([1, 5, 9].map((exposure) => ({ count: 0, exposure })));
    expect(centre).toBe(0);
    for (const point of points) expect(point).toEqual({ rate: 0, low: 0, high: 0, z: 0, rules: [] });
  });
});

const GAP: Period = { count: 0, exposure: 0 };
const scaledBy =
  (unit: number) =>
  ({ count, exposure }: Period): Period => ({ count, exposure: exposure * unit });

describe('the run rules', () => {
  it('name the rule a point completes', () => {
    expect(runRules([0, 3.5]).at(-1)).toEqual(['beyond_limits']);
    expect(runRules(Array.from({ length: 9 }, (_, i) => 0.1 + (i % 2) / 10)).at(-1)).toEqual(['nine_one_side']);
    expect(runRules([-1, -0.5, 0, 0.5, 0.7, 0.9]).at(-1)).toEqual(['six_trending']);
    expect(runRules([2.5, 0, 2.2]).at(-1)).toEqual(['two_of_three_beyond_2_sigma']);
    expect(runRules([null, 2.5, 2.2]).at(-1)).toEqual(['two_of_three_beyond_2_sigma']);
    expect(runRules([2.5, null, 2.2]).at(-1)).toEqual([]);
  });

  // A run is told from its letters: each value by its zone, each step by its direction.
  const zone = (z: number | null): string => (z === null ? '.' : z === 0 ? '0' : (z > 0 ? 'abcd' : 'ABCD').charAt(Math.min(3, Math.ceil(Math.abs(z)) - 1)));
  const direction = (from: number | null | undefined, to: number | null): string => {
    if (from == null || to === null) return '.';
    return from < to ? 'u' : from > to ? 'd' : '=';
  };
  const endings: [RunRule, RegExp][] = [
    ['beyond_limits', /[dD]$/],
    ['nine_one_side', /([abcd]{9}|[ABCD]{9})$/],
    ['two_of_three_beyond_2_sigma', /([cd][^.]?[cd]|[CD][^.]?[CD])$/],
  ];

  it('are those a reader of the zones finds, and no others', () => {
    const value = fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: -14, max: 14 }).map((z) => z / 4) },
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 12, arbitrary: fc.integer({ min: 1, max: 14 }).map((z) => z / 4) },
    );
    const drift = fc
      .tuple(fc.integer({ min: -8, max: 8 }), fc.integer({ min: 4, max: 8 }))
      .map(([start, length]) => Array.from({ length }, (_, i) => (start + i) / 4));
    const chart = fc
      .array(
        fc.oneof(
          value.map((one) => [one]),
          drift,
        ),
        { maxLength: 30 },
      )
      .map((parts) => parts.flat());
    fc.assert(
      fc.property(chart, (z) => {
        const zones = z.map(zone).join('');
        const steps = z.map((to, i) => direction(z[i - 1], to)).join('');
        for (const [i, rules] of runRules(z).entries()) {
          const seen = endings.filter(([, ending]) => ending.test(zones.slice(0, i + 1))).map(([rule]) => rule);
          if (/(uuuuu|ddddd)$/.test(steps.slice(1, i + 1))) seen.push('six_trending');
          expect([...rules].sort(), `${zones} at ${i}`).toEqual(seen.sort());
        }
      }),
      { numRuns: 500 },
    );
  });
});
