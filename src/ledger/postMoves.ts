// Many moves at once, for imports: the same rules as postMove in a handful of statements.
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { inChunks, insertMany } from '../db/insertMany.ts';
import { type Move, moveRow, OUTSIDE } from './move.ts';
import type { StockBalanceRow, StockMoveRow } from './table.ts';

/**
 * Posts moves inside the open transaction; a unit may appear once. Throws `conflict` when a unit is not where its move starts, or when a place of
 * ours would hold less than nothing after all of them. The caller has checked the permission and remembers why.
 */
export async function postMoves(ctx: Ctx, moves: readonly Move[]): Promise<StockMoveRow[]> {
  const posted = moves.map((move) => moveRow(ctx, move));
  await insertMany(ctx.db, 'stock_moves', posted);
  await changeBalances(ctx, sumOf(posted));
  await changePlaces(
    ctx,
    posted.filter((move) => move.unit_id !== null),
  );
  return posted;
}

/** What the moves add to each balance, in a fixed order: two transactions then wait for each other instead of locking up. */
function sumOf(moves: readonly StockMoveRow[]): StockBalanceRow[] {
  const sums = new Map<string, StockBalanceRow>();
  const add = (model_id: string, location: string, condition: string, quantity: number): void => {
    const key = `${model_id}/${location}/${condition}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { model_id, location, condition, quantity });
    else sum.quantity += quantity;
  };
  for (const move of moves) {
    add(move.model_id, move.from_location, move.from_condition ?? move.to_condition, -move.quantity);
    add(move.model_id, move.to_location, move.to_condition, move.quantity);
  }
  return [...sums.entries()]
    .filter(([, sum]) => sum.quantity !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, sum]) => sum);
}

async function changeBalances(ctx: Ctx, sums: readonly StockBalanceRow[]): Promise<void> {
  const outside: readonly string[] = OUTSIDE;
  const taken = sums.filter((sum) => sum.quantity < 0 && !outside.includes(sum.location));
  await insertMany(
    ctx.db,
    'stock_balances',
    sums.filter((sum) => !taken.includes(sum)),
    'on conflict (model_id, location, condition) do update set quantity = stock_balances.quantity + excluded.quantity',
  );
  const changed = await inChunks(
    ctx.db,
    taken,
    4,
    (sum) => [sum.model_id, sum.location, sum.condition, -sum.quantity],
    (values) => `
    with taken (model_id, location, condition, quantity) as (values ${values})
    update stock_balances set quantity = stock_balances.quantity - cast(taken.quantity as bigint) from taken
    where stock_balances.model_id = taken.model_id and stock_balances.location = taken.location and stock_balances.condition = taken.condition
      and stock_balances.quantity >= cast(taken.quantity as bigint)`,
  );
  if (changed !== taken.length) throw new Problem('conflict', ['Not enough stock where these moves start', '移動元の在庫が足りません']);
}

async function changePlaces(ctx: Ctx, moves: readonly StockMoveRow[]): Promise<void> {
  const first = moves.filter((move) => move.from_condition === null);
  const later = moves.filter((move) => move.from_condition !== null);
  const placed = await inChunks(
    ctx.db,
    first,
    5,
    (move) => [move.unit_id, move.to_location, move.to_condition, move.id, move.at],
    (values) => `insert into unit_places (unit_id, location, condition, move_id, since_at) values ${values} on conflict (unit_id) do nothing`,
  );
  const moved = await inChunks(
    ctx.db,
    later,
    7,
    (move) => [move.unit_id, move.from_location, move.from_condition, move.to_location, move.to_condition, move.id, move.at],
    (values) => `
    with moved (unit_id, from_location, from_condition, location, condition, move_id, since_at) as (values ${values})
    update unit_places set location = moved.location, condition = moved.condition, move_id = moved.move_id, since_at = cast(moved.since_at as bigint) from moved
    where unit_places.unit_id = moved.unit_id and unit_places.location = moved.from_location and unit_places.condition = moved.from_condition`,
  );
  if (placed + moved !== moves.length) throw new Problem('conflict', ['A unit is no longer where its move starts', '個体が既に移動元にありません']);
}
