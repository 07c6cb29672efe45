// `kizashi demo`: the product on a throw-away store, with a simulated fleet and a technician at work. Ctrl-C ends it and leaves nothing behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.ts';
import { systemActor } from './core/actor.ts';
import { newSecret } from './core/id.ts';
import { type Log, openLog } from './core/log.ts';
import { stopSignal } from './core/stopSignal.ts';
import type { Ctx } from './db/ctx.ts';
import { runJob } from './jobs/run.ts';
import { schedule } from './jobs/schedule.ts';
import { type Running, startServer } from './main.ts';
import { addUser } from './person/addUser.ts';
import { AddToken, AddUser } from './person/inputs.ts';
import { addToken } from './person/tokens.ts';

export interface DemoOptions {
  readonly units: number;
  readonly seed: number;
  readonly speed: number;
  /** Where the ground truth of the planted defects is written. */
  readonly truth?: string | undefined;
}

const SIMULATORS = fileURLToPath(new URL('../simulators/main.js', import.meta.url));
const EMAIL = 'demo@example.com';
/** What a real installation computes every night, the demo computes this often. */
const NIGHT_EVERY_MS = 30_000;
const STOP_WITHIN_MS = 8_000;

/** Runs until SIGINT or SIGTERM. Throws when the simulators end by themselves. `given` decides ports, zone and log level; its store and broker are not used. */
export async function runDemo(given: Config, options: DemoOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-demo-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Also when a second Ctrl-C does not wait for the closing.
  process.once('exit', remove);
  const stopped = stopSignal();
  try {
    const config = await demoConfig(given, folder);
    const running = await startServer(config);
    try {
      await present(running, config, options, stopped);
    } finally {
      await running.close();
    }
  } finally {
    remove();
  }
  console.log('The demo has ended; its store is gone.');
}

async function present(running: Running, config: Config, options: DemoOptions, stopped: AbortSignal): Promise<void> {
  const log = openLog(config.log_level);
  const { password, token } = await makeLogin(running, config);
  console.log(welcome(running.url, password, options));
  const simulators = startSimulators(running, token, options);
  const ended = once(simulators, 'exit');
  const nights = bringNightsForward(simulators, running, config, log, stopped);
  try {
    if (!stopped.aborted)
      await Promise.race([
        once(stopped, 'abort'),
        ended.then(([code]) => {
          if (!stopped.aborted) throw new Error(`The simulators ended by themselves (exit code ${code}).`);
        }),
      ]);
  } finally {
    await stop(simulators, ended);
    await nights();
  }
}

const welcome = (url: string, password: string, options: DemoOptions): string => `
Kizashi demo: a throw-away store, ${options.units.toLocaleString('en')} simulated cameras with planted defects, a technician at work.

  ${url}/sign-in
  ${EMAIL}   password  ${password}

Units, months of returns and weeks of telemetry are coming in now; the first alerts follow in about two minutes. Ctrl-C ends the demo.
`;

/** Ports that are taken are replaced by free ones; the rest is as the environment says. */
async function demoConfig(given: Config, folder: string): Promise<Config> {
  const [http_port, mqtt_port] = [await freePort(given.http_port, given.http_host), await freePort(given.mqtt_port, given.mqtt_host)];
  return {
    ...given,
    database_url: `sqlite:${join(folder, 'kizashi.db')}`,
    data_dir: folder,
    http_port,
    mqtt_port,
    mqtt_url: undefined,
    mqtt_tls_cert: undefined,
    mqtt_tls_key: undefined,
    smtp_url: undefined,
    log_level: given.log_level === 'info' ? 'warn' : given.log_level,
  };
}

async function freePort(wanted: number, host: string): Promise<number> {
  for (const port of [wanted, 0]) {
    const probe = createServer();
    try {
      probe.listen(port, host);
      await once(probe, 'listening');
      const address = probe.address();
      probe.close();
      await once(probe, 'close');
      if (typeof address === 'object' && address !== null) return address.port;
    } catch {
      // Taken: the next try lets the system choose.
    }
  }
  throw new Error(`No port is free on ${host}`);
}

async function makeLogin(running: Running, config: Config): Promise<{ password: string; token: string }> {
  const ctx: Ctx = { db: running.store.db, now: Date.now(), zone: config.tz_business, actor: systemActor('demo'), afterCommit: (work) => work() };
  const password = newSecret(9);
  await addUser(ctx, AddUser.parse({ email: EMAIL, name: 'Demo', role: 'admin', password }));
  const { token } = await addToken(ctx, AddToken.parse({ name: 'simulators', role: 'admin' }));
  return { password, token };
}

function startSimulators(running: Running, token: string, { units, seed, speed, truth }: DemoOptions): ChildProcess {
  const settings = { http: running.url, mqtt: running.mqtt, token, units, seed, speed, ...(truth === undefined ? {} : { truth }) };
  return spawn(process.execPath, [SIMULATORS, ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)], {
    // The channel ends with this process, however it ends, and the simulators with the channel.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
}

/** Once the fleet has told its past, and then again and again, every periodic job runs at once. The returned function waits for the last one. */
function bringNightsForward(simulators: ChildProcess, running: Running, config: Config, log: Log, stopped: AbortSignal): () => Promise<void> {
  let night: Promise<void> = Promise.resolve();
  const worker = newSecret(9);
  const oneNight = async () => {
    for (const job of schedule) if (!stopped.aborted) await runJob(job, { store: running.store, zone: config.tz_business, now: Date.now, log }, worker);
  };
  const begin = () => {
    if (stopped.aborted) return;
    night = oneNight().then(() => console.log(`The nightly work is done: failure rates and alerts at ${running.url}`));
    const again = setInterval(() => {
      night = night.then(oneNight);
    }, NIGHT_EVERY_MS);
    stopped.addEventListener('abort', () => clearInterval(again));
  };
  if (simulators.stdout !== null)
    createInterface({ input: simulators.stdout }).on('line', (line) => {
      if (line === 'caught up') begin();
    });
  return () => night;
}

/** A terminal has told the simulators already; otherwise they are told now, and not asked twice. */
async function stop(simulators: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (simulators.exitCode !== null || simulators.signalCode !== null) return;
  simulators.kill('SIGTERM');
  const impatience = setTimeout(() => simulators.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(impatience);
}
