// Exact interval for the mean of a Poisson count (Garwood 1936).
import { gammaQuantile } from './gamma.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Limits of the mean number of events after `count` were seen: χ²(α/2; 2f)/2 and χ²(1−α/2; 2f+2)/2, through the gamma distribution they are.
 * Divide by the exposure for a rate. `count` may be fractional (imputed failures).
 */
export function garwoodInterval(count: number, level = 0.95): Interval {
  const tail = (1 - level) / 2;
  return { low: count <= 0 ? 0 : gammaQuantile(count, tail), high: gammaQuantile(count + 1, 1 - tail) };
}
