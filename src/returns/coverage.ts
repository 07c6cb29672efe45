// Who pays for a returned unit, asked again when something about it became known: what the bench found, or which unit it is.
import type { Ctx } from '../db/ctx.ts';
import { getReturn } from './load.ts';
import { findContractEnd, findWarranty } from './newUnit.ts';
import type { ReturnUnitRow } from './table.ts';
import { coverageOf } from './warranty.ts';

/** What to write on the unit; nothing where a person's word stands. */
export async function coverageNow(ctx: Ctx, unit: ReturnUnitRow, verdict: ReturnUnitRow['verdict']): Promise<Partial<ReturnUnitRow>> {
  // Only damage by the customer, which nobody knew of, goes before a person's word. Goodwill was given knowing everything.
  if (unit.coverage === 'goodwill' || (unit.coverage_reason !== null && verdict !== 'customer_damage')) return {};
  const { customer_id, filed_on } = await getReturn(ctx, unit.return_id);
  const record = await ctx.db.selectFrom('units').selectAll().where('id', '=', unit.unit_id).executeTakeFirstOrThrow();
  return coverageOf({
    warranty: await findWarranty(ctx, record),
    filed_on,
    contract: await findContractEnd(ctx, customer_id ?? record.customer_id, filed_on),
    verdict,
  });
}
