// A cohort named by codes, as people write it, to the ids a hold is kept by.

import { getModelOf, type ModelRef } from '../catalog/resolve.ts';
import { invalid } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import type { HeldCohort } from './hold.ts';

interface NamedCohort extends ModelRef {
  readonly hw_rev?: string | null | undefined;
  readonly batch_id?: string | null | undefined;
  readonly batch_code?: string | null | undefined;
  readonly firmware_id?: string | null | undefined;
  readonly firmware?: string | null | undefined;
}

/** Throws `invalid` naming the code that is not one of the model's. */
export async function cohortOf(ctx: Ctx, named: NamedCohort): Promise<HeldCohort> {
  const model = await getModelOf(ctx, named);
  return {
    model_id: model.id,
    hw_rev: named.hw_rev ?? null,
    batch_id: named.batch_id ?? (await idOf(ctx, 'batches', model.id, named.batch_code, 'batch_code')),
    firmware_id: named.firmware_id ?? (await idOf(ctx, 'firmwares', model.id, named.firmware, 'firmware')),
  };
}

async function idOf(ctx: Ctx, table: 'batches' | 'firmwares', model_id: string, code: string | null | undefined, path: string): Promise<string | null> {
  if (code === null || code === undefined) return null;
  const row = await ctx.db.selectFrom(table).select('id').where('model_id', '=', model_id).where('code', '=', code).executeTakeFirst();
  if (row === undefined) throw invalid(path, [`No ${code} of this model`, `この機種に ${code} はありません`]);
  return row.id;
}
