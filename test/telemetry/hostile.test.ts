import { expect, it } from 'vitest';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

const text = (change: (json: string) => string): Buffer => Buffer.from(change(JSON.stringify(report(1, { temp_c: 40 }))));
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const hostile: readonly (readonly [what: string, payload: Buffer, reason: string])[] = [
  ['1e400', text((json) => json.replace('40,', '1e400,')), 'number_out_of_range'],
  ['NaN', text((json) => json.replace('40,', 'NaN,')), 'not_json'],
  ['an integer beyond 2^53', text((json) => json.replace('"seq":1', '"seq":9007199254740993')), 'not_as_agreed'],
  ['a negative counter', text((json) => json.replace('"brownouts":0', '"brownouts":-1')), 'not_as_agreed'],
  ['invalid UTF-8', Buffer.concat([Buffer.from('{"v":1,"boot":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]), 'not_utf8'],
  ['a NUL in the boot', text((json) => json.replace('9f3c61d2a07b41e8', 'a\\u0000b')), 'not_as_agreed'],
  ['a lone surrogate', text((json) => json.replace('9f3c61d2a07b41e8', '\\ud800')), 'lone_surrogate'],
  ['depth 200,000', Buffer.from(deep(100_000)), 'too_deep'],
  ['depth 9', text((json) => json.replace('"temp_c":40', `"x":${deep(7)}`)), 'too_deep'],
  ['1 MB', Buffer.alloc(1_000_000, 0x61), 'too_large'],
  ['an object of 64 KiB and more', text((json) => json.replace('"temp_c":40', `"x":"${'a'.repeat(70_000)}"`)), 'too_large'],
  ['__proto__', text((json) => json.replace('"temp_c":40', '"__proto__":{"temp_c":1}')), 'forbidden_key'],
  ['an escaped __proto__', text((json) => json.replace('"temp_c":40', '"__proto\\u005f_":1')), 'forbidden_key'],
  ['a duplicate key', text((json) => json.replace('"temp_c":40', '"temp_c":40,"temp_c":41')), 'duplicate_key'],
  ['an unknown version', text((json) => json.replace('"v":1', '"v":2')), 'unknown_version'],
  ['a wrong type', text((json) => json.replace('"temp_c":40', '"temp_c":"40"')), 'not_as_agreed'],
  ['a boot of 33 characters', text((json) => json.replace('9f3c61d2a07b41e8', 'b'.repeat(33))), 'not_as_agreed'],
  ['65 fields', text((json) => json.replace('"m":{', `"m":{${Array.from({ length: 65 }, (_, i) => `"x${i}":1`).join(',')},`)), 'too_many_measures'],
  ['nothing', Buffer.alloc(0), 'not_json'],
  ['half a report', text((json) => json.slice(0, 100)), 'not_json'],
  ['a number', Buffer.from('42'), 'not_as_agreed'],
];

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

  it('unknown fields of m are kept, whatever they hold', async () => {
    await registerDevices(test.store.db, ['extra']);
    const station = await openStation(test.store.url);
    station.send('extra', 'health', report(1, { vendor: { depth: [1, 'ひらがな', null] }, rh_pct: null, mystery: -0.125 }));
    await station.settle();
    const { items } = await (await import('../../src/telemetry/queries.ts')).listReports(
      test.ctx(),
      await (await import('../../src/telemetry/queries.ts')).getDevice(test.ctx(), 'extra'),
      5,
    );
    expect(items[0]?.sent).toEqual(report(1, { vendor: { depth: [1, 'ひらがな', null] }, rh_pct: null, mystery: -0.125 }));
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
