// Writes many rows in transactions of a few milliseconds, so that others who write have their turn in between: on SQLite they wait for each other.
import { setImmediate } from 'node:timers/promises';
import { type Ctx, transaction } from './ctx.ts';

/** Rows per transaction. */
export const ROWS_AT_A_TIME = 1000;

/** Runs `write` over all rows, so many in a transaction of their own. Whoever is cut short in the middle must be able to begin again. */
export async function inTurns<T>(ctx: Ctx, rows: readonly T[], write: (ctx: Ctx, some: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_AT_A_TIME) {
    await transaction(ctx, (ctx) => write(ctx, rows.slice(from, from + ROWS_AT_A_TIME)));
    await setImmediate();
  }
}
