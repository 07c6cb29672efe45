// Who was at risk when: the common ground of Kaplan–Meier and Aalen–Johansen.
import type { LifeRow } from './lifeRow.ts';

export interface RiskPoint {
  readonly time: number;
  /** Units with entry < time ≤ exit: one censored at `time` was still at risk, one that enters at `time` was not. */
  readonly at_risk: number;
  readonly failed: number;
  readonly failedByMode: ReadonlyMap<string, number>;
}

/** One point per distinct failure time, ascending. An interval-censored failure stands at the end of its interval. n log n. */
export function riskTable(rows: readonly LifeRow[]): RiskPoint[] {
  const entries = rows.map((row) => ({ time: row.entry, count: row.count })).sort(byTime);
  const exits = [...rows].sort(byTime);
  const points: RiskPoint[] = [];
  let entered = 0;
  let left = 0;
  let nextEntry = 0;
  for (let i = 0; i < exits.length; ) {
    const time = exits[i]?.time ?? 0;
    for (let entry = entries[nextEntry]; entry !== undefined && entry.time < time; entry = entries[++nextEntry]) entered += entry.count;
    const failedByMode = new Map<string, number>();
    let failed = 0;
    let leaving = 0;
    for (let row = exits[i]; row !== undefined && row.time === time; row = exits[++i]) {
      leaving += row.count;
      if (!row.failed) continue;
      failed += row.count;
      failedByMode.set(row.mode ?? '', (failedByMode.get(row.mode ?? '') ?? 0) + row.count);
    }
    if (failed > 0) points.push({ time, at_risk: entered - left, failed, failedByMode });
    left += leaving;
  }
  return points;
}

/** How many are at risk at each of `times` (for the line under a survival chart); at 0 those observed from the beginning. */
export function atRiskAt(rows: readonly LifeRow[], times: readonly number[]): number[] {
  const entered = (row: LifeRow, time: number): boolean => row.entry < time || (time === 0 && row.entry === 0);
  return times.map((time) => rows.reduce((sum, row) => sum + (entered(row, time) && row.time >= time ? row.count : 0), 0));
}

const byTime = (a: { readonly time: number }, b: { readonly time: number }): number => a.time - b.time;
