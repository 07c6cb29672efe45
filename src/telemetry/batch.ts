// What one transaction will write, collected while messages are taken in, and the devices whose rows wait for their turn.
import type { Device } from './device.ts';
import { MAX_SEGMENT_BYTES, SegmentWriter } from './segment.ts';
import {
  addDevice,
  addRow,
  deviceRows,
  eventRows,
  inboxDone,
  markRows,
  presenceRows,
  quarantineRows,
  replayRows,
  replyRows,
  segmentRows,
  shapeRows,
  type TableSpec,
  type Value,
  type Writes,
} from './writes.ts';

/** Reports per transaction: beyond it a larger batch gains nothing. */
export const MAX_BATCH_REPORTS = 2000;
/** Other rows per transaction (quarantine, events, presence), with up to 64 KiB each. */
const MAX_BATCH_ROWS = 2000;
const MAX_BATCH_BYTES = 8 * 2 ** 20;
/** Room for the longest record behind the mark at which a body is sealed. */
const SEAL_BYTES = MAX_SEGMENT_BYTES - 3 * 65_536;
/** Device rows written per second of a busy ingester: a round takes about a minute. A row costs as much as ten reports, so that a million cameras wait
 * some minutes: what was acknowledged is in the segments, and a restart reads at most one round of them. */
const [FEWEST_ROWS_PER_SECOND, MOST_ROWS_PER_SECOND] = [250, 2500];
const ROUND_S = 60;
const MAX_PAUSE_MS = 30_000;
/** A fleet of which no more than this waits is written at once. */
const FEW_DEVICES = 200;

/** The tables in the order of their references. */
const order: readonly TableSpec[] = [shapeRows, deviceRows, segmentRows, eventRows, presenceRows, quarantineRows, replayRows, inboxDone, replyRows];

export class Batch {
  readonly segment = new SegmentWriter();
  private writes: Writes = new Map();
  private rows = 0;
  private bytes = 0;
  /** Devices that must be written with this batch, whatever the round: new ones, and those others refer to. */
  private readonly urgent = new Set<Device>();
  private round: Device[] = [];
  private next: Device[] = [];
  private roundStartedAt = 0;
  private roundSegment = 0;
  private sealedAt = 0;
  private owed = 0;
  /** False when the ingester is about to stop: rounds follow each other at once. */
  patient = true;

  /** `segment_no`: the number of the segment the first batch will write. */
  constructor(segment_no: number) {
    this.segment.start(segment_no);
    this.roundSegment = segment_no - 1;
  }

  get full(): boolean {
    return this.segment.reports >= MAX_BATCH_REPORTS || this.segment.size >= SEAL_BYTES || this.rows >= MAX_BATCH_ROWS || this.bytes >= MAX_BATCH_BYTES;
  }

  get empty(): boolean {
    return this.segment.reports === 0 && this.rows === 0 && this.urgent.size === 0;
  }

  /** Devices that wait to be written. */
  get waiting(): number {
    return this.round.length + this.next.length;
  }

  add(table: TableSpec, row: Value[], bytes = 0): void {
    addRow(this.writes, table, row);
    this.rows++;
    this.bytes += bytes;
  }

  touch(device: Device): void {
    if (device.is_new) this.urgent.add(device);
    if (device.dirty) return;
    device.dirty = true;
    this.next.push(device);
  }

  /** Also writes the device with this batch. */
  touchNow(device: Device): void {
    this.touch(device);
    this.urgent.add(device);
  }

  /** The rows of the transaction. The batch is empty afterwards and collects the next one. */
  seal(now: number): Writes {
    const segment = this.segment;
    const through = segment.reports === 0 ? segment.segment_no - 1 : segment.segment_no;
    const collected = this.writes;
    this.writes = new Map();
    for (const device of this.urgent) this.write(device, through, now, collected);
    this.writeRound(this.budget(now) - this.urgent.size, through, now, collected);
    this.urgent.clear();
    if (segment.reports > 0) {
      addRow(collected, segmentRows, [segment.segment_no, segment.first_at, segment.last_at, segment.reports, segment.body()]);
      segment.start(segment.segment_no + 1);
    }
    this.rows = 0;
    this.bytes = 0;
    return inOrder(collected);
  }

  /** How many waiting devices this transaction writes: what is due since the last one. */
  private budget(now: number): number {
    const elapsed = Math.min(1000, Math.max(0, now - this.sealedAt));
    this.sealedAt = now;
    if (!this.patient || this.waiting <= FEW_DEVICES) return MAX_BATCH_REPORTS;
    this.owed += (elapsed / 1000) * rowsPerSecond(this.waiting);
    const rows = Math.floor(this.owed);
    this.owed -= rows;
    return rows;
  }

  /** Writes the waiting devices in the order of their numbers. After a round every device row contains all that came before the round began. */
  private writeRound(budget: number, through: number, now: number, writes: Writes): void {
    if (this.round.length === 0 && !this.startRound(through, now)) return;
    for (let i = 0; i < budget; ) {
      const device = this.round.pop();
      if (device === undefined) break;
      if (device.dirty && this.write(device, through, now, writes)) i++;
    }
    if (this.round.length === 0) addRow(writes, markRows, ['through_segment', this.roundSegment]);
  }

  private startRound(through: number, now: number): boolean {
    const pause = this.patient && this.next.length > FEW_DEVICES ? Math.min(MAX_PAUSE_MS, (this.next.length / rowsPerSecond(this.next.length)) * 1000) : 0;
    if (this.next.length === 0 || now - this.roundStartedAt < pause) return false;
    [this.round, this.next] = [this.next.sort((a, b) => b.device_no - a.device_no), this.round];
    this.roundStartedAt = now;
    this.roundSegment = through;
    return true;
  }

  private write(device: Device, through: number, now: number, writes: Writes): boolean {
    device.through_segment = through;
    addDevice(writes, device, now);
    device.written();
    return true;
  }
}

const rowsPerSecond = (waiting: number): number => Math.min(MOST_ROWS_PER_SECOND, Math.max(FEWEST_ROWS_PER_SECOND, waiting / ROUND_S));

function inOrder(writes: Writes): Writes {
  const sorted: Writes = new Map();
  for (const table of order) {
    const rows = writes.get(table);
    if (rows !== undefined) sorted.set(table, rows);
  }
  for (const [table, rows] of writes) if (!sorted.has(table)) sorted.set(table, rows);
  return sorted;
}
