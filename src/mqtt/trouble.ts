// What keeps the store from taking telemetry, and since when. A lock that another holds for a moment is no news: it is told when it lasts.
import { messageOf } from '../core/messageOf.ts';
import type { Log } from './log.ts';

/** A batch takes milliseconds, a long transaction of another a second or two. */
const TELL_AFTER_MS = 3000;

export class Trouble {
  private readonly log: Log;
  private reason: string | null = null;
  /** Since when the store refuses, and since when it gives no answer. */
  private refusing_at: number | null = null;
  private asked_at: number | null = null;
  private told = false;

  constructor(log: Log) {
    this.log = log;
  }

  /** A batch was handed to the store. */
  asked(at: number): void {
    this.asked_at = at;
  }

  refused(error: unknown, at: number): void {
    this.refusing_at ??= at;
    this.reason = messageOf(error);
    if (this.told || this.at(at) === null) return;
    this.told = true;
    this.log.error({ err: this.reason }, 'The store does not take telemetry');
  }

  over(): void {
    if (this.told) this.log.info({}, 'The store takes telemetry again');
    this.told = false;
    this.refusing_at = null;
    this.asked_at = null;
    this.reason = null;
  }

  /** What to tell, or null. */
  at(now: number): string | null {
    if (this.refusing_at !== null && now - this.refusing_at >= TELL_AFTER_MS) return this.reason;
    const waiting = this.asked_at === null ? 0 : now - this.asked_at;
    return waiting < TELL_AFTER_MS ? null : `The store gives no answer to a batch for ${Math.round(waiting / 1000)} s`;
  }
}
