// Reads units with everything that bears on their contribution: service, firmware, returns.

import { groupBy } from '../core/groupBy.ts';
import { dayOf } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import type { CountedUnit } from './spans.ts';

/** The units of `ids` that still stand for themselves; one merged into another contributes nothing. Four queries however many ids. */
export async function listCountedUnits(ctx: Ctx, ids: readonly string[]): Promise<CountedUnit[]> {
  const units = await ctx.db
    .selectFrom('units')
    .select(['id', 'model_id', 'hw_rev', 'batch_id', 'firmware_id'])
    .where('id', 'in', ids)
    .where('merged_into_id', 'is', null)
    .execute();
  const served = await ctx.db
    .selectFrom('service_intervals')
    .leftJoin('sites', 'sites.id', 'service_intervals.site_id')
    .select(['unit_id', 'from_on', 'to_on', 'site_id', 'sites.kind as site_kind'])
    .where('unit_id', 'in', ids)
    .execute();
  const firmwares = await ctx.db.selectFrom('firmware_intervals').select(['unit_id', 'from_on', 'to_on', 'firmware_id']).where('unit_id', 'in', ids).execute();
  const returned = await ctx.db
    .selectFrom('return_units')
    .select(['unit_id', 'id', 'state', 'failed_on', 'returned_on', 'received_at', 'verdict', 'failure_mode_id', 'component_id'])
    .where('unit_id', 'in', ids)
    .execute();
  const servedBy = groupBy(served, (row) => row.unit_id);
  const firmwaresBy = groupBy(firmwares, (row) => row.unit_id);
  const returnedBy = groupBy(returned, (row) => row.unit_id);
  return units.map((unit) => ({
    ...unit,
    served: servedBy.get(unit.id) ?? [],
    firmwares: firmwaresBy.get(unit.id) ?? [],
    returned: (returnedBy.get(unit.id) ?? []).map((row) => ({ ...row, received_on: row.received_at === null ? null : dayOf(row.received_at, ctx.zone) })),
  }));
}
