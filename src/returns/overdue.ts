// When an advance replacement that was not sent back is overdue, and which reminder is due. Pure.
import { addDays, type Day, daysBetween } from '../core/time.ts';

/** Days a customer has to send the old unit back after the replacement left. Day 15 is in time, day 16 is not. */
export const RETURN_WITHIN_DAYS = 15;

/** Days overdue at which a reminder goes out, one each. */
export const REMINDER_STEPS: readonly number[] = [1, 8, 15];

export const expectedBy = (replacement_shipped_on: Day): Day => addDays(replacement_shipped_on, RETURN_WITHIN_DAYS);

/** Days past the day it was expected by; 0 while in time. */
export const daysOverdue = (expected_by_on: Day, today: Day): number => Math.max(0, daysBetween(expected_by_on, today));

/** The steps a unit has reached: `reminders_sent` below this means one is due. */
export const stepsReached = (days_overdue: number): number => REMINDER_STEPS.filter((step) => days_overdue >= step).length;
