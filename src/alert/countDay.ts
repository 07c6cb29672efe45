// Counts one closed day: which units reached which signal, and per model the devices and new episodes by cohort and age band.
import { sql } from 'kysely';
import { addDays, type Day, dayNumber, startOfDay } from '../core/time.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { BandSums, bandOf } from './day.ts';
import { countEpisodes, EPISODE_DAYS } from './episodes.ts';
import { findMeasure, REPORT, RETURN, SILENCE } from './measures.ts';
import type { AlertDayRow, SignalDayRow, SignalRow } from './table.ts';
import { noteFirmwares } from './upgrades.ts';

interface DeviceDay {
  unit_id: string;
  model_id: string;
  hw_rev: string;
  batch_id: string;
  firmware: string;
  site_id: string | null;
  since_on: string | null;
  /** m_0, m_1 …: the value of each measured signal. */
  [measure: `m_${number}`]: number | null;
}

/** Replaces what is stored of a day. Returns whether the units that reached a signal changed: then the days after it are counted again. */
export async function countDay(ctx: Ctx, day_on: Day, signals: readonly SignalRow[]): Promise<boolean> {
  return transaction(ctx, async (ctx) => {
    const devices = await devicesOn(ctx, day_on, signals);
    const reached = [...excessesOf(day_on, devices, signals), ...(await silentOn(ctx, day_on, signals)), ...(await consequencesOn(ctx, day_on, signals))].sort(
      (a, b) => keyOf(a).localeCompare(keyOf(b)),
    );
    const before = await ctx.db.selectFrom('signal_days').select(['signal_id', 'unit_id']).where('day_on', '=', day_on).execute();
    await ctx.db.deleteFrom('signal_days').where('day_on', '=', day_on).execute();
    await insertMany(ctx.db, 'signal_days', reached);
    await ctx.db.deleteFrom('alert_days').where('day_on', '=', day_on).execute();
    await insertMany(ctx.db, 'alert_days', exposureRows(day_on, devices, reached));
    await countEpisodesOf(ctx, day_on, signals);
    await noteFirmwares(ctx, day_on);
    const same = new Set(before.map(keyOf));
    return before.length !== reached.length || reached.some((row) => !same.has(keyOf(row)));
  });
}

const keyOf = (row: { signal_id: string; unit_id: string }): string => `${row.signal_id} ${row.unit_id}`;

/** The new episodes of a day, from the excesses of the day and of the 29 days before. The cost is that of the excesses, not of the fleet. */
export async function countEpisodesOf(ctx: Ctx, day_on: Day, signals: readonly SignalRow[]): Promise<void> {
  const starting = await ctx.db
    .selectFrom('signal_days as d')
    .selectAll()
    .where('day_on', '=', day_on)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('signal_days as p')
            .select('p.day_on')
            .whereRef('p.unit_id', '=', 'd.unit_id')
            .whereRef('p.signal_id', '=', 'd.signal_id')
            .where('p.day_on', '<', day_on)
            .where('p.day_on', '>', addDays(day_on, -EPISODE_DAYS)),
        ),
      ),
    )
    .orderBy('d.signal_id')
    .orderBy('d.unit_id')
    .execute();
  const byModel = new Map<string, BandSums>();
  for (const signal of signals) {
    const rows = starting.filter((row) => row.signal_id === signal.id);
    const counts = countEpisodes(
      rows.map((row) => ({ site: row.site_id, cohort: row })),
      signal.kind === 'network',
      (row) => row.model_id,
    );
    for (const [row, count] of counts) {
      const sums = byModel.get(row.model_id) ?? new BandSums();
      byModel.set(row.model_id, sums);
      sums.add([row.hw_rev, row.batch_id, row.firmware, signal.code], row.age_band, count);
    }
  }
  await ctx.db.updateTable('alert_days').set({ episodes: '[]' }).where('day_on', '=', day_on).where('episodes', '<>', '[]').execute();
  for (const [model_id, sums] of byModel) {
    await ctx.db
      .updateTable('alert_days')
      .set({ episodes: JSON.stringify(sums.entries()) })
      .where('day_on', '=', day_on)
      .where('model_id', '=', model_id)
      .execute();
  }
}

/** One pass over the rows of the day. */
async function devicesOn(ctx: Ctx, day_on: Day, signals: readonly SignalRow[]): Promise<DeviceDay[]> {
  const values = signals
    .map((signal, i) => [findMeasure(signal.measure)?.value ?? null, i] as const)
    .filter(([value]) => value !== null)
    .map(([value, i]) => `, (${value}) as m_${i}`)
    .join('');
  const { rows } = await sql<DeviceDay>`
    select u.id as unit_id, u.model_id, coalesce(u.hw_rev, v.hw_rev, '') as hw_rev, coalesce(u.batch_id, '') as batch_id, coalesce(d.firmware, '') as firmware,
      u.site_id, coalesce((select min(s.from_on) from service_intervals s where s.unit_id = u.id), u.shipped_on) as since_on ${sql.raw(values)}
    from device_days d join devices v on v.device_no = d.device_no join units u on u.id = v.unit_id join models m on m.id = u.model_id
    where d.day_on = ${day_on} and d.reports > 0`.execute(ctx.db);
  return rows;
}

function excessesOf(day_on: Day, devices: readonly DeviceDay[], signals: readonly SignalRow[]): SignalDayRow[] {
  const rows = new Map<string, SignalDayRow>();
  for (const device of devices) {
    signals.forEach((signal, i) => {
      const value = device[`m_${i}`];
      if (value === null || value === undefined || Number(value) < signal.threshold) return;
      const row = dayRow(day_on, signal.id, device);
      rows.set(keyOf(row), row);
    });
  }
  return [...rows.values()];
}

const dayRow = (day_on: Day, signal_id: string, device: Omit<DeviceDay, `m_${number}`>): SignalDayRow => ({
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

/** Units that reported the day before, not on this day, and are still meant to be in service. */
async function silentOn(ctx: Ctx, day_on: Day, signals: readonly SignalRow[]): Promise<SignalDayRow[]> {
  const silence = signals.find((signal) => signal.measure === SILENCE);
  if (silence === undefined) return [];
  const { rows } = await sql<DeviceDay>`
    select u.id as unit_id, u.model_id, coalesce(u.hw_rev, v.hw_rev, '') as hw_rev, coalesce(u.batch_id, '') as batch_id, coalesce(d.firmware, '') as firmware,
      u.site_id, coalesce((select min(s.from_on) from service_intervals s where s.unit_id = u.id), u.shipped_on) as since_on
    from device_days d join devices v on v.device_no = d.device_no join units u on u.id = v.unit_id
    where d.day_on = ${addDays(day_on, -1)} and d.reports > 0
      and not exists (select 1 from device_days n where n.device_no = d.device_no and n.day_on = ${day_on} and n.reports > 0)
      and not exists (select 1 from service_intervals s where s.unit_id = u.id and s.to_on is not null and s.to_on <= ${day_on}
        and not exists (select 1 from service_intervals o where o.unit_id = u.id and o.to_on is null))`.execute(ctx.db);
  return rows.map((row) => dayRow(day_on, silence.id, row));
}

/** Units returned, and units a customer reported, on the day. A case counts for each of its units. */
async function consequencesOn(ctx: Ctx, day_on: Day, signals: readonly SignalRow[]): Promise<SignalDayRow[]> {
  const next = startOfDay(addDays(day_on, 1), ctx.zone);
  const units = sql`u.id as unit_id, u.model_id, coalesce(u.hw_rev, '') as hw_rev, coalesce(u.batch_id, '') as batch_id, coalesce(f.code, '') as firmware, u.site_id,
    coalesce((select min(s.from_on) from service_intervals s where s.unit_id = u.id), u.shipped_on) as since_on`;
  const rows: SignalDayRow[] = [];
  const add = async (measure: string, from: ReturnType<typeof sql>): Promise<void> => {
    const signal = signals.find((one) => one.measure === measure);
    if (signal === undefined) return;
    const found = await sql<DeviceDay>`select distinct ${units} ${from}`.execute(ctx.db);
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

/** A row per model that reported or had something happen, so that the episodes have a place to stand. */
function exposureRows(day_on: Day, devices: readonly DeviceDay[], reached: readonly SignalDayRow[]): AlertDayRow[] {
  const byModel = new Map<string, BandSums>();
  for (const { model_id } of reached) if (!byModel.has(model_id)) byModel.set(model_id, new BandSums());
  for (const device of devices) {
    const sums = byModel.get(device.model_id) ?? new BandSums();
    byModel.set(device.model_id, sums);
    sums.add([device.hw_rev, device.batch_id, device.firmware], ageBandOn(day_on, device.since_on), 1);
  }
  return [...byModel]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([model_id, sums]) => ({ day_on, model_id, exposure: JSON.stringify(sums.entries()), episodes: '[]' }));
}
