// The whole path of a message: take it in, read what is missing, commit a batch in one transaction, and only then acknowledge.

import { messageOf } from '../core/messageOf.ts';
import type { Ingest, Missing } from '../telemetry/ingest.ts';
import { type IngestStore, LeaseLost } from '../telemetry/ingestStore.ts';
import { Message } from '../telemetry/message.ts';
import type { Topic } from '../telemetry/topic.ts';
import { Acks } from './acks.ts';
import { Backlog } from './backlog.ts';
import type { Log } from './log.ts';
import type { Source } from './source.ts';
import { Supply } from './supply.ts';
import { Trouble } from './trouble.ts';

/** A batch waits this long for company; longer where commits are slow, so that they take no more than a quarter of the time. */
const SHORTEST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 20;
const WAIT_PER_COMMIT = 3;
/** Reports a millisecond from which a backlog drains: throughput counts, not the latency of one. A commit costs as much as forty reports. */
const FLOOD_PER_MS = 20;
/** Between slices of waiting device rows when nothing arrives. */
const IDLE_WAIT_MS = 20;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1000;

export class Pipeline {
  readonly ingest: Ingest;
  private readonly trouble: Trouble;
  commits = 0;
  last_commit_ms = 0;
  last_commit_at = 0;
  private readonly store: IngestStore;
  private readonly now: () => number;
  private readonly log: Log;
  private readonly onLeaseLost: (error: LeaseLost) => void;
  private readonly backlog = new Backlog();
  private readonly supply: Supply;
  private pumping = false;
  private readonly acks = new Acks();
  private readonly paused = new Set<Source>();
  private inFlight: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private flooded = false;
  private flushed_at = 0;
  private closed = false;

  constructor(store: IngestStore, ingest: Ingest, now: () => number, log: Log, onLeaseLost: (error: LeaseLost) => void) {
    this.store = store;
    this.ingest = ingest;
    this.now = now;
    this.log = log;
    this.onLeaseLost = onLeaseLost;
    this.supply = new Supply(store, ingest, this.backlog);
    this.trouble = new Trouble(log);
  }

  /** What keeps the store from taking a batch, or null. */
  troubleAt(now: number): string | null {
    return this.trouble.at(now);
  }

  /** Messages taken from a source and not yet acknowledged or waiting. */
  get queued(): number {
    return this.backlog.length;
  }

  /** Takes over the message at `bytes` from `from` to `to`, which hold only until this returns. */
  deliver(of: Topic, received_at: number, bytes: Uint8Array, from: number, to: number, source: Source, id: number): void {
    if (!this.pumping && this.ready() && this.takeUsual(of, received_at, bytes, from, to)) this.acknowledgeLater(source, id);
    else this.offer(new Message(of, received_at, Buffer.from(bytes.subarray(from, to))), source, id);
  }

  /** Takes a message over. `source.acknowledge` hears its id after the commit. */
  offer(message: Message, source: Source, id: number): void {
    if (!this.pumping && this.ready() && this.take(message) === null) {
      this.taken(message, source, id);
      return;
    }
    this.backlog.push({ message, source, id });
    if (this.backlog.crowded && !this.paused.has(source)) {
      this.paused.add(source);
      source.pause();
    }
    if (!this.pumping) void this.pump();
  }

  /** Forgets the acknowledgements of a source that is gone. Its messages are taken all the same: delivered again they change nothing. */
  forget(source: Source): void {
    this.acks.forget(source);
    this.paused.delete(source);
  }

  /** Resolves when everything taken so far is committed. */
  async drain(): Promise<void> {
    this.ingest.batch.patient = false;
    while (!this.closed && (this.queued > 0 || this.pumping || !this.ingest.batch.empty || this.inFlight !== null || this.ingest.batch.waiting > 0)) {
      await this.settle();
      if (this.troubleAt(this.now()) !== null) break;
    }
    this.ingest.batch.patient = true;
  }

  /** Stops at once; what is not committed is not acknowledged. */
  abandon(): void {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  async close(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    await this.drain();
    this.abandon();
  }

  /** Commits what is collected and waits for it. */
  async settle(): Promise<void> {
    await this.inFlight;
    this.flush();
    await this.inFlight;
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Room in the batch, made by a commit when there was none. */
  private ready(): boolean {
    if (this.ingest.batch.full) this.flush();
    return !this.ingest.batch.full;
  }

  private takeUsual(of: Topic, received_at: number, bytes: Uint8Array, from: number, to: number): boolean {
    try {
      return this.ingest.takeUsual(of, received_at, bytes, from, to);
    } catch {
      return false;
    }
  }

  /** A message that our own code breaks on is kept with its bytes like any other we cannot accept; those behind it go on. */
  private take(message: Message): Missing | null {
    try {
      return this.ingest.take(message);
    } catch (error) {
      const reason = messageOf(error);
      this.log.error({ err: reason, topic: message.topic }, 'A message could not be taken in');
      return this.ingest.refuse(message, message.payload, 'internal_error', reason);
    }
  }

  private taken(message: Message, source: Source, id: number): void {
    if (message.onTaken !== null) message.onTaken(message.outcome);
    this.acknowledgeLater(source, id);
  }

  private acknowledgeLater(source: Source, id: number): void {
    this.acks.add(source, id);
    if (this.timer === null) this.schedule();
  }

  private async pump(): Promise<void> {
    this.pumping = true;
    for (let first = this.backlog.first; first !== undefined && !this.closed; first = this.backlog.first) {
      if (!this.ready()) {
        await this.inFlight;
        continue;
      }
      const { message, source, id } = first;
      const missing = this.take(message);
      if (missing !== null) await this.fetch(missing, message);
      else {
        this.backlog.shift();
        this.taken(message, source, id);
      }
      if (this.paused.size > 0 && this.backlog.roomy) this.resume();
    }
    this.supply.forget();
    this.pumping = false;
  }

  private resume(): void {
    for (const source of this.paused) source.resume();
    this.paused.clear();
  }

  /** Reads what the message needs. Batches on their way are waited for: they may hold the very row. */
  private async fetch(missing: Missing, message: Message): Promise<void> {
    for (let wait = FIRST_RETRY_MS; !this.closed; wait = Math.min(LAST_RETRY_MS, wait * 2)) {
      await this.inFlight;
      try {
        await this.supply.fetch(missing, message);
        return;
      } catch (error) {
        this.trouble.refused(error, this.now());
        await sleep(wait);
      }
    }
  }

  private get wait_ms(): number {
    return this.flooded ? LONGEST_WAIT_MS : Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, this.last_commit_ms * WAIT_PER_COMMIT));
  }

  private schedule(wait = this.wait_ms): void {
    if (this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.flush();
    }, wait);
  }

  private flush(): void {
    if (this.inFlight !== null) {
      this.schedule();
      return;
    }
    const { batch } = this.ingest;
    if (batch.empty && this.acks.empty && batch.waiting === 0) return;
    const acks = this.acks.take();
    const { reports } = batch.segment;
    const at = performance.now();
    this.flooded = reports > 0 && reports >= (at - this.flushed_at) * FLOOD_PER_MS;
    this.flushed_at = at;
    this.commit(batch.seal(this.now()), acks);
    if (batch.waiting > 0) this.schedule(reports > 0 ? undefined : IDLE_WAIT_MS);
  }

  private commit(writes: Parameters<IngestStore['commit']>[0], acks: ReturnType<Acks['take']>): void {
    const began = performance.now();
    this.trouble.asked(this.now());
    const done = () => {
      this.commits++;
      this.last_commit_ms = performance.now() - began;
      this.last_commit_at = this.now();
      this.trouble.over();
      for (const [source, ids] of acks) source.acknowledge(ids);
    };
    let result: ReturnType<IngestStore['commit']>;
    try {
      result = writes.size === 0 ? undefined : this.store.commit(writes);
    } catch (error) {
      result = Promise.reject(error);
    }
    if (result === undefined) {
      done();
      return;
    }
    this.inFlight = result
      .then(done, (error: unknown) => this.retry(error, writes, done))
      .finally(() => {
        this.inFlight = null;
      });
  }

  /** The memory already holds what the batch says, so the same batch is written until the store takes it. Nothing of it is acknowledged before. */
  private async retry(first: unknown, writes: Parameters<IngestStore['commit']>[0], done: () => void): Promise<void> {
    let error = first;
    for (let wait = FIRST_RETRY_MS; !this.closed; wait = Math.min(LAST_RETRY_MS, wait * 2)) {
      this.trouble.refused(error, this.now());
      if (error instanceof LeaseLost) {
        this.closed = true;
        this.onLeaseLost(error);
        return;
      }
      await sleep(wait);
      try {
        await this.store.commit(writes);
        done();
        return;
      } catch (again) {
        error = again;
      }
    }
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
