// Daily totals per cohort and signal, following device_days, and the running totals that follow them. Work in proportion to the days that changed: one pass over
// the rows of each such day.
import { sql } from 'kysely';
import { groupBy } from '../core/groupBy.ts';
import { HOUR_MS } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { inTurns, ROWS_AT_A_TIME } from '../db/inTurns.ts';
import { ensureTotals } from './recountTotals.ts';
import { dailySignals } from './signals.ts';
import { addUpDay, closeDay, openDay } from './signalTotals.ts';
import type { CohortDayRow } from './table.ts';

/** Rows made before the mark was read may commit long after it, when the store was locked: their days are looked at twice. */
const OVERLAP_MS = HOUR_MS;
const DAYS_AT_A_TIME = 500;
const DEVICES_AT_A_TIME = 5000;

/** Brings cohort_days up to date with device_days. Returns the days that were counted anew. */
export async function countCohorts(ctx: Ctx): Promise<string[]> {
  await ensureTotals(ctx);
  const mark = await ctx.db.selectFrom('ingest_marks').select('mark').where('name', '=', 'cohort_days').executeTakeFirst();
  const since = (mark?.mark ?? 0) - OVERLAP_MS;
  const counted: string[] = [];
  for (let days = await changedDays(ctx, since, null); days.length > 0; days = await changedDays(ctx, since, days.at(-1) ?? null)) {
    for (const day_on of days) await countDay(ctx, day_on);
    counted.push(...days);
  }
  await ctx.db
    .insertInto('ingest_marks')
    .values({ name: 'cohort_days', mark: ctx.now })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ mark: ctx.now }))
    .execute();
  return counted;
}

/** Newest first, from `before` back: an import of history may change the days of many years. */
async function changedDays(ctx: Ctx, since: number, before: string | null): Promise<string[]> {
  let query = ctx.db.selectFrom('device_days').select('day_on').distinct().where('changed_at', '>', since);
  if (before !== null) query = query.where('day_on', '<', before);
  return (await query.orderBy('day_on', 'desc').limit(DAYS_AT_A_TIME).execute()).map((row) => row.day_on);
}

type Totals = Pick<CohortDayRow, 'model_id' | 'hw_rev' | 'batch_id' | 'firmware'> & Record<`${'devices' | 'episodes' | 'events'}_${number}`, number | null>;

/** Only what differs from what is stored is written, whole models at a time, each with its totals. */
async function countDay(ctx: Ctx, day_on: string): Promise<void> {
  const counted = await countedCohorts(ctx, day_on);
  const stored = await ctx.db.selectFrom('cohort_days').selectAll().where('day_on', '=', day_on).execute();
  const now = new Set(counted.map(keyOf));
  const before = new Map(stored.map((row) => [keyOf(row), figuresOf(row)]));
  const gone = stored.filter((row) => !now.has(keyOf(row)));
  const fresh = counted.filter((row) => before.get(keyOf(row)) !== figuresOf(row));
  await openDay(ctx, day_on, signalsOf(fresh));
  await inTurns(ctx, byModels(gone, fresh), (ctx, turns) => writeModels(ctx, day_on, turns), 1);
  await closeDay(ctx, day_on, signalsOf(gone));
}

interface Turn {
  readonly gone: readonly CohortDayRow[];
  readonly fresh: readonly CohortDayRow[];
}

const signalsOf = (rows: readonly CohortDayRow[]): string[] => [...new Set(rows.map(({ signal }) => signal))];

/** As many models to a transaction as have about the rows of one. */
function byModels(gone: readonly CohortDayRow[], fresh: readonly CohortDayRow[]): Turn[] {
  const goneOf = groupBy(gone, (row) => row.model_id);
  const freshOf = groupBy(fresh, (row) => row.model_id);
  const turns: { gone: CohortDayRow[]; fresh: CohortDayRow[] }[] = [];
  for (const model_id of new Set([...goneOf.keys(), ...freshOf.keys()])) {
    const last = turns.at(-1);
    const turn = last === undefined || last.gone.length + last.fresh.length >= ROWS_AT_A_TIME ? { gone: [], fresh: [] } : last;
    if (turn !== last) turns.push(turn);
    turn.gone.push(...(goneOf.get(model_id) ?? []));
    turn.fresh.push(...(freshOf.get(model_id) ?? []));
  }
  return turns;
}

async function writeModels(ctx: Ctx, day_on: string, turns: readonly Turn[]): Promise<void> {
  for (const { gone, fresh } of turns) {
    for (const row of gone) {
      let query = ctx.db.deleteFrom('cohort_days').where('day_on', '=', day_on);
      for (const column of KEY) query = query.where(column, '=', row[column]);
      await query.execute();
    }
    await insertMany(
      ctx.db,
      'cohort_days',
      fresh,
      `on conflict (day_on, ${KEY.join(', ')}) do update set devices = excluded.devices, episodes = excluded.episodes, events = excluded.events`,
    );
    const changed = [...gone, ...fresh];
    await addUpDay(ctx, day_on, [...new Set(changed.map(({ model_id }) => model_id))], signalsOf(changed));
  }
}

/** What tells the rows of one day apart. */
const KEY = ['model_id', 'hw_rev', 'batch_id', 'firmware', 'signal'] as const;
const keyOf = (row: CohortDayRow): string => JSON.stringify(KEY.map((column) => row[column]));
const figuresOf = ({ devices, episodes, events }: CohortDayRow): string => `${devices} ${episodes} ${events}`;

/** The cohorts of a day, counted some thousand devices at a time: one statement over a million would hold up every page for seconds. */
async function countedCohorts(ctx: Ctx, day_on: string): Promise<CohortDayRow[]> {
  const counted = new Map<string, CohortDayRow>();
  for (let after = 0, last = await lastOfNext(ctx, day_on, after); last !== null; after = last, last = await lastOfNext(ctx, day_on, after)) {
    for (const row of (await countSome(ctx, day_on, after, last)).flatMap((totals) => cohortRows(day_on, totals))) {
      const key = keyOf(row);
      const { devices = 0, episodes = 0, events = 0 } = counted.get(key) ?? {};
      counted.set(key, { ...row, devices: devices + row.devices, episodes: episodes + row.episodes, events: events + row.events });
    }
  }
  return [...counted.values()];
}

/** The last of the next devices after `after` that have rows of the day, null when there are none. */
async function lastOfNext(ctx: Ctx, day_on: string, after: number): Promise<number | null> {
  const next = ctx.db
    .selectFrom('device_days')
    .select('device_no')
    .where('day_on', '=', day_on)
    .where('device_no', '>', after)
    .orderBy('device_no')
    .limit(DEVICES_AT_A_TIME);
  const { last } = await ctx.db
    .selectFrom(next.as('next'))
    .select(({ fn }) => fn.max<number | null>('device_no').as('last'))
    .executeTakeFirstOrThrow();
  return last === null ? null : Number(last);
}

async function countSome(ctx: Ctx, day_on: string, after: number, last: number): Promise<Totals[]> {
  const sums = dailySignals
    .map(
      ({ events }, i) => `count(${events}) as devices_${i}, sum(case when (${events}) > 0 then 1 else 0 end) as episodes_${i}, sum(${events}) as events_${i}`,
    )
    .join(', ');
  const { rows } = await sql<Totals>`
    select u.model_id, coalesce(u.hw_rev, v.hw_rev, '') as hw_rev, coalesce(u.batch_id, '') as batch_id, coalesce(d.firmware, '') as firmware, ${sql.raw(sums)}
    from device_days d join devices v on v.device_no = d.device_no join units u on u.id = v.unit_id join models m on m.id = u.model_id
    where d.day_on = ${day_on} and d.device_no > ${after} and d.device_no <= ${last} and d.reports > 0
    group by u.model_id, coalesce(u.hw_rev, v.hw_rev, ''), coalesce(u.batch_id, ''), coalesce(d.firmware, '')`.execute(ctx.db);
  return rows;
}

/** One row per signal that some device of the cohort could tell about. */
const cohortRows = (day_on: string, row: Totals): CohortDayRow[] =>
  dailySignals.flatMap(({ code }, i) => {
    const devices = Number(row[`devices_${i}`] ?? 0);
    if (devices === 0) return [];
    const { model_id, hw_rev, batch_id, firmware } = row;
    return [
      {
        day_on,
        model_id,
        hw_rev,
        batch_id,
        firmware,
        signal: code,
        devices,
        episodes: Number(row[`episodes_${i}`] ?? 0),
        events: Number(row[`events_${i}`] ?? 0),
      },
    ];
  });
