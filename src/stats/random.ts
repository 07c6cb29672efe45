// Random numbers from a seed: the same seed gives the same draws on every machine. For simulation and prediction intervals, never for secrets.
import { normalQuantile } from './normal.ts';

export interface Random {
  /** Uniform on the open interval (0, 1). */
  uniform(): number;
  normal(): number;
}

/** Doty-Humphrey's sfc32, seeded with one number. */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = 1;
  const next = (): number => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 20; i++) next();
  const uniform = (): number => (next() + 0.5) / 4_294_967_296;
  return { uniform, normal: () => normalQuantile(uniform()) };
}

/** A draw from Poisson(mean): inversion below 30, the rounded normal with Cornish–Fisher's skewness term above. */
export function drawPoisson(random: Random, mean: number): number {
  if (mean >= 30) {
    const z = random.normal();
    return Math.max(0, Math.round(mean + z * Math.sqrt(mean) + (z * z - 1) / 6));
  }
  return invert(random.uniform(), Math.exp(-mean), (k) => mean / (k + 1));
}

/** A draw from binomial(n, p): inversion when n·min(p, 1−p) < 30, the skewness-corrected normal above. */
export function drawBinomial(random: Random, n: number, p: number): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - drawBinomial(random, n, 1 - p);
  if (n * p >= 30) {
    const z = random.normal();
    const value = Math.round(n * p + z * Math.sqrt(n * p * (1 - p)) + ((z * z - 1) * (1 - 2 * p)) / 6);
    return Math.min(n, Math.max(0, value));
  }
  const odds = p / (1 - p);
  return Math.min(
    n,
    invert(random.uniform(), Math.exp(n * Math.log1p(-p)), (k) => ((n - k) / (k + 1)) * odds),
  );
}

// Walks up the distribution function from 0; `ratio` is density(k + 1) / density(k).
function invert(u: number, densityAtZero: number, ratio: (k: number) => number): number {
  let density = densityAtZero;
  let sum = density;
  let k = 0;
  while (u > sum && density > 1e-300 && k < 1000) {
    density *= ratio(k);
    sum += density;
    k += 1;
  }
  return k;
}
