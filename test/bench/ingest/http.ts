// The product's pages while it takes reports as fast as the broker delivers them: server and ingest in one process, as `kizashi serve` runs them.
import type { ChildProcess } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readConfig } from '../../../src/config.ts';
import { systemActor } from '../../../src/core/actor.ts';
import { startServer } from '../../../src/main.ts';
import { addToken } from '../../../src/person/tokens.ts';
import { fleet } from './messages.ts';
import { ended, folder, freshSqlite, start, startMosquitto } from './stage.ts';

/** Until V8 has compiled the way of a request: the first hundred take ten times as long as any later. */
const WARM_UP_MS = 4000;
const IDLE_MS = 4000;
/** Enough for a thousand requests meanwhile: of a hundred, the second slowest would be their p99. */
const MESSAGES = 500_000;

interface Sample {
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
}

export async function httpUnderIngest(): Promise<string> {
  const broker = await startMosquitto();
  const store = await freshSqlite();
  const config = readConfig({ DATABASE_URL: store.url, HTTP_PORT: '0', MQTT_URL: `mqtt://127.0.0.1:${broker.port}`, DATA_DIR: folder, LOG_LEVEL: 'silent' });
  const server = await startServer(config);
  const ctx = { db: server.store.db, now: Date.now(), zone: 'Asia/Tokyo', actor: systemActor('bench'), afterCommit: (run: () => void) => run() };
  const { token } = await addToken(ctx, { name: 'bench', role: 'engineer', partner_id: null, scopes: null, expires_at: null });
  const reader = await start('reader', [server.url, token]);
  const thread = monitorEventLoopDelay({ resolution: 1 });
  thread.enable();
  await pause(WARM_UP_MS);
  const cold = await sample(reader.child);
  thread.reset();
  await pause(IDLE_MS);
  const idle = await sample(reader.child);
  const idleThread = thread.percentile(99) / 1e6;
  const publisher = await start('publisher', [broker.port, fleet.devices + MESSAGES, 8, 0, fleet.devices]);
  // Once round the fleet: a device heard for the first time costs ten reports.
  publisher.child.send('warm');
  await pause(WARM_UP_MS);
  await sample(reader.child);
  thread.reset();
  publisher.child.send('go');
  await publisher.done;
  const busy = await sample(reader.child);
  const busyThread = thread.percentile(99) / 1e6;
  await ended(publisher.child, 'SIGKILL');
  await ended(reader.child, 'SIGKILL');
  await server.close();
  store.drop();
  await broker.stop();
  return [
    `HTTP (one device and its state): just started ${told(cold)}; idle ${told(idle)}; under full ingest ${told(busy)} over ${busy.count} requests`,
    `the thread that answers was late by (p99, timer of 1 ms): idle ${idleThread.toFixed(1)} ms, under full ingest ${busyThread.toFixed(1)} ms`,
  ].join('\n');
}

const told = ({ p50, p99 }: Sample): string => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What the reader timed since it was asked last. */
function sample(reader: ChildProcess): Promise<Sample> {
  const answer = new Promise<Sample>((resolve) => {
    reader.once('message', (message: Sample) => resolve(message));
  });
  reader.send('sample');
  return answer;
}
