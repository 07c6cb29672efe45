// Counts the daily roll-ups again from the raw reports that are still there, by the very code that counted them at first.
import { hostname } from 'node:os';
import { DAY_MS, dayFromNumber } from '../core/time.ts';
import { dialectOf } from '../db/open.ts';
import { Calendar } from './accept.ts';
import { dayColumns } from './dayColumns.ts';
import { type DayRow, newDay } from './days.ts';
import { Device } from './device.ts';
import type { IngestStore } from './ingestStore.ts';
import { openIngestStore } from './openIngestStore.ts';
import type { Asks } from './records.ts';
import { acceptorOf } from './recover.ts';
import { type RawRecord, recordsOf } from './segment.ts';
import { loadShapes } from './shapes.ts';
import { addRow, dayRowOf, dayRows, type Value, type Writes } from './writes.ts';

export interface Difference {
  readonly device_id: string;
  readonly day_on: string;
  readonly column: string;
  readonly kept: number | null;
  readonly recounted: number | null;
}
export interface Recount {
  readonly reports: number;
  readonly device_days: number;
  readonly differences: Difference[];
}

const SEGMENTS_PER_READ = 100;
const MAX_DIFFERENCES = 1000;
const DEVICES_PER_READ = 200;

/** Compares the roll-ups of a store as it is at this moment, while an ingester may run. */
export async function checkRollups(url: string, zone: string): Promise<Recount> {
  const store = openIngestStore(url);
  try {
    await store.run('begin', []);
    // One state of everything: SQLite's WAL gives it to any transaction that reads.
    if (dialectOf(url) === 'postgres') await store.run('set transaction isolation level repeatable read', []);
    const recount = await verifyRollups(store, zone);
    await store.run('commit', []);
    return recount;
  } finally {
    await store.close();
  }
}

/** Compares the daily roll-ups kept with a recount of what they should hold by now. Days that retention has cut into are left out. */
export async function verifyRollups(store: Asks, zone: string): Promise<Recount> {
  const { devices, reports, firstDay } = await countAgain(store, zone);
  const differences: Difference[] = [];
  let compared = 0;
  const all = [...devices.values()];
  for (let i = 0; i < all.length; i += DEVICES_PER_READ) {
    const some = new Map(all.slice(i, i + DEVICES_PER_READ).map((device) => [device.device_no, device]));
    const kept = await store.all<Record<string, string | number | null>>(
      `select * from device_days where device_no in (${[...some].map(() => '?').join(', ')}) and day_on > ?`,
      [...some.keys(), dayFromNumber(firstDay)],
    );
    const left = new Map<string, { device: Device; row: DayRow }>(
      [...some.values()].flatMap((device) =>
        daysOf(device, firstDay).map((row) => [`${device.device_no} ${dayFromNumber(row.day)}`, { device, row }] as const),
      ),
    );
    for (const row of kept) {
      const key = `${row.device_no} ${row.day_on}`;
      const again = left.get(key);
      left.delete(key);
      compared++;
      compare(some.get(Number(row.device_no)), row, again?.row ?? newDay(0), differences);
    }
    for (const { device, row } of left.values()) compare(device, { day_on: dayFromNumber(row.day) }, row, differences);
  }
  return { reports, device_days: compared, differences };
}

/** Writes the recount over the roll-ups. Only while no ingester runs: it would write its own over them, and none begins before this ends. Returns the number of rows. */
export async function rebuildRollups(store: IngestStore, zone: string, now: () => number): Promise<number> {
  if (!(await store.claim(`${hostname()}:${process.pid}:mend`, now()))) throw new Error('An ingester is running: stop it first');
  const { devices, firstDay } = await countAgain(store, zone, () => store.renew(now()));
  let rows = 0;
  let writes: Writes = new Map();
  const write = async () => {
    await store.commit(writes);
    await store.renew(now());
    writes = new Map();
  };
  for (const device of devices.values()) {
    const changed_at = now();
    for (const day of daysOf(device, firstDay)) {
      addRow(writes, dayRows, dayRowOf(device.device_no, day, changed_at));
      if (++rows % 1000 === 0) await write();
    }
  }
  await write();
  return rows;
}

function compare(device: Device | undefined, kept: Record<string, string | number | null>, again: DayRow, differences: Difference[]): void {
  dayColumns.forEach((column, i) => {
    const before: Value = kept[column] ?? null;
    const value = again.values[i] ?? Number.NaN;
    const recounted = Number.isNaN(value) ? null : value;
    if (before === recounted || differences.length >= MAX_DIFFERENCES) return;
    differences.push({ device_id: device?.device_id ?? '', day_on: String(kept.day_on), column, kept: before === null ? null : Number(before), recounted });
  });
}

const daysOf = (device: Device, firstDay: number): DayRow[] => [...device.days()].filter((row) => row.day > firstDay);

/** Every device as its raw reports tell it. `firstDay` is the last day that may be incomplete, because something before it was dropped. Counting a fortnight
 * of a large fleet takes minutes: `goOn` is called in between. */
async function countAgain(
  store: Asks,
  zone: string,
  goOn: () => Promise<void> = async () => {},
): Promise<{ devices: Map<number, Device>; reports: number; firstDay: number }> {
  const calendar = new Calendar(zone);
  const shapes = await loadShapes(store);
  const rows = await store.all<{ device_no: number; device_id: string; through_segment: number }>(
    'select device_no, device_id, through_segment from devices',
    [],
  );
  const known = new Map(rows.map((row) => [row.device_no, row]));
  const boots = new Map<string, string>(
    (await store.all<{ device_no: number; boot_no: number; boot: string }>('select device_no, boot_no, boot from device_boots', [])).map((row) => [
      `${row.device_no} ${row.boot_no}`,
      row.boot,
    ]),
  );
  const devices = new Map<number, Device>();
  let reports = 0;
  let firstDay = 0;
  for (let last = 0; ; ) {
    const segments = await store.all<{ segment_no: number; first_at: number; body: Uint8Array }>(
      'select segment_no, first_at, body from report_segments where segment_no > ? order by segment_no limit ?',
      [last, SEGMENTS_PER_READ],
    );
    if (segments.length === 0) return { devices, reports, firstDay };
    if (last === 0 && (segments[0]?.segment_no ?? 1) > 1) firstDay = calendar.dayOf((segments[0]?.first_at ?? 0) + DAY_MS);
    for (const segment of segments) {
      for (const record of recordsOf(segment)) {
        const { device_id, through_segment } = known.get(record.device_no) ?? { device_id: '', through_segment: 0 };
        // Not yet in the rows: the ingester writes them in turn.
        if (segment.segment_no > through_segment) continue;
        const device = devices.get(record.device_no) ?? new Device(record.device_no, device_id, record.received_at);
        devices.set(record.device_no, device);
        countRecord(device, record, boots.get(`${record.device_no} ${record.boot_no}`) ?? `boot-${record.boot_no}`, calendar, shapes);
        reports++;
      }
      last = segment.segment_no;
    }
    await goOn();
  }
}

function countRecord(device: Device, record: RawRecord, boot: string, calendar: Calendar, shapes: Parameters<typeof acceptorOf>[0]['shapes']): void {
  const accept = acceptorOf({ calendar, shapes }, device, record, boot);
  for (let outcome = accept(); typeof outcome === 'object'; outcome = accept()) {
    if ('day' in outcome) device.holdDay(newDay(outcome.day));
    else
      device.holdBoot({
        boot_no: record.boot_no,
        boot,
        first_seen_at: record.received_at,
        last_seen_at: record.received_at,
        ranges: [],
        touched: true,
      });
  }
}
