// An ingester without a network: messages in, rows in the store. And cameras registered under device ids.
import type { Db } from '../../src/db/open.ts';
import { Pipeline } from '../../src/mqtt/pipeline.ts';
import type { Source } from '../../src/mqtt/source.ts';
import { defaultLimits, type Limits } from '../../src/telemetry/bounds.ts';
import type { IngestStore } from '../../src/telemetry/ingestStore.ts';
import { openIngestStore } from '../../src/telemetry/openIngestStore.ts';
import { openIngest } from '../../src/telemetry/recover.ts';
import { readTopic } from '../../src/telemetry/topic.ts';
import { NOW } from '../support/eachDb.ts';

export const silent = process.env.SHOW_LOG === '1' ? console : { info: () => {}, warn: () => {}, error: () => {} };

export interface Station {
  readonly pipeline: Pipeline;
  readonly store: IngestStore;
  readonly clock: { now: number };
  /** Ids acknowledged so far, in order. */
  readonly acknowledged: number[];
  /** Offers a message as of the clock; returns its id. */
  send(device_id: string, kind: string, payload: unknown): number;
  /** Everything sent is committed and every device row is written. */
  settle(): Promise<void>;
  /** Stops as a killed process does: what was not committed is gone. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

export async function openStation(url: string, options: { now?: number; limits?: Partial<Limits>; zone?: string } = {}): Promise<Station> {
  const store = openIngestStore(url);
  const clock = { now: options.now ?? NOW };
  if (!(await store.claim('test', clock.now))) throw new Error('The lease is taken');
  const ingest = await openIngest(store, { zone: options.zone ?? 'Asia/Tokyo', limits: { ...defaultLimits, ...options.limits } });
  const pipeline = new Pipeline(
    store,
    ingest,
    () => clock.now,
    silent,
    () => {},
  );
  const acknowledged: number[] = [];
  const source: Source = { acknowledge: (ids) => acknowledged.push(...ids), pause: () => {}, resume: () => {} };
  let sent = 0;
  return {
    pipeline,
    store,
    clock,
    acknowledged,
    send: (device_id, kind, payload) => {
      const topic = `fleet/v1/${device_id}/${kind}`;
      const of = readTopic(topic);
      if (of === null) throw new Error(`Not a topic: ${topic}`);
      const bytes = payload instanceof Uint8Array ? payload : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
      const lent = Buffer.from(bytes);
      pipeline.deliver(of, clock.now, lent, 0, lent.length, source, ++sent);
      // The buffer of a socket is used again at once.
      lent.fill(0x21);
      return sent;
    },
    settle: () => pipeline.drain(),
    crash: async () => {
      pipeline.abandon();
      await store.close();
    },
    close: async () => {
      await pipeline.close();
      await store.close();
    },
  };
}

let units = 0;

/** A unit of model X-100 (made once per store) registered under each device id. */
export async function registerDevices(db: Db, device_ids: readonly string[], site_id: string | null = null): Promise<void> {
  const stamp = { created_at: NOW, version: 1 };
  await db
    .insertInto('makers')
    .values({ id: 'maker', code: 'MK', name: 'Maker', contact_email: null, locale: 'en', ...stamp })
    .onConflict((c) => c.doNothing())
    .execute();
  await db
    .insertInto('models')
    .values({
      id: 'model',
      maker_id: 'maker',
      code: 'X-100',
      name: 'X-100',
      family: null,
      own_warranty_months: 12,
      maker_warranty_months: 12,
      temp_limit_c: null,
      unit_cost: null,
      currency: null,
      ...stamp,
    })
    .onConflict((c) => c.doNothing())
    .execute();
  for (const device_id of device_ids) {
    const id = `unit-${++units}-${device_id}`;
    await db
      .insertInto('units')
      .values({
        id,
        model_id: 'model',
        serial: device_id,
        serial_key: device_id.toUpperCase(),
        identity: 'confirmed',
        batch_id: null,
        hw_rev: 'B',
        firmware_id: null,
        customer_id: null,
        site_id,
        partner_id: null,
        shipped_on: null,
        delivered_on: null,
        purchased_on: null,
        own_warranty_ends_on: null,
        predecessor_id: null,
        merged_into_id: null,
        merged_at: null,
        created_at: NOW,
        updated_at: NOW,
        version: 1,
      })
      .execute();
    await db
      .insertInto('unit_identifiers')
      .values({ unit_id: id, kind: 'device_id', identifier: device_id, identifier_key: device_id.toUpperCase(), created_at: NOW })
      .execute();
  }
}

/** A report as the contract's example, at `NOW` unless `ts` says otherwise. */
export const report = (seq: number, m: Record<string, unknown> = {}, head: Record<string, unknown> = {}) => ({
  v: 1,
  boot: '9f3c61d2a07b41e8',
  seq,
  ts: NOW,
  synced: true,
  hist: false,
  model: 'X-100',
  hw: 'B',
  fw: '4.2.1',
  ...head,
  m: {
    uptime_s: 60 * (seq + 1),
    boots: 3,
    reboot: 'power_on',
    temp_c: 41.5,
    vin_mv: 48_000,
    brownouts: 0,
    sd_state: 'ok',
    fps_set: 15,
    fps_out: 15,
    frames_lost: 0,
    ...m,
  },
});
