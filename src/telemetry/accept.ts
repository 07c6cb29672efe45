// One checked report into the memory of its device: duplicates out, counters to the days they belong to, latest state, and its place in the segment.
import { DAY_MS, dayNumber, dayOf } from '../core/time.ts';
import { type Arrival, arrive, type Boot, type Counters, daysTouched, hasArrived, increment, type Ledger, missingOf, NO_BOOT, UNTOLD } from './boots.ts';
import { addCount, addReboot, addReport, type DayRow, newDay } from './days.ts';
import { type Device, FIRST_BOOT_NO, UNKNOWN_REBOOT } from './device.ts';
import { counterOf, counters } from './fields.ts';
import type { Reading } from './reading.ts';
import { BACKFILLED, CLOCK_SUSPECT } from './segment.ts';

const MAX_SKEW_MS = DAY_MS;
const MAX_HISTORY_MS = 30 * DAY_MS;
/** A boot further back than this happened on a day nobody asks about: it counts on the day it was told. */
const MAX_BOOT_AGE_DAYS = 400;

/** What must be read from the store before the report can be taken in. Nothing was changed. */
export type Need = { readonly device: Device; readonly day: number } | { readonly device: Device; readonly boot: string };
export type Outcome = 'stored' | 'duplicate' | Need;

/** When a report counts, and whether its own clock was believed. */
export function timeOf(ts: number, synced: boolean, hist: boolean, now: number): { reported_at: number; clock_suspect: boolean } {
  const clock_suspect = isSuspect(ts, synced, hist, now);
  return { reported_at: clock_suspect ? now : ts, clock_suspect };
}

const isSuspect = (ts: number, synced: boolean, hist: boolean, now: number): boolean =>
  !synced || ts < now - (hist ? MAX_HISTORY_MS : MAX_SKEW_MS) || ts > now + MAX_SKEW_MS;

/** Calendar days of instants, remembered by the quarter of an hour: no zone changes its offset within one. */
export class Calendar {
  private readonly zone: string;
  private readonly known = new Map<number, number>();
  private lastQuarter = -1;
  private lastDay = 0;

  constructor(zone: string) {
    this.zone = zone;
  }

  dayOf(at: number): number {
    const quarter = Math.floor(at / 900_000);
    if (quarter === this.lastQuarter) return this.lastDay;
    let day = this.known.get(quarter);
    if (day === undefined) {
      day = dayNumber(dayOf(at, this.zone));
      if (this.known.size > 10_000) this.known.clear();
      this.known.set(quarter, day);
    }
    this.lastQuarter = quarter;
    this.lastDay = day;
    return day;
  }
}

/** Circumstances of the report being accepted. */
export interface Reception {
  received_at: number;
  backfill: boolean;
  /** Already judged, or null. */
  clock_suspect: boolean | null;
  readonly calendar: Calendar;
  /** The address the record will have. */
  address: number;
}

/** Takes in the report that `reading` holds and sets its `flags`. */
export function acceptReport(device: Device, reading: Reading, reception: Reception): Outcome {
  const hist = reading.hist || reception.backfill;
  const clock_suspect = reception.clock_suspect ?? isSuspect(reading.ts, reading.synced, hist, reception.received_at);
  const reported_at = clock_suspect ? reception.received_at : reading.ts;
  const day = reception.calendar.dayOf(reported_at);
  const boot = findBoot(device, reading.boot, reception.received_at);
  if (boot === null) return { device, boot: reading.boot };
  if (hasArrived(boot, reading.seq)) return 'duplicate';
  const row = findDay(device, day);
  if (row === null) return { device, day };
  reading.boot_no = boot.boot_no;
  reading.opens_boot = boot.ranges.length === 0;
  const inOrder = reading.seq > (boot.ranges.at(-1)?.to ?? -1);
  const gapped = count(device, boot, reading, row, reported_at, reception.calendar);
  if (gapped !== null) return gapped;
  reading.flags = (clock_suspect ? CLOCK_SUSPECT : 0) | (hist ? BACKFILLED : 0);
  addReport(row, reported_at, reading.flags, reading.fw ?? device.firmware, reception.address, reading.plan, reading.values);
  row.dirty = true;
  device.holdDay(row);
  becomeCurrent(device, boot, hist);
  touchBoot(device, boot, reception.received_at);
  if (boot === device.boot && inOrder) updateState(device, reading, reported_at, reception.received_at);
  device.reports++;
  if (clock_suspect) device.clock_suspect++;
  return 'stored';
}

/** Takes in the sequence number of an event, which carries no counters. */
export function acceptEvent(device: Device, head: { boot: string; seq: number }, day: number, received_at: number, hist: boolean): Outcome {
  const boot = findBoot(device, head.boot, received_at);
  if (boot === null) return { device, boot: head.boot };
  if (hasArrived(boot, head.seq)) return 'duplicate';
  const arrival = { seq: head.seq, counters: noCounters(), day, reboot: UNTOLD, reboot_day: day };
  const missing = daysTouched(boot, arrival).find((touched) => findDay(device, touched) === null);
  if (missing !== undefined) return { device, day: missing };
  arriveAt(device, boot, arrival);
  becomeCurrent(device, boot, hist);
  touchBoot(device, boot, received_at);
  device.events++;
  return 'stored';
}

function touchBoot(device: Device, boot: Boot, at: number): void {
  boot.last_seen_at = at;
  if (boot.touched) return;
  boot.touched = true;
  if (boot !== device.boot) device.holdBoot(boot);
}

/** Null when the store may know it. The first boot of a device's life it cannot know: a fleet heard for the first time costs no query each. */
const findBoot = (device: Device, boot: string, at: number): Boot | null =>
  device.knownBoot(boot) ?? (device.next_boot_no === FIRST_BOOT_NO ? device.begin(boot, at) : null);

/** The row of a day, made when the day is later than any the device had; null when the store may have one. */
function findDay(device: Device, day: number): DayRow | null {
  const known = device.knownDay(day);
  if (known !== undefined) return known;
  return device.day === null || day > device.day.day ? newDay(day) : null;
}

/** Adds the counters to their days. The usual report follows the one before it; every other goes through `arrive`. */
function count(device: Device, boot: Boot, reading: Reading, row: DayRow, reported_at: number, calendar: Calendar): Need | null {
  const last = boot.ranges.at(-1);
  if (last !== undefined && last.to + 1 === reading.seq && last.reboot !== UNTOLD) {
    follow(last.right, reading, row);
    last.to = reading.seq;
    return null;
  }
  const arrival = arrivalOf(reading, row.day, reported_at, calendar);
  const missing = daysTouched(boot, arrival).find((day) => day !== row.day && findDay(device, day) === null);
  if (missing !== undefined) return { device, day: missing };
  for (let i = 0; i < counters.length; i++) if (!Number.isNaN(arrival.counters[i])) addCount(row, i, 0);
  device.holdDay(row);
  arriveAt(device, boot, arrival);
  return null;
}

function follow(right: Counters, { plan, values }: Reading, row: DayRow): void {
  const pairs = plan.counters;
  for (let i = 0; i < pairs.length; i += 2) {
    const counter = pairs[i + 1] as number;
    const value = values[pairs[i] as number] as number;
    const before = right[counter] as number;
    // Most counters stand still.
    if (value === before) addCount(row, counter, 0);
    else {
      addCount(row, counter, increment(before, value));
      right[counter] = value;
    }
  }
}

function arriveAt(device: Device, boot: Boot, arrival: Arrival): void {
  const before = missingOf(boot);
  const lost = arrive(boot, arrival, ledgerOf(device));
  if (isApart(boot.boot)) return;
  device.lost += lost;
  // The gaps of a boot that is over count as lost until history fills them.
  if (boot === device.boot) device.missing = missingOf(boot);
  else device.lost += missingOf(boot) - before;
}

/** Writes to days that `daysTouched` named: all are in memory. */
function ledgerOf(device: Device): Ledger {
  const rowOf = (day: number): DayRow => {
    const row = findDay(device, day) ?? newDay(day);
    row.dirty = true;
    device.holdDay(row);
    return row;
  };
  return {
    count: (day, counter, by) => addCount(rowOf(day), counter, by),
    reboot: (day, reason, sign) => addReboot(rowOf(day), reason, sign),
  };
}

const noCounters = (): Counters => new Array<number>(counters.length).fill(Number.NaN);

function arrivalOf(reading: Reading, day: number, reported_at: number, calendar: Calendar): Arrival {
  const { plan, values } = reading;
  const sums = noCounters();
  for (let i = 0; i < plan.counters.length; i += 2) sums[plan.counters[i + 1] as number] = values[plan.counters[i] as number] as number;
  const told = values[plan.reboot] ?? UNKNOWN_REBOOT;
  const uptime_s = values[plan.uptime_s] ?? Number.NaN;
  const reboot_day = uptime_s < MAX_BOOT_AGE_DAYS * 86_400 ? calendar.dayOf(reported_at - uptime_s * 1000) : day;
  return { seq: reading.seq, counters: sums, day, reboot: isApart(reading.boot) ? NO_BOOT : told, reboot_day };
}

/** Boots under which imports and ONVIF's own events are kept: no device ran under them. */
export const IMPORTED_BOOT = 'import-';
export const ONVIF_BOOT = 'onvif-';
const isApart = (boot: string): boolean => boot.startsWith(IMPORTED_BOOT) || boot.startsWith(ONVIF_BOOT);

/** A boot never heard before is the current one, unless it comes as history of a device that has one. */
function becomeCurrent(device: Device, boot: Boot, hist: boolean): void {
  if (boot === device.boot || isApart(boot.boot) || (device.boot !== null && (hist || boot.boot_no < device.boot.boot_no))) return;
  device.becomes(boot);
  device.birth_boot = null;
  device.lost += device.missing;
  device.missing = missingOf(boot);
  device.lost -= device.missing;
  for (let i = 0; i < counterOf.length; i++) if ((counterOf[i] as number) >= 0) device.setValue(i, Number.NaN);
}

function updateState(device: Device, reading: Reading, reported_at: number, received_at: number): void {
  device.setState(reading.plan, reading.values);
  device.state_reported_at = reported_at;
  device.state_received_at = received_at;
  device.last_report_at = reported_at;
  // Compared before it is written: telling the collector of a pointer costs more than reading one.
  if (reading.model !== null && reading.model !== device.model_code) device.model_code = reading.model;
  if (reading.hw !== null && reading.hw !== device.hw_rev) device.hw_rev = reading.hw;
  if (reading.fw !== null && reading.fw !== device.firmware) {
    device.firmware = reading.fw;
    device.firmware_since_at = reported_at;
  }
}
