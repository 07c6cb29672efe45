// A small fleet written straight into the store: two makers, three models, units in service and what came back.
import type { Ctx } from '../../src/db/ctx.ts';
import { blankUnit } from '../../src/returns/newUnit.ts';
import type { ReturnUnitRow } from '../../src/returns/table.ts';

let sequence = 0;
const nextId = (prefix: string): string => `${prefix}-${String(++sequence).padStart(6, '0')}`;

/** Makers ACME and ZETA; models A1 and A2 of the first, Z1 of the second; failure modes `sd` below `media`, and component `board`. Ids are the codes. */
export async function addCatalog(ctx: Ctx): Promise<void> {
  const created = { created_at: ctx.now, version: 1 };
  await ctx.db
    .insertInto('makers')
    .values(['ACME', 'ZETA'].map((id) => ({ id, code: id, name: id, contact_email: null, locale: 'en' as const, ...created })))
    .execute();
  for (const [id, maker_id] of [
    ['A1', 'ACME'],
    ['A2', 'ACME'],
    ['Z1', 'ZETA'],
  ] as const) {
    await ctx.db
      .insertInto('models')
      .values({
        id,
        maker_id,
        code: id,
        name: id,
        family: null,
        own_warranty_months: 12,
        maker_warranty_months: 24,
        temp_limit_c: null,
        unit_cost: 20_000,
        currency: 'JPY',
        ...created,
      })
      .execute();
    await ctx.db
      .insertInto('batches')
      .values({ id: `${id}-b1`, model_id: id, code: 'b1', made_on: null, ...created })
      .execute();
    for (const version of ['1', '2'])
      await ctx.db
        .insertInto('firmwares')
        .values({ id: `${id}-f${version}`, model_id: id, code: version, released_on: null, ...created })
        .execute();
  }
  await ctx.db
    .insertInto('customers')
    .values({ id: 'cust', code: 'cust', name: 'Customer', partner_id: null, contact_name: null, email: null, phone: null, locale: 'ja', ...created })
    .execute();
  for (const kind of ['store', 'school']) {
    await ctx.db
      .insertInto('sites')
      .values({ id: kind, customer_id: 'cust', partner_id: null, code: kind, name: kind, kind, region: null, address: null, ...created })
      .execute();
  }
  const code = { merged_into_id: null, retired_at: null, ...created };
  await ctx.db
    .insertInto('codes')
    .values([
      { id: 'media', tree: 'failure_mode', code: 'media', parent_id: null, name_en: 'Media', name_ja: '記録媒体', ...code },
      { id: 'sd', tree: 'failure_mode', code: 'sd', parent_id: 'media', name_en: 'Card worn', name_ja: 'カード寿命', ...code },
      { id: 'board', tree: 'component', code: 'board', parent_id: null, name_en: 'Board', name_ja: '基板', ...code },
    ])
    .execute();
}

export interface ServedUnit {
  readonly model: string;
  readonly from_on: string;
  readonly to_on?: string | null;
  readonly hw_rev?: string;
  readonly site?: string;
  readonly firmwares?: readonly (readonly [version: string, from_on: string, to_on: string | null])[];
}

/** A unit in service; returns its id. */
export async function addUnit(ctx: Ctx, { model, from_on, to_on = null, hw_rev = 'A', site = 'store', firmwares = [] }: ServedUnit): Promise<string> {
  const id = nextId('unit');
  await ctx.db
    .insertInto('units')
    .values({
      id,
      model_id: model,
      serial: id,
      serial_key: id.toUpperCase(),
      identity: 'confirmed',
      batch_id: `${model}-b1`,
      hw_rev,
      firmware_id: null,
      customer_id: null,
      site_id: site,
      partner_id: null,
      shipped_on: from_on,
      delivered_on: from_on,
      purchased_on: null,
      own_warranty_ends_on: null,
      predecessor_id: null,
      merged_into_id: null,
      merged_at: null,
      removed_at: null,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    })
    .execute();
  await ctx.db
    .insertInto('service_intervals')
    .values({
      id: nextId('service'),
      unit_id: id,
      site_id: site,
      customer_id: null,
      from_on,
      to_on,
      estimated_at: null,
      mounting: null,
      power: null,
      network: null,
      created_at: ctx.now,
      version: 1,
    })
    .execute();
  for (const [version, from, to] of firmwares) {
    await ctx.db
      .insertInto('firmware_intervals')
      .values({ id: nextId('firmware'), unit_id: id, firmware_id: `${model}-f${version}`, from_on: from, to_on: to, created_at: ctx.now })
      .execute();
  }
  return id;
}

/** A returned unit, received on the day it came; returns its id. */
export async function addReturn(
  ctx: Ctx,
  unit_id: string,
  changes: Partial<Pick<ReturnUnitRow, 'returned_on' | 'failed_on' | 'verdict' | 'failure_mode_id' | 'component_id' | 'state' | 'coverage'>>,
): Promise<string> {
  const return_id = nextId('return');
  await ctx.db
    .insertInto('returns')
    .values({
      id: return_id,
      number: return_id,
      type: 'return_first',
      state: 'open',
      customer_id: null,
      partner_id: null,
      case_id: null,
      owner_id: null,
      note: null,
      ship_to: null,
      rejected_reason: null,
      origin: 'filed',
      filed_on: changes.returned_on ?? '2026-01-01',
      authorised_at: null,
      closed_at: null,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    })
    .execute();
  const id = nextId('return-unit');
  const disposition = { disposition: 'repair', resolved_at: ctx.now, dispositioned_at: ctx.now } as const;
  await ctx.db
    .insertInto('return_units')
    .values({
      ...blankUnit,
      id,
      return_id,
      unit_id,
      partner_id: null,
      state: 'resolved',
      failed_on: null,
      received_at: ctx.now,
      ...disposition,
      reported_symptom_id: null,
      reported_text: null,
      snapshot: null,
      coverage: null,
      coverage_reason: null,
      warranty_starts_on: null,
      contract_ends_on: null,
      warranty_basis: null,
      own_warranty_ends_on: null,
      maker_warranty_ends_on: null,
      repeat_no: 1,
      created_at: ctx.now,
      updated_at: ctx.now,
      ...changes,
    })
    .execute();
  return id;
}
