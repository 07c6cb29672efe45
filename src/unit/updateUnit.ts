// Correcting what is written about a unit. Where it is changes by stock moves; where it serves and with which firmware by intervals.
import { allow } from '../core/actor.ts';
import { identifierKey } from '../core/identifier.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { findBatchId, findWhere, refuseTakenDevice, refuseTakenSerial } from './createUnit.ts';
import type { UnitChange } from './inputs.ts';
import { identifierRows } from './newUnits.ts';
import { loadUnit, saveUnit } from './save.ts';
import type { UnitRow } from './table.ts';

export async function updateUnit(ctx: Ctx, id: string, input: UnitChange, expected?: number): Promise<UnitRow> {
  allow(ctx, 'unit:write');
  const { mac, device_id, asset_tag, batch_code, site_id, site_code, customer_id, customer_code, ...plain } = input;
  return transaction(ctx, async (ctx) => {
    const before = await loadUnit(ctx, id, expected);
    const changes: Partial<UnitRow> = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
    if (plain.serial !== undefined && identifierKey(plain.serial) !== before.serial_key) {
      await refuseTakenSerial(ctx, before.model_id, plain.serial);
      changes.serial_key = identifierKey(plain.serial);
    }
    if (batch_code !== undefined) changes.batch_id = await findBatchId(ctx, before.model_id, batch_code);
    const where = { site_id, site_code, customer_id, customer_code };
    if (Object.values(where).some((value) => value !== undefined)) Object.assign(changes, await correctWhere(ctx, before, where));
    const identifiers = await replaceIdentifiers(ctx, id, { mac, device_id, asset_tag });
    return saveUnit(ctx, before, changes, { action: 'unit.updated', more: identifiers });
  });
}

/** A corrected site is also the site of the service interval that is open now. */
async function correctWhere(ctx: Ctx, before: UnitRow, where: Parameters<typeof findWhere>[1]): Promise<Partial<UnitRow>> {
  const found = await findWhere(ctx, where);
  if (found.site_id === before.site_id && found.customer_id === before.customer_id) return {};
  await ctx.db
    .updateTable('service_intervals')
    .set((set) => ({ site_id: found.site_id, customer_id: found.customer_id, version: set('version', '+', 1) }))
    .where('unit_id', '=', before.id)
    .where('to_on', 'is', null)
    .execute();
  return { site_id: found.site_id, customer_id: found.customer_id, partner_id: found.partner_id };
}

type Named = { readonly mac?: string | null | undefined; readonly device_id?: string | null | undefined; readonly asset_tag?: string | null | undefined };

/** Sets the identifiers that were given (null removes one, undefined leaves it) and returns what changed: `{ mac: [before, after] }`. */
export async function replaceIdentifiers(ctx: Ctx, unit_id: string, named: Named): Promise<Record<string, [string | null, string | null]>> {
  const changed: Record<string, [string | null, string | null]> = {};
  for (const kind of ['mac', 'device_id', 'asset_tag'] as const) {
    const wanted = named[kind];
    if (wanted === undefined) continue;
    const present = await ctx.db
      .selectFrom('unit_identifiers')
      .select('identifier')
      .where('unit_id', '=', unit_id)
      .where('kind', '=', kind)
      .orderBy('identifier')
      .execute();
    const before = present[0]?.identifier ?? null;
    if (before === wanted || (wanted === null && present.length === 0)) continue;
    if (kind === 'device_id' && wanted !== null) await refuseTakenDevice(ctx, wanted);
    await ctx.db.deleteFrom('unit_identifiers').where('unit_id', '=', unit_id).where('kind', '=', kind).execute();
    await insertMany(ctx.db, 'unit_identifiers', identifierRows(ctx, unit_id, { mac: null, device_id: null, [kind]: wanted }));
    changed[kind] = [before, wanted];
  }
  return changed;
}
