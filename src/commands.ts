// What the commands of the command line do.
import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Presets, SingleBar } from 'cli-progress';
import { sql } from 'kysely';
import { ZodError } from 'zod';
import type { Config } from './config.ts';
import { systemActor } from './core/actor.ts';
import { newSecret } from './core/id.ts';
import { openLog } from './core/log.ts';
import { Problem } from './core/problem.ts';
import { stopSignal } from './core/stopSignal.ts';
import type { Ctx } from './db/ctx.ts';
import { migrationsFor } from './db/migrate.ts';
import { openStore, type Store, sqliteFile } from './db/open.ts';
import { importKinds } from './http/kinds.ts';
import { findBalanceDrift, findPlaceDrift } from './ledger/balance.ts';
import { openMigrated, startServer } from './main.ts';
import { startHere } from './mqtt/start.ts';
import { addUser } from './person/addUser.ts';
import { AddUser } from './person/inputs.ts';
import { openIngestStore } from './telemetry/openIngestStore.ts';
import { checkRollups, rebuildRollups } from './telemetry/recount.ts';
import { exportTable } from './transfer/exportTable.ts';
import { importFile } from './transfer/importFile.ts';
import { findKind } from './transfer/kind.ts';

/** Until SIGINT or SIGTERM; resolves with its name. */
function untilStopped(): Promise<string> {
  const stopped = stopSignal();
  return new Promise((resolve) => stopped.addEventListener('abort', () => resolve(String(stopped.reason))));
}

export async function serve(config: Config): Promise<void> {
  const stopped = untilStopped();
  const running = await startServer(config);
  console.log(`Kizashi is running. Sign in at ${running.url}/sign-in; devices connect to ${running.mqtt}`);
  await announceFirstUser(running.url, contextOf(config, running.store));
  console.log(`${await stopped}: closing`);
  await running.close();
}

/** An ingest worker alone, for several machines on one PostgreSQL and one broker. */
export async function ingest(config: Config): Promise<void> {
  const stopped = untilStopped();
  const log = openLog(config.log_level);
  const store = await openMigrated(config, log);
  await store.close();
  const running = await startHere(config, log);
  console.log(`Ingesting from ${config.mqtt_url ?? `the embedded broker on port ${running.status().port}`}`);
  const ended = await Promise.race([running.ended.then((error) => error ?? new Error('The ingest ended')), stopped]);
  await running.close();
  if (ended instanceof Error) throw ended;
}

/** The first start makes an administrator and prints the way in, once. */
async function announceFirstUser(url: string, ctx: Ctx): Promise<void> {
  const someone = await ctx.db.selectFrom('users').select('id').executeTakeFirst();
  if (someone !== undefined) return;
  const password = newSecret(12);
  await addUser(ctx, AddUser.parse({ email: 'admin@example.com', name: 'Administrator', role: 'admin', password }));
  console.log(`First start. Sign in at ${url}/sign-in as admin@example.com with the password ${password} and change it under Account.`);
}

/** Runs `work` on the migrated store, which is closed afterwards whatever happens. */
export async function withStore(config: Config, work: (ctx: Ctx, store: Store) => Promise<void>): Promise<void> {
  const store = await openMigrated(config, openLog(config.log_level));
  try {
    await work(contextOf(config, store), store);
  } finally {
    await store.close();
  }
}

const contextOf = (config: Config, store: Store): Ctx => ({
  db: store.db,
  now: Date.now(),
  zone: config.tz_business,
  actor: systemActor('command line'),
  afterCommit: (work) => work(),
});

/** Same rules as over HTTP; throws the Problem that names the bad rows. */
export async function importCommand(ctx: Ctx, kindName: string, file: string, dry_run: boolean): Promise<void> {
  const bar = process.stderr.isTTY ? new SingleBar({ format: '{step} {bar} {value}/{total} rows' }, Presets.shades_classic) : null;
  const steps = new Set<string>();
  const onProgress = (step: string, done: number, total: number) => {
    if (!steps.has(step)) bar?.start(total, 0, { step });
    steps.add(step);
    bar?.update(done, { step });
  };
  const started = Date.now();
  const report = await importFile(ctx, findKind(importKinds, kindName), readFileSync(file), { dry_run, file_name: basename(file), onProgress }).finally(() =>
    bar?.stop(),
  );
  const failed = report.rows.filter((row) => row.result === 'error');
  for (const row of failed) for (const error of row.errors) console.error(`row ${row.row}, ${error.column}: ${error.message}`);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `${report.rows_total} rows: ${report.rows_created} new, ${report.rows_updated} changed, ${report.rows_same} same, ${report.rows_failed} wrong, in ${seconds} s`,
  );
  console.log(dry_run ? 'Dry run: nothing was written.' : `Import ${report.id ?? 'wrote nothing'}`);
  if (failed.length > 0) process.exitCode = 1;
}

/** The table as CSV on standard output, a slice at a time. */
export async function exportCommand(ctx: Ctx, table: string): Promise<void> {
  await pipeline(exportTable(ctx, importKinds, table), process.stdout, { end: false });
}

/** Daily roll-ups against the raw reports that are still kept. */
export async function checkTelemetry(config: Config, mend: boolean): Promise<void> {
  const { reports, device_days, differences } = await checkRollups(config.database_url, config.tz_business);
  for (const { device_id, day_on, column, kept, recounted } of differences) console.log(`${device_id} ${day_on} ${column}: kept ${kept}, counted ${recounted}`);
  if (differences.length === 0) return console.log(`${device_days} roll-ups equal a recount of ${reports} raw reports.`);
  if (!mend) {
    console.log('Run again with --mend, while no ingester runs, to put the counted roll-ups in place.');
    process.exitCode = 1;
    return;
  }
  const store = openIngestStore(config.database_url);
  console.log(`Mended: ${await rebuildRollups(store, config.tz_business, Date.now())} roll-ups written.`);
  await store.close();
}

interface Check {
  readonly name: string;
  readonly run: () => Promise<string | null>;
}

/** A disk with less than this left is called full. */
const LEAST_FREE_BYTES = 1024 ** 3;

/** Looks at everything a running installation needs; prints a line for each and ends with 1 when one is wrong. */
export async function doctor(config: Config): Promise<void> {
  const store = openStore(config.database_url);
  const ctx = contextOf(config, store);
  const checks: Check[] = [
    { name: 'store answers', run: () => sql`select 1`.execute(store.db).then(() => null) },
    { name: 'schema is this version', run: () => schemaTrouble(store) },
    { name: 'SQLite file is sound', run: () => (store.dialect === 'sqlite' ? fileTrouble(store) : Promise.resolve(null)) },
    {
      name: 'balances equal the sum of their moves',
      run: async () => amount((await findBalanceDrift(ctx)).length, 'balances differ: run `kizashi check --mend`'),
    },
    { name: 'every unit is where its last move put it', run: async () => amount((await findPlaceDrift(ctx)).length, 'units differ') },
    { name: 'disk has room', run: () => diskTrouble(store.dialect === 'sqlite' ? sqliteFile(config.database_url) : config.data_dir) },
    { name: 'mails leave the house', run: async () => (config.smtp_url === undefined ? 'SMTP_URL is not set: notices stay in the outbox' : null) },
  ];
  for (const { name, run } of checks) {
    const trouble = await run().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    console.log(trouble === null ? `ok     ${name}` : `WRONG  ${name}: ${trouble}`);
    if (trouble !== null) process.exitCode = 1;
  }
  await store.close();
}

const amount = (count: number, words: string): string | null => (count === 0 ? null : `${count} ${words}`);

async function schemaTrouble(store: Store): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`select name from migrations`.execute(store.db);
  const applied = new Set(rows.map(({ name }) => name));
  const missing = migrationsFor(store.dialect).filter(({ name }) => !applied.has(name));
  return missing.length === 0 ? null : `${missing.map(({ name }) => name).join(', ')} not applied: run \`kizashi migrate\``;
}

async function fileTrouble(store: Store): Promise<string | null> {
  const { rows } = await sql<{ quick_check: string }>`pragma quick_check`.execute(store.db);
  return rows[0]?.quick_check === 'ok' ? null : (rows[0]?.quick_check ?? 'unreadable');
}

async function diskTrouble(path: string): Promise<string | null> {
  const { bavail, bsize } = await statfs(existsSync(path) ? path : '.');
  const free = bavail * bsize;
  return free >= LEAST_FREE_BYTES ? null : `only ${Math.round(free / 1024 ** 2)} MiB left`;
}

/** Prints an error as a person at a terminal needs it. */
export function printError(error: unknown): void {
  if (error instanceof ZodError) {
    for (const { path, message } of error.issues) console.error(`${path.join('.')}: ${message}`);
    return;
  }
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof Problem) for (const { path, message } of error.extra.errors ?? []) console.error(`  ${path}: ${message}`);
}
