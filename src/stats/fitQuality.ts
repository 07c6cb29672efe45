// Does the Weibull line fit? An honest word beside the numbers.
import type { SurvivalPoint } from './kaplanMeier.ts';
import type { LifeRow } from './lifeRow.ts';
import { chiSquareTail } from './normal.ts';
import { weibullSurvival } from './weibullFit.ts';

export interface ModelFit {
  readonly log_likelihood: number;
  readonly parameters: number;
  /** Akaike's criterion 2k − 2ℓ: lower is better. */
  readonly aic: number;
}

/** Constant hazard: failures over total time. For interval-censored rows the ages are taken at the interval's middle. Null without failures or time. */
export function fitExponential(rows: readonly LifeRow[]): (ModelFit & { readonly mean: number }) | null {
  let failures = 0;
  let time = 0;
  for (const row of rows) {
    failures += row.failed ? row.count : 0;
    time += row.count * (row.time - row.entry);
  }
  if (failures === 0 || !(time > 0) || rows.some((row) => row.failed && row.lower !== null)) return null;
  const logLikelihood = failures * Math.log(failures / time) - failures;
  return { mean: time / failures, log_likelihood: logLikelihood, parameters: 1, aic: aicOf(logLikelihood, 1) };
}

export const aicOf = (logLikelihood: number, parameters: number): number => 2 * parameters - 2 * logLikelihood;

/** p-value of "the shape is 1", by likelihood ratio. */
export const constantHazardP = (weibull: number, exponential: number): number => chiSquareTail(Math.max(0, 2 * (weibull - exponential)));

/** Share of the Kaplan–Meier points whose 95 % band leaves the Weibull curve out; null without points. About 0 for a good fit. */
export function shareOutsideBand(points: readonly SurvivalPoint[], shape: number, scale: number): number | null {
  const banded = points.flatMap(({ time, ci_low, ci_high }) => (ci_low === null || ci_high === null ? [] : [{ time, ci_low, ci_high }]));
  if (banded.length === 0) return null;
  const outside = banded.filter(({ time, ci_low, ci_high }) => {
    const survival = weibullSurvival(shape, scale, time);
    return survival < ci_low || survival > ci_high;
  });
  return outside.length / banded.length;
}
