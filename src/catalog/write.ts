// Creating and changing catalogue records, one function each. Bodies are short because save.ts does what all of them need.
import { invalid } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';
import type * as Input from './inputs.ts';
import { findPartnerOf, getCustomerOf, getMakerOf, getModelOf, getModelsNamed } from './resolve.ts';
import { changeRecord, createRecord } from './save.ts';
import type { BatchRow, ContractRow, CustomerRow, FirmwareRow, MakerRow, ModelRow, PartnerRow, SiteRow } from './table.ts';

export const createMaker = (ctx: Ctx, input: Input.NewMaker): Promise<MakerRow> =>
  createRecord(ctx, 'makers', { code: input.code, name: input.name, contact_email: input.contact_email ?? null, locale: input.locale ?? 'en' });

export const updateMaker = (ctx: Ctx, id: string, input: Input.MakerChange, expected?: number): Promise<MakerRow> =>
  changeRecord(ctx, 'makers', id, input, expected);

export async function createModel(ctx: Ctx, input: Input.NewModel): Promise<ModelRow> {
  return transaction(ctx, async (ctx) => {
    const maker = await getMakerOf(ctx, input);
    const model = await createRecord(
      ctx,
      'models',
      {
        maker_id: maker.id,
        code: input.code,
        name: input.name,
        family: input.family ?? null,
        own_warranty_months: input.own_warranty_months ?? null,
        maker_warranty_months: input.maker_warranty_months ?? null,
        temp_limit_c: input.temp_limit_c ?? null,
        unit_cost: input.unit_cost ?? null,
        currency: input.currency ?? null,
      },
      { maker_id: maker.id },
    );
    if (input.substitutes !== undefined) await replaceSubstitutes(ctx, model.id, input.substitutes);
    return model;
  });
}

export async function updateModel(ctx: Ctx, id: string, input: Input.ModelChange, expected?: number): Promise<ModelRow> {
  const { substitutes, ...fields } = input;
  return transaction(ctx, async (ctx) => {
    const model = await changeRecord(ctx, 'models', id, fields, expected, (before) => ({ maker_id: before.maker_id }));
    if (substitutes === undefined || !(await replaceSubstitutes(ctx, id, substitutes))) return model;
    const version = model.version + 1;
    await ctx.db.updateTable('models').set({ version }).where('id', '=', id).execute();
    await remember(ctx, { action: 'model.updated', record_kind: 'model', record_id: id, change: { substitutes } });
    return { ...model, version };
  });
}

/** Returns whether that changed anything. */
async function replaceSubstitutes(ctx: Ctx, model_id: string, names: readonly string[]): Promise<boolean> {
  const models = await getModelsNamed(ctx, names, 'substitutes');
  if (models.some((model) => model.id === model_id)) throw invalid('substitutes', ['A model cannot replace itself', '機種を自分自身の代替機種にはできません']);
  const wanted = [...new Set(models.map((model) => model.id))];
  const present = await ctx.db.selectFrom('model_substitutes').select('substitute_id').where('model_id', '=', model_id).orderBy('preference').execute();
  if (present.map((row) => row.substitute_id).join() === wanted.join()) return false;
  await writeSubstitutes(ctx, model_id, wanted);
  return true;
}

/** Sets which models may replace this one, the preferred first. */
export async function writeSubstitutes(ctx: Ctx, model_id: string, substitute_ids: readonly string[]): Promise<void> {
  await ctx.db.deleteFrom('model_substitutes').where('model_id', '=', model_id).execute();
  await insertMany(
    ctx.db,
    'model_substitutes',
    substitute_ids.map((substitute_id, preference) => ({ model_id, substitute_id, preference })),
  );
}

export async function createBatch(ctx: Ctx, input: Input.NewBatch): Promise<BatchRow> {
  const { id: model_id } = await getModelOf(ctx, input);
  return createRecord(ctx, 'batches', { model_id, code: input.code, made_on: input.made_on ?? null }, { model_id });
}

export const updateBatch = (ctx: Ctx, id: string, input: Input.BatchChange, expected?: number): Promise<BatchRow> =>
  changeRecord(ctx, 'batches', id, input, expected, (before) => ({ model_id: before.model_id }));

export async function createFirmware(ctx: Ctx, input: Input.NewFirmware): Promise<FirmwareRow> {
  const { id: model_id } = await getModelOf(ctx, input);
  return createRecord(ctx, 'firmwares', { model_id, code: input.code, released_on: input.released_on ?? null }, { model_id });
}

export const updateFirmware = (ctx: Ctx, id: string, input: Input.FirmwareChange, expected?: number): Promise<FirmwareRow> =>
  changeRecord(ctx, 'firmwares', id, input, expected, (before) => ({ model_id: before.model_id }));

export const createPartner = (ctx: Ctx, input: Input.NewPartner): Promise<PartnerRow> =>
  createRecord(ctx, 'partners', { code: input.code, name: input.name, email: input.email ?? null });

export const updatePartner = (ctx: Ctx, id: string, input: Input.PartnerChange, expected?: number): Promise<PartnerRow> =>
  changeRecord(ctx, 'partners', id, input, expected);

export async function createCustomer(ctx: Ctx, input: Input.NewCustomer): Promise<CustomerRow> {
  const partner = await findPartnerOf(ctx, input);
  return createRecord(ctx, 'customers', {
    code: input.code,
    name: input.name,
    partner_id: partner?.id ?? null,
    contact_name: input.contact_name ?? null,
    email: input.email ?? null,
    phone: input.phone ?? null,
    locale: input.locale ?? 'ja',
  });
}

/** A change of partner carries the customer's sites, contracts and units along. */
export async function updateCustomer(ctx: Ctx, id: string, input: Input.CustomerChange, expected?: number): Promise<CustomerRow> {
  const { partner_id, partner_code, ...fields } = input;
  const partner = partner_id === undefined && partner_code === undefined ? undefined : await findPartnerOf(ctx, input);
  return changeRecord(ctx, 'customers', id, { ...fields, partner_id: partner === undefined ? undefined : (partner?.id ?? null) }, expected);
}

export async function createSite(ctx: Ctx, input: Input.NewSite): Promise<SiteRow> {
  const customer = await getCustomerOf(ctx, input);
  return createRecord(ctx, 'sites', {
    customer_id: customer.id,
    partner_id: customer.partner_id,
    code: input.code,
    name: input.name,
    kind: input.kind ?? null,
    region: input.region ?? null,
    address: input.address ?? null,
  });
}

export const updateSite = (ctx: Ctx, id: string, input: Input.SiteChange, expected?: number): Promise<SiteRow> =>
  changeRecord(ctx, 'sites', id, input, expected);

export async function createContract(ctx: Ctx, input: Input.NewContract): Promise<ContractRow> {
  const customer = await getCustomerOf(ctx, input);
  refuseBackwards(input);
  return createRecord(ctx, 'contracts', {
    customer_id: customer.id,
    partner_id: customer.partner_id,
    code: input.code,
    plan: input.plan,
    coverage: input.coverage ?? 'none',
    starts_on: input.starts_on,
    ends_on: input.ends_on ?? null,
    cancelled_on: input.cancelled_on ?? null,
    cancel_reason: input.cancel_reason ?? null,
  });
}

export async function updateContract(ctx: Ctx, id: string, input: Input.ContractChange, expected?: number): Promise<ContractRow> {
  return transaction(ctx, async (ctx) => {
    const contract = await changeRecord(ctx, 'contracts', id, input, expected);
    refuseBackwards(contract);
    return contract;
  });
}

function refuseBackwards(contract: { readonly starts_on: string; readonly ends_on?: string | null | undefined }): void {
  if ((contract.ends_on ?? null) !== null && (contract.ends_on ?? '') < contract.starts_on)
    throw invalid('ends_on', ['A contract cannot end before it starts', '契約終了日が開始日より前です']);
}
