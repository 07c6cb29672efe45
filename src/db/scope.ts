// Partner rows are isolated here and nowhere else: every query over rows a partner may see goes through `seenBy`.
import { type SelectQueryBuilder, sql } from 'kysely';
import type { Actor } from '../core/actor.ts';

/**
 * Narrows a query to the rows the actor may see: `db.selectFrom('units').$call(seenBy(ctx, 'units.partner_id'))`.
 * `column` holds the partner a row belongs to; staff see every row.
 */
export const seenBy =
  (ctx: { readonly actor: Actor }, column: string) =>
  <DB, TB extends keyof DB, O>(query: SelectQueryBuilder<DB, TB, O>): SelectQueryBuilder<DB, TB, O> =>
    ctx.actor.partner_id === null ? query : query.where(sql<boolean>`${sql.ref(column)} = ${ctx.actor.partner_id}`);
