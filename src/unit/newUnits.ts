// The rows of new units and the one way they are written: createUnit writes one, an import writes thousands.
import { newId } from '../core/id.ts';
import { identifierKey } from '../core/identifier.ts';
import type { Day } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';
import type { Condition, Location } from '../ledger/move.ts';
import { postMoves } from '../ledger/postMoves.ts';
import { startingDay } from './rules.ts';
import type { FirmwareIntervalRow, ServiceIntervalRow, UnitIdentifierRow, UnitRow } from './table.ts';

/** A new unit with everything it refers to found. */
export interface FoundUnit {
  readonly model_id: string;
  readonly serial: string;
  readonly identity?: UnitRow['identity'];
  readonly batch_id: string | null;
  readonly hw_rev: string | null;
  readonly firmware_id: string | null;
  readonly customer_id: string | null;
  readonly site_id: string | null;
  readonly partner_id: string | null;
  readonly shipped_on: Day | null;
  readonly delivered_on: Day | null;
  readonly purchased_on: Day | null;
  readonly own_warranty_ends_on?: Day | null;
  readonly in_service_on: Day | null;
  readonly out_of_service_on: Day | null;
  readonly mac: string | null;
  readonly device_id: string | null;
  readonly asset_tag?: string | null;
  /** Null when nobody knows where it is. */
  readonly place: { readonly location: Location; readonly condition: Condition } | null;
}

/** Writes new units inside the open transaction: rows, identifiers, intervals, first moves, history. Returns their rows in order. */
export async function writeNewUnits(
  ctx: Ctx,
  found: readonly FoundUnit[],
  cause: { readonly cause_kind: string; readonly cause_id: string | null },
): Promise<UnitRow[]> {
  const units = found.map((unit) => unitRow(ctx, unit));
  const made = found.map((given, i) => ({ given, unit: units[i] })).filter((pair): pair is { given: FoundUnit; unit: UnitRow } => pair.unit !== undefined);
  await insertMany(ctx.db, 'units', units);
  await insertMany(
    ctx.db,
    'unit_identifiers',
    made.flatMap(({ given, unit }) => identifierRows(ctx, unit.id, given)),
  );
  await insertMany(
    ctx.db,
    'service_intervals',
    made.flatMap(({ given, unit }) => firstService(ctx, unit.id, given)),
  );
  await insertMany(
    ctx.db,
    'firmware_intervals',
    made.flatMap(({ given, unit }) => firstFirmware(ctx, unit.id, given)),
  );
  await postMoves(
    ctx,
    made.flatMap(({ given: { place }, unit }) =>
      place === null
        ? []
        : [
            {
              unit_id: unit.id,
              model_id: unit.model_id,
              quantity: 1,
              from: { location: 'supplier' as const, condition: null },
              to: place,
              ...cause,
            },
          ],
    ),
  );
  await remember(
    ctx,
    ...made.map(({ given, unit }) => ({
      action: 'unit.created',
      record_kind: 'unit',
      record_id: unit.id,
      change: {
        serial: unit.serial,
        model_id: unit.model_id,
        ...(given.place ?? {}),
        ...(cause.cause_id === null ? {} : { [`${cause.cause_kind}_id`]: cause.cause_id }),
      },
    })),
  );
  return units;
}

const unitRow = (ctx: Ctx, unit: FoundUnit): UnitRow => ({
  id: newId(ctx.now),
  model_id: unit.model_id,
  serial: unit.serial,
  serial_key: identifierKey(unit.serial),
  identity: unit.identity ?? 'confirmed',
  batch_id: unit.batch_id,
  hw_rev: unit.hw_rev,
  firmware_id: unit.firmware_id,
  customer_id: unit.customer_id,
  site_id: unit.site_id,
  partner_id: unit.partner_id,
  shipped_on: unit.shipped_on,
  delivered_on: unit.delivered_on,
  purchased_on: unit.purchased_on,
  own_warranty_ends_on: unit.own_warranty_ends_on ?? null,
  predecessor_id: null,
  merged_into_id: null,
  merged_at: null,
  removed_at: null,
  created_at: ctx.now,
  updated_at: ctx.now,
  version: 1,
});

type Named = Pick<FoundUnit, 'mac' | 'device_id' | 'asset_tag'>;

/** The identifiers besides the serial that the unit was given. */
export const identifierRows = (ctx: Ctx, unit_id: string, named: Named): UnitIdentifierRow[] =>
  (['mac', 'device_id', 'asset_tag'] as const).flatMap((kind) => {
    const identifier = named[kind];
    return identifier == null ? [] : [{ unit_id, kind, identifier, identifier_key: identifierKey(identifier), created_at: ctx.now }];
  });

/** The first service interval: from the day given, else from the best known start, marked as estimated (statistics: exposure). Only at a customer's. */
export function firstService(ctx: Ctx, unit_id: string, unit: Omit<FoundUnit, 'model_id' | 'serial'>): ServiceIntervalRow[] {
  const estimate = unit.in_service_on === null && unit.place?.location === 'customer' ? (startingDay(unit)?.on ?? null) : null;
  const from_on = unit.in_service_on ?? estimate;
  if (from_on === null || (unit.out_of_service_on !== null && unit.out_of_service_on < from_on)) return [];
  return [
    {
      id: newId(ctx.now),
      unit_id,
      site_id: unit.site_id,
      customer_id: unit.customer_id,
      from_on,
      to_on: unit.out_of_service_on,
      estimated_at: unit.in_service_on === null ? ctx.now : null,
      mounting: null,
      power: null,
      network: null,
      created_at: ctx.now,
      version: 1,
    },
  ];
}

/** The firmware a unit is entered with holds from the first day anything is known of it. */
function firstFirmware(ctx: Ctx, unit_id: string, unit: FoundUnit): FirmwareIntervalRow[] {
  if (unit.firmware_id === null) return [];
  const days = [unit.shipped_on, unit.delivered_on, unit.purchased_on, unit.in_service_on].filter((day) => day !== null).sort();
  return [{ id: newId(ctx.now), unit_id, firmware_id: unit.firmware_id, from_on: days[0] ?? '1970-01-01', to_on: null, created_at: ctx.now }];
}
