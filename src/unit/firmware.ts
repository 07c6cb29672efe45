// Which firmware a unit runs, as half-open days: a change ends one interval and begins the next.

import { mentionFirmwares } from '../catalog/mention.ts';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import type { Day } from '../core/time.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { loadUnit, saveUnit } from './save.ts';
import type { UnitRow } from './table.ts';

/**
 * Says that the unit runs `firmware` since `from_on` (today by default). The same firmware again changes nothing. Throws `conflict` for a day before the
 * current firmware began: late news from a device is for its caller to drop.
 */
export async function changeFirmware(
  ctx: Ctx,
  unit_id: string,
  input: { readonly firmware: string; readonly from_on?: Day | undefined },
  expected?: number,
): Promise<UnitRow> {
  allow(ctx, 'unit:write');
  return transaction(ctx, async (ctx) => {
    const unit = await loadUnit(ctx, unit_id, expected);
    const firmware_id = (await mentionFirmwares(ctx, [{ model_id: unit.model_id, code: input.firmware }])).get(`${unit.model_id}/${input.firmware}`) ?? null;
    if (firmware_id === null || firmware_id === unit.firmware_id) return unit;
    const from_on = input.from_on ?? today(ctx);
    await beginFirmware(ctx, unit_id, firmware_id, from_on);
    return saveUnit(ctx, unit, { firmware_id }, { action: 'unit.firmware_changed', more: { from_on: [null, from_on] } });
  });
}

/** Ends the open firmware interval and begins the next, inside an open transaction. */
export async function beginFirmware(ctx: Ctx, unit_id: string, firmware_id: string, from_on: Day): Promise<void> {
  const open = await ctx.db.selectFrom('firmware_intervals').selectAll().where('unit_id', '=', unit_id).where('to_on', 'is', null).executeTakeFirst();
  if (open !== undefined && from_on < open.from_on) {
    throw new Problem('conflict', [`The current firmware began on ${open.from_on}`, `現在のファームウェアの開始日は ${open.from_on} です`], {
      errors: [{ path: 'from_on', message: [`Not before ${open.from_on}`, `${open.from_on} 以降の日付にしてください`] }],
    });
  }
  if (open !== undefined) await ctx.db.updateTable('firmware_intervals').set({ to_on: from_on }).where('id', '=', open.id).execute();
  await ctx.db
    .insertInto('firmware_intervals')
    .values({ id: newId(ctx.now), unit_id, firmware_id, from_on, to_on: null, created_at: ctx.now })
    .execute();
}
