// MQTT → validated → durable → rolled up → acknowledged: the product beside what it is compared with, in one run, alternating.
import { parseArgs } from 'node:util';
import { loadavg } from 'node:os';
import { openStore } from '../../src/db/open.ts';
import { ended, freshSqlite, start, startMosquitto } from './ingest/stage.ts';

interface Result { readonly rate: number; readonly cpu_us: number; readonly rss_mb: number; readonly stored: number | null; readonly bytes: number | null }

const CONNECTIONS = 8;

/** One contender, one round: from the first publish until it has every message (the product: committed). */
async function round(kind: string, port: number, messages: number, url: string): Promise<Result> {
  const subscriber = await start('subscriber', [kind, port, messages, url]);
  const publisher = await start('publisher', [port, messages, CONNECTIONS, 0]);
  const began = performance.now();
  publisher.child.send('go');
  const done = await subscriber.done;
  const seconds = (performance.now() - began) / 1000;
  if (kind === 'kizashi') {
    subscriber.child.send('close');
    await new Promise((resolve) => subscriber.child.once('exit', resolve));
  } else await ended(subscriber.child, 'SIGKILL');
  await ended(publisher.child, 'SIGKILL');
  return { rate: messages / seconds, cpu_us: (done.cpu_us ?? 0) / messages, rss_mb: (done.rss ?? 0) / 2 ** 20, stored: kind === 'kizashi' ? await countStored(url) : null, bytes: null };
}

async function countStored(url: string): Promise<number> {
  const store = openStore(url);
  const row = await store.db.selectFrom('report_segments').select((eb) => eb.fn.sum<number>('reports').as('reports')).executeTakeFirst();
  await store.close();
  return Number(row?.reports ?? 0);
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const spread = (numbers: readonly number[]): string => `${Math.min(...numbers).toFixed(2)}–${Math.max(...numbers).toFixed(2)}`;
const thousands = (number: number): string => Math.round(number).toLocaleString('en');

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '7' }, messages: { type: 'string', default: '300000' }, kinds: { type: 'string', default: 'mqttjs,raw,kizashi,obvious,nodered' } },
  });
  const rounds = Number(values.rounds);
  const messages = Number(values.messages);
  const kinds = values.kinds.split(',');
  const results = new Map<string, Result[]>();
  for (let i = 0; i < rounds; i++) {
    for (const kind of kinds) {
      const few = kind === 'nodered' ? Math.min(messages, 30_000) : messages;
      const broker = await startMosquitto();
      const store = await freshSqlite();
      const result = await round(kind, broker.port, few, store.url);
      store.drop();
      await broker.stop();
      results.set(kind, [...(results.get(kind) ?? []), result]);
      const lost = result.stored === null || result.stored === few ? '' : `  STORED ${result.stored} OF ${few}`;
      console.log(`round ${i + 1}  ${kind.padEnd(10)} ${thousands(result.rate).padStart(8)}/s  ${result.cpu_us.toFixed(1).padStart(6)} µs CPU  ${result.rss_mb.toFixed(0).padStart(5)} MiB  load ${loadavg()[0]?.toFixed(1)}${lost}`);
    }
  }
  console.log(`\n${'contender'.padEnd(12)}${'msgs/s'.padStart(10)}${'× mqtt.js'.padStart(12)}${'spread'.padStart(14)}${'CPU µs'.padStart(10)}`);
  const base = results.get(kinds[0] ?? '') ?? [];
  for (const [kind, list] of results) {
    const ratios = list.map((result, i) => result.rate / (base[i]?.rate ?? Number.NaN));
    console.log(`${kind.padEnd(12)}${thousands(median(list.map((result) => result.rate))).padStart(10)}${median(ratios).toFixed(2).padStart(12)}${spread(ratios).padStart(14)}${median(list.map((result) => result.cpu_us)).toFixed(1).padStart(10)}`);
  }
}
