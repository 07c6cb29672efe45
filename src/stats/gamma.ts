// The gamma function and the regularised incomplete gamma function with its inverse: what Poisson intervals and gamma posteriors are made of.
// Accurate to about 1e-14 relative; prefactors after Loader (2000), "Fast and accurate computation of binomial probabilities".

const HALF_LOG_2_PI = 0.9189385332046728;
const MAX_TERMS = 1_000_000;
const MAX_STEPS = 100;
const TINY = 1e-300;

// Lanczos (1964) with g = 607/128 and Godfrey's 15 coefficients.
const LANCZOS = [
  57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202, 3.399464998481189e-5, 4.652362892704858e-5, -9.837447530487956e-5,
  0.0001580887032249125, -0.00021026444172410488, 0.00021743961811521265, -0.0001643181065367639, 8.441822398385275e-5, -2.6190838401581408e-5,
  3.6899182659531625e-6,
];

/** log Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x === 1 || x === 2) return 0;
  if (x > 40) return (x - 0.5) * Math.log(x) - x + HALF_LOG_2_PI + stirlingError(x);
  let sum = 0.9999999999999971;
  let denominator = x;
  for (const coefficient of LANCZOS) {
    denominator += 1;
    sum += coefficient / denominator;
  }
  const t = x + 5.2421875;
  return (x + 0.5) * Math.log(t) - t + Math.log((2.5066282746310007 * sum) / x);
}

/** ψ(x) = d/dx log Γ(x) for x > 0: recurrence, then Abramowitz & Stegun 6.3.18. */
export function digamma(x: number): number {
  let shifted = x;
  let sum = 0;
  while (shifted < 12) {
    sum -= 1 / shifted;
    shifted += 1;
  }
  const r = 1 / (shifted * shifted);
  const series = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - (r * 691) / 32760)))));
  return sum + Math.log(shifted) - 0.5 / shifted - series;
}

/** ψ′(x) for x > 0: recurrence, then Abramowitz & Stegun 6.4.12. */
export function trigamma(x: number): number {
  let shifted = x;
  let sum = 0;
  while (shifted < 12) {
    sum += 1 / (shifted * shifted);
    shifted += 1;
  }
  const r = 1 / (shifted * shifted);
  const series = r * (1 / 6 - r * (1 / 30 - r * (1 / 42 - r * (1 / 30 - r * (5 / 66 - (r * 691) / 2730)))));
  return sum + 1 / shifted + r / 2 + series / shifted;
}

/** P(a, x) = γ(a, x) / Γ(a), the distribution function of Gamma(a, 1). */
export function lowerGamma(a: number, x: number): number {
  if (x <= 0) return 0;
  if (x === Infinity) return 1;
  return x < a + 1 ? lowerSeries(a, x) : 1 - upperFraction(a, x);
}

/** Q(a, x) = 1 − P(a, x), without cancellation in the upper tail. */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x);
}

/** x with P(shape, x) = p: Halley's steps inside a bracket that only shrinks. 0 for p = 0, Infinity for p = 1. */
export function gammaQuantile(shape: number, p: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return Infinity;
  let low = 0;
  let high = Infinity;
  let x = startingQuantile(shape, p);
  for (let step = 0; step < MAX_STEPS; step++) {
    const excess = p < 0.5 ? lowerGamma(shape, x) - p : 1 - p - upperGamma(shape, x);
    if (excess > 0) high = x;
    else low = x;
    const slope = (shape * poissonDensity(shape, x)) / x;
    const newton = excess / slope;
    const halley = newton / (1 - 0.5 * Math.min(1, newton * ((shape - 1) / x - 1)));
    let next = x - halley;
    if (!(next >= low && next <= high)) next = high === Infinity ? 2 * x : (low + high) / 2;
    if (Math.abs(next - x) <= 4e-16 * x) return next;
    x = next;
  }
  return x;
}

/** x^a e^−x / Γ(a + 1), the Poisson probability of a continued to real a; no cancellation for large a. */
export function poissonDensity(a: number, x: number): number {
  if (a < 1e-3) return Math.exp(a * Math.log(x) - x - logGamma(a + 1));
  return Math.exp(-stirlingError(a) - deviance(a, x) - HALF_LOG_2_PI) / Math.sqrt(a);
}

/** log Γ(a + 1) − (a + ½) log a + a − ½ log 2π: the error of Stirling's formula (Loader 2000, eq. 3). */
export function stirlingError(a: number): number {
  if (a <= 15) return logGamma(a + 1) - (a + 0.5) * Math.log(a) + a - HALF_LOG_2_PI;
  const r = 1 / (a * a);
  return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - (r * 691) / 360360))))) / a;
}

/** x log(x/m) + m − x without cancellation near x = m (Loader 2000, eq. 5). */
export function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let sum = (x - m) * v;
  let term = 2 * x * v;
  for (let k = 3; k < 1000; k += 2) {
    term *= v * v;
    const next = sum + term / k;
    if (next === sum) return next;
    sum = next;
  }
  return sum;
}

function lowerSeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; n < MAX_TERMS && term > sum * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * poissonDensity(a, x);
}

// The continued fraction of Abramowitz & Stegun 6.5.31 by Lentz's method.
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < MAX_TERMS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / awayFromZero(numerator * d + b);
    c = awayFromZero(b + numerator / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value * a * poissonDensity(a, x);
}

function awayFromZero(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}

// Wilson & Hilferty (1931) for shape > 1; the leading term of the series below it and far out in the lower tail.
function startingQuantile(shape: number, p: number): number {
  const small = Math.exp((Math.log(p) + logGamma(shape + 1)) / shape);
  if (shape <= 1) return Math.max(TINY, Math.min(small, shape + 2 - Math.log(1 - p)));
  const t = Math.sqrt(-2 * Math.log(p < 0.5 ? p : 1 - p));
  const z = ((2.30753 + t * 0.27061) / (1 + t * (0.99229 + t * 0.04481)) - t) * (p < 0.5 ? 1 : -1);
  const cube = 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape));
  return cube > 0.2 ? shape * cube ** 3 : Math.max(TINY, small);
}
