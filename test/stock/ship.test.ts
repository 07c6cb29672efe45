// What was promised by hand leaves: the promise is kept, the ledger and the history say so, and a mistake can be taken back.
import { beforeAll, expect, it } from 'vitest';
import { booksAreRight, checkBooks } from '../../src/stock/check.ts';
import { addWebhook } from '../../src/webhook/webhooks.ts';
import { as, cast, fielded, placeOf, stocked } from '../returns/cast.ts';
import { answered, got, made, returned } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

const SHIP = (id: string): string => `/api/v1/stock/reservations/${id}/shipment`;

eachDb('shipping what is promised', (test) => {
  let stock: Caller;
  let tech: Caller;
  let engineer: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store);
    [stock, tech, engineer] = [
      await callerWith(app, test.store, 'stock'),
      await callerWith(app, test.store, 'tech'),
      await callerWith(app, test.store, 'engineer'),
    ];
  });

  const spares = (quantity: number, condition = 'new') =>
    made(stock.post('/api/v1/stock/moves', { model_code: 'H-200', quantity, location: 'good_stock', condition, reason: 'delivery' }));
  const reserved = (quantity: number) => made(stock.post('/api/v1/stock/reservations', { model_code: 'H-200', quantity }));
  const level = async () => (await got(stock.get('/api/v1/stock/levels?model_code=H-200'))).items[0];
  const movesOf = async (id: string) =>
    (await got(stock.get(`/api/v1/stock/moves?cause_kind=reservation&cause_id=${id}&sort=at`))).items.map(
      (move: { quantity: number; from_condition: string; to_location: string; reason: string | null }) =>
        `${move.quantity} ${move.from_condition} → ${move.to_location}: ${move.reason}`,
    );

  it('spares leave as promised, those that lie longest in use first, and are neither promised nor there any more', async () => {
    await spares(2, 'refurbished');
    await spares(4);
    const promise = await reserved(5);
    const shipped = await made(stock.post(SHIP(promise.id), { location: 'customer', reason: 'slip 4711' }));
    expect(shipped).toMatchObject({ state: 'fulfilled', quantity: 5, ended_reason: 'slip 4711' });
    expect(await movesOf(promise.id)).toEqual(['2 refurbished → customer: slip 4711', '3 new → customer: slip 4711']);
    expect(await level()).toMatchObject({ good: 1, reserved: 0, available: 1 });
    const history = await got(tech.get(`/api/v1/history?record_kind=stock_reservation&record_id=${promise.id}`));
    expect(history.items.map(({ action, reason }: { action: string; reason: string }) => [action, reason])).toContainEqual([
      'stock_reservation.fulfilled',
      'slip 4711',
    ]);
  });

  it('a second shipment and a shipment of what was released are refused, and nothing moves', async () => {
    await spares(2);
    const [once, released] = [await reserved(1), await reserved(1)];
    await made(stock.post(SHIP(once.id)));
    await made(stock.post(`/api/v1/stock/reservations/${released.id}/release`, { reason: 'not needed' }));
    for (const { id } of [once, released]) expect(await answered(409, stock.post(SHIP(id)))).toMatchObject({ blocking: `/api/v1/stock/reservations/${id}` });
    expect(await movesOf(once.id)).toEqual(['1 new → in_transit: null']);
    expect(await movesOf(released.id)).toEqual([]);
  });

  it('shipped by everybody at once: one move', async () => {
    await spares(3);
    const { id } = await reserved(3);
    const answers = await Promise.all(Array.from({ length: 6 }, () => stock.post(SHIP(id))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    expect(await movesOf(id)).toEqual(['3 new → in_transit: null']);
  });

  it('part of a promise leaves and the rest stays promised, until the last of it ends the promise', async () => {
    await spares(5);
    const before = await level();
    const { id } = await reserved(5);
    expect(await made(stock.post(SHIP(id), { quantity: 2, reason: 'slip 1' }))).toMatchObject({ state: 'active', quantity: 5, shipped_quantity: 2 });
    expect(await level()).toMatchObject({ good: before.good - 2, reserved: before.reserved + 3, available: before.available - 5 });
    expect(await answered(422, stock.post(SHIP(id), { quantity: 4 }))).toMatchObject({ errors: [{ path: 'quantity' }] });
    const page = await (await stock.get(`/stock/reservations?id=${id}`, { 'Accept-Language': 'ja' })).text();
    expect(page).toContain('出荷済 2');
    expect(await made(stock.post(SHIP(id), { quantity: 1, reason: 'slip 2' }))).toMatchObject({ state: 'active', shipped_quantity: 3 });
    expect(await made(stock.post(SHIP(id), { reason: 'slip 3' }))).toMatchObject({ state: 'fulfilled', quantity: 5, shipped_quantity: 5 });
    expect(await movesOf(id)).toEqual(['2 new → in_transit: slip 1', '1 new → in_transit: slip 2', '2 new → in_transit: slip 3']);
    expect(await level()).toMatchObject({ good: before.good - 5, reserved: before.reserved, available: before.available - 5 });
    await answered(409, stock.post(SHIP(id), { quantity: 1 }));
  });

  it('what is left of a promise shipped in part is given back whole', async () => {
    await spares(3);
    const before = await level();
    const { id } = await reserved(3);
    await made(stock.post(SHIP(id), { quantity: 1 }));
    expect(await made(stock.post(`/api/v1/stock/reservations/${id}/release`, { reason: 'enough' }))).toMatchObject({ state: 'released', shipped_quantity: 1 });
    expect(await level()).toMatchObject({ good: before.good - 1, reserved: before.reserved, available: before.available - 1 });
  });

  it('parts shipped by everybody at once are never more than was promised', async () => {
    await spares(5);
    const { id } = await reserved(5);
    const answers = await Promise.all(Array.from({ length: 6 }, () => stock.post(SHIP(id), { quantity: 2 })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 422, 422, 422, 422]);
    expect(await movesOf(id)).toEqual(['2 new → in_transit: null', '2 new → in_transit: null']);
    expect(await got(stock.get(`/api/v1/stock/reservations/${id}`))).toMatchObject({ state: 'active', shipped_quantity: 4 });
    await made(stock.post(SHIP(id)));
  });

  it('a unit promised by hand leaves the same way', async () => {
    const unit = await stocked(test.ctx());
    const promise = await made(stock.post('/api/v1/stock/reservations', { unit_id: unit.id }));
    expect(await made(stock.post(SHIP(promise.id), { location: 'customer' }))).toMatchObject({ state: 'fulfilled', serial: unit.serial });
    expect(await placeOf(test.ctx(), unit.id)).toBe('customer/new');
  });

  it('what is promised to a shipment of a return leaves there and not here', async () => {
    const [old, spare] = [await fielded(test.ctx()), await stocked(test.ctx())];
    const filed = await returned(tech, old.serial, { type: 'advance_replacement', received: false });
    const leg = await made(tech.post(`/api/v1/returns/${filed.id}/outbound`, { unit_id: spare.id }));
    const [promise] = (await got(stock.get(`/api/v1/stock/reservations?unit_id=${spare.id}`))).items;
    expect(await answered(409, stock.post(SHIP(promise.id)))).toMatchObject({ blocking: `/api/v1/returns/${filed.id}/outbound/${leg.id}` });
    expect(await placeOf(test.ctx(), spare.id)).toBe('good_stock/new');
  });

  it('shipped by mistake it is taken back by an entry the other way; the promise stays kept', async () => {
    await spares(2);
    const before = await level();
    const promise = await reserved(2);
    await made(stock.post(SHIP(promise.id)));
    const [move] = (await got(stock.get(`/api/v1/stock/moves?cause_kind=reservation&cause_id=${promise.id}`))).items;
    await made(stock.post(`/api/v1/stock/moves/${move.id}/reversal`, { reason: 'still on the shelf' }));
    expect(await level()).toMatchObject({ good: before.good, reserved: before.reserved });
    expect(await got(stock.get(`/api/v1/stock/reservations/${promise.id}`))).toMatchObject({ state: 'fulfilled' });
  });

  it('webhooks that asked for stock events are told', async () => {
    await addWebhook(as(test.ctx(), 'admin', 'ada'), { url: 'https://erp.example.com/hook', events: ['stock_reservation.fulfilled'] });
    await spares(1);
    const { id } = await reserved(1);
    await made(stock.post(SHIP(id), { reason: 'slip 1' }));
    const told = await test.store.db.selectFrom('outbox').select('payload').where('topic', '=', 'stock_reservation.fulfilled').execute();
    expect(told.map(({ payload }) => JSON.parse(payload))).toMatchObject([{ record_id: id, change: { quantity: 1, location: 'in_transit' } }]);
  });

  it('the ledger says what moved them, and leads there', async () => {
    await spares(1);
    const { id } = await reserved(1);
    await made(stock.post(SHIP(id)));
    const page = await (await stock.get('/stock/moves', { 'Accept-Language': 'ja' })).text();
    expect(page).toContain(`<a href="/stock/reservations?id=${id}">引当品の出荷</a>`);
    expect(await (await stock.get(`/stock/reservations?id=${id}`)).text()).toContain('Fulfilled');
  });

  it('the page ships it in both languages, and asks nobody who may not', async () => {
    await spares(2);
    const { id } = await reserved(2);
    for (const [locale, label] of [
      ['en', 'Ship'],
      ['ja', '出荷する'],
    ] as const) {
      const page = await (await stock.get('/stock/reservations?state=active', { 'Accept-Language': locale })).text();
      expect(page).toContain(`action="/stock/reservations/${id}/shipment"`);
      expect(page).toContain(`>${label}</button>`);
    }
    const answer = await stock.form(`/stock/reservations/${id}/shipment`, { location: 'customer', reason: 'handed over' });
    expect(answer.status).toBe(303);
    expect(await movesOf(id)).toEqual(['2 new → customer: handed over']);
    await spares(1);
    const kept = await reserved(1);
    await answered(403, engineer.post(SHIP(kept.id)));
    expect(await (await engineer.get('/stock/reservations')).text()).not.toContain('/shipment"');
  });

  it('several of a model that is kept by serial number are refused saying so', async () => {
    await stocked(test.ctx());
    expect(await answered(409, stock.post('/api/v1/stock/reservations', { model_code: 'H-100', quantity: 2 }))).toMatchObject({
      detail: expect.stringContaining('serial number'),
    });
  });

  it('the books are right after all of it', async () => expect(booksAreRight(await checkBooks(test.ctx()))).toBe(true));
});
