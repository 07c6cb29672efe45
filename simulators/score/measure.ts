// The measures of a detector: false alerts per 1,000 model-months, defects found before the 5th attributable return, days of lead.
import { FIRST_DAY } from './feed.ts';
import type { History, Truth } from './history.ts';

/** Days on which a detector raised an alert, per model, in order. */
export type Alerts = readonly (readonly number[])[];

/** What came of the alerts on one fleet. Seeds are pooled by laying their tallies together. */
export interface Tally {
  readonly wrong: number;
  readonly model_months: number;
  readonly hardware: readonly Lead[];
  /** Firmware steps of RR 3 or more. */
  readonly steps: readonly Step[];
}

/** Days from the alert of a hardware defect to its 5th attributable return and to its first customer report. */
interface Lead {
  readonly to_fifth: number;
  readonly to_report: number;
  /** 300 devices or more, RR 3 or more. */
  readonly big: boolean;
}

/** Days from the release of a bad firmware to its alert; devices of the model at the release. */
interface Step {
  readonly days: number;
  readonly devices: number;
}

export interface Score {
  readonly false_per_1000: number;
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
const BIG_DEVICES = 300;
const BIG_RATIO = 3;

/** A miss counts as found at the horizon. */
export function tallyOf(history: History, alerts: Alerts): Tally {
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
  const until = (day: number | undefined, truth: Truth): number => Math.min(day ?? days, days) - firstAfter(truth);
  const steep = history.truths.filter((truth) => truth.ratio >= BIG_RATIO);
  return {
    wrong,
    model_months: months,
    hardware: history.truths
      .filter((truth) => truth.kind === 'hardware')
      .map((truth) => ({
        to_fifth: until(truth.returns[ATTRIBUTABLE - 1], truth),
        to_report: until(truth.reports[0], truth),
        big: truth.devices >= BIG_DEVICES && steep.includes(truth),
      })),
    steps: steep.filter((truth) => truth.kind === 'firmware').map((truth) => ({ days: firstAfter(truth) - truth.onset, devices: truth.devices })),
  };
}

export const pooled = (tallies: readonly Tally[]): Tally => ({
  wrong: tallies.reduce((sum, tally) => sum + tally.wrong, 0),
  model_months: tallies.reduce((sum, tally) => sum + tally.model_months, 0),
  hardware: tallies.flatMap((tally) => tally.hardware),
  steps: tallies.flatMap((tally) => tally.steps),
});

export const scoreOf = ({ wrong, model_months, hardware, steps }: Tally): Score => ({
  false_per_1000: falseRate({ wrong, model_months }),
  all: found(hardware),
  big: found(hardware.filter((lead) => lead.big)),
  firmware_days: median(steps.map((step) => step.days)),
  firmware_big_days: median(steps.filter((step) => step.devices >= BIG_DEVICES).map((step) => step.days)),
  report_lead: median(hardware.map((lead) => lead.to_report)),
});

const falseRate = ({ wrong, model_months }: Pick<Tally, 'wrong' | 'model_months'>): number => (wrong / model_months) * 1000;

const found = (leads: readonly Lead[]): Found => ({
  defects: leads.length,
  before_fifth: leads.filter((lead) => lead.to_fifth > 0).length / Math.max(1, leads.length),
  lead: median(leads.map((lead) => lead.to_fifth)),
});

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
    const tally = tallyOf(
      history,
      paths.map((path) => alertsOf(path, level, FIRST_DAY)),
    );
    if (falseRate(tally) > budget) low = level;
    else high = Math.min(high, level);
    if (low > 0 && high / low < 1.01) break;
  }
  return high;
}
