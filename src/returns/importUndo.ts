// Taking imported returns back: they were only written down, nothing had moved.
import type { Ctx } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { Change } from '../transfer/kind.ts';
import { builtOn, refuseReferred } from '../transfer/references.ts';
import type { KnownReturn } from './importKnown.ts';

/** Throws `conflict` when a return was changed or referred to since. */
export async function refuseUndoOfReturns(ctx: Ctx, import_id: string): Promise<void> {
  await refuseReferred(ctx, import_id, 'return', 'returns', ['return_units']);
  const changed = await ctx.db
    .selectFrom('import_changes')
    .innerJoin('returns', 'returns.id', 'record_id')
    .select('returns.id')
    .where('import_id', '=', import_id)
    .where('returns.version', '<>', 1)
    .executeTakeFirst();
  if (changed !== undefined) throw builtOn('returns', changed.id, 'returns');
}

export async function undoReturns(ctx: Ctx, import_id: string, changes: readonly Change[]): Promise<void> {
  const made = changes.filter((change) => change.before === null).map((change) => change.record_id);
  if (made.length > 0) {
    await ctx.db.deleteFrom('return_units').where('return_id', 'in', made).execute();
    await ctx.db.deleteFrom('returns').where('id', 'in', made).execute();
  }
  for (const { record_id, before } of changes) {
    if (before === null) continue;
    const { origin: _, version, ...fields } = JSON.parse(before) as KnownReturn; // as writeUpdate stored it
    await ctx.db
      .updateTable('return_units')
      .set({ ...fields, version: version + 2, updated_at: ctx.now })
      .where('id', '=', record_id)
      .execute();
  }
  await remember(
    ctx,
    ...changes.map(({ record_kind, record_id, before }) => ({
      action: before === null ? 'return.import_undone' : 'return_unit.restored',
      record_kind,
      record_id,
      change: { import_id },
    })),
  );
}
