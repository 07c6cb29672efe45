// The scan: counts the days that changed, then asks of every model whether it reports more than it should. Nightly, and on demand.

import { allow } from '../core/actor.ts';
import { addDays, type Day, dayNumber } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { eBenjaminiHochberg } from '../stats/evalue.ts';
import { countDay, countEpisodesOf } from './countDay.ts';
import { budgetsOf, design, evidenceAt, streamsOf } from './detector.ts';
import { EPISODE_DAYS } from './episodes.ts';
import { type AlertEvidence, explain } from './evidence.ts';
import { type ModelPast, type Past, readModel, readPast } from './past.ts';
import { type Found, raiseAlert, raisePlatformAlert, settleQuiet } from './raise.ts';
import { alertThreshold, levelOf, PLATFORM_FACTOR } from './rules.ts';
import { ensureSignals } from './starters.ts';
import type { SignalRow } from './table.ts';

export interface Scanned {
  readonly days_counted: number;
  readonly scanned_on: Day | null;
  readonly models: number;
  readonly raised: readonly string[];
  readonly above: number;
}

/** Reports written a moment before the last look may have been committed after it. */
const OVERLAP_MS = 120_000;
/** Days a first scan goes back. */
const MOST_DAYS = 800;

/** Looks at the days up to yesterday. A day costs in proportion to itself; late reports re-open the days they belong to. */
export async function scanCohorts(ctx: Ctx): Promise<Scanned> {
  allow(ctx, 'alert:write');
  await ensureSignals(ctx);
  const signals = await liveSignals(ctx);
  const counted = await countChangedDays(ctx, signals);
  const last = addDays(today(ctx), -1);
  const past = await readPast(ctx.db, last, signals);
  if (past === null) return { days_counted: counted, scanned_on: null, models: 0, raised: [], above: 0 };
  const findings = await judgeModels(ctx, past, await budgetOf(ctx));
  const raised: string[] = [];
  for (const found of findings) {
    const id = await raiseAlert(ctx, past, found, last);
    if (id !== null) raised.push(id);
  }
  for (const [index, signal] of signals.entries()) {
    const factor = past.expectation.factor(index, past.days - 1);
    const id = signal.kind === 'network' && factor >= PLATFORM_FACTOR ? await raisePlatformAlert(ctx, signal, factor, last) : null;
    if (id !== null) raised.push(id);
  }
  await settleQuiet(ctx, last);
  await ctx.db.updateTable('alert_progress').set({ scanned_on: last }).where('id', '=', 'one').execute();
  return { days_counted: counted, scanned_on: last, models: past.model_ids.length, raised, above: findings.length };
}

export const liveSignals = (ctx: Ctx): Promise<SignalRow[]> =>
  ctx.db.selectFrom('signals').selectAll().where('retired_at', 'is', null).orderBy('code').execute();

async function budgetOf(ctx: Ctx): Promise<number> {
  const row = await ctx.db.selectFrom('alert_progress').select('false_alerts_per_1000_model_months').where('id', '=', 'one').executeTakeFirstOrThrow();
  return row.false_alerts_per_1000_model_months;
}

/** Counts the closed days in which anything changed since the last look, and re-counts the episodes of days that follow a changed one. */
async function countChangedDays(ctx: Ctx, signals: readonly SignalRow[]): Promise<number> {
  const progress = await ctx.db.selectFrom('alert_progress').select('changes_read_at').where('id', '=', 'one').executeTakeFirstOrThrow();
  const changed = await changedDays(ctx, progress.changes_read_at - OVERLAP_MS);
  const following = new Set<Day>();
  for (const day of changed) {
    if (!(await countDay(ctx, day, signals))) continue;
    for (let next = 1; next < EPISODE_DAYS; next += 1) following.add(addDays(day, next));
  }
  const known = await ctx.db
    .selectFrom('alert_days')
    .select('day_on')
    .distinct()
    .where('day_on', '>=', changed[0] ?? '9999')
    .execute();
  for (const { day_on } of known) if (following.has(day_on) && !changed.includes(day_on)) await countEpisodesOf(ctx, day_on, signals);
  await ctx.db.updateTable('alert_progress').set({ changes_read_at: ctx.now }).where('id', '=', 'one').execute();
  return changed.length;
}

async function changedDays(ctx: Ctx, since: number): Promise<Day[]> {
  const [last, first] = [addDays(today(ctx), -1), addDays(today(ctx), -MOST_DAYS)];
  const { db } = ctx;
  const [reports, returns, cases] = await Promise.all([
    db.selectFrom('device_days').select('day_on').distinct().where('changed_at', '>', since).execute(),
    db.selectFrom('return_units').select('returned_on as day_on').distinct().where('updated_at', '>', since).where('returned_on', 'is not', null).execute(),
    db.selectFrom('cases').select('opened_at').where('opened_at', '>', since).where('initiated_by', 'in', ['customer', 'partner']).execute(),
  ]);
  const caseDays = cases.map((row) => dayAt(ctx, row.opened_at));
  const days = new Set([...reports, ...returns].flatMap((row) => (row.day_on === null ? [] : [row.day_on])).concat(caseDays));
  // A day on which everybody fell silent has no rows of its own: it follows the last that has.
  for (const day of [...days]) if (addDays(day, 1) <= last) days.add(addDays(day, 1));
  return [...days].filter((day) => day <= last && day >= first).sort();
}

const dayAt = (ctx: Ctx, at: number): Day => today({ ...ctx, now: at });

/** Every model above the watch level, with what it has to say. */
async function judgeModels(ctx: Ctx, past: Past, budget: number): Promise<Found[]> {
  const threshold = alertThreshold(budget);
  const above: Pick<Found, 'model_id' | 'statistic' | 'evidence' | 'statisticWithout'>[] = [];
  for (const model_id of past.model_ids) {
    const model = await readModel(ctx.db, past, model_id);
    const budgets = budgetsOf(model.cohorts.map((cohort) => cohort.kind));
    const streams = streamsOf(model.series, model.shapes, past.days);
    const evidence = evidenceAt(streams, past.days - 1, model.shapes, budgets);
    if (levelOf(evidence.statistic, threshold, false) === null) continue;
    const explained = explain(past, model, streams, evidence, budgets, threshold);
    if (explained !== null)
      above.push({ model_id, statistic: evidence.statistic, evidence: explained, statisticWithout: withoutDays(past, model, budgets, explained) });
  }
  const window = Math.min(design.window_days, past.days);
  const actNow = new Set(
    eBenjaminiHochberg(
      above.map((one) => one.statistic / window),
      ACT_NOW_RATE,
      past.model_ids.length,
    ),
  );
  return above.map((one, index) => ({ ...one, threshold, level: levelOf(one.statistic, threshold, actNow.has(index)) ?? 'watch' }));
}

/** What the statistic would be had some episodes of the leading signal not happened, in the model and in the leading cohort. */
function withoutDays(past: Past, model: ModelPast, budgets: readonly number[], { signal, cohort }: AlertEvidence): (days: readonly Day[]) => number {
  const leading = past.signals.findIndex((one) => one.code === signal);
  return (days) => {
    const series = model.series.map((row, index) =>
      row.map((one, s) => {
        const at = model.cohorts[index];
        if (s !== leading || (index > 0 && (at?.kind !== cohort.kind || at.value !== cohort.value))) return one;
        const events = Float64Array.from(one.events);
        for (const day of days) {
          const place = dayNumber(day) - dayNumber(past.first_on);
          events[place] = Math.max(0, (events[place] ?? 0) - 1);
        }
        return { ...one, events };
      }),
    );
    return evidenceAt(streamsOf(series, model.shapes, past.days), past.days - 1, model.shapes, budgets).statistic;
  };
}

/** False discovery rate of the act-now list. */
const ACT_NOW_RATE = 0.1;
