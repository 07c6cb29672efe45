// A delivered replacement takes the place of the unit it replaces: site, customer, and the end of the warranty, which it inherits.
import { type Ctx, today } from '../db/ctx.ts';
import { startService } from '../unit/service.ts';
import { swapUnit } from '../unit/swapUnit.ts';
import type { UnitRow } from '../unit/table.ts';
import { updateUnit } from '../unit/updateUnit.ts';
import { getReturn, getReturnUnit } from './load.ts';
import { findWarranty } from './newUnit.ts';
import type { OutboundLegRow } from './table.ts';

/** The very unit is back at its site: it serves there again from today, installed as before. */
export async function resumeService(ctx: Ctx, unit: UnitRow): Promise<void> {
  const last = await ctx.db.selectFrom('service_intervals').selectAll().where('unit_id', '=', unit.id).orderBy('from_on', 'desc').executeTakeFirst();
  if (last === undefined || last.to_on === null || last.site_id !== unit.site_id || last.customer_id !== unit.customer_id) return;
  const { mounting, power, network } = last;
  await startService(ctx, unit.id, { from_on: today(ctx), mounting, power, network });
}

/** Links both units, or, when one of them is linked to a third already, only hands over customer and warranty. */
export async function installReplacement(ctx: Ctx, leg: OutboundLegRow, replacement: UnitRow): Promise<void> {
  const found = await getReturn(ctx, leg.return_id);
  if (leg.return_unit_id === null) {
    await updateUnit(ctx, replacement.id, { customer_id: found.customer_id, delivered_on: today(ctx) });
    return;
  }
  const replaced = await ctx.db
    .selectFrom('units')
    .selectAll()
    .where('id', '=', (await getReturnUnit(ctx, leg.return_unit_id)).unit_id)
    .executeTakeFirstOrThrow();
  const successor = await ctx.db.selectFrom('units').select('id').where('predecessor_id', '=', replaced.id).executeTakeFirst();
  if (successor === undefined && replacement.predecessor_id === null && replaced.id !== replacement.id) {
    await swapUnit(ctx, replaced.id, { replacement_id: replacement.id, new_warranty: 'inherit' });
    return;
  }
  const { own_ends_on } = await findWarranty(ctx, replaced);
  await updateUnit(ctx, replacement.id, {
    customer_id: replaced.customer_id ?? found.customer_id,
    site_id: replaced.customer_id === null ? null : replaced.site_id,
    own_warranty_ends_on: own_ends_on,
  });
}
