// What the contract promises devices, tried through both brokers.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { IClientOptions, MqttClient } from 'mqtt';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { root } from '../../src/core/root.ts';
import { commandDevice } from '../../src/telemetry/commandDevice.ts';
import { eachDb, type TestStore } from '../support/eachDb.ts';
import { registerDevices, report } from '../telemetry/station.ts';
import { connectDevice, enrol, hasMosquitto, openClient, startIngester, startMosquitto } from './broker.ts';

const run = promisify(execFile);
const PATIENT = { timeout: 15_000, interval: 50 };
const BOOT = report(0).boot;

/** Connects a device of this name to a running product. */
type Join = (device_id: string, options?: IClientOptions) => Promise<MqttClient>;

const ways: Record<string, (test: TestStore) => Promise<Join>> = {
  'the embedded broker': async (test) => {
    const ingester = await startIngester(test.store.url);
    const passwords = new Map<string, string>();
    return async (device_id, options) => {
      const password = passwords.get(device_id) ?? (await enrol(test, device_id));
      passwords.set(device_id, password);
      return connectDevice(ingester.status().port ?? 0, device_id, password, options);
    };
  },
  mosquitto: async (test) => {
    const broker = await startMosquitto();
    onTestFinished(() => broker.stop());
    const mqtt_url = `mqtt://127.0.0.1:${broker.port}`;
    const ingester = await startIngester(test.store.url, { mqtt_url });
    await vi.waitFor(() => expect(ingester.status().state).toBe('working'), PATIENT);
    const known = new Set<string>();
    return async (device_id, options) => {
      if (!known.has(device_id)) await registerDevices(test.store.db, [device_id]);
      known.add(device_id);
      return openClient(mqtt_url, { clientId: device_id, reconnectPeriod: 0, ...options });
    };
  },
};

const present = await hasMosquitto();

eachDb('the contract with devices', (test) => {
  const device = (device_id: string) => test.store.db.selectFrom('devices').selectAll().where('device_id', '=', device_id).executeTakeFirst();
  const live = (seq: number, head: Record<string, unknown> = {}) => report(seq, {}, { ts: Date.now(), ...head });

  describe.each(Object.keys(ways).filter((way) => present || way !== 'mosquitto'))('over %s', (way) => {
    const named = (name: string) => `${name}-${way === 'mosquitto' ? 'm' : 'e'}`;
    const open = (): Promise<Join> => (ways[way] as (typeof ways)[string])(test);

    it('an array of 200 reports is 200 reports, and one of 201 goes to quarantine whole', async () => {
      const id = named('array');
      const client = await (await open())(id);
      const array = (from: number, count: number) => JSON.stringify(Array.from({ length: count }, (_, i) => live(from + i)));
      await client.publishAsync(`fleet/v1/${id}/health`, array(0, 200), { qos: 1 });
      await client.publishAsync(`fleet/v1/${id}/health`, array(200, 201), { qos: 1 });
      await vi.waitFor(async () => expect(await device(id)).toMatchObject({ reports: 200, missing: 0 }), PATIENT);
      await vi.waitFor(async () => {
        const rows = await test.store.db.selectFrom('quarantine').select('reason').where('device_id', '=', id).execute();
        expect(rows).toHaveLength(1);
      }, PATIENT);
      await client.endAsync();
    });

    it('a backfill of reports and events of yesterday fills its gap without marking the clock', async () => {
      const id = named('backfill');
      const client = await (await open())(id);
      for (const seq of [0, 3]) await client.publishAsync(`fleet/v1/${id}/health`, JSON.stringify(live(seq)), { qos: 1 });
      const ts = Date.now() - 36 * 3_600_000;
      const event = {
        v: 1,
        boot: BOOT,
        seq: 2,
        ts,
        name: 'Device/HardwareFailure/StorageFailure',
        hist: true,
        source: { Token: 'SD0' },
        data: { Failed: true },
      };
      await client.publishAsync(`fleet/v1/${id}/backfill`, JSON.stringify([live(1, { ts, hist: true }), event]), { qos: 1 });
      await vi.waitFor(async () => expect(await device(id)).toMatchObject({ reports: 3, events: 1, missing: 0, clock_suspect: 0 }), PATIENT);
      await client.endAsync();
    });

    it("ONVIF's own topics become events, and the same notification twice is one", async () => {
      const id = named('onvif');
      const client = await (await open())(id);
      const notice = JSON.stringify({ UtcTime: new Date().toISOString(), Source: { Token: 'VSC_1' }, Data: { State: 'true' } });
      for (let i = 0; i < 2; i++) await client.publishAsync(`fleet/v1/${id}/onvif-ej/VideoSource/ImageTooBlurry/ImagingService`, notice, { qos: 1 });
      await vi.waitFor(async () => expect(await device(id)).toMatchObject({ events: 1, duplicates: 1 }), PATIENT);
      const events = await test.store.db.selectFrom('telemetry_events').selectAll().where('name', 'like', 'VideoSource/%').execute();
      expect(events.at(-1)).toMatchObject({ name: 'VideoSource/ImageTooBlurry/ImagingService', data: '{"State":"true"}' });
      await client.endAsync();
    });

    it('a retained birth and the will of its boot say online and offline; the will of an earlier boot says nothing', async () => {
      const id = named('here');
      const join = await open();
      const topic = `fleet/v1/${id}/state`;
      const will = (boot: string) => ({ topic, payload: Buffer.from(JSON.stringify({ v: 1, online: false, boot })), qos: 1 as const, retain: true });
      const birth = JSON.stringify({ v: 1, online: true, boot: BOOT, model: 'X-100', hw: 'B', fw: '4.2.1' });
      const begin = async (boot: string, seq: number) => {
        const client = await join(id, { will: will(boot) });
        await client.publishAsync(topic, birth, { qos: 1, retain: true });
        await client.publishAsync(`fleet/v1/${id}/health`, JSON.stringify(live(seq)), { qos: 1 });
        await vi.waitFor(async () => expect(await device(id)).toMatchObject({ offline_at: null, last_seq: seq }), PATIENT);
        return client;
      };
      (await begin(BOOT, 0)).stream.destroy();
      await vi.waitFor(async () => expect((await device(id))?.offline_at).not.toBeNull(), PATIENT);
      (await begin('an-earlier-boot', 1)).stream.destroy();
      const last = await begin(BOOT, 2);
      const changes = await test.store.db
        .selectFrom('presence_changes')
        .innerJoin('devices', 'devices.device_no', 'presence_changes.device_no')
        .select(['presence', 'cause'])
        .where('device_id', '=', id)
        .orderBy('change_no')
        .execute();
      expect(changes).toEqual([
        { presence: 'online', cause: 'birth' },
        { presence: 'offline', cause: 'will' },
        { presence: 'online', cause: 'birth' },
      ]);
      await last.endAsync();
    });

    it('a command reaches its device once, and the reply is kept with it', async () => {
      const id = named('cmd');
      const client = await (await open())(id);
      await client.subscribeAsync(`fleet/v1/${id}/cmd`, { qos: 1 });
      await client.publishAsync(`fleet/v1/${id}/health`, JSON.stringify(live(0)), { qos: 1 });
      await vi.waitFor(async () => expect(await device(id)).toBeDefined(), PATIENT);
      const heard: string[] = [];
      client.on('message', (_topic, payload) => heard.push(payload.toString()));
      const { id: command_id } = await commandDevice(test.ctx({ now: Date.now() }), id, { name: 'diagnose' });
      await vi.waitFor(() => expect(heard).toEqual([JSON.stringify({ v: 1, id: command_id, name: 'diagnose' })]), PATIENT);
      await client.publishAsync(`fleet/v1/${id}/reply`, JSON.stringify({ v: 1, id: command_id, ok: true }), { qos: 1 });
      await vi.waitFor(async () => {
        const row = await test.store.db.selectFrom('device_commands').selectAll().where('id', '=', command_id).executeTakeFirstOrThrow();
        expect([row.sent_at, row.reply]).toEqual([expect.any(Number), JSON.stringify({ v: 1, id: command_id, ok: true })]);
      }, PATIENT);
      expect(heard).toHaveLength(1);
      await client.endAsync();
    });
  });

  it('the example of the README for mosquitto_pub is acknowledged and stored, word for word', async () => {
    if (!present) return;
    const ingester = await startIngester(test.store.url);
    const readme = readFileSync(new URL('README.md', root), 'utf8');
    const example = /^mosquitto_pub [\s\S]*?(?=^```)/m.exec(readme)?.[0] ?? '';
    expect(example).toContain('-p 1883');
    const PASSWORD = await enrol(test, 'cam-1');
    await run('bash', ['-c', example.replace('-p 1883', `-p ${ingester.status().port}`)], { env: { ...process.env, PASSWORD } });
    await vi.waitFor(async () => expect(await device('cam-1')).toMatchObject({ reports: 1, clock_suspect: 0, model_code: 'X-100' }), PATIENT);
  });
});
