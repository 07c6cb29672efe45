// One model's nested cohorts laid out as daily series of episodes and expectations, per signal. Pure.
import { BANDS, type Cell } from './day.ts';
import type { Series, SignalShape } from './detector.ts';
import type { Lift } from './lifts.ts';
import type { ModelDays } from './modelDays.ts';
import type { Past } from './past.ts';
import type { SignalRow } from './table.ts';

/** A cohort inside a model; all null is the model itself. */
export interface Cohort {
  readonly kind: 'model' | 'hw_rev' | 'batch' | 'firmware';
  readonly value: string | null;
}

export interface ModelPast {
  readonly model_id: string;
  readonly cohorts: readonly Cohort[];
  /** series[cohort][signal] */
  readonly series: readonly (readonly Series[])[];
  readonly shapes: readonly SignalShape[];
}

/** Parts of one kind a model is split into at most: the largest. */
const MOST_PARTS = 12;
/** Shape of the level of a part inside its model. */
export const PART_SHAPE = 25;
/** Without peers worth this many expected episodes a model starts knowing next to nothing. */
const NO_PEERS_SHAPE = 0.5;
const ENOUGH_PEERS = 20;

export function layOut(past: Past, model: number): ModelPast {
  const days = past.by_model[model];
  if (days === undefined) throw new RangeError(`No model at ${model}`);
  const cohorts = cohortsOf(days);
  const members = days.cells.map((cell) => cohorts.flatMap((cohort, place) => (belongs(cohort, cell) ? [place] : [])));
  const events = eventsOf(past, days, members, cohorts.length);
  const devices = devicesOf(past, days, members, cohorts.length);
  const rates = past.signals.map((_, signal) => past.expectation.rates(model, signal));
  const model_id = past.model_ids[model] ?? '';
  const lifts = past.lifts.get(model_id) ?? [];
  return {
    model_id,
    cohorts,
    series: cohorts.map((__, cohort) =>
      rates.map((of, signal) => ({
        events: events[cohort * rates.length + signal] ?? [],
        expected: lifted(expectedOf(devices[cohort] ?? new Float64Array(), of, past.days), signal, lifts),
      })),
    ),
    shapes: past.signals.map((signal) => shapeOf(past, model, signal)),
  };
}

const PART_KINDS = [
  ['hw_rev', 'hw_rev'],
  ['batch', 'batch_id'],
  ['firmware', 'firmware'],
] as const;

function cohortsOf({ cells, devices }: ModelDays): Cohort[] {
  const sizes = new Float64Array(cells.length);
  for (let row = 0; row < devices.cell.length; row += 1) add(sizes, devices.cell[row] ?? 0, devices.amount[row] ?? 0);
  const parts = PART_KINDS.flatMap(([kind, field]) => {
    const byValue = new Map<string, number>();
    cells.forEach((cell, place) => {
      if ((sizes[place] ?? 0) > 0) byValue.set(cell[field], (byValue.get(cell[field]) ?? 0) + (sizes[place] ?? 0));
    });
    const named = [...byValue]
      .filter(([value]) => value !== '')
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, MOST_PARTS);
    return byValue.size < 2 ? [] : named.map(([value]): Cohort => ({ kind, value }));
  });
  return [{ kind: 'model', value: null }, ...parts];
}

const belongs = (cohort: Cohort, cell: Cell): boolean =>
  cohort.kind === 'model' || (cohort.kind === 'batch' ? cell.batch_id : cohort.kind === 'hw_rev' ? cell.hw_rev : cell.firmware) === cohort.value;

/** [cohort x signals + signal][day] */
function eventsOf(past: Past, { episodes }: ModelDays, members: readonly (readonly number[])[], cohorts: number): Float64Array[] {
  const signals = past.signals.length;
  const events = Array.from({ length: cohorts * signals }, () => new Float64Array(past.days));
  const { day, cell, signal, amount } = episodes;
  for (let row = 0; row < day.length; row += 1) {
    for (const cohort of members[cell[row] ?? 0] ?? []) {
      const series = events[cohort * signals + (signal[row] ?? 0)];
      if (series !== undefined) add(series, day[row] ?? 0, amount[row] ?? 0);
    }
  }
  return events;
}

/** [cohort][band x days + day] */
function devicesOf(past: Past, { devices }: ModelDays, members: readonly (readonly number[])[], cohorts: number): Float64Array[] {
  const sums = Array.from({ length: cohorts }, () => new Float64Array(BANDS * past.days));
  const { day, cell, band, amount } = devices;
  for (let row = 0; row < day.length; row += 1) {
    for (const cohort of members[cell[row] ?? 0] ?? []) {
      const sum = sums[cohort];
      if (sum !== undefined) add(sum, (band[row] ?? 0) * past.days + (day[row] ?? 0), amount[row] ?? 0);
    }
  }
  return sums;
}

/** Devices times the rate of their age band; devices are whole numbers, so the order in which cells were added does not matter. */
function expectedOf(devices: Float64Array, rates: Float64Array, days: number): Float64Array {
  const expected = new Float64Array(days);
  for (let place = 0, day = 0; place < devices.length; place += 1, day += 1) {
    if (day === days) day = 0;
    expected[day] = (expected[day] ?? 0) + (devices[place] ?? 0) * (rates[place] ?? 0);
  }
  return expected;
}

/** More is to be expected on the bad days of the regions where the model hangs. */
function lifted(expected: Float64Array, signal: number, lifts: readonly Lift[]): Float64Array {
  for (const lift of lifts) if (lift.signal === signal) expected[lift.day] = (expected[lift.day] ?? 0) * lift.factor;
  return expected;
}

function shapeOf(past: Past, model: number, signal: SignalRow): SignalShape {
  const peers = past.device_days.all - (past.device_days.by_model[model] ?? 0);
  const alone = peers * signal.prior_per_1000_device_days < 1000 * ENOUGH_PEERS;
  return { dispersion: signal.dispersion, shape: alone ? NO_PEERS_SHAPE : signal.heterogeneity_shape, part_shape: PART_SHAPE, weight: 1 / past.signals.length };
}

function add(array: Float64Array, index: number, amount: number): void {
  array[index] = (array[index] ?? 0) + amount;
}
