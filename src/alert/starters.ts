// The signals a new store begins with. Quality staff change them; nothing here is asked again once a signal exists.
import { newId } from '../core/id.ts';
import type { Ctx } from '../db/ctx.ts';
import { findMeasure } from './measures.ts';
import type { SignalRow } from './table.ts';

/** measure, threshold, episodes per 1,000 device-days that are taken as ordinary until the fleet has shown its own. */
const starters: readonly (readonly [measure: string, threshold: number, prior: number])[] = [
  ['watchdog', 1, 0.5],
  ['crash', 1, 0.5],
  ['brownout', 1, 0.5],
  ['sd_error', 1, 0.5],
  ['sd_wear', 90, 0.1],
  ['overheat', 1, 0.5],
  ['fps', 1, 0.5],
  ['encoder', 3, 0.5],
  ['frames_lost', 1000, 0.5],
  ['ircut', 1, 0.2],
  ['ir_led', 1, 0.2],
  ['focus_loss', 0.6, 0.2],
  ['link_flaps', 5, 1],
  ['disconnects', 5, 1],
  ['recording_gap', 600, 0.5],
  ['upload', 20, 0.5],
  ['silence', 1, 0.5],
  ['report', 1, 0.1],
  ['return', 1, 0.05],
];

/** Expected before anything is known: models differ by a factor of two either way; counts vary a little more than Poisson. */
export const START_SHAPE = 3;
export const START_DISPERSION = 1.3;

/** Adds the starting signals to a store that has none. */
export async function ensureSignals(ctx: Ctx): Promise<void> {
  const some = await ctx.db.selectFrom('signals').select('id').limit(1).executeTakeFirst();
  if (some !== undefined) return;
  for (const [measure, threshold, prior] of starters) {
    await ctx.db
      .insertInto('signals')
      .values(starterRow(ctx, measure, threshold, prior))
      .onConflict((conflict) => conflict.column('code').doNothing())
      .execute();
  }
}

function starterRow(ctx: Ctx, code: string, threshold: number, prior: number): SignalRow {
  const found = findMeasure(code);
  if (found === undefined) throw new Error(`No measure ${code}`);
  return {
    id: newId(ctx.now),
    code,
    name_en: found.label[0],
    name_ja: found.label[1],
    kind: found.kind,
    measure: code,
    threshold,
    prior_per_1000_device_days: prior,
    heterogeneity_shape: START_SHAPE,
    dispersion: START_DISPERSION,
    retired_at: null,
    created_at: ctx.now,
    updated_at: ctx.now,
    version: 1,
  };
}
