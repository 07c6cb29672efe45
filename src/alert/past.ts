// Reads the counted days of all models for the scan, and lays out one model's nested cohorts as series.
import { addDays, type Day, dayNumber } from '../core/time.ts';
import type { Db } from '../db/open.ts';
import { BANDS, type Cell, type EpisodeEntry, type ExposureEntry } from './day.ts';
import type { Series, SignalShape } from './detector.ts';
import { type Expectation, emptyTotals, expectationOf, type SignalPrior, type Totals } from './fleet.ts';
import type { SignalRow } from './table.ts';

/** Days of history the scan looks at: the window, its guard, and half a year to know a cohort by. */
export const PAST_DAYS = 400;

export interface Past {
  readonly first_on: Day;
  readonly days: number;
  readonly model_ids: readonly string[];
  readonly signals: readonly SignalRow[];
  readonly totals: Totals;
  readonly expectation: Expectation;
}

interface StoredDay {
  readonly day: number;
  readonly model_id: string;
  readonly exposure: ExposureEntry[];
  readonly episodes: EpisodeEntry[];
}

/** Days per read: bounds the memory of one pass. */
const READ_DAYS = 20;

/** The totals of every model over the days up to `last_on`, and what was to be expected of them. One pass over the counted days. */
export async function readPast(db: Db, last_on: Day, signals: readonly SignalRow[]): Promise<Past | null> {
  const earliest = await db
    .selectFrom('alert_days')
    .select(({ fn }) => fn.min('day_on').as('day_on'))
    .executeTakeFirst();
  if (earliest?.day_on == null || earliest.day_on > last_on) return null;
  const first_on = earliest.day_on > addDays(last_on, 1 - PAST_DAYS) ? earliest.day_on : addDays(last_on, 1 - PAST_DAYS);
  const days = dayNumber(last_on) - dayNumber(first_on) + 1;
  const models = await db
    .selectFrom('alert_days')
    .select('model_id')
    .distinct()
    .where('day_on', '>=', first_on)
    .where('day_on', '<=', last_on)
    .orderBy('model_id')
    .execute();
  const model_ids = models.map((row) => row.model_id);
  const totals = emptyTotals(model_ids.length, days, signals.length);
  for (let from = 0; from < days; from += READ_DAYS) {
    for (const stored of await readDays(db, first_on, from, Math.min(days, from + READ_DAYS))) addTotals(totals, model_ids, signals, stored);
  }
  return { first_on, days, model_ids, signals, totals, expectation: expectationOf(totals, signals.map(priorOf)) };
}

export const priorOf = (signal: SignalRow): SignalPrior => ({
  prior_rate: signal.prior_per_1000_device_days / 1000,
  dispersion: signal.dispersion,
  shape: signal.heterogeneity_shape,
});

async function readDays(db: Db, first_on: Day, from: number, to: number, model_id?: string): Promise<StoredDay[]> {
  let query = db.selectFrom('alert_days').selectAll().where('day_on', '>=', addDays(first_on, from)).where('day_on', '<', addDays(first_on, to));
  if (model_id !== undefined) query = query.where('model_id', '=', model_id);
  const rows = await query.execute();
  return rows.map((row) => ({
    day: dayNumber(row.day_on) - dayNumber(first_on),
    model_id: row.model_id,
    exposure: JSON.parse(row.exposure),
    episodes: JSON.parse(row.episodes),
  }));
}

function addTotals(totals: Totals, model_ids: readonly string[], signals: readonly SignalRow[], stored: StoredDay): void {
  const model = indexIn(model_ids, stored.model_id);
  for (const [, , , bands] of stored.exposure) {
    bands.forEach((devices, band) => {
      add(totals.devices, (model * BANDS + band) * totals.days + stored.day, devices);
    });
  }
  for (const [, , , code, bands] of stored.episodes) {
    const signal = signals.findIndex((one) => one.code === code);
    if (signal < 0) continue;
    bands.forEach((count, band) => {
      add(totals.events, ((signal * totals.models + model) * BANDS + band) * totals.days + stored.day, count);
    });
  }
}

/** Binary search: the ids are sorted. */
function indexIn(sorted: readonly string[], id: string): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A cohort inside a model; all null is the model itself. */
export interface Cohort {
  readonly kind: 'model' | 'hw_rev' | 'batch' | 'firmware';
  readonly value: string | null;
}

export interface ModelPast {
  readonly model_id: string;
  readonly cohorts: readonly Cohort[];
  readonly series: readonly (readonly Series[])[];
  readonly shapes: readonly SignalShape[];
}

const PART_KINDS = [
  ['hw_rev', 0],
  ['batch', 1],
  ['firmware', 2],
] as const;
/** Parts of one kind a model is split into at most: the largest. */
const MOST_PARTS = 12;
/** Shape of the level of a part inside its model. */
export const PART_SHAPE = 15;
/** Without peers worth this many expected episodes a model starts knowing next to nothing. */
const NO_PEERS_SHAPE = 0.5;
const ENOUGH_PEERS = 20;

/** One model's series per cohort and signal. Reads its own rows only. */
export async function readModel(db: Db, past: Past, model_id: string): Promise<ModelPast> {
  const stored = await readDays(db, past.first_on, 0, past.days, model_id);
  const model = indexIn(past.model_ids, model_id);
  const cohorts = cohortsOf(stored);
  const series = cohorts.map((cohort) => past.signals.map((_, signal) => seriesOf(past, stored, model, signal, cohort)));
  return { model_id, cohorts, series, shapes: past.signals.map((signal) => shapeOf(past, model, signal)) };
}

function cohortsOf(stored: readonly StoredDay[]): Cohort[] {
  const parts = PART_KINDS.flatMap(([kind, place]) => {
    const sizes = new Map<string, number>();
    for (const day of stored) for (const entry of day.exposure) sizes.set(entry[place], (sizes.get(entry[place]) ?? 0) + entry[3].reduce((a, b) => a + b, 0));
    const named = [...sizes]
      .filter(([value]) => value !== '')
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, MOST_PARTS);
    return sizes.size < 2 ? [] : named.map(([value]): Cohort => ({ kind, value }));
  });
  return [{ kind: 'model', value: null }, ...parts];
}

export const belongs = (cohort: Cohort, cell: Cell): boolean =>
  cohort.kind === 'model' || (cohort.kind === 'batch' ? cell.batch_id : cohort.kind === 'hw_rev' ? cell.hw_rev : cell.firmware) === cohort.value;

function seriesOf(past: Past, stored: readonly StoredDay[], model: number, signal: number, cohort: Cohort): Series {
  const events = new Float64Array(past.days);
  const expected = new Float64Array(past.days);
  const rates = past.expectation.rates(model, signal);
  const code = past.signals[signal]?.code;
  for (const { day, exposure, episodes } of stored) {
    for (const [hw_rev, batch_id, firmware, bands] of exposure) {
      if (belongs(cohort, { hw_rev, batch_id, firmware }))
        bands.forEach((devices, band) => {
          add(expected, day, devices * (rates[band * past.days + day] ?? 0));
        });
    }
    for (const [hw_rev, batch_id, firmware, of, bands] of episodes) {
      if (of === code && belongs(cohort, { hw_rev, batch_id, firmware }))
        bands.forEach((count) => {
          add(events, day, count);
        });
    }
  }
  return { events, expected };
}

function shapeOf(past: Past, model: number, signal: SignalRow): SignalShape {
  const { totals } = past;
  let peers = 0;
  for (let other = 0; other < totals.models && peers * signal.prior_per_1000_device_days < 1000 * ENOUGH_PEERS; other += 1) {
    if (other === model) continue;
    for (let cell = 0; cell < BANDS * totals.days; cell += 1) peers += totals.devices[other * BANDS * totals.days + cell] ?? 0;
  }
  const alone = peers * signal.prior_per_1000_device_days < 1000 * ENOUGH_PEERS;
  return { dispersion: signal.dispersion, shape: alone ? NO_PEERS_SHAPE : signal.heterogeneity_shape, part_shape: PART_SHAPE, weight: 1 / past.signals.length };
}

function add(array: Float64Array | Float32Array, index: number, amount: number): void {
  array[index] = (array[index] ?? 0) + amount;
}
