// What a round of the ingest benchmark needs: a broker, a store with the fleet registered, and the processes.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { sha256 } from '../../../src/core/id.ts';
import { migrate } from '../../../src/db/migrate.ts';
import { openStore, type Store } from '../../../src/db/open.ts';
import { launchPostgres } from '../../support/launchPostgres.ts';
import { deviceId, fleet, PASSWORD } from './messages.ts';
import type { Shares } from './profile.ts';

export const folder = mkdtempSync(join(tmpdir(), 'kizashi-bench-'));
const children = new Set<ChildProcess>();
// A signal, too, must leave nothing behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

export interface Mosquitto {
  readonly port: number;
  /** Processor time so far. */
  cpu_us(): number;
  stop(): Promise<void>;
}

/** mosquitto that drops nothing and holds nothing back. */
export async function startMosquitto(): Promise<Mosquitto> {
  const port = await freePort();
  const config = join(folder, `mosquitto-${port}.conf`);
  writeFileSync(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\nmax_queued_bytes 0\npersistence false\nlog_type error\n`,
  );
  const child = keep(spawn('mosquitto', ['-c', config], { stdio: 'ignore' }));
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { port, cpu_us: () => cpuOf(child.pid ?? 0), stop: () => ended(child, 'SIGTERM') };
}

/** In microseconds: mosquitto is one thread, and Linux counts its nanoseconds. */
const cpuOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1000;

/** A child that ends with this process at the latest. */
export function keep(child: ChildProcess): ChildProcess {
  children.add(child);
  return child;
}

export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.kill(signal);
  await gone;
}

/** Numbers, and where the time went when that was asked for. */
export type Answer = Record<string, number> & { readonly where?: Shares };

/** Starts a script of this folder and waits for its `ready`. */
export async function start(
  script: 'publisher' | 'subscriber' | 'reader',
  args: readonly (string | number)[],
): Promise<{ child: ChildProcess; ready: Record<string, number>; warm: Promise<void>; done: Promise<Answer> }> {
  const child = fork(fileURLToPath(new URL(`./${script}.js`, import.meta.url)), args.map(String), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  children.add(child);
  let finish: (message: Answer) => void = () => {};
  let warmed: () => void = () => {};
  const warm = new Promise<void>((resolve) => {
    warmed = resolve;
  });
  const done = new Promise<Answer>((resolve) => {
    finish = resolve;
  });
  const ready = await new Promise<Record<string, number>>((resolve, reject) => {
    child.on('message', (message: Answer) => ('ready' in message ? resolve(message) : 'warm' in message ? warmed() : finish(message)));
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
  });
  return { child, ready, warm, done };
}

/** Registers the fleet. */
export async function fill(store: Store): Promise<void> {
  await migrate(store);
  const at = Date.now();
  const { db } = store;
  await db.insertInto('makers').values({ id: 'maker', code: 'MK', name: 'Maker', contact_email: null, locale: 'en', created_at: at, version: 1 }).execute();
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
      created_at: at,
      version: 1,
    })
    .execute();
  for (let first = 0; first < fleet.devices; first += 500) {
    const ids = Array.from({ length: 500 }, (_, i) => deviceId(first + i));
    await db
      .insertInto('units')
      .values(
        ids.map((id) => ({
          id: `u-${id}`,
          model_id: 'model',
          serial: id,
          serial_key: id.toUpperCase(),
          identity: 'confirmed' as const,
          created_at: at,
          updated_at: at,
          version: 1,
          batch_id: null,
          hw_rev: null,
          firmware_id: null,
          customer_id: null,
          site_id: null,
          partner_id: null,
          shipped_on: null,
          delivered_on: null,
          purchased_on: null,
          own_warranty_ends_on: null,
          predecessor_id: null,
          merged_into_id: null,
          merged_at: null,
        })),
      )
      .execute();
    await db
      .insertInto('unit_identifiers')
      .values(ids.map((id) => ({ unit_id: `u-${id}`, kind: 'device_id' as const, identifier: id, identifier_key: id.toUpperCase(), created_at: at })))
      .execute();
  }
  await enrolSome(store, at);
}

/** So many devices may connect by themselves. */
export const ENROLLED = 500;

async function enrolSome({ db }: Store, at: number): Promise<void> {
  const secret_hash = sha256(PASSWORD);
  const rows = Array.from({ length: ENROLLED }, (_, i) => ({
    id: `credential-${i}`,
    device_id: deviceId(i),
    secret_hash,
    mosquitto_hash: '',
    created_by: 'bench',
    created_at: at,
    last_used_at: null,
    revoked_at: null,
  }));
  await db.insertInto('device_credentials').values(rows).execute();
}

let template: string | null = null;
let rounds = 0;

/** A fresh SQLite store with the fleet in it. */
export async function freshSqlite(): Promise<{ url: string; file: string; bytes(): number; drop(): void }> {
  mkdirSync(folder, { recursive: true });
  if (template === null) {
    template = join(folder, 'template.db');
    const store = openStore(`sqlite:${template}`);
    await fill(store);
    await store.close();
  }
  const file = join(folder, `round-${++rounds}.db`);
  copyFileSync(template, file);
  const before = statSync(file).size;
  return {
    url: `sqlite:${file}`,
    file,
    bytes: () => statSync(file).size - before,
    drop: () => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    },
  };
}

let postgres: { url: string; stop(): Promise<void> } | null = null;

/** A fresh PostgreSQL database with the fleet in it, on a server that really writes to the disk. */
export async function freshPostgres(): Promise<{ url: string; drop(): Promise<void> }> {
  postgres ??= await launchPostgres('on');
  const name = `round_${++rounds}`;
  const administer = async (text: string) => {
    const client = new pg.Client({ connectionString: postgres?.url ?? '' });
    await client.connect();
    await client.query(text);
    await client.end();
  };
  await administer(`create database ${name}`);
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  const store = openStore(url.href);
  await fill(store);
  await store.close();
  return { url: url.href, drop: () => administer(`drop database ${name} with (force)`) };
}

export const stopPostgres = async (): Promise<void> => postgres?.stop();
