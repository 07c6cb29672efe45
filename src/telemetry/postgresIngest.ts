// The ingester's own two connections to PostgreSQL: one writes batches and holds the advisory lock that makes it the only writer, one reads.
import type pg from 'pg';
import { postgresDriver } from '../db/postgres.ts';
import { type IngestStore, LeaseLost } from './ingestStore.ts';
import { overwrite } from './sqliteIngest.ts';
import { inboxDone, replayRows, replyRows, segmentRows, type TableSpec, type Value, type Writes } from './writes.ts';

/** Names the lock of the ingester among the advisory locks of the database. */
const INGEST_LOCK = 4_812_078;
const BROKEN = 'The connection to the store broke';

export function openPostgresIngest(url: string): IngestStore {
  // The reader may reconnect at will; the writer is one session for as long as it holds the lock.
  const reader = new (postgresDriver().Pool)({ connectionString: url, max: 1 });
  reader.on('error', () => {});
  let writer: pg.Client | null = null;
  return {
    claim: async (holder, now) => {
      writer ??= await connectWriter(url, () => {
        writer = null;
      });
      const locked = await writer.query(`select pg_try_advisory_lock(${INGEST_LOCK}) as locked`);
      if (locked.rows[0].locked !== true) return false;
      await writer.query(
        `insert into ingest_leases (name, epoch, holder, renewed_at) values ('ingest', 1, $1, $2)
         on conflict (name) do update set epoch = ingest_leases.epoch + 1, holder = excluded.holder, renewed_at = excluded.renewed_at, released_at = null`,
        [holder, now],
      );
      return true;
    },
    renew: async (now) => {
      if (writer === null) throw new LeaseLost(BROKEN);
      await reader.query(`update ingest_leases set renewed_at = $1 where name = 'ingest'`, [now]);
    },
    // A lost session has lost the lock with it: nothing can be written under a lock that another holds.
    commit: (writes) => (writer === null ? Promise.reject(new LeaseLost(BROKEN)) : commit(writer, writes)),
    all: async (sql, parameters) => (await reader.query(numbered(sql), [...parameters])).rows,
    run: async (sql, parameters) => (await reader.query(numbered(sql), [...parameters])).rowCount ?? 0,
    close: async () => {
      await writer?.end();
      await reader.end();
    },
  };
}

async function connectWriter(url: string, onLost: () => void): Promise<pg.Client> {
  const client = new (postgresDriver().Client)({ connectionString: url });
  client.on('error', onLost);
  client.on('end', onLost);
  await client.connect();
  return client;
}

async function commit(client: pg.Client, writes: Writes): Promise<void> {
  // A batch that is one segment is one statement, and a statement is a transaction.
  const alone = writes.size === 1 && [...writes.values()][0]?.length === 1;
  try {
    if (!alone) await client.query('begin');
    for (const [table, rows] of writes) await client.query(statementFor(table, rows));
    if (!alone) await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

function statementFor(table: TableSpec, rows: readonly Value[][]): pg.QueryConfig {
  if (table === segmentRows && rows.length === 1) {
    return { name: 'segment', text: `insert into report_segments (${table.columns.join(', ')}) values ($1, $2, $3, $4, $5)`, values: rows[0] ?? [] };
  }
  const arrays = table.columns.map((_, i) => rows.map((row) => row[i] ?? null));
  const unnest = `select * from unnest(${table.types.map((type, i) => `$${i + 1}::${type}[]`).join(', ')}) as given (${table.columns.join(', ')})`;
  const name = `${table.table}.${table.columns.length}`;
  if (table === inboxDone) return { name: 'inbox', text: 'delete from telemetry_inbox where id = any($1::text[])', values: arrays };
  if (table === replayRows) {
    return {
      name,
      text: `update quarantine set replayed_at = given.replayed_at, replay_outcome = given.replay_outcome from (${unnest}) given where quarantine.id = given.id`,
      values: arrays,
    };
  }
  if (table === replyRows) {
    const text = `update device_commands c set replied_at = given.replied_at, reply = given.reply from (${unnest}) given where c.id = given.id and c.device_id = given.device_id`;
    return { name, text, values: arrays };
  }
  const insert = `insert into ${table.table} (${table.columns.join(', ')}) ${unnest}`;
  return { name, text: table.key.length === 0 ? insert : `${insert} ${overwrite(table)}`, values: arrays };
}

const numbered = (sql: string): string => {
  let count = 0;
  return sql.replace(/\?/g, () => `$${++count}`);
};
