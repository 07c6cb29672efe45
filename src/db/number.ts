// Numbers people read out on the telephone: RMA-2026-00001, PO-2026-00001.
import { type Ctx, today } from './ctx.ts';

/** The next number of the kind this year. Two at once wait for each other, so none is given twice. Call it inside the transaction that uses it. */
export async function nextNumber(ctx: Ctx, kind: string): Promise<string> {
  const [number] = await nextNumbers(ctx, kind, 1);
  if (number === undefined) throw new Error('one number was asked for and none given');
  return number;
}

/** As many numbers at once, for imports. */
export async function nextNumbers(ctx: Ctx, kind: string, count: number): Promise<string[]> {
  const year = Number(today(ctx).slice(0, 4));
  const { last_no } = await ctx.db
    .insertInto('document_numbers')
    .values({ kind, year, last_no: count })
    .onConflict((conflict) => conflict.columns(['kind', 'year']).doUpdateSet((set) => ({ last_no: set('document_numbers.last_no', '+', count) })))
    .returning('last_no')
    .executeTakeFirstOrThrow();
  return Array.from({ length: count }, (_, i) => `${kind}-${year}-${String(last_no - count + i + 1).padStart(5, '0')}`);
}
