// The negative binomial: a Poisson count whose rate is gamma-distributed.

const MOST = 10_000_000;

/** The smallest k with P(N ≤ k) ≥ level, for P(N = k) ∝ Γ(shape + k)/k! · p^k: the count over an exposure t of a rate Gamma(shape, b) has p = t/(b + t). */
export function negativeBinomialQuantile(shape: number, p: number, level: number): number {
  let below = 0;
  for (const { k, density } of densities(shape, p)) {
    below += density;
    if (below >= level) return k;
  }
  return MOST;
}

/** Limits by the mid-distribution P(N < k) + ½P(N = k), as those of a forecast: whole numbers cannot hold a level exactly, these hold it on average. */
export function negativeBinomialInterval(shape: number, p: number, level: number): { readonly low: number; readonly high: number } {
  const tail = (1 - level) / 2;
  let below = 0;
  let low: number | null = null;
  for (const { k, density } of densities(shape, p)) {
    const middle = below + density / 2;
    if (low === null && middle >= tail) low = k;
    if (middle > 1 - tail) return { low: low ?? k, high: Math.max(low ?? k, k - 1) };
    below += density;
  }
  return { low: low ?? MOST, high: MOST };
}

function* densities(shape: number, p: number): Generator<{ k: number; density: number }> {
  let logDensity = shape * Math.log1p(-p);
  for (let k = 0; k < MOST; k++) {
    yield { k, density: Math.exp(logDensity) };
    logDensity += Math.log((shape + k) / (k + 1)) + Math.log(p);
  }
}
