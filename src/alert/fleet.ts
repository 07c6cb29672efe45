// The fleet's past as the scan sees it: per signal and day the reference rates by age band and the robust factor. Pure.
import { capFor } from '../stats/cappedCount.ts';
import { BANDS } from './day.ts';
import { design } from './detector.ts';
import { type BandTotal, factorsByCohort, LARGE_SHARE, referenceRate } from './expectation.ts';

/** Model totals over the days of the scan: devices[(model x BANDS + band) x days + day], events[((signal x models + model) x BANDS + band) x days + day]. */
export interface Totals {
  readonly models: number;
  readonly days: number;
  readonly signals: number;
  readonly devices: Float32Array;
  readonly events: Float32Array;
}

export const emptyTotals = (models: number, days: number, signals: number): Totals => ({
  models,
  days,
  signals,
  devices: new Float32Array(models * BANDS * days),
  events: new Float32Array(signals * models * BANDS * days),
});

/** rates(model, signal)[band x days + day]: the expected episodes per device of that band, factor included. */
export interface Expectation {
  readonly known: KnownRates;
  rates(model: number, signal: number): Float64Array;
  factor(signal: number, day: number): number;
}

/** Per signal: the rates of the family, those that large models see instead, and the factor by day. Plain data, for another thread. */
export type KnownRates = readonly { readonly family: Float64Array; readonly own: ReadonlyMap<number, Float64Array>; readonly factors: Float64Array }[];

/** What is stored of a signal: its rate before the fleet has shown one, its over-dispersion, and the gamma shape of its level over models. */
export interface SignalPrior {
  readonly prior_rate: number;
  readonly dispersion: number;
  readonly shape: number;
}

const DISCOUNT = 0.998;

/** Everything is a function of the totals alone, so the same data in any order gives the same expectation. */
export function expectationOf(totals: Totals, priors: readonly SignalPrior[]): Expectation {
  const large = largeModels(totals);
  const [devices, events] = [emptyDays(totals), emptyDays(totals)];
  turnDays(totals, totals.devices, 0, devices);
  return expectationFrom(
    priors.map((prior, signal) => {
      turnDays(totals, totals.events, signal, events);
      return signalExpectation({ ...totals, devices, events }, prior, large);
    }),
    totals.days,
  );
}

export const expectationFrom = (known: KnownRates, days: number): Expectation => ({
  known,
  rates: (model, signal) => known[signal]?.own.get(model) ?? known[signal]?.family ?? new Float64Array(BANDS * days),
  factor: (signal, day) => known[signal]?.factors[day] ?? 1,
});

/** One signal with the days outermost, [(day x models + model) x BANDS + band]: a day of the whole fleet is read in one go. */
type Daily = Pick<Totals, 'models' | 'days' | 'devices' | 'events'>;

const emptyDays = ({ models, days }: Totals): Float32Array => new Float32Array(models * BANDS * days);

function turnDays({ models, days }: Totals, values: Float32Array, signal: number, turned: Float32Array): void {
  const [row, first] = [models * BANDS, signal * models * BANDS * days];
  for (let place = 0; place < row; place += 1) for (let day = 0; day < days; day += 1) turned[day * row + place] = values[first + place * days + day] ?? 0;
}

/** Models above a fifth of the family's device-days: they see a reference without themselves. */
function largeModels(totals: Totals): number[] {
  const sizes = Array.from({ length: totals.models }, (_, model) => sumOf(totals.devices, model * BANDS * totals.days, BANDS * totals.days));
  const all = sizes.reduce((a, b) => a + b, 0);
  return [...sizes.keys()].filter((model) => (sizes[model] ?? 0) > LARGE_SHARE * all);
}

function signalExpectation(daily: Daily, prior: SignalPrior, large: readonly number[]) {
  const { models, days } = daily;
  const family = references(daily, prior, null);
  const own = new Map(large.map((model) => [model, references(daily, prior, model)]));
  const factors = new Float64Array(days).fill(1);
  const shown = Array.from({ length: models }, () => ({ events: 0, expected: 0, level: 1 }));
  // At the level each model has shown, or models that always report more would pass for a bad day of the fleet.
  const shares = shown.map(() => ({ events: 0, expected: 0 }));
  const cap = capFor(prior.dispersion);
  const rest = shares.findIndex((_, model) => !own.has(model));
  for (let day = 0; day < days; day += 1) {
    shares.forEach((share, model) => {
      takeDay(share, daily, model, day, own.get(model) ?? family);
      share.expected *= shown[model]?.level ?? 1;
    });
    const seen = factorsByCohort(shares, cap);
    factors[day] = seen[rest < 0 ? 0 : rest] ?? 1;
    shown.forEach((one, model) => {
      const share = shares[model];
      if (share === undefined) return;
      takeDay(share, daily, model, day, own.get(model) ?? family);
      one.events += share.events;
      one.expected += share.expected * (seen[model] ?? 1);
      if (day % LEVEL_DAYS === LEVEL_DAYS - 1) one.level = (prior.shape + one.events) / (prior.shape + one.expected);
    });
    for (const [model, rates] of own) scaleDay(rates, days, day, seen[model] ?? 1);
    scaleDay(family, days, day, factors[day] ?? 1);
  }
  return { family, own, factors };
}

/** Days after which the levels of the models are looked at anew. */
const LEVEL_DAYS = 30;

function scaleDay(rates: Float64Array, days: number, day: number, factor: number): void {
  for (let band = 0; band < BANDS; band += 1) rates[band * days + day] = (rates[band * days + day] ?? 0) * factor;
}

function takeDay(share: { events: number; expected: number }, { models, days, devices, events }: Daily, model: number, day: number, rates: Float64Array): void {
  const first = (day * models + model) * BANDS;
  share.events = 0;
  share.expected = 0;
  for (let band = 0; band < BANDS; band += 1) {
    share.events += events[first + band] ?? 0;
    share.expected += (devices[first + band] ?? 0) * (rates[band * days + day] ?? 0);
  }
}

export function shareOn(
  { models, days, devices, events }: Totals,
  signal: number,
  model: number,
  day: number,
  rates: Float64Array,
): { events: number; expected: number } {
  const share = { events: 0, expected: 0 };
  for (let band = 0; band < BANDS; band += 1) {
    share.events += events[((signal * models + model) * BANDS + band) * days + day] ?? 0;
    share.expected += (devices[(model * BANDS + band) * days + day] ?? 0) * (rates[band * days + day] ?? 0);
  }
  return share;
}

/** The first days of a store are judged by what they themselves taught: nothing else is known of the fleet yet. */
const LEARNING_DAYS = 30;

/** Reference rates by band and day from the family's own past up to the guard. */
function references(daily: Daily, { prior_rate }: SignalPrior, without: number | null): Float64Array {
  const { days } = daily;
  const rates = new Float64Array(BANDS * days);
  for (let band = 0; band < BANDS; band += 1) {
    let total: BandTotal = { events: 0, device_days: 0 };
    let read = -1;
    for (let day = 0; day < days; day += 1) {
      for (const until = Math.min(days - 1, Math.max(day - design.guard_days, LEARNING_DAYS)); read < until; ) {
        read += 1;
        const { events, device_days } = familyOn(daily, read, band, without);
        total = { events: total.events * DISCOUNT + events, device_days: total.device_days * DISCOUNT + device_days };
      }
      rates[band * days + day] = referenceRate(total, prior_rate);
    }
  }
  return rates;
}

function familyOn({ models, devices, events }: Daily, day: number, band: number, without: number | null): BandTotal {
  const sum = { events: 0, device_days: 0 };
  for (let model = 0; model < models; model += 1) {
    if (model === without) continue;
    const place = (day * models + model) * BANDS + band;
    sum.events += events[place] ?? 0;
    sum.device_days += devices[place] ?? 0;
  }
  return sum;
}

function sumOf(values: Float32Array, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i += 1) sum += values[i] ?? 0;
  return sum;
}
