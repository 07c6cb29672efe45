// Messages that wait while something is read or committed, in the order they came.
import type { Message } from '../telemetry/message.ts';
import type { Source } from './source.ts';

/** Beyond either, sources are paused. */
const MAX_QUEUED = 4000;
const MAX_QUEUED_BYTES = 64 * 2 ** 20;

export interface Queued {
  readonly message: Message;
  readonly source: Source;
  readonly id: number;
}

export class Backlog {
  private queue: Queued[] = [];
  private head = 0;
  private bytes = 0;

  get length(): number {
    return this.queue.length - this.head;
  }

  get crowded(): boolean {
    return this.length > MAX_QUEUED || this.bytes > MAX_QUEUED_BYTES;
  }

  get roomy(): boolean {
    return this.length <= MAX_QUEUED / 2 && this.bytes <= MAX_QUEUED_BYTES / 2;
  }

  get first(): Queued | undefined {
    return this.queue[this.head];
  }

  push(queued: Queued): void {
    this.queue.push(queued);
    this.bytes += queued.message.payload.length;
  }

  /** Removes the first. */
  shift(): void {
    this.bytes -= this.first?.message.payload.length ?? 0;
    this.head++;
    if (this.head < this.queue.length && this.head <= MAX_QUEUED) return;
    this.queue = this.queue.slice(this.head);
    this.head = 0;
  }

  /** The first `most` of those that wait. */
  *next(most: number): Generator<Queued> {
    const end = Math.min(this.queue.length, this.head + most);
    for (let i = this.head; i < end; i++) yield this.queue[i] as Queued;
  }
}
