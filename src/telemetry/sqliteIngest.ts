// The ingester's own connection to SQLite.
import { hostname } from 'node:os';
import type Sqlite from 'better-sqlite3';
import { connectSqlite, sqliteFile } from '../db/open.ts';
import { type IngestStore, LEASE_MS, LeaseLost } from './ingestStore.ts';
import { inboxDone, replayRows, replyRows, type TableSpec, type Value, type Writes } from './writes.ts';

/** A lock that another process holds stops this thread while it waits for it, and with it every device: the pipeline tries again instead. */
const BUSY_MS = 200;
/** Pages of the WAL before it is folded into the database: at 4 KiB each, 16 MiB, a few tens of milliseconds. */
const CHECKPOINT_PAGES = 4000;

export function openSqliteIngest(url: string): IngestStore {
  const sqlite = connectSqlite(sqliteFile(url));
  sqlite.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  const statements = new Map<string, Sqlite.Statement>();
  const prepare = (sql: string): Sqlite.Statement => {
    const known = statements.get(sql) ?? sqlite.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  let epoch = 0;
  const fence = () => {
    if (epoch > 0 && prepare(`select 1 from ingest_leases where name = 'ingest' and epoch = ?`).get(epoch) === undefined) throw new LeaseLost();
  };
  const write = (writes: Writes) => {
    fence();
    for (const [table, rows] of writes) {
      const statement = prepare(statementFor(table));
      for (const row of rows) statement.run(row);
    }
  };
  const commit = (writes: Writes) => {
    prepare('begin immediate').run();
    try {
      write(writes);
      prepare('commit').run();
    } catch (error) {
      if (sqlite.inTransaction) sqlite.exec('rollback');
      throw error;
    }
  };
  return {
    claim: async (holder, now) => {
      epoch = claimLease(prepare, holder, now);
      if (epoch > 0) sqlite.pragma(`busy_timeout = ${BUSY_MS}`);
      return epoch > 0;
    },
    renew: async (now) => {
      if (prepare(`update ingest_leases set renewed_at = ? where name = 'ingest' and epoch = ?`).run(now, epoch).changes === 0) throw new LeaseLost();
    },
    commit,
    // The caller names the columns it selects.
    all: async <Row>(sql: string, parameters: readonly Value[]) => prepare(sql).all(...parameters) as Row[],
    run: async (sql, parameters) => prepare(sql).run(...parameters).changes,
    close: async () => {
      if (epoch > 0) prepare(`update ingest_leases set released_at = renewed_at where name = 'ingest' and epoch = ?`).run(epoch);
      sqlite.close();
    },
  };
}

/** The new epoch, or 0 while another holder is alive. A holder is named `host:process:…`: one that died on this machine is not waited for. */
function claimLease(prepare: (sql: string) => Sqlite.Statement, holder: string, now: number): number {
  const held = prepare(`select holder from ingest_leases where name = 'ingest'`).get() as { holder: string } | undefined;
  if (held !== undefined && isDead(held.holder)) prepare(`update ingest_leases set released_at = ? where name = 'ingest' and holder = ?`).run(now, held.holder);
  const row = prepare(
    `insert into ingest_leases (name, epoch, holder, renewed_at) values ('ingest', 1, ?, ?)
     on conflict (name) do update set epoch = ingest_leases.epoch + 1, holder = excluded.holder, renewed_at = excluded.renewed_at, released_at = null
     where ingest_leases.released_at is not null or ingest_leases.renewed_at < ? or ingest_leases.holder = excluded.holder returning epoch`,
  ).get(holder, now, now - LEASE_MS) as { epoch: number } | undefined;
  return row?.epoch ?? 0;
}

function isDead(holder: string): boolean {
  const [host, process_id] = holder.split(':');
  if (host !== hostname() || !Number.isInteger(Number(process_id))) return false;
  try {
    process.kill(Number(process_id), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function statementFor(table: TableSpec): string {
  if (table === replayRows) return 'update quarantine set replayed_at = ?, replay_outcome = ? where id = ?';
  if (table === replyRows) return 'update device_commands set replied_at = ?, reply = ? where id = ? and device_id = ?';
  if (table === inboxDone) return 'delete from telemetry_inbox where id = ?';
  const insert = `insert into ${table.table} (${table.columns.join(', ')}) values (${table.columns.map(() => '?').join(', ')})`;
  return table.key.length === 0 ? insert : `${insert} ${overwrite(table)}`;
}

/** `on conflict … do update` for every column the row does not keep. */
export function overwrite(table: TableSpec): string {
  const changed = table.columns.filter((column) => !table.key.includes(column) && !table.keep?.includes(column));
  return `on conflict (${table.key.join(', ')}) do update set ${changed.map((column) => `${column} = excluded.${column}`).join(', ')}`;
}
