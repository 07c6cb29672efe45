// Reading units. A look-up takes any identifier and returns every unit it fits: choosing is left to the person.
import { type SelectQueryBuilder, sql } from 'kysely';
import { identifierKey } from '../core/identifier.ts';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import { seenBy } from '../db/scope.ts';
import { macOf } from './rules.ts';
import type { FirmwareIntervalRow, ServiceIntervalRow, UnitIdentifierRow, UnitRow } from './table.ts';

export const UNIT: readonly [string, string] = ['Unit', '個体'];

export interface UnitFilter {
  /** Any identifier, in any spelling. */
  readonly serial?: string | undefined;
  readonly model_id?: string | undefined;
  readonly model_code?: string | undefined;
  readonly maker_code?: string | undefined;
  readonly batch_id?: string | undefined;
  readonly batch_code?: string | undefined;
  readonly firmware_id?: string | undefined;
  readonly firmware?: string | undefined;
  readonly hw_rev?: string | undefined;
  readonly customer_id?: string | undefined;
  readonly customer_code?: string | undefined;
  readonly site_id?: string | undefined;
  readonly site_code?: string | undefined;
  readonly location?: string | undefined;
  readonly condition?: string | undefined;
  readonly identity?: string | undefined;
}

export type UnitView = UnitRow & {
  model_code: string;
  model_name: string;
  maker_code: string;
  batch_code: string | null;
  firmware: string | null;
  customer_code: string | null;
  customer_name: string | null;
  site_code: string | null;
  site_name: string | null;
  location: string | null;
  condition: string | null;
  since_at: number | null;
  mac: string | null;
  device_id: string | null;
  asset_tag: string | null;
  successor_id: string | null;
};

/** More units than one label can mean. */
const MOST_MATCHES = 50;

/** Every unit the identifier fits: serial, MAC, device_id, asset tag, or a serial it once had. At most 50. Two index look-ups: well under 2 ms. */
export async function findUnits(ctx: Ctx, identifier: string): Promise<UnitView[]> {
  if (identifierKey(identifier) === '') return [];
  return views(ctx).$call(answeringTo(identifier)).orderBy('units.id').limit(MOST_MATCHES).execute();
}

/** One unit; the id of a unit that was merged away leads to the one it became. */
export async function findUnit(ctx: Ctx, id: string): Promise<UnitView | undefined> {
  return views(ctx)
    .where('units.id', '=', await survivor(ctx, id))
    .executeTakeFirst();
}

export async function getUnit(ctx: Ctx, id: string): Promise<UnitView> {
  const unit = await findUnit(ctx, id);
  if (unit === undefined) throw notFound(UNIT);
  return unit;
}

/** Filters combine with and. Costs one page, however many units there are. */
export async function listUnits(ctx: Ctx, page: PageRequest, filter: UnitFilter = {}): Promise<Page<UnitView>> {
  const query = views(ctx)
    .$call(
      equal({
        'units.model_id': filter.model_id,
        'makers.code': filter.maker_code,
        'units.batch_id': filter.batch_id,
        'units.firmware_id': filter.firmware_id,
        'units.hw_rev': filter.hw_rev,
        'units.customer_id': filter.customer_id,
        'units.site_id': filter.site_id,
        'unit_places.location': filter.location,
        'unit_places.condition': filter.condition,
        'units.identity': filter.identity,
      }),
    )
    .$call(await coded(ctx, 'models', 'units.model_id', filter.model_code))
    .$call(await coded(ctx, 'batches', 'units.batch_id', filter.batch_code))
    .$call(await coded(ctx, 'firmwares', 'units.firmware_id', filter.firmware))
    .$call(await coded(ctx, 'customers', 'units.customer_id', filter.customer_code))
    .$call(await coded(ctx, 'sites', 'units.site_id', filter.site_code))
    .$if(filter.serial !== undefined, answeringTo(filter.serial ?? ''));
  // In one location the index (location, unit_id) gives the order; elsewhere the primary key does.
  const id = filter.location === undefined ? 'units.id' : 'unit_places.unit_id';
  // listPage simplifies the row type, which is UnitView.
  return (await listPage(query, page, { created_at: id, serial: 'units.serial_key', updated_at: 'units.updated_at' }, id)) as Page<UnitView>;
}

/** The unit and all that were merged into it: whoever tells its history asks for all of them. */
export async function listMergedIds(ctx: Ctx, id: string): Promise<string[]> {
  const ids = [id];
  for (let i = 0; i < ids.length; i++) {
    const merged = await ctx.db
      .selectFrom('units')
      .select('id')
      .where('merged_into_id', '=', ids[i] ?? '')
      .execute();
    ids.push(...merged.map((unit) => unit.id).filter((one) => !ids.includes(one)));
  }
  return ids;
}

export const listIdentifiers = (ctx: Ctx, unit_id: string): Promise<UnitIdentifierRow[]> =>
  ctx.db.selectFrom('unit_identifiers').selectAll().where('unit_id', '=', unit_id).orderBy('kind').orderBy('identifier_key').execute();

export const listServiceIntervals = (ctx: Ctx, unit_id: string): Promise<(ServiceIntervalRow & { site_code: string | null; site_name: string | null })[]> =>
  ctx.db
    .selectFrom('service_intervals')
    .leftJoin('sites', 'sites.id', 'service_intervals.site_id')
    .selectAll('service_intervals')
    .select(['sites.code as site_code', 'sites.name as site_name'])
    .where('unit_id', '=', unit_id)
    .orderBy('from_on')
    .orderBy('service_intervals.id')
    .execute();

export const listFirmwareIntervals = (ctx: Ctx, unit_id: string): Promise<(FirmwareIntervalRow & { firmware: string })[]> =>
  ctx.db
    .selectFrom('firmware_intervals')
    .innerJoin('firmwares', 'firmwares.id', 'firmware_intervals.firmware_id')
    .selectAll('firmware_intervals')
    .select('firmwares.code as firmware')
    .where('unit_id', '=', unit_id)
    .orderBy('from_on')
    .orderBy('firmware_intervals.id')
    .execute();

/** Follows merges to the unit that is left: merging refuses circles, so this ends. */
async function survivor(ctx: Ctx, id: string): Promise<string> {
  const row = await ctx.db.selectFrom('units').select('merged_into_id').where('id', '=', id).executeTakeFirst();
  return row === undefined || row.merged_into_id === null ? id : survivor(ctx, row.merged_into_id);
}

/** Units that exist: not merged away, not taken back with their import, and the caller's to see. */
const views = (ctx: Ctx) =>
  ctx.db
    .selectFrom('units')
    .innerJoin('models', 'models.id', 'units.model_id')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .leftJoin('batches', 'batches.id', 'units.batch_id')
    .leftJoin('firmwares', 'firmwares.id', 'units.firmware_id')
    .leftJoin('customers', 'customers.id', 'units.customer_id')
    .leftJoin('sites', 'sites.id', 'units.site_id')
    .leftJoin('unit_places', 'unit_places.unit_id', 'units.id')
    .selectAll('units')
    .select([
      'models.code as model_code',
      'models.name as model_name',
      'makers.code as maker_code',
      'batches.code as batch_code',
      'firmwares.code as firmware',
      'customers.code as customer_code',
      'customers.name as customer_name',
      'sites.code as site_code',
      'sites.name as site_name',
      'unit_places.location as location',
      'unit_places.condition as condition',
      'unit_places.since_at as since_at',
    ])
    .select([named('mac'), named('device_id'), named('asset_tag')])
    .select(sql<string | null>`(select min(successors.id) from units successors where successors.predecessor_id = units.id)`.as('successor_id'))
    .where('units.merged_into_id', 'is', null)
    .where('units.removed_at', 'is', null)
    .$call(seenBy(ctx, 'units.partner_id'));

const named = <K extends 'mac' | 'device_id' | 'asset_tag'>(kind: K) =>
  sql<string | null>`(select min(identifier) from unit_identifiers where unit_identifiers.unit_id = units.id and kind = ${sql.lit(kind)})`.as(kind);

/** Units whose serial or one of whose identifiers shares the key. */
const answeringTo =
  (identifier: string) =>
  <DB, TB extends keyof DB, O>(query: SelectQueryBuilder<DB, TB, O>): SelectQueryBuilder<DB, TB, O> => {
    const key = macOf(identifier)?.replaceAll(':', '') ?? identifierKey(identifier);
    return query.where(
      sql<boolean>`units.id in (select id from units where serial_key = ${key} union select unit_id from unit_identifiers where identifier_key = ${key})`,
    );
  };

const equal =
  (fields: Readonly<Record<string, string | undefined>>) =>
  <DB, TB extends keyof DB, O>(query: SelectQueryBuilder<DB, TB, O>): SelectQueryBuilder<DB, TB, O> =>
    Object.entries(fields).reduce(
      (narrowed, [column, value]) => (value === undefined ? narrowed : narrowed.where(sql<boolean>`${sql.ref(column)} = ${value}`)),
      query,
    );

/**
 * A filter on a code as one on ids: then the index (model_id, id) gives a page in order, where a filter on the joined code would walk through all units.
 * A code may stand for several ids, or for none.
 */
async function coded(ctx: Ctx, table: 'models' | 'batches' | 'firmwares' | 'customers' | 'sites', column: string, code: string | undefined) {
  const ids = code === undefined ? [] : (await ctx.db.selectFrom(table).select('id').where('code', '=', code).execute()).map((row) => row.id);
  return <DB, TB extends keyof DB, O>(query: SelectQueryBuilder<DB, TB, O>): SelectQueryBuilder<DB, TB, O> => {
    if (code === undefined) return query;
    if (ids.length === 0) return query.where(sql<boolean>`1 = 0`);
    return query.where(ids.length === 1 ? sql<boolean>`${sql.ref(column)} = ${ids[0]}` : sql<boolean>`${sql.ref(column)} in (${sql.join(ids)})`);
  };
}
