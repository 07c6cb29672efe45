// The migrated, empty stores that every test copies: migrating one takes a second, copying it a few milliseconds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/db/migrate.ts';
import { openStore } from '../../src/db/open.ts';

export const POSTGRES_TEMPLATE = 'kizashi_template';

/** The URL of another database on the same server. */
export function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Migrates `kizashi_template` on the server. Nothing stays connected to it: PostgreSQL copies only a database nobody uses. */
export async function makePostgresTemplate(server: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${POSTGRES_TEMPLATE}`);
  await client.end();
  await migrated(databaseUrl(server, POSTGRES_TEMPLATE));
}

/** Migrates a file of its own; closing it leaves no write-ahead log beside it. */
export async function makeSqliteTemplate(): Promise<{ file: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-template-'));
  const file = join(folder, 'kizashi.db');
  await migrated(`sqlite:${file}`);
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

async function migrated(url: string): Promise<void> {
  const store = openStore(url);
  await migrate(store);
  await store.close();
}
