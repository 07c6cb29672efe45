// The detector of one model: all its nested cohorts and all signals, joined to one statistic with one budget of false alerts.
import { clustersOf, clustersPerEvent } from '../stats/clusters.ts';
import { addDay, boundAt, type Design, detectorAt, emptyStream, type Known, type Priors, type Stream } from '../stats/sequential.ts';

/** Daily episodes and expectations of one signal in one cohort, day 0 first. */
export interface Series {
  readonly events: ArrayLike<number>;
  readonly expected: ArrayLike<number>;
}

/** What a signal is like over the fleet. */
export interface SignalShape {
  readonly dispersion: number;
  /** Gamma shape of the level over models. */
  readonly shape: number;
  /** Gamma shape of the level of a part (batch, revision, firmware) inside its model. */
  readonly part_shape: number;
  /** Share in the average over signals; all together 1. */
  readonly weight: number;
}

export const design: Design = {
  window_days: 180,
  guard_days: 21,
  discount: 0.999,
  null_ratio: 1,
  templates: [2.5, 5].map((ratio) => ({ ratio, ramp_days: 0 })),
};

/** Streams of one model: streams[cohort][signal], cohort 0 the whole model. */
export function streamsOf(cohorts: readonly (readonly Series[])[], signals: readonly SignalShape[], days: number, plan: Design = design): Stream[][] {
  const whole = signals.map((signal, s) =>
    streamOf(
      seriesAt(cohorts, 0, s),
      signal,
      priorsOf(days, () => ({ shape: signal.shape, rate: signal.shape })),
      plan,
    ),
  );
  if (cohorts.length < 2) return [whole];
  const priors = signals.map((signal, s) => priorsOf(days, (day) => partPrior(whole[s], day, signal, plan)));
  const parts = cohorts
    .slice(1)
    .map((_, part) => signals.map((signal, s) => streamOf(seriesAt(cohorts, part + 1, s), signal, priors[s] ?? priorsOf(0, () => NOTHING), plan)));
  return [whole, ...parts];
}

const NOTHING: Known = { shape: 0, rate: 0 };

/** All parts of a model share them: they depend on the day alone. */
function priorsOf(days: number, knownOn: (day: number) => Known): Priors {
  const priors = { shape: new Float64Array(days), rate: new Float64Array(days) };
  for (let day = 0; day < days; day += 1) {
    const { shape, rate } = knownOn(day);
    priors.shape[day] = shape;
    priors.rate[day] = rate;
  }
  return priors;
}

function streamOf(series: Series, signal: SignalShape, priors: Priors, plan: Design): Stream {
  const stream = emptyStream(priors);
  const clusters = clustersPerEvent(signal.dispersion);
  for (let day = 0; day < priors.shape.length; day += 1) {
    const [events, expected] = [series.events[day] ?? 0, series.expected[day] ?? 0];
    addDay(stream, events === 0 ? 0 : clustersAtOwnLevel(stream, day, events, expected, signal, plan), expected * clusters, plan.discount);
  }
  return stream;
}

/** How many clusters the events are hangs on the cohort's own level; the expectation stays the family's, for the level is what the history learns. */
function clustersAtOwnLevel(stream: Stream, day: number, events: number, expected: number, signal: SignalShape, plan: Design): number {
  const last = day - plan.guard_days;
  const shape = (stream.prior_shape[day] ?? 0) + (last < 0 ? 0 : (stream.past_events[last] ?? 0));
  const rate = (stream.prior_rate[day] ?? 0) + (last < 0 ? 0 : (stream.past_expected[last] ?? 0));
  return clustersOf(events, (expected * shape) / rate, signal.dispersion).events;
}

/**
 * A part starts from the level its whole model had before the guard, not from the fleet's: B = shape / level makes the prior mean that level.
 * What is still unknown of the model's level is unknown of the part's too, so the squared coefficients of variation add.
 */
export function partPrior(model: Stream | undefined, day: number, signal: SignalShape, plan: Design = design): Known {
  const last = day - plan.guard_days;
  const learned = signal.shape + (model?.past_events[last] ?? 0);
  const level = learned / (signal.shape + (model?.past_expected[last] ?? 0));
  const shape = 1 / (1 / learned + 1 / signal.part_shape);
  return { shape, rate: shape / level };
}

function seriesAt(cohorts: readonly (readonly Series[])[], cohort: number, signal: number): Series {
  const series = cohorts[cohort]?.[signal];
  if (series === undefined) throw new RangeError(`No series for cohort ${cohort}, signal ${signal}`);
  return series;
}

/** The statistic of a model on a day, with the terms it is made of. */
export interface Evidence {
  readonly statistic: number;
  readonly by_stream: readonly (readonly number[])[];
}

/** The budget-weighted average over cohorts and signals: an e-detector itself, whatever depends on what. */
export function evidenceAt(
  streams: readonly (readonly Stream[])[],
  t: number,
  signals: readonly SignalShape[],
  budgets: readonly number[],
  plan: Design = design,
): Evidence {
  const by_stream = streams.map((row) => row.map((stream) => detectorAt(stream, t, plan)));
  let statistic = 0;
  for (const [cohort, row] of by_stream.entries()) {
    for (const [s, value] of row.entries()) statistic += value * (budgets[cohort] ?? 0) * (signals[s]?.weight ?? 0);
  }
  return { statistic, by_stream };
}

/**
 * The evidence of a day if the statistic reaches `floor`, else null. Most models are decided by bounds; the heaviest are replaced by the
 * truth until what is left cannot reach the floor any more.
 */
export function evidenceFrom(
  floor: number,
  streams: readonly (readonly Stream[])[],
  t: number,
  signals: readonly SignalShape[],
  budgets: readonly number[],
  plan: Design = design,
): Evidence | null {
  const terms = streams.flatMap((row, cohort) =>
    row.map((stream, s) => {
      const weight = (budgets[cohort] ?? 0) * (signals[s]?.weight ?? 0);
      return { stream, weight, most: weight * boundAt(stream, t, plan) };
    }),
  );
  terms.sort((a, b) => b.most - a.most);
  const above = terms.map(({ most }) => most);
  for (const [place, { stream, weight }] of terms.entries()) {
    if (above.reduce((sum, most) => sum + most, 0) < floor) return null;
    above[place] = weight * detectorAt(stream, t, plan) * (1 + 1e-9);
  }
  const evidence = evidenceAt(streams, t, signals, budgets, plan);
  return evidence.statistic < floor ? null : evidence;
}

/** What firmwares get of the parts' budget, in kinds of parts: their roll-outs have a budget of their own. */
const FIRMWARE_WEIGHT = 0.25;

/** Half of a model's budget is the whole model's, the rest is shared by kind of part and evenly within a kind. */
export function budgetsOf(kinds: readonly string[]): number[] {
  const weightOf = (kind: string): number => (kind === 'firmware' ? FIRMWARE_WEIGHT : 1);
  const parts = [...new Set(kinds.slice(1))].reduce((sum, kind) => sum + weightOf(kind), 0);
  if (parts === 0) return kinds.map(() => 1);
  return kinds.map((kind, index) => (index === 0 ? 0.5 : (0.5 * weightOf(kind)) / parts / kinds.filter((other, i) => i > 0 && other === kind).length));
}
