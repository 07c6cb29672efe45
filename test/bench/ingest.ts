// MQTT → validated → durable → rolled up → acknowledged: the product beside what it is compared with, in one run, alternating.
// npm run bench ingest -- [--pairs 7] [--messages 150000] [--kinds mqttjs,raw,…] [--quick]
import { statSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { openStore } from '../../src/db/open.ts';
import { httpUnderIngest } from './ingest/http.ts';
import { hasInflux, startInflux } from './ingest/influx.ts';
import { fleet } from './ingest/messages.ts';
import { ENROLLED, ended, folder, freePort, freshPostgres, freshSqlite, keep, start, startMosquitto, stopPostgres } from './ingest/stage.ts';

interface Result {
  readonly rate: number;
  readonly cpu_us: number;
  /** Processor time of the others, a message. */
  readonly broker_us: number;
  readonly publisher_us: number;
  readonly rss_mb: number;
  readonly messages: number;
  readonly stored: number | null;
}

const CONNECTIONS = 8;
/** Once round the fleet before the clock starts: for every contender alike. */
const WARM_UP = fleet.devices;
const SHORT_WARM_UP = 1000;

interface Contender {
  readonly way: string;
  readonly store: 'sqlite' | 'postgres' | 'influx';
  readonly broker: 'mosquitto' | 'none';
  readonly what: string;
  /** The slow ones get fewer messages: a rate is a rate. */
  readonly most?: number;
}

const contenders: Readonly<Record<string, Contender>> = {
  mqttjs: { way: 'mqttjs', store: 'sqlite', broker: 'mosquitto', what: 'mqtt.js, discards' },
  'mqttjs again': { way: 'mqttjs', store: 'sqlite', broker: 'mosquitto', what: 'the same again (A/A)' },
  raw: { way: 'raw', store: 'sqlite', broker: 'mosquitto', what: 'mqtt-packet on a socket, discards' },
  kizashi: { way: 'kizashi', store: 'sqlite', broker: 'mosquitto', what: 'the product on SQLite' },
  postgres: { way: 'kizashi', store: 'postgres', broker: 'mosquitto', what: 'the product on PostgreSQL' },
  aedes: { way: 'aedes', store: 'sqlite', broker: 'none', what: `aedes, discards, ${ENROLLED} connections` },
  embedded: { way: 'embedded', store: 'sqlite', broker: 'none', what: `the embedded broker on SQLite, ${ENROLLED} connections` },
  obvious: { way: 'obvious', store: 'sqlite', broker: 'mosquitto', what: 'zod, JSON text and upsert per message', most: 60_000 },
  influx: { way: 'influx', store: 'influx', broker: 'mosquitto', what: 'mqtt.js → InfluxDB 1.6 in batches of 1,000', most: 30_000 },
  nodered: { way: 'nodered', store: 'sqlite', broker: 'mosquitto', what: 'mqtt.js → insert per message, as Node-RED does', most: 10_000 },
};

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pairs: { type: 'string', default: '7' },
      messages: { type: 'string', default: '150000' },
      kinds: { type: 'string', default: Object.keys(contenders).join(',') },
      quick: { type: 'boolean', default: false },
    },
  });
  const [pairs, messages] = [Number(values.pairs), Number(values.messages)];
  const kinds = values.kinds.split(',').filter((kind) => kind !== 'influx' || hasInflux());
  const results = new Map<string, Result[]>();
  for (let i = 0; i < pairs; i++) {
    for (const kind of kinds) {
      const result = await oneRound(kind, Math.min(messages, contenders[kind]?.most ?? messages));
      results.set(kind, [...(results.get(kind) ?? []), result]);
      console.log(
        `pair ${i + 1}  ${kind.padEnd(13)} ${thousands(result.rate).padStart(8)}/s  ${result.cpu_us.toFixed(1).padStart(6)} µs CPU  (broker ${result.broker_us.toFixed(1)}, publisher ${result.publisher_us.toFixed(1)})  ${result.rss_mb.toFixed(0).padStart(5)} MiB  load ${loadavg()[0]?.toFixed(1)}${complaint(result)}`,
      );
    }
  }
  table(kinds, results);
  if (!values.quick) {
    await whereItGoes(messages);
    await latencies();
    console.log(await httpUnderIngest());
    await size(messages);
  }
  await stopPostgres();
}

/** One contender, one round: from the first publish after the warm-up until it has every message (the product: committed). */
async function oneRound(kind: string, messages: number): Promise<Result> {
  const contender = contenders[kind];
  if (contender === undefined) throw new Error(`Which contender is ${kind}?`);
  const broker = contender.broker === 'none' ? null : await startMosquitto();
  const port = broker?.port ?? (await freePort());
  const store = await freshStore(contender.store);
  const warmUp = contender.most === undefined ? WARM_UP : SHORT_WARM_UP;
  const own = contender.broker === 'none';
  const total = messages + warmUp;
  const subscriber = await start('subscriber', [contender.way, port, total, store.url, warmUp]);
  const publisher = await start('publisher', [port, total, own ? ENROLLED : CONNECTIONS, 0, warmUp, own ? 1 : 0]);
  publisher.child.send('warm');
  await subscriber.warm;
  const began = performance.now();
  const brokerBefore = broker?.cpu_us() ?? 0;
  publisher.child.send('go');
  const { cpu_us = 0, rss = 0 } = await subscriber.done;
  const broker_us = (broker?.cpu_us() ?? 0) - brokerBefore;
  const publisher_us = (await publisher.done).cpu_us ?? 0;
  const seconds = (performance.now() - began) / 1000;
  const product = contender.way === 'kizashi' || contender.way === 'embedded';
  if (product) {
    subscriber.child.send('close');
    await new Promise((resolve) => subscriber.child.once('exit', resolve));
  } else await ended(subscriber.child, 'SIGKILL');
  await ended(publisher.child, 'SIGKILL');
  const stored = product ? (await countStored(store.url)) - warmUp : null;
  await store.drop();
  await broker?.stop();
  return {
    rate: messages / seconds,
    cpu_us: cpu_us / messages,
    broker_us: broker_us / messages,
    publisher_us: publisher_us / messages,
    rss_mb: rss / 2 ** 20,
    messages,
    stored,
  };
}

const freshStore = (kind: Contender['store']) => (kind === 'sqlite' ? freshSqlite() : kind === 'postgres' ? freshPostgres() : freshInflux());

async function freshInflux(): Promise<{ url: string; drop(): Promise<void> }> {
  const { url, child } = await startInflux(folder, await freePort(), await freePort());
  keep(child);
  return { url, drop: () => ended(child, 'SIGKILL') };
}

const complaint = ({ stored, messages }: Result): string => (stored === null || stored === messages ? '' : `  STORED ${stored} OF ${messages}`);

async function countStored(url: string): Promise<number> {
  const store = openStore(url);
  const row = await store.db
    .selectFrom('report_segments')
    .select((eb) => eb.fn.sum<number>('reports').as('reports'))
    .executeTakeFirst();
  await store.close();
  return Number(row?.reports ?? 0);
}

function table(kinds: readonly string[], results: ReadonlyMap<string, readonly Result[]>): void {
  const base = results.get('mqttjs') ?? results.get(kinds[0] ?? '') ?? [];
  console.log(
    `\n${'contender'.padEnd(50)}${'msgs/s'.padStart(9)}${'× mqtt.js'.padStart(11)}${'spread'.padStart(12)}${'CPU µs'.padStart(8)}${'× CPU'.padStart(7)}${'broker'.padStart(8)}${'MiB'.padStart(6)}`,
  );
  for (const [kind, list] of results) {
    const ratios = list.map((result, i) => result.rate / (base[i]?.rate ?? Number.NaN));
    const cpu = list.map((result, i) => result.cpu_us / (base[i]?.cpu_us ?? Number.NaN));
    console.log(
      `${(contenders[kind]?.what ?? kind).padEnd(50)}${thousands(median(list.map((result) => result.rate))).padStart(9)}${median(ratios).toFixed(2).padStart(11)}${spread(ratios).padStart(12)}${median(
        list.map((result) => result.cpu_us),
      )
        .toFixed(1)
        .padStart(8)}${median(cpu).toFixed(2).padStart(7)}${median(list.map((result) => result.broker_us))
        .toFixed(1)
        .padStart(8)}${median(list.map((result) => result.rss_mb))
        .toFixed(0)
        .padStart(6)}`,
    );
  }
  console.log(
    `Not measured here: Node-RED itself and VictoriaMetrics${hasInflux() ? '' : ', and InfluxDB, which is not installed'}; the insert-per-message line does what Node-RED does with its two nodes.\n`,
  );
}

/** One round with V8's profiler: where the processor time of the product goes. */
async function whereItGoes(messages: number): Promise<void> {
  const broker = await startMosquitto();
  const store = await freshSqlite();
  const subscriber = await start('subscriber', ['kizashi', broker.port, WARM_UP + messages, store.url, WARM_UP, 1]);
  const publisher = await start('publisher', [broker.port, WARM_UP + messages, CONNECTIONS, 0, WARM_UP]);
  publisher.child.send('warm');
  await subscriber.warm;
  publisher.child.send('go');
  const { cpu_us = 0, where = {} } = await subscriber.done;
  console.log('where the processor time of the product goes, µs a message:');
  for (const [part, share] of Object.entries(where)) console.log(`${((share * cpu_us) / messages).toFixed(2).padStart(8)}  ${part}`);
  await ended(subscriber.child, 'SIGKILL');
  await ended(publisher.child, 'SIGKILL');
  store.drop();
  await broker.stop();
}

const STEADY_RATE = 15_000;
const STEADY_SECONDS = 20;

async function latencies(): Promise<void> {
  const broker = await startMosquitto();
  const store = await freshSqlite();
  const total = WARM_UP + STEADY_RATE * STEADY_SECONDS;
  const subscriber = await start('subscriber', ['latency', broker.port, total, store.url, WARM_UP]);
  const publisher = await start('publisher', [broker.port, total, CONNECTIONS, STEADY_RATE, WARM_UP]);
  publisher.child.send('warm');
  await subscriber.warm;
  publisher.child.send('go');
  const { p50 = 0, p99 = 0, max = 0 } = await subscriber.done;
  console.log(`publish to durable at ${thousands(STEADY_RATE)}/s for ${STEADY_SECONDS} s: p50 ${p50} ms, p99 ${p99} ms, longest ${max} ms`);
  await ended(subscriber.child, 'SIGKILL');
  await ended(publisher.child, 'SIGKILL');
  store.drop();
  await broker.stop();
}

/** Bytes of the store per million reports, roll-ups and indexes included, and of the raw part alone. */
async function size(messages: number): Promise<void> {
  const broker = await startMosquitto();
  const store = await freshSqlite();
  const subscriber = await start('subscriber', ['kizashi', broker.port, messages, store.url]);
  const publisher = await start('publisher', [broker.port, messages, CONNECTIONS, 0, 0]);
  publisher.child.send('go');
  await subscriber.done;
  subscriber.child.send('close');
  await new Promise((resolve) => subscriber.child.once('exit', resolve));
  const opened = openStore(store.url);
  const row = await opened.db
    .selectFrom('report_segments')
    .select((eb) => [eb.fn.sum<number>('reports').as('reports'), eb.fn.sum<number>(eb.fn('length', ['body'])).as('bytes')])
    .executeTakeFirstOrThrow();
  await opened.close();
  console.log(
    `raw reports ${(Number(row.bytes) / Number(row.reports)).toFixed(1)} MB per million; the whole store grew by ${(store.bytes() / 2 ** 20).toFixed(0)} MiB for ${thousands(messages)} reports of ${fleet.devices} devices (file ${(statSync(store.file).size / 2 ** 20).toFixed(0)} MiB)`,
  );
  store.drop();
  await broker.stop();
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const spread = (numbers: readonly number[]): string => `${Math.min(...numbers).toFixed(2)}–${Math.max(...numbers).toFixed(2)}`;
const thousands = (number: number): string => Math.round(number).toLocaleString('en');
