// Reads the counted days of the models for the scan, once: what each model counted, the totals of the fleet, and what was to be expected.
import { addDays, type Day } from '../core/time.ts';
import type { Db } from '../db/open.ts';
import { BANDS } from './day.ts';
import { type Expectation, emptyTotals, expectationOf, type SignalPrior, type Totals } from './fleet.ts';
import { type Lifts, readLifts } from './lifts.ts';
import { type ModelDays, ModelDaysReader } from './modelDays.ts';
import { type ModelRange, type Span, spanUntil } from './span.ts';
import type { SignalRow } from './table.ts';

export interface Past extends Span {
  readonly model_ids: readonly string[];
  /** By place in `model_ids`; a hole where another thread found nothing to say of a model. */
  readonly by_model: readonly (ModelDays | undefined)[];
  readonly device_days: { readonly all: number; readonly by_model: readonly number[] };
  readonly signals: readonly SignalRow[];
  readonly totals: Totals;
  readonly expectation: Expectation;
  /** Of the models that were read here. */
  readonly lifts: Lifts;
}

/** Some of the models, as they were read. */
export interface PastPart {
  readonly model_ids: readonly string[];
  readonly by_model: readonly ModelDays[];
  readonly device_days: readonly number[];
  readonly totals: Totals;
  readonly lifts: Lifts;
}

/** What the fleet needs to know of a part. */
export type PartSums = Pick<PastPart, 'model_ids' | 'device_days' | 'totals'>;

/** Days per read: bounds the memory of the text. A day's rows were written together and lie together. */
const READ_DAYS = 8;

/** The past up to `last_on`; null while nothing has been counted. Cost: one read of each counted day. */
export async function readPast(db: Db, last_on: Day, signals: readonly SignalRow[]): Promise<Past | null> {
  const span = await spanUntil(db, last_on);
  if (span === null) return null;
  const part = await readPart(db, span, signals, {});
  return { ...pastOf(span, signals, [part]), by_model: part.by_model, lifts: part.lifts };
}

/** What all parts together make of the fleet, without the days of its models. */
export function pastOf(span: Span, signals: readonly SignalRow[], parts: readonly PartSums[]): Past {
  const model_ids = parts.flatMap((part) => part.model_ids).sort();
  const placeOf = new Map(model_ids.map((id, place) => [id, place]));
  const totals = emptyTotals(model_ids.length, span.days, signals.length);
  const sizes = new Array<number>(model_ids.length).fill(0);
  for (const part of parts) {
    part.model_ids.forEach((id, own) => {
      const place = placeOf.get(id) ?? 0;
      sizes[place] = part.device_days[own] ?? 0;
      copyModel(totals, place, part.totals, own);
    });
  }
  return {
    ...span,
    model_ids,
    by_model: [],
    device_days: { all: sizes.reduce((a, b) => a + b, 0), by_model: sizes },
    signals,
    totals,
    expectation: expectationOf(totals, signals.map(priorOf)),
    lifts: new Map(),
  };
}

export const priorOf = (signal: SignalRow): SignalPrior => ({
  prior_rate: signal.prior_per_1000_device_days / 1000,
  dispersion: signal.dispersion,
  shape: signal.heterogeneity_shape,
});

/** Cost: one read of each counted day of the range. */
export async function readPart(db: Db, span: Span, signals: readonly SignalRow[], range: ModelRange): Promise<PastPart> {
  const read = await readDays(db, span, signals, range);
  const by_model = read.map(([, one]) => one);
  const totals = emptyTotals(read.length, span.days, signals.length);
  const lifts = await readLifts(db, span, signals, range);
  return { model_ids: read.map(([id]) => id), by_model, device_days: by_model.map((one, model) => addTotals(totals, model, one)), totals, lifts };
}

/** By id, in the order of their code units whatever the collation of the database. */
async function readDays(db: Db, { first_on, days }: Span, signals: readonly SignalRow[], { from, before }: ModelRange): Promise<[string, ModelDays][]> {
  const codes = new Map(signals.map(({ code }, place) => [code, place]));
  const readers = new Map<string, ModelDaysReader>();
  const placeOf = new Map(Array.from({ length: days }, (_, place) => [addDays(first_on, place), place]));
  for (let first = 0; first < days; first += READ_DAYS) {
    let query = db
      .selectFrom('alert_days')
      .select(['model_id', 'day_on', 'exposure', 'episodes'])
      .where('day_on', '>=', addDays(first_on, first))
      .where('day_on', '<', addDays(first_on, Math.min(days, first + READ_DAYS)))
      .orderBy('day_on');
    if (from !== undefined) query = query.where('model_id', '>=', from);
    if (before !== undefined) query = query.where('model_id', '<', before);
    for (const row of await query.execute()) {
      const reader = readers.get(row.model_id) ?? new ModelDaysReader(codes);
      readers.set(row.model_id, reader);
      reader.add(placeOf.get(row.day_on) ?? 0, row.exposure, row.episodes);
    }
  }
  const read: [string, ModelDays][] = [];
  for (const [id, reader] of readers) {
    read.push([id, reader.done()]);
    // What it grew is twice what it read: all of them at once would be most of the memory of a scan.
    readers.delete(id);
  }
  return read.sort(([a], [b]) => (a < b ? -1 : 1));
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

function copyModel(to: Totals, place: number, from: Totals, own: number): void {
  const row = BANDS * to.days;
  to.devices.set(from.devices.subarray(own * row, (own + 1) * row), place * row);
  for (let signal = 0; signal < to.signals; signal += 1) {
    const start = (signal * from.models + own) * row;
    to.events.set(from.events.subarray(start, start + row), (signal * to.models + place) * row);
  }
}

function add(array: Float32Array, index: number, amount: number): void {
  array[index] = (array[index] ?? 0) + amount;
}
