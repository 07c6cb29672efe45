// Empirical-Bayes shrinkage of many Poisson rates towards their common gamma distribution (after DuMouchel 1999, with a single gamma component).
import { digamma, gammaQuantile, logGamma, trigamma } from './gamma.ts';

/** λ ~ Gamma(shape, rate); its mean is shape/rate. */
export interface GammaPrior {
  readonly shape: number;
  readonly rate: number;
}

export interface CountInExposure {
  readonly count: number;
  readonly exposure: number;
}

export interface ShrunkenRate {
  readonly mean: number;
  readonly p05: number;
  readonly p95: number;
}

const MAX_STEPS = 200;
/** Newton converges quadratically: the step after one this small changes nothing that could be shown. Rounding alone moves a flat maximum by less. */
const SMALLEST_MOVE = 2e-8;
/** Above this the counts show no heterogeneity at all; the shape is kept finite so that a posterior keeps a width. */
const MAX_SHAPE = 1000;
const MIN_SHAPE = 1e-3;
/** With fewer groups there is nobody to borrow strength from. */
const MIN_GROUPS = 3;

/**
 * Maximum likelihood of the negative-binomial marginal of the counts, by damped Newton steps on (log shape, log mean). Null when fewer than three
 * groups have exposure or none has a failure.
 */
export function fitGammaPrior(groups: readonly CountInExposure[]): GammaPrior | null {
  const used = groups.filter(({ exposure }) => exposure > 0);
  const total = used.reduce((sum, { count }) => sum + count, 0);
  const exposure = used.reduce((sum, group) => sum + group.exposure, 0);
  if (used.length < MIN_GROUPS || total === 0) return null;
  const alike = alikeByCount(used);
  let point = startOf(used, total / exposure);
  let here = marginal(alike, point);
  let damping = 0;
  for (let step = 0; step < MAX_STEPS; step++) {
    const move = newtonMove(here, Math.exp(point.logShape), damping);
    const next = { logShape: clampShape(point.logShape + bounded(move.shape)), logMean: point.logMean + bounded(move.mean) };
    const there = marginal(alike, next);
    if (there.value >= here.value - 1e-12 * Math.abs(here.value)) {
      const done = Math.abs(next.logShape - point.logShape) < SMALLEST_MOVE && Math.abs(next.logMean - point.logMean) < SMALLEST_MOVE;
      point = next;
      here = there;
      damping = damping < 1e-6 ? 0 : damping / 10;
      if (done) break;
    } else {
      damping = Math.max(1e-3, damping * 10);
      if (damping > 1e12) break;
    }
  }
  const shape = Math.exp(point.logShape);
  return { shape, rate: shape / Math.exp(point.logMean) };
}

/**
 * Posterior mean and 5 % and 95 % quantiles of each group's rate, per unit of exposure; null where there is no exposure. Without a prior each group
 * stands alone with Jeffreys' Gamma(½, 0), so that a table of one row still has an order.
 */
export function shrinkRates(groups: readonly CountInExposure[], prior: GammaPrior | null): (ShrunkenRate | null)[] {
  const { shape, rate } = prior ?? { shape: 0.5, rate: 0 };
  const quantiles = new Map<number, { p05: number; p95: number }>();
  return groups.map(({ count, exposure }) => {
    if (!(exposure > 0)) return null;
    const posterior = shape + count;
    let unit = quantiles.get(posterior);
    if (unit === undefined) {
      unit = { p05: gammaQuantile(posterior, 0.05), p95: gammaQuantile(posterior, 0.95) };
      quantiles.set(posterior, unit);
    }
    return { mean: posterior / (rate + exposure), p05: unit.p05 / (rate + exposure), p95: unit.p95 / (rate + exposure) };
  });
}

/** Exposures of the groups with so many failures: what depends on the count alone is worked out once for all of them. */
interface Alike {
  readonly count: number;
  readonly exposures: readonly number[];
}
interface Point {
  readonly logShape: number;
  readonly logMean: number;
}

function alikeByCount(groups: readonly CountInExposure[]): Alike[] {
  const exposures = new Map<number, number[]>();
  for (const { count, exposure } of groups) {
    const known = exposures.get(count);
    if (known === undefined) exposures.set(count, [exposure]);
    else known.push(exposure);
  }
  return [...exposures].map(([count, of]) => ({ count, exposures: of }));
}

// By moments: Var f = mE + (mE)²/a.
function startOf(groups: readonly CountInExposure[], mean: number): Point {
  let [excess, square] = [0, 0];
  for (const { count, exposure } of groups) {
    const expected = mean * exposure;
    excess += (count - expected) ** 2 - expected;
    square += expected * expected;
  }
  const shape = excess > 0 ? Math.max(0.05, Math.min(50, square / excess)) : 1;
  return { logShape: Math.log(shape), logMean: Math.log(mean) };
}

interface Marginal {
  readonly value: number;
  readonly slopeA: number;
  readonly slopeM: number;
  readonly curveA: number;
  readonly curveM: number;
  readonly cross: number;
}

// ℓ = Σ log Γ(a+f) − log Γ(a) + a log(a/(a+mE)) + f log(mE/(a+mE)), without the terms free of the parameters, and its derivatives in a and log m: one
// logarithm a group.
function marginal(alike: readonly Alike[], point: Point): Marginal {
  const a = Math.exp(point.logShape);
  const m = Math.exp(point.logMean);
  const [atZero, psi, psiPrime] = [logGamma(a), digamma(a), trigamma(a)];
  const logRate = point.logShape - point.logMean;
  let [value, slopeA, slopeM, curveA, curveM, cross] = [0, 0, 0, 0, 0, 0];
  for (const { count: f, exposures } of alike) {
    const n = exposures.length;
    value += n * (logGamma(a + f) - atZero - f * logRate);
    slopeA += n * (digamma(a + f) - psi);
    curveA += n * (trigamma(a + f) - psiPrime);
    for (const exposure of exposures) {
      const mean = m * exposure;
      const s = a + mean;
      const fall = Math.log1p(mean / a);
      value -= (a + f) * fall;
      slopeA += (mean - f) / s - fall;
      curveA += mean / (a * s) + (f - mean) / (s * s);
      slopeM += f - ((a + f) * mean) / s;
      curveM -= ((a + f) * mean * a) / (s * s);
      cross += ((f - mean) * mean) / (s * s);
    }
  }
  return { value, slopeA, slopeM, curveA, curveM, cross };
}

// Newton's step on (log a, log m); where the curvature is not that of a maximum, a damped step along the gradient.
function newtonMove({ slopeA, slopeM, curveA, curveM, cross }: Marginal, a: number, damping: number): { shape: number; mean: number } {
  const g1 = a * slopeA;
  // At its bound the shape stays while the likelihood still rises towards it; the mean alone moves.
  if (a >= MAX_SHAPE * (1 - 1e-9) && g1 > 0) return { shape: 0, mean: -slopeM / (curveM * (1 + damping)) };
  const h11 = a * a * curveA + g1;
  const h12 = a * cross;
  const size = Math.abs(h11) + Math.abs(curveM);
  const isMaximum = h11 < 0 && h11 * curveM - h12 * h12 > 0;
  const d1 = isMaximum ? h11 - damping * size : -(Math.abs(h11) + (damping + 0.1) * size);
  const d2 = isMaximum ? curveM - damping * size : -(Math.abs(curveM) + damping * size);
  const c = isMaximum ? h12 : 0;
  const determinant = d1 * d2 - c * c;
  return { shape: -(d2 * g1 - c * slopeM) / determinant, mean: -(d1 * slopeM - c * g1) / determinant };
}

const bounded = (step: number): number => (Number.isFinite(step) ? Math.max(-2, Math.min(2, step)) : 0);
const clampShape = (logShape: number): number => Math.max(Math.log(MIN_SHAPE), Math.min(Math.log(MAX_SHAPE), logShape));
