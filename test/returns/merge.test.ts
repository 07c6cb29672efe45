// A box nobody knew is recognised: its receipt, and what the bench found of it, count in the return that waited for the unit.
import { beforeAll, expect, it } from 'vitest';
import { findBalanceDrift, findPlaceDrift } from '../../src/ledger/balance.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { cast, fielded, placeOf, stocked } from './cast.ts';
import { answered, disposed, got, inspected, made, returned } from './http.ts';

eachDb('merging a received provisional unit', (test) => {
  const clock = { now: NOW };
  let tech: Caller;
  let lead: Caller;
  let quality: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store, clock);
    [tech, lead, quality] = [
      await callerWith(app, test.store, 'tech'),
      await callerWith(app, test.store, 'lead'),
      await callerWith(app, test.store, 'quality'),
    ];
  });

  const stranger = (scan: string, return_id?: string) => made(tech.post('/api/v1/receipts', { scan, model_code: 'H-100', return_id }));
  const unitOf = async (return_id: string, return_unit_id: string) =>
    (await got(tech.get(`/api/v1/returns/${return_id}`))).units.find(({ id }: { id: string }) => id === return_unit_id);
  const openOf = async (unit_id: string): Promise<string[]> =>
    (await got(tech.get(`/api/v1/return-units?unit_id=${unit_id}&flag=open`))).items.map(({ id }: { id: string }) => id);

  it('the return that expected the unit has received it, the one the scan opened is called off', async () => {
    const unit = await fielded(test.ctx());
    const waiting = await returned(tech, unit.serial, { received: false });
    const box = await stranger('SMUDGED-1');
    await made(tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id, reason: 'plate cleaned' }));
    expect(await unitOf(waiting.id, waiting.return_unit_id)).toMatchObject({ state: 'received', unit_id: unit.id, returned_on: '2026-04-01' });
    expect(await got(tech.get(`/api/v1/returns/${waiting.id}`))).toMatchObject({ state: 'open', units_open: 1 });
    expect(await got(tech.get(`/api/v1/returns/${box.return_id}`))).toMatchObject({ state: 'cancelled', units_open: 0 });
    expect(await openOf(unit.id)).toEqual([waiting.return_unit_id]);
    expect(await got(tech.get(`/api/v1/return-units/${box.return_unit_id}`))).toMatchObject({ id: waiting.return_unit_id });
    expect(await placeOf(test.ctx(), unit.id)).toBe('quarantine/unverified');
    expect(await got(tech.post('/api/v1/receipts', { scan: 'smudged1' }))).toMatchObject({ outcome: 'duplicate', return_unit_id: waiting.return_unit_id });
    const told = await got(tech.get(`/api/v1/history?record_kind=return_unit&record_id=${waiting.return_unit_id}`));
    expect(told.items[0]).toMatchObject({ action: 'return_unit.received', reason: 'plate cleaned' });
    expect([await findBalanceDrift(test.ctx()), await findPlaceDrift(test.ctx())]).toEqual([[], []]);
  });

  it('scanned into the very return that expects it, the unit is there once and the return goes on to its closing', async () => {
    const unit = await fielded(test.ctx());
    const waiting = await returned(tech, unit.serial, { received: false });
    const box = await stranger('SMUDGED-2', waiting.id);
    await made(tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }));
    expect(await openOf(unit.id)).toEqual([waiting.return_unit_id]);
    await inspected(tech, waiting.return_unit_id, 'no_fault_found');
    await disposed(tech, waiting.return_unit_id, 'restock');
    expect(await placeOf(test.ctx(), unit.id)).toBe('good_stock/verified');
    await made(tech.post(`/api/v1/returns/${waiting.id}/closure`));
  });

  it('recognised on the bench, its inspection, verdict and decision move along', async () => {
    const unit = await fielded(test.ctx());
    const waiting = await returned(tech, unit.serial, { received: false });
    const box = await stranger('SMUDGED-3');
    await inspected(tech, box.return_unit_id, 'confirmed');
    await disposed(tech, box.return_unit_id, 'return_to_maker');
    await made(tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }));
    expect(await unitOf(waiting.id, waiting.return_unit_id)).toMatchObject({ state: 'dispositioned', verdict: 'confirmed', disposition: 'return_to_maker' });
    expect(await unitOf(box.return_id, box.return_unit_id)).toMatchObject({ state: 'cancelled', verdict: null, merged_into_id: waiting.return_unit_id });
    for (const list of ['inspections', 'dispositions'])
      expect([list, (await got(tech.get(`/api/v1/${list}?return_unit_id=${waiting.return_unit_id}`))).items.length]).toEqual([list, 1]);
    expect(await placeOf(test.ctx(), unit.id)).toBe('maker/defective');
  });

  it('a unit written off before has arrived after all: the write-off is reversed once', async () => {
    const unit = await fielded(test.ctx());
    const waiting = await returned(tech, unit.serial, { received: false });
    await made(tech.post(`/api/v1/returns/${waiting.id}/write-off`, { return_unit_id: waiting.return_unit_id, reason: 'never came' }));
    await made(lead.post(`/api/v1/returns/${waiting.id}/approval`, {}));
    expect(await placeOf(test.ctx(), unit.id)).toMatch(/^lost\//);
    const box = await stranger('SMUDGED-4');
    clock.now += 1000;
    await made(tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }));
    expect(await unitOf(waiting.id, waiting.return_unit_id)).toMatchObject({ state: 'received', written_off_at: null, disposition: null });
    expect(await placeOf(test.ctx(), unit.id)).toBe('quarantine/unverified');
    expect([await findBalanceDrift(test.ctx()), await findPlaceDrift(test.ctx())]).toEqual([[], []]);
  });

  it('the return that waited pays by what the box showed, and says why in the reader’s language', async () => {
    const unit = await fielded(test.ctx());
    const waiting = await returned(tech, unit.serial, { received: false });
    const box = await stranger('SMUDGED-8');
    await inspected(tech, box.return_unit_id, 'customer_damage');
    await made(tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }));
    expect(await unitOf(waiting.id, waiting.return_unit_id)).toMatchObject({ coverage: 'paid', coverage_reason: 'Damaged by the customer' });
    expect(await got(tech.get(`/api/v1/return-units/${waiting.return_unit_id}?lang=ja`))).toMatchObject({ coverage_reason: 'お客様による損傷' });
  });

  it('nobody waited: the box’s return is that of the unit’s customer, its second one, under the unit’s own warranty', async () => {
    const unit = await fielded(test.ctx(), { customer_code: 'NISHI' });
    const first = await returned(tech, unit.serial);
    await inspected(tech, first.return_unit_id, 'no_fault_found');
    await disposed(tech, first.return_unit_id, 'return_to_customer');
    await made(tech.post(`/api/v1/returns/${first.id}/outbound/${(await got(tech.get(`/api/v1/returns/${first.id}`))).outbound[0].id}/delivery`));
    await made(tech.post(`/api/v1/returns/${first.id}/closure`));
    clock.now += 1000;
    const box = await stranger('SMUDGED-9');
    expect(await unitOf(box.return_id, box.return_unit_id)).toMatchObject({ coverage: 'paid', repeat_no: 1 });
    await made(tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }));
    expect(await unitOf(box.return_id, box.return_unit_id)).toMatchObject({
      unit_id: unit.id,
      repeat_no: 2,
      coverage: 'maker',
      own_warranty_ends_on: '2027-01-10',
    });
    expect(await got(tech.get(`/api/v1/returns/${box.return_id}`))).toMatchObject({ customer_code: 'NISHI', customer_id: unit.customer_id });
    const partner = await callerWith(testApp(test.store, clock), test.store, 'partner', { partner_id: unit.partner_id ?? '' });
    expect((await got(partner.get(`/api/v1/return-units?unit_id=${unit.id}`))).items).toHaveLength(2);
  });

  it('what an investigation noted of the box follows to the return that waited', async () => {
    const unit = await fielded(test.ctx());
    const waiting = await returned(tech, unit.serial, { received: false });
    const box = await stranger('SMUDGED-10');
    await inspected(tech, box.return_unit_id, 'confirmed');
    const { id } = await made(quality.post('/api/v1/investigations', { title: 'Lens fogs', problem: 'Fog behind the glass' }));
    const noted = { investigation_id: id, side: 'after' as const, reopened_at: null, created_at: NOW };
    await test.store.db
      .insertInto('recurrences')
      .values({ ...noted, return_unit_id: box.return_unit_id })
      .execute();
    await made(tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }));
    const kept = await test.store.db.selectFrom('recurrences').select('return_unit_id').where('investigation_id', '=', id).execute();
    expect(kept).toEqual([{ return_unit_id: waiting.return_unit_id }]);
  });

  it('put on the shelf by hand while its box stood there: it is where the box is, not in good stock', async () => {
    const unit = await fielded(test.ctx());
    const waiting = await returned(tech, unit.serial, { received: false });
    const box = await stranger('SMUDGED-7');
    clock.now += 1000;
    await made(lead.post('/api/v1/stock/moves', { serial: unit.serial, location: 'good_stock', condition: 'verified', reason: 'thought it was this one' }));
    await made(tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }));
    expect(await placeOf(test.ctx(), unit.id)).toBe('quarantine/unverified');
    expect(await unitOf(waiting.id, waiting.return_unit_id)).toMatchObject({ state: 'received' });
  });

  it('given up or entered since the box arrived: it is where the box is, and giving it up is not taken back', async () => {
    const [lost, box] = [await stocked(test.ctx()), await stranger('SMUDGED-11')];
    clock.now += 1000;
    const { id } = await made(tech.post('/api/v1/stock/write-offs', { kind: 'lost', unit_id: lost.id, reason: 'nowhere' }));
    await made(lead.post(`/api/v1/stock/write-offs/${id}/approval`));
    await made(tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: lost.id }));
    expect(await placeOf(test.ctx(), lost.id)).toBe('quarantine/unverified');
    await answered(409, lead.post(`/api/v1/stock/write-offs/${id}/reversal`, { reason: 'there it is' }));
    const late = await stranger('SMUDGED-12');
    clock.now += 1000;
    const entered = await fielded(test.ctx({ now: clock.now }));
    await made(tech.post(`/api/v1/units/${late.unit_id}/merge`, { into_id: entered.id }));
    expect(await placeOf(test.ctx(), entered.id)).toBe('quarantine/unverified');
  });

  it('moved since the box arrived: it is not in the box, or the books are wrong', async () => {
    const [unit, box] = [await stocked(test.ctx()), await stranger('SMUDGED-13')];
    clock.now += 1000;
    await made(lead.post('/api/v1/stock/moves', { unit_id: unit.id, location: 'customer', reason: 'sold' }));
    expect(await answered(409, tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }))).toMatchObject({ blocking: `/api/v1/units/${unit.id}` });
    expect(await openOf(box.unit_id)).toEqual([box.return_unit_id]);
  });

  it('expected in a return nobody authorised: refused naming that return, and nothing changed', async () => {
    const unit = await fielded(test.ctx());
    const draft = await made(tech.post('/api/v1/returns', { type: 'return_first', units: [{ serial: unit.serial }] }));
    const box = await stranger('SMUDGED-5');
    expect(await answered(409, tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }))).toMatchObject({
      blocking: `/api/v1/returns/${draft.id}`,
      detail: expect.stringContaining(draft.number),
    });
    expect(await openOf(box.unit_id)).toEqual([box.return_unit_id]);
    await made(tech.post(`/api/v1/returns/${draft.id}/authorization`));
    await made(tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }));
  });

  it('both received: refused naming the other return', async () => {
    const unit = await fielded(test.ctx());
    const other = await returned(tech, unit.serial);
    const box = await stranger('SMUDGED-6');
    expect(await answered(409, tech.post(`/api/v1/units/${box.unit_id}/merge`, { into_id: unit.id }))).toMatchObject({
      blocking: `/api/v1/returns/${other.id}`,
    });
  });
});
