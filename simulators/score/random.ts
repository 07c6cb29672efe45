// Seeded random numbers of the scoring simulation: xorshift-based uniforms and the distributions drawn from them.

export interface Random {
  uniform(): number;
}

/** sfc32 (Doty-Humphrey), seeded through splitmix so that neighbouring seeds are unrelated. */
export function randomFrom(seed: number): Random {
  let mixed = seed >>> 0;
  const next = (): number => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let z = mixed;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [next(), next(), next(), next() | 1];
  return {
    uniform() {
      const t = (((a + b) | 0) + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + t) | 0;
      return (t >>> 0) / 4_294_967_296;
    },
  };
}

export const between = (random: Random, low: number, high: number): number => low + (high - low) * random.uniform();

export const pick = (random: Random, count: number): number => Math.floor(random.uniform() * count);

/** Box-Muller. */
export const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());

export const logNormal = (random: Random, median: number, sigma: number): number => median * Math.exp(sigma * normal(random));

/** Marsaglia & Tsang (2000), mean 1. */
export function gammaWithMeanOne(random: Random, shape: number): number {
  if (shape < 1) return gammaWithMeanOne(random, shape + 1) * ((shape + 1) / shape) * random.uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / shape;
  }
}

export function poisson(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > 30) return poisson(random, mean / 2) + poisson(random, mean / 2);
  let count = -1;
  let product = 1;
  const limit = Math.exp(-mean);
  do {
    count += 1;
    product *= random.uniform();
  } while (product > limit);
  return count;
}

/** Negative binomial with variance = dispersion x mean, as a Poisson number of logarithmic clusters (Quenouille 1949). */
export function overDispersed(random: Random, mean: number, dispersion: number): number {
  if (dispersion <= 1) return poisson(random, mean);
  const p = 1 - 1 / dispersion;
  const clusters = poisson(random, (mean * Math.log(dispersion)) / (dispersion - 1));
  let count = 0;
  for (let cluster = 0; cluster < clusters; cluster += 1) count += logarithmic(random, p);
  return count;
}

function logarithmic(random: Random, p: number): number {
  let u = random.uniform();
  let k = 1;
  let probability = -p / Math.log(1 - p);
  while (u > probability && k < 1000) {
    u -= probability;
    k += 1;
    probability *= (p * (k - 1)) / k;
  }
  return k;
}
