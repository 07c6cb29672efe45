// One seed, scored by every detector, and the same fleet without a defect.
import { alertThreshold, modelBudget } from '../../src/alert/rules.ts';
import { farrington, oracle, poissonCusum, returnsOnly } from './baselines.ts';
import { type ActNow, actNowOf, productPaths } from './detect.ts';
import { type Fed, FIRST_DAY, feed } from './feed.ts';
import { type History, simulateFleet } from './history.ts';
import { alertsOf, calibrated, type Tally, tallyOf } from './measure.ts';
import { bookNuisances } from './nuisance.ts';
import { type Parameters, varied } from './parameters.ts';
import { randomFrom } from './random.ts';
import { rollOutAlarms, rollOutPaths } from './rollouts.ts';

export interface Row {
  readonly seed: number;
  readonly detector: string;
  readonly tally: Tally;
  readonly act_now: ActNow | null;
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
  const planted = simulated(seed, variation);
  const fed = feed(planted);
  const rows = [...(baselines ? othersRows(seed, planted, fed, budget) : []), productRow('Kizashi, promised level', seed, planted, fed, budget)];
  const quiet = simulated(seed, { ...variation, hardware_defects: 0, firmware_defects: 0 });
  return [...rows, productRow('Kizashi, fleet without defects', seed, quiet, feed(quiet), budget)];
}

function simulated(seed: number, changes: Partial<Parameters>): History {
  const history = simulateFleet(seed, changes);
  bookNuisances(history);
  return history;
}

function productRow(detector: string, seed: number, history: History, fed: Fed, budget: number): Row {
  const paths = productPaths(history, fed);
  const rollouts = rollOutPaths(history, fed);
  const alarms = rollOutAlarms(history, rollouts, budget);
  const alerts = at(paths, alertThreshold(modelBudget(budget))).map((days, model) => [...days, ...(alarms[model] ?? [])].sort((a, b) => a - b));
  return { seed, detector, tally: tallyOf(history, alerts), act_now: actNowOf(history, paths, rollouts) };
}

function othersRows(seed: number, history: History, fed: Fed, budget: number): Row[] {
  const row = (detector: string, paths: readonly Float64Array[], level: number): Row => ({
    seed,
    detector,
    tally: tallyOf(history, at(paths, level)),
    act_now: null,
  });
  const calibratedRow = (detector: string, paths: readonly Float64Array[]): Row => row(detector, paths, calibrated(history, paths, budget));
  return [
    calibratedRow('returns-only CUSUM (calibrated)', returnsOnly(history, fed)),
    row('Farrington weekly, nominal', farrington(history, fed), NOMINAL_Z),
    calibratedRow('Poisson CUSUM with fleet factor (calibrated)', poissonCusum(history, fed)),
    calibratedRow('oracle (calibrated)', oracle(history, fed)),
  ];
}

const at = (paths: readonly Float64Array[], level: number): number[][] => paths.map((path) => alertsOf(path, level, FIRST_DAY));
