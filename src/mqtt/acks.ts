// Acknowledgements collected while a batch fills, by the source that waits for them.
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
