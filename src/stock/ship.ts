// What was promised by hand leaves the house: a unit, or a quantity of a spare without serials, at once or in parts. Shipments of returns leave there.
import { allow, staffOnly } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { type Location, moveUnit, postMove } from '../ledger/move.ts';
import { unserialisedOn } from './free.ts';
import type { ShipReservation } from './inputs.ts';
import { getReservation, keepInPart, unshipped } from './reserve.ts';
import { goodConditions } from './rules.ts';
import type { StockReservationRow } from './table.ts';

/** The goods are moved and the promise is kept, or so much of it as leaves. Throws `conflict` when it has ended, or naming the shipment of the return it was made for. */
export async function shipReservation(ctx: Ctx, id: string, { location = 'in_transit', ...input }: ShipReservation): Promise<StockReservationRow> {
  allow(ctx, 'stock:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const promise = await getReservation(ctx, id);
    await refuseForReturn(ctx, promise);
    const { unit_id, model_id } = promise;
    const { quantity = unshipped(promise), reason = null } = input;
    const kept = await keepInPart(ctx, id, quantity, reason, { unit_id, model_id, quantity, location });
    await leave(ctx, { ...promise, quantity }, location, reason);
    return kept;
  });
}

async function refuseForReturn(ctx: Ctx, promise: StockReservationRow): Promise<void> {
  if (promise.cause_kind !== 'outbound') return;
  const leg = await ctx.db
    .selectFrom('outbound_legs')
    .select(['id', 'return_id'])
    .where('id', '=', promise.cause_id ?? '')
    .executeTakeFirstOrThrow();
  throw new Problem('conflict', ['This is promised to a return: ship it there', '返品案件に引き当てられています。返品案件から出荷してください'], {
    blocking: `/api/v1/returns/${leg.return_id}/outbound/${leg.id}`,
  });
}

async function leave(ctx: Ctx, { id, unit_id, model_id, quantity }: StockReservationRow, location: Location, reason: string | null): Promise<void> {
  const cause = { cause_kind: 'reservation', cause_id: id, reason };
  if (unit_id !== null) {
    const { condition } = await ctx.db.selectFrom('unit_places').select('condition').where('unit_id', '=', unit_id).executeTakeFirstOrThrow();
    await moveUnit(ctx, { id: unit_id, model_id }, { location, condition }, cause);
    return;
  }
  for (const { condition, taken } of await shelvesFor(ctx, model_id, quantity))
    await postMove(ctx, { unit_id: null, model_id, quantity: taken, from: { location: 'good_stock', condition }, to: { location, condition }, ...cause });
}

/** From which shelves the spares are taken: those that were used before go before new ones. */
async function shelvesFor(ctx: Ctx, model_id: string, quantity: number) {
  const shelves = [];
  let missing = quantity;
  for (const condition of [...goodConditions].sort((a, b) => Number(a === 'new') - Number(b === 'new'))) {
    const taken = Math.min(missing, await unserialisedOn(ctx, model_id, { location: 'good_stock', condition }));
    if (taken > 0) shelves.push({ condition, taken });
    missing -= Math.max(taken, 0);
  }
  if (missing > 0)
    throw new Problem('conflict', ['Not that many lie on the shelf', '棚の数量が足りません'], { blocking: `/api/v1/stock/levels?model_id=${model_id}` });
  return shelves;
}
