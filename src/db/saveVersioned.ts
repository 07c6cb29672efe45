// The conditional update a verb ends with: the row is written only while it is as it was loaded, so that of two at once one is told.
import type { Problem } from '../core/problem.ts';
import type { Ctx } from './ctx.ts';
import type { Tables } from './tables.ts';

/** Tables whose rows carry a version. */
export type Versioned = { [T in keyof Tables]: Tables[T] extends { id: string; version: number } ? T : never }[keyof Tables];

/**
 * Writes `changes` while version (and state, where there is one) are those of `loaded`, and counts the version up. Throws what `lost` says when somebody
 * else was faster.
 */
export async function saveVersioned<T extends Versioned>(
  ctx: Ctx,
  table: T,
  loaded: Tables[T],
  changes: Partial<Tables[T]>,
  lost: (loaded: Tables[T]) => Problem,
): Promise<Tables[T]> {
  const saved = await ctx.db
    .updateTable(anyTable(table))
    .set({ ...changes, ...('updated_at' in loaded ? { updated_at: ctx.now } : {}), version: loaded.version + 1 })
    .where('id', '=', loaded.id)
    .where('version', '=', loaded.version)
    .$if('state' in loaded, (query) => query.where('state', '=', (loaded as unknown as Tables['returns']).state))
    .returningAll()
    .executeTakeFirst();
  if (saved === undefined) throw lost(loaded);
  return saved as unknown as Tables[T]; // anyTable hid which one it is
}

/** Kysely cannot type an update over a union of tables, so they are all spoken to as `returns`. */
const anyTable = (table: Versioned): 'returns' => table as 'returns';
