// Whole tables as CSV, a slice at a time: one table never fills the memory, and what spreadsheets would run as a formula is defused.
import { sql } from 'kysely';
import { allow, staffOnly } from '../core/actor.ts';
import type { Permission } from '../core/permission.ts';
import { notFound } from '../core/problem.ts';
import { rfc3339 } from '../core/time.ts';
import type { Bilingual } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { toCsv } from '../web/csv.ts';
import { selects } from './exportSelects.ts';
import type { ImportKind } from './kind.ts';

interface Export {
  readonly label: Bilingual;
  readonly permission: Permission;
  /** Selects rows with a column `id` to go on from; `$after` and `$limit` are put in. */
  readonly select?: string;
  /** The key when it is not `id`. */
  readonly key?: string;
}

/** What may be exported, and by whom. People, sessions, tokens, secrets and raw device bytes are not here. */
const tables: Readonly<Record<string, Export>> = {
  units: { label: ['Units', '個体'], permission: 'unit:read', select: selects.units },
  models: { label: ['Models', '機種'], permission: 'catalog:read', select: selects.models },
  batches: { label: ['Batches', 'ロット'], permission: 'catalog:read', select: selects.batches },
  makers: { label: ['Makers', 'メーカー'], permission: 'catalog:read' },
  firmwares: { label: ['Firmware', 'ファームウェア'], permission: 'catalog:read' },
  partners: { label: ['Partners', '代理店'], permission: 'unit:read' },
  customers: { label: ['Customers', '顧客'], permission: 'unit:read' },
  sites: { label: ['Sites', '拠点'], permission: 'unit:read' },
  contracts: { label: ['Contracts', '契約'], permission: 'unit:read' },
  service_intervals: { label: ['Service intervals', '稼働期間'], permission: 'unit:read' },
  firmware_intervals: { label: ['Firmware intervals', 'ファームウェアの適用期間'], permission: 'unit:read' },
  stock: { label: ['Stock on hand', '在庫'], permission: 'stock:read', select: selects.stock },
  stock_moves: { label: ['Stock moves', '在庫移動'], permission: 'stock:read' },
  stock_balances: { label: ['Stock balances', '在庫残高'], permission: 'stock:read', key: "(model_id || '/' || location || '/' || condition)" },
  returns: { label: ['Returned units with their findings', '返品の所見'], permission: 'return:read', select: selects.returns },
  return_units: { label: ['Return units', '返却個体'], permission: 'return:read' },
  inspections: { label: ['Inspections', '検証'], permission: 'inspection:read' },
  codes: { label: ['Finding codes', '所見コード'], permission: 'quality:read' },
  cases: { label: ['Cases', '問い合わせ'], permission: 'case:read', select: selects.cases },
  known_issues: { label: ['Known issues', '既知の不具合'], permission: 'case:read' },
  notices: { label: ['Notices', '事前連絡'], permission: 'notice:read' },
  articles: { label: ['Help articles', 'FAQ'], permission: 'article:read' },
  investigations: { label: ['Investigations', '不具合調査'], permission: 'investigation:read' },
  claims: { label: ['Claims', 'メーカー折衝'], permission: 'claim:read' },
  claim_lines: { label: ['Claim lines', 'メーカー折衝の明細'], permission: 'claim:read' },
  alerts: { label: ['Alerts', '警告'], permission: 'alert:read' },
  history: { label: ['History', '履歴'], permission: 'history:read' },
  imports: { label: ['Imports', '取り込み'], permission: 'import:write' },
};

/** Tables, and the kinds whose rows are made. */
export const listExports = (kinds: readonly ImportKind[]): { name: string; label: Bilingual }[] => [
  ...Object.entries(tables).map(([name, { label }]) => ({ name, label })),
  ...kinds.filter(({ exported }) => exported !== undefined).map(({ name, label }) => ({ name, label })),
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
