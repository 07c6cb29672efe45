// A firmware roll-out watched from its first day on, by two comparisons that each start at 1: the upgraded devices against those that have not
// upgraded yet, each group measured by its own past, and the upgraded devices against what their model used to show. Their mean is an e-process:
// by Ville's inequality it ever reaches 1 / alpha with probability alpha at most, whenever one looks. Pure.
import { clustersOf } from '../stats/clusters.ts';
import { addControlDay, controlEvidence, controlRatios } from '../stats/evalue.ts';
import { type Known, likelihoodRatio, type Stream } from '../stats/sequential.ts';
import { design, partPrior, type SignalShape } from './detector.ts';
import { MONTH_DAYS, ROLLOUT_SHARE } from './rules.ts';

/** Days of a group's own past that say what it used to report. */
export const OWN_PAST_DAYS = 90;
/** The hours after the reboot into the new firmware that do not count, in days. */
export const SETTLING_DAYS = 2;
/** Roll-outs are watched this long. */
export const ROLLOUT_DAYS = 90;
/** Steadies the level of a group that reported little: worth this many events of its model's level. */
const STEADY_EVENTS = 15;

/** What a group of devices showed before the roll-out, against what the model's level had it expected to. */
export interface OwnPast {
  readonly events: number;
  readonly expected: number;
}

/** How much more a group used to report than its model: eager devices often upgrade because they have trouble. */
export const ownLevel = (past: OwnPast): number => (past.events + STEADY_EVENTS) / (past.expected + STEADY_EVENTS);

/** What was known of a model's level when a roll-out began: no guard is needed, for its first day is no guess. */
export const knownAtStart = (model: Stream | undefined, start: number, signal: SignalShape): Known =>
  partPrior(model, start, signal, { ...design, guard_days: 1 });

/** One signal on one day: devices settled on the new firmware, and those without it. Expectations are the fleet's, as in the model's series. */
export interface RollOutDay {
  readonly treated: number;
  readonly treated_expected: number;
  readonly treated_past: OwnPast;
  readonly control: number;
  readonly control_expected: number;
  readonly control_past: OwnPast;
}

/** The e-value of one signal after each day of the roll-out. `known` is knownAtStart. */
export function followRollOut(days: readonly RollOutDay[], { dispersion }: Pick<SignalShape, 'dispersion'>, known: Known): number[] {
  const level = known.shape / known.rate;
  let products: number[] = controlRatios.map(() => 0);
  const own = { events: 0, expected: 0 };
  return days.map((day) => {
    const [treated, control] = [ownLevel(day.treated_past), ownLevel(day.control_past)];
    products = addControlDay(products, {
      treated: day.treated / dispersion,
      treated_expected: (day.treated_expected * treated) / dispersion,
      control: day.control / dispersion,
      control_expected: (day.control_expected * control) / dispersion,
    });
    const clusters = clustersOf(day.treated, day.treated_expected * treated * level, dispersion);
    own.events += clusters.events;
    own.expected += clusters.expected / level;
    return (controlEvidence(products) + ownEvidence(own.events, own.expected, known)) / 2;
  });
}

/** The upgraded devices against their model's past, the unknown level integrated out, at the ratios of the control test. */
const ownEvidence = (events: number, expected: number, known: Known): number =>
  controlRatios.reduce((sum, ratio) => sum + likelihoodRatio(events, expected, known, design.null_ratio, ratio), 0) / controlRatios.length;

/** However few the roll-outs: the chance of a false alert that one of them may carry at most. */
const MOST_ALPHA = 0.02;

/** Level at which a roll-out alarms: with `rollouts` in `model_days`, 1 / level each adds up to their share of the budget. */
export function rolloutThreshold(false_alerts: number, model_days: number, rollouts: number): number {
  const allowed = ((model_days / MONTH_DAYS / 1000) * false_alerts * ROLLOUT_SHARE) / Math.max(1, rollouts);
  return 1 / Math.min(MOST_ALPHA, allowed);
}
