// One message on its way from a device into the store.
import type { Item } from './decode.ts';
import { type Topic, topicText } from './topic.ts';

/** One message of a device: `bytes` from `from` to `to`. */
export class Message {
  /** Items of its array that are in already: taking resumes there after something was read from the store. */
  done = 0;
  /** Known after a look at the store: the same key was stored with the same bytes, or with others. */
  verdict: 'same' | 'other' | null = null;
  items: Item[] | null = null;
  /** The unit of its device was looked up for it. */
  asked = false;
  /** What became of it, for replays. */
  outcome = 'stored';
  /** A replay or an import comes from the store itself: no rate applies. The refusal of a replay is told instead of quarantined again. */
  origin: 'device' | 'replay' | 'import' = 'device';
  /** Called when the message is in the batch, to add rows of its own to the same transaction. */
  onTaken: ((outcome: string) => void) | null = null;
  readonly of: Topic;
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly received_at: number;

  constructor(of: Topic, received_at: number, bytes: Uint8Array, from = 0, to = bytes.length) {
    this.of = of;
    this.received_at = received_at;
    this.bytes = bytes;
    this.from = from;
    this.to = to;
  }

  get topic(): string {
    return topicText(this.of);
  }

  get payload(): Uint8Array {
    return this.bytes.subarray(this.from, this.to);
  }
}

/** The bytes of the report at hand: the message, or its part of an array. */
export const itemBytes = ({ items, done, payload }: Message): Uint8Array => items?.[done]?.bytes ?? payload;
