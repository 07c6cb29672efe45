// A move is never changed: what was posted in error is taken back by an entry the other way, once.
import { allow } from '../core/actor.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { type Condition, findPlace, type Location, postMove } from '../ledger/move.ts';
import type { StockMoveRow } from '../ledger/table.ts';
import { refuseTaken } from '../unit/leave.ts';
import { getUnit } from '../unit/queries.ts';
import { refuseTooMany } from './moveStock.ts';
import { sendBack } from './order.ts';

/** What a person may take back by hand; the others are undone by their own verb. */
export const BY_HAND: readonly string[] = ['move', 'purchase_order', 'count', 'reservation'];

/** Takes back a move made by hand. Throws `conflict` when the unit has moved on, or when the move was taken back already. */
export async function takeBackMove(ctx: Ctx, id: string, reason: string): Promise<StockMoveRow> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    const move = await getMove(ctx, id);
    if (!BY_HAND.includes(move.cause_kind))
      throw new Problem('conflict', [`A move of a ${move.cause_kind} is undone there`, 'この移動は元の処理から取り消してください']);
    const reversal = await reverseMove(ctx, id, reason);
    if (move.cause_kind === 'purchase_order') await sendBack(ctx, move, reason);
    await remember(ctx, { action: 'stock_move.reversed', record_kind: 'stock_move', record_id: id, reason, change: { reversal_id: reversal.id } });
    return reversal;
  });
}

/** Posts the entry the other way inside the open transaction. The caller has checked the permission and remembers why. */
export async function reverseMove(ctx: Ctx, id: string, reason: string): Promise<StockMoveRow> {
  const move = await getMove(ctx, id);
  const taken = await ctx.db.selectFrom('stock_moves').select('id').where('reverses_id', '=', id).executeTakeFirst();
  if (taken !== undefined)
    throw new Problem('conflict', ['This move was taken back already', 'この移動は既に取り消されています'], { blocking: `/api/v1/stock/moves/${taken.id}` });
  await refuseMovedOn(ctx, move);
  // The columns are text in the ledger's row type; their checks hold the same words.
  const [location, condition] = [move.from_location as Location, (move.from_condition ?? move.to_condition) as Condition];
  const shelf = { location: move.to_location as Location, condition: move.to_condition };
  if (move.unit_id === null) await refuseTooMany(ctx, move.model_id, shelf, move.quantity, location);
  return postMove(ctx, {
    unit_id: move.unit_id,
    model_id: move.model_id,
    quantity: move.quantity,
    from: shelf,
    to: { location, condition },
    cause_kind: 'reversal',
    cause_id: id,
    reason,
    reverses_id: id,
  });
}

async function refuseMovedOn(ctx: Ctx, move: StockMoveRow): Promise<void> {
  if (move.unit_id === null) return;
  const place = await findPlace(ctx, move.unit_id);
  if (move.to_location === 'good_stock') await refuseTaken(ctx, await getUnit(ctx, move.unit_id), move.from_location as Location); // the column's check holds the same words
  if (place?.move_id !== move.id)
    throw new Problem('conflict', ['The unit has moved on since', '個体はその後移動しています'], { blocking: `/api/v1/units/${move.unit_id}` });
}

async function getMove(ctx: Ctx, id: string): Promise<StockMoveRow> {
  const move = await ctx.db.selectFrom('stock_moves').selectAll().where('id', '=', id).executeTakeFirst();
  if (move === undefined) throw notFound(['Stock move', '在庫移動']);
  return move;
}
