// Counts one closed day: which units reached which signal, and per model the devices and new episodes by cohort and age band. Only what differs from
// what is stored is written, a little at a time: telemetry is written to the same file.
import { addDays, type Day } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { BandSums } from './day.ts';
import { countEpisodes, EPISODE_DAYS } from './episodes.ts';
import { readDay } from './readDay.ts';
import { badRegions, type RegionCount } from './region.ts';
import { replaceBadRegions, replaceEpisodes, replaceExcesses, replaceExposure } from './replaceDay.ts';
import type { BadRegionDayRow, SignalRow } from './table.ts';
import { noteFirmwares } from './upgrades.ts';

/** Brings what is stored of a day up to date. Returns whether the units that reached a signal changed: then the days after it are counted again. */
export async function countDay(ctx: Ctx, day_on: Day, signals: readonly SignalRow[]): Promise<boolean> {
  const read = await readDay(ctx, day_on, signals);
  const changed = await replaceExcesses(ctx, day_on, read.reached);
  await replaceExposure(ctx, day_on, read.exposure);
  await countEpisodesOf(ctx, day_on, signals);
  await noteFirmwares(ctx, day_on, read);
  return changed;
}

/** The new episodes of a day, from the excesses of the day and of the 29 days before. The cost is that of the excesses, not of the fleet. */
export async function countEpisodesOf(ctx: Ctx, day_on: Day, signals: readonly SignalRow[]): Promise<void> {
  const starting = await ctx.db
    .selectFrom('signal_days as d')
    .leftJoin('sites', 'sites.id', 'd.site_id')
    .selectAll('d')
    .select('sites.region')
    .where('d.day_on', '=', day_on)
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
  const regions = new Regions(await regionDevices(ctx, day_on));
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
      regions.add(row.region, row.model_id, count);
    }
    regions.judge(day_on, signal);
  }
  await replaceEpisodes(ctx, day_on, new Map([...byModel].map(([model_id, sums]) => [model_id, JSON.stringify(sums.entries())])));
  await replaceBadRegions(ctx, day_on, regions.bad);
}

/** Devices that reported, by region. */
async function regionDevices(ctx: Ctx, day_on: Day): Promise<Map<string, number>> {
  const rows = await ctx.db.selectFrom('alert_days').select('regions').where('day_on', '=', day_on).where('regions', '<>', '{}').execute();
  const devices = new Map<string, number>();
  for (const { regions } of rows)
    for (const [region, count] of Object.entries(JSON.parse(regions) as Record<string, number>)) devices.set(region, (devices.get(region) ?? 0) + count);
  return devices;
}

/** The episodes of one signal after the other by region and model, and the regions that were bad. */
class Regions {
  readonly bad: BadRegionDayRow[] = [];
  readonly #devices: ReadonlyMap<string, number>;
  #counts = new Map<string, RegionCount>();

  constructor(devices: ReadonlyMap<string, number>) {
    this.#devices = devices;
  }

  add(region: string | null, model_id: string, episodes: number): void {
    if (region === null || !this.#devices.has(region)) return;
    const key = `${region} ${model_id}`;
    this.#counts.set(key, { region, model_id, episodes: (this.#counts.get(key)?.episodes ?? 0) + episodes });
  }

  judge(day_on: Day, { code, dispersion }: SignalRow): void {
    for (const [region, factor] of badRegions([...this.#counts.values()], this.#devices, dispersion)) this.bad.push({ day_on, signal: code, region, factor });
    this.#counts = new Map();
  }
}
