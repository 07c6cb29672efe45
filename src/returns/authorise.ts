// A return is accepted, turned down or called off.
import { allow, staffOnly } from '../core/actor.ts';
import { inSentence } from '../core/words.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { endReservation } from '../stock/reserve.ts';
import { nextLegState, nextReturnState, nextUnitState, type ReturnEvent } from './lifecycle.ts';
import { getReturn, listLegs, listReturnUnits, saveLeg, saveReturn, saveReturnUnit, wrongLeg, wrongState, wrongUnit } from './load.ts';
import type { ReturnRow } from './table.ts';
import { returnStateLabels } from './words.ts';

/** Accepts a return: from now on its units may be received and replacements leave. */
export async function authoriseReturn(ctx: Ctx, id: string, reason?: string, expected?: number): Promise<ReturnRow> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const found = await getReturn(ctx, id, expected);
    const saved = await saveReturn(ctx, found, { state: after(found, 'authorise'), authorised_at: ctx.now });
    await remember(ctx, { action: 'return.authorised', record_kind: 'return', record_id: id, reason: reason ?? null });
    return saved;
  });
}

/** Turns a return down before anything moved, with the reason the customer is told. */
export async function rejectReturn(ctx: Ctx, id: string, reason: string, expected?: number): Promise<ReturnRow> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return endReturn(ctx, id, 'reject', reason, expected);
}

/** Calls a return off. Refused once a replacement has left or a unit was received; a mere reservation is released. */
export async function cancelReturn(ctx: Ctx, id: string, reason: string, expected?: number): Promise<ReturnRow> {
  allow(ctx, 'return:write');
  return endReturn(ctx, id, 'cancel', reason, expected);
}

async function endReturn(ctx: Ctx, id: string, event: 'reject' | 'cancel', reason: string, expected?: number): Promise<ReturnRow> {
  return transaction(ctx, async (ctx) => {
    const found = await getReturn(ctx, id, expected);
    const state = after(found, event);
    await callOffUnits(ctx, found);
    await callOffShipments(ctx, found, reason);
    const saved = await saveReturn(ctx, found, { state, ...(event === 'reject' ? { rejected_reason: reason } : {}) });
    await remember(ctx, { action: `return.${state}`, record_kind: 'return', record_id: id, reason });
    return saved;
  });
}

async function callOffUnits(ctx: Ctx, found: ReturnRow): Promise<void> {
  for (const unit of await listReturnUnits(ctx, found.id)) {
    const state = nextUnitState(unit.state, 'cancel');
    if (state === null) throw wrongUnit(['A unit of this return was received already', '受領済みの個体があるため取り消せません'], unit);
    await saveReturnUnit(ctx, unit, { state });
  }
}

async function callOffShipments(ctx: Ctx, found: ReturnRow, reason: string): Promise<void> {
  for (const leg of await listLegs(ctx, found.id)) {
    if (leg.state === 'cancelled') continue;
    const state = nextLegState(leg.state, 'cancel');
    if (state === null) throw wrongLeg(['A replacement has been shipped already', '代替品が出荷済みのため取り消せません'], leg);
    await releaseLegReservation(ctx, leg.reservation_id, reason);
    await saveLeg(ctx, leg, { state, cancelled_at: ctx.now, cancelled_reason: reason });
  }
}

/** Gives back what a shipment had reserved, unless a hold did so already. */
export async function releaseLegReservation(ctx: Ctx, reservation_id: string | null, reason: string): Promise<void> {
  if (reservation_id === null) return;
  const active = await ctx.db.selectFrom('stock_reservations').select('id').where('id', '=', reservation_id).where('state', '=', 'active').executeTakeFirst();
  if (active !== undefined) await endReservation(ctx, reservation_id, 'released', reason);
}

/** The state after the event; throws `conflict` when it may not happen now. */
export function after(found: ReturnRow, event: ReturnEvent): ReturnRow['state'] {
  const state = nextReturnState(found.state, event);
  if (state === null)
    throw wrongState(
      [
        `Return ${found.number} is ${inSentence(returnStateLabels[found.state])}`,
        `返品案件 ${found.number} の状態(${returnStateLabels[found.state][1]})ではできません`,
      ],
      found.id,
    );
  return state;
}
