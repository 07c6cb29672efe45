// Replacement stock: reservations, holds, orders, counts, the books.
import { beforeAll, expect, it } from 'vitest';
import { booksAreRight, checkBooks } from '../../src/stock/check.ts';
import { type Cast, cast, fielded, placeOf, stocked } from '../returns/cast.ts';
import { answered, got, made, returned } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('replacement stock', (test) => {
  let world: Cast;
  let tech: Caller;
  let stock: Caller;
  let quality: Caller;
  beforeAll(async () => {
    world = await cast(test.ctx());
    const app = testApp(test.store);
    [tech, stock, quality] = [
      await callerWith(app, test.store, 'tech'),
      await callerWith(app, test.store, 'stock'),
      await callerWith(app, test.store, 'quality'),
    ];
  });

  const level = async (code = 'H-100') => (await got(stock.get(`/api/v1/stock/levels?model_code=${code}`))).items[0];
  const spares = (model_code: string, quantity: number) =>
    made(stock.post('/api/v1/stock/moves', { model_code, quantity, location: 'good_stock', condition: 'new', reason: 'delivery' }));

  it('good 5, reserved 3, defective 10, reorder point 3: available 2, and an order is suggested', async () => {
    const units = [];
    for (let i = 0; i < 5; i++) units.push(await stocked(test.ctx()));
    for (let i = 0; i < 10; i++) await stocked(test.ctx(), {}, 'defect_stock', 'defective');
    for (let i = 0; i < 3; i++) await made(stock.post('/api/v1/stock/reservations', { model_code: 'H-100' }));
    await made(stock.post('/api/v1/stock/policies', { model_code: 'H-100', reorder_point: 3 }));
    expect(await level()).toMatchObject({ good: 5, reserved: 3, held: 0, available: 2, defective: 10, reorder_point: 3, suggested_order: 1 });
    for (const { id } of (await got(stock.get('/api/v1/stock/reservations?state=active'))).items)
      await made(stock.post(`/api/v1/stock/reservations/${id}/release`));
    for (const { id } of units) await made(stock.post('/api/v1/stock/moves', { unit_id: id, location: 'customer', reason: 'sold' }));
  });

  it('none left: refused, naming the substitute in stock; taken when a substitute will do', async () => {
    const substitute = await stocked(test.ctx(), { model_code: 'H-200' });
    expect(await answered(409, stock.post('/api/v1/stock/reservations', { model_code: 'H-100' }))).toMatchObject({ detail: expect.stringContaining('H-200') });
    const reservation = await made(stock.post('/api/v1/stock/reservations', { model_code: 'H-100', allow_substitute: true }));
    expect(reservation).toMatchObject({ unit_id: substitute.id, asked_model_code: 'H-100', model_code: 'H-200' });
    await made(stock.post(`/api/v1/stock/reservations/${reservation.id}/release`));
  });

  it('a held cohort is not available, loses its promises, does not leave, and is released by a second person', async () => {
    const [held, free] = [await stocked(test.ctx(), { hw_rev: 'B' }), await stocked(test.ctx(), { hw_rev: 'A' })];
    const reservation = await made(stock.post('/api/v1/stock/reservations', { unit_id: held.id }));
    const hold = await made(quality.post('/api/v1/stock/holds', { model_code: 'H-100', hw_rev: 'B', reason: 'focus drift' }));
    expect(await got(stock.get(`/api/v1/stock/reservations/${reservation.id}`))).toMatchObject({ state: 'released', ended_reason: 'held: focus drift' });
    expect(await level()).toMatchObject({ good: 2, held: 1, reserved: 0, available: 1 });
    const rows = `/units?model_id=${held.model_id}&location=good_stock&hw_rev=B`;
    expect(await (await stock.get('/stock/holds')).text()).toContain(`<a href="${rows.replaceAll('&', '&amp;')}">1</a>`);
    expect((await got(stock.get(`/api/v1${rows}`))).items.map(({ id }: { id: string }) => id)).toEqual([held.id]);
    await answered(409, stock.post('/api/v1/stock/reservations', { unit_id: held.id }));
    await answered(409, stock.post('/api/v1/stock/moves', { unit_id: held.id, location: 'customer', reason: 'sale' }));
    expect(await made(stock.post('/api/v1/stock/reservations', { model_code: 'H-100' }))).toMatchObject({ unit_id: free.id });
    await answered(409, stock.post('/api/v1/stock/reservations', { model_code: 'H-100' }));
    await answered(403, quality.post(`/api/v1/stock/holds/${hold.id}/release`, { reason: 'mine' }));
    const lead = await callerWith(testApp(test.store), test.store, 'lead');
    expect(await made(lead.post(`/api/v1/stock/holds/${hold.id}/release`, { reason: 'reworked' }))).toMatchObject({ state: 'released' });
    expect(await made(stock.post('/api/v1/stock/reservations', { unit_id: held.id }))).toMatchObject({ state: 'active' });
    for (const { id } of (await got(stock.get('/api/v1/stock/reservations?state=active'))).items)
      await made(stock.post(`/api/v1/stock/reservations/${id}/release`));
    for (const { id } of [held, free]) await made(stock.post('/api/v1/stock/moves', { unit_id: id, location: 'customer', reason: 'sold' }));
  });

  it('a shipment whose promise a hold took back is refused until it is reserved again', async () => {
    const [old, batchB, batchA] = [await fielded(test.ctx()), await stocked(test.ctx(), { hw_rev: 'Z' }), await stocked(test.ctx(), { hw_rev: 'A' })];
    const filed = await returned(tech, old.serial, { type: 'advance_replacement', received: false });
    const leg = await made(tech.post(`/api/v1/returns/${filed.id}/outbound`, { unit_id: batchB.id }));
    await made(quality.post('/api/v1/stock/holds', { model_code: 'H-100', hw_rev: 'Z', reason: 'suspect' }));
    await answered(409, tech.post(`/api/v1/returns/${filed.id}/outbound/${leg.id}/shipment`));
    expect(await made(tech.post(`/api/v1/returns/${filed.id}/outbound/${leg.id}/reservation`))).toMatchObject({ unit_id: batchA.id, promise: 'active' });
    await made(tech.post(`/api/v1/returns/${filed.id}/outbound/${leg.id}/shipment`));
    expect(await placeOf(test.ctx(), batchA.id)).toBe('in_transit/new');
    await answered(409, tech.post(`/api/v1/returns/${filed.id}/outbound/${leg.id}/shipment`));
  });

  it('a unit whose promise was taken back may go to another shipment; the first waits again', async () => {
    const [one, other, spare] = [await fielded(test.ctx()), await fielded(test.ctx()), await stocked(test.ctx())];
    const [first, second] = [await returned(tech, one.serial, { received: false }), await returned(tech, other.serial, { received: false })];
    const forsaken = await made(tech.post(`/api/v1/returns/${first.id}/outbound`, { unit_id: spare.id }));
    await made(stock.post(`/api/v1/stock/reservations/${forsaken.reservation_id}/release`, { reason: 'more urgent elsewhere' }));
    expect(await made(tech.post(`/api/v1/returns/${second.id}/outbound`, { unit_id: spare.id }))).toMatchObject({ state: 'reserved', unit_id: spare.id });
    expect((await got(tech.get(`/api/v1/returns/${first.id}`))).outbound).toMatchObject([{ state: 'requested', unit_id: null }]);
  });

  it('a unit of the shelf received by mistake goes back there when the receipt is taken back', async () => {
    const spare = await stocked(test.ctx());
    const { return_unit_id } = await made(tech.post('/api/v1/receipts', { scan: spare.serial }));
    await made(tech.post('/api/v1/receipts/reversals', { return_unit_id, reason: 'from the shelf' }));
    expect(await placeOf(test.ctx(), spare.id)).toBe('good_stock/new');
  });

  it('a purchase order is received in parts, never more than ordered', async () => {
    const order = await made(
      stock.post('/api/v1/purchase-orders', {
        supplier: 'Hikari',
        ordered: true,
        lines: [{ model_code: 'H-200', quantity: 3, unit_cost: 120, currency: 'USD' }],
      }),
    );
    expect(order.number).toMatch(/^PO-2026-\d{5}$/);
    const before = (await level('H-200')).good;
    const [line] = order.lines;
    expect(await made(stock.post(`/api/v1/purchase-orders/${order.id}/receipts`, { line_id: line.id, serials: ['PO-1', 'PO-2'] }))).toMatchObject({
      state: 'partly_received',
      received_quantity: 2,
    });
    expect(await level('H-200')).toMatchObject({ good: before + 2, on_order: 1 });
    const { model_id } = await level('H-200');
    const awaited = async (query: string) => (await got(stock.get(`/api/v1/purchase-orders?awaited=true${query}`))).items.map(({ id }: { id: string }) => id);
    expect(await awaited(`&model_id=${model_id}`)).toEqual([order.id]);
    expect(await awaited('&model_id=another')).toEqual([]);
    const page = await (await stock.get('/stock?model_code=H-200')).text();
    expect(page).toContain(`<a href="/purchase-orders?awaited=true&amp;model_id=${model_id}">1</a>`);
    await answered(409, stock.post(`/api/v1/purchase-orders/${order.id}/receipts`, { line_id: line.id, serials: ['PO-3', 'PO-4'] }));
    expect(await made(stock.post(`/api/v1/purchase-orders/${order.id}/receipts`, { line_id: line.id, quantity: 1 }))).toMatchObject({ state: 'received' });
    expect(await level('H-200')).toMatchObject({ good: before + 3, on_order: 0 });
    expect(await awaited(`&model_id=${model_id}`)).toEqual([]);
    await answered(409, stock.post(`/api/v1/purchase-orders/${order.id}/cancellation`, { reason: 'late' }));
  });

  it('un-serialised spares are reserved by quantity, and what is promised cannot be moved away', async () => {
    await spares('H-200', 10);
    const free = (await level('H-200')).available;
    const reservation = await made(stock.post('/api/v1/stock/reservations', { model_code: 'H-200', quantity: 8 }));
    expect(reservation).toMatchObject({ unit_id: null, quantity: 8 });
    expect((await level('H-200')).available).toBe(free - 8);
    await answered(
      409,
      stock.post('/api/v1/stock/moves', {
        model_code: 'H-200',
        quantity: 5,
        from_location: 'good_stock',
        location: 'customer',
        condition: 'new',
        reason: 'sale',
      }),
    );
    await made(stock.post(`/api/v1/stock/reservations/${reservation.id}/release`));
  });

  it('a count books what is missing, what is found and what spares differ by', async () => {
    const [here, gone, stray] = [await stocked(test.ctx()), await stocked(test.ctx()), await stocked(test.ctx(), {}, 'defect_stock', 'defective')];
    const reservation = await made(stock.post('/api/v1/stock/reservations', { unit_id: gone.id }));
    const count = await made(stock.post('/api/v1/stock/counts', { location: 'good_stock', model_code: 'H-100' }));
    const scan = (text: string) => stock.post(`/api/v1/stock/counts/${count.id}/scans`, { scan: text });
    for (const unit of (await got(stock.get('/api/v1/units?model_code=H-100&location=good_stock'))).items)
      if (unit.id !== gone.id && unit.id !== here.id) await made(scan(unit.serial));
    expect(await made(scan(here.serial))).toMatchObject({ outcome: 'counted' });
    expect(await got(scan(here.serial))).toMatchObject({ outcome: 'again' });
    expect(await made(scan(stray.serial))).toMatchObject({ outcome: 'elsewhere', location: 'defect_stock' });
    expect(await got(scan('NEVER-SEEN'))).toMatchObject({ outcome: 'unknown' });
    const booked = await made(stock.post(`/api/v1/stock/counts/${count.id}/booking`));
    expect(booked.differences.map(({ kind, unit_id }: { kind: string; unit_id: string }) => [kind, unit_id])).toEqual([
      ['missing', gone.id],
      ['found', stray.id],
    ]);
    expect([await placeOf(test.ctx(), here.id), await placeOf(test.ctx(), gone.id), await placeOf(test.ctx(), stray.id)]).toEqual([
      'good_stock/new',
      'adjustment/new',
      'quarantine/unverified',
    ]);
    expect(await got(stock.get(`/api/v1/stock/reservations/${reservation.id}`))).toMatchObject({ state: 'released' });
    await answered(409, stock.post(`/api/v1/stock/counts/${count.id}/booking`));
    const again = await made(stock.post('/api/v1/stock/counts', { location: 'good_stock', model_code: 'H-100' }));
    for (const unit of (await got(stock.get('/api/v1/units?model_code=H-100&location=good_stock'))).items)
      await made(stock.post(`/api/v1/stock/counts/${again.id}/scans`, { scan: unit.serial }));
    await made(stock.post(`/api/v1/stock/counts/${again.id}/scans`, { scan: gone.serial }));
    await made(stock.post(`/api/v1/stock/counts/${again.id}/booking`));
    expect(await placeOf(test.ctx(), gone.id)).toBe('good_stock/new');
  });

  it('a move made by hand is taken back once by an entry the other way; scrap is not a move by hand', async () => {
    const unit = await stocked(test.ctx());
    const move = await made(stock.post('/api/v1/stock/moves', { serial: unit.serial, location: 'defect_stock', condition: 'defective', reason: 'dropped' }));
    await made(stock.post(`/api/v1/stock/moves/${move.id}/reversal`, { reason: 'another one was dropped' }));
    expect(await placeOf(test.ctx(), unit.id)).toBe('good_stock/new');
    await answered(409, stock.post(`/api/v1/stock/moves/${move.id}/reversal`, { reason: 'again' }));
    await answered(409, stock.post('/api/v1/stock/moves', { serial: unit.serial, location: 'scrapped', reason: 'alone' }));
  });

  it('the books are the sum of their moves at the end of all this', async () => {
    const check = await checkBooks(test.ctx());
    expect(check).toEqual({ balances: [], places: [], over_reserved: [] });
    expect(booksAreRight(check)).toBe(true);
    expect(await got(stock.get('/api/v1/stock/check'))).toEqual({ balances: [], places: [], over_reserved: [] });
    expect(world.model).not.toBe(world.substitute);
  });
});
