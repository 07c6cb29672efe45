// Loading the records a verb works on, within what the caller may see, and writing them back only while they are as loaded.
import { notFound, Problem } from '../core/problem.ts';
import type { Bilingual } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import { refuseStale } from '../web/version.ts';
import type { OutboundLegRow, ReturnRow, ReturnUnitRow } from './table.ts';

/** Throws `not_found`, or `stale` when the return moved on since the caller read it. */
export async function getReturn(ctx: Ctx, id: string, expected?: number): Promise<ReturnRow> {
  const row = await ctx.db.selectFrom('returns').selectAll().where('id', '=', id).$call(seenBy(ctx, 'returns.partner_id')).executeTakeFirst();
  if (row === undefined) throw notFound(['Return', '返品案件']);
  refuseStale(row, expected);
  return row;
}

export async function getReturnUnit(ctx: Ctx, id: string): Promise<ReturnUnitRow> {
  const row = await ctx.db.selectFrom('return_units').selectAll().where('id', '=', id).$call(seenBy(ctx, 'return_units.partner_id')).executeTakeFirst();
  if (row === undefined) throw notFound(['Return unit', '返却個体']);
  return row;
}

export async function getLeg(ctx: Ctx, id: string): Promise<OutboundLegRow> {
  const row = await ctx.db.selectFrom('outbound_legs').selectAll().where('id', '=', id).$call(seenBy(ctx, 'outbound_legs.partner_id')).executeTakeFirst();
  if (row === undefined) throw notFound(['Shipment', '出荷']);
  return row;
}

export const listReturnUnits = (ctx: Ctx, return_id: string): Promise<ReturnUnitRow[]> =>
  ctx.db.selectFrom('return_units').selectAll().where('return_id', '=', return_id).orderBy('id').execute();

export const listLegs = (ctx: Ctx, return_id: string): Promise<OutboundLegRow[]> =>
  ctx.db.selectFrom('outbound_legs').selectAll().where('return_id', '=', return_id).orderBy('id').execute();

/** Throws `conflict` naming the return: it, or what is in it, is in the wrong state. */
export const wrongState = (words: Bilingual, return_id: string): Problem => new Problem('conflict', words, { blocking: `/api/v1/returns/${return_id}` });

const changedMeanwhile = (return_id: string): Problem => wrongState(['Someone else changed this at the same moment', '同時に更新されました'], return_id);

/** Writes a return only while it is as loaded; a lost race is a named refusal. */
export async function saveReturn(ctx: Ctx, loaded: ReturnRow, changes: Partial<ReturnRow>): Promise<ReturnRow> {
  const saved = await ctx.db
    .updateTable('returns')
    .set({ ...changes, updated_at: ctx.now, version: loaded.version + 1 })
    .where('id', '=', loaded.id)
    .where('version', '=', loaded.version)
    .returningAll()
    .executeTakeFirst();
  if (saved === undefined) throw changedMeanwhile(loaded.id);
  return saved;
}

export async function saveReturnUnit(ctx: Ctx, loaded: ReturnUnitRow, changes: Partial<ReturnUnitRow>): Promise<ReturnUnitRow> {
  const saved = await ctx.db
    .updateTable('return_units')
    .set({ ...changes, updated_at: ctx.now, version: loaded.version + 1 })
    .where('id', '=', loaded.id)
    .where('version', '=', loaded.version)
    .where('state', '=', loaded.state)
    .returningAll()
    .executeTakeFirst();
  if (saved === undefined) throw changedMeanwhile(loaded.return_id);
  return saved;
}

export async function saveLeg(ctx: Ctx, loaded: OutboundLegRow, changes: Partial<OutboundLegRow>): Promise<OutboundLegRow> {
  const saved = await ctx.db
    .updateTable('outbound_legs')
    .set({ ...changes, updated_at: ctx.now, version: loaded.version + 1 })
    .where('id', '=', loaded.id)
    .where('version', '=', loaded.version)
    .where('state', '=', loaded.state)
    .returningAll()
    .executeTakeFirst();
  if (saved === undefined) throw changedMeanwhile(loaded.return_id);
  return saved;
}
