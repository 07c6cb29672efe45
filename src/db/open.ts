// Opens the store that DATABASE_URL names: SQLite in a file, or PostgreSQL.
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, PostgresDialect, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import { makeFolder } from '../core/makeFolder.ts';
import { BUSY_TIMEOUT_MS, patient } from './patient.ts';
import { postgresDriver } from './postgres.ts';
import type { Tables } from './tables.ts';

export type Dialect = 'sqlite' | 'postgres';
export type Db = Kysely<Tables>;

export interface Store {
  readonly db: Db;
  readonly dialect: Dialect;
  readonly url: string;
  close(): Promise<void>;
}

const POOL_SIZE = 10;

/** Throws when the URL is neither `sqlite:<file>` nor `postgres://…`, or the store cannot be reached later on first use. */
export function openStore(url: string): Store {
  const dialect = dialectOf(url);
  const db = dialect === 'sqlite' ? openSqlite(sqliteFile(url)) : openPostgres(url);
  if (url !== 'sqlite::memory:') urls.set(db, url);
  return { db, dialect, url, close: () => db.destroy() };
}

const urls = new WeakMap<Db, string>();

/** The URL a store was opened by, for a thread that opens the same one; undefined inside a transaction and for a store in memory. */
export const urlOf = (db: Db): string | undefined => urls.get(db);

export function dialectOf(url: string): Dialect {
  if (url.startsWith('sqlite:')) return 'sqlite';
  if (/^postgres(ql)?:\/\//.test(url)) return 'postgres';
  throw new Error('DATABASE_URL must be sqlite:<file> or postgres://…');
}

export const sqliteFile = (url: string): string => url.slice('sqlite:'.length);

/** The SQLite connection every part of the product uses: WAL, and a commit is on the disk when it returns. */
export function connectSqlite(file: string): Sqlite.Database {
  if (file !== ':memory:') makeFolder(dirname(file));
  const sqlite = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  // A page that many transactions change is copied into the file once in 16 MiB of log, not once in four.
  sqlite.pragma('wal_autocheckpoint = 4000');
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma('cache_size = -65536');
  sqlite.pragma('temp_store = MEMORY');
  return sqlite;
}

function openSqlite(file: string): Db {
  const sqlite = connectSqlite(file);
  sqlite.pragma('busy_timeout = 0');
  // The thread of the ingester folds the log in at 4,000 pages; this thread, which answers people, only where none runs.
  sqlite.pragma('wal_autocheckpoint = 16000');
  return new Kysely<Tables>({ dialect: new PatientSqliteDialect({ database: rememberingStatements(sqlite) }) });
}

function openPostgres(url: string): Db {
  const pool = new (postgresDriver().Pool)({ connectionString: url, max: POOL_SIZE });
  // An idle connection that the server ends is replaced by the next query; without a listener it would end the process.
  pool.on('error', () => {});
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

/** Statements kept prepared: preparing one costs 20 to 2,000 µs, and the product says the same few hundred all day. */
const STATEMENTS_KEPT = 500;

/** A statement that begins so has rows that are lists of values: a row of ten named fields takes twice as long to make. On PostgreSQL they stay named. */
export const ROWS_AS_LISTS = '/* rows as lists */';

function prepared(sqlite: Sqlite.Database, text: string): SqliteStatement {
  const statement = sqlite.prepare(text);
  return text.startsWith(ROWS_AS_LISTS) ? statement.raw() : statement;
}

function rememberingStatements(sqlite: Sqlite.Database): SqliteDatabase {
  const known = new Map<string, SqliteStatement>();
  const prepare = (text: string): SqliteStatement => {
    const statement = known.get(text) ?? prepared(sqlite, text);
    known.delete(text);
    known.set(text, statement);
    const [oldest] = known.keys();
    if (known.size > STATEMENTS_KEPT && oldest !== undefined) known.delete(oldest);
    return statement;
  };
  return {
    prepare,
    close: () => {
      known.clear();
      sqlite.close();
    },
  };
}

class PatientSqliteDialect extends SqliteDialect {
  override createDriver() {
    return patient(super.createDriver());
  }
}
