// Life analysis of a cohort from our own records, and what it lets expect in the coming months.

import { sql } from 'kysely';
import { dayFromNumber, dayNumber } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { type AgeGroup, type Forecast, forecastFailures, type LifeModel } from '../stats/forecast.ts';
import { analyseLife, type LifeAnalysis } from '../stats/lifeAnalysis.ts';
import type { LifeRow } from '../stats/lifeRow.ts';
import { fitLimitedFailure } from '../stats/limitedFailure.ts';
import { limitedDraws, weibullDraws } from '../stats/parameterDraws.ts';
import { fitWeibull } from '../stats/weibullFit.ts';
import { whereCohort, whereSite } from './cohortSql.ts';
import { countBeforeReading } from './count.ts';
import type { CohortFilter } from './inputs.ts';
import { type LifeQuery, listLifeRows } from './lifeRows.ts';
import { DAYS_PER_MONTH } from './rates.ts';

export interface LifeRequest extends LifeQuery {
  readonly months: number;
  readonly level: number;
  readonly weibayes_shape: number | null;
  /** Days until a replacement ordered today arrives, and the share of such periods in which stock shall suffice. */
  readonly lead_time_days: number;
  readonly service_level: number;
}

export interface CohortForecast {
  readonly model: 'weibull' | 'limited_failure_population';
  readonly units_in_service: number;
  readonly level: number;
  readonly months: readonly { readonly from_on: string; readonly to_on: string; readonly expected: number; readonly low: number; readonly high: number }[];
  readonly total: { readonly expected: number; readonly low: number; readonly high: number };
  /** Units that cover the demand of the lead time at the service level: what the stock policy takes as reorder point. */
  readonly suggested_reorder_point: number;
  readonly lead_time_days: number;
  readonly service_level: number;
}

export interface CohortLife {
  readonly rows: readonly LifeRow[];
  readonly analysis: LifeAnalysis;
  readonly forecast: CohortForecast | null;
}

/** The whole analysis of one cohort; the forecast is null where no fit could be made. */
export async function analyseCohort(ctx: Ctx, request: LifeRequest): Promise<CohortLife> {
  await countBeforeReading(ctx);
  const rows = await listLifeRows(ctx, request);
  const analysis = analyseLife(rows, { weibayesShape: request.weibayes_shape });
  const model = modelOf(rows, analysis);
  return { rows, analysis, forecast: model === null ? null : forecastOf(ctx, request, model, await listAges(ctx, request.filter)) };
}

/** The life model alone, without curves and comparisons; null where no fit could be made. */
export async function fitLifeModel(ctx: Ctx, query: LifeQuery): Promise<NamedModel | null> {
  const rows = await listLifeRows(ctx, query);
  const weibull = fitWeibull(rows);
  return modelOf(rows, { weibull, limited: weibull === null ? null : fitLimitedFailure(rows, weibull.log_likelihood) });
}

/** Ages of the units in service today, in days. */
export async function listAges(ctx: Ctx, filter: CohortFilter): Promise<AgeGroup[]> {
  const now = dayNumber(today(ctx));
  const rows = await sql<{ first_day: number; units: number }>`
    select x.first_day as first_day, count(*) as units from quality_spans x join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id
    where x.from_day <= ${sql.lit(now)} and (x.to_day is null or x.to_day > ${sql.lit(now)}) ${whereCohort(filter)} ${whereSite(filter)} group by x.first_day`.execute(
    ctx.db,
  );
  return rows.rows.map((row) => ({ age: now - Number(row.first_day) + 1, units: Number(row.units) }));
}

/** The model a forecast stands on: the sub-population where it fits better, else the plain Weibull. */
export function modelOf(rows: readonly LifeRow[], { weibull, limited }: Pick<LifeAnalysis, 'weibull' | 'limited'>): NamedModel | null {
  if (limited !== null) return { name: 'limited_failure_population', curve: limited, draw: limitedDraws(limited) };
  return weibull === null
    ? null
    : { name: 'weibull', curve: { shape: weibull.shape.estimate, scale: weibull.scale.estimate }, draw: weibullDraws(rows, weibull) };
}

type NamedModel = LifeModel & { readonly name: CohortForecast['model'] };

function forecastOf(ctx: Ctx, request: LifeRequest, model: NamedModel, ages: readonly AgeGroup[]): CohortForecast {
  const ends = Array.from({ length: request.months }, (_, i) => (i + 1) * DAYS_PER_MONTH);
  const forecast = forecastFailures(model, ages, ends, { level: request.level });
  const lead = forecastFailures(model, ages, [Math.max(1, request.lead_time_days)], { level: request.level });
  const start = dayNumber(today(ctx)) + 1;
  const dayAfter = (days: number): string => dayFromNumber(start + Math.round(days));
  return {
    model: model.name,
    units_in_service: ages.reduce((sum, { units }) => sum + units, 0),
    level: request.level,
    months: forecast.periods.map(({ from, to, expected, low, high }) => ({ from_on: dayAfter(from), to_on: dayAfter(to), expected, low, high })),
    total: totalOf(forecast),
    suggested_reorder_point: lead.countWithin(1, request.service_level),
    lead_time_days: request.lead_time_days,
    service_level: request.service_level,
  };
}

const totalOf = ({ total: { expected, low, high } }: Forecast) => ({ expected, low, high });
