// The code trees: symptom, failure mode, component, cause. Codes are renamed, moved, merged and retired; they never vanish.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { onPostgres } from '../db/dialect.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
import { difference, remember } from '../history/remember.ts';
import { refuseStale } from '../web/version.ts';
import type { CodeRow } from './table.ts';

export type Tree = CodeRow['tree'];
export const trees = ['symptom', 'failure_mode', 'component', 'cause'] as const satisfies readonly Tree[];

export interface NewCode {
  readonly code: string;
  readonly parent?: string | null | undefined;
  readonly name_en: string;
  readonly name_ja: string;
}
export interface CodeChange {
  readonly parent?: string | null | undefined;
  readonly name_en?: string | undefined;
  readonly name_ja?: string | undefined;
}

export async function addCode(ctx: Ctx, tree: Tree, input: NewCode): Promise<CodeRow> {
  allow(ctx, 'code:write');
  return transaction(ctx, async (ctx) => {
    const taken = await ctx.db.selectFrom('codes').select('id').where('tree', '=', tree).where('code', '=', input.code.toUpperCase()).executeTakeFirst();
    if (taken !== undefined)
      throw new Problem('conflict', [`The code ${input.code} exists already`, `コード ${input.code} は既にあります`], {
        blocking: `/api/v1/codes/${tree}/${taken.id}`,
      });
    const row: CodeRow = {
      id: newId(ctx.now),
      tree,
      code: input.code.toUpperCase(),
      parent_id: await parentOf(ctx, tree, input.parent),
      name_en: input.name_en,
      name_ja: input.name_ja,
      merged_into_id: null,
      retired_at: null,
      created_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('codes').values(row).execute();
    await remember(ctx, {
      action: 'code.created',
      record_kind: 'code',
      record_id: row.id,
      change: { tree, code: row.code, name_en: row.name_en, name_ja: row.name_ja },
    });
    return row;
  });
}

/** Renames a code or hangs it elsewhere in its tree. The code itself stays: files and programs use it. */
export async function changeCode(ctx: Ctx, tree: Tree, id: string, input: CodeChange, expected?: number): Promise<CodeRow> {
  allow(ctx, 'code:write');
  return transaction(ctx, async (ctx) => {
    await lockTree(ctx, tree);
    const before = await getCode(ctx, tree, id);
    refuseStale(before, expected);
    const parent_id = input.parent === undefined ? before.parent_id : await parentOf(ctx, tree, input.parent);
    if (parent_id !== null && (await isBelow(ctx, parent_id, id)))
      throw invalid('parent', ['A code cannot hang below itself', '自分自身の下には移動できません']);
    const after = { parent_id, name_en: input.name_en ?? before.name_en, name_ja: input.name_ja ?? before.name_ja };
    return saveCode(ctx, before, after, 'code.changed', null);
  });
}

/** Takes a code out of use: what was recorded with it stays, nothing new is. */
export async function retireCode(ctx: Ctx, tree: Tree, id: string, reason: string): Promise<CodeRow> {
  allow(ctx, 'code:write');
  return transaction(ctx, async (ctx) => {
    const before = await getCode(ctx, tree, id);
    if (before.retired_at !== null) throw new Problem('conflict', ['The code is retired already', 'コードは既に廃止されています']);
    return saveCode(ctx, before, { retired_at: ctx.now }, 'code.retired', reason);
  });
}

/** Two codes turn out to be one. Units now count under the one that stays; inspections keep what was written then. */
export async function mergeCodes(ctx: Ctx, tree: Tree, id: string, into: string, reason: string): Promise<CodeRow> {
  allow(ctx, 'code:write');
  return transaction(ctx, async (ctx) => {
    await lockTree(ctx, tree);
    const [from, kept] = [await getCode(ctx, tree, id), await getCode(ctx, tree, into)];
    if (from.id === kept.id || (await isBelow(ctx, kept.id, from.id)))
      throw invalid('into_id', ['A code cannot be merged into itself or what hangs below it', '自分自身や下位のコードには統合できません']);
    if (from.merged_into_id !== null || kept.merged_into_id !== null || kept.retired_at !== null)
      throw new Problem('conflict', ['One of the codes is merged or retired already', '統合または廃止済みのコードです']);
    const column = ({ symptom: 'reported_symptom_id', failure_mode: 'failure_mode_id', component: 'component_id', cause: 'cause_id' } as const)[tree];
    await ctx.db
      .updateTable('return_units')
      .set({ [column]: kept.id })
      .where(column, '=', from.id)
      .execute();
    await ctx.db.updateTable('codes').set({ parent_id: kept.id }).where('parent_id', '=', from.id).execute();
    await ctx.db.updateTable('codes').set({ merged_into_id: kept.id }).where('merged_into_id', '=', from.id).execute();
    return saveCode(ctx, from, { merged_into_id: kept.id, retired_at: ctx.now }, 'code.merged', reason);
  });
}

/** Two people who hang or merge codes under each other's at once would close a circle: one waits. SQLite has one writer at a time. */
async function lockTree(ctx: Ctx, tree: Tree): Promise<void> {
  if (onPostgres(ctx.db)) await ctx.db.selectFrom('codes').select('id').where('tree', '=', tree).orderBy('id').forUpdate().execute();
}

/** By id or by code. */
export async function getCode(ctx: Ctx, tree: Tree, id: string): Promise<CodeRow> {
  const row = await ctx.db
    .selectFrom('codes')
    .selectAll()
    .where('tree', '=', tree)
    .where((of) => of.or([of('id', '=', id), of('code', '=', id.toUpperCase())]))
    .executeTakeFirst();
  if (row === undefined) throw notFound(['Code', 'コード']);
  return row;
}

/** A tree from its roots down, each code after its parent; retired ones only when asked for. */
export async function listCodes(ctx: Ctx, tree: Tree, retired = false): Promise<(CodeRow & { readonly depth: number })[]> {
  const rows = await ctx.db.selectFrom('codes').selectAll().where('tree', '=', tree).orderBy('code').execute();
  const known = new Set(rows.map(({ id }) => id));
  const below = (parent: string | null, depth: number): (CodeRow & { depth: number })[] =>
    rows
      .filter((row) => (row.parent_id !== null && known.has(row.parent_id) ? row.parent_id : null) === parent)
      .flatMap((row) => [{ ...row, depth }, ...below(row.id, depth + 1)]);
  return below(null, 0).filter((row) => retired || row.retired_at === null);
}

async function saveCode(ctx: Ctx, before: CodeRow, changes: Partial<CodeRow>, action: string, reason: string | null): Promise<CodeRow> {
  const lost = () => new Problem('stale', ['Someone else changed this code in the meantime', '他の人がこのコードを更新しました']);
  const saved = await saveVersioned(ctx, 'codes', before, changes, lost);
  await remember(ctx, { action, record_kind: 'code', record_id: before.id, reason, change: difference(before, saved) });
  return saved;
}

async function parentOf(ctx: Ctx, tree: Tree, parent: string | null | undefined): Promise<string | null> {
  if (parent === null || parent === undefined || parent === '') return null;
  const row = await getCode(ctx, tree, parent);
  if (row.retired_at !== null) throw invalid('parent', ['The code above is retired', '上位コードは廃止されています']);
  return row.id;
}

/** Whether `id` is `ancestor` or hangs somewhere below it. */
async function isBelow(ctx: Ctx, id: string, ancestor: string): Promise<boolean> {
  if (id === ancestor) return true;
  const row = await ctx.db.selectFrom('codes').select('parent_id').where('id', '=', id).executeTakeFirst();
  return row === undefined || row.parent_id === null ? false : isBelow(ctx, row.parent_id, ancestor);
}
