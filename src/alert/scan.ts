// The scan: counts the days that changed, then asks of every model whether it reports more than it should. Nightly, and on demand.

import { allow } from '../core/actor.ts';
import { addDays, type Day } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { findBudget } from './budget.ts';
import { countDay, countEpisodesOf } from './countDay.ts';
import { EPISODE_DAYS } from './episodes.ts';
import { judgeModels } from './judge.ts';
import { findMeasure } from './measures.ts';
import { liveSignals } from './queries.ts';
import { raiseAlert, raisePlatformAlert, settleQuiet } from './raise.ts';
import { refreshIncidents } from './refresh.ts';
import { PLATFORM_FACTOR } from './rules.ts';
import { readLoudPast } from './scanThreads.ts';
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
  const read = await readLoudPast(ctx.db, last, signals);
  if (read === null) return { days_counted: counted, scanned_on: null, models: 0, raised: [], above: 0 };
  const { past, rollouts } = read;
  const findings = await judgeModels(ctx, past, rollouts, await findBudget(ctx));
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
  await refreshIncidents(ctx);
  await ctx.db.updateTable('alert_progress').set({ scanned_on: last }).where('id', '=', 'one').execute();
  return { days_counted: counted, scanned_on: last, models: past.model_ids.length, raised, above: findings.length };
}

/**
 * Counts the closed days in which anything changed since the last look, and re-counts the episodes of days that follow a changed one. Were it cut
 * short, the next look could not tell which days were left to re-count: the first of them is written down until all are done.
 */
async function countChangedDays(ctx: Ctx, signals: readonly SignalRow[]): Promise<number> {
  const progress = await ctx.db
    .selectFrom('alert_progress')
    .select(['changes_read_at', 'recount_from_on', 'events_read_no'])
    .where('id', '=', 'one')
    .executeTakeFirstOrThrow();
  const events = await newEvents(ctx, signals, Number(progress.events_read_no));
  const changed = await changedDays(ctx, progress.changes_read_at - OVERLAP_MS, events.days);
  const left = progress.recount_from_on;
  const first = [left, changed[0] ?? null].filter((day) => day !== null).sort()[0];
  if (first === undefined) return 0;
  await ctx.db.updateTable('alert_progress').set({ recount_from_on: first }).where('id', '=', 'one').execute();
  const following = new Set<Day>();
  for (const day of changed) {
    if (!(await countDay(ctx, day, signals))) continue;
    for (let next = 1; next < EPISODE_DAYS; next += 1) following.add(addDays(day, next));
  }
  const known = await ctx.db.selectFrom('alert_days').select('day_on').distinct().where('day_on', '>=', first).execute();
  for (const { day_on } of known)
    if (!changed.includes(day_on) && (following.has(day_on) || (left !== null && day_on >= left))) await countEpisodesOf(ctx, day_on, signals);
  await ctx.db
    .updateTable('alert_progress')
    .set({ changes_read_at: ctx.now, recount_from_on: null, events_read_no: events.last_no })
    .where('id', '=', 'one')
    .execute();
  return changed.length;
}

/** Days of the events that came since the last look, where a signal counts events. They are numbered as they are stored. */
async function newEvents(ctx: Ctx, signals: readonly SignalRow[], since_no: number): Promise<{ days: Day[]; last_no: number }> {
  const newest = await ctx.db
    .selectFrom('telemetry_events')
    .select(({ fn }) => fn.max('event_no').as('event_no'))
    .executeTakeFirst();
  const last_no = Number(newest?.event_no ?? since_no);
  if (!signals.some((signal) => findMeasure(signal.measure)?.event !== undefined)) return { days: [], last_no };
  const rows = await ctx.db.selectFrom('telemetry_events').select('reported_at').where('event_no', '>', since_no).where('event_no', '<=', last_no).execute();
  return { days: [...new Set(rows.map((row) => dayAt(ctx, Number(row.reported_at))))], last_no };
}

async function changedDays(ctx: Ctx, since: number, more: readonly Day[]): Promise<Day[]> {
  const [last, first] = [addDays(today(ctx), -1), addDays(today(ctx), -MOST_DAYS)];
  const { db } = ctx;
  const [reports, returns, cases] = await Promise.all([
    db.selectFrom('device_days').select('day_on').distinct().where('changed_at', '>', since).execute(),
    db.selectFrom('return_units').select('returned_on as day_on').distinct().where('updated_at', '>', since).where('returned_on', 'is not', null).execute(),
    db.selectFrom('cases').select('opened_at').where('opened_at', '>', since).where('initiated_by', 'in', ['customer', 'partner']).execute(),
  ]);
  const caseDays = cases.map((row) => dayAt(ctx, row.opened_at));
  const days = new Set([...reports, ...returns].flatMap((row) => (row.day_on === null ? [] : [row.day_on])).concat(caseDays, more));
  // A day on which everybody fell silent has no rows of its own: it follows the last that has.
  for (const day of [...days]) if (addDays(day, 1) <= last) days.add(addDays(day, 1));
  return [...days].filter((day) => day <= last && day >= first).sort();
}

const dayAt = (ctx: Ctx, at: number): Day => today({ ...ctx, now: at });
