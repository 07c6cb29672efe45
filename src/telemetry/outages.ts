// A site power cut is one incident, not five thousand: when most devices of a site go offline within minutes, the site has an outage.
import { newId } from '../core/id.ts';
import { MINUTE_MS } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { transaction } from '../db/ctx.ts';

/** Devices that left within this time left together. */
const TOGETHER_MS = 5 * MINUTE_MS;
/** Wills arrive when the broker misses keep-alives: look back this far. */
const LOOK_BACK_MS = 30 * MINUTE_MS;
/** Fewer devices than this prove nothing about their site. */
const FEWEST = 3;
const SHARE = 0.6;
/** The outage is over when at least this share is back. */
const BACK_SHARE = 0.5;

interface SiteLosses {
  readonly site_id: string;
  readonly devices: number;
  readonly offline: number;
  readonly recent: number;
  readonly first_at: number | null;
}

/** Opens an outage for each site that went dark and closes those that came back. Returns how many it opened and closed. */
export async function watchSites(ctx: Ctx): Promise<{ opened: number; closed: number }> {
  return transaction(ctx, async (ctx) => {
    const sites = await countSites(ctx);
    const open = await ctx.db.selectFrom('site_outages').selectAll().where('ended_at', 'is', null).execute();
    const dark = sites.filter((site) => isDark(site) && !open.some((outage) => outage.site_id === site.site_id));
    for (const site of dark) {
      await ctx.db
        .insertInto('site_outages')
        .values({
          id: newId(ctx.now),
          site_id: site.site_id,
          started_at: site.first_at ?? ctx.now,
          ended_at: null,
          devices: site.recent,
          devices_at_site: site.devices,
        })
        .execute();
    }
    const back = open.filter((outage) => isBack(sites.find((site) => site.site_id === outage.site_id)));
    for (const outage of back) await ctx.db.updateTable('site_outages').set({ ended_at: ctx.now }).where('id', '=', outage.id).execute();
    return { opened: dark.length, closed: back.length };
  });
}

const isDark = (site: SiteLosses): boolean => site.recent >= FEWEST && site.recent >= SHARE * (site.devices - (site.offline - site.recent));

const isBack = (site: SiteLosses | undefined): boolean => site === undefined || site.offline <= (1 - BACK_SHARE) * site.devices;

/** Devices per site: all, offline now, and those that left together most recently. Cost: one pass over the devices that are offline. */
async function countSites(ctx: Ctx): Promise<SiteLosses[]> {
  const offline = await ctx.db
    .selectFrom('devices')
    .innerJoin('units', 'units.id', 'devices.unit_id')
    .select(['units.site_id', 'devices.offline_at'])
    .where('devices.offline_at', 'is not', null)
    .where('units.site_id', 'is not', null)
    .execute();
  const watched = new Set(offline.filter((row) => (row.offline_at ?? 0) > ctx.now - LOOK_BACK_MS).map((row) => row.site_id));
  for (const { site_id } of await ctx.db.selectFrom('site_outages').select('site_id').where('ended_at', 'is', null).execute()) watched.add(site_id);
  const ids = [...watched].filter((id) => id !== null);
  if (ids.length === 0) return [];
  const totals = await ctx.db
    .selectFrom('devices')
    .innerJoin('units', 'units.id', 'devices.unit_id')
    .select(['units.site_id', (eb) => eb.fn.countAll<number>().as('devices')])
    .where('units.site_id', 'in', ids)
    .groupBy('units.site_id')
    .execute();
  return totals.map(({ site_id, devices }) => {
    const left = offline
      .filter((row) => row.site_id === site_id)
      .map((row) => row.offline_at ?? 0)
      .sort((a, b) => a - b);
    const together = largestGroup(left.filter((at) => at > ctx.now - LOOK_BACK_MS - TOGETHER_MS));
    return { site_id: site_id ?? '', devices: Number(devices), offline: left.length, recent: together.length, first_at: together[0] ?? null };
  });
}

/** The most that left within TOGETHER_MS, of ascending instants: one that leaves later for a reason of its own hides no power cut. */
function largestGroup(left: readonly number[]): readonly number[] {
  let largest: readonly number[] = [];
  for (let [from, to] = [0, 1]; to <= left.length; to++) {
    while ((left[to - 1] as number) - (left[from] as number) > TOGETHER_MS) from++;
    if (to - from > largest.length) largest = left.slice(from, to);
  }
  return largest;
}
