// Everything said about one set of life data: survival curve, causes, Weibull fit or what stands in for it, and warnings.
import { aalenJohansen, type IncidencePoint } from './aalenJohansen.ts';
import { aicOf, constantHazardP, fitExponential, type ModelFit, shareOutsideBand } from './fitQuality.ts';
import { kaplanMeier, type SurvivalPoint } from './kaplanMeier.ts';
import { countFailures, countRows, type LifeRow, modesOf, onlyMode, overlap } from './lifeRow.ts';
import { fitLimitedFailure, type LimitedFailureFit } from './limitedFailure.ts';
import { turnbull } from './turnbull.ts';
import { fitWeibayes, type WeibayesFit } from './weibayes.ts';
import { fitWeibull, MIN_FAILURES, type WeibullFit } from './weibullFit.ts';

export const LIFE_WARNINGS = [
  'no_failures',
  'too_few_failures',
  'no_maximum',
  'weibayes_shape_ignored',
  'sub_population',
  'turnbull_curve',
  'incidence_at_interval_ends',
  'poor_fit',
  'limit_missing',
  'risk_set_emptied',
] as const;
export type LifeWarning = (typeof LIFE_WARNINGS)[number];

export interface LifeAnalysis {
  readonly n: number;
  readonly failures: number;
  readonly weibull: WeibullFit | null;
  readonly weibayes: WeibayesFit | null;
  readonly limited: LimitedFailureFit | null;
  /** Kaplan–Meier; with interval-censored failures Turnbull’s curve. */
  readonly curve: readonly SurvivalPoint[];
  readonly incidence: ReadonlyMap<string, readonly IncidencePoint[]>;
  readonly byMode: ReadonlyMap<string, WeibullFit | null>;
  readonly models: readonly (ModelFit & { readonly model: 'exponential' | 'weibull' | 'limited_failure_population' })[];
  readonly constant_hazard_p: number | null;
  readonly outside_band: number | null;
  readonly exact_failures: number;
  readonly interval_failures: number;
  readonly truncated: boolean;
  readonly warnings: readonly LifeWarning[];
}

export interface LifeOptions {
  /** Shape for Weibayes, used with fewer than three failures. */ readonly weibayesShape?: number | null;
}

export function analyseLife(rows: readonly LifeRow[], options: LifeOptions = {}): LifeAnalysis {
  const failures = countFailures(rows);
  const weibull = fitWeibull(rows);
  const shape = options.weibayesShape ?? null;
  const limited = weibull === null ? null : fitLimitedFailure(rows, weibull.log_likelihood);
  const exponential = fitExponential(rows);
  const modes = modesOf(rows);
  const interval = countFailures(rows.filter((row) => row.lower !== null));
  const found = {
    n: countRows(rows),
    failures,
    weibull,
    weibayes: failures < MIN_FAILURES && shape !== null && rows.length > 0 ? fitWeibayes(rows, shape) : null,
    limited,
    curve: interval > 0 ? turnbull(rows) : kaplanMeier(rows),
    incidence: modes.length > 0 ? aalenJohansen(rows) : new Map<string, IncidencePoint[]>(),
    byMode: new Map(modes.length > 1 ? modes.map((mode) => [mode, fitWeibull(onlyMode(rows, mode))]) : []),
    models: modelsOf(exponential, weibull, limited),
    constant_hazard_p: weibull === null || exponential === null ? null : constantHazardP(weibull.log_likelihood, exponential.log_likelihood),
    outside_band: weibull === null || overlap(rows) ? null : shareOutsideBand(kaplanMeier(rows), weibull.shape.estimate, weibull.scale.estimate),
    exact_failures: failures - interval,
    interval_failures: interval,
    truncated: rows.some((row) => row.entry > 0),
  };
  return { ...found, warnings: warningsOf(found, shape !== null) };
}

/** More of the curve's points than this outside their own 95 % band: the line does not describe the data. */
const POOR_FIT = 0.1;

function warningsOf(found: Omit<LifeAnalysis, 'warnings'>, shapeGiven: boolean): LifeWarning[] {
  const { weibull, curve } = found;
  const limits = weibull === null ? [] : [weibull.shape, weibull.scale, weibull.b1, weibull.b5, weibull.b10, weibull.b50];
  const holds: Record<LifeWarning, boolean> = {
    no_failures: found.failures === 0,
    too_few_failures: found.failures > 0 && found.failures < MIN_FAILURES,
    no_maximum: found.failures >= MIN_FAILURES && weibull === null,
    weibayes_shape_ignored: shapeGiven && found.failures >= MIN_FAILURES,
    sub_population: found.limited !== null,
    turnbull_curve: found.interval_failures > 0,
    incidence_at_interval_ends: found.interval_failures > 0 && found.incidence.size > 0,
    poor_fit: (found.outside_band ?? 0) > POOR_FIT,
    limit_missing: limits.some(({ ci_low, ci_high }) => ci_low === null || ci_high === null),
    risk_set_emptied: curve.slice(0, -1).some(({ survival }) => survival === 0),
  };
  return LIFE_WARNINGS.filter((warning) => holds[warning]);
}

function modelsOf(exponential: ModelFit | null, weibull: WeibullFit | null, limited: LimitedFailureFit | null): LifeAnalysis['models'] {
  const model = (name: LifeAnalysis['models'][number]['model'], logLikelihood: number, parameters: number) => ({
    model: name,
    log_likelihood: logLikelihood,
    parameters,
    aic: aicOf(logLikelihood, parameters),
  });
  return [
    ...(exponential === null ? [] : [model('exponential', exponential.log_likelihood, 1)]),
    ...(weibull === null ? [] : [model('weibull', weibull.log_likelihood, 2)]),
    ...(limited === null ? [] : [model('limited_failure_population', limited.log_likelihood, 3)]),
  ];
}
