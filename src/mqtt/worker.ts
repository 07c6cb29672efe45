// The thread the ingest runs in for `kizashi serve`.
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../core/messageOf.ts';
import { type IngestConfig, runIngester } from './ingester.ts';
import type { Log } from './log.ts';
import type { FromWorker } from './start.ts';

const STATUS_MS = 500;
/** Where all processors are busy, people at the pages come before a backlog that drains. */
const NICENESS = 5;

// On Linux a thread has a priority of its own; elsewhere this would slow the pages down with it.
if (process.platform === 'linux') setPriority(0, NICENESS);

const tell = (message: FromWorker): void => parentPort?.postMessage(message);
const log: Log = {
  info: (fields, message) => tell({ kind: 'log', level: 'info', fields, message }),
  warn: (fields, message) => tell({ kind: 'log', level: 'warn', fields, message }),
  error: (fields, message) => tell({ kind: 'log', level: 'error', fields, message }),
};

try {
  // The thread that started this one passes the configuration it read.
  const ingester = await runIngester(workerData as IngestConfig, log, Date.now, ({ message }) => {
    tell({ kind: 'lost', message });
    process.exit(1);
  });
  tell({ kind: 'ready', status: ingester.status() });
  const timer = setInterval(() => tell({ kind: 'status', status: ingester.status() }), STATUS_MS);
  parentPort?.on('message', () => {
    clearInterval(timer);
    void ingester.close().then(() => process.exit(0));
  });
} catch (error) {
  tell({ kind: 'failed', message: messageOf(error) });
}
