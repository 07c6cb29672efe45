// From counted cases to numbers: shares with Wilson's interval, medians and p90, backlog at an instant.

import type { MeasuredCase } from '../case/held.ts';
import { wilsonInterval } from '../stats/proportionInterval.ts';
import type { Kpi, KpiKind } from './definitions.ts';

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
export interface Period {
  readonly from_at: number;
  readonly to_at: number;
}

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
export const evaluate = (kpi: Kpi, cases: readonly MeasuredCase[], period: Period, filter: KpiFilter, now: number): KpiResult =>
  evaluateAll([kpi], cases, [period], filter, now)[0]?.[0] ?? summarise(kpi, nothing());

/**
 * Several KPIs over several periods that follow on each other, in one walk over the cases: 100,000 of them cost their memory once, not once per KPI. By KPI, then period.
 */
export function evaluateAll(kpis: readonly Kpi[], cases: readonly MeasuredCase[], periods: readonly Period[], filter: KpiFilter, now: number): KpiResult[][] {
  const starts = periods.map(({ from_at }) => from_at);
  const end = periods.at(-1)?.to_at ?? Number.NEGATIVE_INFINITY;
  const found = kpis.map(() => periods.map(nothing));
  for (const row of cases) {
    if (!fits(row, filter)) continue;
    for (let k = 0; k < kpis.length; k++) {
      const moment = kpis[k]?.moment(row) ?? null;
      if (moment === null || moment >= end) continue;
      const cell = found[k]?.[placeOf(starts, moment)];
      if (cell === undefined) continue;
      const value = kpis[k]?.value(row, now) ?? null;
      if (value === null) cell.pending += 1;
      else count(cell, value, kpis[k]?.kind);
    }
  }
  return kpis.map((kpi, k) => (found[k] ?? []).map((cell) => summarise(kpi, cell)));
}

interface Tally {
  n: number;
  sum: number;
  pending: number;
  readonly values: number[];
}
const nothing = (): Tally => ({ n: 0, sum: 0, pending: 0, values: [] });

/** Only what needs a median keeps its values. */
function count(cell: Tally, value: number, kind: KpiKind | undefined): void {
  cell.n += 1;
  cell.sum += value;
  if (kind === 'duration' || kind === 'mean') cell.values.push(value);
}

/** The last start that is not later; -1 before the first. */
function placeOf(starts: readonly number[], at: number): number {
  let place = starts.length - 1;
  while (place >= 0 && (starts[place] ?? 0) > at) place -= 1;
  return place;
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

/** The middle value, or the mean of the two middle ones. Null of nothing. An array of doubles is reordered, anything else is copied. */
export function middle(values: readonly number[] | Float64Array): number | null {
  const own = doubles(values);
  const { length } = own;
  if (length === 0) return null;
  const low = nth(own, (length - 1) >> 1);
  return length % 2 === 1 ? low : (low + nth(own, length >> 1)) / 2;
}

/** Nearest rank: the smallest value that at least a share `p` does not exceed. Null of nothing. Reorders as `middle` does. */
export function ranked(values: readonly number[] | Float64Array, p: number): number | null {
  const own = doubles(values);
  return own.length === 0 ? null : nth(own, Math.max(0, Math.ceil(p * own.length) - 1));
}

const doubles = (values: readonly number[] | Float64Array): Float64Array => (values instanceof Float64Array ? values : Float64Array.from(values));

/** The value at place `k` were they sorted, without sorting them all (Hoare's quickselect, 1961). Puts it there. */
function nth(sorted: Float64Array, k: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const pivot = sorted[(low + high) >> 1] ?? 0;
    let [i, j] = [low, high];
    while (i <= j) {
      while ((sorted[i] ?? 0) < pivot) i += 1;
      while ((sorted[j] ?? 0) > pivot) j -= 1;
      if (i > j) break;
      const kept = sorted[i] ?? 0;
      sorted[i] = sorted[j] ?? 0;
      sorted[j] = kept;
      i += 1;
      j -= 1;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return sorted[k] ?? 0;
}

function falls(kpi: Kpi, row: MeasuredCase, period: Period): boolean {
  const moment = kpi.moment(row);
  return moment !== null && moment >= period.from_at && moment < period.to_at;
}

export const fits = (row: MeasuredCase, filter: KpiFilter): boolean =>
  (filter.owner_id === undefined || row.owner_id === filter.owner_id) &&
  (filter.customer_id === undefined || row.customer_id === filter.customer_id) &&
  (filter.contract_id === undefined || row.contract_id === filter.contract_id) &&
  (filter.model_id === undefined || row.model_id === filter.model_id) &&
  (filter.category_id === undefined || row.category_id === filter.category_id) &&
  (filter.type === undefined || row.type === filter.type) &&
  (filter.source === undefined || row.source === filter.source);

function summarise(kpi: Kpi, { n, sum, pending, values }: Tally): KpiResult {
  const none = { name: kpi.name, kind: kpi.kind, denominator: n, pending, numerator: null, ci_low: null, ci_high: null, median: null, p90: null };
  switch (kpi.kind) {
    case 'count':
      return { ...none, value: n, numerator: n };
    case 'share': {
      const interval = wilsonInterval(sum, n);
      return { ...none, numerator: sum, value: n === 0 ? null : sum / n, ci_low: interval?.low ?? null, ci_high: interval?.high ?? null };
    }
    case 'mean': {
      const own = Float64Array.from(values);
      return { ...none, numerator: sum, value: n === 0 ? null : sum / n, median: middle(own), p90: ranked(own, 0.9) };
    }
    case 'duration': {
      // One copy for both: what the median has put in order the p90 need not.
      const own = Float64Array.from(values);
      const median = middle(own);
      return { ...none, value: median, median, p90: ranked(own, 0.9) };
    }
  }
}
