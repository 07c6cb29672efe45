// Reads one closed day: which units reached which signal, how many devices each cohort had, and who reported a firmware first. Page by page and
// outside any transaction, so that whoever writes meanwhile waits for none of it.
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { addDays, type Day, dayNumber, startOfDay } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { BandSums, bandOf } from './day.ts';
import { findMeasure, REPORT, RETURN, SILENCE, valueOn } from './measures.ts';
import type { AlertDayRow, SignalDayRow, SignalRow, UnitFirmwareRow } from './table.ts';

export interface ReadDay {
  readonly reached: readonly SignalDayRow[];
  readonly exposure: readonly AlertDayRow[];
  /** First reports of a firmware by a unit, as far as is known. */
  readonly firmwares: readonly UnitFirmwareRow[];
  /** Units and firmwares of the day. */
  readonly reported: ReadonlySet<string>;
}

interface Device {
  unit_id: string;
  model_id: string;
  hw_rev: string;
  batch_id: string;
  firmware: string;
  site_id: string | null;
  since_on: string | null;
}

interface Reporter extends Device {
  region: string | null;
  /** The first day known of the unit with this firmware. */
  firmware_on: Day | null;
  /** m_0, m_1 …: the value of each measured signal. */
  [measure: `m_${number}`]: number | null;
}

/** Devices read at a time: some 20 ms, after which others have their turn. */
const PAGE = 2000;

/** Cost: the rows of the day, and of the day before for who fell silent. */
export async function readDay(ctx: Ctx, day_on: Day, signals: readonly SignalRow[]): Promise<ReadDay> {
  const found = new Found(day_on, signals);
  const reporting = await reportingOn(ctx, day_on);
  for (const page of pagesOf(reporting)) {
    found.add(await reportersAmong(ctx, day_on, signals, page));
    await setImmediate();
  }
  const silence = signals.find((signal) => signal.measure === SILENCE);
  if (silence !== undefined) {
    const still = new Set(reporting);
    const missing = (await reportingOn(ctx, addDays(day_on, -1))).filter((device_no) => !still.has(device_no));
    for (const page of pagesOf(missing)) found.reach((await silentAmong(ctx, day_on, page)).map((device) => dayRow(day_on, silence.id, device)));
  }
  found.reach(await consequencesOn(ctx, day_on, signals));
  return found.done();
}

async function reportingOn(ctx: Ctx, day_on: Day): Promise<number[]> {
  const rows = await ctx.db.selectFrom('device_days').select('device_no').where('day_on', '=', day_on).where('reports', '>', 0).execute();
  return rows.map((row) => row.device_no).sort((a, b) => a - b);
}

const pagesOf = (device_nos: readonly number[]): number[][] =>
  Array.from({ length: Math.ceil(device_nos.length / PAGE) }, (_, page) => device_nos.slice(page * PAGE, (page + 1) * PAGE));

/** What the pages of a day add up to. */
class Found {
  readonly #day_on: Day;
  readonly #signals: readonly SignalRow[];
  readonly #reached = new Map<string, SignalDayRow>();
  readonly #exposure = new Map<string, BandSums>();
  readonly #regions = new Map<string, Record<string, number>>();
  readonly #firmwares = new Map<string, UnitFirmwareRow>();
  readonly #reported = new Set<string>();

  constructor(day_on: Day, signals: readonly SignalRow[]) {
    this.#day_on = day_on;
    this.#signals = signals;
  }

  add(devices: readonly Reporter[]): void {
    for (const device of devices) {
      const { unit_id, model_id, firmware } = device;
      this.#sumsOf(model_id).add([device.hw_rev, device.batch_id, firmware], ageBandOn(this.#day_on, device.since_on), 1);
      this.#addRegion(model_id, device.region);
      this.reach(excessesOf(this.#day_on, device, this.#signals));
      if (firmware === '') continue;
      this.#reported.add(firmwareKey(device));
      if (device.firmware_on === null || device.firmware_on > this.#day_on)
        this.#firmwares.set(firmwareKey(device), { unit_id, firmware, model_id, from_on: this.#day_on });
    }
  }

  /** A model that did not report has a row as well, so that its episodes have a place to stand. */
  reach(rows: readonly SignalDayRow[]): void {
    for (const row of rows) {
      this.#reached.set(excessKey(row), row);
      this.#sumsOf(row.model_id);
    }
  }

  #addRegion(model_id: string, region: string | null): void {
    if (region === null || region === '') return;
    const devices = this.#regions.get(model_id) ?? {};
    this.#regions.set(model_id, devices);
    devices[region] = (devices[region] ?? 0) + 1;
  }

  #sumsOf(model_id: string): BandSums {
    const sums = this.#exposure.get(model_id) ?? new BandSums();
    this.#exposure.set(model_id, sums);
    return sums;
  }

  done(): ReadDay {
    const byKey = <T>(entries: Iterable<[string, T]>): [string, T][] => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      reached: byKey(this.#reached).map(([, row]) => row),
      exposure: byKey(this.#exposure).map(([model_id, sums]) => ({
        day_on: this.#day_on,
        model_id,
        exposure: JSON.stringify(sums.entries()),
        episodes: '[]',
        regions: JSON.stringify(Object.fromEntries(byKey(Object.entries(this.#regions.get(model_id) ?? {})))),
      })),
      firmwares: [...this.#firmwares.values()],
      reported: this.#reported,
    };
  }
}

export const excessKey = (row: { signal_id: string; unit_id: string }): string => `${row.signal_id} ${row.unit_id}`;
export const firmwareKey = (row: { unit_id: string; firmware: string }): string => `${row.unit_id} ${row.firmware}`;

const firstDay = sql`coalesce((select min(s.from_on) from service_intervals s where s.unit_id = u.id), u.shipped_on) as since_on`;
const deviceCohort = sql`u.id as unit_id, u.model_id, coalesce(u.hw_rev, v.hw_rev, '') as hw_rev, coalesce(u.batch_id, '') as batch_id,
  coalesce(d.firmware, '') as firmware, u.site_id, ${firstDay}`;

async function reportersAmong(ctx: Ctx, day_on: Day, signals: readonly SignalRow[], device_nos: readonly number[]): Promise<Reporter[]> {
  const [start, next] = [startOfDay(day_on, ctx.zone), startOfDay(addDays(day_on, 1), ctx.zone)];
  const values = signals
    .map((signal) => findMeasure(signal.measure))
    .map((measure) => (measure === undefined ? null : valueOn(measure, start, next)))
    .map((value, i) => (value === null ? '' : `, (${value}) as m_${i}`))
    .join('');
  const { rows } = await sql<Reporter>`
    select ${deviceCohort}, t.region, w.from_on as firmware_on ${sql.raw(values)}
    from device_days d join devices v on v.device_no = d.device_no join units u on u.id = v.unit_id join models m on m.id = u.model_id
      left join sites t on t.id = u.site_id left join unit_firmwares w on w.unit_id = u.id and w.firmware = d.firmware
    where d.device_no in (${sql.join(device_nos)}) and d.day_on = ${day_on} and d.reports > 0
    order by d.device_no`.execute(ctx.db);
  return rows;
}

const excessesOf = (day_on: Day, device: Reporter, signals: readonly SignalRow[]): SignalDayRow[] =>
  signals.flatMap((signal, i) => {
    const value = device[`m_${i}`];
    return value === null || value === undefined || Number(value) < signal.threshold ? [] : [dayRow(day_on, signal.id, device)];
  });

const dayRow = (day_on: Day, signal_id: string, device: Device): SignalDayRow => ({
  day_on,
  signal_id,
  unit_id: device.unit_id,
  model_id: device.model_id,
  hw_rev: device.hw_rev,
  batch_id: device.batch_id,
  firmware: device.firmware,
  age_band: ageBandOn(day_on, device.since_on),
  site_id: device.site_id,
});

/** Without a first day in service a unit counts as grown up. */
const ageBandOn = (day_on: Day, since_on: string | null): number => bandOf(since_on === null ? 365 : dayNumber(day_on) - dayNumber(since_on));

/** Units of devices that reported the day before and are still meant to be in service. */
async function silentAmong(ctx: Ctx, day_on: Day, device_nos: readonly number[]): Promise<Device[]> {
  const { rows } = await sql<Device>`
    select ${deviceCohort}
    from device_days d join devices v on v.device_no = d.device_no join units u on u.id = v.unit_id
    where d.device_no in (${sql.join(device_nos)}) and d.day_on = ${addDays(day_on, -1)}
      and not exists (select 1 from service_intervals s where s.unit_id = u.id and s.to_on is not null and s.to_on <= ${day_on}
        and not exists (select 1 from service_intervals o where o.unit_id = u.id and o.to_on is null))`.execute(ctx.db);
  return rows;
}

/** Units returned, and units a customer reported, on the day. A case counts for each of its units. */
async function consequencesOn(ctx: Ctx, day_on: Day, signals: readonly SignalRow[]): Promise<SignalDayRow[]> {
  const next = startOfDay(addDays(day_on, 1), ctx.zone);
  const units = sql`u.id as unit_id, u.model_id, coalesce(u.hw_rev, '') as hw_rev, coalesce(u.batch_id, '') as batch_id, coalesce(f.code, '') as firmware,
    u.site_id, ${firstDay}`;
  const rows: SignalDayRow[] = [];
  const add = async (measure: string, from: ReturnType<typeof sql>): Promise<void> => {
    const signal = signals.find((one) => one.measure === measure);
    if (signal === undefined) return;
    const found = await sql<Device>`select distinct ${units} ${from}`.execute(ctx.db);
    rows.push(...found.rows.map((row) => dayRow(day_on, signal.id, row)));
  };
  await add(
    RETURN,
    sql`from return_units r join units u on u.id = r.unit_id left join firmwares f on f.id = u.firmware_id
    where r.returned_on = ${day_on} and r.state <> 'cancelled' and coalesce(r.verdict, '') not in ('no_fault_found', 'customer_damage', 'wrong_unit')`,
  );
  await add(
    REPORT,
    sql`from cases k join case_units w on w.case_id = k.id join units u on u.id = w.unit_id left join firmwares f on f.id = u.firmware_id
    where k.opened_at >= ${startOfDay(day_on, ctx.zone)} and k.opened_at < ${next} and k.initiated_by in ('customer', 'partner')`,
  );
  return rows;
}
