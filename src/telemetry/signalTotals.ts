// Running totals of cohort_days by signal, day and model, so that any period is a few contiguous reads. A day counted anew changes the rows of its models to the
// end of the month, and one month.
import { sql } from 'kysely';
import { groupBy } from '../core/groupBy.ts';
import { addMonths, type Day } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { amongTexts } from '../db/dialect.ts';
import { insertMany } from '../db/insertMany.ts';
import { inTurns } from '../db/inTurns.ts';
import type { SignalTotalRow } from './table.ts';

/** What the devices of a model told about a signal on one day. */
export type DaySum = Omit<SignalTotalRow, 'day_on' | 'device_days'>;

export const firstOfMonth = (day_on: Day): Day => `${day_on.slice(0, 7)}-01`;
export const nextMonth = (day_on: Day): Day => addMonths(firstOfMonth(day_on), 1);

/** Where a day stands in its month for one signal: the day before it that has rows, and those from it on. */
interface DayInMonth {
  readonly before: Day | null;
  readonly onward: readonly Day[];
}

/** Makes sure that the day has rows of these signals: as far as every model had come the day before. Each signal in a transaction of its own. */
export async function openDay(ctx: Ctx, day_on: Day, signals: readonly string[]): Promise<void> {
  const closed = [...(await placesOf(ctx, day_on, signals))].filter(([, { before, onward }]) => before !== null && onward[0] !== day_on);
  await inTurns(
    ctx,
    closed,
    async (ctx, some) => {
      for (const [signal, { before }] of some)
        await sql`insert into signal_totals (signal, day_on, model_id, devices, device_days, episodes, events)
          select signal, ${day_on}, model_id, 0, device_days, episodes, events from signal_totals where signal = ${signal} and day_on = ${before}
          on conflict do nothing`.execute(ctx.db);
    },
    1,
  );
}

/**
 * Puts what cohort_days says of some models on a day into the totals, in the transaction that changed it there. It compares with what the totals themselves say of the
 * day: doing it twice changes nothing.
 */
export async function addUpDay(ctx: Ctx, day_on: Day, model_ids: readonly string[], signals: readonly string[]): Promise<void> {
  const sums = new Map((await sumDay(ctx, day_on, model_ids)).map((sum) => [keyOf(sum), sum]));
  const places = await placesOf(ctx, day_on, signals);
  const stored = await storedDays(ctx, day_on, places, model_ids);
  const steps = signals.flatMap((signal) =>
    model_ids.flatMap((model_id) => {
      const key = keyOf({ signal, model_id });
      const before = places.get(signal)?.before ?? null;
      return stepOf(sums.get(key) ?? { signal, model_id, ...NOTHING }, stored.get(`${day_on} ${key}`), stored.get(`${before} ${key}`));
    }),
  );
  await addSteps(ctx, day_on, places, steps);
}

/** Takes the day away from the signals that no device tells anything about on it any more. */
export async function closeDay(ctx: Ctx, day_on: Day, signals: readonly string[]): Promise<void> {
  await inTurns(
    ctx,
    signals,
    async (ctx, some) => {
      for (const signal of some) {
        const day = ctx.db.selectFrom('signal_totals').select('model_id').where('signal', '=', signal).where('day_on', '=', day_on);
        if ((await day.where('devices', '>', 0).limit(1).executeTakeFirst()) !== undefined) continue;
        await ctx.db.deleteFrom('signal_totals').where('signal', '=', signal).where('day_on', '=', day_on).execute();
      }
    },
    1,
  );
}

const NOTHING = { devices: 0, episodes: 0, events: 0 };
const keyOf = ({ signal, model_id }: { signal: string; model_id: string }): string => `${signal} ${model_id}`;

/** Of all models when none are named. Cost: one pass over the day's rows of these models. */
export async function sumDay(ctx: Ctx, day_on: Day, model_ids: readonly string[] | null): Promise<DaySum[]> {
  const { rows } = await sql<DaySum>`select signal, model_id, sum(devices) as devices, sum(episodes) as episodes, sum(events) as events
    from cohort_days where day_on = ${day_on} ${model_ids === null ? sql`` : sql`and model_id in ${amongTexts(ctx.db, model_ids)}`}
    group by signal, model_id`.execute(ctx.db);
  return rows.map((row) => ({ ...row, devices: Number(row.devices), episodes: Number(row.episodes), events: Number(row.events) }));
}

/** Of each signal. Cost: a look-up in the key for each day of the month that has rows. */
async function placesOf(ctx: Ctx, day_on: Day, signals: readonly string[]): Promise<Map<string, DayInMonth>> {
  const within = sql`t.day_on >= ${firstOfMonth(day_on)} and t.day_on < ${nextMonth(day_on)}`;
  const { rows } = await sql<{ signal: string; day_on: Day }>`with recursive known (signal, day_on) as (
      select s.value, (select min(t.day_on) from signal_totals t where t.signal = s.value and ${within}) from ${amongTexts(ctx.db, signals)} s
      union all
      select known.signal, (select min(t.day_on) from signal_totals t where t.signal = known.signal and t.day_on > known.day_on and ${within})
      from known where known.day_on is not null
    ) select signal, day_on from known where day_on is not null order by day_on`.execute(ctx.db);
  const days = groupBy(rows, (row) => row.signal);
  return new Map(
    signals.map((signal) => {
      const known = (days.get(signal) ?? []).map((row) => row.day_on);
      return [signal, { before: known.filter((day) => day < day_on).at(-1) ?? null, onward: known.filter((day) => day >= day_on) }];
    }),
  );
}

/** The rows of some models on a day and on the one before it, by day, signal and model. */
async function storedDays(ctx: Ctx, day_on: Day, places: ReadonlyMap<string, DayInMonth>, model_ids: readonly string[]): Promise<Map<string, SignalTotalRow>> {
  const days = new Set([day_on, ...[...places.values()].flatMap(({ before }) => before ?? [])]);
  const rows = await ctx.db
    .selectFrom('signal_totals')
    .selectAll()
    .where(sql<boolean>`signal in ${amongTexts(ctx.db, [...places.keys()])}`)
    .where(sql<boolean>`day_on in ${amongTexts(ctx.db, [...days])}`)
    .where(sql<boolean>`model_id in ${amongTexts(ctx.db, model_ids)}`)
    .execute();
  return new Map(rows.map((row) => [`${row.day_on} ${keyOf(row)}`, row]));
}

/** What a day has to change by; nothing when the totals say it already. */
function stepOf(sum: DaySum, now: SignalTotalRow | undefined, before: SignalTotalRow | undefined): DaySum[] {
  const then = now === undefined ? undefined : before;
  const step = {
    devices: sum.devices - (now?.device_days ?? 0) + (then?.device_days ?? 0),
    episodes: sum.episodes - (now?.episodes ?? 0) + (then?.episodes ?? 0),
    events: sum.events - (now?.events ?? 0) + (then?.events ?? 0),
  };
  return step.devices === 0 && step.episodes === 0 && step.events === 0 ? [] : [{ ...sum, ...step }];
}

async function addSteps(ctx: Ctx, day_on: Day, places: ReadonlyMap<string, DayInMonth>, steps: readonly DaySum[]): Promise<void> {
  const onwardOf = (signal: string): readonly Day[] => [day_on, ...(places.get(signal)?.onward ?? []).filter((day) => day > day_on)];
  const rows = steps.flatMap(({ devices, ...step }) =>
    onwardOf(step.signal).map((day): SignalTotalRow => ({ day_on: day, ...step, devices: day === day_on ? devices : 0, device_days: devices })),
  );
  const added = ['device_days', 'episodes', 'events'];
  await insertMany(ctx.db, 'signal_totals', rows, `on conflict (signal, day_on, model_id) do update set ${sumsOf('signal_totals', ['devices', ...added])}`);
  const months = steps.map(({ devices, ...step }) => ({ month_on: firstOfMonth(day_on), ...step, device_days: devices }));
  await insertMany(ctx.db, 'signal_months', months, `on conflict (signal, month_on, model_id) do update set ${sumsOf('signal_months', added)}`);
  for (const { signal, model_id } of steps.filter(({ devices }) => devices < 0)) await forgetUnheard(ctx, day_on, onwardOf(signal), signal, model_id);
}

const sumsOf = (table: string, columns: readonly string[]): string => columns.map((column) => `${column} = ${table}.${column} + excluded.${column}`).join(', ');

/** A model that nothing is left of before a day of the month has no row on it. */
async function forgetUnheard(ctx: Ctx, day_on: Day, onward: readonly Day[], signal: string, model_id: string): Promise<void> {
  await ctx.db
    .deleteFrom('signal_totals')
    .where('signal', '=', signal)
    .where('day_on', 'in', [...onward])
    .where('model_id', '=', model_id)
    .where('device_days', '=', 0)
    .execute();
  await ctx.db
    .deleteFrom('signal_months')
    .where('signal', '=', signal)
    .where('month_on', '=', firstOfMonth(day_on))
    .where('model_id', '=', model_id)
    .where('device_days', '=', 0)
    .execute();
}
