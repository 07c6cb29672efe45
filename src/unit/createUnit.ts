// Entering one unit: by hand, or provisionally when a box arrives whose serial nobody knows.

import { mentionFirmwares } from '../catalog/mention.ts';
import { findCustomerOf, findSiteOf, getModelOf } from '../catalog/resolve.ts';
import { allow } from '../core/actor.ts';
import { identifierKey } from '../core/identifier.ts';
import { invalid, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import type { Condition, Location, Move } from '../ledger/move.ts';
import type { NewUnit } from './inputs.ts';
import { type FoundUnit, writeNewUnits } from './newUnits.ts';
import type { UnitRow } from './table.ts';

/** `cause` is what its first move is booked under. Throws `conflict` naming the unit that has the serial (of this model) or the device_id already. */
export async function createUnit(
  ctx: Ctx,
  input: NewUnit,
  cause: Pick<Move, 'cause_kind' | 'cause_id'> = { cause_kind: 'unit', cause_id: null },
): Promise<UnitRow> {
  allow(ctx, 'unit:write');
  return transaction(ctx, async (ctx) => {
    const found = await findParts(ctx, input);
    await refuseTakenSerial(ctx, found.model_id, found.serial);
    if (found.device_id !== null) await refuseTakenDevice(ctx, found.device_id);
    const [unit] = await writeNewUnits(ctx, [found], cause);
    if (unit === undefined) throw new Error('One unit was given and none was written');
    return unit;
  });
}

async function findParts(ctx: Ctx, input: NewUnit): Promise<FoundUnit> {
  const model = await getModelOf(ctx, input);
  const firmware_id =
    input.firmware == null
      ? null
      : ((await mentionFirmwares(ctx, [{ model_id: model.id, code: input.firmware }])).get(`${model.id}/${input.firmware}`) ?? null);
  if (input.out_of_service_on != null && input.in_service_on != null && input.out_of_service_on < input.in_service_on) {
    throw invalid('out_of_service_on', ['Before in_service_on', '稼働開始日より前です']);
  }
  return {
    model_id: model.id,
    serial: input.serial,
    identity: input.identity ?? 'confirmed',
    batch_id: await findBatchId(ctx, model.id, input.batch_code),
    hw_rev: input.hw_rev ?? null,
    firmware_id,
    ...(await findWhere(ctx, input)),
    shipped_on: input.shipped_on ?? null,
    delivered_on: input.delivered_on ?? null,
    purchased_on: input.purchased_on ?? null,
    own_warranty_ends_on: input.own_warranty_ends_on ?? null,
    in_service_on: input.in_service_on ?? null,
    out_of_service_on: input.out_of_service_on ?? null,
    mac: input.mac ?? null,
    device_id: input.device_id ?? null,
    asset_tag: input.asset_tag ?? null,
    place: firstPlace(input),
  };
}

/** Site, customer and partner belong together: a site brings its customer, a customer its partner. */
export async function findWhere(
  ctx: Ctx,
  input: Pick<NewUnit, 'site_id' | 'site_code' | 'customer_id' | 'customer_code'>,
): Promise<Pick<UnitRow, 'site_id' | 'customer_id' | 'partner_id'>> {
  const [site, customer] = [await findSiteOf(ctx, input), await findCustomerOf(ctx, input)];
  if (site !== null && customer !== null && site.customer_id !== customer.id)
    throw invalid('site_code', ['The site is another customer’s', '拠点が別の顧客のものです']);
  return { site_id: site?.id ?? null, customer_id: site?.customer_id ?? customer?.id ?? null, partner_id: site?.partner_id ?? customer?.partner_id ?? null };
}

export async function findBatchId(ctx: Ctx, model_id: string, code: string | null | undefined): Promise<string | null> {
  if (code == null) return null;
  const batch = await ctx.db.selectFrom('batches').select('id').where('model_id', '=', model_id).where('code', '=', code).executeTakeFirst();
  if (batch === undefined) throw invalid('batch_code', [`No batch ${code} of this model`, `この機種にロット ${code} はありません`]);
  return batch.id;
}

interface Hints {
  readonly location?: Location | null | undefined;
  readonly condition?: Condition | null | undefined;
  readonly site_code?: string | null | undefined;
  readonly site_id?: string | null | undefined;
  readonly customer_code?: string | null | undefined;
  readonly customer_id?: string | null | undefined;
  readonly delivered_on?: string | null | undefined;
  readonly in_service_on?: string | null | undefined;
}

/** Where a new unit is: as said; else at the customer's when anything says it got there; else nobody knows. */
export function firstPlace(unit: Hints): FoundUnit['place'] {
  const atCustomer = [unit.site_code, unit.site_id, unit.customer_code, unit.customer_id, unit.delivered_on, unit.in_service_on].some((hint) => hint != null);
  const location = unit.location ?? (atCustomer ? 'customer' : null);
  return location === null ? null : { location, condition: unit.condition ?? usualCondition(location) };
}

function usualCondition(location: Location): Condition {
  switch (location) {
    case 'customer':
    case 'in_transit':
    case 'good_stock':
    case 'supplier':
      return 'new';
    case 'defect_stock':
    case 'scrapped':
      return 'defective';
    case 'receiving':
    case 'quarantine':
    case 'bench':
    case 'repair':
    case 'maker':
    case 'lost':
    case 'adjustment':
      return 'unverified';
    default:
      return location satisfies never;
  }
}

export async function refuseTakenSerial(ctx: Ctx, model_id: string, serial: string): Promise<void> {
  const taken = await ctx.db
    .selectFrom('units')
    .select('id')
    .where('model_id', '=', model_id)
    .where('serial_key', '=', identifierKey(serial))
    .where('merged_into_id', 'is', null)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  if (taken !== undefined) {
    throw new Problem('conflict', [`A unit of this model with serial ${serial} exists already`, `この機種のシリアル ${serial} は登録済みです`], {
      blocking: `/api/v1/units/${taken.id}`,
      errors: [{ path: 'serial', message: ['Exists already', '登録済みです'] }],
    });
  }
}

export async function refuseTakenDevice(ctx: Ctx, device_id: string): Promise<void> {
  const taken = await ctx.db
    .selectFrom('unit_identifiers')
    .select('unit_id')
    .where('kind', '=', 'device_id')
    .where('identifier', '=', device_id)
    .executeTakeFirst();
  if (taken !== undefined) {
    throw new Problem('conflict', [`device_id ${device_id} belongs to another unit`, `device_id ${device_id} は別の個体に登録済みです`], {
      blocking: `/api/v1/units/${taken.unit_id}`,
      errors: [{ path: 'device_id', message: ['Exists already', '登録済みです'] }],
    });
  }
}
