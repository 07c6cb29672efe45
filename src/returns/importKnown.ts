// What a file of returns is compared with: the units it names and the returns they already had. One query a slice.
import type { Ctx } from '../db/ctx.ts';
import type { UnitRow } from '../unit/table.ts';
import type { ReturnRow, ReturnUnitRow } from './table.ts';

export type KnownUnit = UnitRow & { readonly months: readonly [own: number | null, maker: number | null] };
export type KnownReturn = ReturnUnitRow & { readonly origin: ReturnRow['origin'] };

/** SQLite and PostgreSQL both bound the parameters of a statement. */
const KEYS_PER_QUERY = 1000;

/** Units by serial key, each with the warranty months of its model. */
export async function loadKnownUnits(ctx: Ctx, keys: readonly string[]): Promise<Map<string, KnownUnit[]>> {
  const units = new Map<string, KnownUnit[]>();
  for (const slice of slices([...new Set(keys)])) {
    const rows = await ctx.db
      .selectFrom('units')
      .innerJoin('models', 'models.id', 'units.model_id')
      .selectAll('units')
      .select(['models.own_warranty_months', 'models.maker_warranty_months'])
      .where('serial_key', 'in', slice)
      .where('merged_into_id', 'is', null)
      .where('removed_at', 'is', null)
      .execute();
    for (const { own_warranty_months, maker_warranty_months, ...unit } of rows) {
      units.set(unit.serial_key, [...(units.get(unit.serial_key) ?? []), { ...unit, months: [own_warranty_months, maker_warranty_months] }]);
    }
  }
  return units;
}

/** The returns each of these units already had, cancelled ones left out. */
export async function loadKnownReturns(ctx: Ctx, unit_ids: readonly string[]): Promise<Map<string, KnownReturn[]>> {
  const known = new Map<string, KnownReturn[]>();
  for (const slice of slices(unit_ids)) {
    const rows = await ctx.db
      .selectFrom('return_units')
      .innerJoin('returns', 'returns.id', 'return_units.return_id')
      .selectAll('return_units')
      .select('returns.origin')
      .where('return_units.unit_id', 'in', slice)
      .where('return_units.state', '<>', 'cancelled')
      .execute();
    for (const row of rows) known.set(row.unit_id, [...(known.get(row.unit_id) ?? []), row]);
  }
  return known;
}

const slices = (all: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(all.length / KEYS_PER_QUERY) }, (_, i) => all.slice(i * KEYS_PER_QUERY, (i + 1) * KEYS_PER_QUERY));
