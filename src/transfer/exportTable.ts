// Whole tables as CSV, a slice at a time: one table never fills the memory, and what spreadsheets would run as a formula is defused.
import { sql } from 'kysely';
import { allow, staffOnly } from '../core/actor.ts';
import type { Permission } from '../core/permission.ts';
import { notFound } from '../core/problem.ts';
import { rfc3339 } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { toCsv } from '../web/csv.ts';
import { selects } from './exportSelects.ts';
import type { ImportKind } from './kind.ts';

interface Export {
  readonly permission: Permission /** Selects rows with a column `id` to go on from; `$after` and `$limit` are put in. */;
  readonly select?: string /** The key when it is not `id`. */;
  readonly key?: string;
}

/** What may be exported, and by whom. People, sessions, tokens, secrets and raw device bytes are not here. */
const tables: Readonly<Record<string, Export>> = {
  units: { permission: 'unit:read', select: selects.units },
  models: { permission: 'catalog:read', select: selects.models },
  batches: { permission: 'catalog:read', select: selects.batches },
  makers: { permission: 'catalog:read' },
  firmwares: { permission: 'catalog:read' },
  partners: { permission: 'unit:read' },
  customers: { permission: 'unit:read' },
  sites: { permission: 'unit:read' },
  contracts: { permission: 'unit:read' },
  service_intervals: { permission: 'unit:read' },
  firmware_intervals: { permission: 'unit:read' },
  stock: { permission: 'stock:read', select: selects.stock },
  stock_moves: { permission: 'stock:read' },
  stock_balances: { permission: 'stock:read', key: "(model_id || '/' || location || '/' || condition)" },
  returns: { permission: 'return:read', select: selects.returns },
  return_units: { permission: 'return:read' },
  inspections: { permission: 'inspection:read' },
  codes: { permission: 'quality:read' },
  cases: { permission: 'case:read', select: selects.cases },
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

/** Tables, and the kinds whose rows are made. */
export const exportNames = (kinds: readonly ImportKind[]): string[] => [
  ...Object.keys(tables),
  ...kinds.filter(({ exported }) => exported !== undefined).map(({ name }) => name),
];

const ROWS = 2000;

/** The table as CSV text in slices; the first holds the heading. Throws `not_found` for a table that is not exported. For staff: partners have their lists. */
export async function* exportTable(ctx: Ctx, kinds: readonly ImportKind[], name: string): AsyncGenerator<string> {
  allow(ctx, 'export:read');
  staffOnly(ctx);
  const kind = kinds.find((one) => one.name === name && one.exported !== undefined);
  if (kind !== undefined) return yield* exportKind(ctx, kind);
  const table = Object.hasOwn(tables, name) ? tables[name] : undefined;
  if (table === undefined) throw notFound(['Export', 'エクスポート']);
  allow(ctx, table.permission);
  const key = table.key ?? `${name}.id`;
  const select = table.select ?? `select ${key} as export_key, ${name}.* from ${name} where ${key} > $after order by ${key} limit $limit`;
  for (let after = '', first = true; ; first = false) {
    const rows = await readSlice(ctx, select, after);
    const last = rows.at(-1);
    if (last === undefined) {
      if (first) yield onlyHeading(toCsv((await readSlice(ctx, named(select), '')).map(rowOf)));
      return;
    }
    const csv = toCsv(rows.map(rowOf));
    yield first ? csv : withoutHeading(csv);
    if (rows.length < ROWS) return;
    after = String(last.export_key);
  }
}

async function* exportKind(ctx: Ctx, kind: ImportKind): AsyncGenerator<string> {
  allow(ctx, kind.exportPermission ?? kind.permission);
  const heading = toCsv([], Object.keys(kind.columns));
  yield heading;
  for await (const rows of kind.exported?.(ctx) ?? []) if (rows.length > 0) yield withoutHeading(toCsv(rows));
}

/** The same columns as one row without values, whatever the table holds. */
const named = (select: string): string => `select rows_of.* from (select 1 as one) as one_row left join (${select}) as rows_of on 1 = 1`;

const onlyHeading = (csv: string): string => csv.slice(0, csv.indexOf('\r\n') + 2);

const withoutHeading = (csv: string): string => csv.slice(csv.indexOf('\r\n') + 2);

async function readSlice(ctx: Ctx, select: string, after: string): Promise<Record<string, unknown>[]> {
  const [before = '', rest = ''] = select.split('$after');
  const [between = '', end = ''] = rest.split('$limit');
  return (await sql<Record<string, unknown>>`${sql.raw(before)}${after}${sql.raw(between)}${sql.lit(ROWS)}${sql.raw(end)}`.execute(ctx.db)).rows;
}

const rowOf = ({ export_key: _, ...row }: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, typeof value === 'number' && (field === 'at' || field.endsWith('_at')) ? rfc3339(value) : value]),
  );
