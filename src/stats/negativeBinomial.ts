// The negative binomial: a Poisson count whose rate is gamma-distributed.

const MOST = 10_000_000;

/** The smallest k with P(N ≤ k) ≥ level, for P(N = k) ∝ Γ(shape + k)/k! · p^k: the count over an exposure t of a rate Gamma(shape, b) has p = t/(b + t). */
export function negativeBinomialQuantile(shape: number, p: number, level: number): number {
  let logDensity = shape * Math.log1p(-p);
  let below = Math.exp(logDensity);
  let k = 0;
  while (below < level && k < MOST) {
    logDensity += Math.log((shape + k) / (k + 1)) + Math.log(p);
    k += 1;
    below += Math.exp(logDensity);
  }
  return k;
}
