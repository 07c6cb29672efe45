// A table on its way through the pages: pasted or uploaded, mapped, tried, then confirmed or forgotten after a day.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { notFound } from '../core/problem.ts';
import { DAY_MS } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { decodeText } from './decode.ts';
import { type ImportReport, importFile } from './importFile.ts';
import type { ImportKind } from './kind.ts';
import type { Mapping } from './readRows.ts';
import { readTable } from './readTable.ts';
import type { ImportDraftRow } from './table.ts';

export async function keepDraft(ctx: Ctx, draft: { readonly kind: string; readonly file_name: string; readonly bytes: Uint8Array }): Promise<string> {
  allow(ctx, 'import:write');
  const { text } = decodeText(draft.bytes);
  await readTable(text);
  const row: ImportDraftRow = {
    id: newId(ctx.now),
    kind: draft.kind,
    file_name: draft.file_name,
    content: text,
    mapping: null,
    created_by: ctx.actor.id,
    created_at: ctx.now,
  };
  await ctx.db.insertInto('import_drafts').values(row).execute();
  return row.id;
}

/** Only who made a draft sees it. */
export async function getDraft(ctx: Ctx, id: string): Promise<ImportDraftRow> {
  const row = await ctx.db.selectFrom('import_drafts').selectAll().where('id', '=', id).where('created_by', '=', ctx.actor.id).executeTakeFirst();
  if (row === undefined) throw notFound(['Draft', '下書き']);
  return row;
}

/** Which heading of the file each column takes. */
export async function mapDraft(ctx: Ctx, id: string, mapping: Mapping): Promise<void> {
  allow(ctx, 'import:write');
  await getDraft(ctx, id);
  await ctx.db
    .updateTable('import_drafts')
    .set({ mapping: JSON.stringify(mapping) })
    .where('id', '=', id)
    .execute();
}

/** Tries or confirms a draft; a confirmed one is forgotten. */
export async function importDraft(
  ctx: Ctx,
  kind: ImportKind,
  draft: ImportDraftRow,
  options: { readonly dry_run: boolean; readonly skip_errors?: boolean },
): Promise<ImportReport> {
  const mapping = mappingOf(draft);
  const report = await importFile(ctx, kind, new TextEncoder().encode(draft.content), {
    ...options,
    file_name: draft.file_name,
    ...(mapping === null ? {} : { mapping }),
  });
  if (!options.dry_run) await dropDraft(ctx, draft.id);
  return report;
}

export const mappingOf = (draft: ImportDraftRow): Mapping | null => (draft.mapping === null ? null : JSON.parse(draft.mapping));

export const dropDraft = (ctx: Ctx, id: string): Promise<unknown> =>
  ctx.db.deleteFrom('import_drafts').where('id', '=', id).where('created_by', '=', ctx.actor.id).execute();

/** A periodic job: forgets drafts older than a day; returns how many. */
export async function forgetOldDrafts(ctx: Ctx): Promise<number> {
  return Number(
    (
      await ctx.db
        .deleteFrom('import_drafts')
        .where('created_at', '<', ctx.now - DAY_MS)
        .executeTakeFirst()
    ).numDeletedRows,
  );
}
