// Chance that can be asked again: every draw is a hash of a seed and of what it is for, so nothing depends on the order of the questions.

/** A 32-bit seed of its own for something named, derived from another seed. */
export function seedOf(seed: number, name: string): number {
  let hash = mixed(seed ^ 0x811c9dc5);
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return mixed(hash);
}

/** Uniform in [0, 1), the same for the same (seed, purpose, n). */
export const uniform = (seed: number, purpose: string, n = 0): number => mixed(seedOf(seed, purpose) + Math.imul(n, 0x9e3779b1)) / 0x1_0000_0000;

export const happens = (probability: number, seed: number, purpose: string, n = 0): boolean => uniform(seed, purpose, n) < probability;

export const between = (low: number, high: number, seed: number, purpose: string, n = 0): number => low + (high - low) * uniform(seed, purpose, n);

export const wholeBetween = (low: number, high: number, seed: number, purpose: string, n = 0): number => Math.floor(between(low, high + 1, seed, purpose, n));

export function pick<T>(choices: readonly T[], seed: number, purpose: string, n = 0): T {
  const chosen = choices[Math.floor(uniform(seed, purpose, n) * choices.length)];
  if (chosen === undefined) throw new Error(`nothing to pick for ${purpose}`);
  return chosen;
}

/** Picks in proportion to the weights. */
export function pickWeighted<T>(choices: readonly T[], weightOf: (choice: T) => number, seed: number, purpose: string, n = 0): T {
  let left = uniform(seed, purpose, n) * choices.reduce((sum, choice) => sum + weightOf(choice), 0);
  for (const choice of choices) {
    left -= weightOf(choice);
    if (left < 0) return choice;
  }
  return pick(choices, seed, purpose, n);
}

/** Standard normal (Box and Muller 1958). */
export const normal = (seed: number, purpose: string, n = 0): number =>
  Math.sqrt(-2 * Math.log(1 - uniform(seed, purpose, 2 * n))) * Math.cos(2 * Math.PI * uniform(seed, purpose, 2 * n + 1));

/** Exponential with mean 1: the cumulated hazard at which something happens. */
export const exponential = (seed: number, purpose: string, n = 0): number => -Math.log(1 - uniform(seed, purpose, n));

/** Poisson by inversion; meant for small means. */
export function poisson(mean: number, seed: number, purpose: string, n = 0): number {
  let left = uniform(seed, purpose, n);
  let term = Math.exp(-mean);
  let count = 0;
  while (left >= term && count < MOST_COUNTED) {
    left -= term;
    count += 1;
    term *= mean / count;
  }
  return count;
}

const MOST_COUNTED = 200;

/** The finaliser of MurmurHash3 (Appleby 2011): every bit of the input reaches every bit of the answer. */
function mixed(hash: number): number {
  let h = hash | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
