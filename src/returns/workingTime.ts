// Working time of the returns desk between two instants: Monday to Friday, 9 to 18 in the business time zone, without Japanese holidays.
import holidayJp from '@holiday-jp/holiday_jp';
import { addDays, type Day, dayFromNumber, dayNumber, dayOf, HOUR_MS, startOfDay } from '../core/time.ts';

const OPENS_MS = 9 * HOUR_MS;
const CLOSES_MS = 18 * HOUR_MS;

export type WorkingTime = (from: number, to: number) => number;

/** A clock for instants in `zone`; remembers each day it has looked at, so that thousands of spans over the same year cost little. */
export function workingTime(zone: string): WorkingTime {
  const spans = new Map<Day, readonly [number, number] | null>();
  const spanOf = (day: Day): readonly [number, number] | null => {
    const known = spans.get(day);
    if (known !== undefined) return known;
    const start = startOfDay(day, zone);
    const span = isWorkingDay(day) ? ([start + OPENS_MS, start + CLOSES_MS] as const) : null;
    spans.set(day, span);
    return span;
  };
  return (from, to) => {
    let sum = 0;
    const last = dayOf(to, zone);
    for (let day = dayOf(from, zone); day <= last; day = addDays(day, 1)) {
      const span = spanOf(day);
      if (span !== null) sum += Math.max(0, Math.min(to, span[1]) - Math.max(from, span[0]));
    }
    return sum;
  };
}

/** 1970-01-01 was a Thursday. */
export const isWorkingDay = (day: Day): boolean => {
  const weekday = (dayNumber(day) + 3) % 7;
  return weekday < 5 && !holidayJp.isHoliday(new Date(`${dayFromNumber(dayNumber(day))}T00:00:00`));
};
