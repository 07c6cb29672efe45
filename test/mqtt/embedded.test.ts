import { connect } from 'node:net';
import type { MqttClient } from 'mqtt';
import { expect, it, vi } from 'vitest';
import { commandDevice } from '../../src/telemetry/commandDevice.ts';
import { issueCredential, revokeCredential } from '../../src/telemetry/issueCredential.ts';
import { eachDb } from '../support/eachDb.ts';
import { report } from '../telemetry/station.ts';
import { connectDevice, enrol, startIngester } from './broker.ts';

const live = (seq: number) => JSON.stringify(report(seq, {}, { ts: Date.now() }));
const closed = (client: MqttClient) =>
  new Promise<void>((resolve) => {
    client.once('close', () => resolve());
  });

eachDb('the embedded broker', (test) => {
  const device = (device_id: string) => test.store.db.selectFrom('devices').selectAll().where('device_id', '=', device_id).executeTakeFirst();

  it.each([4, 5] as const)('an enrolled device reports over MQTT version %i and is acknowledged', async (protocolVersion) => {
    const ingester = await startIngester(test.store.url);
    const device_id = `cam-v${protocolVersion}`;
    const client = await connectDevice(ingester.status().port ?? 0, device_id, await enrol(test, device_id), { protocolVersion });
    for (let seq = 0; seq < 10; seq++) await client.publishAsync(`fleet/v1/${device_id}/health`, live(seq), { qos: 1 });
    // Ten acknowledgements: ten rows, and the store was asked before the process ends.
    const segments = await test.store.db
      .selectFrom('report_segments')
      .select((eb) => eb.fn.sum<number>('reports').as('reports'))
      .executeTakeFirst();
    expect(Number(segments?.reports)).toBeGreaterThanOrEqual(10);
    await client.endAsync();
    await ingester.close();
    expect(await device(device_id)).toMatchObject({ reports: 10 });
  });

  it('a wrong password, no password and an unknown device are refused, and noted', async () => {
    const ingester = await startIngester(test.store.url);
    const port = ingester.status().port ?? 0;
    const password = await enrol(test, 'cam-secret');
    await expect(connectDevice(port, 'cam-secret', 'guess')).rejects.toThrow();
    await expect(connectDevice(port, 'cam-secret', undefined)).rejects.toThrow();
    await expect(connectDevice(port, 'nobody', password)).rejects.toThrow();
    await vi.waitFor(async () => {
      const kinds = await test.store.db.selectFrom('device_security_events').select('kind').distinct().orderBy('kind').execute();
      expect(kinds.map((row) => row.kind)).toEqual(expect.arrayContaining(['bad_credential', 'no_credential']));
    }, 5000);
    await ingester.close();
  });

  it.each(['+', '#', 'a/b', '$SYS', 'a b', 'x'.repeat(65), 'カメラ'])('the client id %s is refused', async (clientId) => {
    const ingester = await startIngester(test.store.url);
    const password = await enrol(test, `cam-id-${Math.random().toString(36).slice(2)}`);
    await expect(connectDevice(ingester.status().port ?? 0, 'cam', password, { clientId })).rejects.toThrow();
    await ingester.close();
  });

  it('a device cannot speak for another: version 5 hears no, version 3.1.1 is disconnected, and the event names the real device', async () => {
    const ingester = await startIngester(test.store.url);
    const port = ingester.status().port ?? 0;
    const password = await enrol(test, 'cam-liar');
    await enrol(test, 'cam-victim');
    const five = await connectDevice(port, 'cam-liar', password, { protocolVersion: 5 });
    await expect(five.publishAsync('fleet/v1/cam-victim/health', live(1), { qos: 1 })).rejects.toThrow(/Not authorized|135/i);
    await five.endAsync();
    const four = await connectDevice(port, 'cam-liar', password, { protocolVersion: 4 });
    four.publish('fleet/v1/cam-victim/health', live(1), { qos: 1 }, () => {});
    await closed(four);
    await vi.waitFor(async () => {
      const events = await test.store.db.selectFrom('device_security_events').select(['device_id', 'topic']).where('kind', '=', 'spoofed_topic').execute();
      expect(events[0]).toEqual({ device_id: 'cam-liar', topic: 'fleet/v1/cam-victim/health' });
    }, 5000);
    four.end(true);
    await ingester.close();
    expect(await device('cam-victim')).toBeUndefined();
  });

  it('a device hears its own commands and nobody else may listen', async () => {
    const ingester = await startIngester(test.store.url);
    const port = ingester.status().port ?? 0;
    const client = await connectDevice(port, 'cam-cmd', await enrol(test, 'cam-cmd'));
    await client.publishAsync('fleet/v1/cam-cmd/health', live(1), { qos: 1 });
    const granted = await client
      .subscribeAsync({ 'fleet/v1/cam-cmd/cmd': { qos: 1 }, 'fleet/v1/+/cmd': { qos: 1 }, '#': { qos: 1 } })
      .catch((error: unknown) => error);
    expect(granted).toBeDefined();
    const heard = new Promise<{ topic: string; payload: string }>((resolve) => {
      client.once('message', (topic, payload) => resolve({ topic, payload: payload.toString() }));
    });
    const command = await commandDevice(test.ctx({ now: Date.now() }), 'cam-cmd', { name: 'resend', from_seq: 100, to_seq: 140 });
    const { topic, payload } = await heard;
    expect(topic).toBe('fleet/v1/cam-cmd/cmd');
    expect(JSON.parse(payload)).toEqual({ v: 1, id: command.id, name: 'resend', from_seq: 100, to_seq: 140 });
    await client.publishAsync('fleet/v1/cam-cmd/reply', JSON.stringify({ v: 1, id: command.id, ok: true }), { qos: 1 });
    const row = await test.store.db.selectFrom('device_commands').selectAll().where('id', '=', command.id).executeTakeFirstOrThrow();
    expect(JSON.parse(row.reply ?? '')).toEqual({ v: 1, id: command.id, ok: true });
    await client.endAsync();
    await ingester.close();
  });

  it('rotating a credential ends the old connection and the old password', async () => {
    const ingester = await startIngester(test.store.url);
    const port = ingester.status().port ?? 0;
    const old = await enrol(test, 'cam-rotate');
    const client = await connectDevice(port, 'cam-rotate', old);
    const ended = closed(client);
    const { password } = await issueCredential(test.ctx({ now: Date.now() }), 'cam-rotate');
    await ended;
    await expect(connectDevice(port, 'cam-rotate', old)).rejects.toThrow();
    const again = await connectDevice(port, 'cam-rotate', password);
    await revokeCredential(test.ctx({ now: Date.now() }), 'cam-rotate');
    await closed(again);
    client.end(true);
    again.end(true);
    await ingester.close();
  });

  it('presence follows birth and will; the will of an earlier boot is ignored', async () => {
    const ingester = await startIngester(test.store.url);
    const port = ingester.status().port ?? 0;
    const password = await enrol(test, 'cam-here');
    const topic = 'fleet/v1/cam-here/state';
    const will = (boot: string) => ({ topic, payload: Buffer.from(JSON.stringify({ v: 1, online: false, boot })), qos: 1 as const, retain: true });
    const boot = report(1).boot;
    const first = await connectDevice(port, 'cam-here', password, { will: will(boot) });
    await first.publishAsync(topic, JSON.stringify({ v: 1, online: true, boot, model: 'X-100', hw: 'B', fw: '1' }), { qos: 1, retain: true });
    await first.publishAsync('fleet/v1/cam-here/health', live(1), { qos: 1 });
    expect(await device('cam-here')).toMatchObject({ offline_at: null });
    first.stream.destroy();
    await vi.waitFor(async () => expect((await device('cam-here'))?.online_at).toBeNull(), 5000);
    const second = await connectDevice(port, 'cam-here', password, { will: will('an-older-boot') });
    await second.publishAsync('fleet/v1/cam-here/health', live(2), { qos: 1 });
    second.stream.destroy();
    const third = await connectDevice(port, 'cam-here', password);
    await third.publishAsync('fleet/v1/cam-here/health', live(3), { qos: 1 });
    expect(await device('cam-here')).toMatchObject({ offline_at: null });
    const changes = await test.store.db
      .selectFrom('presence_changes')
      .innerJoin('devices', 'devices.device_no', 'presence_changes.device_no')
      .select(['presence', 'cause'])
      .where('device_id', '=', 'cam-here')
      .orderBy('change_no')
      .execute();
    expect(changes).toEqual([
      { presence: 'online', cause: 'birth' },
      { presence: 'offline', cause: 'will' },
      { presence: 'online', cause: 'activity' },
    ]);
    for (const client of [first, second]) client.end(true);
    await third.endAsync();
    await ingester.close();
  });

  it('bytes that are no MQTT, or too many before a CONNECT, end that connection alone', async () => {
    const ingester = await startIngester(test.store.url);
    const port = ingester.status().port ?? 0;
    for (const bytes of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]),
      Buffer.alloc(100_000, 0x30),
      Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]),
    ]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(bytes);
      await new Promise((resolve) => {
        socket.once('close', resolve);
        socket.resume();
      });
    }
    const client = await connectDevice(port, 'cam-after', await enrol(test, 'cam-after'));
    await client.publishAsync('fleet/v1/cam-after/health', live(1), { qos: 1 });
    await client.endAsync();
    await ingester.close();
  });

  it('what an unregistered device sent appears when its unit is registered', async () => {
    const ingester = await startIngester(test.store.url);
    const { password } = await issueCredential(test.ctx({ now: Date.now() }), 'cam-later');
    const client = await connectDevice(ingester.status().port ?? 0, 'cam-later', password);
    await client.publishAsync('fleet/v1/cam-later/health', live(1), { qos: 1 });
    await client.publishAsync('fleet/v1/cam-later/health', live(2), { qos: 1 });
    const { registerDevices } = await import('../telemetry/station.ts');
    await registerDevices(test.store.db, ['cam-later']);
    await vi.waitFor(async () => expect(await device('cam-later')).toMatchObject({ reports: 2 }), 8000);
    await vi.waitFor(async () => {
      const rows = await test.store.db.selectFrom('quarantine').select('replay_outcome').where('device_id', '=', 'cam-later').execute();
      expect(rows).toEqual([{ replay_outcome: 'stored' }, { replay_outcome: 'stored' }]);
    }, 5000);
    await client.endAsync();
    await ingester.close();
  });
});
