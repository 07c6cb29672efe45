// What goes wrong around the ingester: the store does not take a batch, the disk is full, the network is cut, two programs have one name.

import { createServer, connect as dial, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openLog } from '../../src/core/log.ts';
import { createApp } from '../../src/http/app.ts';
import { EmbeddedBroker } from '../../src/mqtt/broker.ts';
import { keepIngesting, waitAfter } from '../../src/mqtt/keep.ts';
import { callerWith } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { openStation, registerDevices, report, silent } from '../telemetry/station.ts';
import { connectDevice, enrol, freePort, hasMosquitto, openClient, startIngester, startMosquitto } from './broker.ts';

const live = (seq: number) => JSON.stringify(report(seq, {}, { ts: Date.now() }));
/** More than a batch and the backlog take. */
const FLOOD = 14_000;
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

  it('while the store is held, /readyz, /metrics and the page of the ingest say so over HTTP, and afterwards that all is well', {
    timeout: 60_000,
  }, async () => {
    const place = { database_url: test.store.url, mqtt_host: '127.0.0.1', mqtt_port: 0, tz_business: 'Asia/Tokyo', raw_retention_days: 14 };
    const kept = await keepIngesting(place, openLog('silent'));
    onTestFinished(() => kept.close());
    const app = createApp({
      store: test.store,
      now: Date.now,
      zone: 'Asia/Tokyo',
      public_url: undefined,
      log: openLog('silent'),
      data_dir: tmpdir(),
      probes: [() => kept.trouble()],
    });
    const ready = async () => {
      const answer = await app.request('/readyz');
      return [answer.status, await answer.text()];
    };
    const api = await callerWith(app, test.store, 'engineer');
    const shown = async () => /<span class="badge[^>]*>([^<]+)/.exec(await (await api.get('/ingest')).text())?.[1];
    const working = async () => /^kizashi_ingest_working (\d)$/m.exec(await (await app.request('/metrics')).text())?.[1];
    expect([await ready(), await working()]).toEqual([[200, '{"status":"ready"}'], '1']);
    const client = await connectDevice(kept.status().port ?? 0, 'cam-ready', await enrol(test, 'cam-ready'));
    await client.publishAsync('fleet/v1/cam-ready/health', live(0), { qos: 1 });
    await vi.waitFor(async () => expect(await shown()).toBe('Working'), PATIENT);
    const release = await blockStore(test.store.url);
    const sent = client.publishAsync('fleet/v1/cam-ready/health', live(1), { qos: 1 });
    const reason = test.dialect === 'sqlite' ? /ingest stalled: .*(locked|busy)/ : /ingest stalled: .*no answer to a batch/;
    await vi.waitFor(async () => expect(await ready()).toEqual([503, expect.stringMatching(reason)]), PATIENT);
    expect([await working(), await shown()]).toEqual(['0', 'Stalled']);
    await release();
    await sent;
    await vi.waitFor(async () => expect([await ready(), await working()]).toEqual([[200, '{"status":"ready"}'], '1']), PATIENT);
    await client.endAsync();
  });

  it('a connection to the store that broke is named, and the ingest starts again', { timeout: 60_000 }, async () => {
    if (test.dialect !== 'postgres') return;
    const place = { database_url: test.store.url, mqtt_host: '127.0.0.1', mqtt_port: 0, tz_business: 'Asia/Tokyo', raw_retention_days: 14 };
    const kept = await keepIngesting(place, openLog('silent'));
    onTestFinished(() => kept.close());
    const { rows } = await sql<{ pid: number }>`
      select l.pid from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and d.datname = current_database()`.execute(
      test.store.db,
    );
    await sql`select pg_terminate_backend(${rows[0]?.pid}::int)`.execute(test.store.db);
    await vi.waitFor(() => expect(kept.trouble()).toBe('ingest: The connection to the store broke'), PATIENT);
    await vi.waitFor(() => expect([kept.trouble(), kept.status().state]).toEqual([null, 'working']), PATIENT);
  });

  it('an ingest that ends again and again is started ever more slowly, one that ran for long at once', () => {
    const waits = [0, 0, 0, 0, 0, 0, 3_600_000, 0].map(
      (
        (wait) => (ran_ms: number) =>
          (wait = waitAfter(wait, ran_ms))
      )(500),
    );
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 1000, 2000]);
  });

  it('a full disk acknowledges nothing and is named; with room again everything is stored', { timeout: 60_000 }, async () => {
    if (test.dialect !== 'sqlite') return;
    // The broker over a store whose file may not grow: SQLite itself finds no room.
    const station = await openStation(test.store.url, { now: Date.now() });
    const broker = await EmbeddedBroker.open({ host: '127.0.0.1', port: 0, tls: null }, station.pipeline, station.store, () => station.clock.now, silent);
    onTestFinished(() => broker.close());
    const client = await connectDevice(broker.port, 'cam-full', await enrol(test, 'cam-full'));
    await client.publishAsync('fleet/v1/cam-full/health', live(0), { qos: 1 });
    const before = await stored();
    await station.store.all('pragma max_page_count = 1', []);
    let acknowledged = 0;
    // Each about 40 KiB, so that no free page is left for them.
    const long = (seq: number) => JSON.stringify(report(seq, { log: 'x'.repeat(40_000) }, { ts: station.clock.now }));
    const sent = Array.from({ length: 20 }, (_, i) => client.publishAsync('fleet/v1/cam-full/health', long(i + 1), { qos: 1 }).then(() => acknowledged++));
    await vi.waitFor(() => expect(station.pipeline.troubleAt(station.clock.now + 3000)).toBe('database or disk is full'), PATIENT);
    expect([acknowledged, await stored()]).toEqual([0, before]);
    await station.store.all('pragma max_page_count = 1073741823', []);
    await Promise.all(sent);
    expect([await stored(), station.pipeline.troubleAt(station.clock.now)]).toEqual([before + 20, null]);
    await client.endAsync();
    await station.close();
  });
});

/** A stretch of network that can be cut. */
async function stretch(to: number): Promise<{ port: number; cut(): void; swallow(): void; mend(): void; connections(): number; close(): void }> {
  const port = await freePort();
  const open = new Set<Socket>();
  let whole = true;
  let swallowing = false;
  let connections = 0;
  const server = createServer((near) => {
    if (!whole) return void near.destroy();
    connections++;
    if (swallowing) return void open.add(near.on('error', () => {}));
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
    // Nothing comes through, and nobody is told: a firewall that forgot the connection, a broker that hangs.
    swallow: () => {
      swallowing = true;
      for (const socket of open) socket.unpipe().pause();
    },
    mend: () => {
      whole = true;
      if (swallowing) for (const socket of open) socket.destroy();
      swallowing = false;
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

  it('a network that swallows everything without a word is noticed, though what we write seems to leave', { timeout: 60_000 }, async () => {
    const broker = await startMosquitto();
    const network = await stretch(broker.port);
    await registerDevices(test.store.db, ['cam-hole']);
    const ingester = await startIngester(test.store.url, { mqtt_url: `mqtt://127.0.0.1:${network.port}`, keep_alive_s: 1 });
    await vi.waitFor(() => expect(ingester.status().state).toBe('working'), PATIENT);
    network.swallow();
    await vi.waitFor(() => expect(ingester.status()).toMatchObject({ state: 'disconnected', reason: 'The broker fell silent' }), PATIENT);
    network.mend();
    const camera = await openClient(`mqtt://127.0.0.1:${broker.port}`);
    await camera.publishAsync('fleet/v1/cam-hole/health', live(1), { qos: 1 });
    await vi.waitFor(() => expect(ingester.status()).toMatchObject({ state: 'working', reports: 1 }), PATIENT);
    await camera.endAsync();
    await ingester.close();
    network.close();
    await broker.stop();
  });

  it('a broker that we do not listen to while the store is behind is not taken for silent', { timeout: 60_000 }, async () => {
    const broker = await startMosquitto();
    const network = await stretch(broker.port);
    await registerDevices(test.store.db, ['cam-flood']);
    const ingester = await startIngester(test.store.url, { mqtt_url: `mqtt://127.0.0.1:${network.port}`, keep_alive_s: 4 });
    await vi.waitFor(() => expect(ingester.status().state).toBe('working'), PATIENT);
    const release = await blockStore(test.store.url);
    const camera = await openClient(`mqtt://127.0.0.1:${broker.port}`);
    for (let seq = 0; seq < FLOOD; seq++) void camera.publishAsync('fleet/v1/cam-flood/health', live(seq), { qos: 1 });
    await camera.endAsync();
    await vi.waitFor(() => expect(ingester.status().queued).toBeGreaterThan(4000), PATIENT);
    const since = Date.now();
    await vi.waitFor(() => expect(Date.now() - since).toBeGreaterThan(8000), PATIENT);
    await release();
    await vi.waitFor(() => expect(ingester.status().reports + ingester.status().throttled).toBe(FLOOD), PATIENT);
    expect(network.connections()).toBe(1);
    await ingester.close();
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
