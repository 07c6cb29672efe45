// Reads stored reports back: one by its address, a device's from the newest back, and all in order of arrival.
import { Cursor } from './pack.ts';
import { offsetOf, type RawRecord, readRecord, segmentOf } from './segment.ts';
import type { Value } from './writes.ts';

/** Anything that can be asked: the ingester's store, or a Kysely connection behind the same face. */
export interface Asks {
  all<Row>(sql: string, parameters: readonly Value[]): Promise<Row[]>;
}

/** Enough for a packed record; one stored as text takes a second read. */
const FIRST_READ_BYTES = 800;
const LONGEST_READ_BYTES = 70_000;

/** The record at an address, null when retention has taken it. */
export async function findRecord(store: Asks, address: number): Promise<RawRecord | null> {
  for (const length of [FIRST_READ_BYTES, LONGEST_READ_BYTES]) {
    const [row] = await store.all<{ first_at: number; part: Uint8Array }>(
      'select first_at, substr(body, ?, ?) as part from report_segments where segment_no = ?',
      [offsetOf(address) + 1, length, segmentOf(address)],
    );
    if (row === undefined) return null;
    try {
      return readRecord(new Cursor(row.part), segmentOf(address), row.first_at, offsetOf(address));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return null;
}

/** Records of a device from `address` back, at most `limit` steps. */
export async function* recordsBack(store: Asks, address: number | null, limit: number): AsyncGenerator<RawRecord> {
  let next = address;
  for (let step = 0; step < limit && next !== null; step++) {
    const record = await findRecord(store, next);
    if (record === null) return;
    yield record;
    next = record.previous_address;
  }
}
