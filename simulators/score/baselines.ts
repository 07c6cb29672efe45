// What others do with the same counts: CUSUM of returns, Farrington by week, Poisson CUSUM, and an oracle that is told everything but the day.
import { clustersOf } from '../../src/stats/clusters.ts';
import type { Fed } from './feed.ts';
import { FIRST_DAY } from './feed.ts';
import type { History, Truth } from './history.ts';
import { REPORTS, RETURNS, SIGNALS } from './parameters.ts';

type Path = Float64Array;

/** Poisson CUSUM (Lucas 1985) for a doubling, the model's own level from the days before FIRST_DAY. The largest of the given signals counts. */
export const cusumPaths = (history: History, fed: Fed, signals: readonly number[], ratio: number, with_factor: boolean): Path[] =>
  history.fleet.models.map((_, model) =>
    largest(
      history,
      signals.map((signal) => {
        const events = fed.eventsOf(model, 0, signal);
        const expected = with_factor ? fed.expectedOf(model, 0, signal) : fed.plainOf(model, 0, signal);
        return cusum(events, expected, levelBefore(events, expected, FIRST_DAY, fed.shapes[signal]?.shape ?? 3), ratio, 1);
      }),
    ),
  );

export const returnsOnly = (history: History, fed: Fed): Path[] => cusumPaths(history, fed, [RETURNS], 2, false);

export const poissonCusum = (history: History, fed: Fed): Path[] =>
  cusumPaths(
    history,
    fed,
    Array.from({ length: SIGNALS }, (_, signal) => signal),
    2,
    true,
  );

/**
 * The weekly rule of Farrington et al. (1996) without seasonal terms, for the two years there are: this week against the mean and variance of
 * the 26 weeks before the last 3, on the 2/3-power scale. The path is z.
 */
export const farrington = (history: History, fed: Fed): Path[] =>
  history.fleet.models.map((_, model) =>
    largest(
      history,
      Array.from({ length: SIGNALS }, (__, signal) => weeklyScores(fed.eventsOf(model, 0, signal))),
    ),
  );

/** Knows the baseline, the signal, the cohort and the effect; only the day is unknown. Healthy models are followed as if they had an ordinary defect. */
export function oracle(history: History, fed: Fed): Path[] {
  const truths = new Map(history.truths.map((truth) => [truth.model, truth]));
  return history.fleet.models.map((_, model) => oraclePath(history, fed, model, truths.get(model) ?? null));
}

function oraclePath(history: History, fed: Fed, model: number, truth: Truth | null): Path {
  const signal = truth?.signal ?? model % REPORTS;
  const whole = truth === null || truth.batches.length === 4;
  const nodes = whole ? [truth?.firmware == null ? 0 : 5 + truth.firmware] : truth.batches.map((batch) => 1 + batch);
  const { days } = history.parameters;
  const events = new Float64Array(days);
  const expected = new Float64Array(days);
  for (const node of nodes) {
    const level =
      (history.fleet.models[model]?.levels[signal] ?? 1) * (node >= 1 && node <= 4 ? (history.fleet.models[model]?.batches[node - 1]?.level ?? 1) : 1);
    fed.eventsOf(model, node, signal).forEach((count, day) => {
      events[day] = (events[day] ?? 0) + count;
    });
    fed.expectedOf(model, node, signal).forEach((value, day) => {
      expected[day] = (expected[day] ?? 0) + value * level;
    });
  }
  return cusum(events, expected, 1, truth?.ratio ?? 4, history.fleet.dispersions[signal] ?? 1).subarray(FIRST_DAY);
}

function cusum(events: ArrayLike<number>, expected: ArrayLike<number>, level: number, ratio: number, dispersion: number): Path {
  const path = new Float64Array(events.length);
  let sum = 0;
  for (let day = 0; day < events.length; day += 1) {
    const clusters = clustersOf(events[day] ?? 0, (expected[day] ?? 0) * level, dispersion);
    sum = day < FIRST_DAY ? 0 : Math.max(0, sum + clusters.events * Math.log(ratio) - (ratio - 1) * clusters.expected);
    path[day] = sum;
  }
  return path;
}

function levelBefore(events: ArrayLike<number>, expected: ArrayLike<number>, day: number, shape: number): number {
  let [y, e] = [shape, shape];
  for (let t = 0; t < day; t += 1) {
    y += events[t] ?? 0;
    e += expected[t] ?? 0;
  }
  return y / e;
}

const WEEKS = 26;
const GAP = 3;

function weeklyScores(events: ArrayLike<number>): Path {
  const weeks = Array.from({ length: Math.floor(events.length / 7) }, (_, week) => {
    let sum = 0;
    for (let day = week * 7; day < week * 7 + 7; day += 1) sum += events[day] ?? 0;
    return sum;
  });
  const path = new Float64Array(events.length);
  weeks.forEach((count, week) => {
    const past = weeks.slice(Math.max(0, week - GAP - WEEKS), Math.max(0, week - GAP));
    if (past.length < 8 || count < 2) return;
    const mean = Math.max(0.1, past.reduce((a, b) => a + b, 0) / past.length);
    const variance = Math.max(mean, past.reduce((a, b) => a + (b - mean) ** 2, 0) / (past.length - 1));
    const spread = (2 / 3) * mean ** (-1 / 3) * Math.sqrt(variance * (1 + 1 / past.length));
    path[week * 7 + 6] = Math.max(0, (count ** (2 / 3) - mean ** (2 / 3)) / spread);
  });
  return path;
}

function largest(history: History, paths: readonly Path[]): Path {
  const most = new Float64Array(history.parameters.days);
  for (const path of paths)
    path.forEach((value, day) => {
      if (value > (most[day] ?? 0)) most[day] = value;
    });
  return most.subarray(FIRST_DAY);
}
