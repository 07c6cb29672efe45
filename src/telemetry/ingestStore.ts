// The store as the ingester uses it: one transaction per batch, prepared statements, one writer at a time. Same statements on SQLite and PostgreSQL.
import type { Value, Writes } from './writes.ts';

/** This writer may write no more: another ingester holds the store, or the connection that held it broke. */
export class LeaseLost extends Error {
  constructor(message = 'Another ingester took over the store') {
    super(message);
  }
}

export interface IngestStore {
  /** Becomes the only writer, or returns false while another one is alive. */
  claim(holder: string, now: number): Promise<boolean>;
  /** Says that this writer lives. Throws LeaseLost when another one took over. */
  renew(now: number): Promise<void>;
  /** Everything or nothing, on the disk when it returns. Synchronous on SQLite. Throws LeaseLost when another ingester took over. */
  commit(writes: Writes): void | Promise<void>;
  /** A query of few rows, `?` for each parameter. On SQLite the promise is already fulfilled. */
  all<Row>(sql: string, parameters: readonly Value[]): Promise<Row[]>;
  /** A small write of its own. Returns the number of rows changed. */
  run(sql: string, parameters: readonly Value[]): Promise<number>;
  close(): Promise<void>;
}

/** An ingester that did not renew for this long is dead. */
export const LEASE_MS = 10_000;
