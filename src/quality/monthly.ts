// Failures per month of a cohort, for the control chart; and the same at a fixed mix of models, so that a change of mix is not read as a change of quality.
import { dayFromNumber, dayNumber } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { type ControlChart, laneyChart } from '../stats/controlChart.ts';
import { directRate } from '../stats/standardise.ts';
import { countBeforeReading } from './count.ts';
import type { RateGroup } from './groups.ts';
import type { CohortFilter, FailureKind } from './inputs.ts';
import { firstDayOf, monthAfter, monthOf } from './months.ts';
import { listRateGroups } from './rateGroups.ts';
import { DAYS_PER_MONTH, failureCount } from './rates.ts';

export interface MonthlyPoint {
  readonly month: string;
  readonly failures: number;
  readonly exposure_days: number;
  /** Per 1,000 device-months, as are the limits; null without exposure. */
  readonly rate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly rules: ControlChart['points'][number]['rules'];
  /** The rate at the mix of models of the whole period. */
  readonly mix_standardised_rate: number | null;
}

export interface MonthlyChart {
  readonly centre: number | null;
  readonly sigma_z: number;
  readonly points: readonly MonthlyPoint[];
}

const PER = 1000;

/** The last `months` complete months and the running one. */
export async function monthlyChart(ctx: Ctx, filter: CohortFilter, kind: FailureKind, months: number): Promise<MonthlyChart> {
  await countBeforeReading(ctx);
  const running = monthOf(today(ctx));
  const names = Array.from({ length: months + 1 }, (_, i) => monthAfter(running, i - months));
  const end = dayNumber(today(ctx)) + 1;
  const byModel: RateGroup[][] = [];
  for (const month of names)
    byModel.push(await listRateGroups(ctx, ['model'], filter, { from: firstDayOf(month), to: Math.min(end, firstDayOf(monthAfter(month))) }));
  const weights = exposureByModel(byModel.flat());
  const periods = byModel.map((groups) => ({
    count: total(groups, (group) => failureCount(group, kind)),
    exposure: total(groups, (group) => group.exposure_days) / DAYS_PER_MONTH / PER,
  }));
  const chart = laneyChart(periods);
  return {
    centre: chart.centre,
    sigma_z: chart.sigma_z,
    points: chart.points.map(({ rate, low, high, rules }, i) => ({
      month: names[i] ?? '',
      failures: periods[i]?.count ?? 0,
      exposure_days: Math.round((periods[i]?.exposure ?? 0) * DAYS_PER_MONTH * PER),
      rate,
      low,
      high,
      rules,
      mix_standardised_rate: atFixedMix(byModel[i] ?? [], weights, kind),
    })),
  };
}

export const monthLabel = (day: number): string => monthOf(dayFromNumber(day));

function exposureByModel(groups: readonly RateGroup[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { key, exposure_days } of groups) weights.set(key.model_id ?? '', (weights.get(key.model_id ?? '') ?? 0) + exposure_days);
  return weights;
}

function atFixedMix(groups: readonly RateGroup[], weights: ReadonlyMap<string, number>, kind: FailureKind): number | null {
  const strata = groups.map((group) => ({ count: failureCount(group, kind), exposure: group.exposure_days / DAYS_PER_MONTH / PER }));
  return (
    directRate(
      strata,
      groups.map(({ key }) => weights.get(key.model_id ?? '') ?? 0),
    )?.rate ?? null
  );
}

const total = (groups: readonly RateGroup[], figureOf: (group: RateGroup) => number): number => groups.reduce((sum, group) => sum + figureOf(group), 0);
