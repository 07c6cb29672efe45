// Counts the running totals by signal again from cohort_days: at first for a store that is older than they are, and whenever somebody doubts them.
import { sql } from 'kysely';
import { addDays, type Day } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { inTurns } from '../db/inTurns.ts';
import { dailySignals } from './signals.ts';
import { firstOfMonth, nextMonth, sumDay } from './signalTotals.ts';
import type { SignalMonthRow, SignalTotalRow } from './table.ts';

export interface TotalDifference {
  readonly signal: string;
  readonly model_id: string;
  /** A day, or a month as YYYY-MM. */
  readonly on: string;
  readonly kept: string | null;
  readonly recounted: string | null;
}

const MAX_DIFFERENCES = 1000;
const MARK = 'signal_totals';

/** A store whose cohort_days are older than its totals gets them once, from all that is there. Cut short, it begins again. */
export async function ensureTotals(ctx: Ctx): Promise<void> {
  const mark = await ctx.db.selectFrom('ingest_marks').select('mark').where('name', '=', MARK).executeTakeFirst();
  if (mark !== undefined) return;
  await rebuildTotals(ctx);
  await ctx.db
    .insertInto('ingest_marks')
    .values({ name: MARK, mark: ctx.now })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}

/** Writes the recount over the totals; only while cohort_days are not counted elsewhere. Returns the number of rows. */
export async function rebuildTotals(ctx: Ctx): Promise<number> {
  let written = 0;
  for await (const { days, months, signal, on } of recounted(ctx)) {
    await inTurns(ctx, [signal], async (ctx) => {
      await ctx.db.deleteFrom('signal_totals').where('signal', '=', signal).where('day_on', '=', on).execute();
      if (months !== null) await ctx.db.deleteFrom('signal_months').where('signal', '=', signal).where('month_on', '=', firstOfMonth(on)).execute();
    });
    await inTurns(ctx, days, (ctx, some) => insertMany(ctx.db, 'signal_totals', some));
    await inTurns(ctx, months ?? [], (ctx, some) => insertMany(ctx.db, 'signal_months', some));
    written += days.length + (months?.length ?? 0);
  }
  return written;
}

/** Compares the totals with a recount. Days that are being counted meanwhile may show as different. */
export async function verifyTotals(ctx: Ctx): Promise<{ rows: number; differences: TotalDifference[] }> {
  const differences: TotalDifference[] = [];
  let rows = 0;
  for await (const { days, months, signal, on } of recounted(ctx)) {
    const keptDays = await ctx.db.selectFrom('signal_totals').selectAll().where('signal', '=', signal).where('day_on', '=', on).execute();
    compare(signal, on, keptDays, days, differences);
    rows += days.length;
    if (months === null) continue;
    const keptMonths = await ctx.db.selectFrom('signal_months').selectAll().where('signal', '=', signal).where('month_on', '=', firstOfMonth(on)).execute();
    compare(signal, on.slice(0, 7), keptMonths, months, differences);
  }
  return { rows, differences };
}

type Figures = Pick<SignalMonthRow, 'model_id' | 'device_days' | 'episodes' | 'events'> & { devices?: number };

function compare(signal: string, on: string, kept: readonly Figures[], recounted: readonly Figures[], differences: TotalDifference[]): void {
  const [before, after] = [figuresByModel(kept), figuresByModel(recounted)];
  for (const model_id of new Set([...before.keys(), ...after.keys()])) {
    const found = { signal, model_id, on, kept: before.get(model_id) ?? null, recounted: after.get(model_id) ?? null };
    if (found.kept !== found.recounted && differences.length < MAX_DIFFERENCES) differences.push(found);
  }
}

const figuresByModel = (rows: readonly Figures[]): Map<string, string> =>
  new Map(rows.map(({ model_id, devices, device_days, episodes, events }) => [model_id, [devices ?? [], device_days, episodes, events].flat().join(' ')]));

interface RecountedDay {
  readonly signal: string;
  readonly on: Day;
  readonly days: readonly SignalTotalRow[];
  /** On the last day of a month, its totals. */
  readonly months: readonly SignalMonthRow[] | null;
}

/** Every signal on every day of every month that has rows, here or there, as cohort_days tell it. Cost: one pass over them. */
async function* recounted(ctx: Ctx): AsyncGenerator<RecountedDay> {
  for (let month_on = await monthFrom(ctx, '0000-01-01'); month_on !== null; month_on = await monthFrom(ctx, nextMonth(month_on))) {
    const reached = new Map<string, Map<string, SignalMonthRow>>(dailySignals.map(({ code }) => [code, new Map()]));
    for (let on = month_on; on < nextMonth(month_on); on = addDays(on, 1)) {
      const isLast = addDays(on, 1) === nextMonth(month_on);
      const sums = await sumDay(ctx, on, null);
      for (const [signal, models] of reached) {
        const told = new Map(sums.filter((sum) => sum.signal === signal).map((sum) => [sum.model_id, sum]));
        for (const { model_id, devices, episodes, events } of told.values()) {
          const before = models.get(model_id) ?? { device_days: 0, episodes: 0, events: 0 };
          const after = { device_days: before.device_days + devices, episodes: before.episodes + episodes, events: before.events + events };
          models.set(model_id, { signal, month_on, model_id, ...after });
        }
        const days =
          told.size === 0 ? [] : [...models.values()].map(({ month_on: _, ...row }) => ({ day_on: on, ...row, devices: told.get(row.model_id)?.devices ?? 0 }));
        yield { signal, on, days, months: isLast ? [...models.values()] : null };
      }
    }
  }
}

/** The first month from a day on that cohort_days or the totals know. */
async function monthFrom(ctx: Ctx, day_on: Day): Promise<Day | null> {
  const { rows } = await sql<{ day_on: Day | null }>`select min(day_on) as day_on from cohort_days where day_on >= ${day_on}
    union all select min(month_on) from signal_months where month_on >= ${day_on}`.execute(ctx.db);
  const days = rows.flatMap((row) => (row.day_on === null ? [] : [row.day_on])).sort();
  return days[0] === undefined ? null : firstOfMonth(days[0]);
}
