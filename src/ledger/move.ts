// Stock moves: the only way a unit or a quantity changes place. Append-only double entry; balances and places follow in the same transaction.
import { newId } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import type { StockMoveRow, UnitPlaceRow } from './table.ts';
import { conditionLabels, locationLabels } from './words.ts';

export type Location = UnitPlaceRow['location'];
export type Condition = UnitPlaceRow['condition'];

export interface Move {
  /** A serialised unit, or null for un-serialised spares of `model_id`. */
  readonly unit_id: string | null;
  readonly model_id: string;
  readonly quantity: number;
  readonly from: { readonly location: Location; readonly condition: Condition | null };
  readonly to: { readonly location: Location; readonly condition: Condition };
  /** What made it move: `return_unit`, `purchase_order`, `count`, `import`, … and its id. */
  readonly cause_kind: string;
  readonly cause_id: string | null;
  readonly reason?: string | null;
  /** The move this one undoes. */
  readonly reverses_id?: string;
}

/** Outside accounts may go below zero: they stand for the world. */
export const OUTSIDE: readonly Location[] = ['supplier', 'adjustment', 'customer', 'in_transit', 'maker'];

/**
 * Posts one move inside the open transaction. Throws `conflict` when the unit is not where the move says it is, or when a place of ours
 * would hold less than nothing. The caller has checked the permission and remembers why.
 */
export async function postMove(ctx: Ctx, move: Move): Promise<StockMoveRow> {
  const row = moveRow(ctx, move);
  await ctx.db.insertInto('stock_moves').values(row).execute();
  await changeBalance(ctx, move.model_id, move.from.location, move.from.condition ?? move.to.condition, -move.quantity);
  await changeBalance(ctx, move.model_id, move.to.location, move.to.condition, move.quantity);
  if (move.unit_id !== null) await changePlace(ctx, move, row);
  return row;
}

/** Where a unit is now, or undefined when it never moved. */
export const findPlace = (ctx: Ctx, unit_id: string): Promise<UnitPlaceRow | undefined> =>
  ctx.db.selectFrom('unit_places').selectAll().where('unit_id', '=', unit_id).executeTakeFirst();

/** Moves a unit from wherever it is now; the first move of a unit comes from `origin`. */
export async function moveUnit(
  ctx: Ctx,
  unit: { id: string; model_id: string },
  to: Move['to'],
  cause: Pick<Move, 'cause_kind' | 'cause_id' | 'reason'>,
  origin: Location = 'supplier',
): Promise<StockMoveRow> {
  const place = await findPlace(ctx, unit.id);
  const from = place === undefined ? { location: origin, condition: null } : { location: place.location, condition: place.condition };
  return postMove(ctx, { unit_id: unit.id, model_id: unit.model_id, quantity: 1, from, to, ...cause });
}

export const moveRow = (ctx: Ctx, move: Move): StockMoveRow => ({
  id: newId(ctx.now),
  at: ctx.now,
  unit_id: move.unit_id,
  model_id: move.model_id,
  quantity: move.quantity,
  from_location: move.from.location,
  to_location: move.to.location,
  from_condition: move.from.condition,
  to_condition: move.to.condition,
  cause_kind: move.cause_kind,
  cause_id: move.cause_id,
  reason: move.reason ?? null,
  reverses_id: move.reverses_id ?? null,
  actor_id: ctx.actor.id,
  actor_name: ctx.actor.name,
});

async function changeBalance(ctx: Ctx, model_id: string, location: Location, condition: Condition, by: number): Promise<void> {
  const balance = await ctx.db
    .insertInto('stock_balances')
    .values({ model_id, location, condition, quantity: 0 })
    .onConflict((conflict) => conflict.columns(['model_id', 'location', 'condition']).doNothing())
    .execute()
    .then(() =>
      ctx.db
        .updateTable('stock_balances')
        .set((set) => ({ quantity: set('quantity', '+', by) }))
        .where('model_id', '=', model_id)
        .where('location', '=', location)
        .where('condition', '=', condition)
        .$if(by < 0 && !OUTSIDE.includes(location), (query) => query.where('quantity', '>=', -by))
        .returning('quantity')
        .executeTakeFirst(),
    );
  if (balance === undefined)
    throw new Problem('conflict', [
      `Not enough stock: ${locationLabels[location][0]} (${conditionLabels[condition][0]})`,
      `${locationLabels[location][1]}(${conditionLabels[condition][1]})の在庫が足りません`,
    ]);
}

async function changePlace(ctx: Ctx, move: Move, row: StockMoveRow): Promise<void> {
  const place = { location: move.to.location, condition: move.to.condition, move_id: row.id, since_at: ctx.now };
  const moved =
    move.from.condition === null
      ? await ctx.db
          .insertInto('unit_places')
          .values({ unit_id: row.unit_id ?? '', ...place })
          .onConflict((conflict) => conflict.column('unit_id').doNothing())
          .returning('unit_id')
          .executeTakeFirst()
      : await ctx.db
          .updateTable('unit_places')
          .set(place)
          .where('unit_id', '=', row.unit_id ?? '')
          .where('location', '=', move.from.location)
          .where('condition', '=', move.from.condition)
          .returning('unit_id')
          .executeTakeFirst();
  if (moved === undefined) throw new Problem('conflict', ['The unit is no longer where this move starts', '個体は既に移動元にありません']);
}
