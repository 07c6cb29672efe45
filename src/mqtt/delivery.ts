// One connection to a broker as a source of messages: acknowledgements in one write, and few large reads under load.
import type { Socket } from 'node:net';
import { writeAcknowledgements } from './acks.ts';
import type { Source } from './source.ts';

/** A broker that writes packet by packet wakes a waiting reader for each, which costs both of them more than the packet: beyond this many a millisecond
 * the socket rests between two reads, and the broker fills its buffer meanwhile. Below, where the latency of each counts (15 a millisecond), it never rests. */
const BUSY_PER_MS = 20;
const REST_MS = 2;
const MEASURED_MS = 10;

export class Delivery implements Source {
  private readonly socket: Socket;
  private crowded = false;
  private resting: NodeJS.Timeout | null = null;
  private busy = false;
  private counted = 0;
  private countedSince = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.once('close', () => {
      if (this.resting !== null) clearTimeout(this.resting);
    });
  }

  acknowledge(ids: readonly number[]): void {
    writeAcknowledgements(this.socket, ids);
  }

  pause(): void {
    this.crowded = true;
    this.socket.pause();
  }

  resume(): void {
    this.crowded = false;
    if (this.resting === null) this.socket.resume();
  }

  /** So many messages came with one read. */
  took(messages: number, at: number): void {
    this.counted += messages;
    const elapsed = at - this.countedSince;
    // A clock that was set back begins anew.
    if (elapsed >= MEASURED_MS || elapsed < 0) {
      this.busy = this.counted >= elapsed * BUSY_PER_MS;
      this.counted = 0;
      this.countedSince = at;
    }
    if (this.busy && this.resting === null) this.rest();
  }

  private rest(): void {
    this.socket.pause();
    this.resting = setTimeout(() => {
      this.resting = null;
      if (!this.crowded) this.socket.resume();
    }, REST_MS);
  }
}
