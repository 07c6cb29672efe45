// A firmware roll-out watched against the devices that have not upgraded yet, each group measured by its own past.
import { addControlDay, type ControlDay, controlEvidence, controlRatios } from '../stats/evalue.ts';

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

/** One signal of one roll-out: the log products after each day of it. */
export function followRollOut(days: readonly ControlDay[], dispersion: number): number[] {
  let products: number[] = controlRatios.map(() => 0);
  return days.map((day) => {
    products = addControlDay(products, {
      treated: day.treated / dispersion,
      treated_expected: day.treated_expected / dispersion,
      control: day.control / dispersion,
      control_expected: day.control_expected / dispersion,
    });
    return controlEvidence(products);
  });
}

/** A roll-out alarms at 1 / this among the live ones (e-BH). */
export const ROLLOUT_ALPHA = 0.1;
