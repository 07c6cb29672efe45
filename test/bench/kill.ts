// kill -9 of the ingester in the middle of bursts, again and again: everything acknowledged must be stored once, and the roll-ups must equal a recount.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import mqtt, { type MqttClient } from 'mqtt';
import { root } from '../../src/core/root.ts';
import { openIngestStore } from '../../src/telemetry/openIngestStore.ts';
import { verifyRollups } from '../../src/telemetry/recount.ts';
import { recordsOf } from '../../src/telemetry/segment.ts';

export interface KillPlan {
  /** The store, migrated, with the devices registered. */
  readonly url: string;
  readonly mqtt_url: string;
  readonly device_ids: readonly string[];
  readonly kills: number;
  readonly reports: number;
}
export interface KillOutcome {
  readonly published: number;
  readonly stored: number;
  readonly twice: number;
  readonly differences: number;
  readonly kills: number;
  readonly recovery_ms: readonly number[];
}

const BURST = 200;
const SETTLE_WITHIN_MS = 60_000;

/** Publishes through the broker while the ingester dies `kills` times, then counts. */
export async function killAndCount(plan: KillPlan): Promise<KillOutcome> {
  const client = await mqtt.connectAsync(plan.mqtt_url, { clientId: `burst-${process.pid}-${Math.random().toString(36).slice(2, 8)}` });
  // What it was asked to do tells; a broken connection must not end the run.
  client.on('error', () => {});
  let ingester = await launch(plan);
  const recovery: number[] = [];
  let published = 0;
  for (let kill = 0; kill <= plan.kills; kill++) {
    const until = Math.round((plan.reports * (kill + 1)) / (plan.kills + 1));
    const publishing = publish(client, plan.device_ids, published, until);
    if (kill < plan.kills) {
      await new Promise((resolve) => setTimeout(resolve, 5 + ((kill * 7919) % 120)));
      await die(ingester);
      const began = performance.now();
      ingester = await launch(plan);
      recovery.push(performance.now() - began);
    }
    await publishing;
    published = until;
  }
  await client.endAsync();
  await stored(plan, published);
  await new Promise<void>((resolve) => {
    ingester.once('exit', () => resolve());
    ingester.send('close');
  });
  return { published, kills: plan.kills, recovery_ms: recovery, ...(await count(plan.url)) };
}

async function publish(client: MqttClient, device_ids: readonly string[], from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += BURST) {
    await Promise.all(
      Array.from({ length: Math.min(BURST, to - first) }, (_, i) => {
        const number = first + i;
        const device_id = device_ids[number % device_ids.length] ?? '';
        const seq = Math.floor(number / device_ids.length);
        const report = {
          v: 1,
          boot: 'boot-1',
          seq,
          ts: Date.now(),
          synced: true,
          hist: false,
          model: 'X-100',
          hw: 'B',
          fw: '1.0',
          m: { uptime_s: 60 + seq, brownouts: Math.floor(seq / 3), frames_lost: seq * 2, temp_c: 40 + (seq % 10) },
        };
        return client.publishAsync(`fleet/v1/${device_id}/health`, JSON.stringify(report), { qos: 1 });
      }),
    );
  }
}

function launch({ url, mqtt_url }: KillPlan): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('dist/test/bench/ingest/ingester.js', root)), [url, mqtt_url], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`The ingester ended with ${code}`)));
  });
}

const die = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });

/** Waits until the store holds as many reports as were published, or time is up: the count then tells. */
async function stored(plan: KillPlan, published: number): Promise<void> {
  const store = openIngestStore(plan.url);
  for (const began = Date.now(); Date.now() - began < SETTLE_WITHIN_MS; ) {
    const [row] = await store.all<{ reports: number | null }>('select sum(reports) as reports from report_segments', []);
    if (Number(row?.reports ?? 0) >= published) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await store.close();
}

async function count(url: string): Promise<{ stored: number; twice: number; differences: number }> {
  const store = openIngestStore(url);
  const keys = new Set<string>();
  let records = 0;
  for (const segment of await store.all<{ segment_no: number; first_at: number; body: Uint8Array }>(
    'select segment_no, first_at, body from report_segments order by segment_no',
    [],
  )) {
    for (const record of recordsOf(segment)) {
      records++;
      keys.add(`${record.device_no} ${record.boot_no} ${record.seq}`);
    }
  }
  const { differences } = await verifyRollups(store, 'Asia/Tokyo');
  await store.close();
  return { stored: keys.size, twice: records - keys.size, differences: differences.length };
}

export async function run(args: readonly string[]): Promise<void> {
  const { freshSqlite, startMosquitto } = await import('./ingest/stage.ts');
  const { deviceId } = await import('./ingest/messages.ts');
  const { values } = parseArgs({ args: [...args], options: { kills: { type: 'string', default: '100' }, reports: { type: 'string', default: '200000' } } });
  const broker = await startMosquitto();
  const store = await freshSqlite();
  const device_ids = Array.from({ length: 1000 }, (_, i) => deviceId(i));
  const outcome = await killAndCount({
    url: store.url,
    mqtt_url: `mqtt://127.0.0.1:${broker.port}`,
    device_ids,
    kills: Number(values.kills),
    reports: Number(values.reports),
  });
  const slowest = Math.max(...outcome.recovery_ms);
  console.log(
    `kill -9 × ${outcome.kills}: published and acknowledged ${outcome.published}, stored ${outcome.stored}, stored twice ${outcome.twice}, roll-ups that differ from a recount ${outcome.differences}, slowest restart ${slowest.toFixed(0)} ms`,
  );
  await broker.stop();
}
