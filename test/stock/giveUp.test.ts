// Scrap and loss of stock that never was in a return: two people, one move, and only a reversing entry takes it back.
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { cast, moveCount, placeOf, stocked } from '../returns/cast.ts';
import { answered, got, made } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

const PATH = '/api/v1/stock/write-offs';

eachDb('stock given up without a return', (test) => {
  let stock: Caller;
  let lead: Caller;
  let quality: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store);
    [stock, lead, quality] = [
      await callerWith(app, test.store, 'stock'),
      await callerWith(app, test.store, 'lead'),
      await callerWith(app, test.store, 'quality'),
    ];
  });

  const available = async (): Promise<number> => (await got(stock.get('/api/v1/stock/levels?model_code=H-100'))).items[0]?.available ?? 0;

  it('a unit is scrapped by two people, in one move, and taken back once by a reversing entry', async () => {
    const unit = await stocked(test.ctx());
    const wish = await made(lead.post(PATH, { kind: 'scrapped', serial: unit.serial, reason: 'water in the store' }));
    expect([wish.state, await placeOf(test.ctx(), unit.id)]).toEqual(['requested', 'good_stock/new']);
    expect(await answered(409, stock.post(PATH, { kind: 'lost', unit_id: unit.id, reason: 'again' }))).toMatchObject({ blocking: `${PATH}/${wish.id}` });
    await answered(403, stock.post(`${PATH}/${wish.id}/approval`));
    await answered(403, lead.post(`${PATH}/${wish.id}/approval`));
    await answered(412, quality.post(`${PATH}/${wish.id}/approval`, {}, { 'If-Match': '"9"' }));
    expect(await made(quality.post(`${PATH}/${wish.id}/approval`, {}, { 'If-Match': '"1"' }))).toMatchObject({ state: 'posted', version: 2 });
    expect([await placeOf(test.ctx(), unit.id), await moveCount(test.ctx(), unit.id)]).toEqual(['scrapped/defective', 2]);
    await answered(409, quality.post(`${PATH}/${wish.id}/approval`));
    const move = (await got(stock.get(`/api/v1/stock/moves?cause_kind=write_off&cause_id=${wish.id}`))).items[0];
    await answered(409, stock.post(`/api/v1/stock/moves/${move.id}/reversal`, { reason: 'round the back' }));
    expect(await made(quality.post(`${PATH}/${wish.id}/reversal`, { reason: 'the wrong shelf' }))).toMatchObject({ state: 'reversed' });
    await answered(409, quality.post(`${PATH}/${wish.id}/reversal`, { reason: 'again' }));
    expect([await placeOf(test.ctx(), unit.id), await moveCount(test.ctx(), unit.id)]).toEqual(['good_stock/new', 3]);
  });

  it('spares without serials are lost by quantity, never more than are free', async () => {
    await made(stock.post('/api/v1/stock/moves', { model_code: 'H-200', quantity: 5, location: 'good_stock', condition: 'new', reason: 'delivery' }));
    await made(stock.post('/api/v1/stock/reservations', { model_code: 'H-200', quantity: 3 }));
    await answered(409, stock.post(PATH, { kind: 'lost', model_code: 'H-200', quantity: 3, reason: 'cannot find them' }));
    const wish = await made(stock.post(PATH, { kind: 'lost', model_code: 'H-200', quantity: 2, reason: 'cannot find them' }));
    await made(quality.post(`${PATH}/${wish.id}/approval`));
    expect((await got(stock.get('/api/v1/stock/levels?model_code=H-200'))).items[0]).toMatchObject({ good: 3, reserved: 3, available: 0 });
  });

  it('what is promised is not given up, nor what was promised since it was asked', async () => {
    const unit = await stocked(test.ctx());
    const promise = await made(stock.post('/api/v1/stock/reservations', { unit_id: unit.id }));
    expect(await answered(409, stock.post(PATH, { kind: 'scrapped', unit_id: unit.id, reason: 'x' }))).toMatchObject({
      blocking: `/api/v1/stock/reservations/${promise.id}`,
    });
    await made(stock.post(`/api/v1/stock/reservations/${promise.id}/release`));
    const wish = await made(stock.post(PATH, { kind: 'scrapped', unit_id: unit.id, reason: 'x' }));
    await made(stock.post('/api/v1/stock/reservations', { unit_id: unit.id }));
    await answered(409, quality.post(`${PATH}/${wish.id}/approval`));
    expect(await placeOf(test.ctx(), unit.id)).toBe('good_stock/new');
    expect(await made(stock.post(`${PATH}/${wish.id}/approval-refusal`, { reason: 'needed after all' }))).toMatchObject({ state: 'withdrawn' });
  });

  it('a unit that is not here is not given up, nor is anything without a unit or a quantity', async () => {
    const away = await stocked(test.ctx(), {}, 'customer');
    expect(await answered(409, stock.post(PATH, { kind: 'lost', unit_id: away.id, reason: 'x' }))).toMatchObject({ blocking: `/api/v1/units/${away.id}` });
    expect(await answered(422, stock.post(PATH, { kind: 'lost', model_code: 'H-100', reason: 'x' }))).toMatchObject({ errors: [{ path: 'quantity' }] });
    expect(await answered(422, stock.post(PATH, { kind: 'scrapped', serial: 'NO-SUCH', reason: 'x' }))).toMatchObject({ errors: [{ path: 'serial' }] });
  });

  it('the store refuses it by one person alone', async () => {
    const unit = await stocked(test.ctx());
    const wish = await made(stock.post(PATH, { kind: 'scrapped', unit_id: unit.id, reason: 'x' }));
    const alone = sql`update stock_write_offs set state = 'posted', approved_by = requested_by, move_id = (select move_id from unit_places where unit_id = ${unit.id}) where id = ${wish.id}`;
    await expect(alone.execute(test.store.db)).rejects.toThrow(/check/i);
  });

  it('units with serials are not moved away as a mere quantity', async () => {
    await stocked(test.ctx(), {}, 'defect_stock', 'defective');
    await answered(
      409,
      stock.post('/api/v1/stock/moves', {
        model_code: 'H-100',
        quantity: 1,
        from_location: 'defect_stock',
        from_condition: 'defective',
        location: 'repair',
        condition: 'defective',
        reason: 'x',
      }),
    );
  });

  it('lists what waits, as JSON and CSV, and its page does the same in both languages', async () => {
    expect((await got(lead.get(`${PATH}?state=requested`))).items.length).toBeGreaterThan(0);
    expect(await (await lead.get(PATH, { Accept: 'text/csv' })).text()).toContain('id,kind,state');
    for (const [lang, word] of [
      ['en', 'Stock write-offs'],
      ['ja', '在庫除却'],
    ] as const) {
      expect(await (await quality.get(`/stock/write-offs?lang=${lang}`)).text()).toContain(word);
    }
    const before = await available();
    const unit = await stocked(test.ctx());
    expect((await stock.form('/stock/write-offs', { kind: 'scrapped', serial: unit.serial, reason: 'dropped' })).status).toBe(303);
    const [wish] = (await got(lead.get(`${PATH}?unit_id=${unit.id}`))).items;
    expect((await quality.form(`/stock/write-offs/${wish.id}/approval`, {})).status).toBe(303);
    expect([await placeOf(test.ctx(), unit.id), await available()]).toEqual(['scrapped/defective', before]);
  });
});
