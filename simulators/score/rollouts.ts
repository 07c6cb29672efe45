// Firmware roll-outs of the simulated fleet given to the product's roll-out test, stratum by stratum.
import { streamsOf } from '../../src/alert/detector.ts';
import {
  followRollOut,
  knownBefore,
  OWN_PAST_DAYS,
  type OwnPast,
  ROLLOUT_DAYS,
  type RollOutDay,
  rolloutThreshold,
  SETTLING_DAYS,
} from '../../src/alert/rollout.ts';
import { eBenjaminiHochberg } from '../../src/stats/evalue.ts';
import { type Fed, FIRST_DAY } from './feed.ts';
import type { RollOut } from './fleet.ts';
import type { History } from './history.ts';
import { REPORTS, SIGNALS, STRATA } from './parameters.ts';

export interface RollOutPath {
  readonly model: number;
  readonly start: number;
  readonly path: readonly number[];
}

/** Signals a firmware may change: telemetry. Customer reports and returns come too late to compare groups. */
const WATCHED = REPORTS;

export const rollOutPaths = (history: History, fed: Fed): RollOutPath[] =>
  history.fleet.models.flatMap((model, index) =>
    model.rollouts
      .filter((rollout) => rollout.start < history.parameters.days - 1)
      .map((rollout) => ({ model: index, start: rollout.start, path: evidencePath(history, fed, index, rollout) })),
  );

/** Days on which roll-outs of a model first reached the level that the budget gives them. */
export function rollOutAlarms(history: History, paths: readonly RollOutPath[], budget: number): number[][] {
  const { models, days } = history.parameters;
  const level = rolloutThreshold(budget, models * (days - FIRST_DAY), paths.length);
  const alarms = Array.from({ length: models }, (): number[] => []);
  for (const { model, start, path } of paths) {
    const crossed = path.findIndex((value) => value >= level);
    if (crossed >= 0 && start + crossed >= FIRST_DAY) alarms[model]?.push(start + crossed);
  }
  return alarms;
}

/** The same by daily e-BH over the live roll-outs: first days, by path. */
export function rollOutsToActOn(days: number, paths: readonly RollOutPath[], alpha: number): { model: number; day: number }[] {
  const first = new Map<RollOutPath, number>();
  for (let day = 0; day < days; day += 1) {
    const live = paths.filter((one) => day >= one.start && day < one.start + one.path.length);
    for (const index of eBenjaminiHochberg(
      live.map((one) => one.path[day - one.start] ?? 0),
      alpha,
    )) {
      const one = live[index];
      if (one !== undefined && !first.has(one)) first.set(one, day);
    }
  }
  return [...first].map(([{ model }, day]) => ({ model, day }));
}

function evidencePath(history: History, fed: Fed, model: number, rollout: RollOut): number[] {
  const last = Math.min(history.parameters.days, rollout.start + ROLLOUT_DAYS);
  const sums = new Array<number>(last - rollout.start).fill(0);
  for (let signal = 0; signal < WATCHED; signal += 1) {
    const shape = fed.shapes[signal];
    if (shape === undefined) continue;
    const [[whole] = []] = streamsOf([[{ events: fed.eventsOf(model, 0, signal), expected: fed.expectedOf(model, 0, signal) }]], [shape], rollout.start + 1);
    const path = followRollOut(rollOutDays(history, fed, model, signal, rollout, last), shape, knownBefore(whole, rollout.start, shape));
    path.forEach((value, i) => {
      sums[i] = (sums[i] ?? 0) + value / WATCHED;
    });
  }
  return sums;
}

function rollOutDays(history: History, fed: Fed, model: number, signal: number, rollout: RollOut, last: number): RollOutDay[] {
  const { days } = history.parameters;
  const count = (stratum: number, day: number): number => history.strata[((model * STRATA + stratum) * SIGNALS + signal) * days + day] ?? 0;
  const expected = fed.expectedOf(model, 0, signal);
  const from = Math.max(0, rollout.start - OWN_PAST_DAYS);
  const usual = sumOver(from, rollout.start, (day) => expected[day] ?? 0) / STRATA;
  const past = Array.from({ length: STRATA }, (_, stratum) => sumOver(from, rollout.start, (day) => count(stratum, day)));
  const strata = past.map((_, stratum) => stratum);
  return Array.from({ length: last - rollout.start }, (_, i) => {
    const day = rollout.start + i;
    const since = (stratum: number): number => i - stratum * rollout.spacing;
    const treated = strata.filter((stratum) => since(stratum) >= SETTLING_DAYS);
    const control = strata.filter((stratum) => since(stratum) < 0);
    const pastOf = (some: readonly number[]): OwnPast => ({ events: some.reduce((sum, one) => sum + (past[one] ?? 0), 0), expected: usual * some.length });
    const countOf = (some: readonly number[]): number => some.reduce((sum, one) => sum + count(one, day), 0);
    const share = (expected[day] ?? 0) / STRATA;
    return {
      treated: countOf(treated),
      treated_expected: share * treated.length,
      treated_past: pastOf(treated),
      control: countOf(control),
      control_expected: share * control.length,
      control_past: pastOf(control),
    };
  });
}

function sumOver(from: number, to: number, value: (day: number) => number): number {
  let sum = 0;
  for (let day = from; day < to; day += 1) sum += value(day);
  return sum;
}
