// Serialises what competes for the same good stock. SQLite has one writer at a time; PostgreSQL locks the rows that say how much there is.
import type { Ctx } from '../db/ctx.ts';
import { onPostgres } from '../db/dialect.ts';

/** Until the transaction ends nobody else reserves, holds or takes good stock of the model. */
export async function lockGoodStock(ctx: Ctx, model_id: string): Promise<void> {
  if (!onPostgres(ctx.db)) return;
  await ctx.db
    .selectFrom('stock_balances')
    .select('quantity')
    .where('model_id', '=', model_id)
    .where('location', '=', 'good_stock')
    .orderBy('condition')
    .forUpdate()
    .execute();
}
