// Purchase orders: what may happen in which state, deliveries in parts, goods that go back.
import { beforeAll, expect, it } from 'vitest';
import { booksAreRight, checkBooks } from '../../src/stock/check.ts';
import { cast, placeOf } from '../returns/cast.ts';
import { answered, got, type Json, made } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

eachDb('a purchase order', (test) => {
  const clock = { now: NOW };
  let stock: Caller;
  let quality: Caller;
  let engineer: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store, clock);
    [stock, quality, engineer] = [
      await callerWith(app, test.store, 'stock'),
      await callerWith(app, test.store, 'quality'),
      await callerWith(app, test.store, 'engineer'),
    ];
  });

  const written = (quantity = 3, ordered = true): Promise<Json> =>
    made(stock.post('/api/v1/purchase-orders', { supplier: 'Hikari', ordered, lines: [{ model_code: 'H-100', quantity }] }));
  const came = (order: Json, more: object) => stock.post(`/api/v1/purchase-orders/${order.id}/receipts`, { line_id: order.lines[0].id, ...more });
  const one = (order: Json): Promise<Json> => got(stock.get(`/api/v1/purchase-orders/${order.id}`));
  const level = async () => (await got(stock.get('/api/v1/stock/levels?model_code=H-100'))).items[0];
  const serials = (stem: string, n: number) => Array.from({ length: n }, (_, i) => `${stem}-${i}`);

  const into = {
    draft: () => written(3, false),
    ordered: () => written(),
    partly_received: async () => {
      const order = await written();
      await made(came(order, { quantity: 1 }));
      return order;
    },
    received: async () => {
      const order = await written();
      await made(came(order, { quantity: 3 }));
      return order;
    },
    cancelled: async () => {
      const order = await written();
      await made(stock.post(`/api/v1/purchase-orders/${order.id}/cancellation`, { reason: 'not needed' }));
      return order;
    },
  };
  const deeds = {
    place: (order: Json) => stock.post(`/api/v1/purchase-orders/${order.id}/order`, {}),
    receive: (order: Json) => came(order, { quantity: 1 }),
    cancel: (order: Json) => stock.post(`/api/v1/purchase-orders/${order.id}/cancellation`, { reason: 'not needed' }),
  };

  it.each([
    ['draft          ', 'place  ', 'ordered'],
    ['draft          ', 'receive', null],
    ['draft          ', 'cancel ', 'cancelled'],
    ['ordered        ', 'place  ', null],
    ['ordered        ', 'receive', 'partly_received'],
    ['ordered        ', 'cancel ', 'cancelled'],
    ['partly_received', 'place  ', null],
    ['partly_received', 'receive', 'partly_received'],
    ['partly_received', 'cancel ', 'received'],
    ['received       ', 'place  ', null],
    ['received       ', 'receive', null],
    ['received       ', 'cancel ', null],
    ['cancelled      ', 'place  ', null],
    ['cancelled      ', 'receive', null],
    ['cancelled      ', 'cancel ', null],
  ])('%s %s → %s', async (state, deed, after) => {
    // The names are padded for the eye.
    const order = await into[state.trim() as keyof typeof into]();
    const answer = await deeds[deed.trim() as keyof typeof deeds](order);
    expect(answer.status).toBe(after === null ? 409 : 201);
    expect(await one(order)).toMatchObject({ state: after ?? state.trim() });
    if (after === null) expect(await answer.json()).toMatchObject({ blocking: `/api/v1/purchase-orders/${order.id}` });
  });

  it('more than ordered is refused, saying how many are outstanding, and nothing came in', async () => {
    const order = await written();
    await made(came(order, { serials: serials('OVER', 2) }));
    const { good } = await level();
    expect(await answered(409, came(order, { serials: ['OVER-2', 'OVER-3'] }))).toMatchObject({ detail: 'Only 1 of this line are outstanding' });
    expect(await level()).toMatchObject({ good });
    expect(await got(stock.get('/api/v1/units?serial=OVER-3'))).toMatchObject({ items: [] });
  });

  it('a serial that is there already brings nothing of its delivery in', async () => {
    const order = await written();
    await made(came(order, { serials: ['SAME-1'] }));
    await answered(409, came(order, { serials: ['SAME-2', 'SAME-1'] }));
    await answered(409, came(order, { serials: ['SAME-3', 'same3'] }));
    expect(await one(order)).toMatchObject({ received_quantity: 1, state: 'partly_received' });
  });

  it('a delivery of a held batch goes to quarantine, the rest onto the shelf', async () => {
    await made(quality.post('/api/v1/stock/holds', { model_code: 'H-100', hw_rev: 'HELD', reason: 'burns' }));
    const order = await written();
    await made(came(order, { serials: ['HELD-1'], hw_rev: 'HELD' }));
    await made(came(order, { serials: ['FREE-1'], hw_rev: 'B' }));
    const place = async (serial: string) => placeOf(test.ctx(), (await got(stock.get(`/api/v1/units?serial=${serial}`))).items[0].id);
    expect([await place('HELD-1'), await place('FREE-1')]).toEqual(['quarantine/unverified', 'good_stock/new']);
  });

  it('goods sent back to the supplier are outstanding again; delivered once more it is the same unit', async () => {
    const order = await written(2);
    await made(came(order, { serials: ['BACK-1', 'BACK-2'] }));
    const [unit] = (await got(stock.get('/api/v1/units?serial=BACK-1'))).items;
    const [move] = (await got(stock.get(`/api/v1/stock/moves?unit_id=${unit.id}`))).items;
    const before = await level();
    await made(stock.post(`/api/v1/stock/moves/${move.id}/reversal`, { reason: 'wrong colour' }));
    expect(await one(order)).toMatchObject({ state: 'partly_received', received_quantity: 1 });
    expect(await level()).toMatchObject({ good: before.good - 1, on_order: before.on_order + 1 });
    await answered(409, stock.post(`/api/v1/stock/moves/${move.id}/reversal`, { reason: 'twice' }));
    clock.now += 60_000;
    await made(came(order, { serials: ['BACK-1'] }));
    expect(await one(order)).toMatchObject({ state: 'received', received_quantity: 2 });
    expect((await got(stock.get('/api/v1/units?serial=BACK-1'))).items).toMatchObject([{ id: unit.id, location: 'good_stock' }]);
  });

  it('spares of a delivery go back as long as nobody was promised them', async () => {
    const order = await made(stock.post('/api/v1/purchase-orders', { supplier: 'Hikari', ordered: true, lines: [{ model_code: 'H-200', quantity: 5 }] }));
    await made(came(order, { quantity: 5 }));
    const [move] = (await got(stock.get(`/api/v1/stock/moves?cause_kind=purchase_order&cause_id=${order.id}`))).items;
    const promise = await made(stock.post('/api/v1/stock/reservations', { model_code: 'H-200', quantity: 1 }));
    await answered(409, stock.post(`/api/v1/stock/moves/${move.id}/reversal`, { reason: 'unused' }));
    await made(stock.post(`/api/v1/stock/reservations/${promise.id}/release`));
    await made(stock.post(`/api/v1/stock/moves/${move.id}/reversal`, { reason: 'unused' }));
    expect(await one(order)).toMatchObject({ state: 'ordered', received_quantity: 0 });
  });

  it('two people receive the last of a line at once: one does', async () => {
    const order = await written(1);
    const answers = await Promise.all([came(order, { serials: ['LAST-1'] }), came(order, { serials: ['LAST-2'] }), came(order, { quantity: 1 })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(await one(order)).toMatchObject({ state: 'received', received_quantity: 1 });
  });

  it('is not for those who do not keep stock, and not changed under a stale version', async () => {
    const order = await written(1, false);
    await answered(403, engineer.post('/api/v1/purchase-orders', { supplier: 'x', lines: [{ model_code: 'H-100', quantity: 1 }] }));
    await answered(403, engineer.post(`/api/v1/purchase-orders/${order.id}/order`, {}));
    await made(deeds.place(order));
    await answered(412, stock.post(`/api/v1/purchase-orders/${order.id}/cancellation`, { reason: 'late' }, { 'If-Match': '"1"' }));
  });

  it('the books are right after all of it', async () => expect(booksAreRight(await checkBooks(test.ctx()))).toBe(true));
});
