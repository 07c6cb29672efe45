// Draws of a fit's parameters, as uncertain as the data leave them: what a prediction interval needs beside the chance of the counts.
import type { LifeRow } from './lifeRow.ts';
import type { LimitedFailureFit } from './limitedFailure.ts';
import type { Random } from './random.ts';
import type { WeibullFit } from './weibullFit.ts';
import { weibullLikelihood, weibullSample } from './weibullLikelihood.ts';

/** A life distribution: `share` of the units carries the Weibull failure, all of them when it is missing. */
export interface Curve {
  readonly shape: number;
  readonly scale: number;
  readonly share?: number;
}

/** `oneMore` is how much likelier the curve would be, had one more failure been seen: what an upper limit is taken with (1 when missing). */
export interface DrawnCurve extends Curve {
  readonly oneMore?: number;
}

export type DrawCurve = (random: Random) => DrawnCurve;

/** Cells along each parameter. */
const CELLS = 24;
/** The grid ends where the likelihood has fallen by this much: e⁻⁹ of its maximum … */
const NEGLIGIBLE = 9;
/** … or this many standard errors out, where it never falls so far. */
const FARTHEST = 12;

/**
 * Draws in proportion to the likelihood, flat in (log scale, log shape): exact for failure-censored samples, where the asymptotic normal is too wide above and
 * too narrow below (Lawless & Fredette 2005; Tian, Meng & Meeker 2022). The grid lies along log B_p and log shape, p chosen so that the two hardly correlate.
 */
export function weibullDraws(rows: readonly LifeRow[], { shape, scale, covariance }: WeibullFit): DrawCurve {
  const sample = weibullSample(rows);
  const logShape = Math.log(shape.estimate);
  const k = (covariance.cross * shape.estimate) / covariance.shape2;
  const quantile = Math.log(scale.estimate) - sample.logUnit + k / shape.estimate;
  const slope = -k / shape.estimate;
  const deviations = {
    quantile: Math.sqrt(Math.max(1e-12, covariance.scale2 + 2 * slope * covariance.cross + slope * slope * covariance.shape2)),
    shape: Math.sqrt(covariance.shape2),
  };
  const at = (a: number, v: number): number => weibullLikelihood(sample, a - k * Math.exp(-v), v).value;
  const top = at(quantile, logShape);
  const across = axis(quantile, deviations.quantile, (a) => top - at(a, logShape));
  const along = axis(logShape, deviations.shape, (v) => top - at(quantile, v));
  const weights = Float64Array.from({ length: CELLS * CELLS }, (_, i) => {
    const weight = Math.exp(at(across.middle(i % CELLS), along.middle(Math.floor(i / CELLS))) - top);
    return Number.isFinite(weight) ? weight : 0;
  });
  const pick = picker(weights);
  // ℓ_u = β(Σ H − r): the cumulative hazard the lives have been through, over the failures it brought.
  const hazardSeen = oncePerCell((cell) => {
    const [a, v] = [across.middle(cell % CELLS), along.middle(Math.floor(cell / CELLS))];
    return Math.max(0, 1 + weibullLikelihood(sample, a - k * Math.exp(-v), v).scale / Math.exp(v) / sample.failures);
  });
  return (random) => {
    const cell = pick(random.uniform());
    const v = along.low + along.step * (Math.floor(cell / CELLS) + random.uniform());
    const a = across.low + across.step * ((cell % CELLS) + random.uniform());
    return { shape: Math.exp(v), scale: Math.exp(a - k * Math.exp(-v) + sample.logUnit), oneMore: hazardSeen(cell) };
  };
}

/** Draws from the asymptotic normal of (logit share, log scale, log shape). */
export function limitedDraws(fit: LimitedFailureFit): DrawCurve {
  const { share2, shareScale, shareShape, scale2, cross, shape2 } = fit.covariance;
  const l11 = Math.sqrt(Math.max(0, share2));
  const [l21, l31] = l11 > 0 ? [shareScale / l11, shareShape / l11] : [0, 0];
  const l22 = Math.sqrt(Math.max(0, scale2 - l21 * l21));
  const l32 = l22 > 0 ? (cross - l21 * l31) / l22 : 0;
  const l33 = Math.sqrt(Math.max(0, shape2 - l31 * l31 - l32 * l32));
  const logit = Math.log(fit.share / (1 - fit.share));
  return (random) => {
    const [z1, z2, z3] = [random.normal(), random.normal(), random.normal()];
    const share = 1 / (1 + Math.exp(-(logit + l11 * z1)));
    return {
      share,
      oneMore: share / fit.share,
      scale: fit.scale * Math.exp(l21 * z1 + l22 * z2),
      shape: fit.shape * Math.exp(l31 * z1 + l32 * z2 + l33 * z3),
    };
  };
}

/** Most draws fall into a few cells, and each figure costs a pass over all rows. */
function oncePerCell(figureOf: (cell: number) => number): (cell: number) => number {
  const known = new Map<number, number>();
  return (cell) => {
    const found = known.get(cell) ?? figureOf(cell);
    known.set(cell, found);
    return found;
  };
}

interface Axis {
  readonly low: number;
  readonly step: number;
  readonly middle: (cell: number) => number;
}

// From where the likelihood becomes negligible on one side of the maximum to where it does on the other.
function axis(centre: number, deviation: number, fallen: (x: number) => number): Axis {
  const reach = (side: -1 | 1): number => {
    let steps = 2;
    while (steps < FARTHEST && fallen(centre + side * steps * deviation) < NEGLIGIBLE) steps += 0.5;
    return centre + side * steps * deviation;
  };
  const low = reach(-1);
  const step = (reach(1) - low) / CELLS;
  return { low, step, middle: (cell) => low + step * (cell + 0.5) };
}

// The index a uniform number falls on, each as likely as its weight.
function picker(weights: Float64Array): (u: number) => number {
  let total = 0;
  const sums = weights.map((weight) => (total += weight));
  return (u) => {
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < u * total) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
