// The product's scan over the simulated past: one statistic per model and day, alerts at the promised level, the e-BH list.
import { budgetsOf, design, streamsOf } from '../../src/alert/detector.ts';
import { statisticPath } from '../../src/alert/path.ts';
import { alertThreshold, WATCH_THRESHOLD } from '../../src/alert/rules.ts';
import { eBenjaminiHochberg } from '../../src/stats/evalue.ts';
import { type Fed, FIRST_DAY, seriesOf } from './feed.ts';
import type { History } from './history.ts';
import { BATCHES, FIRMWARES } from './parameters.ts';
import { type RollOutPath, rollOutsToActOn } from './rollouts.ts';

const KINDS = ['model', ...Array.from({ length: BATCHES }, () => 'batch'), ...Array.from({ length: FIRMWARES }, () => 'firmware')];

const ACT_NOW_RATE = 0.1;

/** Below this a path holds bounds, not values. */
const FLOOR = WATCH_THRESHOLD;
/** From here on as well: any model above it is on the act-now list, and an alert at any budget that makes sense. */
const ceilingOf = (models: number): number => Math.max(alertThreshold(0.01), (design.window_days * models) / ACT_NOW_RATE);

export function productPaths(history: History, fed: Fed): Float64Array[] {
  const { days, models } = history.parameters;
  const budgets = budgetsOf(KINDS);
  const range = { floor: FLOOR, ceiling: ceilingOf(models) };
  return Array.from({ length: models }, (_, model) =>
    statisticPath(streamsOf(seriesOf(fed, model), fed.shapes, days), fed.shapes, budgets, FIRST_DAY, days - 1, range),
  );
}

export interface ActNow {
  readonly listed: number;
  readonly wrong: number;
}

/** Of what ever stood on the act-now list, models and roll-outs, the share that had no defect yet when it came on it. */
export function actNowOf(history: History, paths: readonly Float64Array[], rollouts: readonly RollOutPath[], alpha = ACT_NOW_RATE): ActNow {
  const onset = new Map(history.truths.map((truth) => [truth.model, truth.onset]));
  const first = new Map<number, number>();
  for (let i = 0; i < history.parameters.days - FIRST_DAY; i += 1) {
    const window = Math.min(design.window_days, FIRST_DAY + i + 1);
    for (const model of eBenjaminiHochberg(
      paths.map((path) => ((path[i] ?? 0) < FLOOR ? 0 : (path[i] ?? 0) / window)),
      alpha,
    ))
      if (!first.has(model)) first.set(model, FIRST_DAY + i);
  }
  const listed = [...[...first].map(([model, day]) => ({ model, day })), ...rollOutsToActOn(history.parameters.days, rollouts, alpha)];
  return { listed: listed.length, wrong: listed.filter(({ model, day }) => day < (onset.get(model) ?? Infinity)).length };
}
