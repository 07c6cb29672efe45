// The codes that groups of a table are shown by.
import { sql } from 'kysely';
import { type Locale, speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { amongTexts } from '../db/dialect.ts';
import type { GroupKey } from './groups.ts';
import { words } from './words.ts';

/** Codes by the name of their dimension, coarse to fine: `{ maker, model, batch }`. */
export type GroupCodes = Readonly<Record<string, string | null>>;

/** Key of a group → its dimension and the table its codes are in; null when the key is the code. */
const sources = [
  ['maker_id', 'maker', 'makers'],
  ['model_id', 'model', 'models'],
  ['hw_rev', 'hw_rev', null],
  ['batch_id', 'batch', 'batches'],
  ['firmware_id', 'firmware', 'firmwares'],
  ['site_id', 'site', 'sites'],
  ['site_kind', 'site_kind', null],
  ['age_band', 'age_band', null],
  ['failure_mode_id', 'failure_mode', 'codes'],
  ['component_id', 'component', 'codes'],
] as const;

/** The codes of each key, in order; a model is shown with its maker. One query per table involved: name the groups that are shown, not all. */
export async function nameGroups(ctx: Ctx, keys: readonly GroupKey[]): Promise<GroupCodes[]> {
  const first = keys[0] ?? {};
  const models = 'model_id' in first ? await rowsOf(ctx, 'models', ', maker_id', idsOf(keys, 'model_id')) : null;
  const complete = models === null ? keys : keys.map((key): GroupKey => ({ maker_id: models.get(key.model_id ?? '')?.maker_id ?? null, ...key }));
  const used = sources.filter(([key]) => key in (complete[0] ?? {}));
  const rows = new Map<string, ReadonlyMap<string, Named>>(models === null ? [] : [['model_id', models]]);
  for (const [key, , table] of used) if (table !== null && !rows.has(key)) rows.set(key, await rowsOf(ctx, table, '', idsOf(complete, key)));
  return complete.map((group) => {
    const codes: Record<string, string | null> = {};
    for (const [key, dimension] of used) {
      const value = group[key] ?? null;
      codes[dimension] = value === null ? null : (rows.get(key)?.get(value)?.code ?? value);
    }
    return codes;
  });
}

interface Named {
  readonly id: string;
  readonly code: string;
  readonly maker_id?: string;
}

function idsOf(keys: readonly GroupKey[], name: string): string[] {
  const ids = new Set(keys.map((key) => key[name] ?? null));
  return [...ids].filter((id) => id !== null);
}

// As one value: compiling and binding five hundred costs more than reading their rows.
async function rowsOf(ctx: Ctx, table: string, more: string, ids: readonly string[]): Promise<Map<string, Named>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<Named>`select id, code${sql.raw(more)} from ${sql.table(table)} where id in ${amongTexts(ctx.db, ids)}`.execute(ctx.db);
  return new Map(rows.map((row) => [row.id, row]));
}

/** What a person calls a code of a dimension; the code itself where it is its name. */
export type SayCode = (dimension: string, code: string) => string;

/** Names of failure modes, components and inspectors, and words for bands of age. */
export async function sayCodes(ctx: Ctx, locale: Locale): Promise<SayCode> {
  const codes = await ctx.db.selectFrom('codes').select(['tree', 'code', 'name_en', 'name_ja']).where('tree', 'in', ['failure_mode', 'component']).execute();
  const people = await ctx.db.selectFrom('users').select(['id', 'name']).execute();
  const names = new Map([
    ...codes.map(({ tree, code, name_en, name_ja }): [string, string] => [`${tree} ${code}`, speak([name_en, name_ja], locale)]),
    ...people.map(({ id, name }): [string, string] => [`inspector ${id}`, name]),
  ]);
  return (dimension, code) => (dimension === 'age_band' ? words(locale).age_band_name(code) : (names.get(`${dimension} ${code}`) ?? code));
}
