// A scan was a mistake: the unit goes back to where it was by a reversing entry, as long as nothing else happened to it.
import { allow, staffOnly } from '../core/actor.ts';
import { inSentence } from '../core/words.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { findPlace } from '../ledger/move.ts';
import { reverseMove } from '../stock/reverse.ts';
import { nextReturnState, nextUnitState } from './lifecycle.ts';
import { getReturn, getReturnUnit, listLegs, listReturnUnits, saveReturn, saveReturnUnit, wrongUnit } from './load.ts';
import type { ReturnRow, ReturnUnitRow } from './table.ts';
import { unitStateLabels } from './words.ts';

/** Takes a receipt back. An expected unit is expected again; an unexpected one is cancelled, with the return the scan opened for it. */
export async function undoReceipt(ctx: Ctx, return_unit_id: string, reason: string, expected?: number): Promise<ReturnUnitRow> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const unit = await getReturnUnit(ctx, return_unit_id, expected);
    const found = await getReturn(ctx, unit.return_id);
    const before = nextUnitState(unit.state, 'undo');
    const place = await findPlace(ctx, unit.unit_id);
    const arrival =
      place === undefined
        ? undefined
        : await ctx.db.selectFrom('stock_moves').select(['id', 'cause_id', 'to_location']).where('id', '=', place.move_id).executeTakeFirst();
    if (before === null)
      throw wrongUnit(
        [
          `The unit is ${inSentence(unitStateLabels[unit.state])}: its receipt cannot be taken back`,
          `個体の状態(${unitStateLabels[unit.state][1]})では受領を取り消せません`,
        ],
        unit,
      );
    if (arrival?.cause_id !== unit.id || arrival.to_location === 'bench')
      throw wrongUnit(['The unit has moved on since: its receipt cannot be taken back', '個体はその後移動しているため、受領を取り消せません'], unit);
    const state = unit.unexpected_at === null ? before : 'cancelled';
    const saved = await saveReturnUnit(ctx, unit, { state, received_at: null, received_by: null, returned_on: null });
    // After the receipt is gone: a unit that had come from good stock may only then go back there.
    await reverseMove(ctx, arrival.id, reason);
    await callOffScanned(ctx, found);
    await remember(ctx, { action: 'return_unit.receipt_reversed', record_kind: 'return_unit', record_id: unit.id, reason });
    return saved;
  });
}

/** A return that only the scan had opened is called off with its last unit, unless something was shipped for it. */
export async function callOffScanned(ctx: Ctx, found: ReturnRow): Promise<void> {
  const state = nextReturnState(found.state, 'cancel');
  if (found.origin !== 'scan' || state === null) return;
  const [units, legs] = [await listReturnUnits(ctx, found.id), await listLegs(ctx, found.id)];
  if (units.every((unit) => unit.state === 'cancelled') && legs.every((leg) => leg.state === 'cancelled')) await saveReturn(ctx, found, { state });
}
