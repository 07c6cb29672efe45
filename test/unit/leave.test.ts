// A unit of the shelf that turns out to be elsewhere, or is installed: whoever it was promised to, and quality, are asked first.
import { beforeAll, expect, it } from 'vitest';
import { cast, fielded, placeOf, stocked } from '../returns/cast.ts';
import { answered, disposed, got, inspected, type Json, made, returned } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

eachDb('a unit that leaves the shelf', (test) => {
  const clock = { now: NOW };
  let tech: Caller;
  let quality: Caller;
  let lead: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store, clock);
    [tech, quality, lead] = [
      await callerWith(app, test.store, 'tech'),
      await callerWith(app, test.store, 'quality'),
      await callerWith(app, test.store, 'lead'),
    ];
  });

  const held = async (hw_rev: string): Promise<Json> => made(quality.post('/api/v1/stock/holds', { model_code: 'H-100', hw_rev, reason: 'burns' }));
  const swapped = (old: Json, replacement: Json) => tech.post(`/api/v1/units/${old.id}/swap`, { replacement_id: replacement.id, new_warranty: 'inherit' });

  it('is not swapped in while it is promised to somebody else', async () => {
    const [old, spare] = [await fielded(test.ctx()), await stocked(test.ctx())];
    const promise = await made(tech.post('/api/v1/stock/reservations', { unit_id: spare.id }));
    expect(await answered(409, swapped(old, spare))).toMatchObject({ blocking: `/api/v1/stock/reservations/${promise.id}` });
    expect(await placeOf(test.ctx(), spare.id)).toBe('good_stock/new');
    await made(tech.post(`/api/v1/stock/reservations/${promise.id}/release`));
    await made(swapped(old, spare));
    expect(await placeOf(test.ctx(), spare.id)).toBe('customer/new');
  });

  it('is not swapped in while it is held', async () => {
    const [old, spare] = [await fielded(test.ctx()), await stocked(test.ctx(), { hw_rev: 'S' })];
    const hold = await held('S');
    expect(await answered(409, swapped(old, spare))).toMatchObject({ blocking: `/api/v1/stock/holds/${hold.id}` });
    await made(lead.post(`/api/v1/stock/holds/${hold.id}/release`, { reason: 'reworked' }));
    await made(swapped(old, spare));
  });

  it('is not swapped in from the bench: its return decides', async () => {
    const [old, other] = [await fielded(test.ctx()), await fielded(test.ctx())];
    const { return_unit_id } = await returned(tech, other.serial);
    expect(await answered(409, swapped(old, other))).toMatchObject({ blocking: `/api/v1/return-units/${return_unit_id}` });
  });

  it('held, is not the box that is on its way back to a customer', async () => {
    const unit = await stocked(test.ctx(), { hw_rev: 'M' });
    const box = await made(tech.post('/api/v1/receipts', { scan: 'WASHED-OUT-1', model_code: 'H-100' }));
    await inspected(tech, box.return_unit_id, 'no_fault_found');
    clock.now += 1000;
    await disposed(tech, box.return_unit_id, 'return_to_customer');
    const hold = await held('M');
    expect(await answered(409, tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }))).toMatchObject({
      blocking: `/api/v1/stock/holds/${hold.id}`,
      detail: `Unit ${unit.serial} is held from shipping: release the hold first`,
    });
    await made(lead.post(`/api/v1/stock/holds/${hold.id}/release`, { reason: 'reworked' }));
    await made(tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }));
    expect(await placeOf(test.ctx(), unit.id)).toBe('in_transit/unverified');
  });

  it('promised under its provisional name, is not merged away until the promise is released', async () => {
    const unit = await fielded(test.ctx());
    const box = await made(tech.post('/api/v1/receipts', { scan: 'WASHED-OUT-2', model_code: 'H-100' }));
    await inspected(tech, box.return_unit_id, 'no_fault_found');
    await disposed(tech, box.return_unit_id, 'restock');
    const promise = await made(tech.post('/api/v1/stock/reservations', { unit_id: box.unit_id }));
    expect(await answered(409, tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }))).toMatchObject({
      blocking: `/api/v1/stock/reservations/${promise.id}`,
    });
    await made(tech.post(`/api/v1/stock/reservations/${promise.id}/release`));
    await made(tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }));
    expect(await placeOf(test.ctx(), unit.id)).toBe('good_stock/verified');
  });

  it('held, does not go back to the customer by taking its move back', async () => {
    const unit = await fielded(test.ctx(), { hw_rev: 'R' });
    const move = await made(lead.post('/api/v1/stock/moves', { unit_id: unit.id, location: 'good_stock', condition: 'new', reason: 'never installed' }));
    const hold = await held('R');
    expect(await answered(409, lead.post(`/api/v1/stock/moves/${move.id}/reversal`, { reason: 'it was' }))).toMatchObject({
      blocking: `/api/v1/stock/holds/${hold.id}`,
    });
  });

  it('spares of a model held as a whole are put aside, but not sold', async () => {
    const spares = (quantity: number, from_location: string, location: string) =>
      lead.post('/api/v1/stock/moves', { model_code: 'H-200', quantity, from_location, location, condition: 'new', reason: 'work' });
    await made(spares(5, 'supplier', 'good_stock'));
    await made(quality.post('/api/v1/stock/holds', { model_code: 'H-200', reason: 'all of them' }));
    await answered(409, spares(1, 'good_stock', 'customer'));
    await answered(409, lead.post('/api/v1/stock/reservations', { model_code: 'H-200' }));
    await made(spares(3, 'good_stock', 'defect_stock'));
    expect((await got(lead.get('/api/v1/stock/levels?model_code=H-200'))).items[0]).toMatchObject({ good: 2, held: 2, available: 0 });
  });
});
