// A small fleet for the tests of quality work: two makers, three models, batches and firmwares in order, people of each role.

import type { Actor } from '../../src/core/actor.ts';
import { newId } from '../../src/core/id.ts';
import type { Role } from '../../src/core/permission.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { createUnit } from '../../src/unit/createUnit.ts';
import type { UnitRow } from '../../src/unit/table.ts';

export interface Cast {
  readonly acme: string;
  readonly zenit: string;
  /** ACME X-100 and its sister X-200, and ZENIT Z-1 of the same family. */
  readonly x100: string;
  readonly x200: string;
  readonly z1: string;
  /** Batches of X-100: made in January, March and June 2025. */
  readonly jan: string;
  readonly mar: string;
  readonly jun: string;
  readonly fw1: string;
  readonly fw2: string;
  readonly seal: string;
  readonly sensor: string;
  readonly customer: string;
  readonly site: string;
  readonly kato: Actor;
  readonly sato: Actor;
  readonly tech: Actor;
}

export async function castFor(ctx: Ctx): Promise<Cast> {
  const put = async (table: 'makers' | 'models' | 'batches' | 'firmwares' | 'codes' | 'customers' | 'sites', row: object): Promise<string> => {
    const id = newId(ctx.now);
    // Each call below names the columns of its table.
    await ctx.db
      .insertInto(table)
      .values({ id, created_at: 0, version: 1, ...row } as never)
      .execute();
    return id;
  };
  const acme = await put('makers', { code: 'ACME', name: 'Acme Optics', contact_email: null, locale: 'en' });
  const zenit = await put('makers', { code: 'ZENIT', name: 'Zenit', contact_email: null, locale: 'ja' });
  const model = { own_warranty_months: 12, maker_warranty_months: 24, temp_limit_c: null, unit_cost: 120, currency: 'USD' };
  const x100 = await put('models', { ...model, maker_id: acme, code: 'X-100', name: 'Dome', family: 'dome' });
  const x200 = await put('models', { ...model, maker_id: acme, code: 'X-200', name: 'Dome II', family: 'dome' });
  const z1 = await put('models', { ...model, maker_id: zenit, code: 'Z-1', name: 'Zenit dome', family: 'dome' });
  const batch = (code: string, made_on: string) => put('batches', { model_id: x100, code, made_on });
  const firmware = (code: string, released_on: string) => put('firmwares', { model_id: x100, code, released_on });
  const mode = (code: string, name_en: string, name_ja: string) =>
    put('codes', { tree: 'failure_mode', code, parent_id: null, name_en, name_ja, merged_into_id: null, retired_at: null });
  const customer = await put('customers', {
    code: 'C-1',
    name: 'Harbour',
    partner_id: null,
    contact_name: 'Ms Abe',
    email: 'abe@harbour.example',
    phone: null,
    locale: 'ja',
  });
  return {
    acme,
    zenit,
    x100,
    x200,
    z1,
    customer,
    jan: await batch('25-01', '2025-01-10'),
    mar: await batch('25-03', '2025-03-10'),
    jun: await batch('25-06', '2025-06-10'),
    fw1: await firmware('4.2.9', '2025-01-01'),
    fw2: await firmware('4.2.10', '2025-06-01'),
    seal: await mode('SEAL', 'Seal leak', '防水不良'),
    sensor: await mode('SENSOR', 'Sensor dead', 'センサー故障'),
    site: await put('sites', { customer_id: customer, partner_id: null, code: 'S-1', name: 'Pier', kind: 'outdoor', region: null, address: null }),
    kato: await person(ctx, 'kato', 'lead'),
    sato: await person(ctx, 'sato', 'lead'),
    tech: await person(ctx, 'tanaka', 'tech'),
  };
}

async function person(ctx: Ctx, name: string, role: Role): Promise<Actor> {
  const id = newId(ctx.now);
  await ctx.db
    .insertInto('users')
    .values({
      id,
      email: `${name}@kizashi.example`,
      name,
      role,
      partner_id: null,
      locale: 'en',
      password_hash: null,
      single_keys: 'on',
      failed_sign_ins: 0,
      locked_until_at: null,
      disabled_at: null,
      created_at: 0,
      version: 1,
    })
    .execute();
  return { kind: 'person', id, name, role, scopes: null, partner_id: null, locale: 'en' };
}

/** Units of one batch in service at the pier since a day. */
export async function serve(
  ctx: Ctx,
  cast: Cast,
  serials: readonly string[],
  fields: { model_id?: string; batch_code?: string; hw_rev?: string; firmware?: string; in_service_on?: string } = {},
): Promise<UnitRow[]> {
  const units: UnitRow[] = [];
  for (const serial of serials) units.push(await createUnit(ctx, { model_id: cast.x100, serial, site_id: cast.site, in_service_on: '2025-07-01', ...fields }));
  return units;
}

/** Units that lie somewhere of ours. */
export async function keep(
  ctx: Ctx,
  cast: Cast,
  serials: readonly string[],
  location: 'good_stock' | 'defect_stock' | 'maker',
  fields: { model_id?: string; batch_code?: string } = {},
): Promise<UnitRow[]> {
  const units: UnitRow[] = [];
  for (const serial of serials)
    units.push(await createUnit(ctx, { model_id: cast.x100, serial, location, condition: location === 'good_stock' ? 'new' : 'defective', ...fields }));
  return units;
}

export interface Failing {
  readonly failed_on: string;
  readonly verdict?: 'confirmed' | 'no_fault_found' | null;
  readonly failure_mode_id?: string | null;
  readonly verdict_at?: number;
  readonly symptom_id?: string | null;
}

/** A unit that came back and was judged. */
export async function fail(
  ctx: Ctx,
  unit: Pick<UnitRow, 'id' | 'partner_id'>,
  { failed_on, verdict = 'confirmed', failure_mode_id = null, verdict_at = ctx.now, symptom_id = null }: Failing,
): Promise<string> {
  const return_id = newId(ctx.now);
  const id = newId(ctx.now);
  await ctx.db
    .insertInto('returns')
    .values({
      id: return_id,
      number: `RMA-${return_id.slice(-12)}`,
      type: 'return_first',
      state: 'open',
      ship_to: null,
      origin: 'filed',
      customer_id: null,
      partner_id: unit.partner_id,
      case_id: null,
      owner_id: null,
      note: null,
      rejected_reason: null,
      filed_on: failed_on,
      authorised_at: ctx.now,
      closed_at: null,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    })
    .execute();
  // The columns a finding needs; the rest of the row is empty.
  await ctx.db
    .insertInto('return_units')
    .values({
      id,
      return_id,
      unit_id: unit.id,
      partner_id: unit.partner_id,
      state: 'resolved',
      returned_on: failed_on,
      failed_on,
      verdict,
      failure_mode_id: verdict === 'confirmed' ? failure_mode_id : null,
      reported_symptom_id: symptom_id,
      verdict_at: verdict === null ? null : verdict_at,
      reminders_sent: 0,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    } as never)
    .execute();
  return id;
}
