// The edges of domain.md that belong to the returns desk, each through the public API on both databases. The other rows: ../edges.test.ts.
import { beforeAll, expect, it } from 'vitest';
import { remindOverdue } from '../../src/returns/remind.ts';
import { updateUnit } from '../../src/unit/updateUnit.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { type Cast, cast, fielded, moveCount, placeOf, stocked } from './cast.ts';
import { answered, disposed, got, inspected, made, returned } from './http.ts';

const DAY = 86_400_000;

eachDb('the edges of the returns desk', (test) => {
  const clock = { now: NOW };
  let world: Cast;
  let tech: Caller;
  let quality: Caller;
  let lead: Caller;
  let partner: Caller;
  beforeAll(async () => {
    world = await cast(test.ctx());
    const app = testApp(test.store, clock);
    [tech, quality, lead] = [
      await callerWith(app, test.store, 'tech'),
      await callerWith(app, test.store, 'quality'),
      await callerWith(app, test.store, 'lead'),
    ];
    partner = await callerWith(app, test.store, 'partner', { partner_id: world.partner });
  });

  it('a unit returned, restocked, shipped again and returned again is one unit with two return units, and each portal shows only its own', async () => {
    const unit = await fielded(test.ctx(), { customer_code: 'NISHI' });
    const first = await returned(tech, unit.serial);
    await inspected(tech, first.return_unit_id, 'no_fault_found');
    await disposed(tech, first.return_unit_id, 'restock');
    await made(tech.post('/api/v1/stock/moves', { serial: unit.serial, location: 'customer', reason: 'sold again' }));
    await updateUnit(test.ctx(), unit.id, { customer_code: 'ACME' });
    const second = await returned(tech, unit.serial);
    expect((await got(tech.get(`/api/v1/return-units?unit_id=${unit.id}&sort=created_at`))).items.map((row: { repeat_no: number }) => row.repeat_no)).toEqual([
      1, 2,
    ]);
    expect((await got(tech.get(`/api/v1/returns/${first.id}`))).units[0].state).toBe('resolved');
    expect((await got(partner.get('/api/v1/returns'))).items.map(({ id }: { id: string }) => id)).toEqual([first.id]);
    await answered(404, partner.get(`/api/v1/returns/${second.id}`));
  });

  it('a serial already in an open return is refused naming that return', async () => {
    const unit = await fielded(test.ctx());
    const open = await returned(tech, unit.serial, { received: false });
    expect(await answered(409, tech.post('/api/v1/returns', { type: 'repair', units: [{ serial: unit.serial }] }))).toMatchObject({
      blocking: `/api/v1/returns/${open.id}`,
      detail: expect.stringContaining(open.number),
    });
  });

  it('a box holding B where A was expected: B is unexpected, A still expected, closing refused', async () => {
    const [a, b] = [await fielded(test.ctx()), await fielded(test.ctx())];
    const box = await returned(tech, a.serial, { received: false });
    const receipt = await made(tech.post('/api/v1/receipts', { scan: b.serial, return_id: box.id }));
    expect(receipt).toMatchObject({ outcome: 'unexpected', return_id: box.id });
    expect(await placeOf(test.ctx(), b.id)).toBe('quarantine/unverified');
    const states = (await got(tech.get(`/api/v1/returns/${box.id}`))).units.map(
      ({ serial, state, unexpected_at }: { serial: string; state: string; unexpected_at: string | null }) => [serial, state, unexpected_at !== null],
    );
    expect(states).toEqual([
      [a.serial, 'expected', false],
      [b.serial, 'received', true],
    ]);
    await answered(409, tech.post(`/api/v1/returns/${box.id}/closure`));
  });

  it('an unknown serial becomes a provisional unit; merged later it is one history in one place and its tag still resolves', async () => {
    const known = await fielded(test.ctx());
    const receipt = await made(tech.post('/api/v1/receipts', { scan: 'NOBODY-77', model_code: 'H-100' }));
    expect(receipt).toMatchObject({ outcome: 'unknown', label_path: expect.stringContaining('/label') });
    await made(tech.post(`/api/v1/units/${receipt.unit_id}/merge`, { into_id: known.id }));
    expect((await got(tech.get('/api/v1/units?serial=nobody77'))).items.map(({ id }: { id: string }) => id)).toEqual([known.id]);
    expect((await got(tech.get(`/api/v1/return-units?unit_id=${known.id}`))).items).toHaveLength(1);
    expect(await placeOf(test.ctx(), known.id)).toBe('quarantine/unverified');
  });

  it('an unknown serial scanned again with its model, or without it, is the unit received before; a unit registered of that model is another', async () => {
    const first = await made(tech.post('/api/v1/receipts', { scan: 'NOBODY-78' }));
    expect(await got(tech.post('/api/v1/receipts', { scan: 'NOBODY-78', model_code: 'H-100' }))).toMatchObject({
      outcome: 'duplicate',
      unit_id: first.unit_id,
    });
    const named = await made(tech.post('/api/v1/receipts', { scan: 'NOBODY-79', model_code: 'H-100', maker_code: 'HIK' }));
    expect(await got(tech.post('/api/v1/receipts', { scan: 'nobody79' }))).toMatchObject({ outcome: 'duplicate', unit_id: named.unit_id });
    const twin = await fielded(test.ctx(), { serial: 'NOBODY-78' });
    expect(await made(tech.post('/api/v1/receipts', { scan: 'NOBODY-78', model_code: 'H-100' }))).toMatchObject({ outcome: 'unexpected', unit_id: twin.id });
    expect((await got(tech.get('/api/v1/units?serial=NOBODY-78'))).items).toHaveLength(2);
  });

  it('a receipt typed by a wedge scanner under a Japanese IME finds the unit; leading zeros count, O is not 0', async () => {
    const unit = await fielded(test.ctx(), { serial: 'AB-0012' });
    const others = [await fielded(test.ctx(), { serial: 'AB-012' }), await fielded(test.ctx(), { serial: 'AB-OO12' })];
    await returned(tech, unit.serial, { received: false });
    expect(await made(tech.post('/api/v1/receipts', { scan: 'S/N: ａｂー００12\r' }))).toMatchObject({ outcome: 'expected', unit_id: unit.id });
    for (const { id } of others) expect(await placeOf(test.ctx(), id)).toBe('customer/new');
  });

  it('a return number or the link of a label receives its unit; a shared serial shows the choice and picks nothing', async () => {
    const [byNumber, byLink] = [await fielded(test.ctx()), await fielded(test.ctx())];
    const numbered = await returned(tech, byNumber.serial, { received: false });
    expect(await made(tech.post('/api/v1/receipts', { scan: numbered.number.toLowerCase() }))).toMatchObject({ outcome: 'expected', unit_id: byNumber.id });
    await returned(tech, byLink.serial, { received: false });
    expect(await made(tech.post('/api/v1/receipts', { scan: `https://kizashi.example/units/${byLink.id}` }))).toMatchObject({
      outcome: 'expected',
      unit_id: byLink.id,
    });
    const [one, other] = [await fielded(test.ctx(), { serial: 'TWIN-1' }), await fielded(test.ctx(), { serial: 'TWIN-1', model_code: 'H-200' })];
    const choice = await got(tech.post('/api/v1/receipts', { scan: 'TWIN1' }));
    expect(choice).toMatchObject({ outcome: 'ambiguous', return_id: null });
    expect(choice.choices.map(({ unit_id }: { unit_id: string }) => unit_id).sort()).toEqual([one.id, other.id].sort());
    expect(await made(tech.post('/api/v1/receipts', { scan: 'TWIN1', unit_id: other.id }))).toMatchObject({ outcome: 'unexpected', unit_id: other.id });
  });

  it('a unit filed on the last covered day and received later is in warranty: the filing date decides', async () => {
    const unit = await fielded(test.ctx(), { delivered_on: '2025-04-01' });
    const filed = await returned(tech, unit.serial, { received: false });
    clock.now = NOW + 5 * DAY;
    await made(tech.post('/api/v1/receipts', { scan: unit.serial }));
    await inspected(tech, filed.return_unit_id, 'confirmed');
    clock.now = NOW;
    const [entry] = (await got(tech.get(`/api/v1/returns/${filed.id}`))).units;
    expect(entry).toMatchObject({ own_warranty_ends_on: '2026-04-01', coverage: 'maker', warranty_basis: 'delivered_on', returned_on: '2026-04-06' });
  });

  it('a replacement given in month 11 inherits the original end of the warranty', async () => {
    const [old, spare] = [await fielded(test.ctx(), { delivered_on: '2025-05-01' }), await stocked(test.ctx())];
    const filed = await returned(tech, old.serial, { type: 'advance_replacement', received: false });
    const leg = await made(tech.post(`/api/v1/returns/${filed.id}/outbound`, { unit_id: spare.id }));
    await made(tech.post(`/api/v1/returns/${filed.id}/outbound/${leg.id}/shipment`, { tracking_no: 'T1' }));
    await made(tech.post(`/api/v1/returns/${filed.id}/outbound/${leg.id}/delivery`));
    expect(await got(tech.get(`/api/v1/units/${spare.id}`))).toMatchObject({
      own_warranty_ends_on: '2026-05-01',
      predecessor_id: old.id,
      customer_code: 'ACME',
      location: 'customer',
    });
    for (const [one, other] of [
      [spare, old],
      [old, spare],
    ] as const)
      expect(await (await tech.get(`/units/${one.id}`)).text()).toContain(`<a href="/units/${other.id}">${other.serial}</a>`);
    await made(tech.post('/api/v1/receipts', { scan: old.serial }));
  });

  it('an advance replacement not sent back is overdue on day 16, reminded once per step, and closes only after its write-off by two people', async () => {
    const [old, spare] = [await fielded(test.ctx()), await stocked(test.ctx())];
    const filed = await returned(tech, old.serial, { type: 'advance_replacement', received: false });
    const leg = await made(tech.post(`/api/v1/returns/${filed.id}/outbound`, { unit_id: spare.id }));
    await made(tech.post(`/api/v1/returns/${filed.id}/outbound/${leg.id}/shipment`));
    await made(tech.post(`/api/v1/returns/${filed.id}/outbound/${leg.id}/delivery`));
    const overdue = async () => (await got(tech.get('/api/v1/return-units?flag=overdue'))).items.map(({ id }: { id: string }) => id);
    clock.now = NOW + 15 * DAY;
    expect([await overdue(), await remindOverdue(test.ctx({ now: clock.now }))]).toEqual([[], 0]);
    clock.now = NOW + 16 * DAY;
    expect(await overdue()).toEqual([filed.return_unit_id]);
    expect([await remindOverdue(test.ctx({ now: clock.now })), await remindOverdue(test.ctx({ now: clock.now }))]).toEqual([1, 0]);
    expect(await test.store.db.selectFrom('outbox').select(['target', 'topic']).execute()).toEqual([{ target: 'acme@example.com', topic: 'return.reminder' }]);
    await answered(409, tech.post(`/api/v1/returns/${filed.id}/closure`));
    await made(lead.post(`/api/v1/returns/${filed.id}/write-off`, { reason: 'three reminders' }));
    await answered(403, tech.post(`/api/v1/returns/${filed.id}/approval`));
    await answered(403, lead.post(`/api/v1/returns/${filed.id}/approval`));
    await made(quality.post(`/api/v1/returns/${filed.id}/approval`, { reason: 'agreed' }));
    expect(await placeOf(test.ctx(), old.id)).toBe('lost/new');
    expect((await made(tech.post(`/api/v1/returns/${filed.id}/closure`))).state).toBe('closed');

    const moves = await moveCount(test.ctx(), old.id);
    expect(await made(tech.post('/api/v1/receipts', { scan: old.serial }))).toMatchObject({ outcome: 'expected', return_id: filed.id });
    expect(await got(tech.post('/api/v1/receipts', { scan: old.serial }))).toMatchObject({ outcome: 'duplicate' });
    expect([await placeOf(test.ctx(), old.id), (await moveCount(test.ctx(), old.id)) - moves]).toEqual(['receiving/unverified', 2]);
    expect(await got(tech.get(`/api/v1/returns/${filed.id}`))).toMatchObject({ state: 'open', units: [{ state: 'received', written_off_at: null }] });
    clock.now = NOW;
  });

  it('the third NFF of a unit blocks its restock without quality’s override, and never counts as a confirmed defect', async () => {
    const unit = await fielded(test.ctx());
    for (let time = 1; time <= 3; time++) {
      const filed = await returned(tech, unit.serial);
      await inspected(tech, filed.return_unit_id, 'no_fault_found');
      if (time < 3) {
        await disposed(tech, filed.return_unit_id, 'restock');
        await made(tech.post('/api/v1/stock/moves', { serial: unit.serial, location: 'customer', reason: 'sold' }));
        continue;
      }
      await answered(409, tech.post('/api/v1/dispositions', { return_unit_id: filed.return_unit_id, disposition: 'restock' }));
      await answered(403, tech.post('/api/v1/dispositions', { return_unit_id: filed.return_unit_id, disposition: 'restock', override_reason: 'mine' }));
      expect(
        await made(quality.post('/api/v1/dispositions', { return_unit_id: filed.return_unit_id, disposition: 'restock', override_reason: 'burn-in passed' })),
      ).toMatchObject({ state: 'posted' });
    }
    expect((await got(tech.get(`/api/v1/return-units?unit_id=${unit.id}&verdict=confirmed`))).items).toEqual([]);
  });

  it('cancelling is refused after the replacement shipped, and releases a mere reservation', async () => {
    const [first, second] = [await fielded(test.ctx()), await fielded(test.ctx())];
    const [one, two] = [await stocked(test.ctx()), await stocked(test.ctx())];
    const reserved = await returned(tech, first.serial, { type: 'advance_replacement', received: false });
    await made(tech.post(`/api/v1/returns/${reserved.id}/outbound`, { unit_id: one.id }));
    expect(await made(tech.post(`/api/v1/returns/${reserved.id}/cancellation`, { reason: 'found the fault' }))).toMatchObject({
      state: 'cancelled',
      outbound: [{ state: 'cancelled', promise: 'released' }],
    });
    const shipped = await returned(tech, second.serial, { type: 'advance_replacement', received: false });
    const leg = await made(tech.post(`/api/v1/returns/${shipped.id}/outbound`, { unit_id: two.id }));
    await made(tech.post(`/api/v1/returns/${shipped.id}/outbound/${leg.id}/shipment`));
    await answered(409, tech.post(`/api/v1/returns/${shipped.id}/cancellation`, { reason: 'too late' }));
  });

  it('receiving an unauthorised return is refused', async () => {
    const unit = await fielded(test.ctx());
    const filed = await made(tech.post('/api/v1/returns', { type: 'repair', units: [{ serial: unit.serial }] }));
    expect(await answered(409, tech.post('/api/v1/receipts', { scan: unit.serial }))).toMatchObject({ blocking: `/api/v1/returns/${filed.id}` });
    expect(await moveCount(test.ctx(), unit.id)).toBe(1);
  });

  it('receive fired twice is one move; a receipt taken back and given again stays consistent', async () => {
    const unit = await fielded(test.ctx());
    const filed = await returned(tech, unit.serial);
    expect(await got(tech.post('/api/v1/receipts', { scan: unit.serial }))).toMatchObject({ outcome: 'duplicate' });
    expect(await moveCount(test.ctx(), unit.id)).toBe(2);
    await made(tech.post('/api/v1/receipts/reversals', { return_unit_id: filed.return_unit_id, reason: 'wrong box' }));
    expect(await placeOf(test.ctx(), unit.id)).toBe('customer/new');
    expect(await made(tech.post('/api/v1/receipts', { scan: unit.serial }))).toMatchObject({ outcome: 'expected' });
    expect(await placeOf(test.ctx(), unit.id)).toBe('receiving/unverified');
  });

  it('a disposition is reversed by a reversing entry, once; scrap needs a second person', async () => {
    const unit = await fielded(test.ctx());
    const filed = await returned(tech, unit.serial);
    await inspected(tech, filed.return_unit_id, 'confirmed');
    const repair = await disposed(tech, filed.return_unit_id, 'repair');
    await answered(409, tech.post('/api/v1/dispositions', { return_unit_id: filed.return_unit_id, disposition: 'scrap' }));
    expect(await made(tech.post(`/api/v1/dispositions/${repair.id}/reversal`, { reason: 'wrong button' }))).toMatchObject({ state: 'reversed' });
    await answered(409, tech.post(`/api/v1/dispositions/${repair.id}/reversal`, { reason: 'again' }));
    expect(await placeOf(test.ctx(), unit.id)).toBe('bench/unverified');
    expect(await disposed(lead, filed.return_unit_id, 'scrap')).toMatchObject({ state: 'requested' });
    expect(await placeOf(test.ctx(), unit.id)).toBe('bench/unverified');
    await answered(403, lead.post(`/api/v1/returns/${filed.id}/approval`));
    await made(quality.post(`/api/v1/returns/${filed.id}/approval`));
    expect(await placeOf(test.ctx(), unit.id)).toBe('scrapped/defective');
  });

  it('a repaired unit comes back by scan, is inspected again and restocked; its confirmed defect stays confirmed', async () => {
    const unit = await fielded(test.ctx());
    const filed = await returned(tech, unit.serial);
    await inspected(tech, filed.return_unit_id, 'confirmed', { failure_mode: 'POE_FAIL' });
    await disposed(tech, filed.return_unit_id, 'repair');
    expect(await made(tech.post('/api/v1/receipts', { scan: unit.serial }))).toMatchObject({ outcome: 'expected', return_id: filed.id });
    await answered(409, tech.post('/api/v1/dispositions', { return_unit_id: filed.return_unit_id, disposition: 'restock' }));
    await inspected(tech, filed.return_unit_id, 'no_fault_found');
    await disposed(tech, filed.return_unit_id, 'restock', { condition: 'refurbished' });
    expect(await placeOf(test.ctx(), unit.id)).toBe('good_stock/refurbished');
    const closed = await made(tech.post(`/api/v1/returns/${filed.id}/closure`));
    expect(closed.units[0]).toMatchObject({ verdict: 'confirmed', failure_mode_id: 'mode-poe-fail', disposition: 'restock' });
  });

  it('a unit enters good stock only with a passing inspection since its receipt and its footage erased', async () => {
    const unit = await fielded(test.ctx());
    const filed = await returned(tech, unit.serial);
    const restock = { return_unit_id: filed.return_unit_id, disposition: 'restock' };
    await answered(409, tech.post('/api/v1/dispositions', restock));
    await made(tech.post('/api/v1/inspections', { return_unit_id: filed.return_unit_id, verdict: 'no_fault_found', all_steps_ok: true }));
    expect(await answered(409, tech.post('/api/v1/dispositions', restock))).toMatchObject({ detail: expect.stringContaining('footage') });
    await made(tech.post(`/api/v1/return-units/${filed.return_unit_id}/footage-erasure`));
    await made(tech.post('/api/v1/dispositions', restock));
  });

  it('a return that need not come back is settled without a second person and closes', async () => {
    const unit = await fielded(test.ctx());
    const filed = await returned(tech, unit.serial, { type: 'no_return_needed', received: false });
    await disposed(tech, filed.return_unit_id, 'not_returned', { reason: 'customer recycles it' });
    expect((await made(tech.post(`/api/v1/returns/${filed.id}/closure`))).state).toBe('closed');
    expect(await placeOf(test.ctx(), unit.id)).toBe('lost/new');
  });
});
