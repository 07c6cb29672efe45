// The detector of one model: all its nested cohorts and all signals, joined to one statistic with one budget of false alerts.
import { clustersOf } from '../stats/clusters.ts';
import { addDay, type Design, detectorAt, emptyStream, type Known, type Stream } from '../stats/sequential.ts';

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
  null_ratio: 1.05,
  templates: [2, 4, 8].map((ratio) => ({ ratio, ramp_days: 0 })),
};

/** Streams of one model: streams[cohort][signal], cohort 0 the whole model. */
export function streamsOf(cohorts: readonly (readonly Series[])[], signals: readonly SignalShape[], days: number, plan: Design = design): Stream[][] {
  const whole = signals.map((signal, s) => streamOf(seriesAt(cohorts, 0, s), days, signal, () => ({ shape: signal.shape, rate: signal.shape }), plan));
  const parts = cohorts.slice(1).map((_, part) =>
    signals.map((signal, s) => {
      const model = whole[s];
      return streamOf(seriesAt(cohorts, part + 1, s), days, signal, (day) => partPrior(model, day, signal, plan), plan);
    }),
  );
  return [whole, ...parts];
}

function streamOf(series: Series, days: number, signal: SignalShape, priorAt: (day: number) => Known, plan: Design): Stream {
  const stream = emptyStream(days);
  for (let day = 0; day < days; day += 1) {
    const prior = priorAt(day);
    const last = day - plan.guard_days;
    const level = last < 0 ? prior.shape / prior.rate : (prior.shape + (stream.past_events[last] ?? 0)) / (prior.rate + (stream.past_expected[last] ?? 0));
    const day_expected = series.expected[day] ?? 0;
    // At the cohort's own level; the expectation goes back to the family's, for the level is what the history learns.
    const clusters = clustersOf(series.events[day] ?? 0, day_expected * level, signal.dispersion);
    addDay(stream, clusters.events, clusters.expected / level, prior, plan.discount);
  }
  return stream;
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

/** Half of a model's budget is the whole model's, the rest is shared by kind of part and evenly within a kind. */
export function budgetsOf(kinds: readonly string[]): number[] {
  const parts = new Set(kinds.slice(1));
  if (parts.size === 0) return kinds.map(() => 1);
  return kinds.map((kind, index) => (index === 0 ? 0.5 : 0.5 / parts.size / kinds.filter((other, i) => i > 0 && other === kind).length));
}
