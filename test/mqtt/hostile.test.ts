// Hostile devices on the real broker, through real clients. After each attack the next device must be served as if nothing had happened.
import { connect, type Socket } from 'node:net';
import type { MqttClient } from 'mqtt';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { sha256 } from '../../src/core/id.ts';
import { type Ingester, runIngester } from '../../src/mqtt/ingester.ts';
import { defaultLimits } from '../../src/telemetry/bounds.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { hostile } from '../telemetry/hostile.ts';
import { report, silent } from '../telemetry/station.ts';
import { connectDevice, enrol } from './broker.ts';

const BURST = 1500;
const KEPT = 300;
const limits = { ...defaultLimits, burst: BURST, quarantined_per_device: KEPT };

eachDb('hostile devices', (test) => {
  let ingester: Ingester;
  let neighbour: MqttClient;
  let seq = 0;

  // The clock stands still: what is refilled by the second is not.
  beforeAll(async () => {
    const place = { mqtt_host: '127.0.0.1', mqtt_port: 0, tz_business: 'Asia/Tokyo', raw_retention_days: 14, limits };
    ingester = await runIngester({ database_url: test.store.url, ...place }, silent, () => NOW);
    neighbour = await join('neighbour');
  });
  afterAll(async () => {
    neighbour.end(true);
    await ingester.close();
  });

  const port = () => ingester.status().port ?? 0;
  const join = async (device_id: string, protocolVersion: 4 | 5 = 5) => connectDevice(port(), device_id, await enrol(test, device_id), { protocolVersion });
  const send = (client: MqttClient, device_id: string, payload: Buffer | string) => client.publishAsync(`fleet/v1/${device_id}/health`, payload, { qos: 1 });
  const quarantined = (device_id: string) =>
    test.store.db.selectFrom('quarantine').selectAll().where('device_id', '=', device_id).orderBy('received_at').orderBy('id').execute();
  const device = (device_id: string) => test.store.db.selectFrom('devices').selectAll().where('device_id', '=', device_id).executeTakeFirst();
  const stored = async () => {
    const row = await test.store.db
      .selectFrom('report_segments')
      .select((eb) => eb.fn.sum<number>('reports').as('reports'))
      .executeTakeFirst();
    return Number(row?.reports ?? 0);
  };
  const neighbourIsServed = async () => {
    const before = await stored();
    await send(neighbour, 'neighbour', JSON.stringify(report(seq++)));
    expect(await stored()).toBe(before + 1);
  };

  it.each(hostile)('%s is acknowledged once it is in quarantine with its bytes, reason and time', async (what, payload, reason) => {
    const device_id = `hostile-${hostile.findIndex(([name]) => name === what)}`;
    const client = await join(device_id, what.length % 2 === 0 ? 4 : 5);
    await send(client, device_id, payload);
    const rows = await quarantined(device_id);
    expect(rows.map((row) => [row.reason, row.received_at, Buffer.from(row.payload).equals(payload)])).toEqual([[reason, NOW, true]]);
    expect(client.connected).toBe(true);
    await neighbourIsServed();
    await client.endAsync();
  });

  it('a packet larger than any allowed ends that connection alone, and the event names the device', async () => {
    const client = await join('too-large', 4);
    const closed = new Promise<void>((resolve) => {
      client.once('close', () => resolve());
    });
    client.publish('fleet/v1/too-large/health', Buffer.alloc(5_000_000, 0x61), { qos: 1 }, () => {});
    await closed;
    await vi.waitFor(async () => {
      const events = await test.store.db.selectFrom('device_security_events').select('kind').where('device_id', '=', 'too-large').execute();
      expect(events).toEqual([{ kind: 'packet_too_large' }]);
    }, 10_000);
    await neighbourIsServed();
  });

  it.each([
    ['$SYS/broker/clients', 5],
    ['fleet/v1/+/health', 5],
    ['fleet/v1/#', 5],
    ['fleet/v1/a/b/health', 5],
    ['fleet/v1/neighbour/cmd', 5],
    ['fleet/v1/neighbour/health', 5],
    ['fleet/v1/neighbour/health/', 5],
    ['fleet/v1/neighbour/health', 4],
    ['$SYS/broker/clients', 4],
    ['fleet/v1/+/state', 4],
  ] as const)('what is published on %s over version %i reaches nobody and is not acknowledged', async (topic, version) => {
    const client = await join(`topics-${Buffer.from(topic).toString('hex')}-${version}`, version);
    const before = await stored();
    // Version 5 hears no; before it the connection ends.
    const answer = await new Promise((resolve) => {
      client.once('close', () => resolve('closed'));
      client.publishAsync(topic, JSON.stringify(report(1)), { qos: 1 }).then(
        () => resolve('acknowledged'),
        () => resolve('refused'),
      );
    });
    expect([answer, await stored()]).toEqual([version === 5 ? 'refused' : 'closed', before]);
    client.end(true);
    await neighbourIsServed();
  });

  it.each(['+', '#', 'a/b', '$SYS', '', 'neighbour\u0000', "' or 1=1 --"])('nobody is let in under the name %j', async (username) => {
    const password = await enrol(test, `name-${Buffer.from(username).toString('hex')}`);
    await expect(connectDevice(port(), 'somebody', password, { username })).rejects.toThrow();
    await neighbourIsServed();
  });

  it('a report of 1970 and one of 2099 count on the day they arrive and are marked', async () => {
    const client = await join('clocks');
    await send(client, 'clocks', JSON.stringify(report(0, {}, { ts: 0 })));
    await send(client, 'clocks', JSON.stringify(report(1, {}, { ts: Date.UTC(2099, 0, 1) })));
    await client.endAsync();
    await vi.waitFor(async () => expect(await device('clocks')).toMatchObject({ reports: 2, clock_suspect: 2, last_report_at: NOW }), 10_000);
    const days = await test.store.db
      .selectFrom('device_days')
      .innerJoin('devices', 'devices.device_no', 'device_days.device_no')
      .select('day_on')
      .where('device_id', '=', 'clocks')
      .execute();
    expect(days).toEqual([{ day_on: '2026-04-01' }]);
  });

  it('one poison report among 999 is kept apart; the 999 are stored', async () => {
    const client = await join('poison');
    const before = await stored();
    await Promise.all(Array.from({ length: 1000 }, (_, i) => send(client, 'poison', JSON.stringify(report(i, i === 500 ? { temp_c: 'NaN' } : {})))));
    expect(await stored()).toBe(before + 999);
    expect((await quarantined('poison')).map(({ reason, payload }) => [reason, JSON.parse(Buffer.from(payload).toString()).seq])).toEqual([
      ['not_as_agreed', 500],
    ]);
    await client.endAsync();
  });

  it('one device far over its rate is throttled and counted, kept within bounds, and others do not notice', async () => {
    const client = await join('loud');
    const before = { ...ingester.status(), stored: await stored() };
    const loud = Array.from({ length: BURST + 500 }, (_, i) => send(client, 'loud', JSON.stringify(report(i))));
    for (let i = 0; i < 20; i++) await send(neighbour, 'neighbour', JSON.stringify(report(seq++)));
    await Promise.all(loud);
    const after = ingester.status();
    expect(await stored()).toBe(before.stored + BURST + 20);
    expect([after.throttled - before.throttled, after.quarantine_dropped - before.quarantine_dropped]).toEqual([500, 500 - KEPT]);
    expect((await quarantined('loud')).map(({ reason }) => reason)).toEqual(new Array(KEPT).fill('over_rate'));
    await client.endAsync();
    await vi.waitFor(async () => expect(await device('loud')).toMatchObject({ reports: BURST, throttled: 500 }), 10_000);
  });

  it('5,000 reconnects, a thousand at a time, are all answered, and the last connection of a device is the one that counts', { timeout: 60_000 }, async () => {
    const [devices, waves, password] = [1000, 5, 'the same for all of them'];
    const rows = Array.from({ length: devices }, (_, i) => ({ id: `wave-${i}`, device_id: `wave-${i}`, secret_hash: sha256(password) }));
    for (let i = 0; i < devices; i += 100) {
      const some = rows
        .slice(i, i + 100)
        .map((row) => ({ ...row, mosquitto_hash: '', created_by: 'test', created_at: NOW, last_used_at: null, revoked_at: null }));
      await test.store.db.insertInto('device_credentials').values(some).execute();
    }
    const sockets: Socket[] = [];
    for (let wave = 0; wave < waves; wave++) {
      const answers = rows.map(({ device_id }) => greet(port(), device_id, password, sockets));
      await neighbourIsServed();
      expect(new Set(await Promise.all(answers))).toEqual(new Set([0]));
    }
    await vi.waitFor(() => expect(ingester.status().clients).toBe(devices + 1), 10_000);
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(() => expect(ingester.status().clients).toBe(1), 10_000);
    await neighbourIsServed();
  });

  it('rubbish right behind a CONNECT ends that connection alone', async () => {
    const password = await enrol(test, 'rubbish');
    for (const rubbish of [[0x30, 0xff, 0xff, 0xff, 0x7f], [0x32, 0x02, 0xff, 0xff], new Array(5000).fill(0xff)]) {
      const socket = connect(port(), '127.0.0.1');
      const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
      socket.resume();
      socket.write(Buffer.concat([connectPacket('rubbish', password), Buffer.from(rubbish)]));
      await closed;
      await neighbourIsServed();
    }
  });
});

const connectPacket = (device_id: string, password: string): Buffer =>
  mqttPacket.generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: device_id,
    keepalive: 60,
    username: device_id,
    password: Buffer.from(password),
  } as Packet);

/** Connects as a device does and returns the code of the answer: 0 is welcome. */
function greet(port: number, device_id: string, password: string, open: Socket[]): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  open.push(socket);
  socket.write(connectPacket(device_id, password));
  return new Promise((resolve) => {
    socket.on('error', () => resolve(-1));
    socket.on('close', () => resolve(-2));
    socket.once('data', (answer) => resolve(answer[3] ?? -3));
  });
}
