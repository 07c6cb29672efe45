// Counting the shelves while the house goes on working: only what really differs is booked.
import { beforeAll, expect, it } from 'vitest';
import { booksAreRight, checkBooks } from '../../src/stock/check.ts';
import { reasonWords } from '../../src/stock/reasons.ts';
import { cast, placeOf, stocked } from '../returns/cast.ts';
import { answered, got, type Json, made } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

eachDb('a stock count', (test) => {
  const clock = { now: NOW };
  let stock: Caller;
  let tech: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store, clock);
    [stock, tech] = [await callerWith(app, test.store, 'stock'), await callerWith(app, test.store, 'tech')];
  });

  const shelf = (changes: object = {}) => stocked(test.ctx({ now: clock.now }), changes);
  const started = (model_code = 'H-100', location = 'good_stock'): Promise<Json> => made(stock.post('/api/v1/stock/counts', { location, model_code }));
  const scanned = async (id: string, scan: string) => (await stock.post(`/api/v1/stock/counts/${id}/scans`, { scan })).json();
  const counted = (id: string, quantity: number) =>
    made(stock.post(`/api/v1/stock/counts/${id}/quantities`, { model_code: 'H-200', condition: 'new', quantity }));
  const booked = async (id: string): Promise<Json[]> => (await made(stock.post(`/api/v1/stock/counts/${id}/booking`))).differences;
  const spares = (quantity: number, from_location: string, location: string) =>
    made(stock.post('/api/v1/stock/moves', { model_code: 'H-200', quantity, from_location, location, condition: 'new', reason: 'work goes on' }));

  it('what left after it was scanned is where it went, what came after the start need not have been seen', async () => {
    const [stays, leaves] = [await shelf(), await shelf()];
    const count = await started();
    for (const unit of [stays, leaves]) expect(await scanned(count.id, unit.serial)).toMatchObject({ outcome: 'counted' });
    clock.now += 60_000;
    await made(stock.post('/api/v1/stock/moves', { unit_id: leaves.id, location: 'in_transit', reason: 'sold' }));
    const arrived = await shelf();
    clock.now += 60_000;
    expect(await booked(count.id)).toEqual([]);
    expect([await placeOf(test.ctx(), stays.id), await placeOf(test.ctx(), leaves.id), await placeOf(test.ctx(), arrived.id)]).toEqual([
      'good_stock/new',
      'in_transit/new',
      'good_stock/new',
    ]);
  });

  it('what left before anybody scanned it and is scanned all the same was found', async () => {
    const unit = await shelf();
    const count = await started('H-100', 'defect_stock');
    clock.now += 60_000;
    expect(await scanned(count.id, unit.serial)).toMatchObject({ outcome: 'elsewhere' });
    expect(await booked(count.id)).toMatchObject([{ kind: 'found', unit_id: unit.id, recorded: 'good_stock/new' }]);
    expect(await placeOf(test.ctx(), unit.id)).toBe('defect_stock/new');
  });

  it('spares that came and went since they were counted are no difference', async () => {
    await spares(10, 'supplier', 'good_stock');
    const count = await started('H-200');
    clock.now += 60_000;
    await counted(count.id, 9);
    clock.now += 60_000;
    await spares(4, 'good_stock', 'customer');
    await spares(1, 'supplier', 'good_stock');
    clock.now += 60_000;
    expect(await booked(count.id)).toMatchObject([{ kind: 'quantity', difference: -1 }]);
    expect((await got(stock.get('/api/v1/stock/levels?model_code=H-200'))).items[0]).toMatchObject({ good: 6 });
  });

  it('counted again, the later number stands', async () => {
    const count = await started('H-200');
    await counted(count.id, 1);
    await counted(count.id, 6);
    expect(await booked(count.id)).toEqual([]);
  });

  it('fewer spares than are promised: the youngest promises are taken back, and say why in either language', async () => {
    const [first, second] = [await reserved(3), await reserved(2)];
    const count = await started('H-200');
    await counted(count.id, 4);
    expect(await booked(count.id)).toMatchObject([{ difference: -2 }]);
    const state = async (id: string) => (await got(stock.get(`/api/v1/stock/reservations/${id}`))).state;
    expect([await state(first), await state(second)]).toEqual(['active', 'released']);
    const { ended_reason } = await got(stock.get(`/api/v1/stock/reservations/${second}`));
    expect([reasonWords(ended_reason, 'en'), reasonWords(ended_reason, 'ja')]).toEqual(['missing at the stock count', '棚卸で不足']);
    expect((await got(stock.get('/api/v1/stock/levels?model_code=H-200'))).items[0]).toMatchObject({ good: 4, reserved: 3, available: 1 });
  });

  const reserved = async (quantity: number): Promise<string> => (await made(stock.post('/api/v1/stock/reservations', { model_code: 'H-200', quantity }))).id;

  it('a shared serial is a choice, on the page too, and the chosen one is counted', async () => {
    const [one, other] = [await shelf({ serial: 'TWIN-1' }), await shelf({ serial: 'TWIN-1', model_code: 'H-200' })];
    const count = await made(stock.post('/api/v1/stock/counts', { location: 'good_stock' }));
    expect(await scanned(count.id, 'twin1')).toMatchObject({ outcome: 'ambiguous', choices: [{ unit_id: one.id }, { unit_id: other.id }] });
    const page = await (await stock.form(`/stock/counts/${count.id}/scans`, { scan: 'twin1' })).text();
    expect(page).toContain(`value="${other.id}"`);
    await stock.form(`/stock/counts/${count.id}/scans`, { scan: 'twin1', unit_id: other.id });
    expect(await got(stock.get(`/api/v1/stock/counts/${count.id}`))).toMatchObject({ scans: 1 });
    await made(stock.post(`/api/v1/stock/counts/${count.id}/cancellation`, { reason: 'only a try' }));
  });

  it('a count that ended takes no scan, no quantity and no second booking', async () => {
    const count = await started('H-200');
    await booked(count.id);
    for (const [noun, body] of [
      ['scans', { scan: 'TWIN-1' }],
      ['quantities', { model_code: 'H-200', condition: 'new', quantity: 1 }],
      ['booking', {}],
      ['cancellation', { reason: 'too late' }],
    ] as const)
      expect([noun, await answered(409, stock.post(`/api/v1/stock/counts/${count.id}/${noun}`, body))]).toMatchObject([
        noun,
        { blocking: `/api/v1/stock/counts/${count.id}` },
      ]);
  });

  it('a quantity nobody wrote down is not 0', async () => {
    const { id } = await made(stock.post('/api/v1/stock/counts', { location: 'good_stock' }));
    for (const quantity of ['', ' ', true, [], null, 'three'])
      expect(
        (await answered(422, stock.post(`/api/v1/stock/counts/${id}/quantities`, { model_code: 'H-100', condition: 'new', quantity }))).errors,
      ).toMatchObject([{ path: 'quantity' }]);
    await made(stock.post(`/api/v1/stock/counts/${id}/quantities`, { model_code: 'H-100', condition: 'new', quantity: '0' }));
    await made(stock.post(`/api/v1/stock/counts/${id}/cancellation`, { reason: 'only looked' }));
  });

  it('two people book at once: the differences are booked once', async () => {
    const unit = await shelf();
    const count = await started('H-100');
    const answers = await Promise.all([stock, tech].map((person) => person.post(`/api/v1/stock/counts/${count.id}/booking`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await placeOf(test.ctx(), unit.id)).toBe('adjustment/new');
  });

  it('the books are right after all of it', async () => expect(booksAreRight(await checkBooks(test.ctx()))).toBe(true));
});
