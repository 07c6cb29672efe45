// Running totals of cohort_days by signal, day and model, so that any period is a few contiguous reads. A day counted anew changes the rows of its models to the
// end of the month, and one month.
import { sql } from 'kysely';
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
export interface DayInMonth {
  readonly before: Day | null;
  readonly onward: readonly Day[];
}

/** Makes sure that the day has rows of these signals: as far as every model had come the day before. Each signal in a transaction of its own. */
export async function openDay(ctx: Ctx, day_on: Day, signals: readonly string[]): Promise<void> {
  await inTurns(
    ctx,
    signals,
    async (ctx, some) => {
      for (const signal of some) {
        const { before, onward } = await placeOf(ctx, signal, day_on);
        if (before === null || onward[0] === day_on) continue;
        await sql`insert into signal_totals (signal, day_on, model_id, devices, device_days, episodes, events)
          select signal, ${day_on}, model_id, 0, device_days, episodes, events from signal_totals where signal = ${signal} and day_on = ${before}`.execute(
          ctx.db,
        );
      }
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
  for (const signal of signals) {
    const place = await placeOf(ctx, signal, day_on);
    const stored = await storedDay(ctx, signal, day_on, place.before, model_ids);
    const steps = model_ids.flatMap((model_id) => stepOf(sums.get(keyOf({ signal, model_id })) ?? { signal, model_id, ...NOTHING }, stored));
    await addSteps(ctx, day_on, place.onward[0] === day_on ? place.onward : [day_on, ...place.onward], steps);
  }
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

// One look-up in the key for each day that has rows.
async function placeOf(ctx: Ctx, signal: string, day_on: Day): Promise<DayInMonth> {
  const [first, next] = [firstOfMonth(day_on), nextMonth(day_on)];
  const { rows } = await sql<{ day_on: Day }>`with recursive known (day_on) as (
      select min(day_on) from signal_totals where signal = ${signal} and day_on >= ${day_on} and day_on < ${next}
      union all
      select (select min(t.day_on) from signal_totals t where t.signal = ${signal} and t.day_on > known.day_on and t.day_on < ${next}) from known where known.day_on is not null
    ) select day_on from known where day_on is not null order by day_on`.execute(ctx.db);
  const before = await ctx.db
    .selectFrom('signal_totals')
    .select((eb) => eb.fn.max<Day | null>('day_on').as('day_on'))
    .where('signal', '=', signal)
    .where('day_on', '>=', first)
    .where('day_on', '<', day_on)
    .executeTakeFirst();
  return { before: before?.day_on ?? null, onward: rows.map((row) => row.day_on) };
}

interface Stored {
  readonly on: ReadonlyMap<string, SignalTotalRow>;
  readonly before: ReadonlyMap<string, SignalTotalRow>;
}

async function storedDay(ctx: Ctx, signal: string, day_on: Day, before: Day | null, model_ids: readonly string[]): Promise<Stored> {
  const rowsOf = async (day: Day) =>
    new Map(
      (
        await ctx.db
          .selectFrom('signal_totals')
          .selectAll()
          .where('signal', '=', signal)
          .where('day_on', '=', day)
          .where(sql<boolean>`model_id in ${amongTexts(ctx.db, model_ids)}`)
          .execute()
      ).map((row) => [row.model_id, row]),
    );
  return { on: await rowsOf(day_on), before: before === null ? new Map() : await rowsOf(before) };
}

/** What a day has to change by; nothing when the totals say it already. */
function stepOf(sum: DaySum, { on, before }: Stored): DaySum[] {
  const now = on.get(sum.model_id);
  const then = now === undefined ? undefined : before.get(sum.model_id);
  const step = {
    devices: sum.devices - (now?.device_days ?? 0) + (then?.device_days ?? 0),
    episodes: sum.episodes - (now?.episodes ?? 0) + (then?.episodes ?? 0),
    events: sum.events - (now?.events ?? 0) + (then?.events ?? 0),
  };
  return step.devices === 0 && step.episodes === 0 && step.events === 0 ? [] : [{ ...sum, ...step }];
}

async function addSteps(ctx: Ctx, day_on: Day, onward: readonly Day[], steps: readonly DaySum[]): Promise<void> {
  const rows = onward.flatMap((day) =>
    steps.map(({ devices, ...step }): SignalTotalRow => ({ day_on: day, ...step, devices: day === day_on ? devices : 0, device_days: devices })),
  );
  const added = ['device_days', 'episodes', 'events'];
  await insertMany(ctx.db, 'signal_totals', rows, `on conflict (signal, day_on, model_id) do update set ${sumsOf('signal_totals', ['devices', ...added])}`);
  const months = steps.map(({ devices, ...step }) => ({ month_on: firstOfMonth(day_on), ...step, device_days: devices }));
  await insertMany(ctx.db, 'signal_months', months, `on conflict (signal, month_on, model_id) do update set ${sumsOf('signal_months', added)}`);
  for (const { signal, model_id } of steps.filter(({ devices }) => devices < 0)) await forgetUnheard(ctx, day_on, onward, signal, model_id);
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
