// Keeps an ingester running beside the web server: one that ends by itself is started again, ever more slowly, and /readyz says why.
import type { Log } from '../core/log.ts';
import { messageOf } from '../core/messageOf.ts';
import { hearOwn, type IngestStatus } from '../telemetry/ingestStatus.ts';
import type { IngestConfig } from './ingester.ts';
import { measureIngest } from './meter.ts';
import { type Ingest, startIngest } from './start.ts';
import { statusOf } from './status.ts';

export interface KeptIngest {
  status(): IngestStatus;
  /** Why reports are not being stored right now, or null. */
  trouble(): string | null;
  close(): Promise<void>;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
/** One that ran this long did not end because of what ended the one before it. */
const STEADY_MS = 60_000;

/** How long to wait after the next end, when there was a wait of `wait` before a run of `ran_ms`. */
export const waitAfter = (wait: number, ran_ms: number): number => (ran_ms >= STEADY_MS ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS));

/** Resolves when devices can connect. Throws when the first start fails: a taken port or an unreadable certificate is a wrong setting. */
export async function keepIngesting(config: IngestConfig, log: Log): Promise<KeptIngest> {
  let ingest: Ingest | null = await startIngest(config, log);
  let closed = false;
  let reason: string | null = null;
  const keep = async () => {
    for (let wait = FIRST_WAIT_MS / 2; !closed; ) {
      const began = Date.now();
      const error = await ingest?.ended;
      if (closed) return;
      wait = waitAfter(wait, Date.now() - began);
      reason = error?.message ?? reason ?? 'ended by itself';
      log.error({ reason }, 'ingest ended; starting it again');
      await new Promise((resolve) => setTimeout(resolve, wait));
      ingest = await startIngest(config, log).catch((failure: unknown) => {
        reason = messageOf(failure);
        return null;
      });
      if (ingest !== null) reason = null;
      // Closed while it started: nobody else would end it.
      if (closed) await ingest?.close();
    }
  };
  void keep();
  const status = () => ingest?.status() ?? statusOf(null);
  measureIngest(status);
  hearOwn(status);
  return {
    status,
    trouble: () => (reason !== null ? `ingest: ${reason}` : troubleOf(status())),
    close: async () => {
      closed = true;
      hearOwn(null);
      await ingest?.close();
    },
  };
}

/** Messages waiting for the store beyond this mean that it does not keep up. */
const QUEUED_AT_MOST = 50_000;

/** The thread says how it is twice a second; one that does not is waiting for the store or stuck. */
const NO_WORD_MS = 10_000;

function troubleOf(status: IngestStatus): string | null {
  const since = Date.now() - status.at;
  if (since > NO_WORD_MS) return `ingest: no word from its thread for ${Math.round(since / 1000)} s`;
  if (status.state === 'stalled' || status.state === 'disconnected') return `ingest ${status.state}: ${status.reason ?? 'unknown'}`;
  return status.queued > QUEUED_AT_MOST ? `ingest: ${status.queued} messages wait for the store` : null;
}
