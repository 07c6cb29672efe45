// People scan the same box at once: the second waits for the first and then finds what was written. SQLite has one writer at a time as it is.
import { sql } from 'kysely';
import type { Ctx } from '../db/ctx.ts';
import { onPostgres } from '../db/dialect.ts';

/** Until the transaction ends nobody else receives `what`: a unit by its id, or an identifier nobody knows yet. */
export async function waitForTurn(ctx: Ctx, what: string): Promise<void> {
  if (onPostgres(ctx.db)) await sql`select pg_advisory_xact_lock(hashtextextended(${`receipt ${what}`}, 0))`.execute(ctx.db);
}
