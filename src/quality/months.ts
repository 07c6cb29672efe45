// What one closed month of a model looked like: figures and the fingerprint of what they were made from. Pure.
import { sha256 } from '../core/id.ts';
import { type Day, dayNumber } from '../core/time.ts';
import type { CohortKind, Finding, QualityMonthRow, QualityTotalRow } from './table.ts';

export type MonthFigures = Pick<QualityMonthRow, 'exposure_days' | 'confirmed' | 'nff' | 'untriaged' | 'other'>;

export interface MonthFailure {
  readonly return_unit_id: string;
  readonly failed_day: number;
  readonly finding: Finding;
  readonly failure_mode_id: string | null;
  readonly component_id: string | null;
}

const DAY_MS = 86_400_000;
/** The day of a month on which its second half begins. */
const SECOND_HALF = 16;

const FIGURES = ['exposure_days', 'confirmed', 'nff', 'untriaged', 'other'] as const satisfies readonly (keyof MonthFigures)[];

/** 'YYYY-MM' of a day. */
export const monthOf = (day: Day): string => day.slice(0, 7);

/** The month after (or `by` months after). */
export function monthAfter(month: string, by = 1): string {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + by;
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`;
}

export const firstDayOf = (month: string): number => dayNumber(`${month}-01`);

/** Half months in a stretch of running totals: an edge reads one stretch, and each begins with a row of every cohort, of which there are many finer ones. */
const halvesIn = (kind: CohortKind): number => (kind === 'model' ? 1 : 6);

/** The first day of the stretch `day` lies in, or of the one `by` stretches after, all as day numbers. */
export function stretchDayOf(kind: CohortKind, day: number, by = 0): number {
  const date = new Date(day * DAY_MS);
  const half = (date.getUTCFullYear() * 12 + date.getUTCMonth()) * 2 + (date.getUTCDate() < SECOND_HALF ? 0 : 1);
  const first = (Math.floor(half / halvesIn(kind)) + by) * halvesIn(kind);
  return Date.UTC(Math.floor(first / 24), Math.floor(first / 2) % 12, first % 2 === 0 ? 1 : SECOND_HALF) / DAY_MS;
}

/** The first days of the stretches from that of `from` through that of `through`. */
export function stretchDaysThrough(kind: CohortKind, from: number, through: number): number[] {
  const stretches: number[] = [];
  for (let day = stretchDayOf(kind, from); day <= through; day = stretchDayOf(kind, day, 1)) stretches.push(day);
  return stretches;
}

/** Months from `from` to `through`, both included; empty when `through` is earlier. */
export function monthsThrough(from: string, through: string): string[] {
  const months: string[] = [];
  for (let month = from; month <= through; month = monthAfter(month)) months.push(month);
  return months;
}

/** A cohort's figures in each of `months`, from its running totals in order of day. */
export function figuresByMonth(totals: readonly QualityTotalRow[], months: readonly string[]): Map<string, MonthFigures> {
  let next = 0;
  let state: QualityTotalRow | undefined;
  const until = (day: number): MonthFigures => {
    for (let row = totals[next]; row !== undefined && row.day < day; row = totals[++next]) state = row;
    if (state === undefined) return { exposure_days: 0, confirmed: 0, nff: 0, untriaged: 0, other: 0 };
    return { ...state, exposure_days: state.exposure_days + state.active * (day - state.day) };
  };
  let before = until(firstDayOf(months[0] ?? '1970-01'));
  return new Map(
    months.map((month) => {
      const after = until(firstDayOf(monthAfter(month)));
      const [low, high] = [before, after];
      before = after;
      const figures = Object.fromEntries(FIGURES.map((key) => [key, high[key] - low[key]]));
      // The keys are those of MonthFigures, one by one.
      return [month, figures as MonthFigures];
    }),
  );
}

/** Of the figures and of every failure in them, whatever the order they come in. */
export function fingerprintOf(figures: MonthFigures, failures: readonly MonthFailure[]): string {
  const lines = failures.map((f) => [f.return_unit_id, f.failed_day, f.finding, f.failure_mode_id, f.component_id].join(' ')).sort();
  return sha256([FIGURES.map((key) => figures[key]).join(' '), ...lines].join('\n'));
}

/** `{ field: [before, after] }` of the figures that differ; empty when only the failures behind them do. */
export const changesOf = (before: MonthFigures, after: MonthFigures): Record<string, [number, number]> =>
  Object.fromEntries(FIGURES.filter((key) => before[key] !== after[key]).map((key) => [key, [before[key], after[key]]]));

export const isEmptyMonth = (figures: MonthFigures): boolean => FIGURES.every((key) => figures[key] === 0);
