import { appendFileSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { writeMosquittoConfig } from '../../src/mqtt/mosquitto.ts';
import { killAndCount } from '../bench/kill.ts';
import { eachDb } from '../support/eachDb.ts';
import { registerDevices, report } from '../telemetry/station.ts';
import { connectDevice, enrol, freePort, hasMosquitto, openClient, startIngester, startMosquitto } from './broker.ts';

const live = (seq: number, boot = 'b1') => JSON.stringify(report(seq, {}, { ts: Date.now(), boot }));

const present = await hasMosquitto();

(present ? eachDb : () => {})('mosquitto', (test) => {
  const device = (device_id: string) => test.store.db.selectFrom('devices').selectAll().where('device_id', '=', device_id).executeTakeFirst();

  it('five kill -9 of the ingester in bursts lose nothing, double nothing, and leave the roll-ups right', { timeout: 120_000 }, async () => {
    const broker = await startMosquitto();
    const device_ids = Array.from({ length: 40 }, (_, i) => `kill-${i}`);
    await registerDevices(test.store.db, device_ids);
    const outcome = await killAndCount({ url: test.store.url, mqtt_url: `mqtt://127.0.0.1:${broker.port}`, device_ids, kills: 5, reports: 6000 });
    expect(outcome).toMatchObject({ published: 6000, stored: 6000, twice: 0, differences: 0 });
    await broker.stop();
  });

  it('messages that came while no ingester ran are delivered to the next', async () => {
    const broker = await startMosquitto();
    const mqtt_url = `mqtt://127.0.0.1:${broker.port}`;
    await registerDevices(test.store.db, ['cam-q']);
    const first = await startIngester(test.store.url, { mqtt_url });
    await vi.waitFor(() => expect(first.status().broker_state).toBe('connected'), 5000);
    await first.close();
    const client = await openClient(mqtt_url);
    for (let seq = 0; seq < 2000; seq++) void client.publishAsync('fleet/v1/cam-q/health', live(seq), { qos: 1 });
    await client.endAsync();
    const second = await startIngester(test.store.url, { mqtt_url });
    await vi.waitFor(async () => expect(second.status().reports).toBe(2000), 10_000);
    await second.close();
    expect(await device('cam-q')).toMatchObject({ reports: 2000, missing: 0 });
    await broker.stop();
  });

  it('a broker that dies is found again, and readiness says so meanwhile', async () => {
    const port = await freePort();
    const broker = await startMosquitto({ port });
    await registerDevices(test.store.db, ['cam-b']);
    const ingester = await startIngester(test.store.url, { mqtt_url: `mqtt://127.0.0.1:${port}` });
    await vi.waitFor(() => expect(ingester.status().state).toBe('working'), 5000);
    await broker.stop('SIGKILL');
    await vi.waitFor(() => expect(ingester.status().state).toBe('disconnected'), 5000);
    const again = await startMosquitto({ port });
    await vi.waitFor(() => expect(ingester.status().state).toBe('working'), 20_000);
    const client = await openClient(`mqtt://127.0.0.1:${port}`);
    await client.publishAsync('fleet/v1/cam-b/health', live(1), { qos: 1 });
    await vi.waitFor(() => expect(ingester.status().reports).toBe(1), 5000);
    await client.endAsync();
    await ingester.close();
    await again.stop();
  });

  it('mosquitto killed with a backlog delivers all of it after its restart', { timeout: 60_000 }, async () => {
    const place = { port: await freePort(), folder: mkdtempSync(join(tmpdir(), 'kizashi-backlog-')) };
    const broker = await startMosquitto(place);
    const mqtt_url = `mqtt://127.0.0.1:${place.port}`;
    await registerDevices(test.store.db, ['cam-backlog']);
    const first = await startIngester(test.store.url, { mqtt_url });
    await vi.waitFor(() => expect(first.status().state).toBe('working'), 5000);
    await first.close();
    const camera = await openClient(mqtt_url, { reconnectPeriod: 0 });
    await Promise.all(Array.from({ length: 500 }, (_, seq) => camera.publishAsync('fleet/v1/cam-backlog/health', live(seq), { qos: 1 })));
    const published_at = Date.now();
    // It saves every second; what came after the last time would be gone, and asked for again.
    await vi.waitFor(() => expect(statSync(join(place.folder, 'mosquitto.db')).mtimeMs).toBeGreaterThan(published_at), 10_000);
    await broker.stop('SIGKILL');
    const again = await startMosquitto(place);
    const second = await startIngester(test.store.url, { mqtt_url });
    await vi.waitFor(() => expect(second.status().reports).toBe(500), 10_000);
    await second.close();
    expect(await device('cam-backlog')).toMatchObject({ reports: 500, missing: 0 });
    camera.end(true);
    await again.stop();
  });

  it('a second ingester stands by and takes over when the first stops', async () => {
    const broker = await startMosquitto();
    const mqtt_url = `mqtt://127.0.0.1:${broker.port}`;
    await registerDevices(test.store.db, ['cam-two']);
    const first = await startIngester(test.store.url, { mqtt_url });
    const second = await startIngester(test.store.url, { mqtt_url });
    await vi.waitFor(() => expect(first.status().state).toBe('working'), 5000);
    expect(second.status().state).toBe('standby');
    const client = await openClient(mqtt_url);
    await client.publishAsync('fleet/v1/cam-two/health', live(1), { qos: 1 });
    await vi.waitFor(() => expect(first.status().reports).toBe(1), 5000);
    await first.close();
    await vi.waitFor(() => expect(second.status().state).toBe('working'), 10_000);
    await client.publishAsync('fleet/v1/cam-two/health', live(2), { qos: 1 });
    await vi.waitFor(() => expect(second.status().reports).toBe(1), 5000);
    await client.endAsync();
    await second.close();
    expect(await device('cam-two')).toMatchObject({ reports: 2 });
    await broker.stop();
  });

  it('a gap is asked for again and closed by the backfill', { timeout: 40_000 }, async () => {
    const broker = await startMosquitto();
    const mqtt_url = `mqtt://127.0.0.1:${broker.port}`;
    await registerDevices(test.store.db, ['cam-gap']);
    const ingester = await startIngester(test.store.url, { mqtt_url });
    await vi.waitFor(() => expect(ingester.status().state).toBe('working'), 5000);
    const camera = await openClient(mqtt_url);
    camera.on('message', (_topic, payload) => {
      const command = JSON.parse(payload.toString());
      const missing = Array.from({ length: command.to_seq - command.from_seq + 1 }, (_, i) =>
        report(command.from_seq + i, {}, { boot: 'b1', ts: Date.now(), hist: true }),
      );
      void camera.publishAsync('fleet/v1/cam-gap/backfill', JSON.stringify(missing), { qos: 1 });
      void camera.publishAsync('fleet/v1/cam-gap/reply', JSON.stringify({ v: 1, id: command.id, ok: true }), { qos: 1 });
    });
    await camera.subscribeAsync('fleet/v1/cam-gap/cmd', { qos: 1 });
    await camera.publishAsync('fleet/v1/cam-gap/health', live(1), { qos: 1 });
    await camera.publishAsync('fleet/v1/cam-gap/health', live(6), { qos: 1 });
    await vi.waitFor(
      async () => {
        const gaps = await test.store.db
          .selectFrom('device_gaps')
          .innerJoin('devices', 'devices.device_no', 'device_gaps.device_no')
          .select(['from_seq', 'to_seq', 'asks', 'closed_at'])
          .where('device_id', '=', 'cam-gap')
          .execute();
        expect(gaps).toEqual([{ from_seq: 2, to_seq: 5, asks: 1, closed_at: expect.any(Number) }]);
      },
      { timeout: 25_000, interval: 200 },
    );
    expect(await device('cam-gap')).toMatchObject({ reports: 6, missing: 0 });
    await camera.endAsync();
    await ingester.close();
    await broker.stop();
  });

  it('its written configuration lets each device speak for itself only', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kizashi-conf-'));
    const port = await freePort();
    const password = await enrol(test, 'cam-acl');
    await enrol(test, 'cam-other');
    const options = { host: '127.0.0.1', port, new_password: false };
    const written = await writeMosquittoConfig(test.ctx({ now: Date.now() }), folder, options);
    // Under root mosquitto would change to a user that may not read a folder under /tmp.
    if (process.getuid?.() === 0) appendFileSync(written.config, 'user root\n');
    const broker = await startMosquitto({ port, config: written.config, folder });
    const ingester = await startIngester(test.store.url, {
      mqtt_url: `mqtt://127.0.0.1:${port}`,
      mqtt_username: written.username,
      mqtt_password: written.password ?? '',
    });
    await vi.waitFor(() => expect(ingester.status().broker_state).toBe('connected'), 5000);
    await expect(connectDevice(port, 'cam-acl', 'guess')).rejects.toThrow();
    const client = await connectDevice(port, 'cam-acl', password, { protocolVersion: 5 });
    await client.publishAsync('fleet/v1/cam-acl/health', live(1), { qos: 1 });
    await expect(client.publishAsync('fleet/v1/cam-other/health', live(1), { qos: 1 })).rejects.toThrow();
    await vi.waitFor(() => expect(ingester.status().reports).toBe(1), 5000);
    // Devices enrolled later are let in once mosquitto has read the files again; the ingester and an edited configuration stay as they are.
    const late = await enrol(test, 'cam-late');
    expect(await writeMosquittoConfig(test.ctx({ now: Date.now() }), folder, options)).toMatchObject({
      password: null,
      written: expect.not.arrayContaining([written.config]),
    });
    broker.reload();
    const newcomer = await vi.waitFor(() => connectDevice(port, 'cam-late', late), 5000);
    await newcomer.publishAsync('fleet/v1/cam-late/health', live(1), { qos: 1 });
    await vi.waitFor(() => expect(ingester.status().reports).toBe(2), 5000);
    await Promise.all([client.endAsync(), newcomer.endAsync()]);
    await ingester.close();
    await broker.stop();
    expect(await device('cam-other')).toBeUndefined();
  });

  it('under its written configuration no device takes over the session of the ingester and what waits in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kizashi-conf-'));
    const port = await freePort();
    const [good, bad] = [await enrol(test, 'cam-good'), await enrol(test, 'cam-bad')];
    const written = await writeMosquittoConfig(test.ctx({ now: Date.now() }), folder, { host: '127.0.0.1', port, new_password: true });
    if (process.getuid?.() === 0) appendFileSync(written.config, 'user root\n');
    const broker = await startMosquitto({ port, config: written.config, folder });
    const place = { mqtt_url: `mqtt://127.0.0.1:${port}`, mqtt_username: written.username, mqtt_password: written.password ?? '' };
    const first = await startIngester(test.store.url, place);
    await vi.waitFor(() => expect(first.status().broker_state).toBe('connected'), 5000);
    await first.close();
    const client = await connectDevice(port, 'cam-good', good);
    for (let seq = 0; seq < 10; seq++) await client.publishAsync('fleet/v1/cam-good/health', live(seq), { qos: 1 });
    const impostor = await connectDevice(port, 'cam-bad', bad, { clientId: 'kizashi-ingest', clean: false });
    await impostor.endAsync();
    const second = await startIngester(test.store.url, place);
    await vi.waitFor(() => expect(second.status().reports).toBe(10), 10_000);
    await Promise.all([client.endAsync(), second.close()]);
    await broker.stop();
  });
});
