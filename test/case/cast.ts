// The people and cameras of the desk's tests: two partners, three customers, two models, and the staff.

import { openCase } from '../../src/case/open.ts';
import type { CaseRow } from '../../src/case/table.ts';
import type { Actor } from '../../src/core/actor.ts';
import type { Role } from '../../src/core/permission.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import type { Store } from '../../src/db/open.ts';
import { NOW, type TestStore } from '../support/eachDb.ts';

export const person = (id: string, role: Role = 'tech', partner_id: string | null = null): Actor => ({
  kind: 'person',
  id,
  name: id,
  role,
  scopes: null,
  partner_id,
  locale: 'en',
});

export const [aoi, ben, lena] = [person('aoi'), person('ben'), person('lena', 'lead')];
export const [northStaff, southStaff] = [person('north-user', 'partner', 'north'), person('south-user', 'partner', 'south')];

/** Rows only, as the catalogue keeps them. */
export async function castDesk(store: Store): Promise<void> {
  const { db } = store;
  const made = { created_at: NOW, version: 1 };
  await db
    .insertInto('partners')
    .values([
      { id: 'north', code: 'NORTH', name: 'North Co', email: 'desk@north.example', ...made },
      { id: 'south', code: 'SOUTH', name: 'South Co', email: 'desk@south.example', ...made },
    ])
    .execute();
  await db
    .insertInto('users')
    .values(
      [aoi, ben, lena, northStaff, southStaff].map((actor) => ({
        id: actor.id,
        email: `${actor.id}@kizashi.example`,
        name: actor.name,
        role: actor.role,
        partner_id: actor.partner_id,
        locale: 'en' as const,
        password_hash: null,
        single_keys: 'on' as const,
        failed_sign_ins: 0,
        locked_until_at: null,
        disabled_at: null,
        ...made,
      })),
    )
    .execute();
  const customer = (id: string, partner_id: string | null, locale: 'en' | 'ja' = 'ja') => ({
    id,
    code: id.toUpperCase(),
    name: `${id} KK`,
    partner_id,
    contact_name: `${id} contact`,
    email: `it@${id}.example`,
    phone: null,
    locale,
    ...made,
  });
  await db
    .insertInto('customers')
    .values([customer('sakura', null), customer('yuki', 'north', 'en'), customer('hoshi', 'south')])
    .execute();
  await db
    .insertInto('makers')
    .values([{ id: 'acme', code: 'ACME', name: 'Acme', contact_email: null, locale: 'en', ...made }])
    .execute();
  const model = (id: string) => ({
    id,
    maker_id: 'acme',
    code: id.toUpperCase(),
    name: id,
    family: 'dome',
    own_warranty_months: 12,
    maker_warranty_months: 24,
    temp_limit_c: 60,
    unit_cost: 100,
    currency: 'USD',
    ...made,
  });
  await db
    .insertInto('models')
    .values([model('x100'), model('x200')])
    .execute();
  await db
    .insertInto('firmwares')
    .values([
      { id: 'x100-1', model_id: 'x100', code: '1.0', released_on: null, ...made },
      { id: 'x100-2', model_id: 'x100', code: '2.0', released_on: null, ...made },
    ])
    .execute();
  const unit = (id: string, customer_id: string, partner_id: string | null, model_id = 'x100') => ({
    id,
    model_id,
    serial: id.toUpperCase(),
    serial_key: id.toUpperCase(),
    identity: 'confirmed' as const,
    batch_id: null,
    hw_rev: null,
    firmware_id: model_id === 'x100' ? 'x100-1' : null,
    customer_id,
    site_id: null,
    partner_id,
    shipped_on: null,
    delivered_on: '2026-01-10',
    purchased_on: null,
    own_warranty_ends_on: null,
    predecessor_id: null,
    merged_into_id: null,
    merged_at: null,
    created_at: NOW,
    updated_at: NOW,
    version: 1,
  });
  await db
    .insertInto('units')
    .values([unit('u1', 'sakura', null), unit('u2', 'yuki', 'north'), unit('u3', 'hoshi', 'south'), unit('u4', 'sakura', null, 'x200')])
    .execute();
  const contract = (id: string, customer_id: string, coverage: 'full' | 'none', partner_id: string | null) => ({
    id,
    code: id,
    customer_id,
    partner_id,
    plan: coverage === 'full' ? 'premium' : 'basic',
    coverage,
    starts_on: '2026-01-01',
    ends_on: null,
    cancelled_on: null,
    cancel_reason: null,
    ...made,
  });
  await db
    .insertInto('contracts')
    .values([contract('k-sakura', 'sakura', 'full', null), contract('k-yuki', 'yuki', 'none', 'north'), contract('k-hoshi', 'hoshi', 'none', 'south')])
    .execute();
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A context of somebody, some time after NOW. */
export const as = (test: TestStore, actor: Actor, after = 0): Ctx => test.ctx({ actor, now: NOW + after });

/** A customer asks. */
export const asked = (ctx: Ctx, changes: Partial<Parameters<typeof openCase>[1]> = {}): Promise<CaseRow> =>
  openCase(ctx, {
    type: 'trouble',
    source: 'mail',
    initiated_by: 'customer',
    subject: 'No picture',
    message: 'The camera shows nothing.',
    unit_ids: ['u1'],
    customer_id: 'sakura',
    ...changes,
  });
