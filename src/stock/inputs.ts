// What the stock keeper's verbs accept. Unknown fields are refused.
import { z } from 'zod';
import { asNumber, CalendarDay } from '../core/given.ts';
import { conditions, locations } from '../unit/inputs.ts';

const id = z.string().min(1).max(64);
const code = z.string().trim().min(1).max(64);
const scan = z.string().min(1).max(200);
const reason = z.string().trim().min(1).max(1000);
const text = z.string().trim().max(4000);
const nothing = <T extends z.ZodType>(type: T) => type.nullable().optional();
/** Spares on one shelf. */
const quantity = asNumber(z.coerce.number().int().min(1).max(1_000_000));
const modelRef = { model_id: id.optional(), model_code: code.optional(), maker_code: code.optional() };

export const ReserveStock = z.strictObject({
  ...modelRef,
  unit_id: id.optional(),
  quantity: quantity.optional(),
  allow_substitute: z.boolean().optional(),
  note: text.optional(),
});
export const EndReservation = z.strictObject({ reason: reason.optional() });
/** All that is still promised, or a part of the spares. `reason` is what the move is remembered by: whom the goods go to, the number of the slip. */
export const ShipReservation = z.strictObject({
  quantity: quantity.optional(),
  location: z.enum(['in_transit', 'customer']).optional(),
  reason: reason.optional(),
});

/** A unit (any identifier, or its id) or a quantity of an un-serialised spare goes somewhere else by hand. */
export const MoveStock = z.strictObject({
  unit_id: id.optional(),
  serial: scan.optional(),
  ...modelRef,
  quantity: quantity.optional(),
  from_location: z.enum(locations).optional(),
  from_condition: z.enum(conditions).optional(),
  location: z.enum(locations),
  condition: z.enum(conditions).optional(),
  reason,
});

/** A unit, or a quantity of an un-serialised spare on a shelf, is to be given up. */
export const GiveUpStock = z.strictObject({
  kind: z.enum(['scrapped', 'lost']),
  unit_id: id.optional(),
  serial: scan.optional(),
  ...modelRef,
  quantity: quantity.optional(),
  location: z.enum(locations).optional(),
  condition: z.enum(conditions).optional(),
  reason,
});

export const SetPolicy = z.strictObject({
  ...modelRef,
  reorder_point: asNumber(z.coerce.number().int().min(0).max(1_000_000)),
  safety_stock: asNumber(z.coerce.number().int().min(0).max(1_000_000)).optional(),
  lead_time_days: nothing(asNumber(z.coerce.number().int().min(0).max(1000))),
  order_quantity: nothing(quantity),
});

export const PlaceHold = z.strictObject({
  ...modelRef,
  hw_rev: nothing(z.string().trim().max(32)),
  batch_id: nothing(id),
  batch_code: nothing(code),
  firmware_id: nothing(id),
  firmware: nothing(code),
  reason,
  cause_kind: nothing(code),
  cause_id: nothing(id),
});

const line = z.strictObject({
  ...modelRef,
  quantity,
  unit_cost: nothing(asNumber(z.coerce.number().min(0).max(1e9))),
  currency: nothing(z.string().regex(/^[A-Z]{3}$/)),
});
export const NewOrder = z.strictObject({
  supplier: z.string().trim().min(1).max(200),
  expected_on: nothing(CalendarDay),
  note: nothing(text),
  ordered: z.boolean().optional(),
  lines: z.array(line).min(1).max(200),
});
export const PlaceOrder = z.strictObject({ ordered_on: CalendarDay.optional(), expected_on: nothing(CalendarDay) });

/** Serialised goods by their serials, un-serialised spares by quantity. */
export const ReceiveOrder = z.strictObject({
  line_id: id,
  quantity: quantity.optional(),
  serials: z.array(scan).min(1).max(1000).optional(),
  batch_code: nothing(code),
  hw_rev: nothing(z.string().trim().max(32)),
  firmware: nothing(code),
});

export const StartCount = z.strictObject({ location: z.enum(locations), ...modelRef, note: nothing(text) });
export const CountScan = z.strictObject({ scan, unit_id: id.optional() });
export const CountQuantity = z.strictObject({ ...modelRef, condition: z.enum(conditions), quantity: asNumber(z.coerce.number().int().min(0).max(1_000_000)) });
export const Because = z.strictObject({ reason });

export type ReserveStock = z.output<typeof ReserveStock>;
export type ShipReservation = z.output<typeof ShipReservation>;
export type MoveStock = z.output<typeof MoveStock>;
export type GiveUpStock = z.output<typeof GiveUpStock>;
export type SetPolicy = z.output<typeof SetPolicy>;
export type PlaceHold = z.output<typeof PlaceHold>;
export type NewOrder = z.output<typeof NewOrder>;
export type PlaceOrder = z.output<typeof PlaceOrder>;
export type ReceiveOrder = z.output<typeof ReceiveOrder>;
export type StartCount = z.output<typeof StartCount>;
export type CountScan = z.output<typeof CountScan>;
export type CountQuantity = z.output<typeof CountQuantity>;
