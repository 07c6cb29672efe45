// The scan on two cores: each thread reads and judges half of the models; this one adds up the fleet in between and stays free for others.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Day } from '../core/time.ts';
import { type Db, urlOf } from '../db/open.ts';
import { readLifts } from './lifts.ts';
import { type PartSums, type Past, pastOf, readPast } from './past.ts';
import type { RollOut } from './rollouts.ts';
import { isLiveRollOut, listRollOuts } from './rollouts.ts';
import type { JudgeQuestion, LoudModels, PartQuestion } from './scanPart.ts';
import { type ModelRange, type Span, spanUntil } from './span.ts';
import type { SignalRow } from './table.ts';

/** Fewer models than this are read sooner than threads are started. */
const FEWEST_MODELS = 100;

export interface ToJudge {
  readonly past: Past;
  readonly rollouts: readonly RollOut[];
}

/** The past with the days of every model that may have something to say; null while nothing has been counted. */
export async function readLoudPast(db: Db, last_on: Day, signals: readonly SignalRow[]): Promise<ToJudge | null> {
  const span = await spanUntil(db, last_on);
  if (span === null) return null;
  const rollouts = await listRollOuts(db, span);
  const threads = await threadsFor(db, last_on, span, signals);
  if (threads !== null) {
    const past = await readInThreads(threads, span, signals, rollouts);
    return { past: { ...past, lifts: await readLifts(db, span, signals, {}) }, rollouts };
  }
  const past = await readPast(db, last_on, signals);
  return past === null ? null : { past, rollouts };
}

async function readInThreads(threads: readonly Thread[], span: Span, signals: readonly SignalRow[], rollouts: readonly RollOut[]): Promise<Past> {
  try {
    const parts = await Promise.all(threads.map((thread) => thread.answer<PartSums>()));
    const past = pastOf(span, signals, parts);
    const placeOf = new Map(past.model_ids.map((id, place) => [id, place]));
    const wanted = rollouts.filter((rollout) => isLiveRollOut(rollout, span)).map((rollout) => rollout.model_id);
    const loud = await Promise.all(
      threads.map((thread, index) => {
        const places = (parts[index]?.model_ids ?? []).map((id) => placeOf.get(id) ?? 0);
        return thread.ask<LoudModels>({ known: past.expectation.known, places, device_days: past.device_days.all, wanted });
      }),
    );
    return { ...past, by_model: withHoles(past.model_ids.length, loud.flat()) };
  } finally {
    // What they held is free again before this thread goes on.
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

function withHoles(models: number, loud: LoudModels): Past['by_model'] {
  const by_model = new Array<Past['by_model'][number]>(models).fill(undefined);
  for (const { place, days } of loud) by_model[place] = days;
  return by_model;
}

/** Null when there are few models, or nothing that a thread could open or run: a store in memory, TypeScript sources. */
async function threadsFor(db: Db, last_on: Day, span: Span, signals: readonly SignalRow[]): Promise<Thread[] | null> {
  const url = urlOf(db);
  const file = new URL('./scanThread.js', import.meta.url);
  if (url === undefined || !existsSync(fileURLToPath(file))) return null;
  const models = await db.selectFrom('alert_days').select('model_id').where('day_on', '=', last_on).orderBy('model_id').execute();
  const middle = models[Math.floor(models.length / 2)]?.model_id;
  if (middle === undefined || models.length < FEWEST_MODELS) return null;
  const ranges: ModelRange[] = [{ before: middle }, { from: middle }];
  return ranges.map((range) => new Thread(file, url, { span, signals, range }));
}

class Thread {
  readonly #worker: Worker;

  constructor(file: URL, url: string, question: PartQuestion) {
    this.#worker = new Worker(file, { workerData: { url, question } });
  }

  ask<T>(question: JudgeQuestion): Promise<T> {
    this.#worker.postMessage(question);
    return this.answer<T>();
  }

  /** The next thing it says. */
  answer<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#worker.once('message', resolve);
      this.#worker.once('error', reject);
      this.#worker.once('exit', (code) => reject(new Error(`A thread of the scan ended with ${code}`)));
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
