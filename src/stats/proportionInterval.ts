// Intervals for a share k of n: Wilson's score interval for reading, Clopper and Pearson's exact one for proof.
import { betaQuantile } from './beta.ts';
import { normalQuantile } from './normal.ts';
import type { Interval } from './poissonInterval.ts';

/** Wilson (1927), without continuity correction. Null when n = 0. */
export function wilsonInterval(k: number, n: number, level = 0.95): Interval | null {
  if (n <= 0) return null;
  const z = normalQuantile((1 + level) / 2);
  const share = k / n;
  const centre = share + (z * z) / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return { low: k === 0 ? 0 : Math.max(0, (centre - half) / scale), high: k === n ? 1 : Math.min(1, (centre + half) / scale) };
}

/** Clopper & Pearson (1934). Null when n = 0. */
export function clopperPearsonInterval(k: number, n: number, level = 0.95): Interval | null {
  if (n <= 0) return null;
  const tail = (1 - level) / 2;
  return { low: k === 0 ? 0 : betaQuantile(tail, k, n - k + 1), high: k === n ? 1 : betaQuantile(1 - tail, k + 1, n - k) };
}
