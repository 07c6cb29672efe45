// What leaves the house for a return: asked for, promised from stock, shipped, delivered. Independent of what comes in.
import { getModelOf } from '../catalog/resolve.ts';
import { allow, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid } from '../core/problem.ts';
import { dayOf } from '../core/time.ts';
import { inSentence, type Locale, speak } from '../core/words.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { findPlace, moveUnit } from '../ledger/move.ts';
import { reasonWords } from '../stock/reasons.ts';
import { endReservation, getReservation, reserveStock } from '../stock/reserve.ts';
import { reservationLabels } from '../stock/words.ts';
import type { UnitRow } from '../unit/table.ts';
import { releaseLegReservation } from './authorise.ts';
import type { RequestOutbound, ReserveOutbound, ShipOutbound } from './inputs.ts';
import { installReplacement, resumeService } from './install.ts';
import { type LegEvent, nextLegState } from './lifecycle.ts';
import { getLeg, getReturn, getReturnUnit, saveLeg, saveReturnUnit, wrongLeg, wrongState } from './load.ts';
import { resolveDecided } from './newUnit.ts';
import { expectedBy } from './overdue.ts';
import type { OutboundLegRow, ReturnRow, ReturnUnitRow } from './table.ts';
import { legStateLabels, returnStateLabels } from './words.ts';

/** Asks for a replacement and reserves it at once unless told not to. Throws `conflict` when there is none in stock. */
export async function requestOutbound(ctx: Ctx, return_id: string, input: RequestOutbound, expected?: number): Promise<OutboundLegRow> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const found = await getReturn(ctx, return_id, expected);
    refuseUnlessRunning(found);
    const leg = await writeLeg(ctx, found, input);
    await remember(ctx, {
      action: 'outbound.requested',
      record_kind: 'return',
      record_id: found.id,
      change: { outbound_id: leg.id, model_id: leg.model_id, return_unit_id: leg.return_unit_id },
    });
    return input.reserve === false ? leg : reserveOutbound(ctx, leg.id, { unit_id: input.unit_id, allow_substitute: input.allow_substitute });
  });
}

/** Promises a unit from good stock to a shipment that waits, or anew when a hold took the former one back. */
export async function reserveOutbound(ctx: Ctx, leg_id: string, input: ReserveOutbound, expected?: number): Promise<OutboundLegRow> {
  allow(ctx, 'return:write');
  return transaction(ctx, async (ctx) => {
    const leg = await getLeg(ctx, leg_id, expected);
    const state = legAfter(leg, 'reserve');
    refuseUnlessRunning(await getReturn(ctx, leg.return_id));
    if (leg.reservation_id !== null && (await getReservation(ctx, leg.reservation_id)).state === 'active')
      throw wrongLeg(['The shipment has its unit already', '既に引当済みです'], leg);
    const model = await getModelOf(ctx, { model_id: leg.model_id });
    const reservation = await reserveStock(ctx, {
      model,
      unit_id: input.unit_id,
      allow_substitute: input.allow_substitute,
      cause_kind: 'outbound',
      cause_id: leg.id,
    });
    if (reservation.unit_id === null) throw wrongState([`${model.code} is not kept by serial number`, `${model.code} は個体管理されていません`], leg.return_id);
    await takeFromForsaken(ctx, leg.id, reservation.unit_id);
    const saved = await saveLeg(ctx, leg, { state, unit_id: reservation.unit_id, reservation_id: reservation.id, reserved_at: ctx.now });
    await remember(ctx, {
      action: 'outbound.reserved',
      record_kind: 'return',
      record_id: leg.return_id,
      change: { outbound_id: leg.id, unit_id: saved.unit_id },
    });
    return saved;
  });
}

/** The unit leaves: the promise is kept, the unit is on its way, and an advance replacement starts its customer's clock. */
export async function shipOutbound(ctx: Ctx, leg_id: string, input: ShipOutbound, expected?: number): Promise<OutboundLegRow> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const leg = await getLeg(ctx, leg_id, expected);
    const state = legAfter(leg, 'ship');
    const found = await getReturn(ctx, leg.return_id);
    refuseUnlessRunning(found);
    const unit = await ctx.db
      .selectFrom('units')
      .selectAll()
      .where('id', '=', leg.unit_id ?? '')
      .executeTakeFirstOrThrow();
    const reservation = await getReservation(ctx, leg.reservation_id ?? '');
    const whyTaken = (locale: Locale): string => reasonWords(reservation.ended_reason, locale) ?? speak(reservationLabels[reservation.state], locale);
    if (reservation.state !== 'active')
      throw wrongLeg(
        [`The promise was taken back (${whyTaken('en')}): reserve again`, `引当が取り消されています(${whyTaken('ja')})。再度引き当ててください`],
        leg,
      );
    await endReservation(ctx, reservation.id, 'fulfilled', null);
    await moveUnit(ctx, unit, { location: 'in_transit', condition: await conditionOf(ctx, unit.id) }, { cause_kind: 'outbound', cause_id: leg.id });
    await resolveDecided(ctx, unit.id, ['in_transit']);
    const saved = await saveLeg(ctx, leg, { state, shipped_at: ctx.now, carrier: input.carrier ?? null, tracking_no: input.tracking_no ?? null });
    if (leg.return_unit_id !== null) await startClock(ctx, found, await getReturnUnit(ctx, leg.return_unit_id));
    await remember(ctx, {
      action: 'outbound.shipped',
      record_kind: 'return',
      record_id: leg.return_id,
      change: { outbound_id: leg.id, unit_id: unit.id, serial: unit.serial, tracking_no: saved.tracking_no },
    });
    return saved;
  });
}

/** The unit is with the customer. */
export async function deliverOutbound(ctx: Ctx, leg_id: string, expected?: number): Promise<OutboundLegRow> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const leg = await getLeg(ctx, leg_id, expected);
    const state = legAfter(leg, 'deliver');
    const unit = await ctx.db
      .selectFrom('units')
      .selectAll()
      .where('id', '=', leg.unit_id ?? '')
      .executeTakeFirstOrThrow();
    // A unit that has come back since stays where it is: only the shipment ends.
    if ((await findPlace(ctx, unit.id))?.location === 'in_transit') await handOver(ctx, leg, unit);
    const saved = await saveLeg(ctx, leg, { state, delivered_at: ctx.now });
    await remember(ctx, { action: 'outbound.delivered', record_kind: 'return', record_id: leg.return_id, change: { outbound_id: leg.id, unit_id: unit.id } });
    return saved;
  });
}

/** Calls a shipment off before it left; what was reserved for it is free again. */
export async function cancelOutbound(ctx: Ctx, leg_id: string, reason: string, expected?: number): Promise<OutboundLegRow> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const leg = await getLeg(ctx, leg_id, expected);
    const state = legAfter(leg, 'cancel');
    await releaseLegReservation(ctx, leg.reservation_id, reason);
    const saved = await saveLeg(ctx, leg, { state, cancelled_at: ctx.now, cancelled_reason: reason });
    await remember(ctx, { action: 'outbound.cancelled', record_kind: 'return', record_id: leg.return_id, reason, change: { outbound_id: leg.id } });
    return saved;
  });
}

/** A shipment whose promise was taken back waits for another unit once this one goes to somebody else. */
async function takeFromForsaken(ctx: Ctx, leg_id: string, unit_id: string): Promise<void> {
  const forsaken = await ctx.db
    .selectFrom('outbound_legs')
    .selectAll()
    .where('unit_id', '=', unit_id)
    .where('state', '=', 'reserved')
    .where('id', '<>', leg_id)
    .executeTakeFirst();
  if (forsaken === undefined) return;
  await saveLeg(ctx, forsaken, { state: legAfter(forsaken, 'unreserve'), unit_id: null, reservation_id: null, reserved_at: null });
  await remember(ctx, { action: 'outbound.unreserved', record_kind: 'return', record_id: forsaken.return_id, change: { outbound_id: forsaken.id, unit_id } });
}

async function handOver(ctx: Ctx, leg: OutboundLegRow, unit: UnitRow): Promise<void> {
  await moveUnit(ctx, unit, { location: 'customer', condition: await conditionOf(ctx, unit.id) }, { cause_kind: 'outbound', cause_id: leg.id });
  await resolveDecided(ctx, unit.id, ['customer']);
  await (leg.kind === 'replacement' ? installReplacement(ctx, leg, unit) : resumeService(ctx, unit));
}

const refuseUnlessRunning = (found: ReturnRow): void => {
  if (found.state !== 'authorised' && found.state !== 'open')
    throw wrongState(
      [`Return ${found.number} is ${inSentence(returnStateLabels[found.state])}`, `返品案件 ${found.number} は承認・対応中ではありません`],
      found.id,
    );
};

function legAfter(leg: OutboundLegRow, event: LegEvent): OutboundLegRow['state'] {
  const state = nextLegState(leg.state, event);
  if (state === null)
    throw wrongLeg([`The shipment is ${inSentence(legStateLabels[leg.state])}`, `出荷の状態(${legStateLabels[leg.state][1]})ではできません`], leg);
  return state;
}

async function writeLeg(ctx: Ctx, found: ReturnRow, input: RequestOutbound): Promise<OutboundLegRow> {
  const units = await ctx.db
    .selectFrom('return_units')
    .innerJoin('units', 'units.id', 'return_units.unit_id')
    .select(['return_units.id', 'units.model_id'])
    .where('return_units.return_id', '=', found.id)
    .where('return_units.state', '<>', 'cancelled')
    .execute();
  const replaced = input.return_unit_id === undefined && units.length === 1 ? units[0] : units.find(({ id }) => id === input.return_unit_id);
  if (input.return_unit_id != null && replaced === undefined)
    throw invalid('return_unit_id', ['Not a unit of this return', 'この返品案件の個体ではありません']);
  const named = input.model_id !== undefined || input.model_code !== undefined;
  const model_id = named ? (await getModelOf(ctx, input)).id : (replaced ?? units[0])?.model_id;
  if (model_id === undefined) throw invalid('model_code', ['Name the model', '機種を指定してください']);
  const leg: OutboundLegRow = {
    id: newId(ctx.now),
    return_id: found.id,
    return_unit_id: replaced?.id ?? null,
    partner_id: found.partner_id,
    kind: 'replacement',
    state: 'requested',
    model_id,
    unit_id: null,
    reservation_id: null,
    carrier: null,
    tracking_no: null,
    reserved_at: null,
    shipped_at: null,
    delivered_at: null,
    cancelled_at: null,
    cancelled_reason: null,
    created_at: ctx.now,
    updated_at: ctx.now,
    version: 1,
  };
  await ctx.db.insertInto('outbound_legs').values(leg).execute();
  return leg;
}

const conditionOf = async (ctx: Ctx, unit_id: string) =>
  (await ctx.db.selectFrom('unit_places').select('condition').where('unit_id', '=', unit_id).executeTakeFirst())?.condition ?? 'verified';

/** An advance replacement has left: from today the old unit is awaited. */
async function startClock(ctx: Ctx, found: ReturnRow, replaced: ReturnUnitRow): Promise<void> {
  if (found.type !== 'advance_replacement' || replaced.state !== 'expected' || replaced.expected_by_on !== null) return;
  await saveReturnUnit(ctx, replaced, { expected_by_on: expectedBy(dayOf(ctx.now, ctx.zone)) });
}
