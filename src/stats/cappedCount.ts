// What capping takes from a count: sums of capped counts are robust, but only comparable with what capping leaves of the mean.
import { clustersPerEvent } from './clusters.ts';

/** The cap in standard deviations above the mean. */
const DEVIATIONS = 3;
/** Lines of the table per unit of the root of the mean, and the root from which capping takes nothing worth a digit. */
const LINES = 16;
const LAST_ROOT = 12;

export interface Cap {
  /** mean + 3 sqrt(mean x dispersion), of the root of the mean. */
  at(root: number): number;
  /** Share of the mean that is left: E min(Y, cap) / mean for a negative binomial Y with variance dispersion x mean. */
  kept(root: number): number;
}

/** The share is near linear in the root of the mean, where few events are expected: a table of it is read between its lines. */
export function capFor(dispersion: number): Cap {
  const deviation = DEVIATIONS * Math.sqrt(dispersion);
  const at = (root: number): number => root * (root + deviation);
  const kept = new Float64Array(LAST_ROOT * LINES + 2).fill(1);
  kept[0] = 0;
  for (let line = 1; line <= LAST_ROOT * LINES; line += 1) kept[line] = cappedMean((line / LINES) ** 2, dispersion, at(line / LINES)) / (line / LINES) ** 2;
  return {
    at,
    kept: (root) => {
      if (root >= LAST_ROOT) return 1;
      const place = root * LINES;
      const line = Math.trunc(place);
      const above = kept[line] ?? 1;
      return above + ((kept[line + 1] ?? 1) - above) * (place - line);
    },
  };
}

/** E min(Y, cap): the probabilities of a negative binomial one after another, Poisson at dispersion 1. */
export function cappedMean(mean: number, dispersion: number, cap: number): number {
  let probability = Math.exp(-mean * clustersPerEvent(dispersion));
  let [left, sum] = [1, 0];
  for (let count = 0; count <= cap; count += 1) {
    sum += count * probability;
    left -= probability;
    probability *= (mean + count * (dispersion - 1)) / (dispersion * (count + 1));
  }
  return sum + cap * Math.max(0, left);
}
