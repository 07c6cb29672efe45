// Numbers people quote to makers and to each other: INV-2026-0001, CLM-2026-0001.
import type { Ctx } from '../db/ctx.ts';
import { today } from '../db/ctx.ts';

/** The next number of a series in the business year: `CLM-2026-0001`. Inside a transaction; the counter row makes two at once wait, not collide. */
export async function nextNumber(ctx: Ctx, prefix: string): Promise<string> {
  const series = `${prefix}-${today(ctx).slice(0, 4)}`;
  const { last_no } = await ctx.db
    .insertInto('record_numbers')
    .values({ series, last_no: 1 })
    .onConflict((conflict) => conflict.column('series').doUpdateSet((set) => ({ last_no: set('record_numbers.last_no', '+', 1) })))
    .returning('last_no')
    .executeTakeFirstOrThrow();
  return `${series}-${String(last_no).padStart(4, '0')}`;
}
