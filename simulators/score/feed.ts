// Feeds the simulated days to the product's own scan: what a signal is like, what was to be expected. Only counts and exposure pass; the truth does not.
import type { Series, SignalShape } from '../../src/alert/detector.ts';
import { expectationOf, type SignalPrior, type Totals } from '../../src/alert/fleet.ts';
import { likenessOf } from '../../src/alert/likeness.ts';
import { PART_SHAPE } from '../../src/alert/series.ts';
import { START_DISPERSION, START_SHAPE } from '../../src/alert/starters.ts';
import type { History } from './history.ts';
import { BANDS, NODES, SIGNALS } from './parameters.ts';

/** First day on which anything may alarm: before it the fleet only teaches the references. */
export const FIRST_DAY = 90;
/** What a new signal is assumed to be before it has been seen: one episode per device in ten years. */
const START: SignalPrior = { prior_rate: 1 / 3650, dispersion: START_DISPERSION, shape: START_SHAPE };

export interface Fed {
  readonly shapes: readonly SignalShape[];
  /** By day, with the factor of the day. */
  expectedOf(model: number, node: number, signal: number): Float64Array;
  /** The same without the factor. */
  plainOf(model: number, node: number, signal: number): Float64Array;
  eventsOf(model: number, node: number, signal: number): Uint16Array;
}

export function feed(history: History): Fed {
  const { days } = history.parameters;
  const priors = learnedPriors(history.totals);
  const expectation = expectationOf(history.totals, priors);
  const eventsOf = (model: number, node: number, signal: number): Uint16Array =>
    history.counts.subarray(((model * NODES + node) * SIGNALS + signal) * days, ((model * NODES + node) * SIGNALS + signal + 1) * days);
  const expectedOf = (model: number, node: number, signal: number): Float64Array => {
    const rates = expectation.rates(model, signal);
    const expected = new Float64Array(days);
    for (let band = 0; band < BANDS; band += 1) {
      const devices = (model * NODES + node) * BANDS * days + band * days;
      for (let day = 0; day < days; day += 1) expected[day] = (expected[day] ?? 0) + (history.exposure[devices + day] ?? 0) * (rates[band * days + day] ?? 0);
    }
    return expected;
  };
  const plainOf = (model: number, node: number, signal: number): Float64Array =>
    expectedOf(model, node, signal).map((value, day) => value / expectation.factor(signal, day));
  const shapes = priors.map(({ dispersion, shape }): SignalShape => ({ dispersion, shape, part_shape: PART_SHAPE, weight: 1 / SIGNALS }));
  return { shapes, expectedOf, plainOf, eventsOf };
}

/** As the product's job does it, once, on what had been seen by FIRST_DAY. */
function learnedPriors(totals: Totals): SignalPrior[] {
  const start = Array.from({ length: SIGNALS }, () => START);
  const early = firstDays(totals, FIRST_DAY);
  const expectation = expectationOf(early, start);
  return start.map((prior, signal) => ({ ...prior, ...likenessOf(early, expectation, signal) }));
}

/** The totals as they stood after so many days. */
function firstDays(totals: Totals, days: number): Totals {
  const cut = (values: Float32Array): Float32Array => {
    const rows = values.length / totals.days;
    const kept = new Float32Array(rows * days);
    for (let row = 0; row < rows; row += 1) kept.set(values.subarray(row * totals.days, row * totals.days + days), row * days);
    return kept;
  };
  return { ...totals, days, devices: cut(totals.devices), events: cut(totals.events) };
}

export const seriesOf = (fed: Fed, model: number): Series[][] =>
  Array.from({ length: NODES }, (_, node) =>
    Array.from({ length: SIGNALS }, (__, signal) => ({ events: fed.eventsOf(model, node, signal), expected: fed.expectedOf(model, node, signal) })),
  );
