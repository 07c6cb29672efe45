// What earlier imports brought for the instants of a file. A stored report is never changed, so that a row with anything else for its instant must be told.
import { groupBy } from '../core/groupBy.ts';
import type { Ctx } from '../db/ctx.ts';
import { amongTexts } from '../db/dialect.ts';
import { IMPORTED_BOOT } from './accept.ts';
import { type Boot, hasArrived } from './boots.ts';
import { findBoots } from './hydrate.ts';
import { askWith, readMeasures } from './reports.ts';

/** One boot a month: counters go on within it, and the lists of sequence numbers stay short. The instant is the sequence number. */
export const bootOf = (ts: number): string => `${IMPORTED_BOOT}${new Date(ts).toISOString().slice(0, 7)}`;

/** Null: nothing was imported for that instant. 'dropped': something was, and its raw report is no longer kept. */
export type Imported = (device_id: string, ts: number) => Readonly<Record<string, unknown>> | 'dropped' | null;

export async function importedBefore(ctx: Ctx, instants: readonly { readonly device_id: string; readonly ts: number }[]): Promise<Imported> {
  const store = askWith(ctx.db);
  const byDevice = groupBy(instants, ({ device_id }) => device_id);
  const devices = await ctx.db
    .selectFrom('devices')
    .select(['device_no', 'device_id', 'last_address'])
    .where('device_id', 'in', amongTexts(ctx.db, [...byDevice.keys()]))
    .execute();
  const wanted = devices.flatMap((device) => {
    const boots = new Set((byDevice.get(device.device_id) ?? []).map(({ ts }) => bootOf(ts)));
    return [...boots].map((boot) => ({ device, boot }));
  });
  const boots = await findBoots(store, wanted);
  const found = new Map<string, Readonly<Record<string, unknown>> | 'dropped'>();
  for (const device of devices) {
    const arrived = new Map<number, Boot>();
    for (const { ts } of byDevice.get(device.device_id) ?? []) {
      const boot = boots.get(`${device.device_no} ${bootOf(ts)}`);
      if (boot !== undefined && hasArrived(boot, ts)) arrived.set(ts, boot);
    }
    const kept = await readMeasures(store, device, arrived);
    for (const ts of arrived.keys()) found.set(`${device.device_id} ${ts}`, kept.get(ts) ?? 'dropped');
  }
  return (device_id, ts) => found.get(`${device_id} ${ts}`) ?? null;
}
