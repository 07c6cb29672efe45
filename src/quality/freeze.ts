// The periodic count: brings running totals up to date, writes closed months once, and revises a closed month that a correction changed.
import { allow } from '../core/actor.ts';
import { groupBy } from '../core/groupBy.ts';
import { dayFromNumber } from '../core/time.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';
import { countChanges, holdCount } from './count.ts';
import {
  changesOf,
  figuresByMonth,
  fingerprintOf,
  firstDayOf,
  isEmptyMonth,
  type MonthFailure,
  monthAfter,
  monthOf,
  monthsThrough,
  stretchDaysThrough,
} from './months.ts';
import type { QualityMonthRow, QualityTotalRow } from './table.ts';

/** A month closes when it has been over for this many days: returns of its last days have arrived by then. */
const CLOSES_AFTER_DAYS = 10;
/** Models looked at in one transaction. */
const MODELS_PER_BATCH = 100;

export interface Frozen {
  readonly counted: number;
  readonly months_written: number;
  readonly months_revised: number;
}

/** Counts what changed, then writes and revises closed months. For jobs/schedule.ts. */
export async function freezeTotals(ctx: Ctx): Promise<Frozen> {
  const counted = await countChanges(ctx);
  const through = lastClosedMonth(ctx);
  const progress = await ctx.db.selectFrom('quality_counts').select('frozen_through').where('id', '=', 'one').executeTakeFirstOrThrow();
  const isNewMonth = progress.frozen_through === null || progress.frozen_through < through;
  const models = await listModels(ctx, !isNewMonth);
  let [months_written, months_revised] = [0, 0];
  for (let i = 0; i < models.length; i += MODELS_PER_BATCH) {
    const result = await freezeMonths(ctx, models.slice(i, i + MODELS_PER_BATCH), through);
    months_written += result.written;
    months_revised += result.revised;
  }
  await ctx.db.updateTable('quality_counts').set({ frozen_through: through }).where('id', '=', 'one').execute();
  return { counted, months_written, months_revised };
}

/** Writes what is missing of these models' closed months, and a further revision where the figures or the failures behind them differ. */
export async function freezeMonths(ctx: Ctx, modelIds: readonly string[], through: string): Promise<{ written: number; revised: number }> {
  allow(ctx, 'quality:read');
  return transaction(ctx, async (ctx) => {
    await holdCount(ctx);
    const latest = await latestRevisions(ctx, modelIds);
    const rows: QualityMonthRow[] = [];
    for (const model_id of modelIds) rows.push(...(await revisionsOf(ctx, model_id, through, latest.get(model_id) ?? new Map())));
    await insertMany(ctx.db, 'quality_months', rows);
    const revised = rows.filter((row) => row.revision > 1);
    await remember(
      ctx,
      ...revised.map((row) => ({
        action: 'failure_rate_month.revised',
        record_kind: 'model',
        record_id: row.model_id,
        reason: row.month,
        change: { revision: row.revision, ...JSON.parse(row.change ?? '{}') },
      })),
    );
    return { written: rows.length - revised.length, revised: revised.length };
  });
}

async function listModels(ctx: Ctx, onlyChanged: boolean): Promise<string[]> {
  const counted = ctx.db.selectFrom('quality_cohorts').select('model_id').where('kind', '=', 'model').orderBy('model_id');
  const rows = await (onlyChanged ? counted.where('recount_at', 'is not', null) : counted).execute();
  return rows.map((row) => row.model_id);
}

/** The last month that closed CLOSES_AFTER_DAYS ago or earlier. */
const lastClosedMonth = (ctx: Ctx): string => monthAfter(monthOf(dayFromNumber(Date.parse(today(ctx)) / 86_400_000 - CLOSES_AFTER_DAYS)), -1);

async function latestRevisions(ctx: Ctx, modelIds: readonly string[]): Promise<Map<string, Map<string, QualityMonthRow>>> {
  if (modelIds.length === 0) return new Map();
  const rows = await ctx.db.selectFrom('quality_months').selectAll().where('model_id', 'in', modelIds).orderBy('revision').execute();
  return new Map([...groupBy(rows, (row) => row.model_id)].map(([model, months]) => [model, new Map(months.map((row) => [row.month, row]))]));
}

async function revisionsOf(ctx: Ctx, model_id: string, through: string, latest: ReadonlyMap<string, QualityMonthRow>): Promise<QualityMonthRow[]> {
  const totals = await listTotals(ctx, model_id, through);
  const firstMonth = [...latest.keys(), ...totals.slice(0, 1).map((row) => monthOf(dayFromNumber(row.day)))].sort()[0];
  if (firstMonth === undefined) return [];
  const months = monthsThrough(firstMonth, through);
  const failures = await ctx.db
    .selectFrom('quality_failures')
    .select(['return_unit_id', 'failed_day', 'finding', 'failure_mode_id', 'component_id'])
    .where('model_id', '=', model_id)
    .where('failed_day', '<', firstDayOf(monthAfter(through)))
    .execute();
  const failuresIn = groupBy<MonthFailure, string>(failures, (failure) => monthOf(dayFromNumber(failure.failed_day)));
  await ctx.db.updateTable('quality_cohorts').set({ recount_at: null }).where('model_id', '=', model_id).where('kind', '=', 'model').execute();
  return [...figuresByMonth(totals, months)].flatMap(([month, figures]): QualityMonthRow[] => {
    const known = latest.get(month);
    const fingerprint = fingerprintOf(figures, failuresIn.get(month) ?? []);
    if (known === undefined ? isEmptyMonth(figures) : known.fingerprint === fingerprint) return [];
    const change = known === undefined ? null : JSON.stringify(changesOf(known, figures));
    return [{ month, model_id, revision: (known?.revision ?? 0) + 1, ...figures, fingerprint, change, frozen_at: ctx.now }];
  });
}

async function listTotals(ctx: Ctx, model_id: string, through: string): Promise<QualityTotalRow[]> {
  const first = await ctx.db
    .selectFrom('quality_totals')
    .select((eb) => eb.fn.min('stretch_day').as('stretch'))
    .where('kind', '=', 'model')
    .executeTakeFirstOrThrow();
  if (first.stretch === null) return [];
  return ctx.db
    .selectFrom('quality_totals')
    .selectAll()
    .where('kind', '=', 'model')
    .where('stretch_day', 'in', stretchDaysThrough('model', Number(first.stretch), Math.max(Number(first.stretch), firstDayOf(monthAfter(through)) - 1)))
    .where('cohort_id', 'in', (eb) => eb.selectFrom('quality_cohorts').select('id').where('kind', '=', 'model').where('model_id', '=', model_id))
    .orderBy('day')
    .execute();
}
