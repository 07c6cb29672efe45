import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gammaWithMeanOne, overDispersed, poisson, randomFrom } from '../../simulators/score/random.ts';
import { BandSums, bandOf } from '../../src/alert/day.ts';
import { budgetsOf, design, type SignalShape, streamsOf } from '../../src/alert/detector.ts';
import { countEpisodes, episodeStarts } from '../../src/alert/episodes.ts';
import { sharesOf } from '../../src/alert/evidence.ts';
import { dispersionOf, factorsByCohort, fleetFactor, heterogeneityShape, referenceRate } from '../../src/alert/expectation.ts';
import { nextState } from '../../src/alert/lifecycle.ts';
import { statisticPath } from '../../src/alert/path.ts';
import { followRollOut, ownLevel, rolloutThreshold } from '../../src/alert/rollout.ts';
import { isNewIncident, levelOf } from '../../src/alert/rules.ts';
import { capFor } from '../../src/stats/cappedCount.ts';
import { clustersOf } from '../../src/stats/clusters.ts';
import { detectorPath } from '../../src/stats/sequential.ts';

describe('episodes', () => {
  test('a device counts once while its trouble lasts, and again after 30 clear days', () => {
    expect(episodeStarts([100, 101, 115, 129])).toEqual([100]);
    expect(episodeStarts([100, 130])).toEqual([100, 130]);
    expect(episodeStarts([100, 129])).toEqual([100]);
  });

  test('a site counts once a day for a model, shared by its cohorts', () => {
    const starting = [
      { site: 's', cohort: 'm/a' },
      { site: 's', cohort: 'm/a' },
      { site: 's', cohort: 'm/b' },
      { site: null, cohort: 'm/b' },
    ];
    const network = countEpisodes(starting, true, (cohort) => cohort.slice(0, 1));
    expect(network.get('m/a')).toBeCloseTo(2 / 3, 12);
    expect(network.get('m/b')).toBeCloseTo(4 / 3, 12);
    expect([...countEpisodes(starting, false, (cohort) => cohort).values()]).toEqual([2, 2]);
  });

  test('the same reports in any order, split or repeated give the identical statistic', () => {
    const report = fc.record({ unit: fc.integer({ min: 0, max: 12 }), day: fc.integer({ min: 0, max: 89 }) });
    fc.assert(
      fc.property(fc.array(report, { minLength: 1, maxLength: 80 }), fc.integer(), (reports, seed) => {
        const shuffled = [...reports, ...reports.slice(0, 10)]
          .map((one, i) => ({ one, key: Math.imul(i + 1, seed | 1) }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(statisticsOf(shuffled)).toEqual(statisticsOf(reports));
      }),
      { numRuns: 50 },
    );
  });
});

function statisticsOf(reports: readonly { unit: number; day: number }[]): number[] {
  const events = new Float64Array(90);
  const units = new Map<number, number[]>();
  for (const { unit, day } of reports) units.set(unit, [...(units.get(unit) ?? []), day]);
  for (const days of units.values()) for (const day of episodeStarts(days)) events[day] = (events[day] ?? 0) + 1;
  const shape: SignalShape = { dispersion: 1.5, shape: 3, part_shape: 15, weight: 1 };
  const [[stream] = []] = streamsOf([[{ events, expected: new Float64Array(90).fill(0.2) }]], [shape], 90);
  return stream === undefined ? [] : detectorPath(stream, design);
}

describe('the expectation', () => {
  const flat = Array.from({ length: 40 }, () => ({ events: 5, expected: 5 }));
  const cap = capFor(1.5);

  test('the factor follows the fleet and not one failing model', () => {
    expect(fleetFactor(flat, cap)).toBeCloseTo(1, 2);
    expect(
      fleetFactor(
        flat.map(({ expected }) => ({ events: 60, expected })),
        cap,
      ),
    ).toBeGreaterThan(11);
    expect(fleetFactor([{ events: 500, expected: 5 }, ...flat.slice(1)], cap)).toBeLessThan(1.1);
  });

  test('the factor of an outage is what the fleet shows, and that of one failing model is not, however little was to be expected', () => {
    const cohorts = fc.array(fc.double({ min: 0.005, max: 0.2, noNaN: true }), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(cohorts, fc.integer({ min: 500, max: 2000 }), (expectations, times) => {
        const outage = fleetFactor(
          expectations.map((expected) => ({ events: Math.round(times * expected), expected })),
          cap,
        );
        expect(Math.abs(outage / times - 1)).toBeLessThan(0.1);
        const [first = 0, ...others] = expectations;
        expect(fleetFactor([{ events: Math.round(times * first), expected: first }, ...others.map((expected) => ({ events: 0, expected }))], cap)).toBeLessThan(
          1.5,
        );
      }),
    );
  });

  test('the factor of an ordinary day is 1 however thinly the events are spread over the models, and whatever their sizes', () => {
    const random = randomFrom(5);
    const factors = Array.from({ length: 40 }, () =>
      fleetFactor(
        Array.from({ length: 2000 }, (_, model) => ({ expected: 0.002 * (1 + (model % 20)), events: overDispersed(random, 0.002 * (1 + (model % 20)), 1.5) })),
        cap,
      ),
    );
    expect(factors.reduce((sum, factor) => sum + factor, 0) / factors.length).toBeCloseTo(1, 1);
  });

  test('a cohort above a fifth of the family does not judge itself', () => {
    const [large, small] = factorsByCohort([{ events: 400, expected: 80 }, ...flat], cap);
    expect(large).toBeCloseTo(1, 2);
    expect(small).toBeGreaterThan(1);
  });

  test('a reference starts at the written-down rate and follows the fleet', () => {
    expect(referenceRate({ events: 0, device_days: 0 }, 0.001)).toBeCloseTo(0.001, 12);
    expect(referenceRate({ events: 4000, device_days: 1_000_000 }, 0.001)).toBeCloseTo(0.004, 4);
  });

  test('heterogeneity and over-dispersion are what the counts show', () => {
    expect(
      heterogeneityShape(
        Array.from({ length: 200 }, (_, i) => ({ events: i % 2 === 0 ? 50 : 150, expected: 100 })),
        1,
      ),
    ).toBeLessThan(6);
    expect(
      heterogeneityShape(
        Array.from({ length: 200 }, () => ({ events: 100, expected: 100 })),
        1,
      ),
    ).toBeGreaterThan(40);
    expect(dispersionOf(300, 200)).toBe(1.5);
    expect(dispersionOf(0, 0)).toBe(1);
  });
});

describe('clusters', () => {
  test('are the events themselves without over-dispersion', () => {
    expect(clustersOf(4, 1.5, 1)).toEqual({ events: 4, expected: 1.5 });
  });

  test('one event is one cluster; several on a day of a small cohort are hardly more', () => {
    expect(clustersOf(1, 0.01, 2).events).toBeCloseTo(1, 12);
    expect(clustersOf(5, 0.01, 2).events).toBeLessThan(1.1);
    expect(clustersOf(1, 0, 2)).toEqual({ events: 1, expected: 0 });
  });

  test('keep the likelihood ratio of the pivot a martingale under the negative binomial', () => {
    const [mean, dispersion, ratio] = [0.7, 1.8, 2.5];
    const k = mean / (dispersion - 1);
    let [expectation, probability] = [0, dispersion ** -k];
    for (let y = 0; y < 400; y += 1) {
      const { events, expected } = clustersOf(y, mean, dispersion);
      expectation += probability * ratio ** events * Math.exp(-(ratio - 1) * expected);
      probability *= ((k + y) / (y + 1)) * (1 - 1 / dispersion);
    }
    expect(expectation).toBeCloseTo(1, 6);
  });
});

test('a path is exact where it matters and bounded elsewhere', () => {
  const events = Float64Array.from({ length: 120 }, (_, day) => (day < 80 ? (day % 9 === 0 ? 1 : 0) : 2));
  const shape: SignalShape = { dispersion: 1.2, shape: 3, part_shape: 15, weight: 1 };
  const streams = streamsOf([[{ events, expected: new Float64Array(120).fill(0.15) }]], [shape], 120);
  const exact = detectorPath(streams[0]?.[0] ?? expect.fail(), design);
  const path = statisticPath(streams, [shape], [1], 0, 119, { floor: 100, ceiling: 10_000 });
  exact.forEach((value, day) => {
    if (value < 100) expect(path[day]).toBeLessThan(100);
    else if (value < 10_000) expect(path[day]).toBeCloseTo(value, 6);
    else expect(path[day]).toBeGreaterThanOrEqual(10_000);
  });
  expect(Math.max(...exact)).toBeGreaterThan(30_437);
});

describe('the incident', () => {
  test.each`
    state              | event            | next
    ${'open'}          | ${'acknowledge'} | ${'acknowledged'}
    ${'open'}          | ${'dismiss'}     | ${'dismissed'}
    ${'acknowledged'}  | ${'acknowledge'} | ${null}
    ${'acknowledged'}  | ${'investigate'} | ${'investigating'}
    ${'investigating'} | ${'resolve'}     | ${'resolved'}
    ${'resolved'}      | ${'dismiss'}     | ${null}
    ${'dismissed'}     | ${'acknowledge'} | ${null}
  `('$state, $event → $next', ({ state, event, next }) => expect(nextState(state, event)).toBe(next));

  test('a budget of one is kept by the whole model and shared by its parts', () => {
    expect(budgetsOf(['model'])).toEqual([1]);
    const budgets = budgetsOf(['model', 'batch', 'batch', 'firmware']);
    for (const [place, share] of [0.5, 0.2, 0.2, 0.1].entries()) expect(budgets[place]).toBeCloseTo(share, 12);
    expect(budgets.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  test('levels follow the threshold', () => {
    expect([levelOf(40_000, 30_437, true), levelOf(40_000, 30_437, false), levelOf(5000, 30_437, false), levelOf(10, 30_437, false)]).toEqual([
      'act_now',
      'alert',
      'watch',
      null,
    ]);
  });

  test('re-fires after 30 quiet days, or at once on a newer firmware', () => {
    const last = { state: 'resolved', last_above_on: '2026-03-01', batch_id: null, firmware_id: 'f1', hw_rev: null } as const;
    const none = { batch_id: null, firmware_id: null, hw_rev: null };
    expect(isNewIncident('2026-03-31', none, last)).toBe(false);
    expect(isNewIncident('2026-04-01', none, last)).toBe(true);
    expect(isNewIncident('2026-03-02', { ...none, firmware_id: 'f2' }, last)).toBe(true);
    expect(isNewIncident('2026-05-01', none, { ...last, state: 'open' })).toBe(false);
  });

  test('names the loudest device and site', () => {
    expect(
      sharesOf([
        { unit_id: 'a', site_id: 'x' },
        { unit_id: 'a', site_id: 'x' },
        { unit_id: 'b', site_id: null },
      ]),
    ).toEqual({ devices: 2, most_by_device: 2, most_by_site: 2, top_unit_id: 'a', top_site_id: 'x' });
  });

  test('age bands and sums do not depend on the order', () => {
    expect([0, 89, 90, 539, 540].map(bandOf)).toEqual([0, 0, 1, 1, 2]);
    const rows = [
      ['B', 0, 1],
      ['A', 1, 2],
      ['A', 1, 1],
    ] as const;
    const textOf = (some: readonly (readonly [string, number, number])[]): string => {
      const sums = new BandSums();
      for (const [key, band, amount] of some) sums.add([key], band, amount);
      return JSON.stringify(sums.entries());
    };
    expect(textOf(rows)).toBe(textOf([...rows].reverse()));
  });
});

describe('a roll-out against its own past', () => {
  const known = { shape: 20, rate: 20 };
  const even = { events: 0, expected: 0 };
  const days = (treated: number, control: number) =>
    Array.from({ length: 20 }, () => ({ treated, treated_expected: 1, treated_past: even, control, control_expected: 1, control_past: even }));

  test('a step in the upgraded devices is found within three weeks', () => {
    expect(Math.max(...followRollOut(days(3, 1), { dispersion: 1 }, known))).toBeGreaterThan(1000);
  });

  test('with nobody left to compare with, their own past still finds it', () => {
    const alone = days(3, 0).map((day) => ({ ...day, control_expected: 0 }));
    expect(Math.max(...followRollOut(alone, { dispersion: 1 }, known))).toBeGreaterThan(1000);
  });

  test('devices that go on as before are no evidence, nor are eager ones at their own level', () => {
    expect(Math.max(...followRollOut(days(1, 1), { dispersion: 1 }, known))).toBeLessThan(2);
    const past = { events: 130, expected: 100 };
    expect(ownLevel(past)).toBeGreaterThan(1.2);
    const eager = days(1.3, 1).map((day) => ({ ...day, treated_past: past }));
    expect(Math.max(...followRollOut(eager, { dispersion: 1 }, known))).toBeLessThan(2);
  });

  test('their share of the budget is divided among the roll-outs, and one alone never gets more than a fiftieth', () => {
    // 2,000 models x 450 days are 29,569 model-months: at 1 per 1,000 they may spend 7.4 false alerts, over 1,500 roll-outs.
    expect(rolloutThreshold(1, 2000 * 450, 1500)).toBeCloseTo(1500 / 7.3922, 1);
    expect(rolloutThreshold(2, 2000 * 450, 1500)).toBeCloseTo(1500 / 14.784, 1);
    expect(rolloutThreshold(1, 2000 * 450, 0)).toBe(50);
  });

  test('reaches 1 / alpha in a share alpha of harmless roll-outs at most', () => {
    const random = randomFrom(4);
    const level = 20;
    const runs = 1500;
    let reached = 0;
    for (let run = 0; run < runs; run += 1) {
      const level_of_model = gammaWithMeanOne(random, 20);
      const some = Array.from({ length: 60 }, () => ({
        ...{ treated_expected: 0.3, treated_past: even, control_expected: 0.3, control_past: even },
        treated: poisson(random, 0.3 * level_of_model),
        control: poisson(random, 0.3 * level_of_model),
      }));
      if (followRollOut(some, { dispersion: 1 }, known).some((value) => value >= level)) reached += 1;
    }
    expect(reached / runs).toBeLessThan(1 / level);
    expect(reached).toBeGreaterThan(0);
  });
});
