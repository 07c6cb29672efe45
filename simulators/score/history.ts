// Days of the scored fleet: what every cohort reported, and for each defect when its customers called and returned.
import { emptyTotals, type Totals } from '../../src/alert/fleet.ts';
import { type Defect, plantDefects, ratioOn } from './defects.ts';
import { buildFleet, devicesByBand, type Fleet, firmwareOf, type Model, strataLevels, weather } from './fleet.ts';
import { BANDS, BATCHES, defaults, NODES, type Parameters, REPORTS, RETURNS, SIGNALS, STRATA } from './parameters.ts';
import { between, logNormal, overDispersed, pick, poisson, type Random, randomFrom } from './random.ts';

/** A planted defect and its consequences for customers, as sorted days. */
export interface Truth extends Defect {
  readonly returns: number[];
  readonly reports: number[];
}

/** One device that reports the same trouble again and again, or one site whose power fails: raw, before any rule of episodes. */
export interface Nuisance {
  readonly kind: 'chatty' | 'site';
  readonly model: number;
  readonly signal: number;
  readonly place: Place;
  readonly days: readonly number[];
  readonly devices: number;
}

interface Place {
  readonly batch: number;
  readonly band: number;
  readonly stratum: number;
}

export interface History {
  readonly parameters: Parameters;
  readonly fleet: Fleet;
  readonly truths: readonly Truth[];
  readonly nuisances: readonly Nuisance[];
  /** exposure[((model x NODES + node) x BANDS + band) x days + day] in device-days. */
  readonly exposure: Float32Array;
  /** counts[((model x NODES + node) x SIGNALS + signal) x days + day]. */
  readonly counts: Uint16Array;
  /** strata[((model x STRATA + stratum) x SIGNALS + signal) x days + day]. */
  readonly strata: Uint8Array;
  /** What the product's scan keeps of a fleet: devices and episodes by model, age band and day. */
  readonly totals: Totals;
}

export function simulateFleet(seed: number, changes: Partial<Parameters> = {}): History {
  const parameters = { ...defaults, ...changes };
  const random = randomFrom(seed);
  const fleet = buildFleet(parameters, random);
  const truths = plantDefects(parameters, fleet, random).map((defect) => ({ ...defect, returns: [], reports: [] }));
  const { models, days } = parameters;
  const history: History = {
    parameters,
    fleet,
    truths,
    nuisances: nuisancesOf(parameters, random),
    exposure: new Float32Array(models * NODES * BANDS * days),
    counts: new Uint16Array(models * NODES * SIGNALS * days),
    strata: new Uint8Array(models * STRATA * SIGNALS * days),
    totals: emptyTotals(models, days, SIGNALS),
  };
  const truthOf = new Map(truths.map((truth) => [truth.model, truth]));
  const order = strataLevels(parameters.eager_ratio);
  for (const model of fleet.models.keys()) simulateModel(history, model, truthOf.get(model) ?? null, order, randomFrom(seed * 100_003 + model));
  for (const truth of truths) {
    truth.returns.sort((a, b) => a - b);
    truth.reports.sort((a, b) => a - b);
  }
  return history;
}

function nuisancesOf(parameters: Parameters, random: Random): Nuisance[] {
  const place = (): Place => ({ batch: pick(random, BATCHES), band: 1, stratum: pick(random, STRATA) });
  const chatty = Array.from({ length: parameters.chatty_devices }, (): Nuisance => {
    const start = pick(random, parameters.days);
    const days = Array.from({ length: Math.ceil(between(random, 5, 90)) }, (_, i) => start + i).filter((day) => day < parameters.days);
    return { kind: 'chatty', model: pick(random, parameters.models), signal: pick(random, SIGNALS - 2), place: place(), days, devices: 1 };
  });
  const sites = Array.from(
    { length: parameters.site_outages },
    (): Nuisance => ({
      kind: 'site',
      model: pick(random, parameters.models),
      signal: 6 + pick(random, 2),
      place: place(),
      days: [pick(random, parameters.days)],
      devices: 2 + pick(random, 60),
    }),
  );
  return [...chatty, ...sites];
}

function simulateModel(history: History, index: number, truth: Truth | null, order: readonly number[], random: Random): void {
  const { parameters, fleet } = history;
  const model = at(fleet.models, index);
  const devices = new Float64Array(BATCHES * BANDS);
  const bands = new Float64Array(BANDS);
  for (let day = 0; day < parameters.days; day += 1) {
    model.batches.forEach((batch, b) => {
      devicesByBand(batch, day, bands);
      devices.set(bands, b * BANDS);
    });
    addExposure(history, index, model, devices, day);
    for (let signal = 0; signal < SIGNALS; signal += 1) {
      const rate =
        (fleet.rates[signal] ?? 0) *
        (model.levels[signal] ?? 1) *
        Math.exp((model.drifts[signal] ?? 0) * (day / 365)) *
        weather(parameters, fleet, model, signal, day);
      const weights = weightsOf(fleet, model, devices, signal);
      const count = overDispersed(random, rate * sum(weights), fleet.dispersions[signal] ?? 1);
      for (let n = 0; n < count; n += 1) addEvent(history, index, model, signal, day, placeOf(weights, order, random));
      if (truth !== null) addExcess(history, truth, model, signal, day, rate, weights, order, random);
    }
  }
}

/** Expected share of each (batch, band) in the model's events of a signal. */
function weightsOf(fleet: Fleet, model: Model, devices: Float64Array, signal: number): Float64Array {
  const effects = at(fleet.age_effects, signal);
  return devices.map((count, cell) => count * (effects[cell % BANDS] ?? 1) * (model.batches[Math.floor(cell / BANDS)]?.level ?? 1));
}

function addExcess(
  history: History,
  truth: Truth,
  model: Model,
  signal: number,
  day: number,
  rate: number,
  weights: Float64Array,
  order: readonly number[],
  random: Random,
): void {
  const full = ratioOn(truth, day);
  const ratio = signal === truth.signal ? full : signal === truth.second_signal ? Math.sqrt(full) : 1;
  if (ratio <= 1) return;
  const affected = weights.map((weight, cell) => (truth.batches.includes(Math.floor(cell / BANDS)) ? weight : 0));
  const levels = order.map((level, stratum) => (truth.firmware === null || firmwareOf(model, stratum, day) >= truth.firmware ? level : 0));
  const count = poisson(random, (ratio - 1) * rate * sum(affected) * (sum(levels) / STRATA));
  for (let n = 0; n < count; n += 1) {
    const place = placeOf(affected, levels, random);
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

function addExposure(history: History, index: number, model: Model, devices: Float64Array, day: number): void {
  const { exposure, totals, parameters } = history;
  const strata = Array.from({ length: STRATA }, (_, stratum) => firmwareOf(model, stratum, day));
  for (let cell = 0; cell < BATCHES * BANDS; cell += 1) {
    const band = cell % BANDS;
    const count = devices[cell] ?? 0;
    const add = (node: number, share: number): void => {
      const place = ((index * NODES + node) * BANDS + band) * parameters.days + day;
      exposure[place] = (exposure[place] ?? 0) + count * share;
    };
    add(0, 1);
    const whole = (index * BANDS + band) * parameters.days + day;
    totals.devices[whole] = (totals.devices[whole] ?? 0) + count;
    add(1 + Math.floor(cell / BANDS), 1);
    for (const firmware of strata) add(1 + BATCHES + firmware, 1 / STRATA);
  }
}

/** Books one event in the model, its batch, its firmware of that day, its stratum and the fleet's age band. */
export function addEvent(history: History, index: number, model: Model, signal: number, day: number, place: Place): void {
  const { counts, strata, totals, parameters } = history;
  const nodes = [0, 1 + place.batch, 1 + BATCHES + firmwareOf(model, place.stratum, day)];
  for (const node of nodes) increment(counts, ((index * NODES + node) * SIGNALS + signal) * parameters.days + day);
  increment(strata, ((index * STRATA + place.stratum) * SIGNALS + signal) * parameters.days + day);
  increment(totals.events, ((signal * parameters.models + index) * BANDS + place.band) * parameters.days + day);
}

function placeOf(weights: Float64Array, levels: readonly number[], random: Random): Place {
  const cell = choose(weights, random);
  return { batch: Math.floor(cell / BANDS), band: cell % BANDS, stratum: choose(levels, random) };
}

function choose(weights: ArrayLike<number>, random: Random): number {
  let left = random.uniform() * sum(weights);
  for (let index = 0; index < weights.length; index += 1) {
    left -= weights[index] ?? 0;
    if (left < 0) return index;
  }
  return weights.length - 1;
}

function increment(array: Uint16Array | Uint8Array | Float32Array, index: number): void {
  array[index] = (array[index] ?? 0) + 1;
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
