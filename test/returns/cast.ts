// The named cast of the desk tests: a maker, two models, a customer of a partner and one of ours, and people of every role.

import { createCustomer, createMaker, createModel, createPartner } from '../../src/catalog/write.ts';
import type { Actor } from '../../src/core/actor.ts';
import type { Role } from '../../src/core/permission.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import type { Condition, Location } from '../../src/ledger/move.ts';
import { createUnit } from '../../src/unit/createUnit.ts';
import type { UnitRow } from '../../src/unit/table.ts';

export const actor = (role: Role, id: string = role, partner_id: string | null = null): Actor => ({
  kind: 'person',
  id,
  name: id,
  role,
  scopes: null,
  partner_id,
  locale: 'en',
});

/** The same moment, another person. */
export const as = (ctx: Ctx, role: Role, id: string = role, partner_id: string | null = null): Ctx => ({ ...ctx, actor: actor(role, id, partner_id) });

export const later = (ctx: Ctx, days: number): Ctx => ({ ...ctx, now: ctx.now + days * 86_400_000 });

export interface Cast {
  readonly maker: string;
  readonly model: string;
  readonly substitute: string;
  readonly acme: string;
  readonly nishi: string;
  readonly partner: string;
}

/** Codes of the cast; ids of customers and partner. Call once per store. */
export async function cast(ctx: Ctx): Promise<Cast> {
  const maker = await createMaker(ctx, { code: 'HIK', name: 'Hikari' });
  const substitute = await createModel(ctx, { maker_id: maker.id, code: 'H-200', name: 'H-200', own_warranty_months: 12, maker_warranty_months: 18 });
  const model = await createModel(ctx, {
    maker_id: maker.id,
    code: 'H-100',
    name: 'H-100',
    own_warranty_months: 12,
    maker_warranty_months: 18,
    substitutes: ['H-200'],
  });
  const partner = await createPartner(ctx, { code: 'P1', name: 'Partner One', email: 'p1@example.com' });
  const acme = await createCustomer(ctx, { code: 'ACME', name: 'Acme', email: 'acme@example.com', locale: 'en' });
  const nishi = await createCustomer(ctx, { code: 'NISHI', name: 'Nishi', partner_code: 'P1', locale: 'ja' });
  return { maker: maker.id, model: model.id, substitute: substitute.id, acme: acme.id, nishi: nishi.id, partner: partner.id };
}

let serials = 0;

/** A unit at Acme's since 2026-01-10, unless said otherwise. */
export const fielded = (ctx: Ctx, changes: Partial<Parameters<typeof createUnit>[1]> = {}): Promise<UnitRow> =>
  createUnit(ctx, {
    model_code: 'H-100',
    serial: `SN-${String(++serials).padStart(5, '0')}`,
    customer_code: 'ACME',
    delivered_on: '2026-01-10',
    in_service_on: '2026-01-11',
    ...changes,
  });

/** A new unit on the shelf. */
export const stocked = (
  ctx: Ctx,
  changes: Partial<Parameters<typeof createUnit>[1]> = {},
  location: Location = 'good_stock',
  condition: Condition = 'new',
): Promise<UnitRow> => createUnit(ctx, { model_code: 'H-100', serial: `ST-${String(++serials).padStart(5, '0')}`, location, condition, ...changes });

export const placeOf = async (ctx: Ctx, unit_id: string): Promise<string> => {
  const place = await ctx.db.selectFrom('unit_places').select(['location', 'condition']).where('unit_id', '=', unit_id).executeTakeFirst();
  return place === undefined ? 'nowhere' : `${place.location}/${place.condition}`;
};

export const moveCount = async (ctx: Ctx, unit_id: string): Promise<number> =>
  (await ctx.db.selectFrom('stock_moves').select('id').where('unit_id', '=', unit_id).execute()).length;
