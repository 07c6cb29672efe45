import { expect, it } from 'vitest';
import { takeReplays } from '../../src/mqtt/replays.ts';
import { findDevice, listReports } from '../../src/telemetry/queries.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { hostile } from './hostile.ts';
import { openStation, registerDevices, report } from './station.ts';

eachDb('hostile input', (test) => {
  it.each(hostile)('%s goes to quarantine with its bytes, reason and time', async (what, payload, reason) => {
    const device_id = `bad-${hostile.findIndex(([name]) => name === what)}`;
    await registerDevices(test.store.db, [device_id, `${device_id}-good`]);
    const station = await openStation(test.store.url);
    const bad = station.send(device_id, 'health', payload);
    const good = station.send(`${device_id}-good`, 'health', report(1));
    await station.settle();
    expect(station.acknowledged).toEqual([bad, good]);
    const rows = await test.store.db.selectFrom('quarantine').selectAll().where('device_id', '=', device_id).execute();
    expect(rows.map((row) => [row.reason, row.received_at, Buffer.from(row.payload).equals(payload)])).toEqual([[reason, NOW, true]]);
    const stored = await test.store.db.selectFrom('devices').select('reports').where('device_id', '=', `${device_id}-good`).executeTakeFirst();
    expect(stored).toEqual({ reports: 1 });
    await station.close();
  });

  it('one poison report among 199 good ones is kept apart, the others are stored', async () => {
    await registerDevices(test.store.db, ['poison']);
    const station = await openStation(test.store.url);
    const reports = Array.from({ length: 200 }, (_, seq) => (seq === 77 ? report(seq, { temp_c: 'NaN' }) : report(seq)));
    station.send('poison', 'health', reports);
    await station.settle();
    const device = await test.store.db.selectFrom('devices').selectAll().where('device_id', '=', 'poison').executeTakeFirst();
    expect(device).toMatchObject({ reports: 199, missing: 1 });
    const [row] = await test.store.db.selectFrom('quarantine').selectAll().where('device_id', '=', 'poison').execute();
    expect(JSON.parse(Buffer.from(row?.payload ?? []).toString()).seq).toBe(77);
    await station.close();
  });

  it.each([
    ['1e400', '{"v":1,"boot":"b","seq":3,"ts":1e400,"m":{}}', 'number_out_of_range'],
    ['NaN', '{"v":1,"boot":"b","seq":3,"ts":NaN,"m":{}}', 'not_json'],
    ['a lone surrogate', '{"v":1,"boot":"\\ud800","seq":3,"ts":0,"m":{}}', 'lone_surrogate'],
    ['a duplicate key', '{"v":1,"v":1,"boot":"b","seq":3,"ts":0,"m":{}}', 'duplicate_key'],
    ['a wrong type, written in its own way', '{ "v":1, "boot":"b", "seq":1.0e0, "ts":0, "m":{"temp_c":"[,]}"} }', 'not_as_agreed'],
    ['bytes that are no UTF-8', Buffer.from('{"v":1,"boot":"\xff","seq":3,"ts":0,"m":{}}', 'latin1'), 'not_utf8'],
  ] as const)('%s in an array is kept apart with its bytes as they were sent, the reports around it are stored', async (what, poison, reason) => {
    const device_id = `mixed-${what.replace(/\W/g, '-')}`.slice(0, 60);
    await registerDevices(test.store.db, [device_id]);
    const station = await openStation(test.store.url);
    const [first, last] = [report(1), report(2)].map((each) => JSON.stringify(each));
    station.send(device_id, 'health', Buffer.concat([Buffer.from(`[${first},`), Buffer.from(poison), Buffer.from(`,\n${last}]`)]));
    await station.settle();
    expect(await test.store.db.selectFrom('devices').select('reports').where('device_id', '=', device_id).executeTakeFirst()).toEqual({ reports: 2 });
    const rows = await test.store.db.selectFrom('quarantine').select(['reason', 'payload']).where('device_id', '=', device_id).execute();
    expect(rows.map((row) => [row.reason, Buffer.from(row.payload).equals(Buffer.from(poison))])).toEqual([[reason, true]]);
    await station.close();
  });

  it.each(['[{},]', '[,]', '[{}', '[{}]x', '["]'])('%s is no array, and nothing of it is taken', async (text) => {
    const device_id = `torn-${Buffer.from(text).toString('hex')}`;
    await registerDevices(test.store.db, [device_id]);
    const station = await openStation(test.store.url);
    station.send(device_id, 'health', text);
    await station.settle();
    const rows = await test.store.db.selectFrom('quarantine').select(['reason', 'payload']).where('device_id', '=', device_id).execute();
    expect(rows.map(({ reason, payload }) => [reason, Buffer.from(payload).toString()])).toEqual([['not_json', text]]);
    await station.close();
  });

  it('reports of a backfill that were over the rate are stored when they are replayed', async () => {
    await registerDevices(test.store.db, ['history']);
    const station = await openStation(test.store.url, { limits: { burst: 5 } });
    station.send(
      'history',
      'backfill',
      Array.from({ length: 12 }, (_, seq) => report(seq, {}, { hist: true })),
    );
    await station.settle();
    const { db } = test.store;
    const outcomes = async () => {
      const rows = await db.selectFrom('quarantine').select(['reason', 'replay_outcome']).where('device_id', '=', 'history').execute();
      return rows.map(({ reason, replay_outcome }) => [reason, replay_outcome]);
    };
    expect(await outcomes()).toEqual(new Array(7).fill(['over_rate', null]));
    await db.updateTable('quarantine').set({ replay_requested_at: NOW }).where('device_id', '=', 'history').execute();
    await takeReplays(station.store, station.pipeline, NOW);
    await station.settle();
    expect(await outcomes()).toEqual(new Array(7).fill(['over_rate', 'stored']));
    const device = await db.selectFrom('devices').select(['reports', 'missing']).where('device_id', '=', 'history').executeTakeFirst();
    expect(device).toEqual({ reports: 12, missing: 0 });
    await station.close();
  });

  it('unknown fields of m are kept, whatever they hold', async () => {
    await registerDevices(test.store.db, ['extra']);
    const station = await openStation(test.store.url);
    station.send('extra', 'health', report(1, { vendor: { depth: [1, 'ひらがな', null] }, rh_pct: null, mystery: -0.125 }));
    await station.settle();
    const device = await findDevice(test.ctx(), 'extra');
    const stored = device === undefined ? [] : (await listReports(test.ctx(), device, 5)).items;
    expect(stored[0]?.sent).toEqual(report(1, { vendor: { depth: [1, 'ひらがな', null] }, rh_pct: null, mystery: -0.125 }));
    await station.close();
  });

  it('one device at a thousand messages a second is throttled and counted; others do not notice', async () => {
    await registerDevices(test.store.db, ['loud', 'calm']);
    const station = await openStation(test.store.url, { limits: { reports_per_s: 10, burst: 50, quarantined_per_device: 100 } });
    for (let i = 0; i < 1000; i++) {
      station.clock.now = NOW + i;
      station.send('loud', 'health', report(i));
      if (i % 100 === 0) station.send('calm', 'health', report(i / 100));
    }
    await station.settle();
    const devices = await test.store.db
      .selectFrom('devices')
      .select(['device_id', 'reports', 'throttled'])
      .where('device_id', 'in', ['loud', 'calm'])
      .orderBy('device_id')
      .execute();
    expect(devices).toEqual([
      { device_id: 'calm', reports: 10, throttled: 0 },
      { device_id: 'loud', reports: 59, throttled: 941 },
    ]);
    const { kept } = await test.store.db
      .selectFrom('quarantine')
      .select((eb) => eb.fn.countAll<number>().as('kept'))
      .where('device_id', '=', 'loud')
      .executeTakeFirstOrThrow();
    expect([Number(kept), station.pipeline.ingest.counts.quarantine_dropped]).toEqual([100, 841]);
    await station.close();
  });
});
