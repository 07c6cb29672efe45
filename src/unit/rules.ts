// Pure decisions about units: when service starts, how intervals of half-open days follow each other, when our warranty ends.
import { addDays, addMonths, type Day } from '../core/time.ts';

/** Days from our shipping dock to the customer when nobody wrote down the delivery. */
export const SHIPPING_LAG_DAYS = 14;

export interface UnitDates {
  readonly shipped_on?: Day | null | undefined;
  readonly delivered_on?: Day | null | undefined;
  readonly purchased_on?: Day | null | undefined;
}

/** The best known day the customer had the unit: delivered, else purchased, else shipped + lag; and which of them it was. */
export function startingDay(unit: UnitDates): { readonly on: Day; readonly basis: 'delivered_on' | 'purchased_on' | 'shipped_on' } | null {
  if (unit.delivered_on != null) return { on: unit.delivered_on, basis: 'delivered_on' };
  if (unit.purchased_on != null) return { on: unit.purchased_on, basis: 'purchased_on' };
  if (unit.shipped_on != null) return { on: addDays(unit.shipped_on, SHIPPING_LAG_DAYS), basis: 'shipped_on' };
  return null;
}

/** The last day our own warranty covers: what was agreed for the unit, else the anniversary of its start, clamped to the month's end. Null when unknown. */
export function ownWarrantyEnd(unit: UnitDates & { readonly own_warranty_ends_on: Day | null }, months: number | null): Day | null {
  if (unit.own_warranty_ends_on !== null) return unit.own_warranty_ends_on;
  const start = startingDay(unit);
  return start === null || months === null ? null : addMonths(start.on, months);
}

export interface Interval {
  readonly id: string;
  readonly from_on: Day;
  readonly to_on: Day | null;
}

/**
 * Where a new interval fits among those of one unit. An open one that began earlier ends on the day the new one starts: that day counts for the new one
 * only. Answers which open interval to close, or which interval is in the way.
 */
export function fitInterval(
  present: readonly Interval[],
  from_on: Day,
  to_on: Day | null,
): { readonly close: Interval | null } | { readonly overlap: Interval } {
  const open = present.find((interval) => interval.to_on === null);
  const overlap = present.find((interval) => interval.to_on !== null && interval.from_on < (to_on ?? '9999-12-31') && from_on < interval.to_on);
  if (overlap !== undefined) return { overlap };
  if (open === undefined || (to_on !== null && to_on <= open.from_on)) return { close: null };
  return from_on >= open.from_on ? { close: open } : { overlap: open };
}

/** `aa:bb:cc:dd:ee:ff` in the usual spelling from any other; null when it is no MAC address. */
export function macOf(text: string): string | null {
  const digits = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[-:.\s]/g, '');
  return /^[0-9A-F]{12}$/.test(digits) ? (digits.match(/../g) ?? []).join(':') : null;
}

/** What may stand in an MQTT topic (contract): anything else is refused at enrolment. */
export const DEVICE_ID = /^[A-Za-z0-9_-]{1,64}$/;
