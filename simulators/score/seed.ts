// One seed, scored by every detector, and the same fleet without a defect.
import { alertThreshold, modelBudget } from '../../src/alert/rules.ts';
import { farrington, oracle, poissonCusum, returnsOnly } from './baselines.ts';
import { type ActNow, actNowOf, productPaths } from './detect.ts';
import { FIRST_DAY, feed } from './feed.ts';
import { type History, simulateFleet } from './history.ts';
import { type Alerts, alertsOf, calibrated, type Score, scoreOf } from './measure.ts';
import { bookNuisances } from './nuisance.ts';
import { type Parameters, varied } from './parameters.ts';
import { randomFrom } from './random.ts';
import { rollOutAlarms, rollOutPaths } from './rollouts.ts';

export interface Row {
  readonly seed: number;
  readonly detector: string;
  readonly score: Score;
  readonly act_now: ActNow | null;
  readonly leads: readonly number[];
}

export interface Task {
  readonly seed: number;
  readonly changes: Partial<Parameters>;
  readonly budget: number;
  /** Also the detectors of others, or the product's alone. */
  readonly baselines: boolean;
}

/** Seeds below this were used while the detector was made; from here on parameters vary too and nothing was tuned on them. */
export const FIRST_TEST_SEED = 101;

/** Farrington's usual nominal level. */
const NOMINAL_Z = 2.576;

export function scoreSeed({ seed, changes, budget, baselines }: Task): Row[] {
  const uniform = randomFrom(seed * 7919);
  const variation = { ...(seed >= FIRST_TEST_SEED ? varied(() => uniform.uniform()) : {}), ...changes };
  const product = productRow('Kizashi, promised level', seed, simulated(seed, variation), budget);
  const quiet = productRow('Kizashi, fleet without defects', seed, simulated(seed, { ...variation, hardware_defects: 0, firmware_defects: 0 }), budget);
  return [...(baselines ? othersRows(seed, simulated(seed, variation), budget) : []), product, quiet];
}

function simulated(seed: number, changes: Partial<Parameters>): History {
  const history = simulateFleet(seed, changes);
  bookNuisances(history);
  return history;
}

function productRow(detector: string, seed: number, history: History, budget: number): Row {
  const fed = feed(history);
  const paths = productPaths(history, fed);
  const rollouts = rollOutPaths(history, fed);
  const alarms = rollOutAlarms(history, rollouts, budget);
  const alerts = at(paths, alertThreshold(modelBudget(budget))).map((days, model) => [...days, ...(alarms[model] ?? [])].sort((a, b) => a - b));
  return { ...rowOf(detector, seed, history, alerts), act_now: actNowOf(history, paths, rollouts) };
}

function othersRows(seed: number, history: History, budget: number): Row[] {
  const fed = feed(history);
  const calibratedRow = (detector: string, paths: readonly Float64Array[]): Row =>
    rowOf(detector, seed, history, at(paths, calibrated(history, paths, budget)));
  return [
    calibratedRow('returns-only CUSUM (calibrated)', returnsOnly(history, fed)),
    rowOf('Farrington weekly, nominal', seed, history, at(farrington(history, fed), NOMINAL_Z)),
    calibratedRow('Poisson CUSUM with fleet factor (calibrated)', poissonCusum(history, fed)),
    calibratedRow('oracle (calibrated)', oracle(history, fed)),
  ];
}

const at = (paths: readonly Float64Array[], level: number): number[][] => paths.map((path) => alertsOf(path, level, FIRST_DAY));

const rowOf = (detector: string, seed: number, history: History, alerts: Alerts): Row => ({
  seed,
  detector,
  score: scoreOf(history, alerts),
  act_now: null,
  leads: leadsOf(history, alerts),
});

function leadsOf(history: History, alerts: Alerts): number[] {
  const { days } = history.parameters;
  return history.truths
    .filter((truth) => truth.kind === 'hardware')
    .map((truth) => Math.min(truth.returns[4] ?? days, days) - (alerts[truth.model]?.find((day) => day >= truth.onset) ?? days));
}
