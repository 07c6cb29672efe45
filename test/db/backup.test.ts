// Backup of a running store, and putting it back.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { backupStore, restoreStore } from '../../src/db/backup.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openStore, type Store } from '../../src/db/open.ts';
import { NOW } from '../support/eachDb.ts';

const folder = mkdtempSync(join(tmpdir(), 'kizashi-backup-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const quiet = () => {};

let stores = 0;
async function storeWith(...names: string[]): Promise<{ store: Store; url: string; file: string }> {
  const file = join(folder, `store-${++stores}.db`);
  const store = openStore(`sqlite:${file}`);
  await migrate(store);
  for (const name of names) await note(store, name);
  return { store, url: `sqlite:${file}`, file };
}
const note = (store: Store, name: string) => store.db.insertInto('ingest_marks').values({ name, mark: 1 }).execute();
async function namesIn(url: string): Promise<string[]> {
  const store = openStore(url);
  const rows = await store.db.selectFrom('ingest_marks').select('name').orderBy('name').execute();
  await store.close();
  return rows.map(({ name }) => name);
}

it('copies what is committed while the store runs, also what is only in its log', async () => {
  const { store, url } = await storeWith('a');
  const copy = join(folder, 'running.db');
  await note(store, 'b');
  const shares: number[] = [];
  await backupStore(url, copy, (share) => shares.push(share));
  await note(store, 'c');
  await store.close();
  expect([await namesIn(`sqlite:${copy}`), await namesIn(url)]).toEqual([
    ['a', 'b'],
    ['a', 'b', 'c'],
  ]);
  expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
});

it('never writes over a file that is there', async () => {
  const { store, url } = await storeWith('a');
  await store.close();
  const copy = join(folder, 'precious.txt');
  writeFileSync(copy, 'mine');
  await expect(backupStore(url, copy, quiet)).rejects.toThrow('exists already');
});

it('puts a backup in the place of the store and keeps what was there, with its newest commits', async () => {
  const { store, url, file } = await storeWith('old');
  const copy = join(folder, 'to-restore.db');
  await backupStore(url, copy, quiet);
  await note(store, 'newer');
  await store.close();
  const aside = restoreStore(url, copy, NOW);
  expect(aside).toBe(`${file}.before-restore-${NOW}`);
  expect([await namesIn(url), await namesIn(`sqlite:${aside}`)]).toEqual([['old'], ['newer', 'old']]);
});

it('refuses while the store is in use, and leaves it alone', async () => {
  const { store, url } = await storeWith('a');
  const copy = join(folder, 'in-use.db');
  await backupStore(url, copy, quiet);
  expect(() => restoreStore(url, copy, NOW)).toThrow('is in use');
  await note(store, 'b');
  await store.close();
  expect(await namesIn(url)).toEqual(['a', 'b']);
});

it('refuses a file that is no whole database, and one that is not there', async () => {
  const { store, url } = await storeWith('a');
  await store.close();
  const damaged = join(folder, 'damaged.db');
  writeFileSync(damaged, 'SQLite format 3\u0000 and nothing more');
  const before = readdirSync(folder).length;
  expect(() => restoreStore(url, damaged, NOW)).toThrow();
  expect(() => restoreStore(url, join(folder, 'absent.db'), NOW)).toThrow();
  expect([await namesIn(url), readdirSync(folder).length]).toEqual([['a'], before]);
});

it('where there is no store yet, the backup becomes it', async () => {
  const { store, url } = await storeWith('a');
  await store.close();
  const copy = join(folder, 'fresh.db');
  await backupStore(url, copy, quiet);
  const target = join(folder, 'new-place.db');
  expect([restoreStore(`sqlite:${target}`, copy, NOW), existsSync(target), await namesIn(`sqlite:${target}`)]).toEqual([null, true, ['a']]);
});

it('names the tool of PostgreSQL instead', async () => {
  await expect(backupStore('postgres://x/y', 'f', quiet)).rejects.toThrow('pg_dump');
  expect(() => restoreStore('postgres://x/y', 'f', NOW)).toThrow('pg_restore');
});
