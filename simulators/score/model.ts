// One model through the days: how many devices it has, what they report, and what a defect adds to it.
import { addEvent } from './book.ts';
import { ratioOn } from './defects.ts';
import { devicesByBand, firmwareOf, type Model, weather } from './fleet.ts';
import type { History, Place, Truth } from './history.ts';
import { BANDS, BATCHES, NODES, REPORTS, RETURNS, SIGNALS, STRATA } from './parameters.ts';
import { logNormal, overDispersed, poisson, type Random } from './random.ts';

/** The model on a day: its devices by batch and age band, and how the events of a signal fall on these. */
interface Standing {
  readonly devices: Float64Array;
  readonly bands: Float64Array;
  /** By what age does to the signal: the signals share a few patterns of it. */
  readonly weights: ReadonlyMap<readonly number[], Weights>;
  readonly firmwares: Uint8Array;
}

interface Weights {
  readonly cells: Float64Array;
  sum: number;
}

/** What stays the same over the days of one model. */
interface Simulated {
  readonly history: History;
  readonly index: number;
  readonly model: Model;
  readonly truth: Truth | null;
  readonly order: readonly number[];
  readonly random: Random;
}

export function simulateModel(history: History, index: number, truth: Truth | null, order: readonly number[], random: Random): void {
  const { parameters, fleet } = history;
  const model = at(fleet.models, index);
  const simulated: Simulated = { history, index, model, truth, order, random };
  const cells = BATCHES * BANDS;
  const standing: Standing = {
    devices: new Float64Array(cells),
    bands: new Float64Array(BANDS),
    weights: new Map(fleet.age_effects.map((effects) => [effects, { cells: new Float64Array(cells), sum: 0 }])),
    firmwares: new Uint8Array(STRATA),
  };
  for (let day = 0; day < parameters.days; day += 1) {
    stand(standing, model, day);
    addExposure(history, index, standing, day);
    for (let signal = 0; signal < SIGNALS; signal += 1) {
      const rate =
        (fleet.rates[signal] ?? 0) *
        (model.levels[signal] ?? 1) *
        Math.exp((model.drifts[signal] ?? 0) * (day / 365)) *
        weather(parameters, fleet, model, signal, day);
      const weights = weightsFor(standing, at(fleet.age_effects, signal));
      const count = overDispersed(random, rate * weights.sum, fleet.dispersions[signal] ?? 1);
      for (let n = 0; n < count; n += 1) addEvent(history, index, model, signal, day, placeOf(weights.cells, weights.sum, order, random));
      if (truth !== null) addExcess(simulated, truth, signal, day, rate, weights.cells);
    }
  }
}

function stand({ devices, bands, weights, firmwares }: Standing, model: Model, day: number): void {
  for (let batch = 0; batch < BATCHES; batch += 1) {
    devicesByBand(at(model.batches, batch), day, bands);
    devices.set(bands, batch * BANDS);
  }
  for (const [effects, one] of weights) {
    for (let cell = 0; cell < devices.length; cell += 1)
      one.cells[cell] = (devices[cell] ?? 0) * (effects[cell % BANDS] ?? 1) * at(model.batches, Math.floor(cell / BANDS)).level;
    one.sum = sum(one.cells);
  }
  for (let stratum = 0; stratum < STRATA; stratum += 1) firmwares[stratum] = firmwareOf(model, stratum, day);
}

function weightsFor({ weights }: Standing, effects: readonly number[]): Weights {
  const found = weights.get(effects);
  if (found === undefined) throw new RangeError('No such age effect');
  return found;
}

function addExcess({ history, model, order, random }: Simulated, truth: Truth, signal: number, day: number, rate: number, weights: Float64Array): void {
  const full = ratioOn(truth, day);
  const ratio = signal === truth.signal ? full : signal === truth.second_signal ? Math.sqrt(full) : 1;
  if (ratio <= 1) return;
  const affected = weights.map((weight, cell) => (truth.batches.includes(Math.floor(cell / BANDS)) ? weight : 0));
  const all = sum(affected);
  const levels = order.map((level, stratum) => (truth.firmware === null || firmwareOf(model, stratum, day) >= truth.firmware ? level : 0));
  const count = poisson(random, (ratio - 1) * rate * all * (sum(levels) / STRATA));
  for (let n = 0; n < count; n += 1) {
    const place = placeOf(affected, all, levels, random);
    addEvent(history, truth.model, model, signal, day, place);
    if (signal === truth.signal && truth.kind === 'hardware') addConsequences(history, truth, model, day, place, random);
  }
}

function addConsequences(history: History, truth: Truth, model: Model, day: number, place: Place, random: Random): void {
  const { parameters } = history;
  if (random.uniform() >= parameters.fault_share) return;
  const later = (share: number, median: number, signal: number, days: number[]): void => {
    if (random.uniform() >= share) return;
    const when = day + Math.round(logNormal(random, median, parameters.return_sigma));
    if (when >= parameters.days) return;
    days.push(when);
    addEvent(history, truth.model, model, signal, when, place);
  };
  later(parameters.return_share, parameters.return_delay, RETURNS, truth.returns);
  later(parameters.report_share, parameters.report_delay, REPORTS, truth.reports);
}

function addExposure({ exposure, totals, parameters: { days } }: History, index: number, { devices, firmwares }: Standing, day: number): void {
  const stride = BANDS * days;
  for (let cell = 0; cell < devices.length; cell += 1) {
    const count = devices[cell] ?? 0;
    if (count === 0) continue;
    const whole = index * NODES * stride + (cell % BANDS) * days + day;
    add(exposure, whole, count);
    add(totals.devices, (index * BANDS + (cell % BANDS)) * days + day, count);
    add(exposure, whole + (1 + Math.floor(cell / BANDS)) * stride, count);
    for (let stratum = 0; stratum < STRATA; stratum += 1) add(exposure, whole + (1 + BATCHES + (firmwares[stratum] ?? 0)) * stride, count * (1 / STRATA));
  }
}

function placeOf(weights: Float64Array, total: number, levels: readonly number[], random: Random): Place {
  const cell = choose(weights, total, random);
  return { batch: Math.floor(cell / BANDS), band: cell % BANDS, stratum: choose(levels, sum(levels), random) };
}

function choose(weights: ArrayLike<number>, total: number, random: Random): number {
  let left = random.uniform() * total;
  for (let index = 0; index < weights.length; index += 1) {
    left -= weights[index] ?? 0;
    if (left < 0) return index;
  }
  return weights.length - 1;
}

function add(array: Float32Array, index: number, amount: number): void {
  array[index] = (array[index] ?? 0) + amount;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index += 1) total += values[index] ?? 0;
  return total;
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`No item ${index}`);
  return item;
}
