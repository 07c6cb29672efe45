// The survival curve of lives known by intervals: the nonparametric maximum-likelihood estimate (Turnbull 1976) with left truncation (Frydman 1994).
import type { SurvivalPoint } from './kaplanMeier.ts';
import type { LifeRow } from './lifeRow.ts';
import { atRiskAt } from './riskTable.ts';
import { maximiseHazard, type Place } from './turnbullSearch.ts';

/** Less probability than this is none. */
const NO_MASS = 1e-9;

/**
 * One point per interval in which the estimate puts failures, ascending: (lower, time], with the survival at its end. Where inside an interval the curve falls
 * the data do not say. The method gives no pointwise errors; units at risk are those watched up to `time`.
 */
export function turnbull(rows: readonly LifeRow[]): SurvivalPoint[] {
  const intervals = innermost(rows);
  const hazard = maximiseHazard(placesOf(rows, intervals), intervals.length);
  const points: { lower: number; time: number; survival: number }[] = [];
  let before = 1;
  for (const [j, { lower, time }] of intervals.entries()) {
    const left = Math.exp(-(hazard[j + 1] ?? 0));
    const survival = left < NO_MASS ? 0 : left;
    if (before - survival < NO_MASS) continue;
    points.push({ lower, time, survival });
    before = survival;
  }
  const times = points.map(({ time }) => time);
  const at_risk = atRiskAt(rows, times);
  const failed = new Map<number, number>();
  for (const row of rows) if (row.failed) failed.set(row.time, (failed.get(row.time) ?? 0) + row.count);
  return points.map((point, i) => ({
    ...point,
    lower: point.lower < point.time ? point.lower : null,
    std_error: null,
    ci_low: null,
    ci_high: null,
    at_risk: at_risk[i] ?? 0,
    failed: failed.get(point.time) ?? 0,
  }));
}

interface Interval {
  readonly lower: number;
  readonly time: number;
}

const opensAt = (row: LifeRow): number => Math.max(row.lower ?? row.time, row.entry);

// The intervals that can hold probability: a left end directly followed by a right end. An age of entry is a right end, since mass beyond it counts against.
function innermost(rows: readonly LifeRow[]): Interval[] {
  // Order at one age: an exact failure opens, what ends there closes, what is open on the left opens.
  const ends: { time: number; order: 0 | 1 | 2 }[] = [];
  for (const row of rows) {
    if (row.failed && row.lower === null) ends.push({ time: row.time, order: 0 }, { time: row.time, order: 1 });
    else if (row.failed) ends.push({ time: opensAt(row), order: 2 }, { time: row.time, order: 1 });
    else ends.push({ time: row.time, order: 2 });
    if (row.entry > 0) ends.push({ time: row.entry, order: 1 });
  }
  ends.sort((a, b) => a.time - b.time || a.order - b.order);
  return ends.flatMap((end, i) => {
    const left = ends[i - 1];
    return left !== undefined && left.order !== 1 && end.order === 1 ? [{ lower: left.time, time: end.time }] : [];
  });
}

function placesOf(rows: readonly LifeRow[], intervals: readonly Interval[]): Place[] {
  const ends = intervals.map(({ time }) => time);
  const groups = new Map<string, { entry: number; from: number; to: number | null; count: number }>();
  for (const row of rows) {
    const isExact = row.failed && row.lower === null;
    const from = isExact ? endedBefore(ends, row.time, false) : endedBefore(ends, row.failed ? opensAt(row) : row.time, true);
    const place = { entry: endedBefore(ends, row.entry, true), from, to: row.failed ? endedBefore(ends, row.time, true) : null, count: 0 };
    const key = `${place.entry}/${place.from}/${place.to}`;
    const group = groups.get(key) ?? place;
    group.count += row.count;
    groups.set(key, group);
  }
  return [...groups.values()];
}

// How many of the ascending `ends` are less than `time`, or equal to it where `orAt`.
function endedBefore(ends: readonly number[], time: number, orAt: boolean): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const end = ends[middle] ?? 0;
    if (end < time || (orAt && end === time)) low = middle + 1;
    else high = middle;
  }
  return low;
}
