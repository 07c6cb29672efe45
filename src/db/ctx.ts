// Ctx: what every verb is given. It owns no services, only the store, the moment, the business time zone and who acts.
import type { Actor } from '../core/actor.ts';
import { type Day, dayOf } from '../core/time.ts';
import type { Db } from './open.ts';

export interface Ctx {
  readonly db: Db;
  /** The moment of the request, epoch ms. */
  readonly now: number;
  /** TZ_BUSINESS: the zone calendar days are counted in. */
  readonly zone: string;
  readonly actor: Actor;
  /** Runs after the commit, for open pages only: what must not be lost is an outbox row. */
  readonly afterCommit: (run: () => void) => void;
}

/** Today's calendar day in the business time zone. */
export const today = (ctx: Ctx): Day => dayOf(ctx.now, ctx.zone);

/**
 * Runs `work` in one transaction, joining the one that is already open. Name the inner context `ctx` too: on SQLite there is one
 * connection, and touching the outer `db` inside waits for ever.
 */
export async function transaction<T>(ctx: Ctx, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  if (ctx.db.isTransaction) return work(ctx);
  const afterwards: (() => void)[] = [];
  const result = await ctx.db.transaction().execute((db) => work({ ...ctx, db, afterCommit: (run) => afterwards.push(run) }));
  for (const run of afterwards) run();
  return result;
}
