// Reading the catalogue: one list and one record of each noun, with the codes and names of what it refers to. Partners see their own customers' rows only.
import { type SelectQueryBuilder, sql } from 'kysely';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import { seenBy } from '../db/scope.ts';
import { type RecordTable, recordNames } from './save.ts';
import type { BatchRow, ContractRow, CustomerRow, FirmwareRow, MakerRow, ModelRow, PartnerRow, SiteRow } from './table.ts';

export interface CodeFilter {
  readonly code?: string | undefined /** Part of a code or a name. */;
  readonly q?: string | undefined;
}
export interface ModelFilter extends CodeFilter {
  readonly maker_code?: string | undefined;
  readonly maker_id?: string | undefined;
  readonly family?: string | undefined;
}
export interface OfModelFilter extends CodeFilter {
  readonly model_code?: string | undefined;
  readonly model_id?: string | undefined;
  readonly maker_code?: string | undefined;
}
export interface CustomerFilter extends CodeFilter {
  readonly partner_code?: string | undefined;
  readonly partner_id?: string | undefined;
}
export interface OfCustomerFilter extends CodeFilter {
  readonly customer_code?: string | undefined;
  readonly customer_id?: string | undefined;
  readonly kind?: string | undefined;
}

export type ModelView = ModelRow & { maker_code: string; maker_name: string };
export type OfModel<Row> = Row & { model_code: string; maker_code: string };
export type OfCustomer<Row> = Row & { customer_code: string; customer_name: string };

export const listMakers = (ctx: Ctx, page: PageRequest, filter: CodeFilter = {}): Promise<Page<MakerRow>> =>
  byCode(makers(ctx).$call(matching('makers', filter, true)), page, 'makers');
export const listModels = (ctx: Ctx, page: PageRequest, filter: ModelFilter = {}): Promise<Page<ModelView>> =>
  byCode(
    models(ctx)
      .$call(matching('models', filter, true))
      .$call(equal({ 'makers.code': filter.maker_code, 'makers.id': filter.maker_id, 'models.family': filter.family })),
    page,
    'models',
  );
export const listBatches = (ctx: Ctx, page: PageRequest, filter: OfModelFilter = {}): Promise<Page<OfModel<BatchRow>>> =>
  byCode(
    batches(ctx)
      .$call(matching('batches', filter))
      .$call(equal(ofModel(filter))),
    page,
    'batches',
    { made_on: "coalesce(batches.made_on, '')" },
  );
export const listFirmwares = (ctx: Ctx, page: PageRequest, filter: OfModelFilter = {}): Promise<Page<OfModel<FirmwareRow>>> =>
  byCode(
    firmwares(ctx)
      .$call(matching('firmwares', filter))
      .$call(equal(ofModel(filter))),
    page,
    'firmwares',
    { released_on: "coalesce(firmwares.released_on, '')" },
  );
export const listPartners = (ctx: Ctx, page: PageRequest, filter: CodeFilter = {}): Promise<Page<PartnerRow>> =>
  byCode(partners(ctx).$call(matching('partners', filter, true)), page, 'partners');
export const listCustomers = (ctx: Ctx, page: PageRequest, filter: CustomerFilter = {}): Promise<Page<CustomerRow & { partner_code: string | null }>> =>
  byCode(
    customers(ctx)
      .$call(matching('customers', filter, true))
      .$call(equal({ 'partners.code': filter.partner_code, 'partners.id': filter.partner_id })),
    page,
    'customers',
  );
export const listSites = (ctx: Ctx, page: PageRequest, filter: OfCustomerFilter = {}): Promise<Page<OfCustomer<SiteRow>>> =>
  byCode(
    sites(ctx)
      .$call(matching('sites', filter, true))
      .$call(equal({ ...ofCustomer(filter), 'sites.kind': filter.kind })),
    page,
    'sites',
  );
export const listContracts = (ctx: Ctx, page: PageRequest, filter: OfCustomerFilter = {}): Promise<Page<OfCustomer<ContractRow>>> =>
  byCode(
    contracts(ctx)
      .$call(matching('contracts', filter))
      .$call(equal(ofCustomer(filter))),
    page,
    'contracts',
    { starts_on: 'contracts.starts_on' },
  );

export const getMaker = (ctx: Ctx, id: string): Promise<MakerRow> => one(makers(ctx), 'makers', id);
export async function getModel(ctx: Ctx, id: string): Promise<ModelView & { substitutes: string[] }> {
  const model = await one(models(ctx), 'models', id);
  return { ...model, substitutes: (await listSubstitutes(ctx, id)).map((substitute) => substitute.code) };
}
export const getBatch = (ctx: Ctx, id: string): Promise<OfModel<BatchRow>> => one(batches(ctx), 'batches', id);
export const getFirmware = (ctx: Ctx, id: string): Promise<OfModel<FirmwareRow>> => one(firmwares(ctx), 'firmwares', id);
export const getPartner = (ctx: Ctx, id: string): Promise<PartnerRow> => one(partners(ctx), 'partners', id);
export const getCustomer = (ctx: Ctx, id: string): Promise<CustomerRow & { partner_code: string | null }> => one(customers(ctx), 'customers', id);
export const getSite = (ctx: Ctx, id: string): Promise<OfCustomer<SiteRow>> => one(sites(ctx), 'sites', id);
export const getContract = (ctx: Ctx, id: string): Promise<OfCustomer<ContractRow>> => one(contracts(ctx), 'contracts', id);

/** The models that may replace this one, the preferred first. */
export const listSubstitutes = (ctx: Ctx, model_id: string): Promise<ModelRow[]> =>
  ctx.db
    .selectFrom('model_substitutes')
    .innerJoin('models', 'models.id', 'model_substitutes.substitute_id')
    .selectAll('models')
    .where('model_substitutes.model_id', '=', model_id)
    .orderBy('model_substitutes.preference')
    .execute();

const makers = (ctx: Ctx) => ctx.db.selectFrom('makers').selectAll('makers');
const models = (ctx: Ctx) =>
  ctx.db
    .selectFrom('models')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .selectAll('models')
    .select(['makers.code as maker_code', 'makers.name as maker_name']);
const batches = (ctx: Ctx) =>
  ctx.db
    .selectFrom('batches')
    .innerJoin('models', 'models.id', 'batches.model_id')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .selectAll('batches')
    .select(['models.code as model_code', 'makers.code as maker_code']);
const firmwares = (ctx: Ctx) =>
  ctx.db
    .selectFrom('firmwares')
    .innerJoin('models', 'models.id', 'firmwares.model_id')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .selectAll('firmwares')
    .select(['models.code as model_code', 'makers.code as maker_code']);
const partners = (ctx: Ctx) => ctx.db.selectFrom('partners').selectAll('partners').$call(seenBy(ctx, 'partners.id'));
const customers = (ctx: Ctx) =>
  ctx.db
    .selectFrom('customers')
    .leftJoin('partners', 'partners.id', 'customers.partner_id')
    .selectAll('customers')
    .select('partners.code as partner_code')
    .$call(seenBy(ctx, 'customers.partner_id'));
const sites = (ctx: Ctx) =>
  ctx.db
    .selectFrom('sites')
    .innerJoin('customers', 'customers.id', 'sites.customer_id')
    .selectAll('sites')
    .select(['customers.code as customer_code', 'customers.name as customer_name'])
    .$call(seenBy(ctx, 'sites.partner_id'));
const contracts = (ctx: Ctx) =>
  ctx.db
    .selectFrom('contracts')
    .innerJoin('customers', 'customers.id', 'contracts.customer_id')
    .selectAll('contracts')
    .select(['customers.code as customer_code', 'customers.name as customer_name'])
    .$call(seenBy(ctx, 'contracts.partner_id'));

const ofModel = (filter: OfModelFilter) => ({ 'models.code': filter.model_code, 'models.id': filter.model_id, 'makers.code': filter.maker_code });
const ofCustomer = (filter: OfCustomerFilter) => ({ 'customers.code': filter.customer_code, 'customers.id': filter.customer_id });

/** Lists are in order of their codes unless asked otherwise. */
const byCode = <DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
  page: PageRequest,
  table: RecordTable,
  sortable: Record<string, string> = {},
) =>
  listPage(
    query,
    { ...page, sort: page.sort ?? 'code' },
    { code: `${table}.code`, created_at: `${table}.created_at`, ...sortable },
    `${table}.id`,
  ) as unknown as Promise<Page<O & object>>; // Simplify<O> is O

const matching =
  (table: RecordTable, filter: CodeFilter, named = false) =>
  <DB, TB extends keyof DB, O>(query: SelectQueryBuilder<DB, TB, O>): SelectQueryBuilder<DB, TB, O> => {
    const exact = filter.code === undefined ? query : query.where(sql<boolean>`${sql.ref(`${table}.code`)} = ${filter.code}`);
    if (filter.q === undefined) return exact;
    const like = `%${filter.q.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    const inCode = sql<boolean>`lower(${sql.ref(`${table}.code`)}) like ${like} escape '\\'`;
    return exact.where(named ? sql<boolean>`(${inCode} or lower(${sql.ref(`${table}.name`)}) like ${like} escape '\\')` : inCode);
  };

const equal =
  (fields: Readonly<Record<string, string | undefined>>) =>
  <DB, TB extends keyof DB, O>(query: SelectQueryBuilder<DB, TB, O>): SelectQueryBuilder<DB, TB, O> =>
    Object.entries(fields).reduce(
      (narrowed, [column, value]) => (value === undefined ? narrowed : narrowed.where(sql<boolean>`${sql.ref(column)} = ${value}`)),
      query,
    );

async function one<DB, TB extends keyof DB, O>(query: SelectQueryBuilder<DB, TB, O>, table: RecordTable, id: string): Promise<O> {
  const row = await query.where(sql<boolean>`${sql.ref(`${table}.id`)} = ${id}`).executeTakeFirst();
  if (row === undefined) throw notFound(recordNames[table][1]);
  return row as O; // executeTakeFirst simplifies O
}
