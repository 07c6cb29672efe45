// How the ingester's rows reach the store: a table, its columns in order, and arrays of values. Prepared once, no query builder on this path.
import { dayFromNumber } from '../core/time.ts';
import type { Boot } from './boots.ts';
import { dayColumns } from './dayColumns.ts';
import type { DayRow } from './days.ts';
import type { Device } from './device.ts';
import { fields } from './fields.ts';

export type Value = string | number | Uint8Array | null;

export interface TableSpec {
  readonly table: string;
  readonly columns: readonly string[];
  /** PostgreSQL types of the columns. */
  readonly types: readonly ('bigint' | 'text' | 'bytea' | 'double precision')[];
  /** Columns of the conflict; a row that exists is overwritten. Empty: plain insert. */
  readonly key: readonly string[];
  /** Columns an existing row keeps. */
  readonly keep?: readonly string[];
}

type Type = TableSpec['types'][number];

const spec = (table: string, columns: Readonly<Record<string, Type>>, key: readonly string[] = [], keep: readonly string[] = []): TableSpec => ({
  table,
  columns: Object.keys(columns),
  types: Object.values(columns),
  key,
  keep,
});

const asNumbers = (names: readonly string[], type: Type = 'bigint') => Object.fromEntries(names.map((name) => [name, type]));

/** unit_id is set once here and then belongs to registrations.ts. */
export const deviceRows = spec(
  'devices',
  {
    device_no: 'bigint',
    device_id: 'text',
    unit_id: 'text',
    model_code: 'text',
    hw_rev: 'text',
    firmware: 'text',
    firmware_since_at: 'bigint',
    boot: 'text',
    boot_no: 'bigint',
    last_seq: 'bigint',
    birth_boot: 'text',
    first_seen_at: 'bigint',
    last_seen_at: 'bigint',
    last_report_at: 'bigint',
    online_at: 'bigint',
    offline_at: 'bigint',
    ...asNumbers(['presence_changes', 'reports', 'events', 'duplicates', 'throttled', 'clock_suspect', 'missing', 'lost', 'last_address', 'through_segment']),
  },
  ['device_no'],
  ['device_id', 'unit_id', 'first_seen_at'],
);

export const bootRows = spec(
  'device_boots',
  {
    device_no: 'bigint',
    boot_no: 'bigint',
    boot: 'text',
    first_seen_at: 'bigint',
    last_seen_at: 'bigint',
    ranges: 'text',
  },
  ['device_no', 'boot_no'],
  ['boot', 'first_seen_at'],
);

export const stateRows = spec(
  'device_states',
  {
    device_no: 'bigint',
    reported_at: 'bigint',
    received_at: 'bigint',
    ...Object.fromEntries(fields.map(({ name, kind }) => [name, kind === 'word' ? 'text' : kind === 'number' ? 'double precision' : 'bigint'] as const)),
  },
  ['device_no'],
);

const realColumns = /^(temp|rh|vin|rssi|sd_wear|sd_spare|focus|ntp|cpu)_/;
export const dayRows = spec(
  'device_days',
  {
    device_no: 'bigint',
    day_on: 'text',
    firmware: 'text',
    last_reported_at: 'bigint',
    ...Object.fromEntries(dayColumns.map((name) => [name, realColumns.test(name) ? 'double precision' : 'bigint'] as const)),
    changed_at: 'bigint',
  },
  ['device_no', 'day_on'],
);

export const segmentRows = spec('report_segments', { segment_no: 'bigint', first_at: 'bigint', last_at: 'bigint', reports: 'bigint', body: 'bytea' });
export const shapeRows = spec('report_shapes', { shape_no: 'bigint', layout: 'text' });
export const eventRows = spec('telemetry_events', {
  event_no: 'bigint',
  device_no: 'bigint',
  boot_no: 'bigint',
  seq: 'bigint',
  name: 'text',
  reported_at: 'bigint',
  received_at: 'bigint',
  clock_suspect_at: 'bigint',
  source: 'text',
  data: 'text',
});
export const presenceRows = spec('presence_changes', { change_no: 'bigint', device_no: 'bigint', presence: 'text', cause: 'text', changed_at: 'bigint' });
export const quarantineRows = spec('quarantine', {
  id: 'text',
  device_id: 'text',
  topic: 'text',
  payload: 'bytea',
  reason: 'text',
  detail: 'text',
  received_at: 'bigint',
});
export const markRows = spec('ingest_marks', { name: 'text', mark: 'bigint' }, ['name']);
export const replayRows = spec('quarantine', { replayed_at: 'bigint', replay_outcome: 'text', id: 'text' });
export const inboxDone = spec('telemetry_inbox', { id: 'text' });
export const replyRows = spec('device_commands', { replied_at: 'bigint', reply: 'text', id: 'text', device_id: 'text' });

/** The rows of one transaction by table, in the order they must be written: what others refer to comes first. */
export type Writes = Map<TableSpec, Value[][]>;

export function addRow(writes: Writes, table: TableSpec, row: Value[]): void {
  const rows = writes.get(table);
  if (rows === undefined) writes.set(table, [row]);
  else rows.push(row);
}

// biome-ignore lint/suspicious/noSelfCompare: NaN is what the store calls null
const known = (number: number): number | null => (number === number ? number : null);

/** A device with everything of it that changed. */
export function addDevice(writes: Writes, device: Device, now: number): void {
  addRow(writes, deviceRows, deviceRow(device));
  for (const boot of device.boots()) if (boot.touched) addRow(writes, bootRows, bootRow(device.device_no, boot));
  if (device.state_received_at > 0) addRow(writes, stateRows, stateRow(device));
  for (const day of device.days()) if (day.dirty) addRow(writes, dayRows, dayRowOf(device.device_no, day, now));
}

const deviceRow = (device: Device): Value[] => [
  device.device_no,
  device.device_id,
  device.unit_id,
  device.model_code,
  device.hw_rev,
  device.firmware,
  device.firmware_since_at,
  device.boot?.boot ?? null,
  device.boot?.boot_no ?? null,
  device.boot?.ranges.at(-1)?.to ?? null,
  device.birth_boot,
  device.first_seen_at,
  device.last_seen_at,
  device.last_report_at,
  device.online_at,
  device.offline_at,
  device.presence_changes,
  device.reports,
  device.events,
  device.duplicates,
  device.throttled,
  device.clock_suspect,
  device.missing,
  device.lost,
  device.last_address,
  device.through_segment,
];

const bootRow = (device_no: number, boot: Boot): Value[] => [
  device_no,
  boot.boot_no,
  boot.boot,
  boot.first_seen_at,
  boot.last_seen_at,
  JSON.stringify(boot.ranges),
];

function stateRow(device: Device): Value[] {
  const row: Value[] = [device.device_no, device.state_reported_at, device.state_received_at];
  for (const { index, kind, words } of fields) {
    const number = known(device.latest(index));
    row.push(kind === 'word' && number !== null ? (words[number] ?? null) : number);
  }
  return row;
}

export function dayRowOf(device_no: number, day: DayRow, now: number): Value[] {
  const row: Value[] = [device_no, dayFromNumber(day.day), day.firmware, day.last_reported_at];
  for (const number of day.values) row.push(known(number));
  row.push(now);
  return row;
}
