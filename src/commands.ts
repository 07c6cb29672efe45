// What the commands of the command line do.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Presets, SingleBar } from 'cli-progress';
import { ZodError } from 'zod';
import type { Config } from './config.ts';
import { systemActor } from './core/actor.ts';
import { newSecret } from './core/id.ts';
import { openLog } from './core/log.ts';
import { Problem } from './core/problem.ts';
import { stopSignal } from './core/stopSignal.ts';
import type { Ctx } from './db/ctx.ts';
import type { Store } from './db/open.ts';
import { examine } from './doctor.ts';
import { importKinds } from './http/kinds.ts';
import { openMigrated, startServer } from './main.ts';
import { startHere } from './mqtt/start.ts';
import { addUser } from './person/addUser.ts';
import { AddUser } from './person/inputs.ts';
import { openIngestStore } from './telemetry/openIngestStore.ts';
import { checkRollups, rebuildRollups } from './telemetry/recount.ts';
import { rebuildTotals, verifyTotals } from './telemetry/recountTotals.ts';
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
  const devices = running.standing_by ? 'another process takes the reports of this store, and this one stands by' : `devices connect to ${running.mqtt}`;
  console.log(`Kizashi is running. Sign in at ${running.url}/sign-in; ${devices}`);
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
  const from = config.mqtt_url ?? `the embedded broker on port ${running.status().port}`;
  console.log(running.status().state === 'standby' ? 'Another ingester holds the store: standing by' : `Ingesting from ${from}`);
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
  try {
    console.log(`Mended: ${await rebuildRollups(store, config.tz_business, Date.now)} roll-ups written.`);
  } finally {
    await store.close();
  }
}

/** Running totals against the daily totals of cohorts they add up. */
export async function checkTotals(ctx: Ctx, mend: boolean): Promise<void> {
  const { rows, differences } = await verifyTotals(ctx);
  for (const { signal, model_id, on, kept, recounted } of differences) console.log(`${signal} ${model_id} ${on}: kept ${kept}, counted ${recounted}`);
  if (differences.length === 0) return console.log(`${rows} running totals equal a recount of the daily totals.`);
  if (mend) return console.log(`Mended: ${await rebuildTotals(ctx)} running totals written.`);
  console.log('Run again with --mend to put the counted totals in place.');
  process.exitCode = 1;
}

/** Prints a line for each finding and ends with 1 when something is wrong. */
export async function doctor(config: Config): Promise<void> {
  for (const { name, trouble, note } of await examine(config, (store) => contextOf(config, store))) {
    console.log(trouble === null ? `ok     ${name}` : `${note === true ? 'note ' : 'WRONG'}  ${name}: ${trouble}`);
    if (trouble !== null && note !== true) process.exitCode = 1;
  }
}

/** Prints an error as a person at a terminal needs it. */
export function printError(error: unknown): void {
  if (error instanceof ZodError) {
    for (const { path, message } of error.issues) console.error(`${path.join('.')}: ${message}`);
    return;
  }
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof Problem) for (const { path, message } of error.errors('en') ?? []) console.error(`  ${path}: ${message}`);
}
