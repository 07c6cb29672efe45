// Where the Weibull profile likelihood falls to a level on one side of the maximum: a few joint steps for both parameters, and where those do not arrive,
// a bracketed monotone search.
import { stepToLevel } from './profileStep.ts';
import { type WeibullSample, weibullLikelihood } from './weibullLikelihood.ts';

/** What is held fixed: the log shape, or log B_p = log scale + k/shape given by k = log(−log(1−p)). The scale itself is k = 0. */
export type Direction = 'shape' | number;

interface Best {
  readonly logScale: number;
  readonly logShape: number;
  readonly at: { readonly value: number };
}

const MAX_STEPS = 100;
/** Logarithms further out than this leave the range of numbers. */
const FARTHEST = 600;
const TOLERANCE = 1e-9;

/**
 * The value of the held quantity, on the side `firstStep` points to, where the maximum over the other parameter is `drop` below `best`. Null when the profile
 * never falls that far.
 */
export function profileLimit(sample: WeibullSample, best: Best, direction: Direction, firstStep: number, drop: number): number | null {
  const start = direction === 'shape' ? best.logShape : best.logScale + direction * Math.exp(-best.logShape);
  const other = direction === 'shape' ? best.logScale : best.logShape;
  const level = best.at.value - drop;
  return (
    stepsToLimit(sample, direction, level, { start, other, side: firstStep < 0 ? -1 : 1 }) ??
    searchOutward(sample, direction, level, { start, other, firstStep })
  );
}

const MAX_JOINT_STEPS = 20;

// Both parameters move at once: the other one towards its maximum, the held one to where the profile, seen as a quadratic, meets the level. Null when the steps
// leave the side or the region where ℓ is concave in the other parameter, or do not settle: the search decides then.
function stepsToLimit(sample: WeibullSample, direction: Direction, level: number, from: { start: number; other: number; side: -1 | 1 }): number | null {
  const { start, side } = from;
  let held = start;
  let other = from.other;
  for (let i = 0; i < MAX_JOINT_STEPS; i++) {
    const { value, slope, curve, slopeHeld, curveHeld, cross } = derivatives(sample, direction, held, other);
    if (!(curve < 0)) return null;
    const profile = { value: value - (slope * slope) / (2 * curve), slope: slopeHeld - (cross * slope) / curve, curve: curveHeld - (cross * cross) / curve };
    const step = stepToLevel(profile, level, side);
    const move = -(slope + cross * step) / curve;
    held += step;
    other += move;
    if (!(side * (held - start) > 0 && Math.abs(held - start) < FARTHEST && Math.abs(move) < 5)) return null;
    if (Math.abs(step) < TOLERANCE * (1 + Math.abs(held)) && Math.abs(move) < 1e-6) return held;
  }
  return null;
}

// Walks outward from the maximum, lengthening the step, until the level is crossed; then Newton's steps inside the bracket.
function searchOutward(sample: WeibullSample, direction: Direction, level: number, from: { start: number; other: number; firstStep: number }): number | null {
  const { start } = from;
  let inside = start;
  let { other, firstStep: step } = from;
  let point = innerMaximum(sample, direction, inside + step, other);
  while (point.value >= level) {
    inside += step;
    other = point.other;
    step *= 1.6;
    if (!(Math.abs(inside + step - start) < FARTHEST)) return null;
    point = innerMaximum(sample, direction, inside + step, other);
  }
  return search(sample, direction, level, inside, inside + step, point);
}

interface InnerMaximum {
  readonly other: number;
  readonly value: number;
  readonly slope: number;
}

// The level lies between `inside` (above it) and `outside` (below it, where `first` was evaluated).
function search(sample: WeibullSample, direction: Direction, level: number, inside: number, outside: number, first: InnerMaximum): number {
  let [above, below] = [inside, outside];
  let at = outside;
  let point = first;
  for (let i = 0; i < MAX_STEPS; i++) {
    let next = at - (point.value - level) / point.slope;
    if (!((next - above) * (next - below) < 0)) next = (above + below) / 2;
    const done = Math.abs(next - at) < TOLERANCE * (1 + Math.abs(at));
    at = next;
    if (done || Math.abs(above - below) < TOLERANCE) return at;
    point = innerMaximum(sample, direction, at, point.other);
    if (point.value >= level) above = at;
    else below = at;
  }
  return at;
}

/** Maximises over the other parameter by Newton's steps, bracketed by the sign of the slope; `slope` is that of the profile (envelope theorem). */
function innerMaximum(sample: WeibullSample, direction: Direction, held: number, start: number): InnerMaximum {
  let low = start - FARTHEST;
  let high = start + FARTHEST;
  let other = start;
  let best = derivatives(sample, direction, held, other);
  for (let i = 0; i < MAX_STEPS; i++) {
    if (!(Number.isFinite(best.value) && Number.isFinite(best.slope))) return { other, value: -Infinity, slope: best.slopeHeld };
    if (best.slope > 0) low = other;
    else high = other;
    let next = best.curve < 0 ? other - Math.max(-1, Math.min(1, best.slope / best.curve)) : other + Math.sign(best.slope) * 0.5;
    if (!(next >= low && next <= high)) next = (low + high) / 2;
    const done = Math.abs(next - other) < 1e-7;
    other = next;
    best = derivatives(sample, direction, held, other);
    if (done) break;
  }
  return { other, value: best.value, slope: best.slopeHeld };
}

interface Derivatives {
  readonly value: number;
  /** Along the other parameter, and along the held one; `cross` between them. */
  readonly slope: number;
  readonly curve: number;
  readonly slopeHeld: number;
  readonly curveHeld: number;
  readonly cross: number;
}

// By the chain rule through log scale = held − k/shape.
function derivatives(sample: WeibullSample, direction: Direction, held: number, other: number): Derivatives {
  if (direction === 'shape') {
    const at = weibullLikelihood(sample, other, held);
    return { value: at.value, slope: at.scale, curve: at.scale2, slopeHeld: at.shape, curveHeld: at.shape2, cross: at.cross };
  }
  const d = direction * Math.exp(-other);
  const at = weibullLikelihood(sample, held - d, other);
  return {
    value: at.value,
    slope: at.shape + at.scale * d,
    curve: at.shape2 + 2 * at.cross * d + at.scale2 * d * d - at.scale * d,
    slopeHeld: at.scale,
    curveHeld: at.scale2,
    cross: at.cross + at.scale2 * d,
  };
}
