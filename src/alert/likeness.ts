// How a signal behaves over the fleet, from the counted days alone: the scatter of its daily counts and the spread of its level over models. Pure.
import { design } from './detector.ts';
import { dispersionOf, heterogeneityShape } from './expectation.ts';
import { type Expectation, shareOn, type Totals } from './fleet.ts';

export interface Likeness {
  readonly dispersion: number;
  readonly shape: number;
}

/** Fewer days, models or events than these say too little. */
const FEWEST_DAYS = 60;
const FEWEST_MODELS = 20;
const FEWEST_EVENTS = 100;

/** Looks at the days up to `until` (all, if not given), without the guard's first ones. Null when the fleet has shown too little. */
export function likenessOf(totals: Totals, expectation: Expectation, signal: number, until = totals.days): Likeness | null {
  if (until < FEWEST_DAYS) return null;
  const models = Array.from({ length: totals.models }, (_, model) => seriesOf(totals, expectation, signal, model, until)).filter(({ all }) => all.expected > 0);
  if (models.length < FEWEST_MODELS || models.reduce((sum, { all }) => sum + all.events, 0) < FEWEST_EVENTS) return null;
  let squares = 0;
  let binomial = 0;
  for (const { events, expected, late } of models) {
    if (late.events === 0) continue;
    for (let day = design.guard_days; day < until; day += 1) {
      const p = (expected[day] ?? 0) / late.expected;
      squares += ((events[day] ?? 0) - p * late.events) ** 2;
      binomial += late.events * p * (1 - p);
    }
  }
  const dispersion = dispersionOf(squares, binomial);
  return {
    dispersion,
    shape: heterogeneityShape(
      models.map(({ all }) => all),
      dispersion,
    ),
  };
}

function seriesOf(totals: Totals, expectation: Expectation, signal: number, model: number, until: number) {
  const events = new Float64Array(until);
  const expected = new Float64Array(until);
  const all = { events: 0, expected: 0 };
  const late = { events: 0, expected: 0 };
  const rates = expectation.rates(model, signal);
  for (let day = 0; day < until; day += 1) {
    const share = shareOn(totals, signal, model, day, rates);
    events[day] = share.events;
    expected[day] = share.expected;
    for (const sum of day < design.guard_days ? [all] : [all, late]) {
      sum.events += share.events;
      sum.expected += share.expected;
    }
  }
  return { events, expected, all, late };
}
