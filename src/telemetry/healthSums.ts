// Device-days and episodes of a period: by model from the running totals, by a part of one model from cohort_days.
import { type RawBuilder, sql } from 'kysely';
import type { Day } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { amongTexts, type List, listOf, readList } from '../db/dialect.ts';
import type { HealthCut, HealthPeriod } from './healthInputs.ts';
import { firstOfMonth } from './signalTotals.ts';

/** `key` is the id of a model, or the firmware, revision or id of the batch, '' where it is not known. */
export interface GroupSum {
  readonly key: string;
  readonly device_days: number;
  readonly episodes: number;
}

/** Every model with device-days in the period. Two days and the months between them: about 10,000 rows for 2,000 models and three months. */
export async function sumByModel(ctx: Ctx, signal: string, period: HealthPeriod): Promise<GroupSum[]> {
  const sums = new ModelSums();
  for (const { from, sign } of await partsOf(ctx, signal, period)) sums.add(await columns(ctx, from), sign);
  return sums.groups();
}

interface PeriodPart {
  /** A table and which of its rows. */
  readonly from: RawBuilder<unknown>;
  readonly sign: 1 | -1;
}

/** Months from that of `from_on` to the one before that of `to_on`, and what was reached in those two before the period's ends. */
async function partsOf(ctx: Ctx, signal: string, { from_on, to_on }: HealthPeriod): Promise<PeriodPart[]> {
  const [low, high] = [await lastDay(ctx, signal, firstOfMonth(from_on), from_on), await lastDay(ctx, signal, firstOfMonth(to_on), to_on)];
  const edge = (day_on: Day | null, sign: 1 | -1): PeriodPart[] =>
    day_on === null ? [] : [{ from: sql`signal_totals where signal = ${signal} and day_on = ${day_on}`, sign }];
  const months = sql`signal_months where signal = ${signal} and month_on >= ${firstOfMonth(from_on)} and month_on < ${firstOfMonth(to_on)}`;
  return [...edge(high, 1), ...edge(low, -1), { from: months, sign: 1 }];
}

interface Columns {
  readonly keys: readonly string[];
  readonly device_days: readonly number[];
  readonly episodes: readonly number[];
}

async function columns(ctx: Ctx, from: RawBuilder<unknown>): Promise<Columns> {
  const { rows } = await sql<{ keys: List<string>; device_days: List<number>; episodes: List<number> }>`
    select ${listOf(ctx.db, 'model_id')} as keys, ${listOf(ctx.db, 'device_days')} as device_days, ${listOf(ctx.db, 'episodes')} as episodes from ${from}`.execute(
    ctx.db,
  );
  const { keys = null, device_days = null, episodes = null } = rows[0] ?? {};
  return { keys: readList(keys), device_days: readList(device_days), episodes: readList(episodes) };
}

/** Sums by model of lists that are mostly of the same models in the same order: then nothing is looked up. */
class ModelSums {
  readonly #keys: string[] = [];
  readonly #places = new Map<string, number>();
  readonly #device_days: number[] = [];
  readonly #episodes: number[] = [];

  add({ keys, device_days, episodes }: Columns, sign: 1 | -1): void {
    let place = 0;
    for (const [i, key] of keys.entries()) {
      if (this.#keys[place] !== key) place = this.#placeOf(key);
      this.#device_days[place] = (this.#device_days[place] ?? 0) + sign * (device_days[i] ?? 0);
      this.#episodes[place] = (this.#episodes[place] ?? 0) + sign * (episodes[i] ?? 0);
      place++;
    }
  }

  #placeOf(key: string): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.#keys.length);
    return this.#keys.push(key) - 1;
  }

  groups(): GroupSum[] {
    const groups = this.#keys.map((key, i) => ({ key, device_days: this.#device_days[i] ?? 0, episodes: this.#episodes[i] ?? 0 }));
    return groups.filter(({ device_days }) => device_days > 0);
  }
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
  const events = new Map<string, number>();
  for (const { from, sign } of await partsOf(ctx, signal, period)) {
    const { rows } = await sql<{ model_id: string; events: number }>`select model_id, events from ${from} ${among}`.execute(ctx.db);
    for (const row of rows) events.set(row.model_id, (events.get(row.model_id) ?? 0) + sign * Number(row.events));
  }
  const on = await lastDay(ctx, signal, period.from_on, period.to_on);
  const { rows } = await sql<{ model_id: string; devices: number }>`
    select model_id, devices from signal_totals where signal = ${signal} and day_on = ${on ?? ''} ${among}`.execute(ctx.db);
  const devices = new Map(rows.map((row) => [row.model_id, Number(row.devices)]));
  return new Map([...events].map(([model_id, sum]) => [model_id, { events: sum, devices: devices.get(model_id) ?? 0 }]));
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
