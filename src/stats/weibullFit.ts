// Weibull maximum likelihood with profile-likelihood intervals, and Wald's beside them (Meeker & Escobar 1998, ch. 8).
import type { LifeRow } from './lifeRow.ts';
import { HALF_CHI_SQUARE_95, Z_95 } from './normal.ts';
import { type Direction, profileLimit } from './profile.ts';
import { at, type Likelihood, type WeibullSample, weibullLikelihood, weibullSample } from './weibullLikelihood.ts';

export interface Estimate {
  readonly estimate: number;
  /** 95 % by profile likelihood ratio; null where the likelihood never falls far enough on that side. */
  readonly ci_low: number | null;
  readonly ci_high: number | null;
  /** 95 % by the normal approximation on the log scale; null where it leaves the range of numbers. */
  readonly wald: readonly [low: number | null, high: number | null];
}

export interface WeibullFit {
  readonly shape: Estimate;
  readonly scale: Estimate;
  /** Ages by which 1, 5, 10 and 50 % have failed. */
  readonly b1: Estimate;
  readonly b5: Estimate;
  readonly b10: Estimate;
  readonly b50: Estimate;
  readonly log_likelihood: number;
  /** Of (log scale, log shape). */
  readonly covariance: Covariance;
}

export interface Covariance {
  readonly scale2: number;
  readonly cross: number;
  readonly shape2: number;
}

export interface WeibullPoint {
  readonly logScale: number;
  readonly logShape: number;
  readonly at: Likelihood;
}

export const MIN_FAILURES = 3;
const MAX_STEPS = 200;
/** Beyond these shapes the likelihood is climbing without end: all failures at one age, or ages that say nothing. */
const LOG_SHAPE_RANGE = { low: Math.log(1e-3), high: Math.log(1e5) };

/** Null with fewer than three failures, or when the likelihood has no maximum (all failures at the same age, for one). */
export function fitWeibull(rows: readonly LifeRow[]): WeibullFit | null {
  const sample = weibullSample(rows);
  if (sample.failures < MIN_FAILURES) return null;
  const best = maximise(sample);
  if (best === null) return null;
  const covariance = covarianceOf(best.at);
  if (covariance === null) return null;
  const of = (direction: Direction) => estimateOf(sample, best, covariance, direction);
  return {
    shape: of('shape'),
    scale: of(0),
    b1: of(logHazardOf(0.01)),
    b5: of(logHazardOf(0.05)),
    b10: of(logHazardOf(0.1)),
    b50: of(logHazardOf(0.5)),
    log_likelihood: best.at.value - sample.exact * sample.logUnit,
    covariance,
  };
}

/** The age by which a fraction p has failed: η(−log(1−p))^(1/β). */
export const quantileAge = (shape: number, scale: number, p: number): number => scale * (-Math.log1p(-p)) ** (1 / shape);

/** S(t) = exp(−(t/η)^β). */
export const weibullSurvival = (shape: number, scale: number, time: number): number => (time <= 0 ? 1 : Math.exp(-((time / scale) ** shape)));

/** Newton's steps with Levenberg's damping from the exponential fit, in the sample's unit of time. */
export function maximise(sample: WeibullSample): WeibullPoint | null {
  let point = pointAt(sample, startingScale(sample), 0);
  let damping = 0;
  for (let step = 0; step < MAX_STEPS; step++) {
    const move = newtonMove(point.at, damping);
    const next = pointAt(sample, point.logScale + move.scale, point.logShape + move.shape);
    if (!(next.at.value >= point.at.value - 1e-13 * Math.abs(point.at.value))) {
      damping = Math.max(1e-3, damping * 8);
      if (damping > 1e15) return null;
      continue;
    }
    damping = damping < 1e-4 ? 0 : damping / 8;
    point = next;
    if (point.logShape > LOG_SHAPE_RANGE.high || point.logShape < LOG_SHAPE_RANGE.low) return null;
    if (Math.abs(move.scale) < 1e-11 * (1 + Math.abs(point.logScale)) && Math.abs(move.shape) < 1e-11) return point;
  }
  return null;
}

const pointAt = (sample: WeibullSample, logScale: number, logShape: number): WeibullPoint => ({
  logScale,
  logShape,
  at: weibullLikelihood(sample, logScale, logShape),
});

// Total time over failures, intervals at their upper end; where truncation leaves no time, the unit itself.
function startingScale(sample: WeibullSample): number {
  let time = 0;
  for (const [i, weight] of sample.hazards.weight.entries()) time += weight * Math.exp(at(sample.hazards.logTime, i));
  for (const [i, weight] of sample.intervals.weight.entries())
    time += weight * (Math.exp(at(sample.intervals.logUpper, i)) - Math.exp(at(sample.intervals.logLower, i)));
  return time > 0 ? Math.log(time / sample.failures) : 0;
}

function newtonMove(at: Likelihood, damping: number): { scale: number; shape: number } {
  const isMaximum = at.scale2 < 0 && at.scale2 * at.shape2 - at.cross * at.cross > 0;
  const extra = damping + (isMaximum ? 0 : 0.01);
  const a = isMaximum ? at.scale2 * (1 + extra) : -Math.abs(at.scale2) * (1 + extra) - 1e-12;
  const b = isMaximum ? at.shape2 * (1 + extra) : -Math.abs(at.shape2) * (1 + extra) - 1e-12;
  const c = isMaximum ? at.cross : 0;
  const determinant = a * b - c * c;
  const scale = -(b * at.scale - c * at.shape) / determinant;
  const shape = -(a * at.shape - c * at.scale) / determinant;
  return { scale: bounded(scale, 5), shape: bounded(shape, 1) };
}

const bounded = (step: number, most: number): number => (Number.isFinite(step) ? Math.max(-most, Math.min(most, step)) : 0);

function covarianceOf(at: Likelihood): Covariance | null {
  const determinant = at.scale2 * at.shape2 - at.cross * at.cross;
  if (!(determinant > 0 && at.scale2 < 0)) return null;
  return { scale2: -at.shape2 / determinant, cross: at.cross / determinant, shape2: -at.scale2 / determinant };
}

const logHazardOf = (p: number): number => Math.log(-Math.log1p(-p));

function estimateOf(sample: WeibullSample, best: WeibullPoint, covariance: Covariance, direction: Direction): Estimate {
  const slope = direction === 'shape' ? 0 : -direction * Math.exp(-best.logShape);
  const variance = direction === 'shape' ? covariance.shape2 : covariance.scale2 + 2 * slope * covariance.cross + slope * slope * covariance.shape2;
  const error = Math.sqrt(variance);
  const centre = direction === 'shape' ? best.logShape : best.logScale - slope;
  const unit = direction === 'shape' ? 0 : sample.logUnit;
  const limit = (side: -1 | 1): number | null => {
    const found = profileLimit(sample, best, direction, side * Z_95 * error, HALF_CHI_SQUARE_95);
    return found === null ? null : finite(Math.exp(found + unit));
  };
  return {
    estimate: Math.exp(centre + unit),
    ci_low: limit(-1),
    ci_high: limit(1),
    wald: [finite(Math.exp(centre + unit - Z_95 * error)), finite(Math.exp(centre + unit + Z_95 * error))],
  };
}

const finite = (x: number): number | null => (Number.isFinite(x) && x > 0 ? x : null);
