// The measures of a detector: false alerts per 1,000 model-months, defects found before the 5th attributable return, days of lead.
import { FIRST_DAY } from './feed.ts';
import type { History, Truth } from './history.ts';

/** Days on which a detector raised an alert, per model, in order. */
export type Alerts = readonly (readonly number[])[];

export interface Score {
  readonly false_per_1000: number;
  readonly model_months: number;
  readonly all: Found;
  readonly big: Found;
  /** Median days from a firmware step of RR 3 or more to its alert; the same in models of 300 devices or more. */
  readonly firmware_days: number | null;
  readonly firmware_big_days: number | null;
  /** Days from the alert to the first customer report: median over hardware defects. */
  readonly report_lead: number | null;
}

export interface Found {
  readonly defects: number;
  readonly before_fifth: number;
  readonly lead: number | null;
}

const MONTH = 30.4375;
const ATTRIBUTABLE = 5;

export function scoreOf(history: History, alerts: Alerts): Score {
  const { days } = history.parameters;
  const onset = new Map(history.truths.map((truth) => [truth.model, truth.onset]));
  let wrong = 0;
  let months = 0;
  alerts.forEach((raised, model) => {
    const end = onset.get(model) ?? days;
    months += Math.max(0, end - FIRST_DAY) / MONTH;
    wrong += raised.filter((day) => day < end).length;
  });
  const firstAfter = (truth: Truth): number => alerts[truth.model]?.find((day) => day >= truth.onset) ?? days;
  const hardware = history.truths.filter((truth) => truth.kind === 'hardware');
  const firmware = history.truths.filter((truth) => truth.kind === 'firmware' && truth.ratio >= 3);
  return {
    false_per_1000: (wrong / months) * 1000,
    model_months: months,
    all: found(hardware, firstAfter, days),
    big: found(
      hardware.filter((truth) => truth.devices >= 300 && truth.ratio >= 3),
      firstAfter,
      days,
    ),
    firmware_days: median(firmware.map((truth) => firstAfter(truth) - truth.onset)),
    firmware_big_days: median(firmware.filter((truth) => truth.devices >= 300).map((truth) => firstAfter(truth) - truth.onset)),
    report_lead: median(hardware.map((truth) => Math.min(truth.reports[0] ?? days, days) - firstAfter(truth))),
  };
}

function found(truths: readonly Truth[], firstAfter: (truth: Truth) => number, days: number): Found {
  const leads = truths.map((truth) => Math.min(truth.returns[ATTRIBUTABLE - 1] ?? days, days) - firstAfter(truth));
  return { defects: truths.length, before_fifth: leads.filter((lead) => lead > 0).length / Math.max(1, leads.length), lead: median(leads) };
}

export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return null;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** Days on which a path crosses the level, re-armed after `quiet` days below it. A defect that begins while armed off is still seen. */
export function alertsOf(path: ArrayLike<number>, level: number, first: number, quiet = 30): number[] {
  const days: number[] = [];
  let below = quiet;
  for (let i = 0; i < path.length; i += 1) {
    if ((path[i] ?? 0) < level) below += 1;
    else {
      if (below >= quiet) days.push(first + i);
      below = 0;
    }
  }
  return days;
}

/** The level at which a detector gives `budget` false alerts per 1,000 model-months on this history: calibrated on the answer, in its favour. */
export function calibrated(history: History, paths: readonly ArrayLike<number>[], budget = 1): number {
  let low = 0;
  let high = 1e6;
  for (let step = 0; step < 40; step += 1) {
    const level = low === 0 ? high / 2 ** (40 - step) : Math.sqrt(low * high);
    if (
      scoreOf(
        history,
        paths.map((path) => alertsOf(path, level, FIRST_DAY)),
      ).false_per_1000 > budget
    )
      low = level;
    else high = Math.min(high, level);
    if (low > 0 && high / low < 1.01) break;
  }
  return high;
}
