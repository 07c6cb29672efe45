// Which days and which models a reading of the past takes in.
import { addDays, type Day, dayNumber } from '../core/time.ts';
import type { Db } from '../db/open.ts';

/** Days of history the scan looks at: the window, its guard, and half a year to know a cohort by. */
export const PAST_DAYS = 400;

/** The days looked at. */
export interface Span {
  readonly first_on: Day;
  readonly days: number;
}

/** Models from the one on, and before the other; all without. */
export interface ModelRange {
  readonly from?: string;
  readonly before?: string;
}

/** The days up to `last_on`; null while nothing has been counted. */
export async function spanUntil(db: Db, last_on: Day): Promise<Span | null> {
  const earliest = await db
    .selectFrom('alert_days')
    .select(({ fn }) => fn.min('day_on').as('day_on'))
    .executeTakeFirst();
  if (earliest?.day_on == null || earliest.day_on > last_on) return null;
  const oldest = addDays(last_on, 1 - PAST_DAYS);
  const first_on = earliest.day_on > oldest ? earliest.day_on : oldest;
  return { first_on, days: dayNumber(last_on) - dayNumber(first_on) + 1 };
}
