// Whole tables as CSV, a slice at a time: one table never fills the memory, and what spreadsheets would run as a formula is defused.
import { sql } from 'kysely';
import { allow, staffOnly } from '../core/actor.ts';
import type { Permission } from '../core/permission.ts';
import { notFound } from '../core/problem.ts';
import { rfc3339 } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { toCsv } from '../web/csv.ts';

interface Export {
  readonly permission: Permission /** Selects rows with a column `id` to go on from; `$after` and `$limit` are put in. */;
  readonly select?: string /** The key when it is not `id`. */;
  readonly key?: string;
}

/** Import kinds leave with the columns they come in with, so that an export can be imported again and changes nothing. */
const UNITS = `select units.id as export_key, makers.code as maker_code, models.code as model_code, units.serial, batches.code as batch_code, units.hw_rev, firmwares.code as firmware,
  (select min(identifier) from unit_identifiers where unit_id = units.id and kind = 'mac') as mac, (select min(identifier) from unit_identifiers where unit_id = units.id and kind = 'device_id') as device_id,
  (select min(identifier) from unit_identifiers where unit_id = units.id and kind = 'asset_tag') as asset_tag, units.shipped_on, units.delivered_on, units.purchased_on,
  (select max(from_on) from service_intervals where unit_id = units.id and estimated_at is null) as in_service_on,
  (select to_on from service_intervals where unit_id = units.id and estimated_at is null order by from_on desc limit 1) as out_of_service_on,
  sites.code as site_code, customers.code as customer_code, unit_places.location, unit_places.condition
  from units join models on models.id = units.model_id join makers on makers.id = models.maker_id left join batches on batches.id = units.batch_id left join firmwares on firmwares.id = units.firmware_id
  left join sites on sites.id = units.site_id left join customers on customers.id = units.customer_id left join unit_places on unit_places.unit_id = units.id
  where units.merged_into_id is null and units.removed_at is null and units.id > $after order by units.id limit $limit`;
const MODELS = `select models.id as export_key, makers.code as maker_code, models.code as model_code, models.name, models.own_warranty_months, models.maker_warranty_months, models.family, models.unit_cost, models.currency
  from models join makers on makers.id = models.maker_id where models.id > $after order by models.id limit $limit`;
const BATCHES = `select batches.id as export_key, makers.code as maker_code, models.code as model_code, batches.code as batch_code, batches.made_on
  from batches join models on models.id = batches.model_id join makers on makers.id = models.maker_id where batches.id > $after order by batches.id limit $limit`;

/** What may be exported, and by whom. People, sessions, tokens, secrets and raw device bytes are not here. */
const tables: Readonly<Record<string, Export>> = {
  units: { permission: 'unit:read', select: UNITS },
  models: { permission: 'catalog:read', select: MODELS },
  batches: { permission: 'catalog:read', select: BATCHES },
  makers: { permission: 'catalog:read' },
  firmwares: { permission: 'catalog:read' },
  partners: { permission: 'unit:read' },
  customers: { permission: 'unit:read' },
  sites: { permission: 'unit:read' },
  contracts: { permission: 'unit:read' },
  service_intervals: { permission: 'unit:read' },
  firmware_intervals: { permission: 'unit:read' },
  stock_moves: { permission: 'stock:read' },
  stock_balances: { permission: 'stock:read', key: "(model_id || '/' || location || '/' || condition)" },
  returns: { permission: 'return:read' },
  return_units: { permission: 'return:read' },
  inspections: { permission: 'inspection:read' },
  codes: { permission: 'quality:read' },
  cases: { permission: 'case:read' },
  known_issues: { permission: 'case:read' },
  notices: { permission: 'notice:read' },
  articles: { permission: 'article:read' },
  investigations: { permission: 'investigation:read' },
  claims: { permission: 'claim:read' },
  claim_lines: { permission: 'claim:read' },
  alerts: { permission: 'alert:read' },
  history: { permission: 'history:read' },
  imports: { permission: 'import:write' },
};

export const exportNames: readonly string[] = Object.keys(tables);

const ROWS = 2000;

/** The table as CSV text in slices; the first holds the heading. Throws `not_found` for a table that is not exported. For staff: partners have their lists. */
export async function* exportTable(ctx: Ctx, name: string): AsyncGenerator<string> {
  allow(ctx, 'export:read');
  staffOnly(ctx);
  const table = Object.hasOwn(tables, name) ? tables[name] : undefined;
  if (table === undefined) throw notFound(['Export', 'エクスポート']);
  allow(ctx, table.permission);
  const key = table.key ?? `${name}.id`;
  const select = table.select ?? `select ${key} as export_key, ${name}.* from ${name} where ${key} > $after order by ${key} limit $limit`;
  for (let after = '', first = true; ; first = false) {
    const rows = await readSlice(ctx, select, after);
    const last = rows.at(-1);
    if (last === undefined) return;
    const csv = toCsv(rows.map(rowOf));
    yield first ? csv : csv.slice(csv.indexOf('\r\n') + 2);
    if (rows.length < ROWS) return;
    after = String(last.export_key);
  }
}

async function readSlice(ctx: Ctx, select: string, after: string): Promise<Record<string, unknown>[]> {
  const [before = '', rest = ''] = select.split('$after');
  const [between = '', end = ''] = rest.split('$limit');
  return (await sql<Record<string, unknown>>`${sql.raw(before)}${after}${sql.raw(between)}${sql.lit(ROWS)}${sql.raw(end)}`.execute(ctx.db)).rows;
}

const rowOf = ({ export_key: _, ...row }: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, typeof value === 'number' && (field === 'at' || field.endsWith('_at')) ? rfc3339(value) : value]),
  );
