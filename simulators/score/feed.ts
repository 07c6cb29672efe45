// Feeds the simulated days to the product's own scan: episodes, expectation, detector. Only counts and exposure pass; the truth does not.
import type { Series, SignalShape } from '../../src/alert/detector.ts';
import { dispersionOf, fleetFactor, heterogeneityShape, referenceRate, type Share } from '../../src/alert/expectation.ts';
import type { History } from './history.ts';
import { BANDS, NODES, SIGNALS } from './parameters.ts';

/** First day on which anything may alarm: before it the fleet only teaches the references. */
export const FIRST_DAY = 90;
const GUARD = 21;
const DISCOUNT = 0.998;
/** What a new signal is assumed to be before it has been seen: one episode per device in ten years. */
const PRIOR_RATE = 1 / 3650;

export interface Fed {
  readonly shapes: readonly SignalShape[];
  /** expected[((model x NODES + node) x SIGNALS + signal) x days + day]: with the factor of the day. */
  expectedOf(model: number, node: number, signal: number): Float64Array;
  /** The same without the factor. */
  plainOf(model: number, node: number, signal: number): Float64Array;
  eventsOf(model: number, node: number, signal: number): Uint16Array;
  readonly factors: Float64Array;
}

export function feed(history: History): Fed {
  const { days, models } = history.parameters;
  const references = referencesOf(history);
  const factors = new Float64Array(SIGNALS * days).fill(1);
  const plain = (model: number, node: number, signal: number, day: number): number => {
    let expected = 0;
    for (let band = 0; band < BANDS; band += 1) {
      expected += (history.exposure[((model * NODES + node) * BANDS + band) * days + day] ?? 0) * (references[(signal * BANDS + band) * days + day] ?? 0);
    }
    return expected;
  };
  const eventsOf = (model: number, node: number, signal: number): Uint16Array =>
    history.counts.subarray(((model * NODES + node) * SIGNALS + signal) * days, ((model * NODES + node) * SIGNALS + signal + 1) * days);
  const dispersionIn = (signal: number): number => {
    let squares = 0;
    let binomial = 0;
    for (let model = 0; model < models; model += 1) {
      const events = eventsOf(model, 0, signal).subarray(GUARD, FIRST_DAY);
      const expected = Array.from(events, (_, i) => plain(model, 0, signal, GUARD + i) * (factors[signal * days + GUARD + i] ?? 1));
      const total = events.reduce((sum, count) => sum + count, 0);
      const all = expected.reduce((sum, value) => sum + value, 0);
      if (total === 0 || all === 0) continue;
      events.forEach((count, i) => {
        const p = (expected[i] ?? 0) / all;
        squares += (count - p * total) ** 2;
        binomial += total * p * (1 - p);
      });
    }
    return dispersionOf(squares, binomial);
  };
  const levels = new Float64Array(models).fill(1);
  const shapes: SignalShape[] = [];
  for (let signal = 0; signal < SIGNALS; signal += 1) {
    const sums = new Float64Array(models * 2);
    let shape: SignalShape | null = null;
    levels.fill(1);
    for (let day = 0; day < days; day += 1) {
      const shares: Share[] = [];
      for (let model = 0; model < models; model += 1) {
        shares.push({ events: history.counts[(model * NODES * SIGNALS + signal) * days + day] ?? 0, expected: plain(model, 0, signal, day) * (levels[model] ?? 1) });
      }
      const factor = fleetFactor(shares, shape?.dispersion ?? 1.5);
      factors[signal * days + day] = factor;
      for (let model = 0; model < models; model += 1) {
        const share = shares[model] ?? { events: 0, expected: 0 };
        sums[2 * model] = (sums[2 * model] ?? 0) + share.events;
        sums[2 * model + 1] = (sums[2 * model + 1] ?? 0) + plain(model, 0, signal, day) * factor;
        if (day % 30 === 29) levels[model] = ((shape?.shape ?? 3) + (sums[2 * model] ?? 0)) / ((shape?.shape ?? 3) + (sums[2 * model + 1] ?? 0));
      }
      if (day === FIRST_DAY - 1) {
        const dispersion = dispersionIn(signal);
        const totals = Array.from({ length: models }, (_, model) => ({ events: sums[2 * model] ?? 0, expected: sums[2 * model + 1] ?? 0 }));
        shape = { dispersion, shape: heterogeneityShape(totals, dispersion), part_shape: 15, weight: 1 / SIGNALS };
      }
    }
    if (shape !== null) shapes.push(shape);
  }
  const expectedOf = (model: number, node: number, signal: number): Float64Array =>
    Float64Array.from({ length: days }, (_, day) => plain(model, node, signal, day) * (factors[signal * days + day] ?? 1));
  const plainOf = (model: number, node: number, signal: number): Float64Array => Float64Array.from({ length: days }, (_, day) => plain(model, node, signal, day));
  return { shapes, expectedOf, plainOf, eventsOf, factors };
}

/** Reference rate by signal, band and day from the fleet's own past up to the guard. */
function referencesOf(history: History): Float64Array {
  const { days, models } = history.parameters;
  const devices = new Float64Array(BANDS * days);
  for (let model = 0; model < models; model += 1) {
    for (let cell = 0; cell < BANDS * days; cell += 1) devices[cell] = (devices[cell] ?? 0) + (history.exposure[model * NODES * BANDS * days + cell] ?? 0);
  }
  const references = new Float64Array(SIGNALS * BANDS * days);
  for (let signal = 0; signal < SIGNALS; signal += 1) {
    for (let band = 0; band < BANDS; band += 1) {
      let events = 0;
      let device_days = 0;
      for (let day = 0; day < days; day += 1) {
        const past = Math.max(0, day - GUARD);
        if (day === 0 || day > GUARD) {
          events = events * DISCOUNT + (history.bands[(signal * BANDS + band) * days + past] ?? 0);
          device_days = device_days * DISCOUNT + (devices[band * days + past] ?? 0);
        }
        references[(signal * BANDS + band) * days + day] = referenceRate({ events, device_days }, PRIOR_RATE);
      }
    }
  }
  return references;
}

export const seriesOf = (fed: Fed, model: number): Series[][] =>
  Array.from({ length: NODES }, (_, node) => Array.from({ length: SIGNALS }, (__, signal) =>
    ({ events: fed.eventsOf(model, node, signal), expected: fed.expectedOf(model, node, signal) })));
