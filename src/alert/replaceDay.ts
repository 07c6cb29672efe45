// Writes what changed of a counted day, in transactions of a few milliseconds. A scan that is cut short leaves its days marked to be counted again.
import { allow } from '../core/actor.ts';
import type { Day } from '../core/time.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { inTurns } from '../db/inTurns.ts';
import { excessKey } from './readDay.ts';
import type { AlertDayRow, BadRegionDayRow, SignalDayRow } from './table.ts';

/** The rows, so many in a transaction of their own. */
export async function writeInTurns<T>(ctx: Ctx, rows: readonly T[], write: (ctx: Ctx, some: readonly T[]) => Promise<unknown>): Promise<void> {
  allow(ctx, 'alert:write');
  await inTurns(ctx, rows, write);
}

/** Returns whether other units reach a signal than before. */
export async function replaceExcesses(ctx: Ctx, day_on: Day, reached: readonly SignalDayRow[]): Promise<boolean> {
  const stored = await ctx.db.selectFrom('signal_days').selectAll().where('day_on', '=', day_on).execute();
  const before = new Map(stored.map((row) => [excessKey(row), row]));
  const now = new Set(reached.map(excessKey));
  const fresh = reached.filter((row) => !sameExcess(before.get(excessKey(row)), row));
  await removeExcesses(
    ctx,
    day_on,
    stored.filter((row) => !now.has(excessKey(row))),
  );
  await writeInTurns(ctx, fresh, (ctx, some) =>
    insertMany(
      ctx.db,
      'signal_days',
      some,
      `on conflict (day_on, signal_id, unit_id) do update set model_id = excluded.model_id, hw_rev = excluded.hw_rev, batch_id = excluded.batch_id,
        firmware = excluded.firmware, age_band = excluded.age_band, site_id = excluded.site_id`,
    ),
  );
  return stored.length !== reached.length || reached.some((row) => !before.has(excessKey(row)));
}

const sameExcess = (before: SignalDayRow | undefined, row: SignalDayRow): boolean =>
  before !== undefined &&
  before.model_id === row.model_id &&
  before.hw_rev === row.hw_rev &&
  before.batch_id === row.batch_id &&
  before.firmware === row.firmware &&
  Number(before.age_band) === row.age_band &&
  before.site_id === row.site_id;

async function removeExcesses(ctx: Ctx, day_on: Day, gone: readonly SignalDayRow[]): Promise<void> {
  for (const signal_id of new Set(gone.map((row) => row.signal_id))) {
    const unit_ids = gone.filter((row) => row.signal_id === signal_id).map((row) => row.unit_id);
    await writeInTurns(ctx, unit_ids, (ctx, some) =>
      ctx.db.deleteFrom('signal_days').where('day_on', '=', day_on).where('signal_id', '=', signal_id).where('unit_id', 'in', some).execute(),
    );
  }
}

/** Devices by cohort; the episodes of a day that is counted again stay until they are counted. */
export async function replaceExposure(ctx: Ctx, day_on: Day, exposure: readonly AlertDayRow[]): Promise<void> {
  const stored = await ctx.db.selectFrom('alert_days').select(['model_id', 'exposure', 'regions']).where('day_on', '=', day_on).execute();
  const before = new Map(stored.map((row) => [row.model_id, `${row.exposure} ${row.regions}`]));
  const now = new Set(exposure.map((row) => row.model_id));
  const gone = stored.map((row) => row.model_id).filter((model_id) => !now.has(model_id));
  await writeInTurns(ctx, gone, (ctx, some) => ctx.db.deleteFrom('alert_days').where('day_on', '=', day_on).where('model_id', 'in', some).execute());
  await writeInTurns(
    ctx,
    exposure.filter((row) => before.get(row.model_id) !== `${row.exposure} ${row.regions}`),
    (ctx, some) =>
      insertMany(ctx.db, 'alert_days', some, 'on conflict (model_id, day_on) do update set exposure = excluded.exposure, regions = excluded.regions'),
  );
}

/** New episodes of the models that have some, as text; the others have none. */
export async function replaceEpisodes(ctx: Ctx, day_on: Day, episodes: ReadonlyMap<string, string>): Promise<void> {
  const stored = await ctx.db.selectFrom('alert_days').select(['model_id', 'episodes']).where('day_on', '=', day_on).execute();
  const changed = stored.filter((row) => row.episodes !== (episodes.get(row.model_id) ?? '[]')).map((row) => row.model_id);
  await writeInTurns(ctx, changed, async (ctx, some) => {
    for (const model_id of some) {
      await ctx.db
        .updateTable('alert_days')
        .set({ episodes: episodes.get(model_id) ?? '[]' })
        .where('day_on', '=', day_on)
        .where('model_id', '=', model_id)
        .execute();
    }
  });
}

/** The bad regions of a day: few, and on most days none. */
export async function replaceBadRegions(ctx: Ctx, day_on: Day, bad: readonly BadRegionDayRow[]): Promise<void> {
  const stored = await ctx.db.selectFrom('bad_region_days').selectAll().where('day_on', '=', day_on).execute();
  const textOf = (rows: readonly BadRegionDayRow[]): string =>
    rows
      .map(({ signal, region, factor }) => `${signal} ${region} ${factor}`)
      .sort()
      .join();
  if (textOf(stored) === textOf(bad)) return;
  allow(ctx, 'alert:write');
  await transaction(ctx, async (ctx) => {
    await ctx.db.deleteFrom('bad_region_days').where('day_on', '=', day_on).execute();
    await insertMany(ctx.db, 'bad_region_days', bad);
  });
}
