// One seed, scored by every detector.
import { alertThreshold } from '../../src/alert/rules.ts';
import { farrington, oracle, poissonCusum, returnsOnly } from './baselines.ts';
import { falseShareOfActNow, productPaths } from './detect.ts';
import { FIRST_DAY, feed } from './feed.ts';
import { type History, simulateFleet } from './history.ts';
import { type Alerts, alertsOf, calibrated, type Score, scoreOf } from './measure.ts';
import { bookNuisances } from './nuisance.ts';
import { type Parameters, varied } from './parameters.ts';
import { randomFrom } from './random.ts';
import { rollOutAlarms } from './rollouts.ts';

export interface Row {
  readonly seed: number;
  readonly detector: string;
  readonly score: Score;
  readonly act_now: { listed: number; false_share: number } | null;
  readonly leads: readonly number[];
}

/** Seeds below this were used while the detector was made; from here on parameters vary too and nothing was tuned on them. */
export const FIRST_TEST_SEED = 101;

/** Farrington's usual nominal level. */
const NOMINAL_Z = 2.576;

export function scoreSeed(seed: number, changes: Partial<Parameters>, budget: number): Row[] {
  const uniform = randomFrom(seed * 7919);
  const variation = seed >= FIRST_TEST_SEED ? varied(() => uniform.uniform()) : {};
  const history = simulateFleet(seed, { ...variation, ...changes });
  bookNuisances(history);
  const fed = feed(history);
  const row = (detector: string, alerts: Alerts): Row => ({ seed, detector, score: scoreOf(history, alerts), act_now: null, leads: leadsOf(history, alerts) });
  const at = (paths: readonly Float64Array[], level: number): Alerts => paths.map((path) => alertsOf(path, level, FIRST_DAY));
  const calibratedRow = (detector: string, paths: readonly Float64Array[]): Row => row(detector, at(paths, calibrated(history, paths, budget)));
  const paths = productPaths(history, fed);
  const rollouts = rollOutAlarms(history, fed);
  const alerts = at(paths, alertThreshold(budget)).map((days, model) =>
    [...days, ...rollouts.filter((alarm) => alarm.model === model && alarm.day >= FIRST_DAY).map((alarm) => alarm.day)].sort((a, b) => a - b),
  );
  return [
    calibratedRow('returns-only CUSUM (calibrated)', returnsOnly(history, fed)),
    row('Farrington weekly, nominal', at(farrington(history, fed), NOMINAL_Z)),
    calibratedRow('Poisson CUSUM with fleet factor (calibrated)', poissonCusum(history, fed)),
    { ...row('Kizashi, promised level', alerts), act_now: falseShareOfActNow(history, paths) },
    calibratedRow('oracle (calibrated)', oracle(history, fed)),
  ];
}

function leadsOf(history: History, alerts: Alerts): number[] {
  const { days } = history.parameters;
  return history.truths
    .filter((truth) => truth.kind === 'hardware')
    .map((truth) => Math.min(truth.returns[4] ?? days, days) - (alerts[truth.model]?.find((day) => day >= truth.onset) ?? days));
}
