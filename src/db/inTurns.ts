// Writes many rows in transactions of a few milliseconds, so that others who write have their turn in between: on SQLite they wait for each other.
import { setImmediate, setTimeout } from 'node:timers/promises';
import { type Ctx, transaction } from './ctx.ts';

/** Rows per transaction, where a row is a statement's part. */
export const ROWS_AT_A_TIME = 1000;
/** SQLite's own waiting looks again after a tenth of a second at the latest. */
const LONGEST_REST_MS = 100;
const SHORTEST_REST_MS = 2;

/** Runs `write` over all rows, `at_a_time` of them in a transaction of their own. Whoever is cut short in the middle must be able to begin again. */
export async function inTurns<T>(
  ctx: Ctx,
  rows: readonly T[],
  write: (ctx: Ctx, some: readonly T[]) => Promise<unknown>,
  at_a_time = ROWS_AT_A_TIME,
): Promise<void> {
  for (let from = 0; from < rows.length; from += at_a_time) {
    const began = performance.now();
    await transaction(ctx, (ctx) => write(ctx, rows.slice(from, from + at_a_time)));
    await (from + at_a_time < rows.length ? restAfter(began) : setImmediate());
  }
}

/**
 * Rests between two transactions for as long as the first, begun at `began`, took. Who waits for the lock looks again after about as long as they have waited:
 * a shorter rest would be slept through, and every turn be ours.
 */
export const restAfter = (began: number): Promise<void> => setTimeout(Math.min(LONGEST_REST_MS, performance.now() - began) + SHORTEST_REST_MS);
