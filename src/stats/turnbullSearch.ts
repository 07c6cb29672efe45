// Where the likelihood of intervals is largest: over the cumulative hazard, in which it is concave, by expectation steps and the iterative convex minorant
// in turn (Wellner & Zhan 1997).

/** Rows alike by the numbers of intervals that end before its entry, before its own interval, and within it; `to` is null without a failure. */
export interface Place {
  readonly entry: number;
  readonly from: number;
  readonly to: number | null;
  readonly count: number;
}

/** A hazard this large leaves nobody: e⁻⁴⁰. */
const CERTAIN = 40;
const MAX_STEPS = 1000;
/** Largest slope per unit left in any interval when the search ends. */
const FLAT = 1e-8;

/** The cumulative hazard after each interval, 0 first. */
export function maximiseHazard(places: readonly Place[], intervals: number): Float64Array {
  const total = places.reduce((sum, { count }) => sum + count, 0);
  let hazard: Float64Array = Float64Array.from({ length: intervals + 1 }, (_, j) => j / Math.max(1, intervals));
  for (let step = 0; step < MAX_STEPS && intervals > 0; step++) {
    hazard = minorantStep(places, expectationStep(places, hazard));
    if (isFlat(slopes(places, hazard).first, hazard, total)) break;
  }
  return hazard;
}

// ℓ = Σ w·[ log(e^−Λ_from − e^−Λ_to) or −Λ_from ] + w·Λ_entry.
function logLikelihood(places: readonly Place[], hazard: Float64Array): number {
  let sum = 0;
  for (const { entry, from, to, count } of places) {
    const start = hazard[from] ?? 0;
    sum += count * ((hazard[entry] ?? 0) - start);
    if (to !== null) sum += count * Math.log(-Math.expm1(start - (hazard[to] ?? 0)));
  }
  return sum;
}

// In each interval the failures expected there over those expected to be at risk.
function expectationStep(places: readonly Place[], hazard: Float64Array): Float64Array {
  const size = hazard.length;
  const survival = hazard.map((value) => Math.exp(-value));
  // Differences from one interval to the next, added up below: `inside` of those whose failure lies there, `tails` its part beyond the end of their interval.
  const [watched, inside, tails] = [new Float64Array(size + 1), new Float64Array(size + 1), new Float64Array(size + 1)];
  const span = (sums: Float64Array, from: number, to: number, amount: number): void => {
    sums[from + 1] = (sums[from + 1] ?? 0) + amount;
    sums[to + 1] = (sums[to + 1] ?? 0) - amount;
  };
  for (const { entry, from, to, count } of places) {
    span(watched, entry, from, count);
    if (to === null) continue;
    const probability = (survival[from] ?? 0) - (survival[to] ?? 0);
    if (!(probability > 1e-300)) continue;
    span(inside, from, to, count / probability);
    span(tails, from, to, (count / probability) * (survival[to] ?? 0));
  }
  const next = new Float64Array(size);
  let [atRisk, share, tail] = [0, 0, 0];
  for (let j = 1; j < size; j++) {
    atRisk += watched[j] ?? 0;
    share += inside[j] ?? 0;
    tail += tails[j] ?? 0;
    const alive = survival[j - 1] ?? 0;
    const failing = share * (alive - (survival[j] ?? 0));
    const exposed = atRisk + Math.max(0, share * alive - tail);
    const part = exposed > 0 ? Math.min(1, failing / exposed) : 0;
    next[j] = (next[j - 1] ?? 0) + Math.min(CERTAIN, -Math.log1p(-part));
  }
  return next;
}

/** First and (negated) second derivatives of ℓ by the cumulative hazard after each interval. */
function slopes(places: readonly Place[], hazard: Float64Array): { first: Float64Array; second: Float64Array } {
  const first = new Float64Array(hazard.length);
  const second = new Float64Array(hazard.length);
  const add = (sums: Float64Array, at: number, amount: number): void => {
    sums[at] = (sums[at] ?? 0) + amount;
  };
  for (const { entry, from, to, count } of places) {
    add(first, entry, count);
    add(first, from, -count);
    if (to === null) continue;
    const g = 1 / Math.expm1((hazard[to] ?? 0) - (hazard[from] ?? 0));
    add(first, from, -count * g);
    add(first, to, count * g);
    add(second, from, count * g * (1 + g));
    add(second, to, count * g * (1 + g));
  }
  return { first, second };
}

// Newton’s step with the diagonal curvature, made monotone again, as far towards it as the likelihood rises.
function minorantStep(places: readonly Place[], hazard: Float64Array): Float64Array {
  const { first, second } = slopes(places, hazard);
  const floor = 1e-12 * second.reduce((sum, value) => sum + value, 1);
  const weights = second.map((value) => Math.max(floor, value));
  const target = monotone(
    hazard.map((value, j) => value + (first[j] ?? 0) / (weights[j] ?? 1)),
    weights,
  );
  const now = logLikelihood(places, hazard);
  for (let length = 1; length > 1e-4; length /= 2) {
    const next = hazard.map((value, j) => value + length * ((target[j] ?? 0) - value));
    if (logLikelihood(places, next) > now) return next;
  }
  return hazard;
}

// The nearest sequence that never falls and begins with 0 (pool adjacent violators; Ayer et al. 1955).
function monotone(values: Float64Array, weights: Float64Array): Float64Array {
  const blocks: { value: number; weight: number; size: number }[] = [];
  for (let j = 1; j < values.length; j++) {
    let block = { value: values[j] ?? 0, weight: weights[j] ?? 1, size: 1 };
    for (let last = blocks.at(-1); last !== undefined && last.value >= block.value; last = blocks.at(-1)) {
      blocks.pop();
      const weight = last.weight + block.weight;
      block = { value: (last.value * last.weight + block.value * block.weight) / weight, weight, size: last.size + block.size };
    }
    blocks.push(block);
  }
  const result = new Float64Array(values.length);
  let j = 1;
  for (const { value, size } of blocks) for (const end = j + size; j < end; j++) result[j] = Math.max(0, value);
  return result;
}

// At the maximum no interval gains by more hazard, nor by less where it has any.
function isFlat(first: Float64Array, hazard: Float64Array, total: number): boolean {
  let slope = 0;
  for (let j = hazard.length - 1; j > 0; j--) {
    slope += first[j] ?? 0;
    const step = (hazard[j] ?? 0) - (hazard[j - 1] ?? 0);
    if (slope > FLAT * total || (step > 0 && step < CERTAIN / 2 && slope < -FLAT * total)) return false;
  }
  return true;
}
