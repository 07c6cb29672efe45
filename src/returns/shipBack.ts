// The unit itself goes back to the customer: a shipment like any other, already on its way.
import { newId } from '../core/id.ts';
import type { Ctx } from '../db/ctx.ts';
import type { StockMoveRow } from '../ledger/table.ts';
import type { OutboundLegRow, ReturnUnitRow } from './table.ts';

/** Writes the shipment of a unit that `move` sent on its way back, inside the open transaction. */
export async function shipBack(ctx: Ctx, unit: ReturnUnitRow, move: StockMoveRow): Promise<OutboundLegRow> {
  const leg: OutboundLegRow = {
    id: newId(ctx.now),
    return_id: unit.return_id,
    return_unit_id: unit.id,
    partner_id: unit.partner_id,
    kind: 'same_unit',
    state: 'shipped',
    model_id: move.model_id,
    unit_id: unit.unit_id,
    reservation_id: null,
    carrier: null,
    tracking_no: null,
    reserved_at: null,
    shipped_at: ctx.now,
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
