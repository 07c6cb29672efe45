// A firmware roll-out watched from its first day on, by two comparisons that each start at 1: the upgraded devices against those that have not
// upgraded yet and nothing else, and against all that is known of them: their model before, their own past, and those not upgraded yet. Their weighted
// mean is an e-process: by Ville's inequality it ever reaches 1 / alpha with probability alpha at most, whenever one looks. Pure.
import { clustersOf, clustersPerEvent } from '../stats/clusters.ts';
import { addControlDay, controlEvidence, controlRatios } from '../stats/evalue.ts';
import { type Known, likelihoodRatio, type Stream } from '../stats/sequential.ts';
import { design, partPrior, type SignalShape } from './detector.ts';
import { MONTH_DAYS, ROLLOUT_SHARE } from './rules.ts';

/** Days of a group's own past that say what it used to report. */
export const OWN_PAST_DAYS = 180;
/** The hours after the reboot into the new firmware that do not count, in days. */
export const SETTLING_DAYS = 2;
/** Roll-outs are watched this long. */
export const ROLLOUT_DAYS = 90;
/** Steadies the level of a group that reported little: worth this many events of its model's level. */
const STEADY_EVENTS = 15;

/** Rate ratios of the firmware that is looked for, as the steps of the models' own detector. */
const upgradeRatios: readonly number[] = [2, 4];
/** What eager devices may report above what their past shows of them. */
const EAGER_RATIO = 1.05;

/** What a group of devices showed before the roll-out, against what the model's level had it expected to. */
export interface OwnPast {
  readonly events: number;
  readonly expected: number;
}

/** How much more a group used to report than its model: eager devices often upgrade because they have trouble. */
export const ownLevel = (past: OwnPast): number => (past.events + STEADY_EVENTS) / (past.expected + STEADY_EVENTS);

/** What was known of a model's level before the own past of a roll-out's devices begins: no guard is needed, for its first day is no guess. */
export const knownBefore = (model: Stream | undefined, start: number, signal: SignalShape): Known =>
  partPrior(model, start - OWN_PAST_DAYS, signal, { ...design, guard_days: 1 });

/** One signal on one day: devices settled on the new firmware, and those without it. Expectations are the fleet's, as in the model's series. */
export interface RollOutDay {
  readonly treated: number;
  readonly treated_expected: number;
  readonly treated_past: OwnPast;
  readonly control: number;
  readonly control_expected: number;
  readonly control_past: OwnPast;
}

/** The weight of the comparison of the two groups alone; the other one also knows the past. */
const CONTROL_SHARE = 0.25;

/**
 * The e-value of one signal after each day of the roll-out. `known` is knownBefore. The own past and the controls are counts of the same unknown level
 * whatever the firmware does: they sharpen what is known of it and leave the likelihood ratio a martingale.
 */
export function followRollOut(days: readonly RollOutDay[], { dispersion }: Pick<SignalShape, 'dispersion'>, known: Known): number[] {
  const level = known.shape / known.rate;
  const perEvent = clustersPerEvent(dispersion);
  let products: number[] = controlRatios.map(() => 0);
  const [treated, control] = [
    { events: 0, expected: 0 },
    { events: 0, expected: 0 },
  ];
  return days.map((day) => {
    const [own, other] = [ownLevel(day.treated_past), ownLevel(day.control_past)];
    // Many devices that fail on one day, as a bad upgrade leaves them, are one cluster to the past but many events to those not upgraded.
    products = addControlDay(products, {
      treated: day.treated / dispersion,
      treated_expected: (day.treated_expected * own) / dispersion,
      control: day.control / dispersion,
      control_expected: (day.control_expected * other) / dispersion,
    });
    treated.events += clustersOf(day.treated, day.treated_expected * own * level, dispersion).events;
    treated.expected += day.treated_expected * perEvent;
    control.events += clustersOf(day.control, day.control_expected * other * level, dispersion).events;
    control.expected += (day.control_expected * perEvent * other) / own;
    const past = {
      shape: known.shape + day.treated_past.events * perEvent + control.events,
      rate: known.rate + day.treated_past.expected * perEvent + control.expected,
    };
    return CONTROL_SHARE * controlEvidence(products) + (1 - CONTROL_SHARE) * upgradeEvidence(treated, past);
  });
}

/** The upgraded devices against all that is known of them, the unknown level integrated out. */
const upgradeEvidence = ({ events, expected }: OwnPast, known: Known): number =>
  upgradeRatios.reduce((sum, ratio) => sum + likelihoodRatio(events, expected, known, EAGER_RATIO, ratio), 0) / upgradeRatios.length;

/** However few the roll-outs: the chance of a false alert that one of them may carry at most. */
const MOST_ALPHA = 0.02;

/** Level at which a roll-out alarms: with `rollouts` in `model_days`, 1 / level each adds up to their share of the budget. */
export function rolloutThreshold(false_alerts: number, model_days: number, rollouts: number): number {
  const allowed = ((model_days / MONTH_DAYS / 1000) * false_alerts * ROLLOUT_SHARE) / Math.max(1, rollouts);
  return 1 / Math.min(MOST_ALPHA, allowed);
}
