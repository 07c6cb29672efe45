// Who may change the catalogue, and what happens when two people do at once.
import { beforeAll, expect, it } from 'vitest';
import type { Role } from '../../src/core/permission.ts';
import { cast } from '../returns/cast.ts';
import { answered, got, type Json, made } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('the catalogue', (test) => {
  const people = new Map<Role, Caller>();
  let partner: Caller;
  beforeAll(async () => {
    const { partner: partner_id } = await cast(test.ctx());
    const app = testApp(test.store);
    for (const role of ['tech', 'stock', 'quality', 'lead', 'engineer', 'admin'] as const) people.set(role, await callerWith(app, test.store, role));
    partner = await callerWith(app, test.store, 'partner', { partner_id });
  });

  const as = (role: Role): Caller => people.get(role) ?? partner;
  const body: Readonly<Record<string, (n: string) => object>> = {
    makers: (n) => ({ code: `M${n}`, name: n }),
    models: (n) => ({ maker_code: 'HIK', code: `MO${n}`, name: n }),
    batches: (n) => ({ model_code: 'H-100', code: `B${n}` }),
    firmwares: (n) => ({ model_code: 'H-100', code: `F${n}` }),
    customers: (n) => ({ code: `C${n}`, name: n }),
    sites: (n) => ({ code: `S${n}`, name: n, customer_code: 'ACME' }),
    partners: (n) => ({ code: `P${n}`, name: n }),
    contracts: (n) => ({ code: `K${n}`, customer_code: 'ACME', plan: 'gold', starts_on: '2026-01-01', coverage: 'full' }),
  };

  it.each(Object.keys(body))('%s: changed by those who keep it, read by every one of ours, each code once', async (resource) => {
    const add = (role: Role, n: string) => as(role).post(`/api/v1/${resource}`, body[resource]?.(n));
    for (const role of ['tech', 'stock'] as const) expect([role, (await add(role, 'NO')).status]).toEqual([role, 403]);
    for (const role of ['quality', 'engineer', 'lead', 'admin'] as const) expect([role, (await add(role, role.toUpperCase())).status]).toEqual([role, 201]);
    for (const role of people.keys()) expect([role, (await as(role).get(`/api/v1/${resource}`)).status]).toEqual([role, 200]);
    expect((await partner.post(`/api/v1/${resource}`, body[resource]?.('P'))).status).toBe(403);
    const again = await Promise.all([add('admin', 'TWICE'), add('lead', 'TWICE'), add('engineer', 'TWICE')]);
    expect(again.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const listed = (await got(as('admin').get(`/api/v1/${resource}?limit=500`))).items.filter(({ code }: Json) => String(code).endsWith('TWICE'));
    expect(listed).toHaveLength(1);
  });

  it('two people change a model under one version: the later one is told, and nothing of hers is written', async () => {
    const model = (await got(as('admin').get('/api/v1/models?code=H-100'))).items[0];
    const change = (role: Role, name: string) => as(role).patch(`/api/v1/models/${model.id}`, { name }, { 'If-Match': `"${model.version}"` });
    const answers = await Promise.all([change('lead', 'by lead'), change('engineer', 'by engineer')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const won = answers[0]?.status === 200 ? 'by lead' : 'by engineer';
    expect(await got(as('admin').get(`/api/v1/models/${model.id}`))).toMatchObject({ name: won, version: model.version + 1 });
  });

  it('a substitute that is removed stays where it was promised, and a model never substitutes itself through a rename', async () => {
    const a = await made(as('admin').post('/api/v1/models', { maker_code: 'HIK', code: 'SELF-A', name: 'a' }));
    await answered(422, as('admin').patch(`/api/v1/models/${a.id}`, { substitutes: ['HIK:SELF-A'] }));
    await answered(200, as('admin').patch(`/api/v1/models/${a.id}`, { substitutes: ['H-200'] }));
    await answered(200, as('admin').patch(`/api/v1/models/${a.id}`, { substitutes: [] }));
    expect(await got(as('admin').get(`/api/v1/models/${a.id}`))).toMatchObject({ substitutes: [] });
  });

  it('warranty months that are none are refused by their field', async () => {
    for (const months of [-1, 1.5, 10_000, 'twelve', '', true])
      expect([
        months,
        (await answered(422, as('admin').post('/api/v1/models', { maker_code: 'HIK', code: 'BAD-W', name: 'x', own_warranty_months: months }))).errors[0].path,
      ]).toEqual([months, 'own_warranty_months']);
  });
});
