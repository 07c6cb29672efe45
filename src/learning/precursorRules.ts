// Precision, recall and lead of each signal as a forerunner of failures. Pure.
import { addDays, type Day, daysBetween } from '../core/time.ts';

/** A device looked at from `from_on` until the day before `failed_on`: the failed one, or a healthy one matched to it. */
export interface Match {
  readonly unit_id: string;
  readonly from_on: Day;
  readonly failed_on: Day;
  readonly failure_mode_id: string;
  readonly failed: boolean;
}

/** A day on which a unit reached a signal. */
export interface Preceding {
  readonly unit_id: string;
  readonly signal_id: string;
  readonly day_on: Day;
}

type Limits = { readonly low: number; readonly high: number } | null;

export interface Precursor {
  readonly signal_id: string;
  /** Failed devices that showed it before, of all that failed. */
  readonly hits: number;
  readonly recall: number;
  readonly recall_interval: Limits;
  /** Healthy matches that showed it in the same days. */
  readonly false_hits: number;
  /** Share of the devices with the signal that failed, among failed and matched; null when none had it. */
  readonly precision: number | null;
  readonly precision_interval: Limits;
  /** Days from the first day of the signal to the failure, median over the hits. */
  readonly median_lead_days: number | null;
}

/** Days of telemetry before a failure that count as before it, and how many there must be at least. */
export const BEFORE_DAYS = 90;
export const LEAST_DAYS = 14;

/** From when a device is looked at that was first heard on `heard_on` and failed on `failed_on`; null when that is too short to tell. */
export function watchedFrom(heard_on: Day, failed_on: Day): Day | null {
  if (daysBetween(heard_on, failed_on) < LEAST_DAYS) return null;
  const earliest = addDays(failed_on, -BEFORE_DAYS);
  return heard_on < earliest ? earliest : heard_on;
}

/** Signals that any of the devices showed, the most telling first: the difference between recall and the share of healthy devices with it. */
export function scorePrecursors(
  matches: readonly Match[],
  preceding: readonly Preceding[],
  signal_ids: readonly string[],
  intervalOf: (k: number, n: number) => Limits,
): Precursor[] {
  const daysOf = new Map<string, Day[]>();
  for (const { unit_id, signal_id, day_on } of preceding) {
    const key = `${unit_id} ${signal_id}`;
    const days = daysOf.get(key);
    if (days === undefined) daysOf.set(key, [day_on]);
    else days.push(day_on);
  }
  const failures = matches.filter((match) => match.failed).length;
  const healthy = matches.length - failures;
  const rows = signal_ids.map((signal_id) => {
    const leads = matches.map((match) => ({ failed: match.failed, lead: leadOf(match, daysOf.get(`${match.unit_id} ${signal_id}`) ?? []) }));
    const shown = leads.filter(({ lead }) => lead !== null);
    const hits = shown.filter(({ failed }) => failed);
    return {
      signal_id,
      hits: hits.length,
      recall: failures === 0 ? 0 : hits.length / failures,
      recall_interval: intervalOf(hits.length, failures),
      false_hits: shown.length - hits.length,
      precision: shown.length === 0 ? null : hits.length / shown.length,
      precision_interval: intervalOf(hits.length, shown.length),
      median_lead_days: median(hits.map(({ lead }) => lead ?? 0)),
    };
  });
  const telling = (row: Precursor): number => row.recall - (healthy === 0 ? 0 : row.false_hits / healthy);
  return rows.filter((row) => row.hits + row.false_hits > 0).sort((a, b) => telling(b) - telling(a) || (a.signal_id < b.signal_id ? -1 : 1));
}

/** Days between the first day of the signal in the days looked at and the failure; the day itself is too late. */
function leadOf({ from_on, failed_on }: Match, days: readonly Day[]): number | null {
  let first: Day | null = null;
  for (const day of days) if (day >= from_on && day < failed_on && (first === null || day < first)) first = day;
  return first === null ? null : daysBetween(first, failed_on);
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length === 0 ? null : ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
