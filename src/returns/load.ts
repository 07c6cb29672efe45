// Loading the records a verb works on, within what the caller may see, and writing them back only while they are as loaded.
import { notFound, Problem } from '../core/problem.ts';
import type { Bilingual } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
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

export async function getReturnUnit(ctx: Ctx, id: string, expected?: number): Promise<ReturnUnitRow> {
  const row = await ctx.db.selectFrom('return_units').selectAll().where('id', '=', id).$call(seenBy(ctx, 'return_units.partner_id')).executeTakeFirst();
  if (row === undefined) throw notFound(['Return unit', '返却個体']);
  refuseStale(row, expected);
  return row;
}

export async function getLeg(ctx: Ctx, id: string, expected?: number): Promise<OutboundLegRow> {
  const row = await ctx.db.selectFrom('outbound_legs').selectAll().where('id', '=', id).$call(seenBy(ctx, 'outbound_legs.partner_id')).executeTakeFirst();
  if (row === undefined) throw notFound(['Shipment', '出荷']);
  refuseStale(row, expected);
  return row;
}

export const listReturnUnits = (ctx: Ctx, return_id: string): Promise<ReturnUnitRow[]> =>
  ctx.db.selectFrom('return_units').selectAll().where('return_id', '=', return_id).orderBy('id').execute();

export const listLegs = (ctx: Ctx, return_id: string): Promise<OutboundLegRow[]> =>
  ctx.db.selectFrom('outbound_legs').selectAll().where('return_id', '=', return_id).orderBy('id').execute();

/** A `conflict` that names what stands in the way: the return itself. */
export const wrongState = (words: Bilingual, return_id: string): Problem => new Problem('conflict', words, { blocking: `/api/v1/returns/${return_id}` });

/** The same, naming the unit in the return. */
export const wrongUnit = (words: Bilingual, unit: Pick<ReturnUnitRow, 'id'>): Problem =>
  new Problem('conflict', words, { blocking: `/api/v1/return-units/${unit.id}` });

/** The same, naming the shipment. */
export const wrongLeg = (words: Bilingual, leg: Pick<OutboundLegRow, 'id' | 'return_id'>): Problem =>
  new Problem('conflict', words, { blocking: `/api/v1/returns/${leg.return_id}/outbound/${leg.id}` });

const CHANGED: Bilingual = ['Someone else changed this at the same moment', '同時に更新されました'];

/** Each writes its row only while it is as loaded; a lost race is a named refusal. */
export const saveReturn = (ctx: Ctx, loaded: ReturnRow, changes: Partial<ReturnRow>): Promise<ReturnRow> =>
  saveVersioned(ctx, 'returns', loaded, changes, ({ id }) => wrongState(CHANGED, id));

export const saveReturnUnit = (ctx: Ctx, loaded: ReturnUnitRow, changes: Partial<ReturnUnitRow>): Promise<ReturnUnitRow> =>
  saveVersioned(ctx, 'return_units', loaded, changes, (unit) => wrongUnit(CHANGED, unit));

export const saveLeg = (ctx: Ctx, loaded: OutboundLegRow, changes: Partial<OutboundLegRow>): Promise<OutboundLegRow> =>
  saveVersioned(ctx, 'outbound_legs', loaded, changes, (leg) => wrongLeg(CHANGED, leg));
