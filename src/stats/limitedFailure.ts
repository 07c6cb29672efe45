// A defective sub-population: only a share p of the units carries the Weibull failure, F(t) = p·(1 − S(t)) (Meeker & Escobar 1998, §11.5).

import { countRows, type LifeRow } from './lifeRow.ts';
import { type LimitedLikelihood, limitedLikelihood } from './limitedLikelihood.ts';
import { HALF_CHI_SQUARE_95 } from './normal.ts';
import { stepToLevel } from './profileStep.ts';
import { solveSymmetric } from './solve.ts';
import { type Covariance, maximise } from './weibullFit.ts';
import { type WeibullSample, weibullSample } from './weibullLikelihood.ts';

export interface LimitedFailureFit {
  /** Share of defective units, with 95 % profile limits; `share_high` is 1 when the data cannot exclude that all are. */
  readonly share: number;
  readonly share_low: number | null;
  readonly share_high: number | null;
  readonly shape: number;
  readonly scale: number;
  readonly log_likelihood: number;
  /** Twice the gain over the plain Weibull. */
  readonly likelihood_ratio: number;
  /** Of (logit share, log scale, log shape). */
  readonly covariance: LimitedCovariance;
}

export interface LimitedCovariance extends Covariance {
  readonly share2: number;
  readonly shareScale: number;
  readonly shareShape: number;
}

/** χ²₁ at 0.90: p = 1 lies on the boundary, so the ratio is half a χ²₁ and this is its 95 % point (Self & Liang 1987). */
export const MIN_LIKELIHOOD_RATIO = 2.705543454095404;

const MIN_FAILURES = 3;
const MAX_STEPS = 100;
/** The first search only has to tell whether a sub-population is worth the exact one: it ends after a few steps, or when one gains less than this. */
const ROUGH_STEPS = 25;
const ROUGH_GAIN = 0.02;
/** How far the likelihood ratio of a rough maximum may lie below that of the exact one. */
const ROUGH_MARGIN = 0.7;

/** The sub-population fit when it beats `plainLogLikelihood` by more than chance allows, else null. */
export function fitLimitedFailure(rows: readonly LifeRow[], plainLogLikelihood: number): LimitedFailureFit | null {
  const sample = weibullSample(rows);
  if (sample.failures < MIN_FAILURES) return null;
  const best = bestOf(rows, sample);
  if (best === null) return null;
  const logLikelihood = best.at.value - sample.exact * sample.logUnit;
  const ratio = 2 * (logLikelihood - plainLogLikelihood);
  if (!(ratio > MIN_LIKELIHOOD_RATIO)) return null;
  const level = best.at.value - HALF_CHI_SQUARE_95;
  const shareAt = (logit: number | null): number | null => (logit === null ? null : 1 / (1 + Math.exp(-logit)));
  return {
    share: 1 / (1 + Math.exp(-best.logit)),
    share_low: shareAt(shareLimit(rows, sample, best, level, -1)),
    share_high: shareAt(shareLimit(rows, sample, best, level, 1)) ?? 1,
    shape: Math.exp(best.v),
    scale: Math.exp(best.u + sample.logUnit),
    log_likelihood: logLikelihood,
    likelihood_ratio: ratio,
    covariance: covarianceOf(best.at),
  };
}

// The inverse of the observed information.
function covarianceOf({ curvature: { pp, pu, pv, uu, uv, vv } }: LimitedLikelihood): LimitedCovariance {
  const information = { a: pp, b: pu, c: pv, d: uu, e: uv, f: vv };
  const [share2, shareScale, shareShape] = solveSymmetric(information, [-1, 0, 0]);
  const [, scale2, cross] = solveSymmetric(information, [0, -1, 0]);
  const [, , shape2] = solveSymmetric(information, [0, 0, -1]);
  return { share2, shareScale, shareShape, scale2, cross, shape2 };
}

interface Point {
  readonly logit: number;
  readonly u: number;
  readonly v: number;
  readonly at: LimitedLikelihood;
}

// Climbs from the plain fit with a share near 1 and from the failures' own fit with the share that failed; keeps the better maximum. When ℓ does not grow as
// the share falls below 1, the plain model is the maximum and the costlier search is spared.
function bestOf(rows: readonly LifeRow[], sample: WeibullSample): Point | null {
  const plain = maximise(sample);
  if (plain !== null && !lessThanAllGains(rows, sample, plain)) return null;
  const own = maximise(weibullSample(rows.filter((row) => row.failed)));
  const share = Math.min(0.95, (1.02 * sample.failures) / countRows(rows));
  const starts = [
    { logit: Math.log(share / (1 - share)), u: own?.logScale ?? 0, v: own?.logShape ?? 0 },
    ...(plain === null ? [] : [{ logit: 2, u: plain.logScale, v: plain.logShape }]),
  ];
  const found = starts.map((start) => climb(rows, sample, start, { rough: true })).filter((point) => point !== null);
  const best = found.reduce<Point | null>((highest, point) => (highest === null || point.at.value > highest.at.value ? point : highest), null);
  const worth = plain === null || (best !== null && 2 * (best.at.value - plain.at.value) > MIN_LIKELIHOOD_RATIO - ROUGH_MARGIN);
  return best === null || !worth ? null : climb(rows, sample, best);
}

// dℓ/dp at p = 1: the failures' count less Σ w(1−S)/S of the survivors.
function lessThanAllGains(rows: readonly LifeRow[], sample: WeibullSample, plain: { readonly logScale: number; readonly logShape: number }): boolean {
  const beta = Math.exp(plain.logShape);
  const odds = (time: number): number => (time > 0 ? Math.expm1(Math.exp(beta * (Math.log(time) - sample.logUnit - plain.logScale))) : 0);
  return rows.reduce((sum, { time, failed, count, entry }) => sum + count * ((failed ? 1 : -odds(time)) + odds(entry)), 0) < 0;
}

/** Newton's steps with Levenberg's damping on (logit share, log scale, log shape), or on the last two with the share held. */
function climb(rows: readonly LifeRow[], sample: WeibullSample, start: Omit<Point, 'at'>, { rough = false, holdShare = false } = {}): Point | null {
  const evaluate = (p: Omit<Point, 'at'>): Point => ({ ...p, at: limitedLikelihood(rows, sample, p.logit, p.u, p.v) });
  let point = evaluate(start);
  let damping = 1e-3;
  for (let step = 0; step < (rough ? ROUGH_STEPS : MAX_STEPS); step++) {
    const [dLogit, du, dv] = moveFrom(point.at, damping, holdShare);
    const next = evaluate({ logit: point.logit + bounded(dLogit), u: point.u + bounded(du), v: point.v + bounded(dv) });
    if (!(next.at.value >= point.at.value - 1e-13 * Math.abs(point.at.value))) {
      damping *= 8;
      if (damping > 1e15) return null;
      continue;
    }
    const gain = next.at.value - point.at.value;
    damping = damping < 1e-9 ? 0 : damping / 10;
    point = next;
    // A share of 1 or an unbounded shape: the plain Weibull is the answer, or there is none.
    if (point.logit > 15 || Math.abs(point.v) > 9) return null;
    if ((rough && gain < ROUGH_GAIN) || Math.max(Math.abs(dLogit), Math.abs(du), Math.abs(dv)) < 1e-8) return point;
  }
  return rough ? point : null;
}

function moveFrom(at: LimitedLikelihood, damping: number, holdShare: boolean): [number, number, number] {
  const [, gu, gv] = at.gradient;
  const { pp, pu, pv, uu, uv, vv } = at.curvature;
  // Held, the share's row and column become those of the identity.
  const held = holdShare ? { pp: -1, pu: 0, pv: 0, g: 0 } : { pp, pu, pv, g: at.gradient[0] };
  const loaded = (value: number): number => value - damping * (Math.abs(value) + 1e-9);
  return solveSymmetric({ a: loaded(held.pp), b: held.pu, c: held.pv, d: loaded(uu), e: uv, f: loaded(vv) }, [-held.g, -gu, -gv]);
}

const MAX_JOINT_STEPS = 25;

// Joint steps to where the profile over the share meets the level, and a search where those do not arrive.
function shareLimit(rows: readonly LifeRow[], sample: WeibullSample, best: Point, level: number, side: -1 | 1): number | null {
  let { logit, u, v, at } = best;
  for (let i = 0; i < MAX_JOINT_STEPS; i++) {
    const { step, move } = jointStep(at, level, side);
    logit += step;
    u += move[0];
    v += move[1];
    if (!(side * (logit - best.logit) > 0 && Math.abs(logit) < 20 && Math.max(Math.abs(move[0]), Math.abs(move[1])) < 3)) break;
    at = limitedLikelihood(rows, sample, logit, u, v);
    if (Math.abs(step) < 1e-8 && Math.max(Math.abs(move[0]), Math.abs(move[1])) < 1e-6) return logit;
  }
  return searchShare(rows, sample, best, level, side);
}

// The share's step to the level along the profile, seen as a quadratic, and what scale and shape do meanwhile.
function jointStep(at: LimitedLikelihood, level: number, side: -1 | 1): { step: number; move: [number, number] } {
  const [gp, gu, gv] = at.gradient;
  const { pp, pu, pv, uu, uv, vv } = at.curvature;
  const determinant = uu * vv - uv * uv;
  if (!(uu < 0 && determinant > 0)) return { step: Number.NaN, move: [0, 0] };
  const solved = (a: number, b: number): [number, number] => [(vv * a - uv * b) / determinant, (uu * b - uv * a) / determinant];
  const [au, av] = solved(gu, gv);
  const [bu, bv] = solved(pu, pv);
  const profile = { value: at.value - (gu * au + gv * av) / 2, slope: gp - (pu * au + pv * av), curve: pp - (pu * bu + pv * bv) };
  const step = stepToLevel(profile, level, side);
  return { step, move: [-(au + bu * step), -(av + bv * step)] };
}

// Walks outward along the profile over the share until the level is crossed, then halves the bracket. Null when the share reaches its boundary first.
function searchShare(rows: readonly LifeRow[], sample: WeibullSample, best: Point, level: number, side: -1 | 1): number | null {
  let inside: Point = best;
  let step = side * 0.3;
  for (let outward = 0; outward < 60; outward++) {
    const next = climb(rows, sample, { ...inside, logit: inside.logit + step }, { holdShare: true });
    if (next === null || Math.abs(next.logit) > 20) return null;
    if (next.at.value < level) return between(rows, sample, inside, next, level);
    inside = next;
    step *= 1.5;
  }
  return null;
}

// Regula falsi with halving (Illinois): the profile is monotone between the two points.
function between(rows: readonly LifeRow[], sample: WeibullSample, above: Point, below: Point, level: number): number {
  let [a, b] = [above.logit, below.logit];
  let [fa, fb] = [above.at.value - level, below.at.value - level];
  let near = above;
  for (let i = 0; i < 60 && Math.abs(a - b) > 1e-8; i++) {
    const logit = (a * fb - b * fa) / (fb - fa);
    const point = climb(rows, sample, { ...near, logit }, { holdShare: true });
    if (point === null) return (a + b) / 2;
    const value = point.at.value - level;
    if (Math.abs(value) < 1e-9) return logit;
    near = point;
    if (value > 0) {
      [a, fa, fb] = [logit, value, fb / 2];
    } else {
      [b, fb, fa] = [logit, value, fa / 2];
    }
  }
  return (a + b) / 2;
}

const bounded = (step: number): number => (Number.isFinite(step) ? Math.max(-3, Math.min(3, step)) : 0);
