// The fleet's past as the scan sees it: per signal and day the reference rates by age band and the robust factor. Pure.

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
  rates(model: number, signal: number): Float64Array;
  factor(signal: number, day: number): number;
}

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
  const bySignal = priors.map((prior, signal) => signalExpectation(totals, signal, prior, large));
  return {
    rates: (model, signal) => bySignal[signal]?.own.get(model) ?? bySignal[signal]?.family ?? new Float64Array(BANDS * totals.days),
    factor: (signal, day) => bySignal[signal]?.factors[day] ?? 1,
  };
}

/** Models above a fifth of the family's device-days: they see a reference without themselves. */
function largeModels(totals: Totals): number[] {
  const sizes = Array.from({ length: totals.models }, (_, model) => sumOf(totals.devices, model * BANDS * totals.days, BANDS * totals.days));
  const all = sizes.reduce((a, b) => a + b, 0);
  return [...sizes.keys()].filter((model) => (sizes[model] ?? 0) > LARGE_SHARE * all);
}

function signalExpectation(totals: Totals, signal: number, prior: SignalPrior, large: readonly number[]) {
  const { models, days } = totals;
  const family = references(totals, signal, prior, null);
  const own = new Map(large.map((model) => [model, references(totals, signal, prior, model)]));
  const factors = new Float64Array(days).fill(1);
  const shown = Array.from({ length: models }, () => ({ events: 0, expected: 0, level: 1 }));
  for (let day = 0; day < days; day += 1) {
    const shares = shown.map((_, model) => shareOn(totals, signal, model, day, own.get(model) ?? family));
    // At the level each model has shown, or models that always report more would pass for a bad day of the fleet.
    const seen = factorsByCohort(
      shares.map(({ events, expected }, model) => ({ events, expected: expected * (shown[model]?.level ?? 1) })),
      prior.dispersion,
    );
    const rest = shares.findIndex((_, model) => !own.has(model));
    factors[day] = seen[rest < 0 ? 0 : rest] ?? 1;
    for (const [model, rates] of own) scaleDay(rates, days, day, seen[model] ?? 1);
    scaleDay(family, days, day, factors[day] ?? 1);
    shown.forEach((one, model) => {
      one.events += shares[model]?.events ?? 0;
      one.expected += (shares[model]?.expected ?? 0) * (seen[model] ?? 1);
      if (day % LEVEL_DAYS === LEVEL_DAYS - 1) one.level = (prior.shape + one.events) / (prior.shape + one.expected);
    });
  }
  return { family, own, factors };
}

/** Days after which the levels of the models are looked at anew. */
const LEVEL_DAYS = 30;

function scaleDay(rates: Float64Array, days: number, day: number, factor: number): void {
  for (let band = 0; band < BANDS; band += 1) rates[band * days + day] = (rates[band * days + day] ?? 0) * factor;
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
function references({ models, days, devices, events }: Totals, signal: number, { prior_rate }: SignalPrior, without: number | null): Float64Array {
  const rates = new Float64Array(BANDS * days);
  for (let band = 0; band < BANDS; band += 1) {
    let total: BandTotal = { events: 0, device_days: 0 };
    let read = -1;
    for (let day = 0; day < days; day += 1) {
      for (const until = Math.min(days - 1, Math.max(day - design.guard_days, LEARNING_DAYS)); read < until; ) {
        read += 1;
        const past = read;
        let [y, d] = [0, 0];
        for (let model = 0; model < models; model += 1) {
          if (model === without) continue;
          y += events[((signal * models + model) * BANDS + band) * days + past] ?? 0;
          d += devices[(model * BANDS + band) * days + past] ?? 0;
        }
        total = { events: total.events * DISCOUNT + y, device_days: total.device_days * DISCOUNT + d };
      }
      rates[band * days + day] = referenceRate(total, prior_rate);
    }
  }
  return rates;
}

function sumOf(values: Float32Array, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i += 1) sum += values[i] ?? 0;
  return sum;
}
