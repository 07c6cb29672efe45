// The statistic of a model on every day of its past, for back-tests and scoring: exact where it may reach a level that matters, bounded elsewhere.
import { type Design, type Stream, sumsByTemplate } from '../stats/sequential.ts';
import { design, type SignalShape } from './detector.ts';

interface Bound {
  readonly stream: Stream;
  readonly weight: number;
  readonly sums: Float64Array;
  mean: number;
  /** Its share of M when it was last known exactly. */
  last: number;
}

/** Below the floor nothing is asked of a path, and above the ceiling nothing more. */
export interface Range {
  readonly floor: number;
  readonly ceiling: number;
}

/**
 * M of days `from` … `to`. Days on which M is certainly below the floor hold an upper bound of it instead, days on which it certainly reaches the
 * ceiling a lower one: an event multiplies an alternative of ratio r by at most r, a quiet day adds at most the window that starts today, and one
 * loud stream is enough to be above. Most days of most models are decided by that alone.
 */
export function statisticPath(
  streams: readonly (readonly Stream[])[],
  signals: readonly SignalShape[],
  budgets: readonly number[],
  from: number,
  to: number,
  range: Range,
  plan: Design = design,
): Float64Array {
  const bounds = streams.flatMap((row, cohort) =>
    row.map(
      (stream, s): Bound => ({
        stream,
        weight: (budgets[cohort] ?? 0) * (signals[s]?.weight ?? 0),
        sums: new Float64Array(plan.templates.length),
        mean: 0,
        last: 0,
      }),
    ),
  );
  const path = new Float64Array(to - from + 1);
  for (let t = 0; t <= to; t += 1) {
    let statistic = 0;
    for (const bound of bounds) statistic += grow(bound, t, plan) * bound.weight;
    if (t < from) continue;
    if (statistic >= range.floor) statistic = refine(bounds, t, statistic, range, plan);
    path[t - from] = statistic;
  }
  return path;
}

/** One day later: windows gain at most r per event, and one window of today joins. */
function grow(bound: Bound, t: number, plan: Design): number {
  const { cum_events } = bound.stream;
  const events = (cum_events[t + 1] ?? 0) - (cum_events[t] ?? 0);
  const { sums } = bound;
  let total = 0;
  for (let i = 0; i < sums.length; i += 1) {
    const factor = events === 0 ? 1 : (plan.templates[i]?.ratio ?? 1) ** events;
    sums[i] = ((sums[i] ?? 0) + 1) * factor;
    total += sums[i] ?? 0;
  }
  bound.mean = total / sums.length;
  return bound.mean;
}

/** Replaces bounds by the truth, the heaviest first: until the statistic is below the floor, what is exact reaches the ceiling, or all of it is exact. */
function refine(bounds: readonly Bound[], t: number, bounded: number, { floor, ceiling }: Range, plan: Design): number {
  const loudest = bounds.reduce((most, bound) => (bound.last > most.last ? bound : most));
  if (loudest.last >= ceiling && settle(loudest, t, plan) >= ceiling) return loudest.last;
  let [statistic, exact] = [bounded, 0];
  for (const bound of heaviestFirst(bounds)) {
    if (statistic < floor || exact >= ceiling) break;
    exact += settle(bound, t, plan);
    statistic = total(bounds);
  }
  return exact >= ceiling ? exact : statistic;
}

/** Two infinite bounds, whose difference is not a number, rank alike. */
const heaviestFirst = (bounds: readonly Bound[]): Bound[] => [...bounds].sort((a, b) => b.mean * b.weight - a.mean * a.weight || 0);

/** Summed afresh each time: a bound can be so large that subtracting it would leave nothing but rounding. */
function total(bounds: readonly Bound[]): number {
  let sum = 0;
  for (const { mean, weight } of bounds) sum += mean * weight;
  return sum;
}

function settle(bound: Bound, t: number, plan: Design): number {
  bound.sums.set(sumsByTemplate(bound.stream, t, plan));
  bound.mean = bound.sums.reduce((sum, value) => sum + value, 0) / bound.sums.length;
  bound.last = bound.mean * bound.weight;
  return bound.last;
}
