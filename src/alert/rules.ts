// When a statistic becomes an alert. Pure.
import { type Day, daysBetween } from '../core/time.ts';
import { isLive } from './lifecycle.ts';
import type { AlertRow } from './table.ts';

/** Days in a month of the promise: 365.25 / 12. */
export const MONTH_DAYS = 30.4375;

/** Level of M that holds a budget of `false_alerts` per 1,000 model-months. */
export const alertThreshold = (false_alerts: number): number => (MONTH_DAYS * 1000) / false_alerts;

/** The share of a fleet's budget of false alerts that roll-outs may spend; the rest is that of the models' own statistic. */
export const ROLLOUT_SHARE = 0.25;
export const modelBudget = (false_alerts: number): number => false_alerts * (1 - ROLLOUT_SHARE);

/** A tenth of the alert level of a budget of 1. */
export const WATCH_THRESHOLD = 3044;

/** Days below the level after which the same cohort may alarm again. */
export const QUIET_DAYS = 30;

/** Factor of a day from which a fleet-wide rise is an incident of its own. */
export const PLATFORM_FACTOR = 4;

export const levelOf = (statistic: number, threshold: number, act_now: boolean): AlertRow['level'] | null =>
  statistic >= threshold ? (act_now ? 'act_now' : 'alert') : statistic >= WATCH_THRESHOLD ? 'watch' : null;

type Earlier = Pick<AlertRow, 'state' | 'last_above_on' | 'batch_id' | 'firmware_id' | 'hw_rev'>;

/**
 * Whether a crossing is a new incident: nothing live, and 30 quiet days since the last one, or another part of the model carries it now
 * (a newer firmware or batch re-fires at once).
 */
export function isNewIncident(day_on: Day, cohort: Pick<AlertRow, 'batch_id' | 'firmware_id' | 'hw_rev'>, last: Earlier | undefined): boolean {
  if (last === undefined) return true;
  if (isLive(last.state)) return false;
  const other = (cohort.batch_id !== null && cohort.batch_id !== last.batch_id) || (cohort.firmware_id !== null && cohort.firmware_id !== last.firmware_id);
  return other || daysBetween(last.last_above_on, day_on) > QUIET_DAYS;
}
