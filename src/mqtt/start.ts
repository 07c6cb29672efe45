// Starts the ingest beside the web server: in a thread of its own, so that neither waits for the other.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { IngestStatus } from '../telemetry/ingestStatus.ts';
import { type IngestConfig, runIngester } from './ingester.ts';
import type { Log } from './log.ts';
import { statusOf } from './status.ts';

export interface Ingest {
  /** What the ingester said last. */
  status(): IngestStatus;
  /** Resolves when the ingester has stopped by itself: another one took over, or its thread died. */
  readonly ended: Promise<Error | null>;
  close(): Promise<void>;
}

/** Old space for a million devices of 2.7 KiB, and batches. */
const MAX_HEAP_MB = 4096;
const READY_WITHIN_MS = 60_000;
const CLOSE_WITHIN_MS = 10_000;

export type FromWorker =
  | { readonly kind: 'ready' | 'status'; readonly status: IngestStatus }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly fields: object; readonly message: string }
  | { readonly kind: 'lost'; readonly message: string };

/** Resolves when devices can connect. Throws when the port is taken, the store cannot be opened, or a certificate cannot be read. */
export const startIngest = async (config: IngestConfig, log: Log): Promise<Ingest> => {
  const compiled = new URL('./worker.js', import.meta.url);
  return existsSync(fileURLToPath(compiled)) ? startThread(compiled, config, log) : startHere(config, log);
};

/** In this very thread: for `kizashi ingest`, which does nothing else, and where only TypeScript sources are at hand. */
export async function startHere(config: IngestConfig, log: Log): Promise<Ingest> {
  let end: (error: Error | null) => void = () => {};
  const ended = new Promise<Error | null>((resolve) => {
    end = resolve;
  });
  const ingester = await runIngester(config, log, Date.now, end);
  return {
    status: () => ingester.status(),
    ended,
    close: async () => {
      await ingester.close();
      end(null);
    },
  };
}

async function startThread(file: URL, config: IngestConfig, log: Log): Promise<Ingest> {
  const worker = new Worker(file, { workerData: config, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
  let status = statusOf(null);
  let lost: Error | null = null;
  const ended = new Promise<Error | null>((resolve) => {
    worker.on('error', (error) => resolve(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => resolve(code === 0 ? null : (lost ?? new Error(`The ingest ended with ${code}`))));
  });
  const ready = new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'log') log[message.level](message.fields, message.message);
      else if (message.kind === 'failed') reject(new Error(message.message));
      else if (message.kind === 'lost') lost = new Error(message.message);
      else if (message.kind === 'ready' || message.kind === 'status') {
        status = message.status;
        if (message.kind === 'ready') resolve();
      }
    });
    void ended.then((error) => reject(error ?? new Error('The ingest ended before it was ready')));
    setTimeout(() => reject(new Error('The ingest did not become ready')), READY_WITHIN_MS).unref();
  });
  await ready;
  return {
    status: () => status,
    ended,
    close: async () => {
      worker.postMessage('close');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref())]);
      await worker.terminate();
    },
  };
}
