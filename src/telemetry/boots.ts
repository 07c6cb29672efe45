// Which sequence numbers of one boot have arrived, as ranges with the counters at their edges. Pure.
// The ranges judge duplicates and show gaps. The edges make a day's increments independent of the order of arrival: every report adds the difference
// to its neighbour before it, and when a late one comes between two others, their difference is taken back and the two parts are added instead.
import { counters } from './fields.ts';

/** Ranges kept per boot. Beyond it the oldest gap is given up, so that a device that counts wildly cannot grow without bound. */
export const MAX_RANGES = 1000;
/** A boot first heard later than this has counted for days nobody knows: what it counted before is not charged to the day of its first report. */
export const MAX_UNHEARD_UPTIME_S = 86_400;
const WRAP = 2 ** 32;

/** Counters in the order of `counters`; NaN is unknown. */
export type Counters = number[];

export interface Range {
  from: number;
  to: number;
  /** Counters of the first report of the range, and the day it fell on. */
  left: Counters;
  left_day: number;
  /** Reason of the boot as the first report told it, and the day the boot happened. */
  reboot: number;
  reboot_day: number;
  /** Counters after the last report of the range; a field it did not carry has the value known before. */
  right: Counters;
}

export interface Boot {
  readonly boot_no: number;
  readonly boot: string;
  readonly first_seen_at: number;
  last_seen_at: number;
  /** Ascending, with a gap between any two. */
  ranges: Range[];
  /** Changed since it was written. */
  touched: boolean;
}

/** The reason of an arrival that tells nothing about the boot: an event. */
export const UNTOLD = -1;
/** The reason of a boot that is none: reports of another system under one name. Its first values are a beginning, not an increment. */
export const NO_BOOT = -2;

/** What a report contributes to its boot. `counters` is kept, so give every arrival its own. */
export interface Arrival {
  readonly seq: number;
  readonly counters: Counters;
  readonly day: number;
  /** Place among `reboots`, UNTOLD or NO_BOOT. */
  readonly reboot: number;
  readonly reboot_day: number;
}

/** Receives the changes an arrival makes to daily roll-ups. `sign` is -1 when an earlier contribution is taken back. */
export interface Ledger {
  count(day: number, counter: number, increment: number): void;
  reboot(day: number, reason: number, sign: 1 | -1): void;
}

export function hasArrived({ ranges }: Boot, seq: number): boolean {
  if (ranges.length === 0 || seq > (ranges[ranges.length - 1] as Range).to) return false;
  const before = ranges[rangeBefore(ranges, seq + 1)];
  return before !== undefined && seq <= before.to;
}

/** The highest sequence number that arrived, -1 when none did. */
export const lastSeq = (boot: Boot): number => boot.ranges.at(-1)?.to ?? -1;

/** Sequence numbers missing between those that arrived. */
export const gapsOf = (boot: Boot): { from_seq: number; to_seq: number }[] =>
  boot.ranges.slice(1).map((range, i) => ({ from_seq: (boot.ranges[i]?.to ?? 0) + 1, to_seq: range.from - 1 }));

/** How many numbers are missing between those that arrived. */
export const missingOf = (boot: Boot): number =>
  boot.ranges.length < 2 ? 0 : gapsOf(boot).reduce((sum, { from_seq, to_seq }) => sum + to_seq - from_seq + 1, 0);

/** Days whose roll-ups `arrive` will change, besides that of the report itself. */
export function daysTouched(boot: Boot, arrival: Arrival): number[] {
  const index = rangeBefore(boot.ranges, arrival.seq);
  const after = boot.ranges[index + 1];
  const before = boot.ranges[index];
  const first = before === undefined || before.reboot === UNTOLD;
  const days = after === undefined ? [] : [after.left_day];
  if (first) days.push(arrival.reboot_day);
  if (first && after !== undefined) days.push(after.reboot_day);
  return days;
}

/** Takes in a report that `hasArrived` does not know. Returns how many missing numbers were given up to stay within bounds. */
export function arrive(boot: Boot, arrival: Arrival, ledger: Ledger): number {
  const index = rangeBefore(boot.ranges, arrival.seq);
  const before = boot.ranges[index];
  const after = boot.ranges[index + 1];
  if (after !== undefined) contribute(before, after, ledger, -1);
  const own = pieceOf(arrival);
  if (after !== undefined) yieldTo(after, own);
  contribute(before, own, ledger, 1);
  if (before !== undefined) follow(own, before);
  if (before !== undefined && before.to + 1 === arrival.seq) extend(before, own);
  else boot.ranges.splice(index + 1, 0, own);
  const merged = before !== undefined && before.to === arrival.seq ? before : own;
  if (after !== undefined) {
    contribute(merged, after, ledger, 1);
    if (after.from === arrival.seq + 1) join(boot.ranges, merged, after);
  }
  return boot.ranges.length > MAX_RANGES ? giveUpOldestGap(boot.ranges) : 0;
}

/** Index of the last range that starts before `seq`, -1 when none does. */
function rangeBefore(ranges: readonly Range[], seq: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.from ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const pieceOf = (arrival: Arrival): Range => ({
  from: arrival.seq,
  to: arrival.seq,
  left: arrival.counters,
  left_day: arrival.day,
  reboot: arrival.reboot,
  reboot_day: arrival.reboot_day,
  right: [...arrival.counters],
});

/** A counter the report after it did not carry was already charged to a still later one: the late report claims it no more. */
function yieldTo(after: Range, own: Range): void {
  for (let i = 0; i < counters.length; i++) if (Number.isNaN(after.left[i])) own.left[i] = Number.NaN;
}

/** Adds (or takes back) what lies between `before`, or the boot itself, and the first report of `next`. Events alone tell nothing: after them the boot still begins. */
function contribute(earlier: Range | undefined, next: Range, ledger: Ledger, sign: 1 | -1): void {
  const before = earlier?.reboot === UNTOLD ? undefined : earlier;
  const uptime = next.left[0] ?? Number.NaN;
  const unheard = before === undefined && (uptime > MAX_UNHEARD_UPTIME_S || next.reboot === NO_BOOT);
  for (let counter = 0; counter < counters.length; counter++) {
    const from = before === undefined ? (unheard ? Number.NaN : 0) : (before.right[counter] ?? Number.NaN);
    const by = increment(from, next.left[counter] ?? Number.NaN);
    if (by !== 0) ledger.count(next.left_day, counter, sign * by);
  }
  if (before === undefined && next.reboot >= 0) ledger.reboot(next.reboot_day, next.reboot, sign);
}

/** Between two values of a counter: unknown adds nothing, a fall from above 2^31 is a 32-bit wrap, any other fall a reset to 0. */
export function increment(from: number, to: number): number {
  if (Number.isNaN(from) || Number.isNaN(to)) return 0;
  if (to >= from) return to - from;
  return from < WRAP && from - to > WRAP / 2 ? to + WRAP - from : to;
}

/** What is known after `before` is known after `own` too. */
function follow(own: Range, before: Range): void {
  carry(own.right, before.right);
  if (own.reboot === UNTOLD) own.reboot = before.reboot;
}

function extend(range: Range, own: Range): void {
  range.to = own.to;
  range.right = own.right;
  if (range.reboot === UNTOLD) Object.assign(range, { left: own.left, left_day: own.left_day, reboot: own.reboot, reboot_day: own.reboot_day });
}

/** Fills what `into` does not know from what was known before. */
function carry(into: Counters, known: Counters): void {
  for (let i = 0; i < counters.length; i++) if (Number.isNaN(into[i])) into[i] = known[i] ?? Number.NaN;
}

function join(ranges: Range[], before: Range, after: Range): void {
  carry(after.right, before.right);
  extend(before, after);
  ranges.splice(ranges.indexOf(after), 1);
}

function giveUpOldestGap(ranges: Range[]): number {
  const [first, second] = ranges;
  if (first === undefined || second === undefined) return 0;
  const lost = second.from - first.to - 1;
  join(ranges, first, second);
  return lost;
}
