// How many of the units in service will fail in the coming periods, with prediction intervals that carry the fit's uncertainty
// (Escobar & Meeker 1999, "Statistical prediction based on censored life data").
import { drawBinomial, type Random, seededRandom } from './random.ts';
import { type Covariance, weibullSurvival } from './weibullFit.ts';

/** A Weibull fit as the forecast needs it; `share` of the units carries the failure (1 for the plain model). */
export interface LifeModel {
  readonly shape: number;
  readonly scale: number;
  readonly covariance: Covariance;
  readonly share?: number;
}

export interface AgeGroup {
  readonly age: number;
  readonly units: number;
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
/** Ages closer than this many groups can tell apart are drawn together at their mean age; the expectation stays exact. */
const MAX_GROUPS = 200;

/** `ends` are the ends of the periods, ascending, in the fit's unit of time from now. */
export function forecastFailures(model: LifeModel, ages: readonly AgeGroup[], ends: readonly number[], options: ForecastOptions = {}): Forecast {
  const { draws = DRAWS, level = 0.95, seed = 1 } = options;
  const random = seededRandom(seed);
  const groups = coarsen(ages);
  const counts = Array.from({ length: draws }, () => drawCounts(random, drawModel(random, model), groups, ends));
  const expected = ends.map((end, i) =>
    ages.reduce((sum, { age, units }) => sum + units * failingWithin(model, age, i === 0 ? 0 : (ends[i - 1] ?? 0), end), 0),
  );
  const within = (values: readonly number[], from: number, to: number, mean: number): PeriodForecast => {
    const sorted = [...values].sort((a, b) => a - b);
    return { from, to, expected: mean, low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) };
  };
  const totals = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  return {
    periods: ends.map((end, i) =>
      within(
        counts.map((row) => row[i] ?? 0),
        i === 0 ? 0 : (ends[i - 1] ?? 0),
        end,
        expected[i] ?? 0,
      ),
    ),
    total: within(
      totals,
      0,
      ends.at(-1) ?? 0,
      expected.reduce((sum, value) => sum + value, 0),
    ),
    countWithin: (periods, at) =>
      quantile(
        counts.map((row) => row.slice(0, periods).reduce((sum, count) => sum + count, 0)).sort((a, b) => a - b),
        at,
      ),
  };
}

type Curve = Pick<LifeModel, 'shape' | 'scale' | 'share'>;

/** P(fails between `from` and `to` from now | alive at `age`). */
export function failingWithin(curve: Curve, age: number, from: number, to: number): number {
  const share = curve.share ?? 1;
  const alive = (time: number): number => 1 - share + share * weibullSurvival(curve.shape, curve.scale, time);
  const now = alive(age);
  if (!(now > 0)) return 1;
  if (share === 1) {
    // exp(−(H(t) − H(age))): the difference of hazards keeps its digits where both survivals are near 1.
    const hazard = (time: number): number => (time / curve.scale) ** curve.shape;
    const start = hazard(age);
    return Math.exp(start - hazard(age + from)) * -Math.expm1(hazard(age + from) - hazard(age + to));
  }
  return Math.max(0, (alive(age + from) - alive(age + to)) / now);
}

// Parameters from the asymptotic normal of (log scale, log shape).
function drawModel(random: Random, { shape, scale, share, covariance }: LifeModel): Curve {
  const deviation = Math.sqrt(covariance.scale2);
  const slope = deviation > 0 ? covariance.cross / deviation : 0;
  const rest = Math.sqrt(Math.max(0, covariance.shape2 - slope * slope));
  const z = random.normal();
  const drawn = { scale: scale * Math.exp(deviation * z), shape: shape * Math.exp(slope * z + rest * random.normal()) };
  return share === undefined ? drawn : { ...drawn, share };
}

// The count of a period is Poisson-binomial: a sum of binomials over groups of like age, each drawn from those still alive.
function drawCounts(random: Random, curve: Curve, groups: readonly AgeGroup[], ends: readonly number[]): number[] {
  const counts = ends.map(() => 0);
  for (const { age, units } of groups) {
    let alive = units;
    let from = 0;
    for (const [i, end] of ends.entries()) {
      const failed = drawBinomial(random, alive, failingWithin(curve, age + from, 0, end - from));
      counts[i] = (counts[i] ?? 0) + failed;
      alive -= failed;
      from = end;
    }
  }
  return counts;
}

function coarsen(ages: readonly AgeGroup[]): AgeGroup[] {
  if (ages.length <= MAX_GROUPS) return [...ages];
  const sorted = [...ages].sort((a, b) => a.age - b.age);
  const size = Math.ceil(sorted.length / MAX_GROUPS);
  const groups: AgeGroup[] = [];
  for (let i = 0; i < sorted.length; i += size) {
    const part = sorted.slice(i, i + size);
    const units = part.reduce((sum, group) => sum + group.units, 0);
    groups.push({ age: part.reduce((sum, group) => sum + group.age * group.units, 0) / units, units });
  }
  return groups;
}

// The smallest count whose share of the draws at or below it reaches the level.
const quantile = (sorted: readonly number[], level: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(level * sorted.length) - 1))] ?? 0;
