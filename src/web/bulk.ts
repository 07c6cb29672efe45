// One action on many selected rows: planned for a preview, carried out for all or none, taken back as long as nobody changed the rows since.
import type { Child } from 'hono/jsx';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import type { Permission } from '../core/permission.ts';
import { notFound, Problem } from '../core/problem.ts';
import type { Bilingual } from '../core/words.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { AppContext } from './env.ts';

/** What the person filled in, as text. */
export type BulkInput = Readonly<Record<string, string>>;

/** One selected record and what the deed would do to it. It is left alone when `before` and `after` are the same. */
export interface BulkRow {
  readonly id: string;
  readonly version: number;
  readonly label: string;
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Why this record cannot take part. */
  readonly refusal?: Bilingual | undefined;
}

/** One record after the deed: `undo` is what `takeBack` needs, or null when there is no way back. */
export interface BulkChange {
  readonly id: string;
  readonly label: string;
  readonly version: number;
  readonly undo: Readonly<Record<string, string | null>> | null;
}

export interface BulkDeed {
  readonly name: string;
  readonly permission: Permission;
  readonly title: Bilingual;
  /** Fields without which there is nothing to preview. */
  readonly asks: readonly string[];
  readonly fields: (c: AppContext, input: BulkInput) => Child | Promise<Child>;
  /** In the order of `ids`; records the person may not see are left out. */
  readonly plan: (ctx: Ctx, ids: readonly string[], input: BulkInput) => Promise<readonly BulkRow[]>;
  /** The verb for one record; it expects the version of the row. */
  readonly carryOut: (ctx: Ctx, row: BulkRow, input: BulkInput) => Promise<Pick<BulkChange, 'version' | 'undo'>>;
  /** Left out where there is no way back. */
  readonly takeBack?: (ctx: Ctx, id: string, undo: NonNullable<BulkChange['undo']>, version: number) => Promise<unknown>;
}

export const willChange = (row: BulkRow): boolean => row.refusal === undefined && row.before !== row.after;

/** Does to every chosen record that fits what the preview showed. `chosen` holds the versions the preview saw. Throws `stale` naming the record that moved on. */
export async function carryOutBulk(ctx: Ctx, list: string, deed: BulkDeed, input: BulkInput, chosen: ReadonlyMap<string, number>) {
  allow(ctx, deed.permission);
  return transaction(ctx, async (ctx) => {
    const rows = await deed.plan(ctx, [...chosen.keys()], input);
    const moved = rows.find((row) => row.version !== chosen.get(row.id));
    if (moved !== undefined) throw movedOn(moved.label);
    const changes: BulkChange[] = [];
    for (const row of rows.filter(willChange)) {
      changes.push({ id: row.id, label: row.label, ...(await named(row.label, deed.carryOut(ctx, row, input))) });
    }
    const id = newId(ctx.now);
    const kept = { id, user_id: ctx.actor.id, list, deed: deed.name, changes: JSON.stringify(changes), created_at: ctx.now, undone_at: null };
    await ctx.db.insertInto('bulk_changes').values(kept).execute();
    await remember(ctx, { action: 'bulk.done', record_kind: 'bulk', record_id: id, change: { list, deed: deed.name, count: changes.length } });
    return { id, changed: changes.length, undoable: changes.some(({ undo }) => undo !== null) };
  });
}

/** Takes one's own bulk action back, once, all of it or nothing. What has no way back stays and is counted. */
export async function takeBackBulk(ctx: Ctx, list: string, deeds: readonly BulkDeed[], id: string) {
  return transaction(ctx, async (ctx) => {
    const kept = await ctx.db
      .updateTable('bulk_changes')
      .set({ undone_at: ctx.now })
      .where('id', '=', id)
      .where('list', '=', list)
      .where('user_id', '=', ctx.actor.id)
      .where('undone_at', 'is', null)
      .returning(['deed', 'changes'])
      .executeTakeFirst();
    const deed = deeds.find(({ name }) => name === kept?.deed);
    if (kept === undefined || deed === undefined) throw notFound(['Action to take back', '元に戻せる操作']);
    allow(ctx, deed.permission);
    // Written by carryOutBulk.
    const changes = JSON.parse(kept.changes) as BulkChange[];
    for (const { id, label, undo, version } of changes)
      if (undo !== null && deed.takeBack !== undefined) await named(label, deed.takeBack(ctx, id, undo, version));
    await remember(ctx, { action: 'bulk.undone', record_kind: 'bulk', record_id: id });
    const kept_count = changes.filter(({ undo }) => undo === null).length;
    return { undone: changes.length - kept_count, kept: kept_count };
  });
}

/** A refusal says which of the records it is about. */
async function named<T>(label: string, done: Promise<T>): Promise<T> {
  try {
    return await done;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'stale') throw movedOn(label);
    throw new Problem(error.code, [`${label}: ${error.words[0]}`, `${label}: ${error.words[1]}`], error.extra);
  }
}

const movedOn = (label: string): Problem =>
  new Problem('stale', [
    `${label} was changed in the meantime; nothing was done. Look at the preview again`,
    `${label} は他で更新されたため、何も変更していません。もう一度確認してください`,
  ]);
