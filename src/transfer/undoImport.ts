// Taking an import back: as long as nothing was built on it.
import { setImmediate as breathe } from 'node:timers/promises';
import { allow } from '../core/actor.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { Progress } from './judgeTable.ts';
import { type Change, findKind, type ImportKind } from './kind.ts';
import type { ImportRow } from './table.ts';

const BATCH = 1000;

/** Undoes a confirmed import. Throws `conflict` when it is not confirmed, or naming the record that was built on it. */
export async function undoImport(ctx: Ctx, kinds: readonly ImportKind[], id: string, onProgress: Progress = () => undefined): Promise<ImportRow> {
  allow(ctx, 'import:write');
  const row = await ctx.db.selectFrom('imports').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Import', '取り込み']);
  const kind = findKind(kinds, row.kind);
  allow(ctx, kind.permission);
  if (row.state !== 'confirmed' && row.state !== 'undoing') {
    throw new Problem('conflict', [`The import is ${row.state}, not confirmed`, 'この取り込みは取り消せる状態ではありません'], {
      blocking: `/api/v1/imports/${id}`,
    });
  }
  if (row.state === 'confirmed') await kind.refuseUndo(ctx, id);
  const begun = await ctx.db
    .updateTable('imports')
    .set({ state: 'undoing', undone_at: ctx.now, version: row.version + 1 })
    .where('id', '=', id)
    .where('version', '=', row.version)
    .returning('id')
    .executeTakeFirst();
  if (begun === undefined)
    throw new Problem('conflict', ['Someone else is undoing this import', '他の人がこの取り込みを取り消しています'], { blocking: `/api/v1/imports/${id}` });
  return takeBack(ctx, kind, id, 'undone', onProgress);
}

/** Takes every change of an import back, the last first, in batches. A change taken back is forgotten in the same transaction, so a broken undo goes on where it stopped. */
export async function takeBack(ctx: Ctx, kind: ImportKind, id: string, end: 'undone' | 'failed', onProgress: Progress = () => undefined): Promise<ImportRow> {
  allow(ctx, 'import:write');
  const changes = await ctx.db
    .selectFrom('import_changes')
    .select(['row_no', 'record_kind', 'record_id', 'before'])
    .where('import_id', '=', id)
    .orderBy('row_no', 'desc')
    .execute();
  let done = 0;
  for (const batch of batchesOf(changes)) {
    await takeBackBatch(ctx, kind, id, batch);
    done += batch.length;
    onProgress('undoing', done, changes.length);
    await breathe();
  }
  return transaction(ctx, async (ctx) => {
    const row = await ctx.db
      .updateTable('imports')
      .set((set) => ({ state: end, undone_at: ctx.now, version: set('version', '+', 1) }))
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await remember(ctx, { action: `import.${end}`, record_kind: 'import', record_id: id });
    return row;
  });
}

const takeBackBatch = (ctx: Ctx, kind: ImportKind, id: string, batch: readonly Change[]): Promise<void> =>
  transaction(ctx, async (ctx) => {
    allow(ctx, kind.permission);
    await kind.undo(ctx, id, batch);
    const rows = batch.map((change) => change.row_no);
    await ctx.db
      .deleteFrom('import_changes')
      .where('import_id', '=', id)
      .where('row_no', '>=', Math.min(...rows))
      .where('row_no', '<=', Math.max(...rows))
      .execute();
  });

/** Batches that never part the changes of one row of the file. */
function batchesOf(changes: readonly Change[]): Change[][] {
  const batches: Change[][] = [];
  for (const change of changes) {
    const last = batches.at(-1);
    if (last === undefined || (last.length >= BATCH && last.at(-1)?.row_no !== change.row_no)) batches.push([change]);
    else last.push(change);
  }
  return batches;
}

/** Longer than any import takes: what began earlier and has not ended belongs to a process that is gone. */
const ABANDONED_MS = 30 * 60_000;

/** A periodic job: imports a crash left half written are taken back, half undone ones are undone to the end. Returns how many. */
export async function mendImports(ctx: Ctx, kinds: readonly ImportKind[]): Promise<number> {
  const broken = await ctx.db
    .selectFrom('imports')
    .select(['id', 'kind', 'state'])
    .where('state', 'in', ['writing', 'undoing'])
    .where((row) => row(row.fn.coalesce('undone_at', 'created_at'), '<', ctx.now - ABANDONED_MS))
    .execute();
  for (const row of broken) await takeBack(ctx, findKind(kinds, row.kind), row.id, row.state === 'writing' ? 'failed' : 'undone');
  return broken.length;
}
