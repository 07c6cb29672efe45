// The negative binomial: a Poisson count whose rate is gamma-distributed.

import { type PossibleCount, predictionSet } from './predictionSet.ts';

const MOST = 10_000_000;
/** Counts end where so little of what an interval may leave out is left. */
const NEGLIGIBLE = 1e-6;

/** The smallest k with P(N ≤ k) ≥ level, for P(N = k) ∝ Γ(shape + k)/k! · p^k: the count over an exposure t of a rate Gamma(shape, b) has p = t/(b + t). */
export function negativeBinomialQuantile(shape: number, p: number, level: number): number {
  let below = 0;
  for (const { k, density } of densities(shape, p)) {
    below += density;
    if (below >= level) return k;
  }
  return MOST;
}

/** The prediction interval of the count, as a forecast takes it from its draws. */
export function negativeBinomialInterval(shape: number, p: number, level: number): { readonly low: number; readonly high: number } {
  const counts: PossibleCount[] = [];
  let beyond = 1;
  for (const { k, density } of densities(shape, p)) {
    counts.push({ count: k, below: density, above: density });
    beyond -= density;
    if (beyond < (1 - level) * NEGLIGIBLE) break;
  }
  return predictionSet(counts, level);
}

function* densities(shape: number, p: number): Generator<{ k: number; density: number }> {
  let logDensity = shape * Math.log1p(-p);
  for (let k = 0; k < MOST; k++) {
    yield { k, density: Math.exp(logDensity) };
    logDensity += Math.log((shape + k) / (k + 1)) + Math.log(p);
  }
}
