// The product's pages while it takes reports as fast as the broker delivers them: server and ingest in one process, as `kizashi serve` runs them.

import { readConfig } from '../../../src/config.ts';
import { systemActor } from '../../../src/core/actor.ts';
import { startServer } from '../../../src/main.ts';
import { addToken } from '../../../src/person/tokens.ts';
import { deviceId } from './messages.ts';
import { ended, folder, freshSqlite, start, startMosquitto } from './stage.ts';

const PAUSE_MS = 5;

export async function httpUnderIngest(messages: number): Promise<string> {
  const broker = await startMosquitto();
  const store = await freshSqlite();
  const config = readConfig({ DATABASE_URL: store.url, HTTP_PORT: '0', MQTT_URL: `mqtt://127.0.0.1:${broker.port}`, DATA_DIR: folder, LOG_LEVEL: 'silent' });
  const server = await startServer(config);
  const ctx = { db: server.store.db, now: Date.now(), zone: 'Asia/Tokyo', actor: systemActor('bench'), afterCommit: (run: () => void) => run() };
  const { token } = await addToken(ctx, { name: 'bench', role: 'engineer', partner_id: null, scopes: null, expires_at: null });
  const ask = async (device: number) => {
    const began = performance.now();
    const answer = await fetch(`${server.url}/api/v1/devices/${deviceId(device)}`, { headers: { Authorization: `Bearer ${token}` } });
    await answer.arrayBuffer();
    return performance.now() - began;
  };
  const idle = await sample(ask, 300, () => false);
  const publisher = await start('publisher', [broker.port, messages, 8, 0, 0]);
  publisher.child.send('go');
  let over = false;
  void publisher.done.then(() => {
    over = true;
  });
  const busy = await sample(ask, Number.POSITIVE_INFINITY, () => over);
  await ended(publisher.child, 'SIGKILL');
  await server.close();
  store.drop();
  await broker.stop();
  return `HTTP (one device and its state): idle p50 ${idle.p50} ms, p99 ${idle.p99} ms; under full ingest p50 ${busy.p50} ms, p99 ${busy.p99} ms over ${busy.count} requests`;
}

async function sample(ask: (device: number) => Promise<number>, most: number, over: () => boolean): Promise<{ p50: string; p99: string; count: number }> {
  const times: number[] = [];
  while (times.length < most && !over()) {
    times.push(await ask(times.length % 1000));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  times.sort((a, b) => a - b);
  return { p50: (times[Math.floor(times.length * 0.5)] ?? 0).toFixed(1), p99: (times[Math.floor(times.length * 0.99)] ?? 0).toFixed(1), count: times.length };
}
