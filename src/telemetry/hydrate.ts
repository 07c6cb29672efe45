// Brings into memory what the ingester needs to know of a device: its row, its boots, its days.
import { dayFromNumber, dayNumber } from '../core/time.ts';
import type { Boot } from './boots.ts';
import { dayColumns } from './dayColumns.ts';
import { type DayRow, newDay } from './days.ts';
import { Device } from './device.ts';
import { fields } from './fields.ts';
import { DEVICE_ID } from './payload.ts';
import type { Asks } from './records.ts';
import type { DeviceBootRow, DeviceRow } from './table.ts';

/** Identifiers per query. */
const MAX_PER_QUERY = 200;

type Row = Record<string, string | number | null>;

const marks = (count: number): string => new Array<string>(count).fill('?').join(', ');

/** Units registered under these device ids. */
export async function findUnits(store: Asks, device_ids: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let i = 0; i < device_ids.length; i += MAX_PER_QUERY) {
    const some = device_ids.slice(i, i + MAX_PER_QUERY);
    const rows = await store.all<{ identifier: string; unit_id: string }>(
      `select identifier, unit_id from unit_identifiers where kind = 'device_id' and identifier in (${marks(some.length)})`,
      some,
    );
    for (const row of rows) found.set(row.identifier, row.unit_id);
  }
  return found;
}

/** The devices of these ids that the store knows. */
export async function loadDevices(store: Asks, device_ids: readonly string[]): Promise<Device[]> {
  const loaded: Device[] = [];
  const ids = device_ids.filter((id) => DEVICE_ID.test(id));
  for (let i = 0; i < ids.length; i += MAX_PER_QUERY) {
    const some = ids.slice(i, i + MAX_PER_QUERY);
    loaded.push(...(await completed(store, await store.all<DeviceRow>(`select * from devices where device_id in (${marks(some.length)})`, some))));
  }
  return loaded;
}

/** The devices of these numbers: for the replay after a crash, whose records name only numbers. */
export async function loadDevicesByNo(store: Asks, device_nos: readonly number[]): Promise<Device[]> {
  const loaded: Device[] = [];
  for (let i = 0; i < device_nos.length; i += MAX_PER_QUERY) {
    const some = device_nos.slice(i, i + MAX_PER_QUERY);
    loaded.push(...(await completed(store, await store.all<DeviceRow>(`select * from devices where device_no in (${marks(some.length)})`, some))));
  }
  return loaded;
}

async function completed(store: Asks, rows: readonly DeviceRow[]): Promise<Device[]> {
  if (rows.length === 0) return [];
  const numbers = rows.map((row) => row.device_no);
  const within = marks(numbers.length);
  const boots = await store.all<DeviceBootRow>(
    `select b.* from device_boots b join devices d on d.device_no = b.device_no and d.boot_no = b.boot_no where d.device_no in (${within})`,
    numbers,
  );
  const latestBoots = await store.all<{ device_no: number; boot_no: number }>(
    `select device_no, max(boot_no) as boot_no from device_boots where device_no in (${within}) group by device_no`,
    numbers,
  );
  const states = await store.all<Row>(`select * from device_states where device_no in (${within})`, numbers);
  const days = await store.all<Row>(
    `select * from device_days d where device_no in (${within}) and day_on = (select max(day_on) from device_days l where l.device_no = d.device_no)`,
    numbers,
  );
  const devices = new Map(rows.map((row) => [row.device_no, deviceFrom(row)]));
  for (const row of boots) setBoot(devices.get(row.device_no), bootFrom(row));
  for (const row of latestBoots) setNextBoot(devices.get(row.device_no), row.boot_no + 1);
  for (const row of states) setState(devices.get(Number(row.device_no)), row);
  for (const row of days) setDay(devices.get(Number(row.device_no)), dayFrom(row));
  return [...devices.values()];
}

function deviceFrom(row: DeviceRow): Device {
  const device = new Device(row.device_no, row.device_id, row.first_seen_at);
  // Columns of the row are fields of the device under the same names; boot, boot_no and last_seq follow from the boot.
  const { boot: _, boot_no: __, last_seq: ___, ...same } = row;
  Object.assign(device, same, { is_new: false });
  return device;
}

function setBoot(device: Device | undefined, boot: Boot): void {
  if (device !== undefined) device.boot = boot;
}

function setNextBoot(device: Device | undefined, next: number): void {
  if (device !== undefined) device.next_boot_no = next;
}

function setState(device: Device | undefined, row: Row): void {
  if (device === undefined) return;
  device.state_reported_at = Number(row.reported_at);
  device.state_received_at = Number(row.received_at);
  for (const { name, index, words } of fields) {
    const value = row[name];
    if (value !== null && value !== undefined) device.setValue(index, typeof value === 'string' ? words.indexOf(value) : value);
  }
}

function setDay(device: Device | undefined, day: DayRow): void {
  if (device !== undefined) device.day = day;
}

const bootFrom = (row: DeviceBootRow): Boot => ({
  boot_no: row.boot_no,
  boot: row.boot,
  first_seen_at: row.first_seen_at,
  last_seen_at: row.last_seen_at,
  ranges: rangesFrom(row.ranges),
  touched: false,
});

/** JSON has no NaN: unknown counters are null there. */
export const rangesFrom = (text: string): Boot['ranges'] =>
  JSON.parse(text).map((range: Boot['ranges'][number]) => ({ ...range, left: unknowns(range.left), right: unknowns(range.right) }));

const unknowns = (counters: readonly (number | null)[]): number[] => counters.map((value) => value ?? Number.NaN);

function dayFrom(row: Row): DayRow {
  const day = newDay(dayNumber(String(row.day_on)));
  day.firmware = row.firmware === null ? null : String(row.firmware);
  day.last_reported_at = Number(row.last_reported_at);
  day.dirty = false;
  dayColumns.forEach((name, i) => {
    day.values[i] = row[name] === null ? Number.NaN : Number(row[name]);
  });
  return day;
}

/** Puts a day into the memory of its device, new when the store has none. */
export async function loadDay(store: Asks, device: Device, day: number): Promise<void> {
  const [row] = await store.all<Row>('select * from device_days where device_no = ? and day_on = ?', [device.device_no, dayFromNumber(day)]);
  device.holdDay(row === undefined ? newDay(day) : dayFrom(row));
}

/** Puts a boot into the memory of its device, new when the store has none. */
export async function loadBoot(store: Asks, device: Device, boot: string, now: number): Promise<void> {
  const [row] = await store.all<DeviceBootRow>('select * from device_boots where device_no = ? and boot = ?', [device.device_no, boot]);
  if (row === undefined) device.begin(boot, now);
  else device.holdBoot(bootFrom(row));
}

/** A boot of a device by its name. */
export interface BootName {
  readonly device: Device;
  readonly boot: string;
}

/** Those of the boots that the store has, by device number and name. */
export async function findBoots(
  store: Asks,
  wanted: readonly { readonly device: Pick<Device, 'device_no'>; readonly boot: string }[],
): Promise<Map<string, Boot>> {
  const found = new Map<string, Boot>();
  for (let i = 0; i < wanted.length; i += MAX_PER_QUERY) {
    const some = wanted.slice(i, i + MAX_PER_QUERY);
    const either = some.map(() => '(device_no = ? and boot = ?)').join(' or ');
    const rows = await store.all<DeviceBootRow>(
      `select * from device_boots where ${either}`,
      some.flatMap(({ device, boot }) => [device.device_no, boot]),
    );
    for (const row of rows) found.set(`${row.device_no} ${row.boot}`, bootFrom(row));
  }
  return found;
}
