// What an ingester says of itself: for /readyz, /metrics and the page of its health.
import type { Counts } from './ingest.ts';

export interface IngestStatus extends Counts {
  /** standby: another ingester holds the store. stalled: the store does not take batches. disconnected: no broker. */
  readonly state: 'working' | 'standby' | 'stalled' | 'disconnected';
  readonly reason: string | null;
  readonly broker: 'embedded' | 'external' | null;
  readonly broker_state: string | null;
  /** Where the embedded broker listens. */
  readonly port: number | null;
  readonly clients: number | null;
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
