// One device, one calendar day: what its reports add up to. Every column is a sum, a maximum or a minimum, so the order of arrival does not matter.
import { counted, type DayColumn, dayColumns } from './dayColumns.ts';
import { field } from './fields.ts';
import { reboots } from './payload.ts';
import type { Plan } from './plan.ts';
import { CLOCK_SUSPECT, BACKFILLED as RECORD_BACKFILLED } from './segment.ts';

/** A picture below this share of the set frame rate counts as short. */
const FPS_SHORT = 0.8;

const column = (name: DayColumn): number => dayColumns.indexOf(name);
const REPORTS = column('reports');
const BACKFILLED = column('backfilled');
const SUSPECT = column('clock_suspect');
export const FIRST_COUNTER = column('online_s');
const FIRST_REBOOT = column('reboot_user_reset');
const LAST_ADDRESS = column('last_address');
const [SD_ERROR, SD_ABSENT, FPS_SHORT_REPORTS, REC_STOPPED] = counted.map(column) as [number, number, number, number];
const NTP_MAX = column('ntp_off_ms_max');
const sd = field('sd_state').words;
const rec = field('rec_state').words;
const [RO, ERROR, ABSENT] = [sd.indexOf('ro'), sd.indexOf('error'), sd.indexOf('absent')];
const [STOPPED, NO_MEDIA] = [rec.indexOf('stopped'), rec.indexOf('no_media')];

/** NaN is unknown: no report of the day carried the field. */
const empty: readonly number[] = dayColumns.map((_, i) => (i <= SUSPECT || (i >= FIRST_REBOOT && i < FIRST_REBOOT + reboots.length) ? 0 : Number.NaN));

export interface DayRow {
  /** Days since 1970-01-01. */
  readonly day: number;
  firmware: string | null;
  last_reported_at: number;
  readonly values: number[];
  dirty: boolean;
}

export const newDay = (day: number): DayRow => ({ day, firmware: null, last_reported_at: 0, values: empty.slice(), dirty: true });

/** Adds one report, its counters apart: boots.ts says what those add to which day. `flags` are those of the record (segment.ts). */
export function addReport(
  row: DayRow,
  reported_at: number,
  flags: number,
  firmware: string | null,
  address: number,
  plan: Plan,
  numbers: ArrayLike<number>,
): void {
  const { values } = row;
  values[REPORTS] = (values[REPORTS] as number) + 1;
  if (flags !== 0) addHow(values, flags);
  values[LAST_ADDRESS] = address;
  if (reported_at >= row.last_reported_at) {
    row.last_reported_at = reported_at;
    if (row.firmware !== firmware) row.firmware = firmware;
  }
  addExtremes(values, plan, numbers);
  for (let i = 0; i < plan.flags.length; i += 2) addFlag(values, plan.flags[i + 1] as number, numbers[plan.flags[i] as number] === 1);
  if (plan.ntp_off_ms >= 0) keepGreatest(values, NTP_MAX, Math.abs(numbers[plan.ntp_off_ms] as number));
  if (plan.sd_state >= 0) addSdState(values, numbers[plan.sd_state] as number);
  if (plan.rec_state >= 0) addRecState(values, numbers[plan.rec_state] as number);
  if (plan.fps_set >= 0 && plan.fps_out >= 0) addFps(values, numbers[plan.fps_set] as number, numbers[plan.fps_out] as number);
}

function addHow(values: number[], flags: number): void {
  if ((flags & RECORD_BACKFILLED) !== 0) values[BACKFILLED] = (values[BACKFILLED] as number) + 1;
  if ((flags & CLOCK_SUSPECT) !== 0) values[SUSPECT] = (values[SUSPECT] as number) + 1;
}

function addExtremes(values: number[], { maxima, minima }: Plan, numbers: ArrayLike<number>): void {
  for (let i = 0; i < maxima.length; i += 2) keepGreatest(values, maxima[i + 1] as number, numbers[maxima[i] as number] as number);
  for (let i = 0; i < minima.length; i += 2) {
    const number = numbers[minima[i] as number] as number;
    const at = minima[i + 1] as number;
    if (!((values[at] as number) <= number)) values[at] = number;
  }
}

/** Unknown (NaN) is less than anything. */
function keepGreatest(values: number[], at: number, number: number): void {
  if (!((values[at] as number) >= number)) values[at] = number;
}

function addSdState(values: number[], state: number): void {
  addFlag(values, SD_ERROR, state === ERROR || state === RO);
  addFlag(values, SD_ABSENT, state === ABSENT);
}

const addRecState = (values: number[], state: number): void => addFlag(values, REC_STOPPED, state === STOPPED || state === NO_MEDIA);

function addFps(values: number[], set: number, out: number): void {
  if (set > 0 && out >= 0) addFlag(values, FPS_SHORT_REPORTS, out < FPS_SHORT * set);
}

function addFlag(values: number[], index: number, set: boolean): void {
  const known = values[index] as number;
  values[index] = (known >= 0 ? known : 0) + (set ? 1 : 0);
}

/** Adds an increment of a counter (its place among `counters`); 0 makes it known. */
export function addCount(row: DayRow, counter: number, by: number): void {
  const known = row.values[FIRST_COUNTER + counter] as number;
  // NaN, unknown until now, fails the comparison with itself.
  // biome-ignore lint/suspicious/noSelfCompare: the cheapest test for NaN on the hot path
  row.values[FIRST_COUNTER + counter] = known === known ? known + by : by;
}

export function addReboot(row: DayRow, reason: number, sign: 1 | -1): void {
  row.values[FIRST_REBOOT + reason] = (row.values[FIRST_REBOOT + reason] as number) + sign;
}
