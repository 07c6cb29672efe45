// The codes that groups of a table are shown by.
import type { Ctx } from '../db/ctx.ts';

import type { GroupKey } from './rateGroups.ts';

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

/** The codes of each key, in order. One query per table involved: name the groups that are shown, not all. */
export async function nameGroups(ctx: Ctx, keys: readonly GroupKey[]): Promise<GroupCodes[]> {
  const first = keys[0] ?? {};
  const used = sources.filter(([key]) => key in first);
  const codes = new Map<string, ReadonlyMap<string, string>>();
  for (const [key, , table] of used) {
    const ids = [...new Set(keys.flatMap((group) => group[key] ?? []))];
    if (table === null || ids.length === 0) continue;
    const rows = await ctx.db.selectFrom(table).select(['id', 'code']).where('id', 'in', ids).execute();
    codes.set(key, new Map(rows.map((row) => [row.id, row.code])));
  }
  return keys.map((group) =>
    Object.fromEntries(
      used.map(([key, dimension]) => {
        const value = group[key] ?? null;
        return [dimension, value === null ? null : (codes.get(key)?.get(value) ?? value)];
      }),
    ),
  );
}
