// "Would have raised 3 alerts in 12 months: these": a definition tried over the stored past before it is saved.
import { sql } from 'kysely';
import { allow } from '../core/actor.ts';
import { invalid } from '../core/problem.ts';
import { addDays, type Day, dayNumber, dayOf, startOfDay } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { bestWindow } from '../stats/sequential.ts';
import { BANDS, bandOf } from './day.ts';
import { design, type SignalShape, streamsOf } from './detector.ts';
import { countEpisodes, episodeStarts } from './episodes.ts';
import { emptyTotals, expectationOf } from './fleet.ts';
import type { Backtest } from './inputs.ts';
import { findMeasure, isEvent } from './measures.ts';
import { statisticPath } from './path.ts';
import { alertThreshold, QUIET_DAYS, WATCH_THRESHOLD } from './rules.ts';
import type { SignalRow } from './table.ts';

export interface WouldRaise {
  readonly raised_on: Day;
  readonly model_id: string;
  readonly model_code: string;
  readonly started_on: Day;
  readonly observed: number;
  readonly expected: number;
}
export interface Backtested {
  readonly from_on: Day;
  readonly to_on: Day;
  readonly alerts: readonly WouldRaise[];
  readonly episodes: number;
  readonly device_days: number;
}

interface Reached {
  unit_id: string;
  model_id: string;
  site_id: string | null;
  day_on: Day;
  since_on: Day | null;
}

/** Days at the beginning that only teach. */
const LEARNING_DAYS = 30;

/** A signal, stored or not, as far as it decides what is raised. */
export type Definition = Pick<SignalRow, 'measure' | 'threshold' | 'kind' | 'prior_per_1000_device_days' | 'dispersion' | 'heterogeneity_shape'>;

/** The signal by itself, whole models only: what its definition does, not what it adds to the others. Cost: the stored days of the period. */
export async function backtestSignal(ctx: Ctx, stored: Definition, input: Backtest): Promise<Backtested> {
  allow(ctx, 'quality:read');
  const signal = { ...stored, measure: input.measure ?? stored.measure, threshold: input.threshold ?? stored.threshold, kind: input.kind ?? stored.kind };
  const to_on = addDays(today(ctx), -1);
  const from_on = addDays(to_on, 1 - input.days);
  const days = input.days;
  const reached = await reachedOver(ctx, signal, from_on, to_on);
  const exposure = await exposureOver(ctx, from_on, to_on);
  const models = [...new Set(exposure.map((row) => row.model_id))].sort();
  const totals = emptyTotals(models.length, days, 1);
  const placeOf = new Map(models.map((model, index) => [model, index]));
  for (const row of exposure)
    bump(totals.devices, ((placeOf.get(row.model_id) ?? 0) * BANDS + row.band) * days + dayNumber(row.day_on) - dayNumber(from_on), row.devices);
  let episodes = 0;
  for (const { model_id, band, day, count } of episodesOf(reached, signal.kind === 'network')) {
    const model = placeOf.get(model_id);
    if (model === undefined) continue;
    bump(totals.events, (model * BANDS + band) * days + day - dayNumber(from_on), count);
    episodes += count;
  }
  const rate = (episodes + 5) / (totals.devices.reduce((a, b) => a + b, 0) + 5000 / signal.prior_per_1000_device_days);
  const expectation = expectationOf(totals, [{ prior_rate: rate, dispersion: signal.dispersion, shape: signal.heterogeneity_shape }]);
  const shape: SignalShape = { dispersion: signal.dispersion, shape: signal.heterogeneity_shape, part_shape: 15, weight: 1 };
  const raised = models.flatMap((model_id, model) =>
    alertsOf(totals, expectation.rates(model, 0), model, shape, from_on).map((alert) => ({ model_id, ...alert })),
  );
  const names = new Map((await ctx.db.selectFrom('models').select(['id', 'code']).execute()).map((row) => [row.id, row.code]));
  return {
    from_on,
    to_on,
    episodes: Math.round(episodes),
    device_days: Math.round(totals.devices.reduce((a, b) => a + b, 0)),
    alerts: raised.map((alert) => ({ ...alert, model_code: names.get(alert.model_id) ?? alert.model_id })).sort((a, b) => (a.raised_on < b.raised_on ? -1 : 1)),
  };
}

/** Days on which units reached the threshold: from the devices' days or events when the measure is one of them, else as they were counted. */
async function reachedOver(ctx: Ctx, signal: Pick<Definition, 'measure' | 'threshold'>, from_on: Day, to_on: Day): Promise<Reached[]> {
  const measure = findMeasure(signal.measure);
  if (measure === undefined) throw invalid('measure', ['There is no such measure', 'その測定項目はありません']);
  const since = sql`(select min(s.from_on) from service_intervals s where s.unit_id = u.id)`;
  if (measure.event !== undefined) return eventsOver(ctx, measure.event, signal.threshold, from_on, to_on);
  const { rows } =
    measure.value === null
      ? await sql<Reached>`select d.unit_id, d.model_id, d.site_id, d.day_on, ${since} as since_on from signal_days d join units u on u.id = d.unit_id
        where d.signal_id = (select min(s.id) from signals s where s.measure = ${signal.measure}) and d.day_on >= ${from_on} and d.day_on <= ${to_on}`.execute(
          ctx.db,
        )
      : await sql<Reached>`select u.id as unit_id, u.model_id, u.site_id, d.day_on, ${since} as since_on from device_days d join devices v on v.device_no = d.device_no join units u on u.id = v.unit_id join models m on m.id = u.model_id
        where d.day_on >= ${from_on} and d.day_on <= ${to_on} and (${sql.raw(measure.value)}) >= ${signal.threshold}`.execute(ctx.db);
  return rows;
}

/** Cost: the events of the period. */
async function eventsOver(ctx: Ctx, topic: string, threshold: number, from_on: Day, to_on: Day): Promise<Reached[]> {
  const { rows } = await sql<Omit<Reached, 'day_on'> & { reported_at: number }>`
    select u.id as unit_id, u.model_id, u.site_id, e.reported_at, (select min(s.from_on) from service_intervals s where s.unit_id = u.id) as since_on
    from telemetry_events e join devices v on v.device_no = e.device_no join units u on u.id = v.unit_id
    where e.reported_at >= ${startOfDay(from_on, ctx.zone)} and e.reported_at < ${startOfDay(addDays(to_on, 1), ctx.zone)} and ${sql.raw(isEvent(topic))}
    order by u.id, e.reported_at`.execute(ctx.db);
  const counts = new Map<string, Reached & { events: number }>();
  for (const { reported_at, ...unit } of rows) {
    const day_on = dayOf(Number(reported_at), ctx.zone);
    const key = `${unit.unit_id} ${day_on}`;
    counts.set(key, { ...unit, day_on, events: (counts.get(key)?.events ?? 0) + 1 });
  }
  return [...counts.values()].filter(({ events }) => events >= threshold);
}

async function exposureOver(ctx: Ctx, from_on: Day, to_on: Day): Promise<{ model_id: string; day_on: Day; band: number; devices: number }[]> {
  const rows = await ctx.db
    .selectFrom('alert_days')
    .select(['model_id', 'day_on', 'exposure'])
    .where('day_on', '>=', from_on)
    .where('day_on', '<=', to_on)
    .execute();
  return rows.flatMap(({ model_id, day_on, exposure }) => {
    const entries: [string, string, string, number[]][] = JSON.parse(exposure);
    return entries.flatMap(([, , , bands]) => bands.map((devices, band) => ({ model_id, day_on, band, devices })));
  });
}

function episodesOf(reached: readonly Reached[], network: boolean): { model_id: string; band: number; day: number; count: number }[] {
  const starting = [...groupRows(reached).values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    return episodeStarts(rows.map((row) => dayNumber(row.day_on))).map((day) => ({
      site: first.site_id,
      cohort: { model_id: first.model_id, day, band: bandOf(first.since_on === null ? 365 : day - dayNumber(first.since_on)) },
    }));
  });
  const counts = countEpisodes(starting, network, ({ model_id, day }) => `${model_id} ${day}`);
  return [...counts].map(([cohort, count]) => ({ ...cohort, count }));
}

function groupRows(reached: readonly Reached[]): Map<string, Reached[]> {
  const groups = new Map<string, Reached[]>();
  for (const row of reached) {
    const group = groups.get(row.unit_id);
    if (group === undefined) groups.set(row.unit_id, [row]);
    else group.push(row);
  }
  return groups;
}

function alertsOf(
  totals: ReturnType<typeof emptyTotals>,
  rates: Float64Array,
  model: number,
  shape: SignalShape,
  from_on: Day,
): Omit<WouldRaise, 'model_id' | 'model_code'>[] {
  const { days } = totals;
  const [events, expected] = [new Float64Array(days), new Float64Array(days)];
  for (let band = 0; band < BANDS; band += 1) {
    for (let day = 0; day < days; day += 1) {
      bump(events, day, totals.events[(model * BANDS + band) * days + day] ?? 0);
      bump(expected, day, (totals.devices[(model * BANDS + band) * days + day] ?? 0) * (rates[band * days + day] ?? 0));
    }
  }
  const streams = streamsOf([[{ events, expected }]], [shape], days);
  const path = statisticPath(streams, [shape], [1], LEARNING_DAYS, days - 1, { floor: WATCH_THRESHOLD, ceiling: alertThreshold(1) });
  const found: Omit<WouldRaise, 'model_id' | 'model_code'>[] = [];
  let quiet = QUIET_DAYS;
  path.forEach((value, i) => {
    quiet = value >= alertThreshold(1) ? (quiet >= QUIET_DAYS ? raise(LEARNING_DAYS + i) : 0) : quiet + 1;
  });
  return found;

  function raise(day: number): number {
    const window = streams[0]?.[0] === undefined ? null : bestWindow(streams[0][0], day, design);
    const start = window?.start ?? day;
    found.push({
      raised_on: addDays(from_on, day),
      started_on: addDays(from_on, start),
      observed: sum(events, start, day),
      expected: sum(expected, start, day),
    });
    return 0;
  }
}

function bump(array: Float32Array | Float64Array, index: number, amount: number): void {
  array[index] = (array[index] ?? 0) + amount;
}

const sum = (values: Float64Array, from: number, to: number): number => values.subarray(from, to + 1).reduce((a, b) => a + b, 0);
