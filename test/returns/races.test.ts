// Real parallel clients on both databases: whatever the order, one wins, the others are told, and the books stay right.
import { beforeAll, expect, it } from 'vitest';
import { checkBooks } from '../../src/stock/check.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { cast, fielded, moveCount, placeOf, stocked } from './cast.ts';
import { inspected, type Json, made, returned } from './http.ts';

const CLIENTS = 8;

eachDb('several people at once', (test) => {
  let clients: Caller[];
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store);
    clients = await Promise.all(Array.from({ length: CLIENTS }, () => callerWith(app, test.store, 'lead')));
  });

  /** The same request by every client at once: status → how many got it, and the bodies. */
  async function all(send: (client: Caller, i: number) => Promise<Response>): Promise<{ statuses: Record<number, number>; bodies: Json[] }> {
    const answers = await Promise.all(clients.map(send));
    const statuses: Record<number, number> = {};
    for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
    return { statuses, bodies: await Promise.all(answers.map(async (answer) => (answer.status < 500 ? answer.json() : answer.text()))) };
  }
  const one = (): Caller => {
    const [first] = clients;
    if (first === undefined) throw new Error('no client');
    return first;
  };

  it('the last spare: one 201, everybody else 409', async () => {
    const spare = await stocked(test.ctx());
    const { statuses, bodies } = await all((client) => client.post('/api/v1/stock/reservations', { model_code: 'H-100' }));
    expect(statuses).toEqual({ 201: 1, 409: CLIENTS - 1 });
    const reservation = bodies.find((body) => body.state === 'active');
    expect(reservation.unit_id).toBe(spare.id);
    await made(one().post(`/api/v1/stock/reservations/${reservation.id}/release`));
    await made(one().post('/api/v1/stock/moves', { unit_id: spare.id, location: 'customer', reason: 'sold' }));
  });

  it('the last of a spare without serials: as many 201 as there are', async () => {
    await made(one().post('/api/v1/stock/moves', { model_code: 'H-200', quantity: 3, location: 'good_stock', condition: 'new', reason: 'delivery' }));
    const { statuses } = await all((client) => client.post('/api/v1/stock/reservations', { model_code: 'H-200' }));
    expect(statuses).toEqual({ 201: 3, 409: CLIENTS - 3 });
  });

  it('the same key racing itself gives one reservation', async () => {
    const spare = await stocked(test.ctx());
    const client = one();
    const answers = await Promise.all(
      Array.from({ length: CLIENTS }, () =>
        made(client.post('/api/v1/stock/reservations', { model_code: 'H-100' }, { 'Idempotency-Key': 'one-and-the-same' })),
      ),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers[0].unit_id).toBe(spare.id);
    await made(client.post(`/api/v1/stock/reservations/${answers[0].id}/release`));
  });

  it('the same receipt many times: one move', async () => {
    const unit = await fielded(test.ctx());
    await returned(one(), unit.serial, { received: false });
    const { statuses, bodies } = await all((client) => client.post('/api/v1/receipts', { scan: unit.serial }));
    expect(statuses).toEqual({ 201: 1, 200: CLIENTS - 1 });
    expect(bodies.filter(({ outcome }) => outcome === 'expected')).toHaveLength(1);
    expect(await moveCount(test.ctx(), unit.id)).toBe(2);
  });

  it('different unknown serials at once: each its own provisional unit, of the one unknown model', async () => {
    const { statuses, bodies } = await all((client, i) => client.post('/api/v1/receipts', { scan: `STRANGER-${i}` }));
    expect(statuses).toEqual({ 201: CLIENTS });
    expect(new Set(bodies.map(({ unit_id }) => unit_id)).size).toBe(CLIENTS);
  });

  it('an unknown serial scanned by everybody: one provisional unit, the others are told “duplicate”', async () => {
    const { statuses, bodies } = await all((client, i) => client.post('/api/v1/receipts', { scan: i % 2 === 0 ? 'NOBODY-88' : 'ｎｏｂｏｄｙ88' }));
    expect(statuses).toEqual({ 201: 1, 200: CLIENTS - 1 });
    expect(bodies.map(({ outcome }) => outcome).sort()).toEqual([...Array.from({ length: CLIENTS - 1 }, () => 'duplicate'), 'unknown']);
    expect(new Set(bodies.map(({ return_unit_id, unit_id }) => `${return_unit_id} ${unit_id}`)).size).toBe(1);
    expect(await moveCount(test.ctx(), bodies[0].unit_id)).toBe(1);
  });

  it('an unannounced unit scanned by everybody, each by another of its names: received once, “duplicate” to the others', async () => {
    const unit = await fielded(test.ctx(), { asset_tag: 'TAG-88' });
    const { statuses, bodies } = await all((client, i) => client.post('/api/v1/receipts', { scan: i % 2 === 0 ? unit.serial : 'TAG-88' }));
    expect(statuses).toEqual({ 201: 1, 200: CLIENTS - 1 });
    expect(bodies.filter(({ outcome }) => outcome === 'unexpected')).toHaveLength(1);
    expect(await moveCount(test.ctx(), unit.id)).toBe(2);
  });

  it('two dispositions at once: one move', async () => {
    const unit = await fielded(test.ctx());
    const filed = await returned(one(), unit.serial);
    await inspected(one(), filed.return_unit_id, 'confirmed');
    const before = await moveCount(test.ctx(), unit.id);
    const { statuses } = await all((client, i) =>
      client.post('/api/v1/dispositions', { return_unit_id: filed.return_unit_id, disposition: i % 2 === 0 ? 'repair' : 'return_to_maker' }),
    );
    expect(statuses).toEqual({ 201: 1, 409: CLIENTS - 1 });
    expect((await moveCount(test.ctx(), unit.id)) - before).toBe(1);
  });

  it('a receipt toggled to and fro ends in one of its two states with as many moves as answers', async () => {
    const unit = await fielded(test.ctx());
    const filed = await returned(one(), unit.serial);
    const { statuses } = await all((client, i) =>
      i % 2 === 0
        ? client.post('/api/v1/receipts/reversals', { return_unit_id: filed.return_unit_id, reason: 'no' })
        : client.post('/api/v1/receipts', { scan: unit.serial }),
    );
    expect(Object.keys(statuses).every((status) => ['200', '201', '409'].includes(status))).toBe(true);
    expect(await moveCount(test.ctx(), unit.id)).toBe(2 + (statuses[201] ?? 0));
    expect(['customer/new', 'receiving/unverified']).toContain(await placeOf(test.ctx(), unit.id));
  });

  it('the same serial filed at once: one return', async () => {
    const unit = await fielded(test.ctx());
    const { statuses } = await all((client) => client.post('/api/v1/returns', { type: 'repair', units: [{ serial: unit.serial }] }));
    expect(statuses).toEqual({ 201: 1, 409: CLIENTS - 1 });
  });

  it('a hold and reservations of its cohort at once: nothing held stays promised', async () => {
    for (let i = 0; i < 4; i++) await stocked(test.ctx(), { hw_rev: 'R' });
    const { statuses } = await all((client, i) =>
      i === 3
        ? client.post('/api/v1/stock/holds', { model_code: 'H-100', hw_rev: 'R', reason: 'suspect' })
        : client.post('/api/v1/stock/reservations', { model_code: 'H-100' }),
    );
    expect(Object.keys(statuses).every((status) => ['201', '409'].includes(status))).toBe(true);
    const promised = await test.store.db
      .selectFrom('stock_reservations')
      .innerJoin('units', 'units.id', 'stock_reservations.unit_id')
      .select('units.id')
      .where('state', '=', 'active')
      .where('hw_rev', '=', 'R')
      .execute();
    expect(promised).toEqual([]);
  });

  it('shipments and a hold of their cohort at once: each leaves or is told, and nobody is asked to try again', async () => {
    for (let round = 0; round < 6; round++) {
      const legs: { path: string; unit_id: string }[] = [];
      for (let i = 0; i < CLIENTS - 1; i++) {
        const spare = await stocked(test.ctx(), { hw_rev: `Q${round}` });
        const filed = await returned(one(), (await fielded(test.ctx())).serial, { type: 'advance_replacement', received: false });
        const leg = await made(one().post(`/api/v1/returns/${filed.id}/outbound`, { unit_id: spare.id }));
        legs.push({ path: `/api/v1/returns/${filed.id}/outbound/${leg.id}/shipment`, unit_id: spare.id });
      }
      const { statuses, bodies } = await all((client, i) => {
        const path = legs[(i + 5) % CLIENTS]?.path;
        return path === undefined ? client.post('/api/v1/stock/holds', { model_code: 'H-100', hw_rev: `Q${round}`, reason: 'suspect' }) : client.post(path);
      });
      expect((statuses[201] ?? 0) + (statuses[409] ?? 0)).toBe(CLIENTS);
      expect(bodies.filter((body) => body.hw_rev === `Q${round}`)).toMatchObject([{ state: 'active' }]);
      for (const { detail } of bodies) expect(detail ?? '').not.toContain('try again');
      for (const { unit_id } of legs) expect(['in_transit/new', 'good_stock/new']).toContain(await placeOf(test.ctx(), unit_id));
    }
  });

  it('the books are right after all of it', async () => {
    expect(await checkBooks(test.ctx())).toEqual({ balances: [], places: [], over_reserved: [] });
  });
});
