// Stored reports as they were sent, for people and programs.
import { sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { fields } from './fields.ts';
import { type Asks, recordsBack } from './records.ts';
import { BACKFILLED, CLOCK_SUSPECT, IS_EVENT, type RawRecord } from './segment.ts';
import { type Shape, shapeOf, unpackReport } from './shape.ts';
import type { DeviceRow } from './table.ts';

export interface StoredReport {
  readonly address: number;
  readonly received_at: number;
  /** The instant it counts under. */
  readonly reported_at: number;
  readonly clock_suspect: boolean;
  readonly backfilled: boolean;
  readonly is_event: boolean;
  /** As it was sent. */
  readonly sent: Record<string, unknown>;
}

/** Kysely behind the face the readers of raw reports know. */
export const askWith = (db: Db): Asks => ({
  all: async <Row>(text: string, parameters: readonly unknown[]) => {
    const parts = text.split('?');
    const query = sql.join(
      parts.flatMap((part, i) => (i === 0 ? [sql.raw(part)] : [sql`${parameters[i - 1]}`, sql.raw(part)])),
      sql.raw(''),
    );
    return (await sql<Row>`${query}`.execute(db)).rows;
  },
});

/** Newest arrival first. `next` is the address to go on from. */
export async function readReports(
  store: Asks,
  device: Pick<DeviceRow, 'device_no'>,
  limit: number,
  from: number | null,
): Promise<{ items: StoredReport[]; next: number | null }> {
  const read = new ReportReader(store, device.device_no);
  const items: StoredReport[] = [];
  let next: number | null = null;
  for await (const record of recordsBack(store, from, limit)) {
    if (record.device_no !== device.device_no) break;
    items.push(await read.asSent(record));
    next = record.previous_address;
  }
  return { items, next: items.length < limit ? null : next };
}

/** Points of some fields of the last reports, oldest first: for a chart. */
export async function readSeries(
  store: Asks,
  device: Pick<DeviceRow, 'device_no' | 'last_address'>,
  names: readonly string[],
  since_at: number,
  limit: number,
): Promise<{ at: number[]; series: Record<string, (number | null)[]> }> {
  const read = new ReportReader(store, device.device_no);
  const rows: { at: number; m: Record<string, unknown> }[] = [];
  for await (const record of recordsBack(store, device.last_address, limit)) {
    if (record.received_at < since_at || record.device_no !== device.device_no) break;
    if ((record.flags & IS_EVENT) !== 0) continue;
    const report = await read.asSent(record);
    // Checked when it was taken in: m is an object.
    if (report.reported_at >= since_at) rows.push({ at: report.reported_at, m: report.sent.m as Record<string, unknown> });
  }
  rows.reverse().sort((a, b) => a.at - b.at);
  const known = new Set(fields.map((field) => field.name));
  const series = Object.fromEntries(
    names
      .filter((name) => known.has(name))
      .map((name) => [name, rows.map(({ m }) => (typeof m[name] === 'number' ? m[name] : typeof m[name] === 'boolean' ? Number(m[name]) : null))]),
  );
  return { at: rows.map((row) => row.at), series };
}

/** Reports of a device looked through for those wanted. */
const MAX_STEPS = 50_000;

/** What reports of a device measured, by sequence number: of those wanted that are still kept. */
export async function readMeasures(
  store: Asks,
  { device_no, last_address }: Pick<DeviceRow, 'device_no' | 'last_address'>,
  wanted: ReadonlyMap<number, { readonly boot_no: number; readonly first_seen_at: number }>,
): Promise<Map<number, Record<string, unknown>>> {
  const found = new Map<number, Record<string, unknown>>();
  if (wanted.size === 0) return found;
  const read = new ReportReader(store, device_no);
  const earliest = Math.min(...[...wanted.values()].map(({ first_seen_at }) => first_seen_at));
  for await (const record of recordsBack(store, last_address, MAX_STEPS)) {
    if (record.received_at < earliest || record.device_no !== device_no) break;
    if (wanted.get(record.seq)?.boot_no !== record.boot_no || (record.flags & IS_EVENT) !== 0) continue;
    // Checked when it was taken in: m is an object.
    found.set(record.seq, (await read.asSent(record)).sent.m as Record<string, unknown>);
    if (found.size === wanted.size) break;
  }
  return found;
}

/** Remembers the shapes and boots it had to look up. */
class ReportReader {
  private readonly store: Asks;
  private readonly device_no: number;
  private readonly shapes = new Map<number, Shape>();
  private readonly boots = new Map<number, string>();

  constructor(store: Asks, device_no: number) {
    this.store = store;
    this.device_no = device_no;
  }

  async asSent(record: RawRecord): Promise<StoredReport> {
    const clock_suspect = (record.flags & CLOCK_SUSPECT) !== 0;
    // Text records hold a checked object.
    const sent =
      record.text === null
        ? unpackReport(await this.shape(record.shape_no), { boot: await this.boot(record.boot_no), seq: record.seq, ts: record.ts }, record.packed)
        : (JSON.parse(record.text) as Record<string, unknown>);
    return {
      address: record.address,
      received_at: record.received_at,
      reported_at: clock_suspect ? record.received_at : record.ts,
      clock_suspect,
      backfilled: (record.flags & BACKFILLED) !== 0,
      is_event: (record.flags & IS_EVENT) !== 0,
      sent,
    };
  }

  private async shape(no: number): Promise<Shape> {
    const known = this.shapes.get(no);
    if (known !== undefined) return known;
    const [row] = await this.store.all<{ layout: string }>('select layout from report_shapes where shape_no = ?', [no]);
    if (row === undefined) throw new Error(`No shape ${no}`);
    const shape = shapeOf(no, row.layout);
    this.shapes.set(no, shape);
    return shape;
  }

  private async boot(no: number): Promise<string> {
    const known = this.boots.get(no);
    if (known !== undefined) return known;
    const [row] = await this.store.all<{ boot: string }>('select boot from device_boots where device_no = ? and boot_no = ?', [this.device_no, no]);
    this.boots.set(no, row?.boot ?? '');
    return row?.boot ?? '';
  }
}
