// The balances against the ledger they come from: what differs, and counting anew from zero.
import { sql } from 'kysely';
import { allow } from '../core/actor.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';
import type { StockBalanceRow } from './table.ts';

export interface BalanceDrift {
  readonly model_id: string;
  readonly location: string;
  readonly condition: string;
  readonly cached: number;
  readonly counted: number;
}

/** Balances that are not the sum of their moves: none, ever. Reads every move once. */
export async function findBalanceDrift(ctx: Ctx): Promise<BalanceDrift[]> {
  const counted = new Map((await sumMoves(ctx)).map((balance) => [keyOf(balance), balance]));
  const cached = new Map((await ctx.db.selectFrom('stock_balances').selectAll().execute()).map((balance) => [keyOf(balance), balance]));
  return [...new Set([...counted.keys(), ...cached.keys()])].sort().flatMap((key) => {
    const [one, other] = [cached.get(key), counted.get(key)];
    const balance = one ?? other;
    if (balance === undefined || (one?.quantity ?? 0) === (other?.quantity ?? 0)) return [];
    return [
      { model_id: balance.model_id, location: balance.location, condition: balance.condition, cached: one?.quantity ?? 0, counted: other?.quantity ?? 0 },
    ];
  });
}

/** Units whose place is not the destination of their last move: none, ever. */
export async function findPlaceDrift(ctx: Ctx): Promise<{ unit_id: string }[]> {
  const { rows } = await sql<{ unit_id: string }>`
    select last.unit_id from (select unit_id, max(id) as id from stock_moves where unit_id is not null group by unit_id) last
    join stock_moves on stock_moves.id = last.id left join unit_places on unit_places.unit_id = last.unit_id
    where unit_places.unit_id is null or unit_places.move_id <> last.id
      or unit_places.location <> stock_moves.to_location or unit_places.condition <> stock_moves.to_condition`.execute(ctx.db);
  return rows;
}

/** Throws every balance away and counts anew from the moves. Returns what was wrong before. */
export async function recountBalances(ctx: Ctx): Promise<BalanceDrift[]> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    const drift = await findBalanceDrift(ctx);
    const counted = await sumMoves(ctx);
    await ctx.db.deleteFrom('stock_balances').execute();
    await insertMany(ctx.db, 'stock_balances', counted);
    await remember(ctx, { action: 'stock_balance.recounted', record_kind: 'stock_balance', record_id: 'all', change: { drift } });
    return drift;
  });
}

async function sumMoves(ctx: Ctx): Promise<StockBalanceRow[]> {
  const { rows } = await sql<StockBalanceRow>`
    select model_id, location, condition, sum(quantity) as quantity from (
      select model_id, to_location as location, to_condition as condition, quantity from stock_moves
      union all select model_id, from_location, coalesce(from_condition, to_condition), -quantity from stock_moves
    ) entries group by model_id, location, condition`.execute(ctx.db);
  return rows;
}

const keyOf = (balance: StockBalanceRow): string => `${balance.model_id}/${balance.location}/${balance.condition}`;
