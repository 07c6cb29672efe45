// What the nightly scan saves itself: text compared instead of parsed, columns instead of rows, bounds instead of sums. Never at the price of a digit.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { poisson, randomFrom } from '../../simulators/score/random.ts';
import { BANDS, type EpisodeEntry, type ExposureEntry } from '../../src/alert/day.ts';
import { budgetsOf, design, evidenceAt, evidenceFrom, type SignalShape, streamsOf } from '../../src/alert/detector.ts';
import { emptyTotals, expectationOf } from '../../src/alert/fleet.ts';
import { type ModelDays, ModelDaysReader } from '../../src/alert/modelDays.ts';
import type { Past } from '../../src/alert/past.ts';
import { layOut } from '../../src/alert/series.ts';
import { boundAt, detectorAt } from '../../src/stats/sequential.ts';

const DAYS = 9;
const CODES = ['crash', 'sd_error'];

const word = fc.constantFrom('', 'A', 'b"1', '1.0', 'ロット', '[1,', ']],[');
const bands = fc.array(fc.nat({ max: 2000 }), { minLength: BANDS, maxLength: BANDS });
const exposure = fc.array(fc.tuple(word, word, word, bands), { maxLength: 6 });
const episodes = fc.array(
  fc.tuple(
    word,
    word,
    word,
    fc.constantFrom(...CODES, 'retired'),
    fc.array(fc.constantFrom(0, 1, 3, 0.5, 0.333333333), { minLength: BANDS, maxLength: BANDS }),
  ),
  { maxLength: 3 },
);
type Stored = readonly [ExposureEntry[], EpisodeEntry[]];
const NONE: Stored = [[], []];

/** Days as a fleet leaves them: the same cells on most of them, now and then others. */
const days = fc
  .tuple(
    fc.array(fc.tuple(exposure, episodes), { minLength: DAYS, maxLength: DAYS }),
    fc.array(fc.nat({ max: DAYS - 1 }), { minLength: DAYS, maxLength: DAYS }),
  )
  .map(([drawn, picks]) => picks.map((pick, day): Stored => drawn[day % 3 === 0 ? pick : 0] ?? NONE));

function read(stored: readonly Stored[]): ModelDays {
  const reader = new ModelDaysReader(new Map(CODES.map((code, place) => [code, place])));
  for (const [day, [exposed, counted]] of stored.entries()) reader.add(day, JSON.stringify(exposed), JSON.stringify(counted));
  return reader.done();
}

describe('the columns of a model', () => {
  test('hold what the text of its days holds', () => {
    fc.assert(
      fc.property(days, (stored) => {
        const { cells, devices, episodes: counted } = read(stored);
        const nameOf = (place: number): string[] => Object.values(cells[place] ?? {});
        const rows = Array.from(devices.day, (day, row) => [day, nameOf(devices.cell[row] ?? -1), devices.band[row], devices.amount[row]]);
        expect(rows).toEqual(
          stored.flatMap(([exposed], day) =>
            exposed.flatMap(([hw, batch, firmware, of]) => of.flatMap((amount, band) => (amount === 0 ? [] : [[day, [hw, batch, firmware], band, amount]]))),
          ),
        );
        expect(Array.from(counted.day, (day, row) => [day, nameOf(counted.cell[row] ?? -1), CODES[counted.signal[row] ?? -1], counted.amount[row]])).toEqual(
          stored.flatMap(([, some], day) =>
            some.flatMap(([hw, batch, firmware, code, of]) =>
              code === 'retired' ? [] : of.flatMap((amount) => (amount === 0 ? [] : [[day, [hw, batch, firmware], code, amount]])),
            ),
          ),
        );
      }),
    );
  });

  test('are laid out into the series that the entries of each cohort add up to', () => {
    fc.assert(
      fc.property(days, (stored) => {
        const past = pastOf(read(stored));
        const model = layOut(past, 0);
        for (const [place, cohort] of model.cohorts.entries()) {
          const holds = ([hw, batch, firmware]: readonly unknown[]): boolean =>
            cohort.kind === 'model' || { hw_rev: hw, batch, firmware }[cohort.kind] === cohort.value;
          for (const [signal, code] of CODES.entries()) {
            const rates = past.expectation.rates(0, signal);
            const plain = stored.map(([exposed, counted], day) => {
              const devices = exposed.filter(holds).reduce((sum, [, , , of]) => of.map((n, band) => n + (sum[band] ?? 0)), [0, 0, 0]);
              return {
                expected: devices.reduce((sum, n, band) => sum + n * (rates[band * DAYS + day] ?? 0), 0),
                events: counted.filter((entry) => holds(entry) && entry[3] === code).reduce((sum, entry) => entry[4].reduce((a, n) => a + n, sum), 0),
              };
            });
            expect(model.series[place]?.[signal]).toEqual({
              events: Float64Array.from(plain, ({ events }) => events),
              expected: Float64Array.from(plain, ({ expected }) => expected),
            });
          }
        }
      }),
    );
  });
});

function pastOf(model: ModelDays): Past {
  const signal = { prior_per_1000_device_days: 1, heterogeneity_shape: 4, dispersion: 1.2 };
  const totals = emptyTotals(1, DAYS, CODES.length);
  return {
    first_on: '2026-01-01',
    days: DAYS,
    model_ids: ['m'],
    by_model: [model],
    device_days: { all: 0, by_model: [0] },
    lifts: new Map(),
    // The layout looks at these fields of a signal alone.
    signals: CODES.map((code) => ({ code, ...signal })) as unknown as Past['signals'],
    totals,
    expectation: expectationOf(
      totals,
      CODES.map(() => ({ prior_rate: 0.001, dispersion: 1.2, shape: 4 })),
    ),
  };
}

describe('a bound', () => {
  const shapes: SignalShape[] = [1, 1.6].map((dispersion) => ({ dispersion, shape: 4, part_shape: 15, weight: 0.5 }));
  const kinds = ['model', 'batch', 'batch', 'firmware'];
  const LENGTH = 240;

  /** A model of four cohorts whose second one may break out `days_before` the end. */
  function streamsFrom(seed: number, rate: number, ratio: number, days_before: number) {
    const random = randomFrom(seed);
    const series = kinds.map((_, cohort) =>
      shapes.map(() => {
        const expected = Float64Array.from({ length: LENGTH }, () => rate * (0.5 + random.uniform()) * (cohort === 0 ? 2 : 1));
        const events = expected.map((mean, day) => poisson(random, mean * (cohort === 1 && day >= LENGTH - days_before ? ratio : 1)));
        return { events, expected };
      }),
    );
    return streamsOf(series, shapes, LENGTH);
  }
  const cases = fc.tuple(fc.nat(), fc.constantFrom(0, 0.001, 0.02, 0.3), fc.constantFrom(0, 1, 3, 12), fc.nat({ max: 100 }));

  test('is never below the statistic, on any day', () => {
    fc.assert(
      fc.property(cases, fc.nat({ max: LENGTH - 1 }), ([seed, rate, ratio, before], day) => {
        for (const row of streamsFrom(seed, rate, ratio, before))
          for (const stream of row) expect(boundAt(stream, day, design)).toBeGreaterThanOrEqual(detectorAt(stream, day, design));
      }),
      { numRuns: 60 },
    );
  });

  test('hides no model that reaches the level, and leaves what it says to the digit', () => {
    let reached = 0;
    fc.assert(
      fc.property(cases, fc.constantFrom(1, 200, 3044), ([seed, rate, ratio, before], floor) => {
        const streams = streamsFrom(seed, rate, ratio, before);
        const plain = evidenceAt(streams, LENGTH - 1, shapes, budgetsOf(kinds));
        const found = evidenceFrom(floor, streams, LENGTH - 1, shapes, budgetsOf(kinds));
        expect(found).toEqual(plain.statistic >= floor ? plain : null);
        if (found !== null) reached += 1;
      }),
      { numRuns: 100, seed: 3 },
    );
    expect(reached).toBeGreaterThan(10);
  });
});
