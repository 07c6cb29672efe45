// What a device says it runs becomes the firmware of its unit, from the day it began: exposure and failures count in the firmware a unit had then.
import { sql } from 'kysely';
import { DAY_MS, dayOf, HOUR_MS } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { inTurns } from '../db/inTurns.ts';
import { changeFirmware } from '../unit/firmware.ts';

/** Reports may be a day late and rows a few minutes later still. */
const LATEST_NEWS_MS = DAY_MS + HOUR_MS;
/** One statement over a million would hold up every page. */
const DEVICES_PER_READ = 2000;
/** Units per transaction: each takes ten statements, and pages wait meanwhile. A roll-out changes the whole fleet in a day. */
const UNITS_PER_TURN = 8;

/** Follows the changes of the last day. Returns how many units changed. */
export const followFirmware = (ctx: Ctx): Promise<number> => follow(ctx, ctx.now - LATEST_NEWS_MS);

/** Follows every device, for units that were registered or corrected long after their device reported. Cost: one pass over the devices in slices. */
export const followAllFirmware = (ctx: Ctx): Promise<number> => follow(ctx, 0);

/** Devices in the order in which they began what they run: where to go on. */
interface Place {
  readonly firmware_since_at: number;
  readonly device_no: number;
}

async function follow(ctx: Ctx, since_at: number): Promise<number> {
  let changed = 0;
  for (let after: Place | null = { firmware_since_at: since_at, device_no: Number.MAX_SAFE_INTEGER }; after !== null; ) {
    const last = await placeAfter(ctx, after);
    await inTurns(
      ctx,
      await differing(ctx, after, last),
      async (ctx, some) => {
        for (const device of some) if (await followOne(ctx, device)) changed++;
      },
      UNITS_PER_TURN,
    );
    after = last;
  }
  return changed;
}

const place = sql`(devices.firmware_since_at, devices.device_no)`;
const beyond = ({ firmware_since_at, device_no }: Place) => sql<boolean>`${place} > (${firmware_since_at}, ${device_no})`;
const upTo = ({ firmware_since_at, device_no }: Place) => sql<boolean>`${place} <= (${firmware_since_at}, ${device_no})`;

/** The place of the last device of the next read; null when fewer are left. */
const placeAfter = async (ctx: Ctx, after: Place): Promise<Place | null> => {
  const row = await ctx.db
    .selectFrom('devices')
    .select(['firmware_since_at', 'device_no'])
    .where(beyond(after))
    .orderBy('firmware_since_at')
    .orderBy('device_no')
    .offset(DEVICES_PER_READ - 1)
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { firmware_since_at: Number(row.firmware_since_at), device_no: row.device_no };
};

type Differing = Awaited<ReturnType<typeof differing>>[number];

/** Devices whose unit is said to run something else. */
const differing = (ctx: Ctx, after: Place, last: Place | null) =>
  ctx.db
    .selectFrom('devices')
    .innerJoin('units', 'units.id', 'devices.unit_id')
    .leftJoin('firmwares', 'firmwares.id', 'units.firmware_id')
    .leftJoin('firmware_intervals as open', (join) => join.onRef('open.unit_id', '=', 'units.id').on('open.to_on', 'is', null))
    .select(['devices.device_no', 'devices.firmware', 'devices.firmware_since_at', 'devices.last_report_at', 'units.id as unit_id', 'open.from_on'])
    .where(beyond(after))
    .$if(last !== null, (query) => query.where(upTo(last as Place)))
    .where('devices.firmware', 'is not', null)
    .where('units.merged_into_id', 'is', null)
    .where((eb) => eb.or([eb('firmwares.code', 'is', null), eb('firmwares.code', '<>', eb.ref('devices.firmware'))]))
    .execute();

/** A report of a day before the current firmware began is late news and changes nothing. */
async function followOne(ctx: Ctx, { unit_id, firmware, firmware_since_at, last_report_at, from_on }: Differing): Promise<boolean> {
  if (firmware === null || firmware_since_at === null) return false;
  const since_on = dayOf(firmware_since_at, ctx.zone);
  if (from_on !== null && dayOf(last_report_at ?? firmware_since_at, ctx.zone) < from_on) return false;
  await changeFirmware(ctx, unit_id, { firmware, from_on: from_on !== null && since_on < from_on ? from_on : since_on });
  return true;
}
