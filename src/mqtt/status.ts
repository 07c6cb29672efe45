// Reads the state of a running ingester.
import type { Counts, IngestStatus } from '../telemetry/ingestStatus.ts';
import type { Gate } from './gate.ts';
import type { Pipeline } from './pipeline.ts';

const none: Counts = { reports: 0, events: 0, duplicates: 0, quarantined: 0, quarantine_dropped: 0, throttled: 0, presence: 0, replies: 0 };

interface Running {
  readonly ingester: string;
  readonly pipeline: Pipeline;
  readonly gate: Gate;
  readonly reports_per_s: number;
  readonly memory_bytes: number;
  readonly gaps_open: number;
  readonly now: number;
}

/** Null: standing by. */
export function statusOf(of: Running | null): IngestStatus {
  if (of === null) {
    return {
      ...none,
      ingester: null,
      state: 'standby',
      reason: 'Another ingester holds the store',
      broker: null,
      broker_state: null,
      port: null,
      clients: null,
      refused: null,
      held_off: null,
      queued: 0,
      rows_waiting: 0,
      reports_per_s: 0,
      commit_ms: 0,
      commits: 0,
      last_commit_at: null,
      devices_in_memory: 0,
      memory_bytes: process.memoryUsage.rss(),
      gaps_open: 0,
      at: Date.now(),
    };
  }
  const { pipeline, gate, now } = of;
  const trouble = pipeline.troubleAt(now);
  const down = gate.kind === 'external' && gate.state !== 'connected';
  return {
    ...pipeline.ingest.counts,
    ingester: of.ingester,
    state: trouble !== null ? 'stalled' : down ? 'disconnected' : 'working',
    reason: trouble ?? gate.reason,
    broker: gate.kind,
    broker_state: gate.state,
    port: gate.port,
    clients: gate.clients,
    refused: gate.refused,
    held_off: gate.held_off,
    queued: pipeline.queued,
    rows_waiting: pipeline.ingest.batch.waiting,
    reports_per_s: of.reports_per_s,
    commit_ms: pipeline.last_commit_ms,
    commits: pipeline.commits,
    last_commit_at: pipeline.last_commit_at || null,
    devices_in_memory: pipeline.ingest.devices.size,
    memory_bytes: of.memory_bytes,
    gaps_open: of.gaps_open,
    at: now,
  };
}
