// `kizashi doctor`: looks at everything a running installation needs, and changes nothing.
import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Config } from './config.ts';
import { messageOf } from './core/messageOf.ts';
import type { Ctx } from './db/ctx.ts';
import { migrationsFor } from './db/migrate.ts';
import { dialectOf, openStore, type Store, sqliteFile } from './db/open.ts';
import { findBalanceDrift, findPlaceDrift } from './ledger/balance.ts';
import { brokerTrouble } from './mqtt/askBroker.ts';
import { type IngestStatus, NO_WORD_MS } from './telemetry/ingestStatus.ts';

export interface Finding {
  readonly name: string;
  /** What is wrong, or null. */
  readonly trouble: string | null;
  /** A choice of this installation rather than a fault. */
  readonly note?: boolean;
}

/** A disk with less than this left is called full. */
const LEAST_FREE_BYTES = 1024 ** 3;
/** Clocks of the machines that share a store may differ by so much. */
const CLOCKS_DIFFER_MS = 60_000;

/** Every finding in the order of what depends on what. Where the store does not answer, what would be asked of it is left out. */
export async function examine(config: Config, contextOf: (store: Store) => Ctx): Promise<Finding[]> {
  const sqlite = dialectOf(config.database_url) === 'sqlite';
  const around: Finding[] = [
    await look('disk has room', () => diskTrouble(sqlite ? sqliteFile(config.database_url) : config.data_dir)),
    await look('attachments can be written', async () => folderTrouble(config.data_dir)),
    ...(config.mqtt_url === undefined ? [] : [await look('broker answers', () => brokerTrouble({ ...config, mqtt_url: config.mqtt_url ?? '' }))]),
    { name: 'mails leave the house', trouble: config.smtp_url === undefined ? 'SMTP_URL is not set: notices stay in the outbox' : null, note: true },
  ];
  if (sqlite && !existsSync(sqliteFile(config.database_url)))
    return [{ name: 'store answers', trouble: `DATABASE_URL: ${sqliteFile(config.database_url)} is not there: the first start makes it` }, ...around];
  let store: Store | null = null;
  try {
    store = openStore(config.database_url);
    await sql`select 1`.execute(store.db);
    return [{ name: 'store answers', trouble: null }, ...(await lookInto(store, contextOf(store))), ...around];
  } catch (error) {
    return [{ name: 'store answers', trouble: `DATABASE_URL: ${messageOf(error)}` }, ...around];
  } finally {
    await store?.close();
  }
}

async function lookInto(store: Store, ctx: Ctx): Promise<Finding[]> {
  const schema = await look('schema is this version', () => schemaTrouble(store));
  const file = store.dialect === 'sqlite' ? [await look('SQLite file is sound', () => fileTrouble(store))] : [];
  if (schema.trouble !== null) return [schema, ...file];
  return [
    schema,
    ...file,
    await look('balances equal the sum of their moves', async () =>
      amount((await findBalanceDrift(ctx)).length, 'balances differ: run `kizashi check --mend`'),
    ),
    await look('every unit is where its last move put it', async () => amount((await findPlaceDrift(ctx)).length, 'units differ')),
    ...(await lookAtIngest(ctx)),
  ];
}

async function lookAtIngest(ctx: Ctx): Promise<Finding[]> {
  const rows = await ctx.db.selectFrom('ingest_status').selectAll().orderBy('updated_at', 'desc').execute();
  const newest = await ctx.db.selectFrom('ingest_leases').select('renewed_at').where('name', '=', 'ingest').executeTakeFirst();
  const ahead = Math.max(newest?.renewed_at ?? 0, rows[0]?.updated_at ?? 0) - ctx.now;
  const told = rows.filter((row) => Math.abs(ctx.now - row.updated_at) < NO_WORD_MS + CLOCKS_DIFFER_MS);
  // Written by writeStatus.
  const states = told.map((row) => JSON.parse(row.status) as IngestStatus);
  const bad = states.find(({ state }) => state === 'stalled' || state === 'disconnected');
  return [
    { name: 'clock is right', trouble: ahead > CLOCKS_DIFFER_MS ? `it stands ${Math.round(ahead / 1000)} s before what the store holds` : null },
    told.length === 0
      ? { name: 'reports are stored', trouble: 'no ingester is running', note: true }
      : { name: 'reports are stored', trouble: bad === undefined ? null : `ingest ${bad.state}: ${bad.reason ?? 'unknown'}` },
  ];
}

const look = async (name: string, trouble: () => Promise<string | null>): Promise<Finding> => ({ name, trouble: await trouble().catch(messageOf) });
const amount = (count: number, words: string): string | null => (count === 0 ? null : `${count} ${words}`);

async function schemaTrouble(store: Store): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`select name from migrations`.execute(store.db).catch(() => ({ rows: [] }));
  const applied = new Set(rows.map(({ name }) => name));
  const missing = migrationsFor(store.dialect).filter(({ name }) => !applied.has(name));
  if (missing.length === 0) return null;
  return `${applied.size === 0 ? 'nothing' : missing.map(({ name }) => name).join(', ')} ${applied.size === 0 ? 'is' : 'not'} applied: run \`kizashi migrate\``;
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

function folderTrouble(folder: string): string | null {
  if (!existsSync(folder)) return null;
  accessSync(folder, constants.W_OK);
  return null;
}
