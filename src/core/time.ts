// Calendar days and instants. Days are `YYYY-MM-DD` in the business time zone; instants are epoch milliseconds.
import { Temporal } from 'temporal-polyfill';

/** A calendar day, `YYYY-MM-DD`. */
export type Day = string;

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;

/** The calendar day in `zone` (IANA name) on which the instant falls. */
export const dayOf = (at: number, zone: string): Day => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();

/** The hour a clock in `zone` shows at an instant, 0…23. */
export const hourOf = (at: number, zone: string): number => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).hour;

/** The instant at which `day` begins in `zone`. */
export const startOfDay = (day: Day, zone: string): number => Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds;

/** The day `months` later, clamped to the month's end: 2024-01-31 + 1 = 2024-02-29. */
export const addMonths = (day: Day, months: number): Day => Temporal.PlainDate.from(day).add({ months }).toString();

export const addDays = (day: Day, days: number): Day => dayFromNumber(dayNumber(day) + days);

/** Days since 1970-01-01: for differences and as a compact key. */
export const dayNumber = (day: Day): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS;

export const dayFromNumber = (number: number): Day => new Date(number * DAY_MS).toISOString().slice(0, 10);

/** Days from `from` to `to`, negative when `to` is earlier. */
export const daysBetween = (from: Day, to: Day): number => dayNumber(to) - dayNumber(from);

/** A day of the calendar from 1900 to 2199, written `YYYY-MM-DD`. */
export const isDay = (text: string): boolean =>
  /^(19|20|21)\d{2}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && dayFromNumber(dayNumber(text)) === text;

/** RFC 3339 in UTC with milliseconds, as instants leave the product. */
export const rfc3339 = (at: number): string => new Date(at).toISOString();

export const rfc3339OrNull = (at: number | null): string | null => (at === null ? null : rfc3339(at));
