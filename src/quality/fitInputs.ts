// Life data sent in from outside, row by row: `time_days`, or `lower_days` and `upper_days` for a failure known only to lie between them.
import { z } from '@hono/zod-openapi';
import type { LifeRow } from '../stats/lifeRow.ts';

/** More rows than this belong into counts. */
export const MAX_ROWS = 100_000;

const finite = (what: string) => z.number({ error: `${what} must be a number` }).finite();

const Row = z
  .strictObject({
    time_days: finite('time_days').positive('time_days must be greater than 0').nullish(),
    lower_days: finite('lower_days').min(0, 'lower_days must not be negative').nullish(),
    upper_days: finite('upper_days').positive('upper_days must be greater than 0').nullish(),
    failed: z.boolean('failed must be true or false').optional(),
    count: z.int('count must be a whole number').min(1, 'count must be at least 1').max(1_000_000_000).default(1),
    entry_days: finite('entry_days').min(0, 'entry_days must not be negative').default(0),
    mode: z.string().min(1).max(100).nullish(),
  })
  .superRefine((row, ctx) => {
    const wrong = (path: string, message: string): void => ctx.addIssue({ code: 'custom', path: [path], message });
    const isInterval = row.lower_days != null || row.upper_days != null;
    if (row.time_days == null && !isInterval) return wrong('time_days', 'time_days, or lower_days and upper_days, is required');
    if (row.time_days != null && isInterval) return wrong('lower_days', 'Give either time_days or lower_days and upper_days, not both');
    if (row.lower_days != null && row.upper_days != null && row.upper_days < row.lower_days)
      return wrong('upper_days', 'upper_days must not be less than lower_days');
    if (isInterval && row.failed === false && row.upper_days != null) return wrong('failed', 'A unit that did not fail has no upper_days: give time_days');
    if (isInterval && row.failed === true && row.upper_days == null) return wrong('upper_days', 'A failed unit needs upper_days');
    if (isInterval && row.upper_days == null && row.lower_days === 0)
      return wrong('lower_days', 'lower_days must be greater than 0 when nothing else is known');
    const end = row.time_days ?? row.upper_days ?? row.lower_days ?? 0;
    if (row.entry_days > 0 && row.entry_days >= end) return wrong('entry_days', 'entry_days must be less than the time of the row');
    if (row.mode != null && row.failed === false) return wrong('mode', 'Only a failed unit has a mode');
  });

export const FitRequest = z
  .strictObject({
    rows: z.array(Row, { error: 'rows must be a list' }).min(1, 'rows must not be empty').max(MAX_ROWS, `At most ${MAX_ROWS} rows: use count for units alike`),
    /** Shape for Weibayes, used when there are fewer than three failures. */
    weibayes_shape: z.number().positive().max(100).optional(),
  })
  .openapi('LifeFitRequest');
export type FitRequest = z.output<typeof FitRequest>;

/**
 * As the statistics take them. `failed` is understood as true where a mode or an interval is given, else as false. A unit was alive when its observation
 * began, so an interval that opens earlier opens then.
 */
export const lifeRowsOf = (request: FitRequest): LifeRow[] =>
  request.rows.map(({ time_days, lower_days, upper_days, failed, count, entry_days, mode }) => {
    const isFailure = failed ?? (mode != null || upper_days != null);
    const time = time_days ?? upper_days ?? lower_days ?? 0;
    const lower = upper_days == null || lower_days === upper_days ? null : Math.max(lower_days ?? 0, entry_days);
    return { time, lower: isFailure ? lower : null, failed: isFailure, count, entry: entry_days, mode: isFailure ? (mode ?? null) : null };
  });
