// Reading imports and what they changed.
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import type { ImportChangeRow, ImportRow } from './table.ts';

export const listImports = (
  ctx: Ctx,
  page: PageRequest,
  filter: { readonly kind?: string | undefined; readonly state?: ImportRow['state'] | undefined } = {},
): Promise<Page<ImportRow>> =>
  listPage(
    ctx.db
      .selectFrom('imports')
      .selectAll()
      .$if(filter.kind !== undefined, (query) => query.where('kind', '=', filter.kind ?? ''))
      .$if(filter.state !== undefined, (query) => query.where('state', '=', filter.state ?? 'confirmed')),
    page,
    { created_at: 'imports.id' },
    'imports.id',
  );

export async function getImport(ctx: Ctx, id: string): Promise<ImportRow> {
  const row = await ctx.db.selectFrom('imports').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Import', '取り込み']);
  return row;
}

/** What the import made (`before` null) or changed, in the order of the file. Forgotten once it is undone. */
export const listChanges = (ctx: Ctx, id: string, page: PageRequest): Promise<Page<ImportChangeRow>> =>
  listPage(
    ctx.db.selectFrom('import_changes').selectAll().where('import_id', '=', id),
    { ...page, sort: 'row_no' },
    { row_no: 'import_changes.row_no' },
    'import_changes.record_id',
  );
