// Exact comparison of two Poisson rates: given the sum, the first count is binomial (Przyborowski & Wilenski 1940).
import { binomialDensity, binomialDistribution } from './beta.ts';
import type { Interval } from './poissonInterval.ts';
import { clopperPearsonInterval } from './proportionInterval.ts';

export interface RateComparison {
  /** Rate of the first over rate of the second; null when the second had no failure. */
  readonly ratio: number | null;
  /** `high` is null when unbounded: the second had no failure. */
  readonly ratio_low: number;
  readonly ratio_high: number | null;
  /** Two-sided, summing the outcomes no likelier than the one seen (as R's poisson.test does). */
  readonly p_two_sided: number;
  /** P of as many failures or more in the first, were the rates equal. */
  readonly p_greater: number;
}

export interface CountAndExposure {
  readonly count: number;
  readonly exposure: number;
}

/** `equalRatio` is the rate ratio of the null hypothesis. Null unless both exposures are positive. */
export function compareRates(first: CountAndExposure, second: CountAndExposure, equalRatio = 1, level = 0.95): RateComparison | null {
  if (!(first.exposure > 0 && second.exposure > 0)) return null;
  const n = first.count + second.count;
  if (n === 0) return { ratio: null, ratio_low: 0, ratio_high: null, p_two_sided: 1, p_greater: 1 };
  const share = (equalRatio * first.exposure) / (equalRatio * first.exposure + second.exposure);
  const limits = clopperPearsonInterval(first.count, n, level) ?? WHOLE;
  const toRatio = (p: number): number | null => (p >= 1 ? null : ((p / (1 - p)) * second.exposure) / first.exposure);
  return {
    ratio: second.count === 0 ? null : first.count / first.exposure / (second.count / second.exposure),
    ratio_low: toRatio(limits.low) ?? 0,
    ratio_high: toRatio(limits.high),
    p_two_sided: twoSided(first.count, n, share),
    p_greater: 1 - binomialDistribution(first.count - 1, n, share),
  };
}

/** `p_two_sided` alone, for comparisons by the thousand: the limits cost many times as much. 1 without failures; null unless both exposures are positive. */
export function twoSidedP(first: CountAndExposure, second: CountAndExposure): number | null {
  if (!(first.exposure > 0 && second.exposure > 0)) return null;
  return twoSided(first.count, first.count + second.count, first.exposure / (first.exposure + second.exposure));
}

const WHOLE: Interval = { low: 0, high: 1 };
/** R's tolerance: outcomes as likely as the one seen up to rounding count with it. */
const TIE = 1 + 1e-7;

// The density falls away from its mode, so the outcomes no likelier than k are k's own tail and a tail on the other side, found by bisection.
function twoSided(k: number, n: number, share: number): number {
  const seen = binomialDensity(k, n, share) * TIE;
  const mode = Math.min(n, Math.floor((n + 1) * share));
  if (k === mode) return 1;
  if (k < mode) {
    const from = firstIn(mode, n + 1, (i) => i > n || binomialDensity(i, n, share) <= seen);
    return Math.min(1, binomialDistribution(k, n, share) + upperTail(from, n, share));
  }
  const until = firstIn(0, mode + 1, (i) => i === mode + 1 || binomialDensity(i, n, share) > seen) - 1;
  return Math.min(1, binomialDistribution(until, n, share) + upperTail(k, n, share));
}

const upperTail = (from: number, n: number, share: number): number => binomialDistribution(n - from, n, 1 - share);

function firstIn(low: number, high: number, holds: (i: number) => boolean): number {
  let a = low;
  let b = high;
  while (a < b) {
    const middle = (a + b) >> 1;
    if (holds(middle)) b = middle;
    else a = middle + 1;
  }
  return a;
}
