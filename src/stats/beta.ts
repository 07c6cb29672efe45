// The regularised incomplete beta function and its inverse: binomial intervals, exact comparisons, beta posteriors.
// Prefactor after Loader (2000), continued fraction after Press et al. (2007) §6.4.
import { deviance, logGamma, stirlingError } from './gamma.ts';

const MAX_TERMS = 100_000;
const MAX_STEPS = 200;
const TINY = 1e-300;

export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** I_x(a, b), the distribution function of Beta(a, b). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return incompleteBetaOfBoth(x, 1 - x, a, b);
}

/** x with I_x(a, b) = p. Newton on the log odds of x inside a bracket that only shrinks. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  let low = -700;
  let high = 700;
  let logit = Math.log(a / b);
  for (let step = 0; step < MAX_STEPS; step++) {
    const x = 1 / (1 + Math.exp(-logit));
    const y = 1 / (1 + Math.exp(logit));
    const excess = incompleteBetaOfBoth(x, y, a, b) - p;
    if (excess > 0) high = logit;
    else low = logit;
    let next = logit - excess / powerTerm(x, y, a, b);
    if (!(next >= low && next <= high)) next = (low + high) / 2;
    if (Math.abs(next - logit) <= 1e-15 * Math.max(1, Math.abs(logit))) return 1 / (1 + Math.exp(-next));
    logit = next;
  }
  return 1 / (1 + Math.exp(-logit));
}

/** P(X = k) for X binomial(n, p), exact to rounding also for large n. */
export function binomialDensity(k: number, n: number, p: number): number {
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  return (powerTerm(p, 1 - p, k, n - k) * n) / (k * (n - k));
}

/** P(X ≤ k) for X binomial(n, p). */
export function binomialDistribution(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incompleteBeta(1 - p, n - k, k + 1);
}

function incompleteBetaOfBoth(x: number, y: number, a: number, b: number): number {
  const power = powerTerm(x, y, a, b);
  return x < (a + 1) / (a + b + 2) ? (power * fraction(x, a, b)) / a : 1 - (power * fraction(y, b, a)) / b;
}

// x^a y^b / B(a, b) with y = 1 − x.
function powerTerm(x: number, y: number, a: number, b: number): number {
  const n = a + b;
  const log = stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
  return Math.exp(log) * Math.sqrt((a * b) / (2 * Math.PI * n));
}

function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value;
}

function awayFromZero(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}
