// What the fleet's own history says a signal is like: how much its daily counts scatter, and how much models differ. Stored with the signal;
// the promise on false alerts rests on it.
import { allow } from '../core/actor.ts';
import { addDays } from '../core/time.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { likenessOf } from './likeness.ts';
import { readPast } from './past.ts';
import { liveSignals } from './queries.ts';

/** A change smaller than this share is not worth a line in the history. */
const NOTICEABLE = 0.02;

/** Re-estimates every live signal from the counted days. Returns the codes of those that changed; a fleet too small to tell changes nothing. */
export async function learnSignals(ctx: Ctx): Promise<string[]> {
  allow(ctx, 'alert:write');
  const signals = await liveSignals(ctx);
  const past = await readPast(ctx.db, addDays(today(ctx), -1), signals);
  if (past === null) return [];
  const likenesses = signals.map((_, index) => likenessOf(past.totals, past.expectation, index));
  return transaction(ctx, async (ctx) => {
    const changed: string[] = [];
    for (const [index, signal] of signals.entries()) {
      const seen = likenesses[index] ?? null;
      if (seen === null || (near(seen.dispersion, signal.dispersion) && near(seen.shape, signal.heterogeneity_shape))) continue;
      await ctx.db
        .updateTable('signals')
        .set((set) => ({ dispersion: seen.dispersion, heterogeneity_shape: seen.shape, updated_at: ctx.now, version: set('version', '+', 1) }))
        .where('id', '=', signal.id)
        .where('version', '=', signal.version)
        .execute();
      await remember(ctx, {
        action: 'signal.learned',
        record_kind: 'signal',
        record_id: signal.id,
        change: { dispersion: [signal.dispersion, seen.dispersion], heterogeneity_shape: [signal.heterogeneity_shape, seen.shape] },
      });
      changed.push(signal.code);
    }
    return changed;
  });
}

const near = (a: number, b: number): boolean => Math.abs(a / b - 1) < NOTICEABLE;
