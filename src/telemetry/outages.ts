// A site power cut is one incident, not five thousand: when most devices of a site go offline within minutes, the site has an outage.
import { groupBy } from '../core/groupBy.ts';
import { newId } from '../core/id.ts';
import { MINUTE_MS } from '../core/time.ts';
import { type Ctx, transaction } from '../db/ctx.ts';

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
  const sites = await countSites(ctx);
  const open = await ctx.db.selectFrom('site_outages').selectAll().where('ended_at', 'is', null).execute();
  const known = new Set(open.map(({ site_id }) => site_id));
  const dark = sites.filter((site) => isDark(site) && !known.has(site.site_id));
  const counted = new Map(sites.map((site) => [site.site_id, site]));
  const back = open.filter(({ site_id }) => isBack(counted.get(site_id)));
  if (dark.length + back.length > 0) await transaction(ctx, (ctx) => write(ctx, dark, back));
  return { opened: dark.length, closed: back.length };
}

async function write(ctx: Ctx, dark: readonly SiteLosses[], back: readonly { readonly id: string }[]): Promise<void> {
  for (const { site_id, first_at, recent, devices } of dark) {
    await ctx.db
      .insertInto('site_outages')
      .values({ id: newId(ctx.now), site_id, started_at: first_at ?? ctx.now, ended_at: null, devices: recent, devices_at_site: devices })
      .execute();
  }
  for (const { id } of back) await ctx.db.updateTable('site_outages').set({ ended_at: ctx.now }).where('id', '=', id).execute();
}

const isDark = (site: SiteLosses): boolean => site.recent >= FEWEST && site.recent >= SHARE * (site.devices - (site.offline - site.recent));

const isBack = (site: SiteLosses | undefined): boolean => site === undefined || site.offline <= (1 - BACK_SHARE) * site.devices;

/** Devices per site that lost some lately or is dark: all, offline now, and those that left together most recently. Cost: the devices of these sites. */
async function countSites(ctx: Ctx): Promise<SiteLosses[]> {
  const since_at = ctx.now - LOOK_BACK_MS;
  const losses = ctx.db
    .selectFrom('devices')
    .innerJoin('units', 'units.id', 'devices.unit_id')
    .where('devices.online_at', 'is', null)
    .where('units.site_id', 'is not', null);
  const left = await losses
    .where('devices.offline_at', '>', since_at - TOGETHER_MS)
    .select(['units.site_id', 'devices.offline_at'])
    .orderBy('devices.offline_at')
    .execute();
  const totals = await ctx.db
    .selectFrom('units')
    .innerJoin('devices', 'devices.unit_id', 'units.id')
    .select(['units.site_id', (eb) => eb.fn.countAll<number>().as('devices'), (eb) => eb.fn.count<number>('devices.offline_at').as('offline')])
    .where((eb) =>
      eb.or([
        eb('units.site_id', 'in', losses.where('devices.offline_at', '>', since_at).select('units.site_id')),
        eb('units.site_id', 'in', eb.selectFrom('site_outages').select('site_id').where('ended_at', 'is', null)),
      ]),
    )
    .groupBy('units.site_id')
    .execute();
  const leftOf = groupBy(left, ({ site_id }) => site_id);
  return totals.map(({ site_id, devices, offline }) => {
    const together = largestGroup((leftOf.get(site_id) ?? []).map(({ offline_at }) => offline_at ?? 0));
    return { site_id: site_id ?? '', devices: Number(devices), offline: Number(offline), recent: together.length, first_at: together[0] ?? null };
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
