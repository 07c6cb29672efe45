// The weeks of a period for the models that are shown: whether a rate is rising.
import { sql } from 'kysely';
import { groupBy } from '../core/groupBy.ts';
import { addDays, type Day, daysBetween } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { amongTexts } from '../db/dialect.ts';
import type { HealthPeriod } from './healthInputs.ts';
import { firstOfMonth } from './signalTotals.ts';

/** Longer periods show their last weeks. */
const MOST_WEEKS = 26;
const WEEK = 7;

/** Episodes per 1,000 device-days of each week, the last one ending with the period; null where nothing was reported. */
export type Trend = readonly (number | null)[];

/** By signal and model. */
export type Trends = ReadonlyMap<string, ReadonlyMap<string, Trend>>;

/** Cost: a look-up in the key for each model and day of the period, and of what is before it in its first month. */
export async function weeklyTrends(ctx: Ctx, signal: string, { from_on, to_on }: HealthPeriod, model_ids: readonly string[]): Promise<Map<string, Trend>> {
  const weeks = Math.min(MOST_WEEKS, Math.floor(daysBetween(from_on, to_on) / WEEK));
  if (weeks === 0 || model_ids.length === 0) return new Map();
  const first = addDays(to_on, -weeks * WEEK);
  // Days and models by name: a range of days would read every model of them.
  const start = firstOfMonth(first);
  const days = Array.from({ length: daysBetween(start, to_on) }, (_, i) => addDays(start, i));
  const { rows } = await sql<Reached>`select model_id, day_on, devices, episodes from signal_totals
    where signal = ${signal} and day_on in ${amongTexts(ctx.db, days)} and model_id in ${amongTexts(ctx.db, model_ids)} order by day_on`.execute(ctx.db);
  const before = daysBetween(start, first);
  const weekOf = new Map(days.map((day, i) => [day, Math.floor((i - before) / WEEK)]));
  return new Map([...groupBy(rows, (row) => row.model_id)].map(([model_id, reached]) => [model_id, trendOf(reached, weekOf, weeks)]));
}

interface Reached {
  readonly model_id: string;
  readonly day_on: Day;
  readonly devices: number;
  readonly episodes: number;
}

/** Totals begin anew with each month: a day has what it has more than the one before it. */
function trendOf(days: readonly Reached[], weekOf: ReadonlyMap<Day, number>, weeks: number): Trend {
  const sums = Array.from({ length: weeks }, () => ({ device_days: 0, episodes: 0 }));
  for (const [i, { day_on, devices, episodes }] of days.entries()) {
    const before = days[i - 1];
    const base = before !== undefined && firstOfMonth(before.day_on) === firstOfMonth(day_on) ? Number(before.episodes) : 0;
    const week = sums[weekOf.get(day_on) ?? -1];
    if (week === undefined) continue;
    week.device_days += Number(devices);
    week.episodes += Number(episodes) - base;
  }
  return sums.map(({ device_days, episodes }) => (device_days > 0 ? (episodes / device_days) * 1000 : null));
}
