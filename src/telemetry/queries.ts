// Reads of the telemetry side for pages, the API and other features.
import { type RawBuilder, sql } from 'kysely';
import { notFound } from '../core/problem.ts';
import { HOUR_MS, MINUTE_MS } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import { ownStatus } from './ingestStatus.ts';
import type { DeviceFilter, DeviceKind, QuarantineFilter } from './inputs.ts';
import { askWith, readReports, type StoredReport } from './reports.ts';
import type { DeviceCommandRow, DeviceDayRow, DeviceRow, DeviceStateRow } from './table.ts';

/** A device that sends every minute is silent after so many misses. */
export const SILENT_MS = 15 * MINUTE_MS;

export interface ListedDevice {
  device_id: string;
  unit_id: string | null;
  serial: string | null;
  model_code: string | null;
  hw_rev: string | null;
  firmware: string | null;
  first_seen_at: number | null;
  last_seen_at: number | null;
  last_report_at: number | null;
  online_at: number | null;
  offline_at: number | null;
  presence_changes: number;
  reports: number;
  duplicates: number;
  throttled: number;
  clock_suspect: number;
  missing: number;
  lost: number;
}

/** online: heard lately. silent: connected as far as anyone knows, but not heard. unknown: no unit has this device id. */
export function kindOf(device: Pick<ListedDevice, 'unit_id' | 'online_at' | 'last_seen_at'>, now: number): DeviceKind {
  if (device.last_seen_at === null) return 'never_seen';
  if (device.unit_id === null) return 'unknown';
  if (device.online_at === null) return 'offline';
  return device.last_seen_at < now - SILENT_MS ? 'silent' : 'online';
}

export async function listDevices(ctx: Ctx, request: PageRequest, filter: DeviceFilter): Promise<Page<ListedDevice>> {
  if (filter.kind === 'never_seen') return listNeverSeen(ctx, request, filter);
  let query = ctx.db
    .selectFrom('devices')
    .leftJoin('units', 'units.id', 'devices.unit_id')
    .select([
      'devices.device_id',
      'devices.unit_id',
      'units.serial',
      'devices.model_code',
      'devices.hw_rev',
      'devices.firmware',
      'devices.first_seen_at',
      'devices.last_seen_at',
      'devices.last_report_at',
      'devices.online_at',
      'devices.offline_at',
      'devices.presence_changes',
      'devices.reports',
      'devices.duplicates',
      'devices.throttled',
      'devices.clock_suspect',
      'devices.missing',
      'devices.lost',
    ]);
  if (filter.kind === 'unknown') query = query.where('devices.unit_id', 'is', null);
  else if (filter.kind !== undefined) query = query.where('devices.unit_id', 'is not', null);
  if (filter.kind === 'offline') query = query.where('devices.online_at', 'is', null);
  if (filter.kind === 'online') query = query.where('devices.online_at', 'is not', null).where('devices.last_seen_at', '>=', ctx.now - SILENT_MS);
  if (filter.kind === 'silent') query = query.where('devices.online_at', 'is not', null).where('devices.last_seen_at', '<', ctx.now - SILENT_MS);
  if (filter.q !== undefined) query = query.where('devices.device_id', '>=', filter.q).where('devices.device_id', '<', `${filter.q}\u{10ffff}`);
  const sortable = { last_seen_at: 'devices.last_seen_at', device_id: 'devices.device_id', reports: 'devices.reports', missing: 'devices.missing' };
  return listPage(query, request, sortable, 'devices.device_no');
}

/** What is known of a device that was never heard. */
const UNHEARD = {
  firmware: null,
  first_seen_at: null,
  last_seen_at: null,
  last_report_at: null,
  online_at: null,
  offline_at: null,
  presence_changes: 0,
  reports: 0,
  duplicates: 0,
  throttled: 0,
  clock_suspect: 0,
  missing: 0,
  lost: 0,
};

/** Registered under a device id, but never heard. */
async function listNeverSeen(ctx: Ctx, request: PageRequest, filter: DeviceFilter): Promise<Page<ListedDevice>> {
  const nothing = <T>(name: string) => sql<T | null>`null`.as(name);
  let query = registered(ctx)
    .select(['unit_identifiers.identifier as device_id', 'units.id as unit_id', 'units.serial', 'models.code as model_code', 'units.hw_rev'])
    .select([
      nothing<string>('firmware'),
      nothing<number>('first_seen_at'),
      nothing<number>('last_seen_at'),
      nothing<number>('last_report_at'),
      nothing<number>('online_at'),
      nothing<number>('offline_at'),
    ] as never)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('devices').select('device_no').whereRef('devices.device_id', '=', 'unit_identifiers.identifier'))),
    );
  if (filter.q !== undefined)
    query = query.where('unit_identifiers.identifier', '>=', filter.q).where('unit_identifiers.identifier', '<', `${filter.q}\u{10ffff}`);
  const page = await listPage(
    query,
    { limit: request.limit, cursor: request.cursor },
    { device_id: 'unit_identifiers.identifier' },
    'unit_identifiers.identifier',
  );
  return { ...page, items: page.items.map((row) => ({ ...row, ...UNHEARD })) };
}

/** How many devices are of each kind. Cost: a look at those that are not well; the well ones are what is left. */
export async function countDevices(ctx: Ctx): Promise<Record<DeviceKind, number>> {
  const gone = sql`online_at is null`;
  const still = sql`last_seen_at < ${ctx.now - SILENT_MS} and online_at is not null`;
  const count = (where: RawBuilder<unknown>) => sql`(select count(*) from devices where ${where})`;
  const {
    rows: [row],
  } = await sql<Record<'registered' | 'heard' | Exclude<DeviceKind, 'online' | 'never_seen'>, number>>`select
    (select count(*) from unit_identifiers where kind = 'device_id') as registered, (select count(*) from devices) as heard,
    ${count(sql`unit_id is null`)} as unknown,
    ${count(gone)} - ${count(sql`unit_id is null and ${gone}`)} as offline,
    ${count(still)} - ${count(sql`unit_id is null and ${still}`)} as silent`.execute(ctx.db);
  const of = (name: keyof NonNullable<typeof row>): number => Number(row?.[name] ?? 0);
  const linked = of('heard') - of('unknown');
  const [offline, silent] = [of('offline'), of('silent')];
  return { online: linked - offline - silent, silent, offline, unknown: of('unknown'), never_seen: Math.max(0, of('registered') - linked) };
}

export interface AwaitedDevice {
  readonly device_id: string;
  readonly unit: { readonly id: string; readonly serial: string; readonly model_code: string; readonly hw_rev: string | null } | null;
  readonly credential: { readonly created_at: number } | null;
}

/** A device that was never heard. Throws `not_found` when nobody expects it: no unit is registered under its id, and it has no credential. */
export async function getAwaited(ctx: Ctx, device_id: string): Promise<AwaitedDevice> {
  const unit = await registered(ctx)
    .select(['units.id', 'units.serial', 'models.code as model_code', 'units.hw_rev'])
    .where('unit_identifiers.identifier', '=', device_id)
    .executeTakeFirst();
  const credential = await findCredential(ctx, device_id);
  if (unit === undefined && credential === undefined) throw notFound(['Device', 'デバイス']);
  return { device_id, unit: unit ?? null, credential: credential ?? null };
}

/** Units that are registered under a device id. */
const registered = (ctx: Ctx) =>
  ctx.db
    .selectFrom('unit_identifiers')
    .innerJoin('units', 'units.id', 'unit_identifiers.unit_id')
    .innerJoin('models', 'models.id', 'units.model_id')
    .where('unit_identifiers.kind', '=', 'device_id');

/** The credential a device connects with, when it has one. */
export const findCredential = (ctx: Ctx, device_id: string): Promise<{ created_at: number } | undefined> =>
  ctx.db.selectFrom('device_credentials').select('created_at').where('device_id', '=', device_id).where('revoked_at', 'is', null).executeTakeFirst();

export const listedAwaited = ({ device_id, unit }: AwaitedDevice): ListedDevice => ({
  device_id,
  unit_id: unit?.id ?? null,
  serial: unit?.serial ?? null,
  model_code: unit?.model_code ?? null,
  hw_rev: unit?.hw_rev ?? null,
  ...UNHEARD,
});

/** Undefined when it was never heard. */
export const findDevice = (ctx: Ctx, device_id: string): Promise<(DeviceRow & { serial: string | null }) | undefined> =>
  ctx.db
    .selectFrom('devices')
    .leftJoin('units', 'units.id', 'devices.unit_id')
    .selectAll('devices')
    .select('units.serial')
    .where('device_id', '=', device_id)
    .executeTakeFirst();

/** Null for one that is awaited. Throws `not_found` for one nobody awaits. */
export async function heardDevice(ctx: Ctx, device_id: string): Promise<(DeviceRow & { serial: string | null }) | null> {
  const device = await findDevice(ctx, device_id);
  if (device === undefined) await getAwaited(ctx, device_id);
  return device ?? null;
}

export const findState = (ctx: Ctx, device_no: number): Promise<DeviceStateRow | undefined> =>
  ctx.db.selectFrom('device_states').selectAll().where('device_no', '=', device_no).executeTakeFirst();

/** The device of a unit, if one was heard. */
export const findDeviceOfUnit = (ctx: Ctx, unit_id: string): Promise<DeviceRow | undefined> =>
  ctx.db.selectFrom('devices').selectAll().where('unit_id', '=', unit_id).orderBy('last_seen_at', 'desc').executeTakeFirst();

export const listDays = (ctx: Ctx, device_no: number, from_on: string, to_on: string): Promise<DeviceDayRow[]> =>
  ctx.db
    .selectFrom('device_days')
    .selectAll()
    .where('device_no', '=', device_no)
    .where('day_on', '>=', from_on)
    .where('day_on', '<=', to_on)
    .orderBy('day_on')
    .limit(4000)
    .execute();

/** Reports of a device, newest arrival first, from `cursor` (an address) back. */
export const listReports = (
  ctx: Ctx,
  device: Pick<DeviceRow, 'device_no' | 'last_address'>,
  limit: number,
  cursor?: number,
): Promise<{ items: StoredReport[]; next: number | null }> => readReports(askWith(ctx.db), device, limit, cursor ?? device.last_address);

export const listCommands = (ctx: Ctx, device_id: string): Promise<DeviceCommandRow[]> =>
  ctx.db.selectFrom('device_commands').selectAll().where('device_id', '=', device_id).orderBy('id', 'desc').limit(100).execute();

export const listGaps = (ctx: Ctx, device_no: number) =>
  ctx.db.selectFrom('device_gaps').selectAll().where('device_no', '=', device_no).orderBy('opened_at', 'desc').limit(50).execute();

export const listEvents = (ctx: Ctx, device_no: number) =>
  ctx.db.selectFrom('telemetry_events').selectAll().where('device_no', '=', device_no).orderBy('reported_at', 'desc').limit(50).execute();

/** When a device came and went, newest first, and how that was known. */
export const listPresence = (ctx: Ctx, device_no: number) =>
  ctx.db
    .selectFrom('presence_changes')
    .select(['presence', 'cause', 'changed_at'])
    .where('device_no', '=', device_no)
    .orderBy('change_no', 'desc')
    .limit(50)
    .execute();

/** Three times gone and back within an hour. */
const FLAPPING_CHANGES = 6;

/** `changes` are those of `listPresence`. */
export const isFlapping = (changes: readonly { readonly changed_at: number }[], now: number): boolean =>
  changes.filter(({ changed_at }) => changed_at > now - HOUR_MS).length >= FLAPPING_CHANGES;

const quarantined = ['id', 'device_id', 'topic', 'reason', 'detail', 'received_at', 'replay_requested_at', 'replayed_at', 'replay_outcome'] as const;

export function listQuarantine(ctx: Ctx, request: PageRequest, filter: QuarantineFilter) {
  let query = ctx.db
    .selectFrom('quarantine')
    .select([...quarantined])
    .select(sql<number>`length(payload)`.as('size_bytes'));
  if (filter.reason !== undefined) query = query.where('reason', '=', filter.reason);
  if (filter.device_id !== undefined) query = query.where('device_id', '=', filter.device_id);
  if (filter.state === 'open') query = query.where('replay_requested_at', 'is', null);
  if (filter.state === 'waiting') query = query.where('replay_requested_at', 'is not', null).where('replayed_at', 'is', null);
  if (filter.state === 'replayed') query = query.where('replayed_at', 'is not', null);
  return listPage(query, request, { received_at: 'received_at' }, 'id');
}

export async function getQuarantined(ctx: Ctx, id: string) {
  const row = await ctx.db.selectFrom('quarantine').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Quarantined message', '隔離メッセージ']);
  return row;
}

/** Messages in quarantine that nobody asked to replay, by reason. */
export const countQuarantine = (ctx: Ctx) =>
  ctx.db
    .selectFrom('quarantine')
    .select(['reason', (eb) => eb.fn.countAll<number>().as('messages'), (eb) => eb.fn.max('received_at').as('last_at')])
    .where('replayed_at', 'is', null)
    .groupBy('reason')
    .orderBy('reason')
    .execute();

export const listSecurityEvents = (ctx: Ctx) => ctx.db.selectFrom('device_security_events').selectAll().orderBy('id', 'desc').limit(50).execute();

export const listOutages = (ctx: Ctx) =>
  ctx.db
    .selectFrom('site_outages')
    .innerJoin('sites', 'sites.id', 'site_outages.site_id')
    .selectAll('site_outages')
    .select(['sites.code', 'sites.name'])
    .orderBy('started_at', 'desc')
    .limit(50)
    .execute();

/** What each ingester wrote last, newest first, as JSON text; that of this process as it is now, for a store that takes nothing keeps the status of better times. */
export async function listIngesters(ctx: Ctx) {
  const rows = await ctx.db.selectFrom('ingest_status').selectAll().orderBy('updated_at', 'desc').limit(10).execute();
  const own = ownStatus();
  return rows.map((row) => (own !== null && row.ingester === own.ingester ? { ...row, status: JSON.stringify(own), updated_at: own.at } : row));
}
