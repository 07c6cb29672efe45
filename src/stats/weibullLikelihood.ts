// The Weibull log-likelihood of life data in (log scale, log shape), with its first and second derivatives.
// ℓ = Σ w·[log f(t) | log(S(lower) − S(upper)) | log S(t)] − Σ w·log S(entry). Rows are first reduced to what ℓ depends on.
import type { LifeRow } from './lifeRow.ts';

/** The data reduced: every cumulative hazard enters ℓ with a net weight, so censored, truncated and exact times share one list. */
export interface WeibullSample {
  readonly failures: number;
  /** Number and Σ log t of the exact failures, t divided by `unit`. */
  readonly exact: number;
  readonly exactLogSum: number;
  readonly hazards: WeightedTimes;
  readonly intervals: WeightedIntervals;
  /** Log of the unit times are divided by: the failures' geometric mean. Keeps tiny and huge times alike. */
  readonly logUnit: number;
}

/** Columns side by side, not a list of objects: ℓ is summed a hundred times over tens of thousands of times. */
export interface WeightedTimes {
  readonly logTime: Float64Array;
  readonly weight: Float64Array;
}
export interface WeightedIntervals {
  /** −∞ for an interval from 0. */
  readonly logLower: Float64Array;
  readonly logUpper: Float64Array;
  readonly weight: Float64Array;
}

export interface Likelihood {
  readonly value: number;
  readonly scale: number;
  readonly shape: number;
  readonly scale2: number;
  readonly cross: number;
  readonly shape2: number;
}

/** Groups rows; n. Rows with the same times cost one term. */
export function weibullSample(rows: readonly LifeRow[]): WeibullSample {
  const net = new Map<number, number>();
  const intervals = new Map<number, Map<number, number>>();
  let failures = 0;
  let exact = 0;
  let exactLogSum = 0;
  let logSum = 0;
  const add = (time: number, weight: number): void => {
    if (time > 0) net.set(time, (net.get(time) ?? 0) + weight);
  };
  for (const { time, lower, failed, count, entry } of rows) {
    add(entry, -count);
    add(failed && lower !== null ? lower : time, count);
    if (!failed) continue;
    failures += count;
    logSum += count * Math.log(time);
    if (lower === null) {
      exact += count;
      exactLogSum += count * Math.log(time);
      continue;
    }
    const uppers = intervals.get(lower) ?? new Map<number, number>();
    uppers.set(time, (uppers.get(time) ?? 0) + count);
    intervals.set(lower, uppers);
  }
  const logUnit = failures > 0 ? logSum / failures : 0;
  return {
    failures,
    exact,
    exactLogSum: exactLogSum - exact * logUnit,
    hazards: weightedTimes(net, logUnit),
    intervals: weightedIntervals(intervals, logUnit),
    logUnit,
  };
}

/** Times that cancel (one unit's end is another's entry) leave. */
export function weightedTimes(weights: ReadonlyMap<number, number>, logUnit: number): WeightedTimes {
  const kept = [...weights].filter(([, weight]) => weight !== 0);
  return { logTime: Float64Array.from(kept, ([time]) => Math.log(time) - logUnit), weight: Float64Array.from(kept, ([, weight]) => weight) };
}

function weightedIntervals(intervals: ReadonlyMap<number, ReadonlyMap<number, number>>, logUnit: number): WeightedIntervals {
  const all = [...intervals].flatMap(([lower, uppers]) => [...uppers].map(([upper, weight]) => ({ lower, upper, weight })));
  return {
    logLower: Float64Array.from(all, ({ lower }) => Math.log(lower) - logUnit),
    logUpper: Float64Array.from(all, ({ upper }) => Math.log(upper) - logUnit),
    weight: Float64Array.from(all, ({ weight }) => weight),
  };
}

/**
 * ℓ and its derivatives at u = log scale (in units of the sample) and v = log shape. With z = β(log t − u) and H = e^z:
 * H_u = −βH, H_v = zH, H_uu = β²H, H_uv = −β(1+z)H, H_vv = z(1+z)H.
 */
export function weibullLikelihood(sample: WeibullSample, u: number, v: number): Likelihood {
  const beta = Math.exp(v);
  const zSum = beta * (sample.exactLogSum - sample.exact * u);
  let sum = 0;
  let zSumH = 0;
  let zzSumH = 0;
  const { logTime, weight } = sample.hazards;
  for (let i = 0; i < logTime.length; i++) {
    const z = beta * (at(logTime, i) - u);
    const h = at(weight, i) * Math.exp(z);
    sum += h;
    zSumH += z * h;
    zzSumH += z * z * h;
  }
  const plain: Likelihood = {
    value: sample.exact * v - sample.exactLogSum + zSum - sum,
    scale: beta * (sum - sample.exact),
    shape: sample.exact + zSum - zSumH,
    scale2: -beta * beta * sum,
    cross: beta * (sum + zSumH - sample.exact),
    shape2: zSum - zSumH - zzSumH,
  };
  return sample.intervals.weight.length === 0 ? plain : withIntervals(plain, sample, u, beta);
}

// A failure in (lower, upper] adds g(Δ) = log(1 − e^−Δ), Δ = H(upper) − H(lower); −H(lower) is among the hazards.
// g′ = 1/(e^Δ − 1), g″ = −g′(1 + g′).
function withIntervals(plain: Likelihood, sample: WeibullSample, u: number, beta: number): Likelihood {
  let { value, scale, shape, scale2, cross, shape2 } = plain;
  const { intervals } = sample;
  for (let i = 0; i < intervals.weight.length; i++) {
    const logLower = at(intervals.logLower, i);
    const logUpper = at(intervals.logUpper, i);
    const weight = at(intervals.weight, i);
    const z2 = beta * (logUpper - u);
    const h2 = Math.exp(z2);
    const z1 = logLower === -Infinity ? 0 : beta * (logLower - u);
    const h1 = logLower === -Infinity ? 0 : Math.exp(z1);
    const delta = h2 - h1;
    const g1 = 1 / Math.expm1(delta);
    const g2 = -g1 * (1 + g1);
    const du = -beta * delta;
    const dv = z2 * h2 - z1 * h1;
    value += weight * Math.log(-Math.expm1(-delta));
    scale += weight * g1 * du;
    shape += weight * g1 * dv;
    scale2 += weight * (g1 * beta * beta * delta + g2 * du * du);
    cross += weight * (-g1 * beta * (delta + dv) + g2 * du * dv);
    shape2 += weight * (g1 * (dv + z2 * z2 * h2 - z1 * z1 * h1) + g2 * dv * dv);
  }
  return { value, scale, shape, scale2, cross, shape2 };
}

/** A column's value; the index is always within it. */
export const at = (column: Float64Array, i: number): number => column[i] as number;
