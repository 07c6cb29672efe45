// Topics by their bytes: of one that was heard before no string is made and no text is hashed by the engine, for every report passes here.
import { readTopic, TOPIC_ROOT, type Topic, topicText } from '../telemetry/topic.ts';

/** Two topics each of half a million devices; beyond it the table starts anew. */
const MAX_TOPICS = 1_000_000;
const FIRST_SLOTS = 1024;
/** 2^32 divided by the golden ratio (Knuth, The Art of Computer Programming 3, §6.4). */
const FIBONACCI = 0x9e3779b1;
const root = Buffer.from(TOPIC_ROOT);

interface Known {
  readonly hash: number;
  readonly text: string;
  readonly topic: Topic;
}

export class Topics {
  private slots: (Known | undefined)[] = new Array(FIRST_SLOTS).fill(undefined);
  private hashes = new Int32Array(FIRST_SLOTS);
  private size = 0;

  /** The topic at `bytes` from `from` to `to`; null when it is none of ours. */
  find(bytes: Buffer, from: number, to: number): Topic | null {
    const hash = hashOf(bytes, from + root.length, to);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = this.hashes[slot] as number;
      if (found === 0) return this.learn(hash, bytes.toString('utf8', from, to));
      if (found !== hash) continue;
      const { text, topic } = this.slots[slot] as Known;
      if (same(bytes, from, to, text)) return topic;
    }
  }

  private learn(hash: number, text: string): Topic | null {
    const topic = readTopic(text);
    // Text beyond ASCII has other bytes than characters; it is read anew each time.
    if (topic === null || topicText(topic) !== text || /[^\x20-\x7e]/.test(text)) return topic;
    if (this.size >= MAX_TOPICS) this.grow(FIRST_SLOTS, []);
    else if (this.size * 2 >= this.slots.length) this.grow(this.slots.length * 4, this.slots);
    this.put({ hash, text, topic });
    return topic;
  }

  private grow(slots: number, known: readonly (Known | undefined)[]): void {
    this.slots = new Array(slots).fill(undefined);
    this.hashes = new Int32Array(slots);
    this.size = 0;
    for (const each of known) if (each !== undefined) this.put(each);
  }

  private put(known: Known): void {
    const mask = this.slots.length - 1;
    let slot = known.hash & mask;
    while (this.hashes[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = known;
    this.hashes[slot] = known.hash;
    this.size++;
  }
}

/** Never 0, which marks an empty slot. */
function hashOf(bytes: Buffer, from: number, to: number): number {
  let hash = to - from;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), FIBONACCI);
  return (hash ^ (hash >>> 15)) | 1;
}

function same(bytes: Buffer, from: number, to: number, text: string): boolean {
  if (to - from !== text.length) return false;
  for (let i = text.length - 1; i >= 0; i--) if (bytes[from + i] !== text.charCodeAt(i)) return false;
  return true;
}
