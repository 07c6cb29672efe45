// A process that takes the messages in one of several ways and says when it has them all.
// node subscriber.js <kind> <port> <messages> <store url> <messages of the warm-up> <profile: 1 or 0>
import { connect, createServer } from 'node:net';
import { Aedes } from 'aedes';
import Sqlite from 'better-sqlite3';
import mqtt from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { BrokerLink } from '../../../src/mqtt/connect.ts';
import { Pipeline } from '../../../src/mqtt/pipeline.ts';
import type { Source } from '../../../src/mqtt/source.ts';
import { type Ingest, startHere } from '../../../src/mqtt/start.ts';
import { openIngestStore } from '../../../src/telemetry/openIngestStore.ts';
import { Health } from '../../../src/telemetry/payload.ts';
import { openIngest } from '../../../src/telemetry/recover.ts';
import { lineOf } from './influx.ts';
import { type Shares, startProfile } from './profile.ts';

const [kind = '', port = '', messages = '', url = '', warm = '0', profile = '0'] = process.argv.slice(2);
const expected = Number(messages);
const warmUp = Number(warm);
const FILTER = 'fleet/v1/+/health';
let usage = process.cpuUsage();

const ready = () => {
  usage = process.cpuUsage();
  process.send?.({ ready: true });
};
const done = (extra: object = {}) => {
  const { user, system } = process.cpuUsage(usage);
  const answer = { done: true, cpu_us: user + system, system_us: system, rss: process.memoryUsage.rss(), ...extra };
  if (stopProfile === null) process.send?.(answer);
  else void stopProfile().then((where) => process.send?.({ ...answer, where }));
};
let received = 0;
let stopProfile: (() => Promise<Shares>) | null = null;
const warmed = () => {
  const go = () => {
    usage = process.cpuUsage();
    process.send?.({ warm: true });
  };
  if (profile !== '1') return go();
  void startProfile().then((stop) => {
    stopProfile = stop;
    go();
  });
};
const count = () => {
  received++;
  if (received === expected) done();
  else if (received === warmUp) warmed();
};

const ways: Readonly<Record<string, () => void>> = {
  mqttjs: () => subscribeWithMqttJs(() => count()),
  raw: () => subscribeRaw(),
  nodered: () => {
    const sqlite = open(url, 'create table reports (topic text, payload text, at integer)');
    const insert = sqlite.prepare('insert into reports values (?, ?, ?)');
    subscribeWithMqttJs((topic, payload) => {
      insert.run(topic, payload.toString(), Date.now());
      count();
    });
  },
  obvious: () => obvious(),
  influx: () => bridgeToInflux(),
  aedes: () => void aedes(),
  kizashi: () => void product(`mqtt://127.0.0.1:${port}`),
  embedded: () => void product(undefined),
  latency: () => void latency(),
};

function subscribeWithMqttJs(take: (topic: string, payload: Buffer) => void): void {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5, clean: true, properties: { receiveMaximum: 65_535 } });
  client.on('message', take);
  client.on('connect', () => client.subscribe(FILTER, { qos: 1 }, ready));
}

/** The codec of mqtt.js on a bare socket, a PUBACK for every packet, collected per chunk. */
function subscribeRaw(): void {
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  const parser = mqttPacket.parser({ protocolVersion: 5 });
  let acks: Buffer[] = [];
  parser.on('packet', (packet) => {
    if (packet.cmd === 'connack')
      socket.write(mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: FILTER, qos: 1 }] }, { protocolVersion: 5 }));
    else if (packet.cmd === 'suback') ready();
    else if (packet.cmd === 'publish') {
      acks.push(Buffer.from([0x40, 2, (packet.messageId ?? 0) >> 8, (packet.messageId ?? 0) & 255]));
      count();
    }
  });
  socket.on('data', (chunk) => {
    parser.parse(chunk);
    socket.write(Buffer.concat(acks));
    acks = [];
  });
  socket.write(
    mqttPacket.generate(
      { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clean: true, clientId: 'raw', keepalive: 0, properties: { receiveMaximum: 65_535 } },
      { protocolVersion: 5 },
    ),
  );
}

/** What one writes first: zod per message, JSON text, an upsert per message, a transaction per hundred. */
function obvious(): void {
  const sqlite = open(
    url,
    'create table reports (device text, boot text, seq integer, at integer, body text, primary key (device, boot, seq)); create table days (device text, day text, reports integer, temp_max real, primary key (device, day))',
  );
  const insert = sqlite.prepare('insert or ignore into reports values (?, ?, ?, ?, ?)');
  const upsert = sqlite.prepare(
    'insert into days values (?, ?, 1, ?) on conflict do update set reports = reports + 1, temp_max = max(temp_max, excluded.temp_max)',
  );
  let pending: [string, Buffer][] = [];
  const write = sqlite.transaction((batch: [string, Buffer][]) => {
    for (const [topic, payload] of batch) {
      const report = Health.parse(JSON.parse(payload.toString()));
      const device = topic.split('/')[2];
      if (insert.run(device, report.boot, report.seq, report.ts, payload.toString()).changes > 0)
        upsert.run(device, new Date(report.ts).toISOString().slice(0, 10), report.m.temp_c ?? null);
    }
  });
  const flush = () => {
    const batch = pending;
    pending = [];
    write(batch);
    batch.forEach(count);
  };
  subscribeWithMqttJs((topic, payload) => {
    if (pending.push([topic, payload]) >= 100) flush();
  });
  setInterval(() => {
    if (pending.length > 0) flush();
  }, 10);
}

function open(store: string, schema: string): Sqlite.Database {
  const sqlite = new Sqlite(store.replace('sqlite:', ''));
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.exec(schema);
  return sqlite;
}

const quiet = { info: () => {}, warn: console.error, error: console.error };
const config = {
  database_url: url,
  mqtt_host: '127.0.0.1',
  mqtt_port: Number(port),
  tz_business: 'Asia/Tokyo',
  raw_retention_days: 14,
  client_id: `bench-${process.pid}`,
};

/** The product as `kizashi ingest` runs it: done when the last report is committed. Without a broker devices connect to it. */
async function product(mqtt_url: string | undefined): Promise<void> {
  watch(await startHere({ ...config, mqtt_url }, quiet));
}

/** A general broker for Node that throws everything away. */
async function aedes(): Promise<void> {
  const broker = await Aedes.createBroker();
  broker.authorizePublish = (_client, _packet, accept) => {
    accept(null);
    count();
  };
  createServer({ noDelay: true }, broker.handle).listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 }, ready);
}

const LINES_PER_WRITE = 1000;

/** As a user would: a batch at a time, the next one when InfluxDB has said yes. */
function bridgeToInflux(): void {
  const lines: string[] = [];
  let writing = false;
  const write = async () => {
    if (writing || lines.length === 0) return;
    writing = true;
    const batch = lines.splice(0, LINES_PER_WRITE);
    const answer = await fetch(`${url}/write?db=fleet`, { method: 'POST', body: batch.join('\n') });
    if (!answer.ok) throw new Error(await answer.text());
    await answer.arrayBuffer();
    batch.forEach(count);
    writing = false;
    void write();
  };
  subscribeWithMqttJs((topic, payload) => {
    lines.push(lineOf(topic, payload));
    if (lines.length >= LINES_PER_WRITE) void write();
  });
  setInterval(() => void write(), 50);
}

function watch(ingest: Ingest): void {
  let warming = warmUp > 0;
  const waiting = setInterval(() => {
    if (ingest.status().state !== 'working') return;
    clearInterval(waiting);
    ready();
    const watching = setInterval(() => {
      const { reports, queued, duplicates, quarantined, commits } = ingest.status();
      const taken = reports + duplicates + quarantined;
      if (warming && taken >= warmUp && queued === 0) {
        warming = false;
        warmed();
      }
      if (taken < expected || queued > 0) return;
      clearInterval(watching);
      done({ reports, duplicates, quarantined, commits });
    }, 5);
  }, 5);
  process.on('message', () => void ingest.close().then(() => process.exit(0)));
}

/** The product's parts with a clock on the acknowledgements: from the `ts` of a message to its commit. */
async function latency(): Promise<void> {
  const store = openIngestStore(url);
  await store.claim('bench', Date.now());
  const pipeline = new Pipeline(store, await openIngest(store, { zone: 'Asia/Tokyo' }), Date.now, quiet, () => {});
  const delays: number[] = [];
  const deliver = pipeline.deliver.bind(pipeline);
  const sentAt = new Float64Array(65_536);
  const timed = new WeakMap<Source, Source>();
  pipeline.deliver = (of, received_at, bytes, from, to, source, id) => {
    sentAt[id] = Number(/"ts":(\d+)/.exec(Buffer.from(bytes.subarray(from, Math.min(to, from + 100))).toString('latin1'))?.[1]);
    let wrapped = timed.get(source);
    if (wrapped === undefined) {
      wrapped = {
        pause: () => source.pause(),
        resume: () => source.resume(),
        acknowledge: (ids) => {
          const at = Date.now();
          for (const each of ids) if (++received > warmUp) delays.push(at - (sentAt[each] ?? at));
          source.acknowledge(ids);
          if (received - ids.length < warmUp && received >= warmUp) warmed();
          if (received === expected) done(quantiles(delays));
        },
      };
      timed.set(source, wrapped);
    }
    deliver(of, received_at, bytes, from, to, wrapped, id);
  };
  const link = new BrokerLink({ url: `mqtt://127.0.0.1:${port}`, client_id: `bench-${process.pid}` }, pipeline, Date.now, quiet);
  const waiting = setInterval(() => {
    if (link.state !== 'connected') return;
    clearInterval(waiting);
    ready();
  }, 5);
}

function quantiles(delays: number[]): Record<string, number> {
  const sorted = delays.sort((a, b) => a - b);
  return { p50: sorted[Math.floor(sorted.length * 0.5)] ?? 0, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0, max: sorted.at(-1) ?? 0 };
}

ways[kind]?.();
