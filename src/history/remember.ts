// The only writer of `history`: every verb ends here, in its own transaction. What is remembered is also told to the webhooks that asked.
import { newId } from '../core/id.ts';
import type { Ctx } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { tellWebhooks } from '../outbox/tell.ts';
import type { HistoryRow } from './table.ts';

export interface Deed {
  /** `<record>.<participle>`: `return_unit.received`, `alert.raised`. Webhooks subscribe to it. */
  readonly action: string;
  readonly record_kind: string;
  readonly record_id: string;
  readonly reason?: string | null;
  /** What changed, shown in the history and sent to webhooks. */
  readonly change?: Readonly<Record<string, unknown>>;
}

/** Writes who did what, and queues it for the webhooks that want it. Call it inside the transaction of the change. */
export async function remember(ctx: Ctx, ...deeds: readonly Deed[]): Promise<void> {
  const rows = deeds.map((deed) => historyRow(ctx, deed));
  await insertMany(ctx.db, 'history', rows);
  await tellWebhooks(ctx, rows);
}

const historyRow = (ctx: Ctx, deed: Deed): HistoryRow => ({
  id: newId(ctx.now),
  at: ctx.now,
  actor_kind: ctx.actor.kind,
  actor_id: ctx.actor.id,
  actor_name: ctx.actor.name,
  action: deed.action,
  record_kind: deed.record_kind,
  record_id: deed.record_id,
  reason: deed.reason ?? null,
  change: deed.change === undefined ? null : JSON.stringify(deed.change),
});

/** The fields in which two versions of a record differ, as `{ field: [before, after] }`. */
export function difference(before: object, after: object): Record<string, [unknown, unknown]> {
  const old = new Map(Object.entries(before));
  return Object.fromEntries(
    Object.entries(after)
      .filter(([key, value]) => key !== 'version' && key !== 'updated_at' && old.get(key) !== value)
      .map(([key, value]) => [key, [old.get(key) ?? null, value]]),
  );
}
