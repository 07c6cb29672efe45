// How every catalogue record is written: permission, unique code, version, history.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import type { Bilingual } from '../core/words.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import type { Tables } from '../db/tables.ts';
import { difference, remember } from '../history/remember.ts';
import { refuseStale } from '../web/version.ts';
import type { CatalogTables } from './table.ts';

export type RecordTable = Exclude<keyof CatalogTables, 'model_substitutes'>;
type Fresh<T extends RecordTable> = Omit<Tables[T], 'id' | 'created_at' | 'version'>;

/** Singular names: of the record in history, and for people. */
export const recordNames: Record<RecordTable, readonly [kind: string, label: Bilingual]> = {
  makers: ['maker', ['Maker', 'メーカー']],
  models: ['model', ['Model', '機種']],
  batches: ['batch', ['Batch', 'ロット']],
  firmwares: ['firmware', ['Firmware', 'ファームウェア']],
  partners: ['partner', ['Partner', '代理店']],
  customers: ['customer', ['Customer', '顧客']],
  sites: ['site', ['Site', '拠点']],
  contracts: ['contract', ['Contract', '契約']],
};

/** Creates a record. `within` are the fields its code is unique among: the maker of a model, the model of a batch. */
export async function createRecord<T extends RecordTable>(
  ctx: Ctx,
  table: T,
  fields: Fresh<T>,
  within: Partial<Record<string, string>> = {},
): Promise<Tables[T]> {
  allow(ctx, 'catalog:write');
  return transaction(ctx, async (ctx) => {
    await refuseTakenCode(ctx, table, fields.code, within);
    // The three fields left out of Fresh<T> complete the row.
    const row = { id: newId(ctx.now), ...fields, created_at: ctx.now, version: 1 } as unknown as Tables[T];
    await insertMany(ctx.db, table, [row]);
    await remember(ctx, { action: `${recordNames[table][0]}.created`, record_kind: recordNames[table][0], record_id: row.id, change: { ...fields } });
    return row;
  });
}

/** Changes a record; what is undefined stays. Throws `not_found`, or `stale` when the record is no longer of the version the caller expects. */
export async function changeRecord<T extends RecordTable>(
  ctx: Ctx,
  table: T,
  id: string,
  changes: { readonly [K in keyof Fresh<T>]?: Fresh<T>[K] | undefined },
  expected: number | undefined,
  within: (before: Tables[T]) => Partial<Record<string, string>> = () => ({}),
): Promise<Tables[T]> {
  allow(ctx, 'catalog:write');
  return transaction(ctx, async (ctx) => {
    const before = await getRecord(ctx, table, id);
    refuseStale(before, expected);
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const after = { ...before, ...given };
    if (after.code !== before.code) await refuseTakenCode(ctx, table, after.code, within(before));
    const change = difference(before, after);
    if (Object.keys(change).length === 0) return before;
    const saved = await ctx.db
      .updateTable(anyTable(table))
      .set({ ...given, version: before.version + 1 })
      .where('id', '=', id)
      .where('version', '=', before.version)
      .returning('id')
      .executeTakeFirst();
    if (saved === undefined) throw new Problem('stale', ['Someone else changed this record in the meantime', '他の人がこのレコードを更新しました']);
    await remember(ctx, { action: `${recordNames[table][0]}.updated`, record_kind: recordNames[table][0], record_id: id, change });
    return { ...after, version: before.version + 1 };
  });
}

export async function getRecord<T extends RecordTable>(ctx: Ctx, table: T, id: string): Promise<Tables[T]> {
  const row = await ctx.db.selectFrom(anyTable(table)).selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(recordNames[table][1]);
  return row as unknown as Tables[T]; // anyTable hid which one it is
}

async function refuseTakenCode(ctx: Ctx, table: RecordTable, code: string, within: Partial<Record<string, string>>): Promise<void> {
  let query = ctx.db.selectFrom(anyTable(table)).select('id').where('code', '=', code);
  for (const [field, value] of Object.entries(within)) query = query.where(ctx.db.dynamic.ref(field), '=', value);
  const taken = await query.executeTakeFirst();
  if (taken === undefined) return;
  const [en, ja] = recordNames[table][1];
  throw new Problem('conflict', [`${en} ${code} exists already`, `${ja} ${code} は既にあります`], {
    blocking: `/api/v1/${table}/${taken.id}`,
    errors: [{ path: 'code', message: ['Exists already', '登録済みです'] }],
  });
}

/** All record tables have id, code and version; Kysely cannot type a query over a union of tables, so they are all spoken to as `makers`. */
const anyTable = (table: RecordTable): 'makers' => table as 'makers';
