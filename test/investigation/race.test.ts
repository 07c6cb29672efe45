// Real parallel requests on one store: whoever loses is told, and nothing is both promised and held, doubled or half written.

import { beforeAll, expect, it } from 'vitest';
import type { Ctx } from '../../src/db/ctx.ts';
import { OpenInvestigation } from '../../src/investigation/inputs.ts';
import { openInvestigation } from '../../src/investigation/open.ts';
import { alertRow } from '../support/alertRow.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { type Cast, castFor, keep, serve } from './cast.ts';
import { read } from './read.ts';

const ROUNDS = 4;

eachDb('at the same moment', (test) => {
  let cast: Cast;
  let lead: Caller;
  let stock: Caller;
  const asKato = (): Ctx => test.ctx({ actor: cast.kato });
  const statuses = (responses: readonly Response[]): number[] => responses.map((response) => response.status).sort();

  beforeAll(async () => {
    cast = await castFor(test.ctx());
    const app = testApp(test.store);
    lead = await callerWith(app, test.store, 'lead');
    stock = await callerWith(app, test.store, 'stock');
  });

  it('a hold and reservations of the same stock: no unit is both promised and held', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const code = `R-${round}`;
      const { db } = test.ctx();
      await db.insertInto('batches').values({ id: code, model_id: cast.x100, code, made_on: '2025-09-01', created_at: 0, version: 1 }).execute();
      const units = await keep(test.ctx(), cast, [`${code}A`, `${code}B`, `${code}C`], 'good_stock', { batch_code: code });
      const { id } = await openInvestigation(
        asKato(),
        OpenInvestigation.parse({ title: code, problem: 'x', cohorts: [{ model_id: cast.x100, batch_id: code }] }),
      );
      const reserve = (place: number) => stock.post('/api/v1/stock/reservations', { unit_id: units[place]?.id });
      const [first, held, second, third] = await Promise.all([
        reserve(0),
        lead.post(`/api/v1/investigations/${id}/holds`, { reason: 'Race' }),
        reserve(1),
        reserve(2),
      ]);
      expect(held.status).toBe(201);
      const answers = [first, second, third].map((response) => response.status);
      expect(answers.every((status) => status === 201 || status === 409)).toBe(true);
      const active = await db
        .selectFrom('stock_reservations')
        .select('unit_id')
        .where('state', '=', 'active')
        .where(
          'unit_id',
          'in',
          units.map((unit) => unit.id),
        )
        .execute();
      expect(active).toEqual([]);
      // Whoever was promised a unit before the hold stands on the list of promises taken back.
      const displaced = await read(lead.get(`/api/v1/investigations/${id}/displaced-reservations`));
      expect(displaced.items).toHaveLength(answers.filter((status) => status === 201).length);
      expect((await reserve(0)).status).toBe(409);
    }
  });

  it('two investigations of one alert: one is opened, the other told which', async () => {
    await test
      .ctx()
      .db.insertInto('alerts')
      .values(alertRow(cast.x100, { id: 'twice' }))
      .execute();
    const open = () => lead.post('/api/v1/investigations', { title: 'x', problem: 'y', owner_id: cast.kato.id, source_kind: 'alert', source_id: 'twice' });
    const answers = await Promise.all([open(), open(), open()]);
    expect(statuses(answers)).toEqual([201, 409, 409]);
    const rows = await test.ctx().db.selectFrom('investigations').select('id').where('source_id', '=', 'twice').execute();
    expect(rows).toHaveLength(1);
  });

  it('two advance replacements for the last spare: one return is filed', async () => {
    const [one, two] = await serve(test.ctx(), cast, ['LAST1', 'LAST2'], { batch_code: '25-03', model_id: cast.x100 });
    await keep(test.ctx(), cast, ['SPARE-L'], 'good_stock', { batch_code: '25-06' });
    const prepare = (unit_id: string | undefined) => lead.post('/api/v1/advance-replacements', { unit_ids: [unit_id], reason: 'x' });
    expect(statuses(await Promise.all([prepare(one?.id), prepare(two?.id)]))).toEqual([201, 409]);
    const legs = await test.ctx().db.selectFrom('outbound_legs').innerJoin('units', 'units.id', 'outbound_legs.unit_id').select('units.serial').execute();
    expect(legs).toEqual([{ serial: 'SPARE-L' }]);
  });

  it('the same opening sent twice under one key is one investigation', async () => {
    const open = () => lead.post('/api/v1/investigations', { title: 'Key', problem: 'y', owner_id: cast.kato.id }, { 'Idempotency-Key': 'open-once' });
    const [first, again] = [await open(), await open()];
    expect([first.status, again.status, (await read(first)).id === (await read(again)).id]).toEqual([201, 201, true]);
    const other = await lead.post('/api/v1/investigations', { title: 'Other', problem: 'y', owner_id: cast.kato.id }, { 'Idempotency-Key': 'open-once' });
    expect(other.status).toBe(422);
  });

  it('what a maker delivers of a held batch goes to quarantine, the rest to the shelf', async () => {
    const { db } = test.ctx();
    await db.insertInto('batches').values({ id: 'held-b', model_id: cast.x100, code: 'HELD-B', made_on: '2025-10-01', created_at: 0, version: 1 }).execute();
    await lead.post('/api/v1/stock/holds', { model_code: 'X-100', batch_code: 'HELD-B', reason: 'Seals' });
    const order = (await (
      await stock.post('/api/v1/purchase-orders', {
        supplier: 'Acme',
        ordered: true,
        lines: [{ model_code: 'X-100', quantity: 3, unit_cost: 1, currency: 'USD' }],
      })
    ).json()) as { id: string; lines: { id: string }[] }; // the answer of the route just called
    const receive = (serials: string[], batch_code?: string) =>
      stock.post(`/api/v1/purchase-orders/${order.id}/receipts`, { line_id: order.lines[0]?.id, serials, ...(batch_code === undefined ? {} : { batch_code }) });
    expect([(await receive(['ARR1'], 'HELD-B')).status, (await receive(['ARR2'], '25-06')).status, (await receive(['ARR3'])).status]).toEqual([201, 201, 201]);
    const places = await db
      .selectFrom('unit_places')
      .innerJoin('units', 'units.id', 'unit_places.unit_id')
      .select(['units.serial', 'unit_places.location', 'unit_places.condition'])
      .where('units.serial', 'in', ['ARR1', 'ARR2', 'ARR3'])
      .orderBy('units.serial')
      .execute();
    expect(places).toEqual([
      { serial: 'ARR1', location: 'quarantine', condition: 'unverified' },
      { serial: 'ARR2', location: 'good_stock', condition: 'new' },
      { serial: 'ARR3', location: 'good_stock', condition: 'new' },
    ]);
  });

  it('two people finishing one action: one does', async () => {
    const { id } = await openInvestigation(asKato(), OpenInvestigation.parse({ title: 'x', problem: 'y' }));
    const base = `/api/v1/investigations/${id}/actions`;
    const action = await read(lead.post(base, { kind: 'containment', title: 'x', due_on: '2026-05-01', owner_id: cast.kato.id }));
    const finish = () => lead.post(`${base}/${action.id}/decision`, { outcome: 'done' });
    const [ok, lost] = statuses(await Promise.all([finish(), finish()]));
    expect([ok, [409, 412].includes(lost ?? 0)]).toEqual([201, true]);
  });
});
