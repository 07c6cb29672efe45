// What the catalogue accepts. Unknown fields are refused. A maker, model or customer is named by its id or by its code.
import { z } from 'zod';
import { asNumber, CalendarDay } from '../core/given.ts';

const code = z.string().trim().min(1).max(64);
const name = z.string().trim().min(1).max(200);
const id = z.string().min(1).max(64);
const months = asNumber(z.coerce.number().int().min(0).max(600));
const short = z.string().trim().min(1).max(200);
const locale = z.enum(['en', 'ja']);
/** Every field may be left out; null clears one that may be unknown. */
const nothing = <T extends z.ZodType>(type: T) => type.nullable().optional();

const makerRef = { maker_id: id.optional(), maker_code: code.optional() };
const modelRef = { model_id: id.optional(), model_code: code.optional(), maker_code: code.optional() };
const customerRef = { customer_id: id.optional(), customer_code: code.optional() };
const partnerRef = { partner_id: nothing(id), partner_code: nothing(code) };

const maker = { code, name, contact_email: nothing(z.email().max(200)), locale: locale.optional() };
export const NewMaker = z.strictObject(maker);
export const MakerChange = z.strictObject(maker).partial();

const model = {
  code,
  name,
  family: nothing(short),
  own_warranty_months: nothing(months),
  maker_warranty_months: nothing(months),
  temp_limit_c: nothing(asNumber(z.coerce.number().min(-60).max(150))),
  unit_cost: nothing(asNumber(z.coerce.number().min(0).max(1e9))),
  currency: nothing(z.string().regex(/^[A-Z]{3}$/)),
  /** Codes of models that may replace this one, the preferred first; `MAKER:CODE` when two makers share the code. */
  substitutes: z.array(z.string().trim().min(1).max(130)).max(20).optional(),
};
export const NewModel = z.strictObject({ ...makerRef, ...model });
export const ModelChange = z.strictObject(model).partial();

const batch = { code, made_on: nothing(CalendarDay) };
export const NewBatch = z.strictObject({ ...modelRef, ...batch });
export const BatchChange = z.strictObject(batch).partial();

const firmware = { code, released_on: nothing(CalendarDay) };
export const NewFirmware = z.strictObject({ ...modelRef, ...firmware });
export const FirmwareChange = z.strictObject(firmware).partial();

const partner = { code, name, email: nothing(z.email().max(200)) };
export const NewPartner = z.strictObject(partner);
export const PartnerChange = z.strictObject(partner).partial();

const customer = {
  code,
  name,
  contact_name: nothing(short),
  email: nothing(z.email().max(200)),
  phone: nothing(z.string().trim().max(50)),
  locale: locale.optional(),
};
export const NewCustomer = z.strictObject({ ...partnerRef, ...customer });
export const CustomerChange = z.strictObject({ ...partnerRef, ...customer }).partial();

const site = { code, name, kind: nothing(short), region: nothing(short), address: nothing(z.string().trim().max(500)) };
export const NewSite = z.strictObject({ ...customerRef, ...site });
export const SiteChange = z.strictObject(site).partial();

export const coverages = ['none', 'advance_replacement', 'on_site', 'full'] as const;
const contract = {
  code,
  plan: short,
  coverage: z.enum(coverages).optional(),
  starts_on: CalendarDay,
  ends_on: nothing(CalendarDay),
  cancelled_on: nothing(CalendarDay),
  cancel_reason: nothing(z.string().trim().max(500)),
};
export const NewContract = z.strictObject({ ...customerRef, ...contract });
export const ContractChange = z.strictObject(contract).partial();

export type NewMaker = z.output<typeof NewMaker>;
export type MakerChange = z.output<typeof MakerChange>;
export type NewModel = z.output<typeof NewModel>;
export type ModelChange = z.output<typeof ModelChange>;
export type NewBatch = z.output<typeof NewBatch>;
export type BatchChange = z.output<typeof BatchChange>;
export type NewFirmware = z.output<typeof NewFirmware>;
export type FirmwareChange = z.output<typeof FirmwareChange>;
export type NewPartner = z.output<typeof NewPartner>;
export type PartnerChange = z.output<typeof PartnerChange>;
export type NewCustomer = z.output<typeof NewCustomer>;
export type CustomerChange = z.output<typeof CustomerChange>;
export type NewSite = z.output<typeof NewSite>;
export type SiteChange = z.output<typeof SiteChange>;
export type NewContract = z.output<typeof NewContract>;
export type ContractChange = z.output<typeof ContractChange>;
