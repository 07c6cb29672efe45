// What the returns desk accepts. Unknown fields are refused. Schema and type share a name.
import { z } from 'zod';
import { CalendarDay } from '../core/given.ts';
import { dispositions } from './disposition.ts';

const id = z.string().min(1).max(64);
const code = z.string().trim().min(1).max(64);
const identifier = z.string().min(1).max(200);
const text = z.string().trim().max(4000);
const reason = z.string().trim().min(1).max(1000);
const nothing = <T extends z.ZodType>(type: T) => type.nullable().optional();

export const returnTypes = ['advance_replacement', 'return_first', 'repair', 'no_return_needed'] as const;
export const verdicts = ['confirmed', 'no_fault_found', 'customer_damage', 'wrong_unit', 'undetermined'] as const;
export const coverages = ['maker', 'own_warranty', 'contract', 'goodwill', 'paid'] as const;

/** A unit named by its id, or by any identifier (and its model when several units share it). */
export const UnitRef = z.strictObject({ unit_id: id.optional(), serial: identifier.optional(), model_code: code.optional(), maker_code: code.optional() });

export const FiledUnit = UnitRef.extend({ reported_symptom: nothing(code), reported_text: nothing(text), failed_on: nothing(CalendarDay) });

/** Units in one return: a pallet, not a warehouse. */
const MOST_UNITS = 200;

export const FileReturn = z.strictObject({
  type: z.enum(returnTypes),
  customer_id: nothing(id),
  customer_code: nothing(code),
  case_id: nothing(id),
  note: nothing(text),
  ship_to: nothing(text),
  /** Staff may authorise as they file. */
  authorised: z.boolean().optional(),
  units: z.array(FiledUnit).min(1).max(MOST_UNITS),
});
export const AddReturnUnit = FiledUnit;
export const ChangeReturn = z.strictObject({ note: nothing(text), ship_to: nothing(text), owner_id: nothing(id) });

export const Because = z.strictObject({ reason });
export const Maybe = z.strictObject({ reason: reason.optional() });

export const ReceiveUnit = z.strictObject({
  /** What the scanner read: serial, MAC, device id, asset tag, return number or QR link. */
  scan: identifier,
  /** One of the choices of an ambiguous scan. */
  unit_id: id.optional(),
  /** The return whose box is being unpacked: what does not belong to it is received as unexpected. */
  return_id: id.optional(),
  /** Needed to make a provisional unit of an unknown serial. */
  model_code: code.optional(),
  maker_code: code.optional(),
  note: nothing(text),
});

export const DisposeUnit = z.strictObject({
  return_unit_id: id,
  disposition: z.enum(dispositions),
  /** Of a restocked unit. */
  condition: z.enum(['verified', 'refurbished']).optional(),
  reason: reason.optional(),
  /** Quality's word for a unit with too many no-fault-found verdicts. */
  override_reason: reason.optional(),
});

export const RequestOutbound = z.strictObject({
  return_unit_id: nothing(id),
  model_id: id.optional(),
  model_code: code.optional(),
  maker_code: code.optional(),
  /** This very unit from good stock. */
  unit_id: id.optional(),
  allow_substitute: z.boolean().optional(),
  /** Reserve at once (the default) or only note the wish. */
  reserve: z.boolean().optional(),
});
export const ReserveOutbound = z.strictObject({ unit_id: id.optional(), allow_substitute: z.boolean().optional() });
export const ShipOutbound = z.strictObject({ carrier: nothing(z.string().trim().max(100)), tracking_no: nothing(z.string().trim().max(100)) });

/** For which unit of the return; may be left out when only one fits. */
export const ForUnit = z.strictObject({ return_unit_id: id.optional(), reason });
export const Approve = z.strictObject({ return_unit_id: id.optional(), reason: reason.optional() });

export const ChangeCoverage = z.strictObject({ coverage: z.enum(coverages), reason });

export type UnitRef = z.output<typeof UnitRef>;
export type FiledUnit = z.output<typeof FiledUnit>;
export type FileReturn = z.output<typeof FileReturn>;
export type ChangeReturn = z.output<typeof ChangeReturn>;
export type ReceiveUnit = z.output<typeof ReceiveUnit>;
export type DisposeUnit = z.output<typeof DisposeUnit>;
export type RequestOutbound = z.output<typeof RequestOutbound>;
export type ReserveOutbound = z.output<typeof ReserveOutbound>;
export type ShipOutbound = z.output<typeof ShipOutbound>;
export type ForUnit = z.output<typeof ForUnit>;
export type Approve = z.output<typeof Approve>;
export type ChangeCoverage = z.output<typeof ChangeCoverage>;
