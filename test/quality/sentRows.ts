// Life rows as a caller of the API writes them.
import type { LifeRow } from '../../src/stats/lifeRow.ts';

export const sent = (rows: readonly LifeRow[]) =>
  rows.map(({ time, lower, failed, count, entry, mode }) => ({
    ...(lower === null ? { time_days: time } : { lower_days: lower, upper_days: time }),
    failed,
    count,
    entry_days: entry,
    ...(mode === null ? {} : { mode }),
  }));
