// Reads the counted days of all models for the scan, once: what each model counted, the totals of the fleet, and what was to be expected.
import { addDays, type Day, dayNumber } from '../core/time.ts';
import type { Db } from '../db/open.ts';
import { BANDS } from './day.ts';
import { type Expectation, emptyTotals, expectationOf, type SignalPrior, type Totals } from './fleet.ts';
import { type ModelDays, ModelDaysReader } from './modelDays.ts';
import type { SignalRow } from './table.ts';

/** Days of history the scan looks at: the window, its guard, and half a year to know a cohort by. */
export const PAST_DAYS = 400;

export interface Past {
  readonly first_on: Day;
  readonly days: number;
  readonly model_ids: readonly string[];
  readonly by_model: readonly ModelDays[];
  readonly device_days: { readonly all: number; readonly by_model: readonly number[] };
  readonly signals: readonly SignalRow[];
  readonly totals: Totals;
  readonly expectation: Expectation;
}

/** Days per read: bounds the memory of the text. A day's rows were written together and lie together. */
const READ_DAYS = 8;

/** The past up to `last_on`; null while nothing has been counted. Cost: one read of each counted day. */
export async function readPast(db: Db, last_on: Day, signals: readonly SignalRow[]): Promise<Past | null> {
  const earliest = await db
    .selectFrom('alert_days')
    .select(({ fn }) => fn.min('day_on').as('day_on'))
    .executeTakeFirst();
  if (earliest?.day_on == null || earliest.day_on > last_on) return null;
  const first_on = earliest.day_on > addDays(last_on, 1 - PAST_DAYS) ? earliest.day_on : addDays(last_on, 1 - PAST_DAYS);
  const days = dayNumber(last_on) - dayNumber(first_on) + 1;
  const read = await readDays(db, first_on, days, signals);
  const model_ids = read.map(([id]) => id);
  const by_model = read.map(([, one]) => one);
  const totals = emptyTotals(model_ids.length, days, signals.length);
  const sizes = by_model.map((one, model) => addTotals(totals, model, one));
  const device_days = { all: sizes.reduce((a, b) => a + b, 0), by_model: sizes };
  return { first_on, days, model_ids, by_model, device_days, signals, totals, expectation: expectationOf(totals, signals.map(priorOf)) };
}

export const priorOf = (signal: SignalRow): SignalPrior => ({
  prior_rate: signal.prior_per_1000_device_days / 1000,
  dispersion: signal.dispersion,
  shape: signal.heterogeneity_shape,
});

/** By id, in the order of their code units whatever the collation of the database. */
async function readDays(db: Db, first_on: Day, days: number, signals: readonly SignalRow[]): Promise<[string, ModelDays][]> {
  const codes = new Map(signals.map(({ code }, place) => [code, place]));
  const readers = new Map<string, ModelDaysReader>();
  const placeOf = new Map(Array.from({ length: days }, (_, place) => [addDays(first_on, place), place]));
  for (let from = 0; from < days; from += READ_DAYS) {
    const rows = await db
      .selectFrom('alert_days')
      .select(['model_id', 'day_on', 'exposure', 'episodes'])
      .where('day_on', '>=', addDays(first_on, from))
      .where('day_on', '<', addDays(first_on, Math.min(days, from + READ_DAYS)))
      .execute();
    for (const row of rows) {
      const reader = readers.get(row.model_id) ?? new ModelDaysReader(codes);
      readers.set(row.model_id, reader);
      reader.add(placeOf.get(row.day_on) ?? 0, row.exposure, row.episodes);
    }
  }
  return [...readers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, reader]) => [id, reader.done()]);
}

/** Returns the model's device-days. */
function addTotals(totals: Totals, model: number, { devices, episodes }: ModelDays): number {
  let size = 0;
  for (let row = 0; row < devices.day.length; row += 1) {
    add(totals.devices, (model * BANDS + (devices.band[row] ?? 0)) * totals.days + (devices.day[row] ?? 0), devices.amount[row] ?? 0);
    size += devices.amount[row] ?? 0;
  }
  for (let row = 0; row < episodes.day.length; row += 1) {
    const place = ((episodes.signal[row] ?? 0) * totals.models + model) * BANDS + (episodes.band[row] ?? 0);
    add(totals.events, place * totals.days + (episodes.day[row] ?? 0), episodes.amount[row] ?? 0);
  }
  return size;
}

function add(array: Float32Array, index: number, amount: number): void {
  array[index] = (array[index] ?? 0) + amount;
}
