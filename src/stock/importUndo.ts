// Taking an import of stock back: moves are never deleted, each is reversed by an entry the other way.
import { sql } from 'kysely';
import type { Ctx } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { Condition, Location } from '../ledger/move.ts';
import { postMoves } from '../ledger/postMoves.ts';
import type { Change } from '../transfer/kind.ts';
import { builtOn } from '../transfer/references.ts';

/** Throws `conflict` when a unit has moved on since. */
export async function refuseUndoOfStock(ctx: Ctx, import_id: string): Promise<void> {
  const {
    rows: [moved],
  } = await sql<{ unit_id: string }>`select m.unit_id from stock_moves m join unit_places p on p.unit_id = m.unit_id
    where m.cause_kind = 'import' and m.cause_id = ${import_id} and p.move_id <> m.id limit 1`.execute(ctx.db);
  if (moved !== undefined) throw builtOn('units', moved.unit_id, 'stock_moves');
}

export async function undoStock(ctx: Ctx, import_id: string, changes: readonly Change[]): Promise<void> {
  const moves = await ctx.db
    .selectFrom('stock_moves')
    .selectAll()
    .where(
      'id',
      'in',
      changes.map((change) => change.record_id),
    )
    .execute();
  await postMoves(
    ctx,
    moves.map((move) => ({
      // The columns of an import allow nothing but these words.
      unit_id: move.unit_id,
      model_id: move.model_id,
      quantity: move.quantity,
      from: { location: move.to_location as Location, condition: move.to_condition },
      to: { location: move.from_location as Location, condition: (move.from_condition ?? move.to_condition) as Condition },
      cause_kind: 'import_undo',
      cause_id: import_id,
      reverses_id: move.id,
    })),
  );
  await remember(ctx, ...changes.map(({ record_id }) => ({ action: 'stock_move.reversed', record_kind: 'stock_move', record_id, change: { import_id } })));
}
