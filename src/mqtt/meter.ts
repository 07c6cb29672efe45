// What Prometheus sees of the ingester: read from its status at each scrape.
import { Gauge } from 'prom-client';
import type { IngestStatus } from '../telemetry/ingestStatus.ts';
import { metrics } from '../web/metrics.ts';

const COUNTED = ['reports', 'events', 'duplicates', 'quarantined', 'quarantine_dropped', 'throttled', 'presence'] as const;
const MEASURED = [
  'queued',
  'rows_waiting',
  'reports_per_s',
  'commit_ms',
  'devices_in_memory',
  'memory_bytes',
  'gaps_open',
  'clients',
  'refused',
  'held_off',
] as const;

/** Registers the gauges over `status`; a later call replaces the source. */
export function measureIngest(status: () => IngestStatus): void {
  for (const name of ['kizashi_ingest_messages', 'kizashi_ingest', 'kizashi_ingest_working']) metrics.removeSingleMetric(name);
  new Gauge({
    name: 'kizashi_ingest_messages',
    help: 'Messages since the ingester started, by what became of them',
    labelNames: ['outcome'],
    registers: [metrics],
    collect() {
      for (const outcome of COUNTED) this.set({ outcome }, status()[outcome]);
    },
  });
  new Gauge({
    name: 'kizashi_ingest',
    help: 'State of the ingester, by measure',
    labelNames: ['measure'],
    registers: [metrics],
    collect() {
      for (const measure of MEASURED) this.set({ measure }, status()[measure] ?? 0);
    },
  });
  new Gauge({
    name: 'kizashi_ingest_working',
    help: '1 while reports are stored',
    registers: [metrics],
    collect() {
      this.set(status().state === 'working' ? 1 : 0);
    },
  });
}
