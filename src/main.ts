// Opens everything in order and closes it in reverse. The only place that wires.
import { accessSync, constants, readFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { readBytes } from './attachment/files.ts';
import { measuredCases } from './case/held.ts';
import type { Config } from './config.ts';
import { systemActor } from './core/actor.ts';
import { type Log, openLog } from './core/log.ts';
import { makeFolder } from './core/makeFolder.ts';
import { migrate } from './db/migrate.ts';
import { openStore, type Store } from './db/open.ts';
import { createApp } from './http/app.ts';
import { importKinds } from './http/kinds.ts';
import { runJobs } from './jobs/run.ts';
import { deliveryJob, mendingJob, schedule } from './jobs/schedule.ts';
import { keepIngesting } from './mqtt/keep.ts';

export interface Running {
  /** Where people sign in. */
  readonly url: string;
  /** Where devices connect, once this process takes the reports. */
  readonly mqtt: string;
  /** Another process takes the reports of this store: nobody listens at `mqtt` yet. */
  readonly standing_by: boolean;
  readonly store: Store;
  /** Ends everything; what is under way is finished first. */
  close(): Promise<void>;
}

/** The store, migrated. Throws when it is newer than this program. */
export async function openMigrated(config: Config, log: Log): Promise<Store> {
  const store = reached('DATABASE_URL', () => openStore(config.database_url));
  const applied = await migrate(store).catch((error: unknown) => {
    throw unreachable('DATABASE_URL', error);
  });
  if (applied.length > 0) log.info({ applied }, 'store migrated');
  return store;
}

/** What the system refuses is told with the name of the setting; what we refuse says enough by itself. */
function reached<T>(setting: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw unreachable(setting, error);
  }
}

const unreachable = (setting: string, error: unknown): unknown =>
  error instanceof Error && 'code' in error ? new Error(`${setting}: ${error.message}`, { cause: error }) : error;

/** HTTP, ingest and jobs in one process group. */
export async function startServer(config: Config): Promise<Running> {
  const log = openLog(config.log_level);
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of closing.reverse()) await step();
  };
  try {
    reached('DATA_DIR', () => makeWritable(config.data_dir));
    const store = await openMigrated(config, log);
    closing.push(() => store.close());
    // The thread of the ingest starts while this one puts the routes together.
    const starting = keepIngesting(config, log);
    const app = createApp({
      store,
      now: Date.now,
      zone: config.tz_business,
      public_url: config.public_url,
      log,
      data_dir: config.data_dir,
      probes: [() => ingest.trouble()],
    });
    const ingest = await starting;
    closing.push(() => ingest.close());
    const server = await listen(config, app.fetch);
    closing.push(() => stopListening(server));
    closing.push(warmKpis(store, config, log));
    closing.push(
      runJobs([...schedule, deliveryJob({ ...config, file_bytes: (hash) => readBytes(config.data_dir, hash) }), mendingJob(importKinds)], {
        store,
        zone: config.tz_business,
        now: Date.now,
        log,
      }),
    );
    const { port, state } = ingest.status();
    const mqtt = config.mqtt_url ?? `${config.mqtt_tls_cert === undefined ? 'mqtt' : 'mqtts'}://${config.mqtt_host}:${port ?? config.mqtt_port}`;
    return { url: urlOf(config, server), mqtt, standing_by: state === 'standby', store, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Reads the measures of all cases while nobody waits for them; the first question about KPIs would take seconds otherwise. Returns how to wait for the end. */
function warmKpis(store: Store, config: Config, log: Log): () => Promise<void> {
  const ctx = { db: store.db, now: Date.now(), zone: config.tz_business, actor: systemActor('warm-kpis'), afterCommit: (run: () => void) => run() };
  const read = measuredCases(ctx).then(
    (cases) => log.debug({ cases: cases.length }, 'measures of cases read'),
    (error: unknown) => log.error({ err: error }, 'measures of cases not read'),
  );
  return () => read;
}

function makeWritable(folder: string): void {
  makeFolder(folder);
  accessSync(folder, constants.W_OK);
}

/** Rejects with a message that names the port when it is taken. */
function listen(config: Config, fetch: Parameters<typeof serve>[0]['fetch']): Promise<ServerType> {
  const tls =
    config.tls_cert === undefined || config.tls_key === undefined
      ? {}
      : {
          createServer: createHttpsServer,
          serverOptions: { cert: readFileSync(config.tls_cert), key: readFileSync(config.tls_key) },
        };
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port: config.http_port, hostname: config.http_host, ...tls }, () => resolve(server));
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE' ? new Error(`HTTP_PORT ${config.http_port} on ${config.http_host} is in use`) : unreachable('HTTP_HOST, HTTP_PORT', error),
      );
    });
  });
}

/** Idle connections are closed at once, busy ones when their answer is out. */
function stopListening(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), 3000).unref();
  });
}

function urlOf(config: Config, server: ServerType): string {
  // An HTTP server that listens on a port has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return config.public_url ?? `${config.tls_cert === undefined ? 'http' : 'https'}://${config.http_host}:${port}`;
}
