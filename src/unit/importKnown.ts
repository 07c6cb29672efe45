// What a file of units is compared with: the catalogue by code, and the units, devices and intervals that exist already.
import type { ModelFinder } from '../catalog/modelFinder.ts';
import { grouped } from '../catalog/modelFinder.ts';
import type { Ctx } from '../db/ctx.ts';
import type { UnitPlaceRow } from '../ledger/table.ts';
import type { FirmwareIntervalRow, ServiceIntervalRow, UnitIdentifierRow, UnitRow } from './table.ts';

interface Owned {
  readonly id: string;
  readonly customer_id: string;
  readonly partner_id: string | null;
}

/** Found by code; batches by `<model_id>/<code>`, firmwares by id. */
export interface KnownParts {
  readonly findModel: ModelFinder;
  readonly batches: ReadonlyMap<string, string>;
  readonly firmwareCodes: ReadonlyMap<string, string>;
  readonly sites: ReadonlyMap<string, Owned>;
  readonly customers: ReadonlyMap<string, Owned>;
}

export async function knownParts(ctx: Ctx): Promise<Omit<KnownParts, 'findModel'>> {
  const [batches, firmwares] = [
    await ctx.db.selectFrom('batches').select(['id', 'model_id', 'code']).execute(),
    await ctx.db.selectFrom('firmwares').select(['id', 'code']).execute(),
  ];
  const sites = await ctx.db.selectFrom('sites').select(['id', 'code', 'customer_id', 'partner_id']).execute();
  const customers = await ctx.db.selectFrom('customers').select(['id', 'code', 'id as customer_id', 'partner_id']).execute();
  return {
    batches: new Map(batches.map((batch) => [`${batch.model_id}/${batch.code}`, batch.id])),
    firmwareCodes: new Map(firmwares.map((firmware) => [firmware.id, firmware.code])),
    sites: new Map(sites.map((site) => [site.code, site])),
    customers: new Map(customers.map((customer) => [customer.code, customer])),
  };
}

/** A unit with all that an import may change, as stored: what `undo` puts back. */
export interface StoredUnit {
  readonly unit: UnitRow;
  readonly identifiers: readonly UnitIdentifierRow[];
  readonly service: readonly ServiceIntervalRow[];
  readonly firmware: readonly FirmwareIntervalRow[];
  readonly place: UnitPlaceRow | null;
}

/** Units by `<model_id>/<serial_key>`, and who has which device_id. */
export interface Known {
  readonly units: ReadonlyMap<string, StoredUnit>;
  readonly devices: ReadonlyMap<string, string>;
}

/** Keys per query. */
const KEYS = 1000;

export async function loadKnown(ctx: Ctx, serialKeys: readonly string[], deviceIds: readonly string[]): Promise<Known> {
  const units: UnitRow[] = [];
  for (let i = 0; i < serialKeys.length; i += KEYS) {
    units.push(
      ...(await ctx.db
        .selectFrom('units')
        .selectAll()
        .where('serial_key', 'in', serialKeys.slice(i, i + KEYS))
        .where('merged_into_id', 'is', null)
        .where('removed_at', 'is', null)
        .execute()),
    );
  }
  const devices: { identifier: string; unit_id: string }[] = [];
  for (let i = 0; i < deviceIds.length; i += KEYS) {
    devices.push(
      ...(await ctx.db
        .selectFrom('unit_identifiers')
        .select(['identifier', 'unit_id'])
        .where('kind', '=', 'device_id')
        .where('identifier', 'in', deviceIds.slice(i, i + KEYS))
        .execute()),
    );
  }
  const stored = await loadStored(ctx, units);
  return {
    units: new Map(stored.map((one) => [`${one.unit.model_id}/${one.unit.serial_key}`, one])),
    devices: new Map(devices.map((device) => [device.identifier, device.unit_id])),
  };
}

async function loadStored(ctx: Ctx, units: readonly UnitRow[]): Promise<StoredUnit[]> {
  const stored: StoredUnit[] = [];
  for (let i = 0; i < units.length; i += KEYS) {
    const slice = units.slice(i, i + KEYS);
    const ids = slice.map((unit) => unit.id);
    const identifiers = grouped(await ctx.db.selectFrom('unit_identifiers').selectAll().where('unit_id', 'in', ids).execute(), (row) => row.unit_id);
    const service = grouped(
      await ctx.db.selectFrom('service_intervals').selectAll().where('unit_id', 'in', ids).orderBy('from_on').execute(),
      (row) => row.unit_id,
    );
    const firmware = grouped(
      await ctx.db.selectFrom('firmware_intervals').selectAll().where('unit_id', 'in', ids).orderBy('from_on').execute(),
      (row) => row.unit_id,
    );
    const places = grouped(await ctx.db.selectFrom('unit_places').selectAll().where('unit_id', 'in', ids).execute(), (row) => row.unit_id);
    stored.push(
      ...slice.map((unit) => ({
        unit,
        identifiers: identifiers.get(unit.id) ?? [],
        service: service.get(unit.id) ?? [],
        firmware: firmware.get(unit.id) ?? [],
        place: places.get(unit.id)?.[0] ?? null,
      })),
    );
  }
  return stored;
}
