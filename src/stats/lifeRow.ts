// One row of life data: what is known about the life of `count` alike units. Time is in any unit, the same in all rows.

export interface LifeRow {
  /** Exact failure time, end of the failure's interval, or the end of observation. */
  readonly time: number;
  /** When not null the failure lies in (lower, time]; null means exactly at `time`. Only for failures. */
  readonly lower: number | null;
  readonly failed: boolean;
  readonly count: number;
  /** Age at which observation began (left truncation): the unit would not have been seen had it failed before. */
  readonly entry: number;
  /** Cause of the failure among competing ones. */
  readonly mode: string | null;
}

export const countRows = (rows: readonly LifeRow[]): number => rows.reduce((sum, row) => sum + row.count, 0);

export const countFailures = (rows: readonly LifeRow[]): number => rows.reduce((sum, row) => sum + (row.failed ? row.count : 0), 0);

/** The failure modes that occur, sorted. */
export const modesOf = (rows: readonly LifeRow[]): string[] => [...new Set(rows.flatMap((row) => (row.failed && row.mode !== null ? [row.mode] : [])))].sort();

/**
 * Whether a failure ends inside the interval of another. Where none does (failures known by month of age, say), a curve that falls at the ends of the
 * intervals is right there, errors included.
 */
export function overlap(rows: readonly LifeRow[]): boolean {
  const failures = rows.filter((row) => row.failed).sort((a, b) => a.time - b.time);
  let earlier = 0;
  let last = 0;
  for (const { time, lower } of failures) {
    if (time > last) [earlier, last] = [last, time];
    if (lower !== null && lower < earlier) return true;
  }
  return false;
}

/** The same rows where only one mode counts as failure: the others end the observation, at the start of their interval. */
export const onlyMode = (rows: readonly LifeRow[], mode: string): LifeRow[] =>
  rows.flatMap((row) => {
    if (!row.failed || row.mode === mode) return [row];
    const time = row.lower ?? row.time;
    return time > row.entry ? [{ ...row, time, lower: null, failed: false, mode: null }] : [];
  });
