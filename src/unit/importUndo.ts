// Taking imported units back. Moves are never deleted: they are reversed, and the unit is marked as removed. Its names and its days in service go.
import { sql } from 'kysely';
import type { Ctx } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';
import type { Condition, Location } from '../ledger/move.ts';
import { postMoves } from '../ledger/postMoves.ts';
import type { Change } from '../transfer/kind.ts';
import { builtOn, refuseReferred } from '../transfer/references.ts';
import type { StoredUnit } from './importKnown.ts';

/** Tables an import of units writes and takes back itself. */
const OWN = ['unit_identifiers', 'service_intervals', 'firmware_intervals', 'stock_moves', 'unit_places'];

/** Throws `conflict` when a unit was changed, moved or referred to since. */
export async function refuseUndo(ctx: Ctx, import_id: string): Promise<void> {
  await refuseReferred(ctx, import_id, 'unit', 'units', OWN);
  const {
    rows: [moved],
  } = await sql<{ unit_id: string }>`select stock_moves.unit_id from import_changes join stock_moves on stock_moves.unit_id = import_changes.record_id
    where import_changes.import_id = ${import_id} and stock_moves.id > ${import_id} and (stock_moves.cause_id is null or stock_moves.cause_id <> ${import_id}) limit 1`.execute(
    ctx.db,
  );
  if (moved !== undefined) throw builtOn('units', moved.unit_id, 'stock_moves');
  const changed = await ctx.db
    .selectFrom('import_changes')
    .innerJoin('units', 'units.id', 'record_id')
    .select(['units.id', 'units.version', 'before'])
    .where('import_id', '=', import_id)
    .where((either) => either.or([either('before', 'is not', null), either('units.version', '<>', 1)]))
    .execute();
  for (const { id, version, before } of changed) {
    // `before` is the StoredUnit writeUpdates put there.
    if (version !== (before === null ? 1 : (JSON.parse(before) as StoredUnit).unit.version + 1)) throw builtOn('units', id, 'units');
  }
}

export async function undo(ctx: Ctx, import_id: string, changes: readonly Change[]): Promise<void> {
  await reverseMoves(
    ctx,
    import_id,
    changes.map((change) => change.record_id),
  );
  await removeUnits(
    ctx,
    changes.filter((change) => change.before === null).map((change) => change.record_id),
  );
  for (const { record_id, before } of changes) if (before !== null) await restoreUnit(ctx, record_id, JSON.parse(before) as StoredUnit); // as writeUpdates stored it
  await remember(
    ctx,
    ...changes.map(({ record_id, before }) => ({
      action: before === null ? 'unit.removed' : 'unit.restored',
      record_kind: 'unit',
      record_id,
      change: { import_id },
    })),
  );
}

async function reverseMoves(ctx: Ctx, import_id: string, unit_ids: readonly string[]): Promise<void> {
  const moves = await ctx.db.selectFrom('stock_moves').selectAll().where('unit_id', 'in', unit_ids).execute();
  await postMoves(
    ctx,
    moves
      .filter((move) => move.cause_kind === 'import' && move.cause_id === import_id)
      .map((move) => ({
        // The places come from moves posted by an import of ours, whose columns allow nothing else.
        unit_id: move.unit_id,
        model_id: move.model_id,
        quantity: 1,
        from: { location: move.to_location as Location, condition: move.to_condition as Condition },
        to: { location: move.from_location as Location, condition: move.to_condition as Condition },
        cause_kind: 'import_undo',
        cause_id: import_id,
        reverses_id: move.id,
      })),
  );
}

async function removeUnits(ctx: Ctx, unit_ids: readonly string[]): Promise<void> {
  if (unit_ids.length === 0) return;
  for (const table of ['unit_identifiers', 'service_intervals', 'firmware_intervals'] as const)
    await ctx.db.deleteFrom(table).where('unit_id', 'in', unit_ids).execute();
  await ctx.db
    .updateTable('units')
    .set((set) => ({ removed_at: ctx.now, updated_at: ctx.now, version: set('version', '+', 1) }))
    .where('id', 'in', unit_ids)
    .execute();
}

async function restoreUnit(ctx: Ctx, unit_id: string, before: StoredUnit): Promise<void> {
  await ctx.db
    .updateTable('units')
    .set({ ...before.unit, updated_at: ctx.now, version: before.unit.version + 2 })
    .where('id', '=', unit_id)
    .execute();
  for (const table of ['unit_identifiers', 'service_intervals', 'firmware_intervals'] as const)
    await ctx.db.deleteFrom(table).where('unit_id', '=', unit_id).execute();
  await insertMany(ctx.db, 'unit_identifiers', before.identifiers);
  await insertMany(ctx.db, 'service_intervals', before.service);
  await insertMany(ctx.db, 'firmware_intervals', before.firmware);
}
