// Several people at one unit at once: one of them is told, and the unit has one history.
import { beforeAll, expect, it } from 'vitest';
import { cast, fielded, placeOf, stocked } from '../returns/cast.ts';
import { got, type Json, made } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

eachDb('two people at one unit', (test) => {
  const clock = { now: NOW };
  let tech: Caller;
  let other: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store, clock);
    [tech, other] = [await callerWith(app, test.store, 'tech'), await callerWith(app, test.store, 'lead')];
  });

  const statuses = async (...answers: Promise<Response>[]): Promise<number[]> => (await Promise.all(answers)).map(({ status }) => status).sort();
  const successors = async (id: string): Promise<Json[]> => test.store.db.selectFrom('units').select('id').where('predecessor_id', '=', id).execute();

  it('replace it by two others: one is its successor', async () => {
    const [old, a, b] = [await fielded(test.ctx()), await stocked(test.ctx()), await stocked(test.ctx())];
    const swap = (by: Caller, replacement_id: string) => by.post(`/api/v1/units/${old.id}/swap`, { replacement_id, new_warranty: 'inherit' });
    const seen = await statuses(swap(tech, a.id), swap(other, b.id));
    expect(seen[0]).toBe(201);
    expect([409, 412]).toContain(seen[1]);
    expect(await successors(old.id)).toHaveLength(1);
    expect([await placeOf(test.ctx(), a.id), await placeOf(test.ctx(), b.id)].sort()).toEqual(['customer/new', 'good_stock/new']);
  });

  it('put one replacement in for two units: it replaces one', async () => {
    const [one, two, spare] = [await fielded(test.ctx()), await fielded(test.ctx()), await stocked(test.ctx())];
    const swap = (by: Caller, id: string) => by.post(`/api/v1/units/${id}/swap`, { replacement_id: spare.id, new_warranty: 'inherit' });
    const seen = await statuses(swap(tech, one.id), swap(other, two.id));
    expect(seen[0]).toBe(201);
    expect([409, 412]).toContain(seen[1]);
    expect([...(await successors(one.id)), ...(await successors(two.id))]).toEqual([{ id: spare.id }]);
  });

  it('merge a provisional unit into two others: it becomes one of them', async () => {
    const [a, b] = [await fielded(test.ctx()), await fielded(test.ctx())];
    const box = await made(tech.post('/api/v1/receipts', { scan: 'RACE-BOX', model_code: 'H-100' }));
    const merge = (by: Caller, into_id: string) => by.post(`/api/v1/units/${box.unit_id}/merge`, { into_id });
    const seen = await statuses(merge(tech, a.id), merge(other, b.id));
    expect(seen[0]).toBe(201);
    expect([409, 412]).toContain(seen[1]);
    const found = (await got(tech.get('/api/v1/units?serial=RACE-BOX'))).items;
    expect(found).toHaveLength(1);
    const rest = [a, b].find(({ id }) => id !== found[0].id);
    expect([await placeOf(test.ctx(), found[0].id), await placeOf(test.ctx(), rest?.id ?? '')]).toEqual(['quarantine/unverified', 'customer/new']);
  });

  it('enter the same serial: one unit', async () => {
    const enter = (by: Caller, serial: string) => by.post('/api/v1/units', { model_code: 'H-100', serial });
    expect(await statuses(enter(tech, 'RACE-1'), enter(other, 'race1'), enter(tech, 'ＲＡＣＥー1'))).toEqual([201, 409, 409]);
    expect((await got(tech.get('/api/v1/units?serial=RACE-1'))).items).toHaveLength(1);
  });

  it('give one device_id to two units: one has it', async () => {
    const [a, b] = [await fielded(test.ctx()), await fielded(test.ctx())];
    const name = (by: Caller, id: string) => by.patch(`/api/v1/units/${id}`, { device_id: 'cam-race' });
    expect(await statuses(name(tech, a.id), name(other, b.id))).toEqual([200, 409]);
    expect((await got(tech.get('/api/v1/units?serial=cam-race'))).items).toHaveLength(1);
  });

  it('put it into service twice: the days never overlap', async () => {
    const unit = await fielded(test.ctx(), { in_service_on: null, delivered_on: null });
    const serve = (by: Caller, from_on: string) => by.post(`/api/v1/units/${unit.id}/service-intervals`, { from_on });
    const seen = await statuses(serve(tech, '2026-02-01'), serve(other, '2026-02-01'), serve(tech, '2026-03-01'));
    expect(seen[0]).toBe(201);
    const rows = await test.store.db
      .selectFrom('service_intervals')
      .select(['from_on', 'to_on'])
      .where('unit_id', '=', unit.id)
      .orderBy('from_on')
      .orderBy('to_on')
      .execute();
    expect(rows.filter(({ to_on }) => to_on === null)).toHaveLength(1);
    for (const [i, row] of rows.entries()) expect(row.to_on === null || row.to_on <= (rows[i + 1]?.from_on ?? '9999')).toBe(true);
  });

  it('edit it under one version: the later one is told', async () => {
    const unit = await fielded(test.ctx());
    const edit = (by: Caller, hw_rev: string) => by.patch(`/api/v1/units/${unit.id}`, { hw_rev }, { 'If-Match': `"${unit.version}"` });
    expect(await statuses(edit(tech, 'X'), edit(other, 'Y'))).toEqual([200, 412]);
  });
});
