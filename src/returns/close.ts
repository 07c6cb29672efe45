// A return is closed: every unit decided, every shipment ended.
import { allow, staffOnly } from '../core/actor.ts';
import { inSentence } from '../core/words.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { after } from './authorise.ts';
import { isEndedLeg, nextUnitState } from './lifecycle.ts';
import { getReturn, listLegs, listReturnUnits, saveReturn, saveReturnUnit, wrongLeg, wrongUnit } from './load.ts';
import type { ReturnRow } from './table.ts';
import { legStateLabels, unitStateLabels } from './words.ts';

/** Closes the return and resolves its units. Throws `conflict` while a unit or a shipment is open. */
export async function closeReturn(ctx: Ctx, id: string, reason?: string, expected?: number): Promise<ReturnRow> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const found = await getReturn(ctx, id, expected);
    const state = after(found, 'close');
    await refuseOpenShipments(ctx, found);
    for (const unit of await listReturnUnits(ctx, id)) {
      if (unit.state === 'resolved' || unit.state === 'written_off' || unit.state === 'cancelled') continue;
      const resolved = nextUnitState(unit.state, 'resolve');
      if (resolved === null)
        throw wrongUnit(
          [`A unit of ${found.number} is still ${inSentence(unitStateLabels[unit.state])}`, `未処置の個体があります(${unitStateLabels[unit.state][1]})`],
          unit,
        );
      await saveReturnUnit(ctx, unit, { state: resolved, resolved_at: ctx.now });
    }
    const saved = await saveReturn(ctx, found, { state, closed_at: ctx.now });
    await remember(ctx, { action: 'return.closed', record_kind: 'return', record_id: id, reason: reason ?? null });
    return saved;
  });
}

async function refuseOpenShipments(ctx: Ctx, found: ReturnRow): Promise<void> {
  const open = (await listLegs(ctx, found.id)).find((leg) => !isEndedLeg(leg.state));
  if (open !== undefined)
    throw wrongLeg(
      [`A shipment of ${found.number} is still ${inSentence(legStateLabels[open.state])}`, `完了していない出荷があります(${legStateLabels[open.state][1]})`],
      open,
    );
}
