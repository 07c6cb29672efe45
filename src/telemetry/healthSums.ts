// Device-days and episodes of a period: by model from the running totals, by a part of one model from cohort_days.
import { type RawBuilder, sql } from 'kysely';
import type { Day } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { amongTexts } from '../db/dialect.ts';
import { ROWS_AS_LISTS } from '../db/open.ts';
import type { HealthCut, HealthPeriod } from './healthInputs.ts';
import { firstOfMonth } from './signalTotals.ts';

/** `key` is the id of a model, or the firmware, revision or id of the batch, '' where it is not known. */
export interface GroupSum {
  readonly key: string;
  readonly device_days: number;
  readonly episodes: number;
}

type Listed = readonly [key: string, device_days: number | string, episodes: number | string];

/** Every model with device-days in the period. Two days and the months between them: about 10,000 rows for 2,000 models and three months. */
export async function sumByModel(ctx: Ctx, signal: string, period: HealthPeriod): Promise<GroupSum[]> {
  const { rows } = await sql<Listed | Readonly<Record<string, string | number>>>`${sql.raw(ROWS_AS_LISTS)}
    select model_id, sum(d) as device_days, sum(e) as episodes
    from (${await differenceOf(ctx, signal, period, (sign) => sql`${sign}device_days as d, ${sign}episodes as e`)}) x
    group by model_id having sum(d) > 0`.execute(ctx.db);
  // The fields of a named row are in the order they were selected in.
  return rows.map((row) => groupSum(isList(row) ? row : (Object.values(row) as unknown as Listed)));
}

const isList = (row: Listed | Readonly<Record<string, string | number>>): row is Listed => Array.isArray(row);

const groupSum = ([key, device_days, episodes]: Listed): GroupSum => ({ key, device_days: Number(device_days), episodes: Number(episodes) });

/** Months from that of `from_on` to the one before that of `to_on`, and what was reached in those two before the period's ends. */
async function differenceOf(
  ctx: Ctx,
  signal: string,
  { from_on, to_on }: HealthPeriod,
  figures: (sign: RawBuilder<unknown>) => RawBuilder<unknown>,
  among: RawBuilder<unknown> = sql``,
): Promise<RawBuilder<unknown>> {
  const [low, high] = [await lastDay(ctx, signal, firstOfMonth(from_on), from_on), await lastDay(ctx, signal, firstOfMonth(to_on), to_on)];
  const edge = (day: Day | null, sign: RawBuilder<unknown>) =>
    day === null ? sql`` : sql`select model_id, ${figures(sign)} from signal_totals where signal = ${signal} and day_on = ${day} ${among} union all`;
  return sql`${edge(low, sql`-`)} ${edge(high, sql``)}
    select model_id, ${figures(sql``)} from signal_months where signal = ${signal} and month_on >= ${firstOfMonth(from_on)} and month_on < ${firstOfMonth(to_on)} ${among}`;
}

/** The last day of a period that has figures of the signal. One look-up in the key. */
export async function lastDay(ctx: Ctx, signal: string, from_on: Day, to_on: Day): Promise<Day | null> {
  const row = await ctx.db
    .selectFrom('signal_totals')
    .select((eb) => eb.fn.max<Day | null>('day_on').as('day_on'))
    .where('signal', '=', signal)
    .where('day_on', '>=', from_on)
    .where('day_on', '<', to_on)
    .executeTakeFirst();
  return row?.day_on ?? null;
}

/** What is not needed for the order, of the groups that are shown. */
export interface GroupDetail {
  readonly events: number;
  /** On the last day of the period that has figures. */
  readonly devices: number;
}

export async function detailsByModel(ctx: Ctx, signal: string, period: HealthPeriod, model_ids: readonly string[]): Promise<Map<string, GroupDetail>> {
  const among = sql`and model_id in ${amongTexts(ctx.db, model_ids)}`;
  const { rows } = await sql<{ model_id: string; events: number }>`select model_id, sum(v) as events
    from (${await differenceOf(ctx, signal, period, (sign) => sql`${sign}events as v`, among)}) x group by model_id`.execute(ctx.db);
  const on = await lastDay(ctx, signal, period.from_on, period.to_on);
  const last = await sql<{ model_id: string; devices: number }>`
    select model_id, devices from signal_totals where signal = ${signal} and day_on = ${on ?? ''} ${among}`.execute(ctx.db);
  const devices = new Map(last.rows.map((row) => [row.model_id, Number(row.devices)]));
  return new Map(rows.map((row) => [row.model_id, { events: Number(row.events), devices: devices.get(row.model_id) ?? 0 }]));
}

const columnOf = { firmware: 'firmware', hw_rev: 'hw_rev', batch: 'batch_id' } as const;

/** The parts of one model by firmware, revision or batch. Cost: the model's rows of the signal in the period, a dozen a day. */
export async function sumByPart(
  ctx: Ctx,
  signal: string,
  period: HealthPeriod,
  model_id: string,
  cut: Exclude<HealthCut, 'model'>,
): Promise<(GroupSum & GroupDetail)[]> {
  const column = sql.ref(columnOf[cut]);
  const on = await lastDay(ctx, signal, period.from_on, period.to_on);
  const { rows } = await sql<GroupSum & GroupDetail>`select ${column} as key, sum(devices) as device_days, sum(episodes) as episodes, sum(events) as events,
      sum(case when day_on = ${on ?? ''} then devices else 0 end) as devices
    from cohort_days where model_id = ${model_id} and signal = ${signal} and day_on >= ${period.from_on} and day_on < ${period.to_on}
    group by ${column}`.execute(ctx.db);
  return rows.map((row) => ({
    key: row.key,
    device_days: Number(row.device_days),
    episodes: Number(row.episodes),
    events: Number(row.events),
    devices: Number(row.devices),
  }));
}
