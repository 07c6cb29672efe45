// Opens the ingester's memory: what the store knows, and the reports committed before a crash whose devices had not been written yet.
import { acceptEvent, acceptReport, type Need, type Outcome } from './accept.ts';
import { defaultLimits, type Limits } from './bounds.ts';
import type { Device } from './device.ts';
import { loadBoot, loadDay, loadDevicesByNo } from './hydrate.ts';
import { Ingest } from './ingest.ts';
import type { Health } from './payload.ts';
import { Reading, readReport, readStored } from './reading.ts';
import type { Asks } from './records.ts';
import { BACKFILLED, CLOCK_SUSPECT, IS_EVENT, type RawRecord, recordsOf } from './segment.ts';
import { loadShapes } from './shapes.ts';

const SEGMENTS_PER_READ = 50;

export interface Opening {
  readonly zone: string;
  readonly limits?: Limits;
}

/** The memory as it was when the last transaction was committed. */
export async function openIngest(store: Asks, { zone, limits = defaultLimits }: Opening): Promise<Ingest> {
  const ingest = new Ingest({
    zone,
    limits,
    shapes: await loadShapes(store),
    segment_no: (await greatest(store, 'segment_no', 'report_segments')) + 1,
    next_device_no: (await greatest(store, 'device_no', 'devices')) + 1,
    next_change_no: (await greatest(store, 'change_no', 'presence_changes')) + 1,
  });
  const [mark] = await store.all<{ mark: number }>(`select mark from ingest_marks where name = 'through_segment'`, []);
  await replay(store, ingest, mark?.mark ?? 0);
  return ingest;
}

async function greatest(store: Asks, column: string, table: string): Promise<number> {
  const [row] = await store.all<{ greatest: number | null }>(`select max(${column}) as greatest from ${table}`, []);
  return row?.greatest ?? 0;
}

/** Takes in again what the rows of the devices do not contain yet. */
async function replay(store: Asks, ingest: Ingest, after: number): Promise<void> {
  const byNo = new Map<number, Device>();
  for (let last = after; ; ) {
    const segments = await store.all<{ segment_no: number; first_at: number; body: Uint8Array }>(
      'select segment_no, first_at, body from report_segments where segment_no > ? order by segment_no limit ?',
      [last, SEGMENTS_PER_READ],
    );
    if (segments.length === 0) return;
    for (const segment of segments) {
      const records = [...recordsOf(segment)];
      const unknown = new Set(records.map((record) => record.device_no).filter((no) => !byNo.has(no)));
      for (const device of await loadDevicesByNo(store, [...unknown])) {
        byNo.set(device.device_no, device);
        ingest.devices.set(device.device_id, device);
      }
      for (const record of records) await applyRecord(store, ingest, byNo.get(record.device_no), record, segment.segment_no);
      last = segment.segment_no;
    }
  }
}

async function applyRecord(store: Asks, ingest: Ingest, device: Device | undefined, record: RawRecord, segment_no: number): Promise<void> {
  if (device === undefined || device.through_segment >= segment_no) return;
  const boot = await bootName(store, device, record.boot_no);
  const accept = acceptorOf(ingest, device, record, boot);
  for (let outcome = accept(); typeof outcome === 'object'; outcome = accept()) await satisfy(store, outcome, record.received_at);
  device.last_address = record.address;
  device.last_seen_at = Math.max(device.last_seen_at, record.received_at);
  ingest.batch.touch(device);
}

/** Takes one stored record in: the same code that took it in at first. */
export function acceptorOf(ingest: Pick<Ingest, 'calendar' | 'shapes'>, device: Device, record: RawRecord, boot: string): () => Outcome {
  const hist = (record.flags & BACKFILLED) !== 0;
  const clock_suspect = (record.flags & CLOCK_SUSPECT) !== 0;
  if ((record.flags & IS_EVENT) !== 0) {
    const day = ingest.calendar.dayOf(clock_suspect ? record.received_at : record.ts);
    return () => acceptEvent(device, { boot, seq: record.seq }, day, record.received_at, hist);
  }
  const reading = new Reading();
  const shape = ingest.shapes.get(record.shape_no);
  if (record.text === null && shape !== undefined) readStored(shape, { boot, seq: record.seq, ts: record.ts }, record.packed, reading);
  // Written by the ingester from a checked report.
  else readReport(JSON.parse(record.text ?? '{}') as Health, () => null, reading);
  return () =>
    acceptReport(device, reading, { received_at: record.received_at, backfill: hist, clock_suspect, calendar: ingest.calendar, address: record.address });
}

export async function satisfy(store: Asks, need: Need, now: number): Promise<void> {
  if ('day' in need) await loadDay(store, need.device, need.day);
  else await loadBoot(store, need.device, need.boot, now);
}

async function bootName(store: Asks, device: Device, boot_no: number): Promise<string> {
  for (const boot of device.boots()) if (boot.boot_no === boot_no) return boot.boot;
  const [row] = await store.all<{ boot: string }>('select boot from device_boots where device_no = ? and boot_no = ?', [device.device_no, boot_no]);
  return row?.boot ?? '';
}
