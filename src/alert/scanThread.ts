// A thread that reads and judges a part of the models, with a connection of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { sql } from 'kysely';
import { openStore } from '../db/open.ts';
import { type JudgeQuestion, type PartQuestion, ScanPart } from './scanPart.ts';

// scanThreads.ts is the only one that starts this thread.
const { url, question } = workerData as { url: string; question: PartQuestion };

const store = openStore(url);
// Every day is read once: a cache of the usual size would only hold memory.
if (store.dialect === 'sqlite') await sql`pragma cache_size = -4096`.execute(store.db);
const part = await ScanPart.read(store.db, question);
await store.close();
parentPort?.once('message', (asked: JudgeQuestion) => {
  const loud = part.judge(asked);
  parentPort?.postMessage(loud);
  parentPort?.close();
});
// The totals are not needed here any more: they move, which spares a copy of the fleet. Nothing of them is shared memory.
const { sums } = part;
parentPort?.postMessage(sums, [sums.totals.devices.buffer as ArrayBuffer, sums.totals.events.buffer as ArrayBuffer]);
