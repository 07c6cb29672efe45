// Raw reports as they are stored: packed records one after the other, one body per transaction. A record's address is its segment and offset;
// each record points to the previous one of the same device, so that a device's reports are read newest first without an index.
import { Cursor, MAX_VARINT_BYTES, unzigzag, writeVarint, zigzag } from './pack.ts';
import { MAX_MEASURES } from './payload.ts';

/** A body is sealed before it reaches this; the offset of a record takes 20 bits of its address. */
export const MAX_SEGMENT_BYTES = 2 ** 20;
const OFFSETS = 2 ** 20;
/** Numbers before the values of a record. */
const HEAD_NUMBERS = 10;
const PACKED_RECORD_BYTES = (HEAD_NUMBERS + MAX_MEASURES) * MAX_VARINT_BYTES;

export const addressOf = (segment_no: number, offset: number): number => segment_no * OFFSETS + offset;
export const segmentOf = (address: number): number => Math.floor(address / OFFSETS);
export const offsetOf = (address: number): number => address % OFFSETS;

/** `was_event` and the rest of how a record came, as bits. */
export const CLOCK_SUSPECT = 1;
export const BACKFILLED = 2;
export const IS_EVENT = 4;

/** One stored record. Values of a shape, or the JSON as it came. */
export interface RawRecord {
  readonly address: number;
  readonly device_no: number;
  readonly boot_no: number;
  readonly seq: number;
  readonly received_at: number;
  readonly ts: number;
  readonly flags: number;
  readonly previous_address: number | null;
  readonly shape_no: number;
  readonly packed: readonly number[];
  readonly text: string | null;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Collects the records of one transaction. */
export class SegmentWriter {
  segment_no = 0;
  first_at = 0;
  last_at = 0;
  reports = 0;
  private bytes = new Uint8Array(65_536);
  private at = 0;

  start(segment_no: number): void {
    this.segment_no = segment_no;
    this.at = 0;
    this.reports = 0;
  }

  get size(): number {
    return this.at;
  }

  /** The address the next record will have. */
  get next(): number {
    return addressOf(this.segment_no, this.at);
  }

  /** Positional, because it is called for every report: `text` instead of the values when there is no shape. */
  append(
    device_no: number,
    boot_no: number,
    seq: number,
    received_at: number,
    ts: number,
    flags: number,
    previous_address: number | null,
    shape_no: number,
    packed: ArrayLike<number>,
    count: number,
    text: string | null,
  ): void {
    if (this.reports === 0) this.first_at = received_at;
    this.last_at = received_at;
    this.reports++;
    const encoded = text === null ? null : encoder.encode(text);
    this.makeRoom(PACKED_RECORD_BYTES + (encoded?.length ?? 0));
    const { bytes } = this;
    const address = this.next;
    let at = writeVarint(bytes, this.at, device_no);
    at = writeVarint(bytes, at, boot_no);
    at = writeVarint(bytes, at, seq);
    at = writeVarint(bytes, at, zigzag(received_at - this.first_at));
    at = writeVarint(bytes, at, zigzag(received_at - ts));
    at = writeVarint(bytes, at, flags);
    at = writeVarint(bytes, at, previous_address === null ? 0 : address - previous_address);
    at = writeVarint(bytes, at, shape_no);
    at = writeVarint(bytes, at, encoded?.length ?? count);
    if (encoded !== null) {
      bytes.set(encoded, at);
      at += encoded.length;
    } else for (let i = 0; i < count; i++) at = writeVarint(bytes, at, packed[i] as number);
    this.at = at;
  }

  /** A record of this transaction. */
  read(address: number): RawRecord {
    return readRecord(new Cursor(this.bytes.subarray(offsetOf(address), this.at)), this.segment_no, this.first_at, offsetOf(address));
  }

  /** A copy of what was collected. */
  body(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.at));
  }

  private makeRoom(length: number): void {
    if (this.at + length <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + length));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }
}

/** Reads the record at the cursor, which stands at its first byte and moves behind its last. `base` is the offset of the cursor's first byte in the segment. */
export function readRecord(cursor: Cursor, segment_no: number, first_at: number, base = 0): RawRecord {
  const address = addressOf(segment_no, base + cursor.at);
  const device_no = cursor.varint();
  const boot_no = cursor.varint();
  const seq = cursor.varint();
  const received_at = first_at + unzigzag(cursor.varint());
  const ts = received_at - unzigzag(cursor.varint());
  const flags = cursor.varint();
  const distance = cursor.varint();
  const shape_no = cursor.varint();
  const length = cursor.varint();
  const text = shape_no === 0 ? decoder.decode(cursor.bytes(length)) : null;
  const packed = shape_no === 0 ? [] : Array.from({ length }, () => cursor.varint());
  return { address, device_no, boot_no, seq, received_at, ts, flags, previous_address: distance === 0 ? null : address - distance, shape_no, packed, text };
}

/** Every record of a segment in order of arrival. */
export function* recordsOf(segment: { segment_no: number; first_at: number; body: Uint8Array }): Generator<RawRecord> {
  const cursor = new Cursor(segment.body);
  while (cursor.at < segment.body.length) yield readRecord(cursor, segment.segment_no, segment.first_at);
}
