// From what people and files call a maker, model, customer or site to the row. A model code may exist at two makers: then the maker must be named.
import { invalid, Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import type { CustomerRow, MakerRow, ModelRow, PartnerRow, SiteRow } from './table.ts';

export interface MakerRef {
  readonly maker_id?: string | undefined;
  readonly maker_code?: string | undefined;
}
export interface ModelRef {
  readonly model_id?: string | undefined;
  readonly model_code?: string | undefined;
  readonly maker_code?: string | undefined;
}
export interface CustomerRef {
  readonly customer_id?: string | null | undefined;
  readonly customer_code?: string | null | undefined;
}

export async function getMakerOf(ctx: Ctx, ref: MakerRef): Promise<MakerRow> {
  const [path, value] = ref.maker_id === undefined ? (['maker_code', ref.maker_code] as const) : (['maker_id', ref.maker_id] as const);
  if (value === undefined) throw invalid('maker_code', ['Name the maker', 'メーカーを指定してください']);
  const maker = await ctx.db
    .selectFrom('makers')
    .selectAll()
    .where(path === 'maker_id' ? 'id' : 'code', '=', value)
    .executeTakeFirst();
  if (maker === undefined) throw invalid(path, [`No maker ${value}`, `メーカー ${value} がありません`]);
  return maker;
}

/** Throws `invalid` when no model fits, or when several makers have one of that code and none was named. */
export async function getModelOf(ctx: Ctx, ref: ModelRef): Promise<ModelRow> {
  const path = ref.model_id === undefined ? 'model_code' : 'model_id';
  const value = ref.model_id ?? ref.model_code;
  if (value === undefined) throw invalid('model_code', ['Name the model', '機種を指定してください']);
  const models = await ctx.db
    .selectFrom('models')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .selectAll('models')
    .select('makers.code as maker_code')
    .where(path === 'model_id' ? 'models.id' : 'models.code', '=', value)
    .$if(ref.maker_code !== undefined, (query) => query.where('makers.code', '=', ref.maker_code ?? ''))
    .execute();
  const [model, other] = models;
  if (model === undefined) throw invalid(path, [`No model ${value}`, `機種 ${value} がありません`]);
  if (other !== undefined) {
    const makers = models
      .map((one) => one.maker_code)
      .sort()
      .join(', ');
    throw invalid('maker_code', [
      `Several makers have a model ${value}: name one of ${makers}`,
      `機種 ${value} は複数のメーカーにあります。メーカーを指定してください: ${makers}`,
    ]);
  }
  const { maker_code: _, ...row } = model;
  return row;
}

/** `CODE`, or `MAKER:CODE` when two makers share the code. */
export async function getModelsNamed(ctx: Ctx, names: readonly string[], path: string): Promise<ModelRow[]> {
  const models: ModelRow[] = [];
  for (const [i, name] of names.entries()) {
    const [first, second] = name.split(':', 2);
    try {
      models.push(await getModelOf(ctx, second === undefined ? { model_code: name } : { model_code: second, maker_code: first }));
    } catch (error) {
      throw error instanceof Problem ? invalid(`${path}.${i}`, error.words) : error;
    }
  }
  return models;
}

/** The customer a caller may see; null when none was named. */
export async function findCustomerOf(ctx: Ctx, ref: CustomerRef): Promise<CustomerRow | null> {
  const [path, value] = (ref.customer_id ?? null) === null ? (['customer_code', ref.customer_code] as const) : (['customer_id', ref.customer_id] as const);
  if ((value ?? null) === null) return null;
  const customer = await ctx.db
    .selectFrom('customers')
    .selectAll()
    .where(path === 'customer_id' ? 'id' : 'code', '=', value ?? '')
    .$call(seenBy(ctx, 'customers.partner_id'))
    .executeTakeFirst();
  if (customer === undefined) throw invalid(path, [`No customer ${value}`, `顧客 ${value} がありません`]);
  return customer;
}

export async function getCustomerOf(ctx: Ctx, ref: CustomerRef): Promise<CustomerRow> {
  const customer = await findCustomerOf(ctx, ref);
  if (customer === null) throw invalid('customer_code', ['Name the customer', '顧客を指定してください']);
  return customer;
}

export async function findSiteOf(
  ctx: Ctx,
  ref: { readonly site_id?: string | null | undefined; readonly site_code?: string | null | undefined },
): Promise<SiteRow | null> {
  const [path, value] = (ref.site_id ?? null) === null ? (['site_code', ref.site_code] as const) : (['site_id', ref.site_id] as const);
  if ((value ?? null) === null) return null;
  const site = await ctx.db
    .selectFrom('sites')
    .selectAll()
    .where(path === 'site_id' ? 'id' : 'code', '=', value ?? '')
    .$call(seenBy(ctx, 'sites.partner_id'))
    .executeTakeFirst();
  if (site === undefined) throw invalid(path, [`No site ${value}`, `拠点 ${value} がありません`]);
  return site;
}

export async function findPartnerOf(
  ctx: Ctx,
  ref: { readonly partner_id?: string | null | undefined; readonly partner_code?: string | null | undefined },
): Promise<PartnerRow | null> {
  const [path, value] = (ref.partner_id ?? null) === null ? (['partner_code', ref.partner_code] as const) : (['partner_id', ref.partner_id] as const);
  if ((value ?? null) === null) return null;
  const partner = await ctx.db
    .selectFrom('partners')
    .selectAll()
    .where(path === 'partner_id' ? 'id' : 'code', '=', value ?? '')
    .executeTakeFirst();
  if (partner === undefined) throw invalid(path, [`No partner ${value}`, `代理店 ${value} がありません`]);
  return partner;
}
