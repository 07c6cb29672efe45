// Puts webhook deliveries back in the queue, with the id and the body they had: the receiver can tell that it is a repetition.
import { newId } from '../core/id.ts';
import { rfc3339 } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';

const again = (ctx: Ctx) => ({ due_at: ctx.now, sent_at: null, failed_at: null, attempts: 0, last_error: null });

/** One delivery, whatever became of it. False when the webhook has no such delivery. */
export const requeueDelivery = async (ctx: Ctx, webhook_id: string, id: string): Promise<boolean> =>
  (await ctx.db
    .updateTable('outbox')
    .set(again(ctx))
    .where('id', '=', id)
    .where('kind', '=', 'webhook')
    .where('target', '=', webhook_id)
    .returning('id')
    .executeTakeFirst()) !== undefined;

/** Everything that failed since a moment. Returns how many. */
export const requeueFailed = async (ctx: Ctx, webhook_id: string, from_at: number): Promise<number> =>
  (
    await ctx.db
      .updateTable('outbox')
      .set(again(ctx))
      .where('kind', '=', 'webhook')
      .where('target', '=', webhook_id)
      .where('failed_at', 'is not', null)
      .where('created_at', '>=', from_at)
      .returning('id')
      .execute()
  ).length;

/** An event that only says hello. Returns its delivery id. */
export async function queueHello(ctx: Ctx, webhook_id: string): Promise<string> {
  const id = newId(ctx.now);
  const payload = JSON.stringify({
    id,
    at: rfc3339(ctx.now),
    action: 'webhook.tried',
    record_kind: 'webhook',
    record_id: webhook_id,
    actor: ctx.actor.name,
    reason: null,
    change: null,
  });
  await ctx.db
    .insertInto('outbox')
    .values({
      id,
      kind: 'webhook',
      target: webhook_id,
      topic: 'webhook.tried',
      payload,
      dedupe_key: null,
      created_at: ctx.now,
      attempts: 0,
      due_at: ctx.now,
      sent_at: null,
      failed_at: null,
      last_error: null,
    })
    .execute();
  return id;
}
