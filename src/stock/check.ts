// The nightly proof that the books are right: every balance is the sum of its moves, every place the end of its last one. What differs is said, never mended in silence.
import type { Ctx } from '../db/ctx.ts';
import { type BalanceDrift, findBalanceDrift, findPlaceDrift } from '../ledger/balance.ts';
import { promisedStill } from './free.ts';

export interface BooksCheck {
  readonly balances: readonly BalanceDrift[];
  readonly places: readonly { readonly unit_id: string }[];
  readonly over_reserved: readonly { readonly model_id: string }[];
}

export async function checkBooks(ctx: Ctx): Promise<BooksCheck> {
  return { balances: await findBalanceDrift(ctx), places: await findPlaceDrift(ctx), over_reserved: await findOverReserved(ctx) };
}

/** For the nightly job: fails, loudly and with what differs, when the books are wrong. */
export async function proveBooks(ctx: Ctx): Promise<string> {
  const check = await checkBooks(ctx);
  if (!booksAreRight(check)) throw new Error(`The stock books differ from their moves: ${JSON.stringify(check)}`);
  return 'the books are right';
}

export const booksAreRight = (check: BooksCheck): boolean => check.balances.length + check.places.length + check.over_reserved.length === 0;

/** Models of which more is promised than is good and on hand: none, ever. */
async function findOverReserved(ctx: Ctx): Promise<{ model_id: string }[]> {
  const promised = await ctx.db
    .selectFrom('stock_reservations')
    .select((of) => ['model_id', of.fn.sum<number>(promisedStill).as('quantity')])
    .where('state', '=', 'active')
    .groupBy('model_id')
    .execute();
  const good = await ctx.db
    .selectFrom('stock_balances')
    .select((of) => ['model_id', of.fn.sum<number>('quantity').as('quantity')])
    .where('location', '=', 'good_stock')
    .where('condition', 'in', ['new', 'verified', 'refurbished'])
    .groupBy('model_id')
    .execute();
  const onHand = new Map(good.map(({ model_id, quantity }) => [model_id, quantity]));
  return promised.filter(({ model_id, quantity }) => quantity > (onHand.get(model_id) ?? 0)).map(({ model_id }) => ({ model_id }));
}
