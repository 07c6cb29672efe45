// What an ingester says of itself: for /readyz, /metrics and the page of its health.
import type { IngestStore } from './ingestStore.ts';

/** Messages since the start, by what became of them. */
export interface Counts {
  reports: number;
  events: number;
  duplicates: number;
  quarantined: number;
  quarantine_dropped: number;
  throttled: number;
  presence: number;
  replies: number;
}

export interface IngestStatus extends Counts {
  /** Its name in `ingest_status`, null while it stands by. */
  readonly ingester: string | null;
  /** standby: another ingester holds the store. stalled: the store does not take batches. disconnected: no broker. */
  readonly state: 'working' | 'standby' | 'stalled' | 'disconnected';
  readonly reason: string | null;
  readonly broker: 'embedded' | 'external' | null;
  readonly broker_state: string | null;
  /** Where the embedded broker listens. */
  readonly port: number | null;
  readonly clients: number | null;
  /** Connections and topics the embedded broker refused, and sign-ins or TLS handshakes it did not look at, since the start. */
  readonly refused: number | null;
  readonly held_off: number | null;
  /** Messages taken but not committed, and device rows waiting for their turn. */
  readonly queued: number;
  readonly rows_waiting: number;
  readonly reports_per_s: number;
  readonly commit_ms: number;
  readonly commits: number;
  readonly last_commit_at: number | null;
  readonly devices_in_memory: number;
  readonly memory_bytes: number;
  readonly gaps_open: number;
  readonly at: number;
}

/** An ingester tells every three seconds: one that did not for so long is gone, or stuck. */
export const NO_WORD_MS = 30_000;

/** Tells the pages of every process how this ingester is. Only one holds the store: those that fell silent before it are over. */
export async function writeStatus(store: IngestStore, ingester: string, status: IngestStatus, now: number): Promise<void> {
  await store.run(
    `insert into ingest_status (ingester, status, updated_at) values (?, ?, ?)
     on conflict (ingester) do update set status = excluded.status, updated_at = excluded.updated_at`,
    [ingester, JSON.stringify(status), now],
  );
  await store.run('delete from ingest_status where ingester <> ? and updated_at < ?', [ingester, now - NO_WORD_MS]);
}

let own: (() => IngestStatus) | null = null;

/** The ingester of this very process is heard even while the store takes nothing: no word of how it is either. A later call replaces the one before. */
export function hearOwn(status: (() => IngestStatus) | null): void {
  own = status;
}

/** Null where no ingester runs beside the pages. */
export const ownStatus = (): IngestStatus | null => own?.() ?? null;

/** An ingester that ends in order says nothing more. */
export const forgetStatus = (store: IngestStore, ingester: string): Promise<number> => store.run('delete from ingest_status where ingester = ?', [ingester]);

/** Takes out of `device_ids` what is written. */
export async function noteUsedCredentials(store: IngestStore, device_ids: Set<string>, now: number): Promise<void> {
  for (const device_id of device_ids) {
    await store.run('update device_credentials set last_used_at = ? where device_id = ? and revoked_at is null', [now, device_id]);
    device_ids.delete(device_id);
  }
}
