// How many of the units in service will fail in the coming periods, with prediction intervals that carry the fit's uncertainty
// (Escobar & Meeker 1999, "Statistical prediction based on censored life data").
import type { Curve, DrawCurve } from './parameterDraws.ts';
import { type PossibleCount, predictionSet } from './predictionSet.ts';
import { drawBinomial, type Random, seededRandom } from './random.ts';
import { weibullSurvival } from './weibullFit.ts';

/** The fitted curve, and draws of it as uncertain as the data leave it. */
export interface LifeModel {
  readonly curve: Curve;
  readonly draw: DrawCurve;
}

export interface AgeGroup {
  readonly age: number;
  readonly units: number;
  /** How many times the curve's hazard these units have; 1 when missing. */
  readonly hazard?: number;
}

export interface PeriodForecast {
  /** From this time after now … */
  readonly from: number;
  readonly to: number;
  readonly expected: number;
  /** Prediction interval of the count, whole numbers. */
  readonly low: number;
  readonly high: number;
}

export interface Forecast {
  readonly periods: readonly PeriodForecast[];
  /** All periods together: narrower than the sum of their limits. */
  readonly total: PeriodForecast;
  /** Quantile of the count until the end of period `i`, for stock at a service level. */
  readonly countWithin: (periods: number, level: number) => number;
}

export interface ForecastOptions {
  readonly draws?: number;
  readonly level?: number;
  readonly seed?: number;
}

const DRAWS = 2000;
/** Units of like age are drawn together at their mean age; the expectation stays exact. */
const MAX_GROUPS = 60;

/** `ends` are the ends of the periods, ascending, in the fit's unit of time from now. */
export function forecastFailures(model: LifeModel, ages: readonly AgeGroup[], ends: readonly number[], options: ForecastOptions = {}): Forecast {
  const { draws = DRAWS, level = 0.95, seed = 1 } = options;
  const random = seededRandom(seed);
  const groups = coarsen(ages);
  const drawn = Array.from({ length: draws }, (): Drawn => {
    const curve = model.draw(random);
    return { counts: drawCounts(random, curve, groups, ends), oneMore: curve.oneMore ?? 1 };
  });
  const starts = [0, ...ends];
  const expected = ends.map((end, i) =>
    ages.reduce((sum, { age, units, hazard }) => sum + units * failingWithin(model.curve, age, starts[i] ?? 0, end, hazard), 0),
  );
  const within = (figureOf: (counts: readonly number[]) => number, from: number, to: number, mean: number): PeriodForecast => {
    return { from, to, expected: mean, ...predictionSet(possibleCounts(sortedBy(drawn, figureOf)), level) };
  };
  return {
    periods: ends.map((end, i) => within((counts) => counts[i] ?? 0, starts[i] ?? 0, end, expected[i] ?? 0)),
    total: within(sumOf, 0, ends.at(-1) ?? 0, sumOf(expected)),
    countWithin: (periods, at) =>
      quantile(
        sortedBy(drawn, (counts) => sumOf(counts.slice(0, periods))),
        at,
      ),
  };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

interface Drawn {
  readonly counts: readonly number[];
  readonly oneMore: number;
}

interface WeightedCount {
  readonly count: number;
  readonly oneMore: number;
}

const sortedBy = (drawn: readonly Drawn[], figureOf: (counts: readonly number[]) => number): WeightedCount[] =>
  drawn.map(({ counts, oneMore }) => ({ count: figureOf(counts), oneMore })).sort((a, b) => a.count - b.count);

/** P(fails between `from` and `to` from now | alive at `age`), at `times` the curve's hazard. */
export function failingWithin(curve: Curve, age: number, from: number, to: number, times = 1): number {
  const share = curve.share ?? 1;
  if (share === 1) {
    // exp(−(H(t) − H(age))): the difference of hazards keeps its digits where both survivals are near 1.
    const hazard = (time: number): number => times * (time / curve.scale) ** curve.shape;
    const start = hazard(age + from);
    if (start === Number.POSITIVE_INFINITY) return hazard(age) === start ? 1 : 0;
    const survived = from === 0 ? 1 : Math.exp(hazard(age) - start);
    return survived * -Math.expm1(start - hazard(age + to));
  }
  const alive = (time: number): number => 1 - share + share * weibullSurvival(curve.shape, curve.scale, time);
  const now = alive(age);
  if (!(now > 0)) return 1;
  return Math.max(0, (alive(age + from) / now) ** times - (alive(age + to) / now) ** times);
}

// The count of a period is Poisson-binomial over the units still alive: drawn as the binomial of the same mean and variance (Ehm 1991), N = (Σp)²/Σp².
function drawCounts(random: Random, curve: Curve, groups: readonly AgeGroup[], ends: readonly number[]): number[] {
  const alive = groups.map(({ units }) => units);
  let from = 0;
  return ends.map((end) => {
    let [mean, square, left] = [0, 0, 0];
    for (const [i, { age, hazard }] of groups.entries()) {
      const units = alive[i] ?? 0;
      const p = failingWithin(curve, age + from, 0, end - from, hazard);
      mean += units * p;
      square += units * p * p;
      left += units;
      alive[i] = units * (1 - p);
    }
    from = end;
    const trials = square > 0 ? Math.max(1, Math.min(Math.round(left), Math.round((mean * mean) / square))) : 0;
    const failed = Math.min(drawBinomial(random, trials, Math.min(1, mean / Math.max(1, trials))), Math.round(left));
    // More failures than expected leave fewer units for what follows.
    const rest = left - mean > 0 ? (left - failed) / (left - mean) : 0;
    for (const [i, units] of alive.entries()) alive[i] = units * rest;
    return failed;
  });
}

// Units of different hazards stay apart.
function coarsen(ages: readonly AgeGroup[]): AgeGroup[] {
  if (ages.length <= MAX_GROUPS) return [...ages];
  return [...new Set(ages.map(({ hazard }) => hazard))].flatMap((hazard) =>
    coarsenAlike(
      ages.filter((group) => group.hazard === hazard),
      hazard,
    ),
  );
}

function coarsenAlike(ages: readonly AgeGroup[], hazard: number | undefined): AgeGroup[] {
  const sorted = [...ages].sort((a, b) => a.age - b.age);
  const size = Math.ceil(sorted.length / MAX_GROUPS);
  const groups: AgeGroup[] = [];
  for (let i = 0; i < sorted.length; i += size) {
    const part = sorted.slice(i, i + size);
    const units = part.reduce((sum, group) => sum + group.units, 0);
    groups.push({ age: part.reduce((sum, group) => sum + group.age * group.units, 0) / units, units, ...(hazard === undefined ? {} : { hazard }) });
  }
  return groups;
}

// As with Garwood's limits of a rate, the lower limit takes the failures seen and the upper one more: with the failures seen alone, more than the tail's share of
// counts would lie above.
function possibleCounts(sorted: readonly WeightedCount[]): PossibleCount[] {
  const weights = new Map<number, { below: number; above: number }>();
  for (const { count, oneMore } of sorted) {
    const { below, above } = weights.get(count) ?? { below: 0, above: 0 };
    weights.set(count, { below: below + 1, above: above + oneMore });
  }
  return [...weights].map(([count, weight]) => ({ count, ...weight }));
}

// The smallest count whose share of the draws at or below it reaches the level.
function quantile(sorted: readonly WeightedCount[], level: number): number {
  const total = sorted.reduce((sum, { oneMore }) => sum + oneMore, 0);
  let below = 0;
  for (const { count, oneMore } of sorted) {
    below += oneMore;
    if (below >= level * total * (1 - 1e-12)) return count;
  }
  return sorted.at(-1)?.count ?? 0;
}
