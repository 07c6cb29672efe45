// Loading an investigation for a write, and saving it against the race: used by every verb here.
import { notFound, Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
import type { InvestigationRow } from './table.ts';

export async function getInvestigation(ctx: Ctx, id: string): Promise<InvestigationRow> {
  const row = await ctx.db.selectFrom('investigations').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Investigation', '不具合調査']);
  return row;
}

/** The id of an investigation that is there. Throws `not_found`. */
export const idOf = async (ctx: Ctx, id: string): Promise<string> => (await getInvestigation(ctx, id)).id;

/** Throws `stale` when the caller read another version. */
export async function loadInvestigation(ctx: Ctx, id: string, version?: number): Promise<InvestigationRow> {
  const row = await getInvestigation(ctx, id);
  if (version !== undefined && version !== row.version) throw stale();
  return row;
}

/** Throws `conflict` for what may no longer change. */
export async function loadOpenInvestigation(ctx: Ctx, id: string, version?: number): Promise<InvestigationRow> {
  const row = await loadInvestigation(ctx, id, version);
  if (row.state === 'closed')
    throw new Problem('conflict', [`${row.number} is closed; reopen it first`, `${row.number} は完了しています。先に再開してください`], {
      blocking: `/api/v1/investigations/${row.id}`,
    });
  return row;
}

/** Writes an investigation only while it is as loaded. */
export const saveInvestigation = (ctx: Ctx, before: InvestigationRow, set: Partial<InvestigationRow>): Promise<InvestigationRow> =>
  saveVersioned(ctx, 'investigations', before, set, stale);

const stale = () => new Problem('stale', ['Someone else changed this investigation in the meantime', '他の人がこの調査を更新しました']);
