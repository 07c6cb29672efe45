// Direct and indirect standardisation: comparing cohorts of different mix (age, climate) on equal terms.
import { gammaQuantile } from './gamma.ts';
import { garwoodInterval, type Interval } from './poissonInterval.ts';

export interface Stratum {
  readonly count: number;
  readonly exposure: number;
}

export interface StandardisedRatio extends Interval {
  readonly ratio: number;
  readonly expected: number;
}

/** Observed over expected, Σ exposure × reference rate, with Garwood's limits; null when nothing was expected. Strata and rates in the same order. */
export function indirectRatio(strata: readonly Stratum[], referenceRates: readonly number[], level = 0.95): StandardisedRatio | null {
  const expected = strata.reduce((sum, { exposure }, i) => sum + exposure * (referenceRates[i] ?? 0), 0);
  if (!(expected > 0)) return null;
  const observed = strata.reduce((sum, { count }) => sum + count, 0);
  const interval = garwoodInterval(observed, level);
  return { expected, ratio: observed / expected, low: interval.low / expected, high: interval.high / expected };
}

/**
 * Σ wᵢ·fᵢ/Eᵢ over the strata with exposure, weights rescaled to those; null when none has any. Limits by the gamma method of Fay & Feuer (1997). `beside` is what
 * belongs to no stratum: its rate is the same in every mix and is added.
 */
export function directRate(
  strata: readonly Stratum[],
  weights: readonly number[],
  { level = 0.95, beside = { count: 0, exposure: 0 } }: { readonly level?: number; readonly beside?: Stratum } = {},
): ({ readonly rate: number } & Interval) | null {
  const used = strata.map((stratum, i) => ({ ...stratum, weight: weights[i] ?? 0 })).filter(({ exposure, weight }) => exposure > 0 && weight > 0);
  const total = used.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) return null;
  const coefficients = [
    ...used.map(({ count, exposure, weight }) => ({ count, coefficient: weight / total / exposure })),
    ...(beside.count > 0 && beside.exposure > 0 ? [{ count: beside.count, coefficient: 1 / beside.exposure }] : []),
  ];
  const rate = coefficients.reduce((sum, { count, coefficient }) => sum + coefficient * count, 0);
  const variance = coefficients.reduce((sum, { count, coefficient }) => sum + coefficient * coefficient * count, 0);
  const largest = Math.max(...coefficients.map(({ coefficient }) => coefficient));
  const tail = (1 - level) / 2;
  const low = rate === 0 ? 0 : (variance / rate) * gammaQuantile((rate * rate) / variance, tail);
  const raised = rate + largest;
  const raisedVariance = variance + largest * largest;
  return { rate, low, high: (raisedVariance / raised) * gammaQuantile((raised * raised) / raisedVariance, 1 - tail) };
}

export interface AgeStratum extends Stratum {
  /** Ages, half-open. */
  readonly low: number;
  readonly high: number;
}

export interface StandardTime {
  /** Failures of each stratum against as many days of the whole. */
  readonly weights: readonly number[];
  /** Time between two ages, each part as heavy as its stratum: where units wear out, a later month counts more. */
  readonly between: (from: number, to: number) => number;
}

/** Strata of age weighted by their rate over that of the whole, each shrunk towards it by one failure: where none failed yet, some may. */
export function standardTime(strata: readonly AgeStratum[]): StandardTime {
  const exposure = strata.reduce((sum, stratum) => sum + stratum.exposure, 0);
  const rate = exposure > 0 ? strata.reduce((sum, { count }) => sum + count, 0) / exposure : 0;
  const weights = strata.map((stratum) => (rate > 0 ? (stratum.count + 1) / (stratum.exposure * rate + 1) : 1));
  return {
    weights,
    between: (from, to) => strata.reduce((sum, { low, high }, i) => sum + Math.max(0, Math.min(to, high) - Math.max(from, low)) * (weights[i] ?? 1), 0),
  };
}
