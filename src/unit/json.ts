// Units as they leave the product, and the schemas that say so.
import { z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import type { Ctx } from '../db/ctx.ts';
import { DayText, Instant } from '../web/route.ts';
import { conditions, identities, locations } from './inputs.ts';
import { getUnit, listFirmwareIntervals, listIdentifiers, listServiceIntervals, type UnitView } from './queries.ts';

const text = z.string().nullable();
const day = DayText.nullable();

export const Unit = z
  .object({
    id: z.string(),
    serial: z.string(),
    identity: z.enum(identities),
    model_id: z.string(),
    model_code: z.string(),
    model_name: z.string(),
    maker_code: z.string(),
    batch_id: text,
    batch_code: text,
    hw_rev: text,
    firmware_id: text,
    firmware: text,
    mac: text,
    device_id: text,
    asset_tag: text,
    customer_id: text,
    customer_code: text,
    customer_name: text,
    site_id: text,
    site_code: text,
    site_name: text,
    partner_id: text,
    location: z.enum(locations).nullable(),
    condition: z.enum(conditions).nullable(),
    since_at: Instant.nullable(),
    shipped_on: day,
    delivered_on: day,
    purchased_on: day,
    own_warranty_ends_on: day,
    predecessor_id: text,
    successor_id: text,
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('Unit');

const ServiceInterval = z
  .object({
    id: z.string(),
    site_id: text,
    site_code: text,
    site_name: text,
    customer_id: text,
    from_on: DayText,
    to_on: day,
    estimated_at: Instant.nullable(),
    mounting: text,
    power: text,
    network: text,
    version: z.int(),
  })
  .openapi('ServiceInterval');
const FirmwareInterval = z.object({ id: z.string(), firmware_id: z.string(), firmware: z.string(), from_on: DayText, to_on: day }).openapi('FirmwareInterval');
const Identifier = z.object({ kind: z.enum(['mac', 'device_id', 'asset_tag', 'former_serial']), identifier: z.string() }).openapi('UnitIdentifier');
export const UnitInFull = Unit.extend({
  identifiers: z.array(Identifier),
  service_intervals: z.array(ServiceInterval),
  firmware_intervals: z.array(FirmwareInterval),
}).openapi('UnitInFull');

/** One unit with its identifiers and intervals. */
export async function inFull(ctx: Ctx, id: string) {
  const unit = await getUnit(ctx, id);
  const [identifiers, service, firmware] = [
    await listIdentifiers(ctx, unit.id),
    await listServiceIntervals(ctx, unit.id),
    await listFirmwareIntervals(ctx, unit.id),
  ];
  return {
    ...unitJson(unit),
    identifiers: identifiers.map(({ kind, identifier }) => ({ kind, identifier })),
    service_intervals: service.map(({ unit_id: _, created_at: __, ...interval }) => jsonOf(interval)),
    firmware_intervals: firmware.map(({ id: interval_id, firmware_id, firmware: code, from_on, to_on }) => ({
      id: interval_id,
      firmware_id,
      firmware: code,
      from_on,
      to_on,
    })),
  };
}

/** What leaves the product: without the columns that only the store needs. */
export function unitJson(unit: UnitView) {
  const { serial_key: _, merged_into_id: __, merged_at: ___, removed_at: ____, location, condition, ...rest } = unit;
  return { ...jsonOf(rest), location: locations.find((one) => one === location) ?? null, condition: conditions.find((one) => one === condition) ?? null };
}
