// Runs the same tests on SQLite and on PostgreSQL: `eachDb('stock', (store) => { it('…', async () => { … store.ctx() … }) })`.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { type Actor, systemActor } from '../../src/core/actor.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { type Dialect, openStore, type Store } from '../../src/db/open.ts';
import { databaseUrl, POSTGRES_TEMPLATE } from './template.ts';

/** 2026-04-01 09:00 in Tokyo: the moment tests happen at, unless they say otherwise. */
export const NOW = Date.UTC(2026, 3, 1, 0, 0, 0);

export const dialects: readonly Dialect[] = ['sqlite', 'postgres'];

export interface TestStore {
  readonly dialect: Dialect;
  /** The open, migrated, empty store; one per describe block. */
  readonly store: Store;
  /** A context at `NOW` (or `now`) of the system (or `actor`). */
  ctx(changes?: { now?: number; actor?: Actor; zone?: string }): Ctx;
}

/** Describes `title` once per database. Each gets a store of its own, shared by the tests inside. */
export function eachDb(title: string, define: (test: TestStore) => void): void {
  for (const dialect of dialects) {
    describe(`${title} on ${dialect}`, () => {
      let fresh: FreshStore | undefined;
      beforeAll(async () => {
        fresh = await freshStore(dialect);
      });
      afterAll(async () => {
        await fresh?.drop();
      });
      const opened = (): Store => {
        if (fresh === undefined) throw new Error('The store opens in beforeAll: use it inside tests');
        return fresh.store;
      };
      define({
        dialect,
        get store() {
          return opened();
        },
        ctx: (changes = {}) => testCtx(opened(), changes),
      });
    });
  }
}

export const testCtx = (store: Store, changes: { now?: number; actor?: Actor; zone?: string } = {}): Ctx => ({
  db: store.db,
  now: changes.now ?? NOW,
  zone: changes.zone ?? 'Asia/Tokyo',
  actor: changes.actor ?? systemActor('test'),
  afterCommit: (run) => run(),
});

export interface FreshStore {
  readonly store: Store;
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty store, migrated unless told otherwise: a temporary file, or a new database on the PostgreSQL of the test run. */
export async function freshStore(dialect: Dialect, options: { migrated?: boolean } = {}): Promise<FreshStore> {
  const migrated = options.migrated !== false;
  const { url, remove } = dialect === 'sqlite' ? freshSqlite(migrated) : await freshPostgres(migrated);
  const store = openStore(url);
  return {
    store,
    url,
    drop: async () => {
      await store.close();
      await remove();
    },
  };
}

function freshSqlite(migrated: boolean): { url: string; remove(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-test-'));
  const file = join(folder, 'kizashi.db');
  if (migrated) copyFileSync(inject('sqliteTemplate'), file);
  return { url: `sqlite:${file}`, remove: async () => rmSync(folder, { recursive: true, force: true }) };
}

let databases = 0;

async function freshPostgres(migrated: boolean): Promise<{ url: string; remove(): Promise<void> }> {
  const name = `kizashi_${process.pid}_${++databases}_${Math.random().toString(36).slice(2, 8)}`;
  await administer(`create database ${name} template ${migrated ? POSTGRES_TEMPLATE : 'template0'}`);
  return { url: databaseUrl(inject('postgresUrl'), name), remove: () => administer(`drop database ${name} with (force)`) };
}

/** Runs statements as the owner of the PostgreSQL of the test run. */
export async function administer(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}
