// A small catalogue to hang units on.
import { createBatch, createCustomer, createMaker, createModel, createPartner, createSite } from '../../src/catalog/write.ts';
import type { Ctx } from '../../src/db/ctx.ts';

/** Maker AKARI with models X-100 (12 months of own warranty, batch B1) and X-200; partner OURS with customer C1 and its site S1; customer C2 and its site S2. */
export async function smallCatalog(ctx: Ctx) {
  const maker = await createMaker(ctx, { code: 'AKARI', name: 'Akari Optics' });
  const model = await createModel(ctx, { maker_code: 'AKARI', code: 'X-100', name: 'X 100', own_warranty_months: 12 });
  const other = await createModel(ctx, { maker_code: 'AKARI', code: 'X-200', name: 'X 200' });
  const batch = await createBatch(ctx, { model_code: 'X-100', code: 'B1', made_on: '2025-06-01' });
  const partner = await createPartner(ctx, { code: 'OURS', name: 'Ours' });
  const customer = await createCustomer(ctx, { code: 'C1', name: 'Customer 1', partner_code: 'OURS' });
  await createCustomer(ctx, { code: 'C2', name: 'Customer 2' });
  const site = await createSite(ctx, { code: 'S1', name: 'Site 1', customer_code: 'C1' });
  const elsewhere = await createSite(ctx, { code: 'S2', name: 'Site 2', customer_code: 'C2' });
  return { maker, model, other, batch, partner, customer, site, elsewhere };
}
