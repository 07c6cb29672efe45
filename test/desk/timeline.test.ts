// One unit’s life in order: everything that happened to it, from every part of the house, each with its page.

import { beforeAll, expect, it } from 'vitest';
import { ensureSignals } from '../../src/alert/starters.ts';
import { mergeUnits } from '../../src/unit/mergeUnits.ts';
import { cast, fielded, stocked } from '../returns/cast.ts';
import { disposed, got, inspected, type Json, made, returned } from '../returns/http.ts';
import { alertRow } from '../support/alertRow.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation } from '../telemetry/station.ts';

const DAY = 86_400_000;

eachDb('the timeline of a unit', (test) => {
  const clock = { now: NOW };
  let world: Awaited<ReturnType<typeof cast>>;
  let tech: Caller;
  let partner: Caller;
  beforeAll(async () => {
    world = await cast(test.ctx());
    const app = testApp(test.store, clock);
    tech = await callerWith(app, test.store, 'tech');
    partner = await callerWith(app, test.store, 'partner', { partner_id: world.partner });
  });

  const timeline = async (id: string, as = tech): Promise<Json[]> => (await got(as.get(`/api/v1/units/${id}/timeline`))).items;
  const told = (items: Json[]): string[] => items.map(({ kind, what }: Json) => `${kind} ${what}`);

  it('tells moves, service, firmware, events, alerts, returns, inspections and the swap, newest first, each with its page', async () => {
    clock.now = NOW;
    const unit = await fielded(test.ctx(), { device_id: 'cam-life', firmware: '1.0', serial: 'LIFE-1' });
    await made(tech.post(`/api/v1/units/${unit.id}/firmware`, { firmware: '1.1', from_on: '2026-02-10' }));
    const station = await openStation(test.store.url);
    station.send('cam-life', 'event', { v: 1, boot: 'b1', seq: 1, ts: NOW, synced: true, name: 'Device/HardwareFailure/StorageFailure', source: {}, data: {} });
    await station.settle();
    await station.close();
    await raiseAlert(unit.id);
    const spare = await stocked(test.ctx());
    clock.now = NOW + DAY;
    const filed = await returned(tech, unit.serial, { type: 'advance_replacement', received: false });
    const leg = await made(tech.post(`/api/v1/returns/${filed.id}/outbound`, { unit_id: spare.id }));
    await made(tech.post(`/api/v1/returns/${filed.id}/outbound/${leg.id}/shipment`));
    clock.now = NOW + 2 * DAY;
    await made(tech.post(`/api/v1/returns/${filed.id}/outbound/${leg.id}/delivery`));
    clock.now = NOW + 3 * DAY;
    await made(tech.post('/api/v1/receipts', { scan: unit.serial }));
    clock.now = NOW + 4 * DAY;
    await inspected(tech, filed.return_unit_id, 'confirmed', { failure_mode: 'POE_FAIL' });
    await disposed(tech, filed.return_unit_id, 'return_to_maker');

    const items = await timeline(unit.id);
    expect(items.map(({ at }) => at)).toEqual([...items.map(({ at }) => at)].sort().reverse());
    expect(new Set(told(items))).toEqual(
      new Set([
        'service in_service',
        'service out_of_service',
        'firmware 1.0',
        'firmware 1.1',
        'event Device/HardwareFailure/StorageFailure',
        'alert brownout',
        'move customer',
        'return filed',
        'swap replaced_by',
        'move receiving',
        'return received',
        'move bench',
        'inspection confirmed',
        'return confirmed',
        'move maker',
        'return return_to_maker',
      ]),
    );
    // What is known by the day stays that day, whatever zone the reader is in.
    expect(items.find(({ what }) => what === 'in_service')).toMatchObject({ at: '2026-01-10T15:00:00.000Z', happened_on: '2026-01-11' });
    expect(items.find(({ kind }) => kind === 'alert')).toMatchObject({ happened_on: '2026-04-01' });
    expect(await (await tech.get(`/units/${unit.id}`, { 'Accept-Language': 'ja' })).text()).toContain('>電圧低下</a>');
    expect(items.find(({ kind }) => kind === 'move')).toMatchObject({ happened_on: null });
    expect(await (await tech.get(`/units/${unit.id}`)).text()).toContain('<time datetime="2026-01-11">2026-01-11</time>');
    expect(items.find(({ kind }) => kind === 'swap')).toMatchObject({
      at: new Date(NOW + 2 * DAY).toISOString(),
      detail: spare.serial,
      path: `/units/${spare.id}`,
    });
    expect((await timeline(spare.id)).find(({ kind }) => kind === 'swap')).toMatchObject({ what: 'replaces', detail: unit.serial, path: `/units/${unit.id}` });
    const quality = await callerWith(testApp(test.store, clock), test.store, 'admin');
    for (const path of new Set(items.map((item) => item.path).filter((path) => path !== null)))
      expect([path, (await quality.get(path)).status]).toEqual([path, 200]);
    for (const lang of ['en', 'ja']) expect(await (await tech.get(`/units/${unit.id}?lang=${lang}`)).text()).toContain(spare.serial);
  });

  it('of a unit that was provisional holds what happened before anybody knew which it was', async () => {
    clock.now = NOW + 5 * DAY;
    const known = await fielded(test.ctx());
    const receipt = await made(tech.post('/api/v1/receipts', { scan: 'UNREADABLE-9', model_code: 'H-100' }));
    clock.now = NOW + 6 * DAY;
    const guessed = await fielded(test.ctx(), { identity: 'provisional' });
    await mergeUnits(test.ctx({ now: clock.now }), receipt.unit_id, { into_id: guessed.id });
    clock.now = NOW + 7 * DAY;
    await mergeUnits(test.ctx({ now: clock.now }), guessed.id, { into_id: known.id });
    const moves = (await timeline(known.id)).filter(({ kind }) => kind === 'move');
    expect(moves.map(({ what }) => what)).toEqual(expect.arrayContaining(['customer', 'quarantine']));
    expect(moves.some(({ at, what }) => what === 'quarantine' && at === new Date(NOW + 5 * DAY).toISOString())).toBe(true);
  });

  it('shows a partner service and returns of its own customers, and nothing internal', async () => {
    const unit = await fielded(test.ctx(), { customer_code: 'NISHI' });
    await returned(tech, unit.serial);
    expect(new Set((await timeline(unit.id, partner)).map(({ kind }) => kind))).toEqual(new Set(['service', 'return']));
    const others = await fielded(test.ctx());
    expect((await partner.get(`/api/v1/units/${others.id}/timeline`)).status).toBe(404);
  });

  /** The nightly scan raises it from months of counts; the timeline only reads the row. */
  async function raiseAlert(unit_id: string): Promise<void> {
    const id = `alert-${test.dialect}`;
    await ensureSignals(test.ctx());
    await test.store.db
      .insertInto('alerts')
      .values(
        alertRow(world.model, {
          id,
          signal: 'brownout',
          raised_on: '2026-04-01',
          started_on: '2026-03-20',
          last_above_on: '2026-04-01',
          statistic: 9,
          threshold: 5,
        }),
      )
      .execute();
    await test.store.db.insertInto('alert_units').values({ alert_id: id, unit_id, role: 'affected' }).execute();
  }
});
