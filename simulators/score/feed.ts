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
  const { days } = history.parameters;
  const factors = new Float64Array(SIGNALS * days).fill(1);
  const plain = plainExpectation(history, referencesOf(history));
  const eventsOf = (model: number, node: number, signal: number): Uint16Array =>
    history.counts.subarray(((model * NODES + node) * SIGNALS + signal) * days, ((model * NODES + node) * SIGNALS + signal + 1) * days);
  const plainOf = (model: number, node: number, signal: number): Float64Array =>
    Float64Array.from({ length: days }, (_, day) => plain(model, node, signal, day));
  const expectedOf = (model: number, node: number, signal: number): Float64Array =>
    plainOf(model, node, signal).map((value, day) => value * (factors[signal * days + day] ?? 1));
  const shapes = Array.from({ length: SIGNALS }, (_, signal) =>
    learnSignal(history, signal, plain, factors.subarray(signal * days, (signal + 1) * days), (model) => eventsOf(model, 0, signal)),
  );
  return { shapes, expectedOf, plainOf, eventsOf, factors };
}

type Plain = (model: number, node: number, signal: number, day: number) => number;

const plainExpectation =
  (history: History, references: Float64Array): Plain =>
  (model, node, signal, day) => {
    const { days } = history.parameters;
    let expected = 0;
    for (let band = 0; band < BANDS; band += 1) {
      expected += (history.exposure[((model * NODES + node) * BANDS + band) * days + day] ?? 0) * (references[(signal * BANDS + band) * days + day] ?? 0);
    }
    return expected;
  };

const START_DISPERSION = 1.5;
const START_SHAPE = 3;

/** Fills the factors of a signal day by day, each model at the level it has shown, and learns over-dispersion and heterogeneity before FIRST_DAY. */
function learnSignal(history: History, signal: number, plain: Plain, factors: Float64Array, eventsOf: (model: number) => Uint16Array): SignalShape {
  const { days, models } = history.parameters;
  const levels = new Float64Array(models).fill(1);
  const totals = Array.from({ length: models }, () => ({ events: 0, expected: 0 }));
  const events = Array.from({ length: models }, (_, model) => eventsOf(model));
  let shape: SignalShape = { dispersion: START_DISPERSION, shape: START_SHAPE, part_shape: 15, weight: 1 / SIGNALS };
  for (let day = 0; day < days; day += 1) {
    const expected = totals.map((_, model) => plain(model, 0, signal, day));
    const factor = fleetFactor(
      totals.map((_, model): Share => ({ events: events[model]?.[day] ?? 0, expected: (expected[model] ?? 0) * (levels[model] ?? 1) })),
      shape.dispersion,
    );
    factors[day] = factor;
    totals.forEach((total, model) => {
      total.events += events[model]?.[day] ?? 0;
      total.expected += (expected[model] ?? 0) * factor;
      if (day % 30 === 29) levels[model] = (shape.shape + total.events) / (shape.shape + total.expected);
    });
    if (day !== FIRST_DAY - 1) continue;
    const dispersion = learnDispersion(events, (model, at) => plain(model, 0, signal, at) * (factors[at] ?? 1));
    shape = { ...shape, dispersion, shape: heterogeneityShape(totals, dispersion) };
  }
  return shape;
}

function learnDispersion(events: readonly Uint16Array[], expectedOn: (model: number, day: number) => number): number {
  let squares = 0;
  let binomial = 0;
  events.forEach((counts, model) => {
    const seen = counts.subarray(GUARD, FIRST_DAY);
    const expected = Array.from(seen, (_, i) => expectedOn(model, GUARD + i));
    const total = seen.reduce((sum, count) => sum + count, 0);
    const all = expected.reduce((sum, value) => sum + value, 0);
    if (total === 0 || all === 0) return;
    seen.forEach((count, i) => {
      const p = (expected[i] ?? 0) / all;
      squares += (count - p * total) ** 2;
      binomial += total * p * (1 - p);
    });
  });
  return dispersionOf(squares, binomial);
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
  Array.from({ length: NODES }, (_, node) =>
    Array.from({ length: SIGNALS }, (__, signal) => ({ events: fed.eventsOf(model, node, signal), expected: fed.expectedOf(model, node, signal) })),
  );
