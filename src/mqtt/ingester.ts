// One ingester from start to stop: becomes the only writer, recovers its memory, opens a broker or connects to one, keeps house.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Limits } from '../telemetry/bounds.ts';
import { forgetStatus, type IngestStatus } from '../telemetry/ingestStatus.ts';
import type { IngestStore } from '../telemetry/ingestStore.ts';
import { openIngestStore } from '../telemetry/openIngestStore.ts';
import { openIngest } from '../telemetry/recover.ts';
import { EmbeddedBroker } from './broker.ts';
import { BrokerLink } from './connect.ts';
import type { Gate } from './gate.ts';
import { Housekeeping } from './housekeeping.ts';
import type { Log } from './log.ts';
import { Pipeline } from './pipeline.ts';
import { statusOf } from './status.ts';

/** The variables of the contract that concern the ingester, in lower snake case. */
export interface IngestConfig {
  readonly database_url: string;
  readonly mqtt_port: number;
  readonly mqtt_host: string;
  readonly mqtt_url?: string | undefined;
  readonly mqtt_username?: string | undefined;
  readonly mqtt_password?: string | undefined;
  /** Files with PEM. */
  readonly mqtt_ca?: string | undefined;
  readonly mqtt_tls_cert?: string | undefined;
  readonly mqtt_tls_key?: string | undefined;
  readonly tz_business: string;
  readonly raw_retention_days: number;
  /** For tests and the benchmark. */
  readonly limits?: Limits | undefined;
  readonly client_id?: string | undefined;
  readonly keep_alive_s?: number | undefined;
}

export interface Ingester {
  status(): IngestStatus;
  /** Commits what was taken and stops. */
  close(): Promise<void>;
}

const STANDBY_MS = 1000;
const CLOSE_WITHIN_MS = 8000;

/** Resolves when messages are taken, or in standby while another ingester holds the store. `onLost` hears that this one must stop: another took over. */
export async function runIngester(config: IngestConfig, log: Log, now: () => number = Date.now, onLost: (error: Error) => void = () => {}): Promise<Ingester> {
  const store = openIngestStore(config.database_url);
  const holder = `${hostname()}:${process.pid}:${Math.random().toString(36).slice(2, 8)}`;
  let working: Ingester | null = null;
  let closed = false;
  const begin = async (): Promise<boolean> => {
    if (!(await store.claim(holder, now()))) return false;
    working = await work(store, config, log, now, holder, onLost);
    // Closed while it took over: nobody else would end it.
    if (closed) await working.close();
    return true;
  };
  if (!(await begin())) {
    log.warn({}, 'Another ingester holds the store; standing by');
    void standBy(begin, () => closed, log);
  }
  return {
    status: () => (working === null ? statusOf(null) : working.status()),
    close: async () => {
      if (closed) return;
      closed = true;
      await working?.close();
      await store.close();
    },
  };
}

async function standBy(begin: () => Promise<boolean>, closed: () => boolean, log: Log): Promise<void> {
  while (!closed()) {
    await new Promise((resolve) => setTimeout(resolve, STANDBY_MS));
    try {
      if (!closed() && (await begin())) return;
    } catch (error) {
      log.error({ err: String(error) }, 'Could not take over the ingest');
    }
  }
}

async function work(store: IngestStore, config: IngestConfig, log: Log, now: () => number, holder: string, onLost: (error: Error) => void): Promise<Ingester> {
  const ingest = await openIngest(store, { zone: config.tz_business, ...(config.limits === undefined ? {} : { limits: config.limits }) });
  const pipeline = new Pipeline(store, ingest, now, log, onLost);
  const gate = await openGate(config, pipeline, store, now, log);
  const housekeeping = new Housekeeping({ store, pipeline, gate, now, log, holder, retention_days: config.raw_retention_days, onLost });
  return {
    status: () => housekeeping.status(),
    close: async () => {
      housekeeping.close();
      await gate.close();
      await Promise.race([pipeline.close(), new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref())]);
      // Only said for the pages: a store that takes nothing any more holds nobody up.
      await forgetStatus(store, holder).catch(() => 0);
    },
  };
}

async function openGate(config: IngestConfig, pipeline: Pipeline, store: IngestStore, now: () => number, log: Log): Promise<Gate> {
  if (config.mqtt_url === undefined) {
    const tls =
      config.mqtt_tls_cert === undefined || config.mqtt_tls_key === undefined
        ? null
        : {
            cert: readFileSync(config.mqtt_tls_cert),
            key: readFileSync(config.mqtt_tls_key),
            ca: config.mqtt_ca === undefined ? undefined : readFileSync(config.mqtt_ca),
          };
    return EmbeddedBroker.open({ host: config.mqtt_host, port: config.mqtt_port, tls }, pipeline, store, now, log);
  }
  const link = new BrokerLink(
    {
      url: config.mqtt_url,
      username: config.mqtt_username,
      password: config.mqtt_password,
      ca: config.mqtt_ca === undefined ? undefined : readFileSync(config.mqtt_ca, 'utf8'),
      ...(config.client_id === undefined ? {} : { client_id: config.client_id }),
      keep_alive_s: config.keep_alive_s,
    },
    pipeline,
    now,
    log,
  );
  return {
    kind: 'external',
    port: null,
    clients: null,
    refused: null,
    held_off: null,
    get state() {
      return link.state;
    },
    get reason() {
      return link.reason;
    },
    publish: (topic, payload) => link.publish(topic, payload),
    close: () => link.close(),
  };
}
