// Clients that are odd or wrong without being hostile: what each hears, and what is noted of it.
import mqttPacket from 'mqtt-packet';
import { expect, it, onTestFinished, vi } from 'vitest';
import { commandDevice } from '../../src/telemetry/commandDevice.ts';
import { eachDb } from '../support/eachDb.ts';
import { report } from '../telemetry/station.ts';
import { enrol, startIngester } from './broker.ts';
import { connectPacket, publishPacket, rawDevice } from './rawDevice.ts';

const live = (seq: number) => JSON.stringify(report(seq, {}, { ts: Date.now() }));
const willOf = (device_id: string) => ({
  topic: `fleet/v1/${device_id}/state`,
  payload: Buffer.from('{"v":1,"online":false,"boot":"9f3c61d2a07b41e8"}'),
  qos: 1,
  retain: true,
});
const health = (device_id: string) => `fleet/v1/${device_id}/health`;

eachDb('odd clients of the embedded broker', (test) => {
  async function joined(device_id: string, version: 4 | 5, changes: object = {}) {
    const ingester = await startIngester(test.store.url);
    onTestFinished(() => ingester.close());
    const password = await enrol(test, device_id);
    const device = rawDevice(ingester.status().port ?? 0, version);
    device.say(connectPacket(version, device_id, password, changes));
    const welcome = await device.hears('connack');
    return { ingester, device, password, welcome };
  }
  const events = (device_id: string) =>
    test.store.db.selectFrom('device_security_events').select(['kind', 'topic']).where('device_id', '=', device_id).orderBy('id').execute();
  const noted = (device_id: string, expected: object[]) => vi.waitFor(async () => expect(await events(device_id)).toEqual(expected), 5000);
  const device = (device_id: string) => test.store.db.selectFrom('devices').selectAll().where('device_id', '=', device_id).executeTakeFirst();

  it.each([
    [4, ['connack']],
    [5, ['connack', 'disconnect:0x82']],
  ] as const)('version %i: a PUBLISH at QoS 3 ends the connection as a protocol error', async (version, heard) => {
    const id = `qos3-v${version}`;
    const { device } = await joined(id, version);
    const bytes = mqttPacket.generate(publishPacket(health(id), live(0), { qos: 2 }), { protocolVersion: version });
    bytes[0] = (bytes[0] ?? 0) | 6;
    device.say(bytes);
    await device.closed;
    expect(device.heard).toEqual(heard);
    await noted(id, [{ kind: 'protocol_error', topic: null }]);
  });

  it('a PUBLISH at QoS 1 without an identifier ends the connection: nobody could acknowledge it', async () => {
    const { device } = await joined('no-id', 4);
    const bytes = mqttPacket.generate(publishPacket(health('no-id'), live(0), { messageId: 0x4142 }));
    bytes.fill(0, bytes.indexOf('AB'), bytes.indexOf('AB') + 2);
    device.say(bytes);
    await device.closed;
    await noted('no-id', [{ kind: 'protocol_error', topic: null }]);
  });

  it('version 5: a topic alias, which was not offered, is told as such and is no spoofing', async () => {
    const { device, welcome } = await joined('alias', 5);
    expect(welcome).not.toHaveProperty('properties.topicAliasMaximum');
    device.say(publishPacket('', live(0), { properties: { topicAlias: 1 } }));
    await device.closed;
    expect(device.heard).toEqual(['connack', 'disconnect:0x94']);
    await noted('alias', [{ kind: 'protocol_error', topic: null }]);
  });

  it('version 5: a packet beyond the size that was offered ends the connection with the reason', async () => {
    const { device, welcome } = await joined('huge', 5);
    expect(welcome).toMatchObject({ properties: { maximumPacketSize: 4 * 2 ** 20 } });
    device.say(mqttPacket.generate(publishPacket(health('huge'), 'x'.repeat(5 * 2 ** 20)), { protocolVersion: 5 }).subarray(0, 100));
    await device.closed;
    expect(device.heard).toEqual(['connack', 'disconnect:0x95']);
    await noted('huge', [{ kind: 'packet_too_large', topic: null }]);
  });

  it('version 5: a wrong topic at QoS 0 has no acknowledgement to say so: the connection ends with the reason', async () => {
    const { device } = await joined('mute', 5);
    device.say(publishPacket('fleet/v1/mute/nonsense', live(0), { qos: 0, messageId: undefined }));
    await device.closed;
    expect(device.heard).toEqual(['connack', 'disconnect:0x90']);
  });

  it('a second CONNECT ends the connection', async () => {
    const { device, password } = await joined('twice', 5);
    device.say(connectPacket(5, 'twice', password));
    await device.closed;
    expect(device.heard).toEqual(['connack', 'disconnect:0x82']);
  });

  it('version 5: who asks for no keep-alive is told the one we keep', async () => {
    const { ingester, password, device, welcome } = await joined('patient', 5, { keepalive: 0 });
    expect(welcome).toMatchObject({ properties: { serverKeepAlive: 120 } });
    const regular = rawDevice(ingester.status().port ?? 0, 5);
    regular.say(connectPacket(5, 'patient', password, { keepalive: 60 }));
    expect(await regular.hears('connack')).not.toHaveProperty('properties.serverKeepAlive');
    await device.closed;
    expect(device.heard).toEqual(['connack', 'disconnect:0x8e']);
  });

  it('a device that falls silent longer than one and a half keep-alives is let go, and its will says so', async () => {
    const { device: raw } = await joined('silent', 4, { keepalive: 1, will: willOf('silent') });
    raw.say(publishPacket(health('silent'), live(0)));
    await raw.closed;
    await vi.waitFor(async () => expect(await device('silent')).toMatchObject({ reports: 1, online_at: null, offline_at: expect.any(Number) }), 5000);
  });

  it('the end of the broker is no news of its devices: their wills stay unsaid', async () => {
    const { device: raw, ingester } = await joined('steady', 5, { will: willOf('steady') });
    raw.say(publishPacket(health('steady'), live(0)));
    await raw.hears('puback');
    await ingester.close();
    await raw.closed;
    expect(raw.heard).toEqual(['connack', 'puback', 'disconnect:0x8b']);
    expect(await device('steady')).toMatchObject({ online_at: expect.any(Number), offline_at: null });
  });

  it('QoS 0 and QoS 2 are stored as QoS 1 is; a QoS 2 message sent again is stored once', async () => {
    const { device: raw, ingester } = await joined('levels', 4);
    raw.say(publishPacket(health('levels'), live(0), { qos: 0, messageId: undefined }));
    const twice = publishPacket(health('levels'), live(1), { qos: 2, messageId: 9 });
    raw.say(twice);
    await raw.hears('pubrec');
    raw.say({ ...twice, dup: true } as typeof twice);
    raw.say({ cmd: 'pubrel', messageId: 9 });
    await raw.hears('pubcomp');
    await ingester.close();
    expect(await device('levels')).toMatchObject({ reports: 2, duplicates: 1 });
  });

  it('a session is never kept: a command waits in the store until the device listens, and comes once', async () => {
    const { device: first, ingester, password } = await joined('sleeper', 5, { clean: false, properties: { sessionExpiryInterval: 3600 } });
    expect(await first.hears('connack')).toMatchObject({ sessionPresent: false, properties: { sessionExpiryInterval: 0 } });
    first.say(publishPacket(health('sleeper'), live(0)));
    await first.hears('puback');
    first.socket.destroy();
    const { id } = await commandDevice(test.ctx({ now: Date.now() }), 'sleeper', { name: 'diagnose' });
    const again = rawDevice(ingester.status().port ?? 0, 5);
    again.say(connectPacket(5, 'sleeper', password, { clean: false }));
    await again.hears('connack');
    again.say({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: 'fleet/v1/sleeper/cmd', qos: 1 }] });
    const command = await again.hears('publish');
    expect(JSON.parse(String('payload' in command ? command.payload : ''))).toMatchObject({ v: 1, id, name: 'diagnose' });
  });

  it('a refused password is noted with the user name it was given for', async () => {
    const ingester = await startIngester(test.store.url);
    await enrol(test, 'guessed');
    const stranger = rawDevice(ingester.status().port ?? 0, 4);
    stranger.say(connectPacket(4, 'guessed', 'guess', { clientId: 'stranger' }));
    await stranger.closed;
    await vi.waitFor(async () => {
      const rows = await test.store.db
        .selectFrom('device_security_events')
        .select(['kind', 'device_id', 'client_id', 'username'])
        .where('client_id', '=', 'stranger')
        .execute();
      expect(rows).toEqual([{ kind: 'bad_credential', device_id: null, client_id: 'stranger', username: 'guessed' }]);
    }, 5000);
  });
});
