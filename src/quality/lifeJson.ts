// A life analysis as the API gives it: shapes of the contract, days as the unit, warnings in words.
import { z } from '@hono/zod-openapi';
import { type Bilingual, type Locale, speak } from '../core/words.ts';
import type { LifeAnalysis, LifeWarning } from '../stats/lifeAnalysis.ts';
import { type WeibayesFit, weibayesQuantile } from '../stats/weibayes.ts';
import type { Estimate, WeibullFit } from '../stats/weibullFit.ts';

const Figure = z
  .object({
    estimate: z.number().nullable(),
    ci_low: z.number().nullable(),
    ci_high: z.number().nullable(),
    wald: z.tuple([z.number().nullable(), z.number().nullable()]),
  })
  .openapi('LifeEstimate');

const Weibull = z.object({ shape: Figure, scale_days: Figure, b1_days: Figure, b5_days: Figure, b10_days: Figure, b50_days: Figure }).openapi('WeibullFit');

export const LifeAnalysisJson = z
  .object({
    n: z.int(),
    failures: z.int(),
    /** `mle`, `weibayes` (stated shape; ci_low is a one-sided 95 % bound) or `none`. */
    method: z.string(),
    censoring: z.object({ exact: z.int(), interval: z.int(), right: z.int(), left_truncated: z.boolean() }),
    weibull: Weibull.nullable(),
    log_likelihood: z.number().nullable(),
    /** `kaplan_meier`, or `turnbull` where failures are known by intervals. */
    curve_method: z.enum(['kaplan_meier', 'turnbull']),
    /** The survival curve by `curve_method`. Turnbull's falls somewhere in (lower_days, time_days], by how much is known, and has no pointwise errors. */
    kaplan_meier: z.array(
      z.object({
        time_days: z.number(),
        lower_days: z.number().nullable(),
        survival: z.number(),
        std_error: z.number().nullable(),
        ci_low: z.number().nullable(),
        ci_high: z.number().nullable(),
        at_risk: z.int(),
      }),
    ),
    cumulative_incidence: z.record(
      z.string(),
      z.array(
        z.object({
          time_days: z.number(),
          incidence: z.number(),
          std_error: z.number(),
          ci_low: z.number().nullable(),
          ci_high: z.number().nullable(),
        }),
      ),
    ),
    by_mode: z.record(z.string(), Weibull.nullable()),
    limited_failure_population: z
      .object({
        share: Figure,
        shape: z.number(),
        scale_days: z.number(),
        log_likelihood: z.number(),
        likelihood_ratio: z.number(),
      })
      .nullable(),
    models: z.array(z.object({ model: z.string(), log_likelihood: z.number(), parameters: z.int(), aic: z.number() })),
    /** p-value of a constant hazard (shape 1), by likelihood ratio. */
    constant_hazard_p: z.number().nullable(),
    /** Share of the curve's points whose 95 % band leaves the Weibull line out. */
    share_outside_band: z.number().nullable(),
    warnings: z.array(z.string()),
  })
  .openapi('LifeAnalysis');
export type LifeAnalysisJson = z.output<typeof LifeAnalysisJson>;

const warningWords: Record<LifeWarning, Bilingual> = {
  no_failures: [
    'No failure: nothing can be estimated without a stated shape (weibayes_shape)',
    '故障がないため、形状パラメータ(weibayes_shape)を与えない限り推定できません',
  ],
  too_few_failures: [
    'Fewer than 3 failures: no maximum-likelihood fit; state a shape for Weibayes',
    '故障が3件未満のため最尤推定は行いません。形状を与えると Weibayes で評価します',
  ],
  no_maximum: [
    'The likelihood has no maximum (all failures at one age, or ages that say nothing)',
    '尤度に最大値がありません(故障時期がすべて同じ、または情報不足)',
  ],
  weibayes_shape_ignored: ['weibayes_shape was not used: there are enough failures for a fit', '故障数が十分なため weibayes_shape は使用していません'],
  sub_population: [
    'A defective sub-population fits significantly better: the plain Weibull, its B10 above all, does not describe these units',
    '一部の個体だけが不良である混合モデルの方が有意に適合します。単純ワイブル(特に B10)は実態を表しません',
  ],
  turnbull_curve: [
    'Failures are known only by interval: the survival curve is Turnbull’s, right at the ends of its intervals, without a band; the Weibull fit uses the intervals',
    '故障時期が区間でしか分からないため、生存曲線は Turnbull 推定です(区間の終わりでの値、信頼帯なし)。ワイブル推定も区間として計算しています',
  ],
  incidence_at_interval_ends: [
    'In the curves per failure mode a failure known only by interval stands at the end of it',
    '故障モード別の曲線では、区間でしか分からない故障を区間の終わりに置いています',
  ],
  poor_fit: [
    'The Weibull line leaves the 95 % band of the survival curve: it does not describe the data well',
    'ワイブル曲線が生存曲線の95%帯から外れています。当てはまりは良くありません',
  ],
  limit_missing: [
    'Some limits are null: the data do not bound the quantity on that side',
    '一部の信頼限界は null です。データからはその側の限界が定まりません',
  ],
  risk_set_emptied: [
    'The survival curve falls to 0 while units enter later: too few were at risk at that age',
    '途中で観察中の個体が尽き、生存曲線が0に落ちています(その時期の観察数が不足)',
  ],
};

export const warningText = (warning: LifeWarning, locale: Locale): string => speak(warningWords[warning], locale);

export function lifeAnalysisJson(analysis: LifeAnalysis, locale: Locale): LifeAnalysisJson {
  const { weibull, weibayes, limited } = analysis;
  return {
    n: analysis.n,
    failures: analysis.failures,
    method: weibull !== null ? 'mle' : weibayes !== null ? 'weibayes' : 'none',
    censoring: {
      exact: analysis.exact_failures,
      interval: analysis.interval_failures,
      right: analysis.n - analysis.failures,
      left_truncated: analysis.truncated,
    },
    weibull: weibull !== null ? weibullJson(weibull) : weibayes !== null ? weibayesJson(weibayes) : null,
    log_likelihood: weibull?.log_likelihood ?? null,
    curve_method: analysis.interval_failures > 0 ? 'turnbull' : 'kaplan_meier',
    kaplan_meier: analysis.curve.map(({ time, lower, survival, std_error, ci_low, ci_high, at_risk }) => ({
      time_days: time,
      lower_days: lower,
      survival,
      std_error,
      ci_low,
      ci_high,
      at_risk,
    })),
    cumulative_incidence: Object.fromEntries(
      [...analysis.incidence].map(([mode, points]) => [
        mode,
        points.map(({ time, incidence, std_error, ci_low, ci_high }) => ({ time_days: time, incidence, std_error, ci_low, ci_high })),
      ]),
    ),
    by_mode: Object.fromEntries([...analysis.byMode].map(([mode, fit]) => [mode, fit === null ? null : weibullJson(fit)])),
    limited_failure_population:
      limited === null
        ? null
        : {
            share: { estimate: limited.share, ci_low: limited.share_low, ci_high: limited.share_high, wald: [null, null] },
            shape: limited.shape,
            scale_days: limited.scale,
            log_likelihood: limited.log_likelihood,
            likelihood_ratio: limited.likelihood_ratio,
          },
    models: [...analysis.models],
    constant_hazard_p: analysis.constant_hazard_p,
    share_outside_band: analysis.outside_band,
    warnings: analysis.warnings.map((warning) => warningText(warning, locale)),
  };
}

const figure = ({ estimate, ci_low, ci_high, wald }: Estimate): z.output<typeof Figure> => ({ estimate, ci_low, ci_high, wald: [wald[0], wald[1]] });

const weibullJson = (fit: WeibullFit): z.output<typeof Weibull> => ({
  shape: figure(fit.shape),
  scale_days: figure(fit.scale),
  b1_days: figure(fit.b1),
  b5_days: figure(fit.b5),
  b10_days: figure(fit.b10),
  b50_days: figure(fit.b50),
});

function weibayesJson(fit: WeibayesFit): z.output<typeof Weibull> {
  const bound = (estimate: number | null, low: number | null): z.output<typeof Figure> => ({ estimate, ci_low: low, ci_high: null, wald: [null, null] });
  const quantile = (p: number) => {
    const { estimate, low } = weibayesQuantile(fit, p);
    return bound(estimate, low);
  };
  return {
    shape: bound(fit.shape, null),
    scale_days: bound(fit.scale, fit.scale_low),
    b1_days: quantile(0.01),
    b5_days: quantile(0.05),
    b10_days: quantile(0.1),
    b50_days: quantile(0.5),
  };
}
