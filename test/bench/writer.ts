// Another writer of the same SQLite file, as the ingest is one: how long it waits for its turn while something runs.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

// In a thread of its own, because what runs keeps this one busy. It takes the write lock, lets it go and rests a millisecond.
const WRITER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const Sqlite = require(workerData.driver);
  const sqlite = new Sqlite(workerData.file, { timeout: 60000 });
  let longest = 0;
  const write = () => {
    const asked = performance.now();
    sqlite.exec('begin immediate');
    sqlite.exec('rollback');
    longest = Math.max(longest, performance.now() - asked);
    timer = setTimeout(write, 1);
  };
  let timer = setTimeout(write, 1);
  parentPort.once('message', () => { clearTimeout(timer); sqlite.close(); parentPort.postMessage(longest); });
`;

/** Runs `run` beside the writer; answers the longest it waited, in ms. */
export async function longestWait(file: string, run: () => Promise<unknown>): Promise<number> {
  const writer = new Worker(WRITER, { eval: true, workerData: { file, driver: createRequire(import.meta.url).resolve('better-sqlite3') } });
  await run();
  const answer = new Promise<number>((resolve, reject) => {
    writer.once('message', resolve);
    writer.once('error', reject);
  });
  writer.postMessage('done');
  return answer;
}
