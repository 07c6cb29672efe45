// Many units of the stock moved at once: what may not move is named, the rest goes together, and comes back together.
import { beforeAll, expect, it } from 'vitest';
import { booksAreRight, checkBooks } from '../../src/stock/check.ts';
import { cast, fielded, moveCount, placeOf, stocked } from '../returns/cast.ts';
import { made, returned } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { bulkConfirm, bulkDone, bulkPreview } from '../support/bulk.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('a bulk move of stock', (test) => {
  let stock: Caller;
  let engineer: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store);
    [stock, engineer] = [await callerWith(app, test.store, 'stock'), await callerWith(app, test.store, 'engineer')];
  });

  const places = (...units: { id: string }[]) => Promise.all(units.map(({ id }) => placeOf(test.ctx(), id)));
  const dropped = { location: 'defect_stock', condition: 'defective', reason: 'water from the roof' };

  it('moves what lies free, names what is promised or on a bench, and takes it back as one', async () => {
    const [one, two, promised, back] = [await stocked(test.ctx()), await stocked(test.ctx()), await stocked(test.ctx()), await fielded(test.ctx())];
    await made(stock.post('/api/v1/stock/reservations', { unit_id: promised.id }));
    await returned(stock, back.serial);
    const ids = [one, two, promised, back].map(({ id }) => id);
    const page = await (await bulkPreview(stock, '/units', 'move', ids, dropped)).text();
    expect(page).toContain('Change 2');
    expect(page).toContain(`Unit ${promised.serial} is reserved`);
    expect(page).toContain(`Unit ${back.serial} is on the bench`);
    expect(page).toContain('Defect stock (Defective)');
    const done = await bulkDone(stock, '/units', 'move', ids, dropped);
    expect(await places(one, two, promised, back)).toEqual(['defect_stock/defective', 'defect_stock/defective', 'good_stock/new', 'receiving/unverified']);
    expect(done.page).toContain('2 changed.');
    await stock.form(done.undo ?? 'no way back', { back: '/units' });
    expect(await places(one, two)).toEqual(['good_stock/new', 'good_stock/new']);
    expect(await moveCount(test.ctx(), one.id)).toBe(3);
  });

  it('keeps the condition when none is named, and asks for a place and a reason first', async () => {
    const unit = await stocked(test.ctx(), {}, 'defect_stock', 'defective');
    expect(await (await bulkPreview(stock, '/units', 'move', [unit.id], { location: 'quarantine' })).text()).not.toContain('Change 1');
    await bulkDone(stock, '/units', 'move', [unit.id], { location: 'quarantine', condition: '', reason: 'look again' });
    expect(await places(unit)).toEqual(['quarantine/defective']);
  });

  it('does nothing when one of them was moved since the preview', async () => {
    const [one, two] = [await stocked(test.ctx()), await stocked(test.ctx())];
    const page = await (await bulkPreview(stock, '/units', 'move', [one.id, two.id], dropped)).text();
    const app = testApp(test.store, { now: Date.UTC(2026, 3, 2) });
    await made((await callerWith(app, test.store, 'stock')).post('/api/v1/stock/moves', { unit_id: two.id, location: 'quarantine', reason: 'suspect' }));
    expect((await bulkConfirm(stock, '/units', page)).status).toBe(412);
    expect(await places(one, two)).toEqual(['good_stock/new', 'quarantine/new']);
  });

  it('is not taken back when one of them has moved on', async () => {
    const [one, two] = [await stocked(test.ctx()), await stocked(test.ctx())];
    const { undo } = await bulkDone(stock, '/units', 'move', [one.id, two.id], dropped);
    await made(stock.post('/api/v1/stock/moves', { unit_id: two.id, location: 'quarantine', reason: 'suspect' }));
    expect((await stock.form(undo ?? '', { back: '/units' })).status).toBe(409);
    expect(await places(one, two)).toEqual(['defect_stock/defective', 'quarantine/defective']);
  });

  it('never scraps, and is no business of those who keep no stock', async () => {
    const unit = await stocked(test.ctx());
    expect((await bulkPreview(stock, '/units', 'move', [unit.id], { location: 'scrapped', reason: 'alone' })).status).toBe(422);
    const page = await (await bulkPreview(engineer, '/units', 'move', [unit.id], dropped)).text();
    expect((await bulkConfirm(engineer, '/units', page)).status).toBe(403);
    expect(await (await engineer.get('/units')).text()).not.toContain('<option value="move">');
    expect(await places(unit)).toEqual(['good_stock/new']);
  });

  it('the books are right after all of it', async () => expect(booksAreRight(await checkBooks(test.ctx()))).toBe(true));
});
