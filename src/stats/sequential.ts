// Sequential detection in one stream of daily counts: gamma-Poisson likelihood ratios over every start day of a window, summed to an
// e-detector (Shiryaev-Roberts mixture; Shin, Ramdas & Rinaldo 2024, "E-detectors: a nonparametric framework for sequential change detection").
// Under the null its expectation grows by at most 1 a day, so the mean time to a false alert at threshold c is at least c days.

/** One alternative: the rate becomes `ratio` times the null, at once (`ramp_days` 0) or growing exponentially over `ramp_days`. */
export interface Template {
  readonly ratio: number;
  readonly ramp_days: number;
}

export interface Design {
  /** Start days per window, W. */
  readonly window_days: number;
  /** Days before a window's start that its history does not see, so that a slow onset does not teach itself as normal. */
  readonly guard_days: number;
  /** Weight of a day of history relative to the next one. */
  readonly discount: number;
  /** The practical null: rates up to this multiple of the expectation are no news. */
  readonly null_ratio: number;
  readonly templates: readonly Template[];
}

/** The steps of the mixture, as ratios to the practical null. */
export const steps: readonly Template[] = [1.5, 2, 3, 5].map((ratio) => ({ ratio, ramp_days: 0 }));

/** What is known of a level: relative to the expectation it is Gamma(shape A, rate B). */
export interface Known {
  readonly shape: number;
  readonly rate: number;
}

/**
 * Likelihood ratio of one window against the practical null, the unknown level integrated out:
 * LR = r^Y * ((B + r0 E) / (B + r r0 E))^(A + Y), with Y events where E were expected.
 */
export const likelihoodRatio = (events: number, expected: number, known: Known, null_ratio: number, ratio: number): number =>
  Math.exp(events * Math.log(ratio) + (known.shape + events) * Math.log((known.rate + null_ratio * expected) / (known.rate + ratio * null_ratio * expected)));

/** One stream, filled day by day: running totals, discounted history, and what peers said about the level on each day. */
export interface Stream {
  days: number;
  /** Sums over the days before; one place longer than the days. */
  readonly cum_events: Float64Array;
  readonly cum_expected: Float64Array;
  /** Sum of day index x events: the log weight of an exponential onset is a difference of it. */
  readonly cum_moment: Float64Array;
  /** Discounted sums up to and including the day. */
  readonly past_events: Float64Array;
  readonly past_expected: Float64Array;
  readonly prior_shape: Float64Array;
  readonly prior_rate: Float64Array;
}

/** What peers said about the level, by day. */
export interface Priors {
  readonly shape: Float64Array;
  readonly rate: Float64Array;
}

export const emptyStream = (priors: Priors): Stream => ({
  days: 0,
  cum_events: new Float64Array(priors.shape.length + 1),
  cum_expected: new Float64Array(priors.shape.length + 1),
  cum_moment: new Float64Array(priors.shape.length + 1),
  past_events: new Float64Array(priors.shape.length),
  past_expected: new Float64Array(priors.shape.length),
  prior_shape: priors.shape,
  prior_rate: priors.rate,
});

/** Adds the next day; `events` and `expected` are already divided by the over-dispersion. */
export function addDay(stream: Stream, events: number, expected: number, discount: number): void {
  const t = stream.days;
  stream.cum_events[t + 1] = (stream.cum_events[t] ?? 0) + events;
  stream.cum_expected[t + 1] = (stream.cum_expected[t] ?? 0) + expected;
  stream.cum_moment[t + 1] = (stream.cum_moment[t] ?? 0) + events * t;
  stream.past_events[t] = discount * (t === 0 ? 0 : (stream.past_events[t - 1] ?? 0)) + events;
  stream.past_expected[t] = discount * (t === 0 ? 0 : (stream.past_expected[t - 1] ?? 0)) + expected;
  stream.days = t + 1;
}

/** What is known when a window starts on day `start`: the peers' prior and the own history up to the guard (its first day included). */
export function knownAt(stream: Stream, start: number, guard_days: number): Known {
  const last = start - guard_days;
  return {
    shape: (stream.prior_shape[start] ?? 0) + (stream.past_events[last] ?? 0),
    rate: (stream.prior_rate[start] ?? 0) + (stream.past_expected[last] ?? 0),
  };
}

/** The window and alternative that speak loudest on a day. */
export interface Window {
  readonly start: number;
  readonly template: Template;
  readonly ratio: number;
  readonly events: number;
  readonly expected: number;
  readonly known: Known;
}

/** The statistic M of day `t`: the mean over the alternatives of the likelihood ratio, summed over the start days. Cost: window_days x templates. */
export function detectorAt(stream: Stream, t: number, design: Design): number {
  let total = 0;
  for (const template of design.templates) total += sumOverStarts(stream, t, template, design, null);
  return total / design.templates.length;
}

/** Start days that share one bound. */
const BLOCK_DAYS = 12;
/** More than the sums of `detectorAt` can gain by rounding. */
const ROUNDING = 1 + 1e-9;

/**
 * What M of day `t` cannot exceed, at a tenth of its cost. The likelihood ratio of a step grows with the events and with B, and falls with the
 * expectation and with A: a block of starts is taken at the largest of the former and the least of the latter.
 */
export function boundAt(stream: Stream, t: number, design: Design): number {
  const { cum_events, cum_expected } = stream;
  if (design.templates.some(({ ramp_days }) => ramp_days > 0)) return detectorAt(stream, t, design);
  let total = 0;
  for (let from = Math.max(0, t - design.window_days + 1); from <= t; from += BLOCK_DAYS) {
    const to = Math.min(t, from + BLOCK_DAYS - 1);
    const events = (cum_events[t + 1] ?? 0) - (cum_events[from] ?? 0);
    const expected = design.null_ratio * ((cum_expected[t + 1] ?? 0) - (cum_expected[to] ?? 0));
    const { shape, rate } = loosestKnown(stream, from, to, design.guard_days);
    for (const { ratio } of design.templates)
      total += (to - from + 1) * Math.exp(events * Math.log(ratio) + (shape + events) * Math.log((rate + expected) / (rate + ratio * expected)));
  }
  return (total / design.templates.length) * ROUNDING;
}

/** The least A and the largest B of the starts `from` … `to`. */
function loosestKnown({ prior_shape, prior_rate, past_events, past_expected }: Stream, from: number, to: number, guard_days: number): Known {
  let [shape, rate] = [Infinity, 0];
  for (let start = from; start <= to; start += 1) {
    const history = start - guard_days;
    const a = (prior_shape[start] ?? 0) + (history < 0 ? 0 : (past_events[history] ?? 0));
    const b = (prior_rate[start] ?? 0) + (history < 0 ? 0 : (past_expected[history] ?? 0));
    if (a < shape) shape = a;
    if (b > rate) rate = b;
  }
  return { shape, rate };
}

/** The sum over start days for each alternative apart: their mean is M. */
export const sumsByTemplate = (stream: Stream, t: number, design: Design): number[] =>
  design.templates.map((template) => sumOverStarts(stream, t, template, design, null));

/** The M of every day of the stream. */
export const detectorPath = (stream: Stream, design: Design): number[] => Array.from({ length: stream.days }, (_, t) => detectorAt(stream, t, design));

/** The window with the largest likelihood ratio on day `t`: it dates the onset and sizes the excess. */
export function bestWindow(stream: Stream, t: number, design: Design): Window | null {
  let best: { start: number; ratio: number; template: Template } | null = null;
  for (const template of design.templates) {
    const found = { start: t, ratio: -1 };
    sumOverStarts(stream, t, template, design, found);
    if (found.ratio > (best?.ratio ?? 0)) best = { ...found, template };
  }
  if (best === null) return null;
  const { start } = best;
  return {
    ...best,
    events: total(stream.cum_events, start, t + 1),
    expected: total(stream.cum_expected, start, t + 1),
    known: knownAt(stream, start, design.guard_days),
  };
}

/** Terms below exp(-40) add nothing to a double that already holds the term of today. */
const NEGLIGIBLE = -40;

function sumOverStarts(stream: Stream, t: number, template: Template, design: Design, best: { start: number; ratio: number } | null): number {
  const { cum_events, cum_expected, cum_moment, past_events, past_expected, prior_shape, prior_rate } = stream;
  const { guard_days: guard, null_ratio } = design;
  const first = Math.max(0, t - design.window_days + 1);
  const log_ratio = Math.log(template.ratio);
  const ramp = template.ramp_days;
  const grown = ramp > 0 ? grownExpectation(stream, first, t, template) : null;
  const growth = ramp > 0 ? template.ratio ** (1 / ramp) : 1;
  const events_now = cum_events[t + 1] ?? 0;
  const expected_now = cum_expected[t + 1] ?? 0;
  let scale = growth;
  let sum = 0;
  // From the first start on, so that the scale of the grown expectation shrinks by one step a day.
  for (let start = first; start <= t; start += 1) {
    const events = events_now - (cum_events[start] ?? 0);
    const expected = expected_now - (cum_expected[start] ?? 0);
    let log_weight = events * log_ratio;
    let raised = template.ratio * expected;
    if (grown !== null) {
      const top = Math.min(start + ramp, t + 1);
      const climbing = (cum_events[top] ?? 0) - (cum_events[start] ?? 0);
      const moment = (cum_moment[top] ?? 0) - (cum_moment[start] ?? 0);
      log_weight = log_ratio * ((moment - (start - 1) * climbing) / ramp + events - climbing);
      raised = scale * ((grown[top - first] ?? 0) - (grown[start - first] ?? 0)) + template.ratio * (expected_now - (cum_expected[top] ?? 0));
      scale /= growth;
    }
    const history = start - guard;
    const shape = (prior_shape[start] ?? 0) + (history < 0 ? 0 : (past_events[history] ?? 0));
    const rate = (prior_rate[start] ?? 0) + (history < 0 ? 0 : (past_expected[history] ?? 0));
    const log_likelihood = log_weight + (shape + events) * Math.log((rate + null_ratio * expected) / (rate + null_ratio * raised));
    if (log_likelihood < NEGLIGIBLE) continue;
    const ratio = Math.exp(log_likelihood);
    sum += ratio;
    // Days without devices weigh nothing: of windows that speak alike the shortest dates the onset.
    if (best !== null && ratio >= best.ratio) Object.assign(best, { start, ratio });
  }
  return sum;
}

/** Running sum of expected x growth^(days since `first`): a window's share of it, rescaled, is its expectation on the ramp. */
function grownExpectation(stream: Stream, first: number, t: number, template: Template): Float64Array {
  const growth = template.ratio ** (1 / template.ramp_days);
  const sums = new Float64Array(t - first + 2);
  let weight = 1;
  for (let day = first; day <= t; day += 1) {
    const expected = (stream.cum_expected[day + 1] ?? 0) - (stream.cum_expected[day] ?? 0);
    sums[day - first + 1] = (sums[day - first] ?? 0) + expected * weight;
    weight *= growth;
  }
  return sums;
}

const total = (sums: Float64Array, from: number, to: number): number => (sums[to] ?? 0) - (sums[from] ?? 0);
