// What goes wrong around the ingester: the store does not take a batch, the disk is full, the network is cut, two programs have one name.
import { createServer, connect as dial, type Socket } from 'node:net';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { expect, it, vi } from 'vitest';
import { eachDb } from '../support/eachDb.ts';
import { registerDevices, report } from '../telemetry/station.ts';
import { connectDevice, enrol, freePort, hasMosquitto, openClient, startIngester, startMosquitto } from './broker.ts';

const live = (seq: number) => JSON.stringify(report(seq, {}, { ts: Date.now() }));
const PATIENT = { timeout: 20_000, interval: 50 };

/** Another connection that keeps the ingester from writing; returns what ends it. */
async function blockStore(url: string): Promise<() => Promise<void>> {
  if (url.startsWith('sqlite:')) {
    const other = new Sqlite(url.slice('sqlite:'.length));
    other.exec('begin immediate');
    return async () => {
      other.exec('rollback');
      other.close();
    };
  }
  const other = new pg.Client({ connectionString: url });
  await other.connect();
  await other.query('begin');
  await other.query('lock table report_segments in access exclusive mode');
  return async () => {
    await other.query('rollback');
    await other.end();
  };
}

eachDb('trouble with the store', (test) => {
  const stored = async () =>
    Number(
      (
        await test.store.db
          .selectFrom('report_segments')
          .select((eb) => eb.fn.sum<number>('reports').as('reports'))
          .executeTakeFirst()
      )?.reports ?? 0,
    );

  it('a store that is held by another acknowledges nothing; what came meanwhile is stored once it is free', { timeout: 60_000 }, async () => {
    const ingester = await startIngester(test.store.url);
    const client = await connectDevice(ingester.status().port ?? 0, 'cam-stall', await enrol(test, 'cam-stall'));
    await client.publishAsync('fleet/v1/cam-stall/health', live(0), { qos: 1 });
    const release = await blockStore(test.store.url);
    let acknowledged = 0;
    const sent = Promise.all(
      Array.from({ length: 50 }, (_, i) => client.publishAsync('fleet/v1/cam-stall/health', live(i + 1), { qos: 1 }).then(() => acknowledged++)),
    );
    const reason = test.dialect === 'sqlite' ? /locked|busy/ : /no answer to a batch/;
    await vi.waitFor(() => expect(ingester.status()).toMatchObject({ state: 'stalled', reason: expect.stringMatching(reason) }), PATIENT);
    expect(acknowledged).toBe(0);
    await release();
    await sent;
    expect(await stored()).toBe(51);
    await vi.waitFor(() => expect(ingester.status().state).toBe('working'), PATIENT);
    await client.endAsync();
    await ingester.close();
  });

  it('a full disk acknowledges nothing and is named; with room again everything is stored', { timeout: 60_000 }, async () => {
    if (test.dialect !== 'sqlite') return;
    const ingester = await startIngester(test.store.url);
    const client = await connectDevice(ingester.status().port ?? 0, 'cam-full', await enrol(test, 'cam-full'));
    await client.publishAsync('fleet/v1/cam-full/health', live(0), { qos: 1 });
    const before = await stored();
    // The triggers of another connection stand in for the file system: the same error at the same place.
    const other = new Sqlite(test.store.url.slice('sqlite:'.length));
    other.exec(`create trigger no_room before insert on report_segments begin select raise(abort, 'database or disk is full'); end`);
    let acknowledged = 0;
    const sent = Promise.all(
      Array.from({ length: 20 }, (_, i) => client.publishAsync('fleet/v1/cam-full/health', live(i + 1), { qos: 1 }).then(() => acknowledged++)),
    );
    await vi.waitFor(() => expect(ingester.status()).toMatchObject({ state: 'stalled', reason: 'database or disk is full' }), PATIENT);
    expect([acknowledged, await stored()]).toEqual([0, before]);
    other.exec('drop trigger no_room');
    other.close();
    await sent;
    expect(await stored()).toBe(before + 20);
    await client.endAsync();
    await ingester.close();
  });
});

/** A stretch of network that can be cut. */
async function stretch(to: number): Promise<{ port: number; cut(): void; mend(): void; connections(): number; close(): void }> {
  const port = await freePort();
  const open = new Set<Socket>();
  let whole = true;
  let connections = 0;
  const server = createServer((near) => {
    if (!whole) return void near.destroy();
    connections++;
    const far = dial(to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => {});
      one.on('close', () => {
        open.delete(one);
        other.end();
      });
    }
  }).listen(port, '127.0.0.1');
  return {
    port,
    cut: () => {
      whole = false;
      for (const socket of open) socket.destroy();
    },
    mend: () => {
      whole = true;
    },
    connections: () => connections,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

((await hasMosquitto()) ? eachDb : () => {})('trouble with the network', (test) => {
  it('a cut says so, comes back by itself, and nothing published meanwhile is missing', { timeout: 60_000 }, async () => {
    const broker = await startMosquitto();
    const network = await stretch(broker.port);
    await registerDevices(test.store.db, ['cam-cut']);
    const ingester = await startIngester(test.store.url, { mqtt_url: `mqtt://127.0.0.1:${network.port}` });
    await vi.waitFor(() => expect(ingester.status().state).toBe('working'), PATIENT);
    const camera = await openClient(`mqtt://127.0.0.1:${broker.port}`);
    for (let seq = 0; seq < 300; seq++) void camera.publishAsync('fleet/v1/cam-cut/health', live(seq), { qos: 1 });
    network.cut();
    await vi.waitFor(() => expect(ingester.status().state).toBe('disconnected'), PATIENT);
    for (let seq = 300; seq < 600; seq++) void camera.publishAsync('fleet/v1/cam-cut/health', live(seq), { qos: 1 });
    await camera.endAsync();
    network.mend();
    await vi.waitFor(() => expect(ingester.status()).toMatchObject({ state: 'working', reports: 600 }), PATIENT);
    await ingester.close();
    const device = await test.store.db.selectFrom('devices').selectAll().where('device_id', '=', 'cam-cut').executeTakeFirst();
    expect(device).toMatchObject({ reports: 600, missing: 0 });
    network.close();
    await broker.stop();
  });

  it('a stranger with the id of the ingester is named, and the two do not throw each other out for ever', { timeout: 60_000 }, async () => {
    const broker = await startMosquitto();
    const network = await stretch(broker.port);
    const ingester = await startIngester(test.store.url, { mqtt_url: `mqtt://127.0.0.1:${network.port}`, client_id: 'same' });
    await vi.waitFor(() => expect(ingester.status().state).toBe('working'), PATIENT);
    const stranger = await openClient(`mqtt://127.0.0.1:${broker.port}`, { clientId: 'same', protocolVersion: 5, reconnectPeriod: 50 });
    await vi.waitFor(() => expect(ingester.status()).toMatchObject({ state: 'disconnected', reason: expect.stringMatching(/our client id/) }), PATIENT);
    // Each attempt waits twice as long as the one before.
    expect(network.connections()).toBeLessThan(6);
    await stranger.endAsync(true);
    await ingester.close();
    network.close();
    await broker.stop();
  });
});
