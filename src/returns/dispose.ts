// What becomes of a returned unit. The decision and the stock move are one transaction; scrap waits for a second person.
import { allow, may, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import { inSentence } from '../core/words.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { findPlace, moveUnit } from '../ledger/move.ts';
import type { StockMoveRow } from '../ledger/table.ts';
import { withdrawPromise } from '../stock/reserve.ts';
import { reverseMove } from '../stock/reverse.ts';
import { loadUnit } from '../unit/save.ts';
import { endService } from '../unit/service.ts';
import { updateUnit } from '../unit/updateUnit.ts';
import { refuseStale } from '../web/version.ts';
import { after } from './authorise.ts';
import { destinationOf, needsSecondPerson, refusalOf } from './disposition.ts';
import type { DisposeUnit } from './inputs.ts';
import { nextUnitState } from './lifecycle.ts';
import { getReturn, getReturnUnit, saveReturn, saveReturnUnit, wrongState, wrongUnit } from './load.ts';
import { countNoFaultFound, findLastInspection } from './refusals.ts';
import { shipBack } from './shipBack.ts';
import type { DispositionRow, ReturnRow, ReturnUnitRow } from './table.ts';
import { decisionLabels, unitStateLabels } from './words.ts';

/** Decides for a unit. Posts the move at once, or notes the wish when a second person has to allow it. */
export async function disposeUnit(ctx: Ctx, input: DisposeUnit): Promise<DispositionRow> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const unit = await getReturnUnit(ctx, input.return_unit_id);
    const found = await getReturn(ctx, unit.return_id);
    await refuseUnlessReady(ctx, found, unit, input);
    const row = await writeWish(ctx, unit, input);
    if (!needsSecondPerson(row.disposition, found.type)) return postDisposition(ctx, unit, row);
    await remember(ctx, {
      action: 'disposition.requested',
      record_kind: 'return_unit',
      record_id: unit.id,
      reason: row.reason,
      change: { disposition: row.disposition, disposition_id: row.id },
    });
    return row;
  });
}

/** Posts the move of a decision and puts the unit into the state that follows, inside the open transaction. */
export async function postDisposition(ctx: Ctx, unit: ReturnUnitRow, row: DispositionRow, approved: Partial<DispositionRow> = {}): Promise<DispositionRow> {
  const state = nextUnitState(unit.state, 'dispose');
  if (state === null)
    throw wrongUnit([`The unit is ${inSentence(unitStateLabels[unit.state])}`, `個体の状態(${unitStateLabels[unit.state][1]})では判定できません`], unit);
  const found = await getReturn(ctx, unit.return_id);
  if (found.state !== 'open') await saveReturn(ctx, found, { state: after(found, 'receive') });
  await saveReturnUnit(ctx, unit, { state, disposition: row.disposition, dispositioned_at: ctx.now });
  const move = await moveAway(ctx, unit, row);
  const posted = await ctx.db
    .updateTable('dispositions')
    .set({ state: 'posted', posted_at: ctx.now, move_id: move.id, version: row.version + 1, ...approved })
    .where('id', '=', row.id)
    .where('state', '=', 'requested')
    .returningAll()
    .executeTakeFirst();
  if (posted === undefined) throw wrongState(['This was decided already', '既に判定済みです'], unit.return_id);
  if (row.disposition === 'return_to_customer') await shipBack(ctx, unit, move);
  // In our stock it is nobody's: the next customer's portal must not find it under the last one.
  if (row.disposition === 'restock') await updateUnit(ctx, unit.unit_id, { customer_id: null, site_id: null, own_warranty_ends_on: null });
  await remember(ctx, {
    action: 'disposition.posted',
    record_kind: 'return_unit',
    record_id: unit.id,
    reason: row.reason,
    change: { disposition: row.disposition, disposition_id: row.id, move_id: move.id, to: move.to_location },
  });
  return posted;
}

/** Takes a posted decision back by a reversing entry: the unit is on the bench again. */
export async function reverseDisposition(ctx: Ctx, id: string, reason: string, expected?: number): Promise<DispositionRow> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const row = await getDisposition(ctx, id);
    refuseStale(row, expected);
    const unit = await getReturnUnit(ctx, row.return_unit_id);
    const state = nextUnitState(unit.state, 'reverse');
    if (row.state !== 'posted' || row.move_id === null || state === null)
      throw wrongUnit(
        [`The disposition is ${inSentence(decisionLabels[row.state])} and the unit ${inSentence(unitStateLabels[unit.state])}`, 'この処置判定は取り消せません'],
        unit,
      );
    const reversal = await reverseMove(ctx, row.move_id, reason);
    await cancelShipBack(ctx, unit, reason);
    if (row.disposition === 'restock') await giveBack(ctx, unit);
    // A unit that never came in goes back to being expected; every other is on the bench again.
    await saveReturnUnit(ctx, unit, { state: unit.received_at === null ? 'expected' : state, disposition: null, dispositioned_at: null });
    const reversed = await ctx.db
      .updateTable('dispositions')
      .set({ state: 'reversed', reversed_at: ctx.now, reversal_id: reversal.id, reversal_reason: reason, version: row.version + 1 })
      .where('id', '=', id)
      .where('state', '=', 'posted')
      .returningAll()
      .executeTakeFirstOrThrow();
    await remember(ctx, {
      action: 'disposition.reversed',
      record_kind: 'return_unit',
      record_id: unit.id,
      reason,
      change: { disposition: row.disposition, disposition_id: id, reversal_id: reversal.id },
    });
    return reversed;
  });
}

export async function getDisposition(ctx: Ctx, id: string): Promise<DispositionRow> {
  const row = await ctx.db.selectFrom('dispositions').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Disposition', '処置判定']);
  return row;
}

async function refuseUnlessReady(ctx: Ctx, found: ReturnRow, unit: ReturnUnitRow, input: DisposeUnit): Promise<void> {
  if (input.override_reason !== undefined && !may(ctx.actor, 'inspection:override'))
    throw new Problem('forbidden', ['Only quality may override', '品質管理の承認権限が必要です']);
  if (input.disposition === 'not_returned' && found.type !== 'no_return_needed')
    throw wrongState(['Write the unit off instead: that needs a second person', '未返却処理(別担当者の承認が必要)を行ってください'], found.id);
  const running = await ctx.db.selectFrom('inspections').select('id').where('return_unit_id', '=', unit.id).where('state', '=', 'running').executeTakeFirst();
  if (running !== undefined)
    throw new Problem('conflict', ['An inspection of this unit is still running', '検証が終了していません'], { blocking: `/api/v1/inspections/${running.id}` });
  if (nextUnitState(unit.state, 'dispose') === null)
    throw wrongUnit([`The unit is ${inSentence(unitStateLabels[unit.state])}`, `個体の状態(${unitStateLabels[unit.state][1]})では判定できません`], unit);
  const refusal = refusalOf({
    disposition: input.disposition,
    type: found.type,
    unit,
    inspection: await findLastInspection(ctx, unit),
    nff_count: await countNoFaultFound(ctx, unit.unit_id),
    overridden: input.override_reason !== undefined,
  });
  if (refusal !== null) throw wrongUnit(refusal, unit);
}

async function writeWish(ctx: Ctx, unit: ReturnUnitRow, input: DisposeUnit): Promise<DispositionRow> {
  const waiting = await ctx.db
    .selectFrom('dispositions')
    .select('id')
    .where('return_unit_id', '=', unit.id)
    .where('state', 'in', ['requested', 'posted'])
    .executeTakeFirst();
  if (waiting !== undefined)
    throw new Problem('conflict', ['A decision for this unit is there already', 'この個体には既に処置判定があります'], {
      blocking: `/api/v1/dispositions/${waiting.id}`,
    });
  const row: DispositionRow = {
    id: newId(ctx.now),
    return_unit_id: unit.id,
    unit_id: unit.unit_id,
    disposition: input.disposition,
    state: 'requested',
    condition: input.disposition === 'restock' ? (input.condition ?? 'verified') : null,
    reason: input.reason ?? null,
    override_reason: input.override_reason ?? null,
    requested_by: ctx.actor.id,
    requested_name: ctx.actor.name,
    requested_at: ctx.now,
    approved_by: null,
    approved_name: null,
    posted_at: null,
    move_id: null,
    reversed_at: null,
    reversal_id: null,
    reversal_reason: null,
    version: 1,
  };
  await ctx.db.insertInto('dispositions').values(row).execute();
  return row;
}

async function moveAway(ctx: Ctx, unit: ReturnUnitRow, row: DispositionRow): Promise<StockMoveRow> {
  const record = await ctx.db.selectFrom('units').select(['id', 'model_id']).where('id', '=', unit.unit_id).executeTakeFirstOrThrow();
  const place = await findPlace(ctx, unit.unit_id);
  await withdrawPromise(ctx, unit.unit_id, 'decided');
  // Given up where it was: it serves nobody from today.
  if (row.disposition === 'not_returned') await endService(ctx, await loadUnit(ctx, unit.unit_id));
  const to = destinationOf(row.disposition, row.condition === 'refurbished' ? 'refurbished' : 'verified', place?.condition ?? 'unverified');
  return moveUnit(ctx, record, to, { cause_kind: 'disposition', cause_id: row.id, reason: row.reason }, 'customer');
}

/** It was no stock of ours after all: whose it was, and what was agreed with them, holds again. */
async function giveBack(ctx: Ctx, unit: ReturnUnitRow): Promise<void> {
  const { customer_id } = await getReturn(ctx, unit.return_id);
  const served = await ctx.db
    .selectFrom('service_intervals')
    .select(['site_id', 'customer_id'])
    .where('unit_id', '=', unit.unit_id)
    .orderBy('from_on', 'desc')
    .executeTakeFirst();
  await updateUnit(ctx, unit.unit_id, {
    customer_id,
    site_id: served !== undefined && served.customer_id === customer_id ? served.site_id : null,
    own_warranty_ends_on: unit.warranty_basis === 'inherited' ? unit.own_warranty_ends_on : null,
  });
}

async function cancelShipBack(ctx: Ctx, unit: ReturnUnitRow, reason: string): Promise<void> {
  await ctx.db
    .updateTable('outbound_legs')
    .set((set) => ({ state: 'cancelled', cancelled_at: ctx.now, cancelled_reason: reason, updated_at: ctx.now, version: set('version', '+', 1) }))
    .where('return_unit_id', '=', unit.id)
    .where('kind', '=', 'same_unit')
    .where('state', '=', 'shipped')
    .execute();
}
