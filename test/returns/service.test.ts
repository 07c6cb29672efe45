// Days in service around a return: they end when the unit comes in or is given up, and go on when it is back. What was agreed with a customer ends with the stock.
import { beforeAll, expect, it } from 'vitest';
import { createSite } from '../../src/catalog/write.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { cast, fielded, stocked } from './cast.ts';
import { disposed, got, inspected, type Json, made, returned } from './http.ts';

const DAY = 86_400_000;

eachDb('the service of a returned unit', (test) => {
  const clock = { now: NOW };
  let tech: Caller;
  let lead: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    await createSite(test.ctx(), { code: 'LOBBY', name: 'Lobby', customer_code: 'ACME' });
    const app = testApp(test.store, clock);
    [tech, lead] = [await callerWith(app, test.store, 'tech'), await callerWith(app, test.store, 'lead')];
  });

  const spans = async (unit_id: string): Promise<Json[]> =>
    test.store.db.selectFrom('service_intervals').select(['from_on', 'to_on', 'mounting']).where('unit_id', '=', unit_id).orderBy('from_on').execute();
  const one = (unit_id: string): Promise<Json> => got(tech.get(`/api/v1/units/${unit_id}`));

  it('ends on the day it comes in, and goes on at the same site on the day it is back', async () => {
    clock.now = NOW;
    const unit = await fielded(test.ctx(), { customer_code: null, site_code: 'LOBBY' });
    const back = await returned(tech, unit.serial, { type: 'repair' });
    expect(await spans(unit.id)).toMatchObject([{ from_on: '2026-01-11', to_on: '2026-04-01' }]);
    await inspected(tech, back.return_unit_id, 'no_fault_found');
    await disposed(tech, back.return_unit_id, 'return_to_customer');
    clock.now = NOW + 3 * DAY;
    const [leg] = (await got(tech.get(`/api/v1/returns/${back.id}`))).outbound;
    await made(tech.post(`/api/v1/returns/${back.id}/outbound/${leg.id}/delivery`));
    expect(await spans(unit.id)).toMatchObject([
      { from_on: '2026-01-11', to_on: '2026-04-01' },
      { from_on: '2026-04-04', to_on: null },
    ]);
    expect(await one(unit.id)).toMatchObject({ location: 'customer', site_code: 'LOBBY' });
  });

  it('does not begin of a unit that served nowhere before', async () => {
    clock.now = NOW;
    const unit = await fielded(test.ctx(), { in_service_on: null, delivered_on: null });
    const back = await returned(tech, unit.serial, { type: 'repair' });
    await inspected(tech, back.return_unit_id, 'no_fault_found');
    await disposed(tech, back.return_unit_id, 'return_to_customer');
    const [leg] = (await got(tech.get(`/api/v1/returns/${back.id}`))).outbound;
    await made(tech.post(`/api/v1/returns/${back.id}/outbound/${leg.id}/delivery`));
    expect(await spans(unit.id)).toEqual([]);
  });

  it('ends when the unit is written off, and when it need not come back', async () => {
    clock.now = NOW + 30 * DAY;
    const [lost, given] = [await fielded(test.ctx()), await fielded(test.ctx())];
    const waiting = await returned(tech, lost.serial, { received: false });
    await made(tech.post(`/api/v1/returns/${waiting.id}/write-off`, { reason: 'never came' }));
    expect(await spans(lost.id)).toMatchObject([{ to_on: null }]);
    await made(lead.post(`/api/v1/returns/${waiting.id}/approval`, {}));
    const scrapped = await returned(tech, given.serial, { type: 'no_return_needed', received: false });
    await disposed(tech, scrapped.return_unit_id, 'not_returned');
    for (const { id } of [lost, given]) expect(await spans(id)).toMatchObject([{ from_on: '2026-01-11', to_on: '2026-05-01' }]);
  });

  it('a restocked unit is nobody’s: the warranty agreed with its last customer does not reach the next', async () => {
    clock.now = NOW;
    const unit = await fielded(test.ctx(), { own_warranty_ends_on: '2026-02-01' });
    const back = await returned(tech, unit.serial);
    await inspected(tech, back.return_unit_id, 'no_fault_found');
    const { id } = await disposed(tech, back.return_unit_id, 'restock');
    expect(await one(unit.id)).toMatchObject({ customer_id: null, own_warranty_ends_on: null });
    await made(tech.post(`/api/v1/dispositions/${id}/reversal`, { reason: 'the wrong box' }));
    expect(await one(unit.id)).toMatchObject({ customer_code: 'ACME', own_warranty_ends_on: '2026-02-01', location: 'bench' });
  });

  it('a wish to write off ends with the arrival: taken back, the receipt does not bring it back', async () => {
    const unit = await fielded(test.ctx());
    const waiting = await returned(tech, unit.serial, { received: false });
    await made(tech.post(`/api/v1/returns/${waiting.id}/write-off`, { reason: 'never came' }));
    await made(tech.post('/api/v1/receipts', { scan: unit.serial }));
    await made(tech.post('/api/v1/receipts/reversals', { return_unit_id: waiting.return_unit_id, reason: 'the wrong box' }));
    expect((await lead.post(`/api/v1/returns/${waiting.id}/approval`, {})).status).toBe(409);
  });

  it('a replacement of a replacement inherits the end of the very first', async () => {
    clock.now = NOW;
    const first = await fielded(test.ctx(), { delivered_on: '2025-05-10' });
    let old: Json = first;
    for (let i = 0; i < 2; i++) {
      const spare = await stocked(test.ctx());
      const filed = await returned(tech, old.serial, { type: 'advance_replacement', received: false });
      const leg = await made(tech.post(`/api/v1/returns/${filed.id}/outbound`, { unit_id: spare.id }));
      for (const step of ['shipment', 'delivery']) await made(tech.post(`/api/v1/returns/${filed.id}/outbound/${leg.id}/${step}`));
      old = await one(spare.id);
      expect(old).toMatchObject({ own_warranty_ends_on: '2026-05-10', delivered_on: '2026-04-01', customer_code: 'ACME' });
    }
    // Its own maker's clock runs from its own delivery; ours ended with the first unit's.
    clock.now = Date.parse('2026-05-10T14:59:59Z');
    const filed = await made(tech.post('/api/v1/returns', { type: 'return_first', units: [{ unit_id: old.id }] }));
    expect(filed.units[0]).toMatchObject({ warranty_basis: 'inherited', own_warranty_ends_on: '2026-05-10', maker_warranty_ends_on: '2027-10-01' });
  });
});
