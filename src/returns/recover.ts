// A unit that was written off arrives after all: the write-off is taken back once, by a reversing entry, and a closed return opens again.
import type { Ctx } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { findPlace } from '../ledger/move.ts';
import { reverseMove } from '../stock/reverse.ts';
import { after } from './authorise.ts';
import { getReturn, saveReturn } from './load.ts';
import type { ReturnRow, ReturnUnitRow } from './table.ts';

/** Reverses the write-off inside the open transaction and gives the return, open again. The unit itself is received by the caller. */
export async function recoverWrittenOff(ctx: Ctx, unit: ReturnUnitRow): Promise<ReturnRow> {
  const found = await getReturn(ctx, unit.return_id);
  const disposition = await ctx.db
    .selectFrom('dispositions')
    .selectAll()
    .where('return_unit_id', '=', unit.id)
    .where('state', '=', 'posted')
    .executeTakeFirst();
  const place = await findPlace(ctx, unit.unit_id);
  const reversal = disposition?.move_id != null && place?.move_id === disposition.move_id ? await reverseMove(ctx, disposition.move_id, 'late_arrival') : null;
  if (disposition !== undefined) {
    await ctx.db
      .updateTable('dispositions')
      .set({
        state: 'reversed',
        reversed_at: ctx.now,
        reversal_id: reversal?.id ?? null,
        reversal_reason: 'late_arrival',
        version: disposition.version + 1,
      })
      .where('id', '=', disposition.id)
      .where('state', '=', 'posted')
      .execute();
  }
  await remember(ctx, { action: 'return_unit.write_off_reversed', record_kind: 'return_unit', record_id: unit.id });
  return found.state === 'closed' ? saveReturn(ctx, found, { state: after(found, 'reopen'), closed_at: null }) : found;
}
