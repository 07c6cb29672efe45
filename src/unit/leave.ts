// A unit of the shelf is about to be somewhere else after all. Somebody may have been promised it, or quality may hold it: they are asked first.
import { sql } from 'kysely';
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { findPlace, type Location } from '../ledger/move.ts';
import type { UnitRow } from './table.ts';

/** Throws `conflict` naming the promise, or the hold when the unit would leave the house. A unit that is not in good stock is nobody's. */
export async function refuseTaken(ctx: Ctx, unit: Pick<UnitRow, 'id' | 'serial' | 'model_id'>, to: Location): Promise<void> {
  if ((await findPlace(ctx, unit.id))?.location !== 'good_stock' || to === 'good_stock') return;
  const promise = await ctx.db.selectFrom('stock_reservations').select('id').where('unit_id', '=', unit.id).where('state', '=', 'active').executeTakeFirst();
  if (promise !== undefined)
    throw new Problem('conflict', [`Unit ${unit.serial} is reserved: release it first`, `個体 ${unit.serial} は引当済みです。先に引当を解除してください`], {
      blocking: `/api/v1/stock/reservations/${promise.id}`,
    });
  const hold = to === 'customer' || to === 'in_transit' ? await findHold(ctx, unit.id) : undefined;
  if (hold !== undefined)
    throw new Problem(
      'conflict',
      [`Unit ${unit.serial} is held from shipping: release the hold first`, `個体 ${unit.serial} は出荷停止中です。先に出荷停止を解除してください`],
      { blocking: `/api/v1/stock/holds/${hold.id}` },
    );
}

/** The oldest active hold on a cohort the unit belongs to. */
export async function findHold(ctx: Ctx, unit_id: string): Promise<{ id: string } | undefined> {
  const { rows } = await sql<{ id: string }>`
    select h.id from stock_holds h join units u on u.model_id = h.model_id where u.id = ${unit_id} and h.state = 'active'
      and (h.hw_rev is null or h.hw_rev = u.hw_rev) and (h.batch_id is null or h.batch_id = u.batch_id)
      and (h.firmware_id is null or h.firmware_id = u.firmware_id) order by h.id limit 1`.execute(ctx.db);
  return rows[0];
}
