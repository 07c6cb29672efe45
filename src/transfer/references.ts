// What stands in the way of taking records back: rows of any table that refer to them. The store itself knows which tables could.
import { sql } from 'kysely';
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { onPostgres } from '../db/dialect.ts';

interface Reference {
  readonly from_table: string;
  readonly from_column: string;
}

/**
 * Throws `conflict` when a row of another table refers to a record the import created. `except` are the tables whose rows the import itself wrote and
 * takes back.
 */
export async function refuseReferred(ctx: Ctx, import_id: string, record_kind: string, table: string, except: readonly string[]): Promise<void> {
  for (const { from_table, from_column } of await listReferences(ctx, table)) {
    if (except.includes(from_table)) continue;
    // One pass over the referring table at worst, whether or not the column has an index.
    const {
      rows: [row],
    } = await sql<{ record_id: string }>`select ${sql.ref(from_column)} as record_id from ${sql.table(from_table)} where ${sql.ref(from_column)} in (
      select record_id from import_changes where import_id = ${import_id} and record_kind = ${record_kind} and before is null) limit 1`.execute(ctx.db);
    if (row !== undefined) throw builtOn(table, row.record_id, from_table);
  }
}

export const builtOn = (table: string, id: string, by: string): Problem =>
  new Problem('conflict', [`Something was built on this import since (${by})`, `この取り込みの後に登録されたデータがあります（${by}）`], {
    blocking: `/api/v1/${table}/${id}`,
  });

/** Foreign keys that point at `table`. */
async function listReferences(ctx: Ctx, table: string): Promise<Reference[]> {
  const { rows } = onPostgres(ctx.db)
    ? await sql<Reference>`select c.conrelid::regclass::text as from_table, a.attname as from_column from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey) where c.contype = 'f' and c.confrelid = ${table}::regclass`.execute(ctx.db)
    : await sql<Reference>`select m.name as from_table, f."from" as from_column from sqlite_master m join pragma_foreign_key_list(m.name) f on f."table" = ${table} where m.type = 'table'`.execute(
        ctx.db,
      );
  return rows;
}
