// Stopping the second victim: suspected cohorts are held. What was promised of them is in displaced.

import type { Cohort } from '../claim/cohort.ts';
import { allow } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { placeHold } from '../stock/hold.ts';
import type { StockHoldRow } from '../stock/table.ts';
import { loadOpenInvestigation } from './load.ts';

/** Holds the given cohorts, or all that are suspected. The stock verb releases what was promised of them; see displaced. */
export async function holdSuspects(
  ctx: Ctx,
  id: string,
  { cohorts, reason }: { cohorts?: readonly Cohort[] | undefined; reason: string },
): Promise<StockHoldRow[]> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const investigation = await loadOpenInvestigation(ctx, id);
    const suspects =
      cohorts ??
      (await ctx.db
        .selectFrom('investigation_cohorts')
        .select(['model_id', 'hw_rev', 'batch_id', 'firmware_id'])
        .where('investigation_id', '=', id)
        .orderBy('id')
        .execute());
    if (suspects.length === 0)
      throw new Problem('conflict', ['No cohort is under suspicion yet', '対象群がまだ登録されていません'], { blocking: `/api/v1/investigations/${id}` });
    const holds: StockHoldRow[] = [];
    for (const cohort of suspects)
      holds.push(await placeHold(ctx, cohort, { reason: `${investigation.number}: ${reason}`, cause_kind: 'investigation', cause_id: id }));
    await remember(ctx, {
      action: 'investigation.stock_held',
      record_kind: 'investigation',
      record_id: id,
      reason,
      change: { holds: holds.map((hold) => hold.id) },
    });
    return holds;
  });
}

export const listHolds = (ctx: Ctx, id: string) =>
  ctx.db
    .selectFrom('stock_holds')
    .innerJoin('models', 'models.id', 'stock_holds.model_id')
    .leftJoin('batches', 'batches.id', 'stock_holds.batch_id')
    .leftJoin('firmwares', 'firmwares.id', 'stock_holds.firmware_id')
    .selectAll('stock_holds')
    .select(['models.code as model_code', 'batches.code as batch_code', 'firmwares.code as firmware_code'])
    .where('stock_holds.cause_kind', '=', 'investigation')
    .where('stock_holds.cause_id', '=', id)
    .orderBy('stock_holds.id')
    .execute();
