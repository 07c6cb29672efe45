// A store with something of everything: for tests that look at all pages.
import type { Store } from '../../src/db/open.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { receiveUnit } from '../../src/returns/receive.ts';
import { cast, fielded, stocked } from '../returns/cast.ts';
import { testCtx } from './eachDb.ts';

/** Fills the store through the verbs of the product, as of `now`. */
export async function fullStore(store: Store, now: number): Promise<void> {
  const ctx = testCtx(store, { now });
  await cast(ctx);
  const units = [await fielded(ctx), await fielded(ctx), await fielded(ctx)];
  await stocked(ctx);
  const filed = await fileReturn(ctx, { type: 'return_first', authorised: true, units: units.slice(0, 2).map(({ serial }) => ({ serial })) });
  await receiveUnit(ctx, { scan: units[0]?.serial ?? '', return_id: filed.id });
}
