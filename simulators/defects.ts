// What is planted: a fault that strikes one cohort from a known day at a known rate. Written out as ground truth beside every run.
import { exponential, seedOf } from './random.ts';

export const DAY_MS = 86_400_000;

/** How a fault shows: a card wearing out, crash loops, a weak supply, an encoder losing frames, an IR-cut filter that sticks. */
export const faultKinds = ['storage', 'crash', 'brownout', 'encoder', 'ircut'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Fields left out match every unit. */
export interface Cohort {
  readonly model_code: string;
  readonly batch_code?: string;
  readonly hw_rev?: string;
  readonly firmware?: string;
}

export interface Defect {
  readonly id: string;
  readonly kind: FaultKind;
  readonly cohort: Cohort;
  readonly onset_at: number;
  /** The rate rises in a straight line over so many days, then stays. */
  readonly ramp_days: number;
  /** Strikes (storage, encoder, ircut) or incidents (crash, brownout) per unit and day once ramped up. */
  readonly per_day: number;
}

export interface CohortOfUnit {
  readonly model_code: string;
  readonly batch_code: string;
  readonly hw_rev: string;
}

/** Whether the defect can strike the unit; its firmware is asked separately because it changes. */
export const strikes = (defect: Defect, unit: CohortOfUnit): boolean =>
  defect.cohort.model_code === unit.model_code &&
  (defect.cohort.batch_code ?? unit.batch_code) === unit.batch_code &&
  (defect.cohort.hw_rev ?? unit.hw_rev) === unit.hw_rev;

/** Incidents per unit and day at that moment, while the unit is in service with the firmware concerned. */
export function rateAt(defect: Defect, firmware: string, at: number): number {
  if (at < defect.onset_at || (defect.cohort.firmware ?? firmware) !== firmware) return 0;
  const days = (at - defect.onset_at) / DAY_MS;
  return defect.per_day * (defect.ramp_days === 0 ? 1 : Math.min(1, days / defect.ramp_days));
}

/** When a lasting fault sets in for one unit, epoch ms: its own exponential draw against the cohort's cumulated hazard. */
export function strikeAt(defect: Defect, unitSeed: number, inServiceAt: number): number {
  const start = Math.max(0, (inServiceAt - defect.onset_at) / DAY_MS);
  const target = cumulatedHazard(defect, start) + exponential(seedOf(unitSeed, defect.id), 'strike');
  return defect.onset_at + daysUntilHazard(defect, target) * DAY_MS;
}

// H(u) = p·u²/2R while the rate rises (u ≤ R), p·(u − R/2) after.
function cumulatedHazard({ per_day, ramp_days }: Defect, days: number): number {
  return days < ramp_days ? (per_day * days * days) / (2 * ramp_days) : per_day * (days - ramp_days / 2);
}

function daysUntilHazard({ per_day, ramp_days }: Defect, hazard: number): number {
  return hazard < (per_day * ramp_days) / 2 ? Math.sqrt((2 * ramp_days * hazard) / per_day) : hazard / per_day + ramp_days / 2;
}
