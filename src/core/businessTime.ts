// Business time: how long the desk was open between two instants. Calendars come in versions, each in an IANA zone; all intervals are half-open.
import holidayJp from '@holiday-jp/holiday_jp';
import { Temporal } from 'temporal-polyfill';
import { addDays, type Day, dayOf, startOfDay } from './time.ts';

/** Opening and closing as wall-clock times; `24:00` is the end of the day. */
export type Hours = readonly [open: string, close: string];

export interface Calendar {
  /** The first day it holds. */
  readonly from_on: Day;
  readonly zone: string;
  /** Monday first. */
  readonly hours: readonly (readonly Hours[])[];
  readonly holidays: 'jp' | 'none';
  /** Company holidays, and working days that would otherwise be closed (with Monday's hours). */
  readonly closed_days: readonly Day[];
  readonly open_days: readonly Day[];
}

/** Used until somebody enters a calendar: Monday to Friday 9 to 18 without Japanese holidays. */
export const usualCalendar = (zone: string): Calendar => ({
  from_on: '1970-01-01',
  zone,
  hours: [1, 2, 3, 4, 5, 6, 7].map((weekday): readonly Hours[] => (weekday <= 5 ? [['09:00', '18:00']] : [])),
  holidays: 'jp',
  closed_days: [],
  open_days: [],
});

export type BusinessClock = (from: number, to: number) => number;

/** Milliseconds of business time in [from, to); 0 when `to` is not later. The first version also holds before its day. */
export function businessClock(calendars: readonly Calendar[]): BusinessClock {
  const ordered = [...calendars].sort((a, b) => (a.from_on < b.from_on ? -1 : 1));
  const versions = ordered.map((calendar, i) => {
    const next = ordered[i + 1];
    return {
      calendar,
      from: i === 0 ? Number.NEGATIVE_INFINITY : startOfDay(calendar.from_on, calendar.zone),
      to: next === undefined ? Number.POSITIVE_INFINITY : startOfDay(next.from_on, next.zone),
      opening: rememberedOpening(calendar),
    };
  });
  return (from, to) =>
    versions.reduce((sum, version) => {
      const begin = Math.max(from, version.from);
      const end = Math.min(to, version.to);
      return end > begin ? sum + openIn(version.opening, version.calendar.zone, begin, end) : sum;
    }, 0);
}

/** Whether the desk is open on that calendar day at all. */
export function hoursOn(calendar: Calendar, day: Day): readonly Hours[] {
  if (calendar.closed_days.includes(day)) return [];
  if (calendar.open_days.includes(day)) return calendar.hours[0] ?? [];
  if (calendar.holidays === 'jp' && Object.hasOwn(holidayJp.holidays, day)) return [];
  return calendar.hours[weekdayOf(day)] ?? [];
}

/** 0 = Monday. 1970-01-05 was one. */
export const weekdayOf = (day: Day): number => (((Math.floor(Date.parse(`${day}T00:00:00Z`) / 86_400_000) - 4) % 7) + 7) % 7;

type Opening = (day: Day) => { readonly spans: readonly (readonly [from: number, to: number])[] };

function rememberedOpening(calendar: Calendar): Opening {
  const known = new Map<Day, ReturnType<Opening>>();
  return (day) => {
    const found = known.get(day);
    if (found !== undefined) return found;
    const spans = hoursOn(calendar, day).map(([open, close]) => [wallClock(day, open, calendar.zone), wallClock(day, close, calendar.zone)] as const);
    const fresh = { spans };
    known.set(day, fresh);
    return fresh;
  };
}

function openIn(opening: Opening, zone: string, from: number, to: number): number {
  let sum = 0;
  const last = cachedDay(to - 1, zone);
  for (let day = cachedDay(from, zone); day <= last; day = addDays(day, 1)) {
    for (const [open, close] of opening(day).spans) sum += Math.max(0, Math.min(close, to) - Math.max(open, from));
  }
  return sum;
}

/** A wall-clock time of a day as an instant. An hour the clocks skip begins when they have jumped; one they repeat is the first. */
function wallClock(day: Day, time: string, zone: string): number {
  if (time === '24:00') return startOfDay(addDays(day, 1), zone);
  return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds;
}

/** Fifteen minutes: every zone's offset is a multiple, so the day is the same within one. */
const SLOT_MS = 900_000;
const SLOTS_KEPT = 50_000;
const days = new Map<string, Day>();

// Intl is slow and cases ask for the same moments again and again.
function cachedDay(at: number, zone: string): Day {
  const slot = `${zone} ${Math.floor(at / SLOT_MS)}`;
  const known = days.get(slot);
  if (known !== undefined) return known;
  if (days.size >= SLOTS_KEPT) days.clear();
  const day = dayOf(at, zone);
  days.set(slot, day);
  return day;
}

/** A version as it is stored: hours and days as JSON. */
export interface StoredCalendar extends Pick<Calendar, 'from_on' | 'zone' | 'holidays'> {
  readonly hours: string;
  readonly closed_days: string;
  readonly open_days: string;
}

export const readCalendar = (row: StoredCalendar): Calendar => ({
  from_on: row.from_on,
  zone: row.zone,
  hours: JSON.parse(row.hours),
  holidays: row.holidays,
  closed_days: JSON.parse(row.closed_days),
  open_days: JSON.parse(row.open_days),
});
