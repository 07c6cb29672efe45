// Goods of a purchase order come onto the shelf.
import { identifierKey } from '../core/identifier.ts';
import { invalid } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { moveUnit, postMove } from '../ledger/move.ts';
import { createUnit } from '../unit/createUnit.ts';
import { NewUnit } from '../unit/inputs.ts';
import { isArrivalHeld } from './free.ts';
import type { ReceiveOrder } from './inputs.ts';
import type { PurchaseOrderLineRow, PurchaseOrderRow } from './table.ts';

/** Onto the shelf; what belongs to a held cohort goes to quarantine instead. */
export async function bringIn(ctx: Ctx, order: PurchaseOrderRow, line: PurchaseOrderLineRow, input: ReceiveOrder): Promise<void> {
  const { batch_code, hw_rev, firmware } = input;
  const held = await isArrivalHeld(ctx, { model_id: line.model_id, batch_code, hw_rev, firmware });
  const to = held ? ({ location: 'quarantine', condition: 'unverified' } as const) : ({ location: 'good_stock', condition: 'new' } as const);
  if (input.serials === undefined) {
    await postMove(ctx, {
      unit_id: null,
      model_id: line.model_id,
      quantity: input.quantity ?? 0,
      from: { location: 'supplier', condition: 'new' },
      to,
      cause_kind: 'purchase_order',
      cause_id: order.id,
    });
    return;
  }
  for (const [i, serial] of input.serials.entries()) {
    const unit = NewUnit.safeParse({
      model_id: line.model_id,
      serial,
      batch_code,
      hw_rev,
      firmware,
      ...to,
    });
    if (!unit.success) throw invalid(`serials.${i}`, ['Not a serial number', 'シリアル番号として読み取れません']);
    const cause = { cause_kind: 'purchase_order', cause_id: order.id };
    const again = await findAtSupplier(ctx, line.model_id, serial);
    if (again === undefined) await createUnit(ctx, unit.data, cause);
    else await moveUnit(ctx, again, to, cause);
  }
}

/** A unit that had been sent back to the supplier and is delivered again. */
const findAtSupplier = (ctx: Ctx, model_id: string, serial: string): Promise<{ id: string; model_id: string } | undefined> =>
  ctx.db
    .selectFrom('units')
    .innerJoin('unit_places', 'unit_places.unit_id', 'units.id')
    .select(['units.id', 'units.model_id'])
    .where('units.model_id', '=', model_id)
    .where('units.serial_key', '=', identifierKey(serial))
    .where('units.merged_into_id', 'is', null)
    .where('units.removed_at', 'is', null)
    .where('unit_places.location', '=', 'supplier')
    .executeTakeFirst();
