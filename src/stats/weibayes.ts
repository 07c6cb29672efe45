// Weibull with a stated shape, for fewer failures than a fit needs (Nelson 1985; Abernethy 2006, "Weibayes").
import { gammaQuantile } from './gamma.ts';
import type { LifeRow } from './lifeRow.ts';
import { countFailures } from './lifeRow.ts';
import { quantileAge } from './weibullFit.ts';

export interface WeibayesFit {
  readonly shape: number;
  readonly failures: number;
  /** Null with no failure: then only the lower bound is known. */
  readonly scale: number | null;
  /** One-sided 95 % lower bound: (2 Σ t^β / χ²(0.95; 2r+2))^(1/β). */
  readonly scale_low: number;
}

const CONFIDENCE = 0.95;

/** Null without any time under observation. An interval-censored failure counts time up to the interval's start, which keeps the bound a lower one. */
export function fitWeibayes(rows: readonly LifeRow[], shape: number): WeibayesFit | null {
  const unit = Math.max(...rows.map((row) => row.time));
  const power = (time: number): number => (time > 0 ? (time / unit) ** shape : 0);
  const total = rows.reduce((sum, { time, lower, failed, count, entry }) => sum + count * (power(failed && lower !== null ? lower : time) - power(entry)), 0);
  if (!(total > 0)) return null;
  const failures = countFailures(rows);
  const scaleAt = (events: number): number => unit * (total / events) ** (1 / shape);
  return { shape, failures, scale: failures === 0 ? null : scaleAt(failures), scale_low: scaleAt(gammaQuantile(failures + 1, CONFIDENCE)) };
}

/** The same bound for the age by which a fraction p has failed. */
export const weibayesQuantile = (fit: WeibayesFit, p: number): { readonly estimate: number | null; readonly low: number } => ({
  estimate: fit.scale === null ? null : quantileAge(fit.shape, fit.scale, p),
  low: quantileAge(fit.shape, fit.scale_low, p),
});
