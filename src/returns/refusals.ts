// What is known of a unit when it is decided for, and which decisions that rules out.
import type { Bilingual } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { dispositions, refusalOf } from './disposition.ts';
import type { ReturnRow, ReturnUnitRow } from './table.ts';

/** Of each disposition that may not be posted now: why. `overridden` as if quality had given its word. */
export async function refusalsOf(ctx: Ctx, unit: ReturnUnitRow & Pick<ReturnRow, 'type'>, overridden: boolean): Promise<Map<string, Bilingual>> {
  const known = { type: unit.type, unit, inspection: await findLastInspection(ctx, unit), nff_count: await countNoFaultFound(ctx, unit.unit_id), overridden };
  const refusals = new Map<string, Bilingual>();
  for (const disposition of dispositions) {
    const refusal = refusalOf({ ...known, disposition });
    if (refusal !== null) refusals.set(disposition, refusal);
  }
  return refusals;
}

/** The last finished inspection since the unit was received. */
export const findLastInspection = async (ctx: Ctx, unit: ReturnUnitRow) =>
  (await ctx.db
    .selectFrom('inspections')
    .select(['result'])
    .where('return_unit_id', '=', unit.id)
    .where('state', '=', 'done')
    .where('finished_at', '>=', unit.received_at ?? 0)
    .orderBy('finished_at', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirst()) ?? null;

/** How often nothing was found on this unit, over all its returns. */
export async function countNoFaultFound(ctx: Ctx, unit_id: string): Promise<number> {
  const { times } = await ctx.db
    .selectFrom('return_units')
    .select((of) => of.fn.countAll<number>().as('times'))
    .where('unit_id', '=', unit_id)
    .where('verdict', '=', 'no_fault_found')
    .executeTakeFirstOrThrow();
  return times;
}
