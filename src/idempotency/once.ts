// Idempotency-Key: the answer is a row written in the transaction of the change, so a retry gets the first answer again.
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';

export interface Answer {
  readonly status: number;
  readonly content_type: string | null;
  readonly etag: string | null;
  readonly location: string | null;
  readonly body: string;
}

/**
 * Claims the key inside the open transaction. Returns the answer given before, or null when this call is the first. A key racing itself waits for the
 * other transaction on the unique constraint. Throws `invalid` when the key came with another request.
 */
export async function claimKey(ctx: Ctx, key: string, fingerprint: string): Promise<Answer | null> {
  const claimed = await ctx.db
    .insertInto('idempotency_keys')
    .values({
      actor_id: ctx.actor.id,
      idempotency_key: key,
      fingerprint,
      status: null,
      content_type: null,
      etag: null,
      location: null,
      body: null,
      created_at: ctx.now,
    })
    .onConflict((conflict) => conflict.columns(['actor_id', 'idempotency_key']).doNothing())
    .returning('actor_id')
    .executeTakeFirst();
  if (claimed !== undefined) return null;
  const first = await ctx.db
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('actor_id', '=', ctx.actor.id)
    .where('idempotency_key', '=', key)
    .executeTakeFirstOrThrow();
  if (first.fingerprint !== fingerprint) {
    throw new Problem('invalid', ['This Idempotency-Key was used for another request', 'この Idempotency-Key は別の要求で使用済みです']);
  }
  return { ...first, status: first.status ?? 200, body: first.body ?? '' };
}

/** Stores the answer beside the claim, in the same transaction. */
export async function storeAnswer(ctx: Ctx, key: string, answer: Answer): Promise<void> {
  await ctx.db
    .updateTable('idempotency_keys')
    .set({ ...answer })
    .where('actor_id', '=', ctx.actor.id)
    .where('idempotency_key', '=', key)
    .execute();
}

/** How long an answer is kept. */
export const KEPT_MS = 7 * 86_400_000;

/** Forgets answers older than a week; returns how many. */
export async function forgetOldKeys(ctx: Ctx): Promise<number> {
  const result = await ctx.db
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', ctx.now - KEPT_MS)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
