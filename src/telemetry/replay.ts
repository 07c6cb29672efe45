// Asks for quarantined messages to be taken in again. The ingester does it within a second or two and writes what became of each.
import { allow } from '../core/actor.ts';
import { notFound } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { ReplayMany } from './inputs.ts';

export async function replayOne(ctx: Ctx, id: string): Promise<void> {
  allow(ctx, 'telemetry:write');
  await transaction(ctx, async (ctx) => {
    const row = await ctx.db
      .updateTable('quarantine')
      .set({ replay_requested_at: ctx.now, replayed_at: null, replay_outcome: null })
      .where('id', '=', id)
      .returning('device_id')
      .executeTakeFirst();
    if (row === undefined) throw notFound(['Quarantined message', '隔離メッセージ']);
    await remember(ctx, { action: 'quarantine.replay_requested', record_kind: 'quarantine', record_id: id });
  });
}

/** Returns how many messages will be replayed. */
export async function replayMany(ctx: Ctx, input: ReplayMany): Promise<number> {
  allow(ctx, 'telemetry:write');
  return transaction(ctx, async (ctx) => {
    let update = ctx.db
      .updateTable('quarantine')
      .set({ replay_requested_at: ctx.now, replayed_at: null, replay_outcome: null })
      .where((eb) => eb.or([eb('replayed_at', 'is', null), eb('replay_outcome', 'not in', ['stored', 'duplicate'])]));
    if (input.reason !== undefined) update = update.where('reason', '=', input.reason);
    if (input.device_id !== undefined) update = update.where('device_id', '=', input.device_id);
    const count = Number((await update.executeTakeFirst()).numUpdatedRows);
    await remember(ctx, {
      action: 'quarantine.replay_requested',
      record_kind: 'quarantine',
      record_id: input.reason ?? input.device_id ?? '',
      change: { ...input, count },
    });
    return count;
  });
}
