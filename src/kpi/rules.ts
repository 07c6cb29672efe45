// From counted cases to numbers: shares with Wilson's interval, medians and p90, backlog at an instant.
import { wilsonInterval } from '../stats/proportionInterval.ts';
import type { Kpi, KpiKind } from './definitions.ts';
import type { MeasuredCase } from '../case/held.ts';

export interface KpiFilter {
  readonly owner_id?: string | undefined;
  readonly customer_id?: string | undefined;
  readonly contract_id?: string | undefined;
  readonly model_id?: string | undefined;
  readonly category_id?: string | undefined;
  readonly type?: string | undefined;
  readonly source?: string | undefined;
}

/** Half-open: [from_at, to_at). */
export interface Period { readonly from_at: number; readonly to_at: number }

export interface KpiResult {
  readonly name: string;
  readonly kind: KpiKind;
  /** The number itself: a share 0…1, a median in ms, a count, a mean in minutes. Null when nothing was counted. */
  readonly value: number | null;
  readonly numerator: number | null;
  readonly denominator: number;
  /** Cases without a value yet: waiting, not ripe, not rated. They are in neither number. */
  readonly pending: number;
  readonly ci_low: number | null;
  readonly ci_high: number | null;
  readonly median: number | null;
  readonly p90: number | null;
}

export type Part = 'counted' | 'numerator' | 'pending';

/** One KPI over the cases of a period. */
export function evaluate(kpi: Kpi, cases: readonly MeasuredCase[], period: Period, filter: KpiFilter, now: number): KpiResult {
  const values: number[] = [];
  let pending = 0;
  for (const row of cases) {
    if (!falls(kpi, row, period) || !fits(row, filter)) continue;
    const value = kpi.value(row, now);
    if (value === null) pending += 1;
    else values.push(value);
  }
  return summarise(kpi, values, pending);
}

/** Exactly the cases `evaluate` counted: `counted` made the denominator, `numerator` the numerator of a share, `pending` neither. */
export const drillDown = (kpi: Kpi, cases: readonly MeasuredCase[], period: Period, filter: KpiFilter, now: number, part: Part): MeasuredCase[] =>
  cases.filter((row) => {
    if (!falls(kpi, row, period) || !fits(row, filter)) return false;
    const value = kpi.value(row, now);
    return part === 'pending' ? value === null : value !== null && (part === 'counted' || kpi.kind !== 'share' || value === 1);
  });

/** How many were open at an instant: a case counts from its opening on and no longer at its end. */
export function backlogAt(cases: readonly MeasuredCase[], at: number, filter: KpiFilter): number {
  let open = 0;
  for (const row of cases) {
    if (fits(row, filter) && row.spans.some((span) => span.from_at <= at && (span.to_at === null || span.to_at > at))) open += 1;
  }
  return open;
}

/** The middle value, or the mean of the two middle ones. Null of nothing. */
export function median(sorted: ArrayLike<number>): number | null {
  const { length } = sorted;
  const [low, high] = [sorted[Math.floor((length - 1) / 2)], sorted[Math.floor(length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** Nearest rank: the smallest value that at least a share `p` does not exceed. Null of nothing. */
export const quantile = (sorted: ArrayLike<number>, p: number): number | null => sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? null;

function falls(kpi: Kpi, row: MeasuredCase, period: Period): boolean {
  const moment = kpi.moment(row);
  return moment !== null && moment >= period.from_at && moment < period.to_at;
}

export const fits = (row: MeasuredCase, filter: KpiFilter): boolean =>
  (filter.owner_id === undefined || row.owner_id === filter.owner_id) && (filter.customer_id === undefined || row.customer_id === filter.customer_id)
  && (filter.contract_id === undefined || row.contract_id === filter.contract_id) && (filter.model_id === undefined || row.model_id === filter.model_id)
  && (filter.category_id === undefined || row.category_id === filter.category_id) && (filter.type === undefined || row.type === filter.type)
  && (filter.source === undefined || row.source === filter.source);

function summarise(kpi: Kpi, values: readonly number[], pending: number): KpiResult {
  const n = values.length;
  const none = { name: kpi.name, kind: kpi.kind, denominator: n, pending, numerator: null, ci_low: null, ci_high: null, median: null, p90: null };
  switch (kpi.kind) {
    case 'count': return { ...none, value: n, numerator: n };
    case 'share': {
      const numerator = sum(values);
      const interval = wilsonInterval(numerator, n);
      return { ...none, numerator, value: n === 0 ? null : numerator / n, ci_low: interval?.low ?? null, ci_high: interval?.high ?? null };
    }
    case 'mean': {
      const sorted = Float64Array.from(values).sort();
      return { ...none, numerator: sum(values), value: n === 0 ? null : sum(values) / n, median: median(sorted), p90: quantile(sorted, 0.9) };
    }
    case 'duration': {
      const sorted = Float64Array.from(values).sort();
      return { ...none, value: median(sorted), median: median(sorted), p90: quantile(sorted, 0.9) };
    }
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
