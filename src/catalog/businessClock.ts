// The business calendars as they stand, and the clock they make: one for the support desk and the returns desk alike.
import { type BusinessClock, businessClock, type Calendar, readCalendar, usualCalendar } from '../core/businessTime.ts';
import type { Ctx } from '../db/ctx.ts';

/** Every version, the usual hours when there is none. */
export async function listCalendars(ctx: Ctx): Promise<Calendar[]> {
  const rows = await ctx.db.selectFrom('calendars').selectAll().orderBy('from_on').execute();
  return rows.length === 0 ? [usualCalendar(ctx.zone)] : rows.map(readCalendar);
}

export async function currentClock(ctx: Ctx): Promise<BusinessClock> {
  const calendars = await listCalendars(ctx);
  const key = JSON.stringify(calendars);
  if (clockKey !== key) {
    clock = businessClock(calendars);
    clockKey = key;
  }
  return clock;
}

// The clock remembers the opening of each day; a changed calendar makes a new one.
let clockKey = '';
let clock: BusinessClock = () => 0;
