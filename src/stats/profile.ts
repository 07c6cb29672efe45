// Where the Weibull profile likelihood falls to a level: a bracketed monotone search on one side of the maximum.
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
 * The value of the held quantity, on the side `firstStep` points to, where the maximum over the other parameter is `drop` below `best`. Walks outward from
 * the maximum, doubling the step, until the level is crossed; then Newton's steps inside the bracket. Null when it is never crossed.
 */
export function profileLimit(sample: WeibullSample, best: Best, direction: Direction, firstStep: number, drop: number): number | null {
  const level = best.at.value - drop;
  let inside = direction === 'shape' ? best.logShape : best.logScale + direction * Math.exp(-best.logShape);
  const start = inside;
  let other = direction === 'shape' ? best.logScale : best.logShape;
  let step = firstStep;
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
  readonly slope: number;
  readonly curve: number;
  readonly slopeHeld: number;
}

// By the chain rule through log scale = held − k/shape.
function derivatives(sample: WeibullSample, direction: Direction, held: number, other: number): Derivatives {
  if (direction === 'shape') {
    const at = weibullLikelihood(sample, other, held);
    return { value: at.value, slope: at.scale, curve: at.scale2, slopeHeld: at.shape };
  }
  const d = direction * Math.exp(-other);
  const at = weibullLikelihood(sample, held - d, other);
  return {
    value: at.value,
    slope: at.shape + at.scale * d,
    curve: at.shape2 + 2 * at.cross * d + at.scale2 * d * d - at.scale * d,
    slopeHeld: at.scale,
  };
}
