// Acknowledgements: collected while a batch fills, by the source that waits for them, and written together after the commit.
import type { Socket } from 'node:net';
import type { Source } from './source.ts';

export class Acks {
  private bySource = new Map<Source, number[]>();
  /** The list of the source that spoke last. */
  private latest: { source: Source; ids: number[] } | null = null;

  get empty(): boolean {
    return this.bySource.size === 0;
  }

  add(source: Source, id: number): void {
    if (this.latest?.source !== source) {
      const ids = this.bySource.get(source) ?? [];
      this.bySource.set(source, ids);
      this.latest = { source, ids };
    }
    this.latest.ids.push(id);
  }

  forget(source: Source): void {
    this.bySource.delete(source);
    this.latest = null;
  }

  /** Everything collected; collecting begins anew. */
  take(): ReadonlyMap<Source, readonly number[]> {
    const taken = this.bySource;
    this.bySource = new Map();
    this.latest = null;
    return taken;
  }
}

/** Marks an identifier whose message came at QoS 2. */
export const QOS2 = 0x10000;

/** A PUBACK, or a PUBREC for QoS 2, of every id in one write. Nobody waits for an id of 0. Version 5 without a reason code means success. */
export function writeAcknowledgements(to: Socket, ids: readonly number[]): void {
  const bytes = Buffer.allocUnsafe(ids.length * 4);
  let at = 0;
  for (const id of ids) {
    if (id === 0) continue;
    bytes[at++] = id >= QOS2 ? 0x50 : 0x40;
    bytes[at++] = 2;
    bytes[at++] = (id >> 8) & 0xff;
    bytes[at++] = id & 0xff;
  }
  if (at > 0 && to.writable) to.write(bytes.subarray(0, at));
}
