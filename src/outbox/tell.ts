// Queues what is to leave the house, in the transaction of the change it tells of. jobs/ sends it later.
import { newId } from '../core/id.ts';
import { rfc3339 } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';

/** What webhooks are told: a history row without its reason, which people write for each other. Whoever may read it finds it by `id` in the history. */
export interface Told {
  readonly id: string;
  readonly at: number;
  readonly action: string;
  readonly record_kind: string;
  readonly record_id: string;
  readonly actor_name: string;
  readonly change: string | null;
}

/** One outbox row per deed and webhook that asked for its action. */
export async function tellWebhooks(ctx: Ctx, deeds: readonly Told[]): Promise<void> {
  const webhooks = await ctx.db.selectFrom('webhooks').select(['id', 'events']).where('disabled_at', 'is', null).execute();
  const rows = webhooks.flatMap((webhook) => {
    const patterns: string[] = JSON.parse(webhook.events);
    return deeds
      .filter((deed) => patterns.some((pattern) => matches(pattern, deed.action)))
      .map((deed) => ({
        id: newId(ctx.now),
        kind: 'webhook' as const,
        target: webhook.id,
        topic: deed.action,
        payload: webhookBody(deed),
        dedupe_key: null,
        created_at: ctx.now,
        attempts: 0,
        due_at: ctx.now,
        sent_at: null,
        failed_at: null,
        last_error: null,
      }));
  });
  for (const row of rows) await ctx.db.insertInto('outbox').values(row).execute();
}

/** A file that goes with a mail: its bytes lie under DATA_DIR by their hash. */
export interface MailedFile {
  readonly name: string;
  readonly media_type: string;
  readonly sha256: string;
}

interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly topic: string;
  readonly dedupe_key?: string;
  readonly files?: readonly MailedFile[];
}

/** Queues one mail. With a `dedupe_key` the same mail is queued once, however often this is called. */
export async function queueMail(ctx: Ctx, mail: Mail): Promise<void> {
  await ctx.db
    .insertInto('outbox')
    .values({
      id: newId(ctx.now),
      kind: 'mail',
      target: mail.to,
      topic: mail.topic,
      payload: JSON.stringify({ subject: mail.subject, text: mail.text, ...(mail.files === undefined ? {} : { files: mail.files }) }),
      dedupe_key: mail.dedupe_key ?? null,
      created_at: ctx.now,
      attempts: 0,
      due_at: ctx.now,
      sent_at: null,
      failed_at: null,
      last_error: null,
    })
    .onConflict((conflict) => conflict.column('dedupe_key').doNothing())
    .execute();
}

/** `*` matches all; `stock.*` every action of that record and of what belongs to it (stock_move, stock_hold); anything else itself. */
export const matches = (pattern: string, action: string): boolean =>
  pattern === '*' || pattern === action || (pattern.endsWith('.*') && ['.', '_'].some((mark) => action.startsWith(pattern.slice(0, -2) + mark)));

const webhookBody = (deed: Told): string =>
  JSON.stringify({
    id: deed.id,
    at: rfc3339(deed.at),
    action: deed.action,
    record_kind: deed.record_kind,
    record_id: deed.record_id,
    actor: deed.actor_name,
    change: deed.change === null ? null : JSON.parse(deed.change),
  });
