// Forward-only migrations: schema/sql/NNNN_name.sql for both databases, or a pair NNNN_name.sqlite.sql + NNNN_name.postgres.sql.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { sql, type Transaction } from 'kysely';
import { root } from '../core/root.ts';
import type { Dialect, Store } from './open.ts';
import type { Tables } from './tables.ts';

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

const FOLDER = new URL('schema/sql/', root);
/** Serialises start-ups against one PostgreSQL; the number means nothing. */
const ADVISORY_LOCK = 4_812_077;

/** Applies what is missing, each migration in its own transaction; returns their names. Throws when the store is newer than the program or a file was changed. */
export async function migrate(store: Store, files: readonly Migration[] = migrationsFor(store.dialect)): Promise<string[]> {
  const applied: string[] = [];
  await createLedger(store);
  refuseForeign(await appliedMigrations(store), files);
  for (const file of files) {
    const ran = await store.db.transaction().execute((trx) => applyOnce(trx, store.dialect, file));
    if (ran) applied.push(file.name);
  }
  return applied;
}

/** The migrations of one dialect in order. */
export function migrationsFor(dialect: Dialect): Migration[] {
  const other = dialect === 'sqlite' ? '.postgres.sql' : '.sqlite.sql';
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql') && !file.endsWith(other))
    .sort()
    .map((file) => {
      const text = readFileSync(new URL(file, FOLDER), 'utf8');
      return { name: file.replace(/(\.sqlite|\.postgres)?\.sql$/, ''), text, checksum: createHash('sha256').update(text).digest('hex') };
    });
}

async function createLedger(store: Store): Promise<void> {
  await store.db.transaction().execute(async (trx) => {
    await takeTurn(trx, store.dialect);
    await sql`create table if not exists migrations (name TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)`.execute(trx);
  });
}

/** PostgreSQL: one start-up at a time until the transaction ends; even `create table if not exists` fails when two do it at once. */
async function takeTurn(trx: Transaction<Tables>, dialect: Dialect): Promise<void> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(ADVISORY_LOCK)})`.execute(trx);
}

async function appliedMigrations(store: Store): Promise<{ name: string; checksum: string }[]> {
  return (await sql<{ name: string; checksum: string }>`select name, checksum from migrations order by name`.execute(store.db)).rows;
}

function refuseForeign(applied: { name: string; checksum: string }[], files: readonly Migration[]): void {
  for (const { name, checksum } of applied) {
    const file = files.find((candidate) => candidate.name === name);
    if (file === undefined) throw new Error(`The store was written by a newer version (migration ${name} is unknown here). Nothing was touched.`);
    if (file.checksum !== checksum) throw new Error(`Migration ${name} was changed after it was applied. Nothing was touched.`);
  }
}

async function applyOnce(trx: Transaction<Tables>, dialect: Dialect, file: Migration): Promise<boolean> {
  await takeTurn(trx, dialect);
  const seen = await sql`select 1 from migrations where name = ${file.name}`.execute(trx);
  if (seen.rows.length > 0) return false;
  for (const text of statementsOf(file.text)) await sql.raw(text).execute(trx);
  await sql`insert into migrations (name, checksum, applied_at) values (${file.name}, ${file.checksum}, ${Date.now()})`.execute(trx);
  return true;
}

/** Splits a file at `;` ending a line; a `;` inside a trigger or function body is kept by the marks `-- begin` and `-- end` around it. */
export function statementsOf(text: string): string[] {
  const statements: string[] = [];
  let current: string[] = [];
  let inBody = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('-- begin')) inBody = true;
    else if (line.startsWith('-- end')) inBody = false;
    else if (line.trimStart().startsWith('--')) continue;
    else current.push(line);
    if (!inBody && (line.trimEnd().endsWith(';') || line.startsWith('-- end'))) {
      const statement = current.join('\n').trim();
      if (statement !== '') statements.push(statement);
      current = [];
    }
  }
  const rest = current.join('\n').trim();
  return rest === '' ? statements : [...statements, rest];
}
