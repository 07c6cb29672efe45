// Backup and restore of a SQLite store. PostgreSQL brings its own tools (pg_dump, pg_restore), which these functions name.
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { dialectOf, sqliteFile } from './open.ts';

/** Pages copied at a time: the product keeps running in between. */
const PAGES_AT_ONCE = 2000;

/** Writes a consistent copy of the running store to `file`. Throws when the file exists or the store is PostgreSQL. */
export async function backupStore(url: string, file: string, onProgress: (share: number) => void): Promise<void> {
  refusePostgres(url, 'pg_dump --format=custom --file=<file> "$DATABASE_URL"');
  if (existsSync(file)) throw new Error(`${file} exists already`);
  const source = new Sqlite(sqliteFile(url), { readonly: true, fileMustExist: true });
  await source.backup(file, {
    progress: ({ totalPages, remainingPages }) => {
      onProgress(totalPages === 0 ? 1 : 1 - remainingPages / totalPages);
      return PAGES_AT_ONCE;
    },
  });
  source.close();
}

/** Puts a backup in the place of the store, which must not be running; the store that was there is kept beside it. Returns its new name, or null. */
export function restoreStore(url: string, file: string, now: number): string | null {
  refusePostgres(url, 'pg_restore --clean --dbname="$DATABASE_URL" <file>');
  const backup = new Sqlite(file, { readonly: true, fileMustExist: true });
  const [check] = backup.pragma('integrity_check', { simple: false }) as { integrity_check: string }[];
  backup.close();
  if (check?.integrity_check !== 'ok') throw new Error(`${file} is damaged: ${check?.integrity_check ?? 'unreadable'}`);
  const target = sqliteFile(url);
  const aside = existsSync(target) ? `${target}.before-restore-${now}` : null;
  if (aside !== null) setAside(target, aside);
  copyFileSync(file, target);
  return aside;
}

/** The write-ahead log is folded in first: without it the file alone would miss the newest commits. Throws when another process has the store open. */
function setAside(target: string, aside: string): void {
  const store = new Sqlite(target, { timeout: 0 });
  try {
    store.pragma('locking_mode = EXCLUSIVE');
    store.exec('BEGIN EXCLUSIVE; COMMIT');
    store.pragma('journal_mode = DELETE');
  } catch {
    throw new Error(`${target} is in use: stop Kizashi first`);
  } finally {
    store.close();
  }
  renameSync(target, aside);
  for (const suffix of ['-wal', '-shm']) rmSync(target + suffix, { force: true });
}

function refusePostgres(url: string, instead: string): void {
  if (dialectOf(url) === 'postgres') throw new Error(`The store is PostgreSQL: use ${instead}`);
}
