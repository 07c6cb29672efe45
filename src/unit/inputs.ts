// What the unit verbs accept. Names of fields are those of the CSV; unknown fields are refused.
import { z } from 'zod';
import { CalendarDay } from '../core/given.ts';
import { cleanIdentifier } from '../core/identifier.ts';
import { DEVICE_ID, macOf } from './rules.ts';

export const locations = [
  'customer',
  'in_transit',
  'receiving',
  'quarantine',
  'bench',
  'good_stock',
  'defect_stock',
  'repair',
  'maker',
  'scrapped',
  'lost',
  'supplier',
  'adjustment',
] as const;
export const conditions = ['new', 'verified', 'refurbished', 'defective', 'unverified'] as const;
export const identities = ['confirmed', 'provisional'] as const;

const id = z.string().min(1).max(64);
const code = z.string().trim().min(1).max(64);
const serial = z.string().max(128).transform(cleanIdentifier).pipe(z.string().min(1).max(64));
const mac = z.string().transform((text, context) => {
  const clean = macOf(text);
  if (clean === null) context.addIssue({ code: 'custom', message: 'aa:bb:cc:dd:ee:ff' });
  return clean ?? '';
});
const optional = <T extends z.ZodType>(type: T) => type.nullable().optional();

const described = {
  batch_code: optional(code),
  hw_rev: optional(z.string().trim().min(1).max(32)),
  mac: optional(mac),
  device_id: optional(z.string().regex(DEVICE_ID)),
  asset_tag: optional(serial),
  shipped_on: optional(CalendarDay),
  delivered_on: optional(CalendarDay),
  purchased_on: optional(CalendarDay),
  own_warranty_ends_on: optional(CalendarDay),
  site_id: optional(id),
  site_code: optional(code),
  customer_id: optional(id),
  customer_code: optional(code),
};

export const NewUnit = z.strictObject({
  model_id: id.optional(),
  model_code: code.optional(),
  maker_code: code.optional(),
  serial,
  identity: z.enum(identities).optional(),
  ...described,
  firmware: optional(code),
  in_service_on: optional(CalendarDay),
  out_of_service_on: optional(CalendarDay),
  location: z.enum(locations).optional(),
  condition: z.enum(conditions).optional(),
});

export const UnitChange = z.strictObject({ serial, identity: z.enum(['confirmed']), ...described }).partial();

export const MergeUnit = z.strictObject({ into_id: id, reason: z.string().trim().max(500).optional() });

export const SwapUnit = z.strictObject({
  replacement_id: id,
  on: CalendarDay.optional(),
  reason: z.string().trim().max(500).optional(),
  new_warranty: z.enum(['inherit', 'restart']).default('inherit'),
});

const installation = {
  mounting: optional(z.enum(['indoor', 'outdoor'])),
  power: optional(z.string().trim().max(64)),
  network: optional(z.string().trim().max(64)),
};

export const NewServiceInterval = z.strictObject({
  site_id: optional(id),
  site_code: optional(code),
  customer_id: optional(id),
  customer_code: optional(code),
  from_on: CalendarDay,
  to_on: optional(CalendarDay),
  ...installation,
});

export const ServiceIntervalChange = z.strictObject({ from_on: CalendarDay, to_on: optional(CalendarDay), ...installation }).partial();

export const NewFirmware = z.strictObject({ firmware: code, from_on: CalendarDay.optional() });

export type NewUnit = z.output<typeof NewUnit>;
export type UnitChange = z.output<typeof UnitChange>;
export type MergeUnit = z.output<typeof MergeUnit>;
export type SwapUnit = z.output<typeof SwapUnit>;
export type NewServiceInterval = z.output<typeof NewServiceInterval>;
export type ServiceIntervalChange = z.output<typeof ServiceIntervalChange>;
export type NewFirmware = z.output<typeof NewFirmware>;
