// Who is to be told of what: webhooks are added, switched off and on, tried out, and their deliveries replayed.
import { z } from 'zod';
import { allow } from '../core/actor.ts';
import { newId, newSecret } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import { says } from '../core/says.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import { remember } from '../history/remember.ts';
import { literalAddress, refusedAddress } from '../outbox/reach.ts';
import { queueHello, requeueDelivery, requeueFailed } from '../outbox/requeue.ts';
import type { OutboxRow } from '../outbox/table.ts';
import type { WebhookRow } from './table.ts';

const Pattern = z
  .string()
  .regex(/^(\*|[a-z_]+\.(\*|[a-z_]+))$/, says(['as alert.raised, return.* or *', 'alert.raised、return.*、* などの形式で入力してください']));
const Target = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .refine((url) => !namesForbidden(url), says(['this address is never called', 'この宛先には送信できません']));
export const AddWebhook = z.object({ url: Target, events: z.array(Pattern).min(1).max(50) });
export type AddWebhook = z.output<typeof AddWebhook>;

/** Adds a webhook; the secret its signatures are made with is in the answer, and nowhere else. */
export async function addWebhook(ctx: Ctx, input: AddWebhook): Promise<WebhookRow> {
  allow(ctx, 'webhook:write');
  return transaction(ctx, async (ctx) => {
    const row: WebhookRow = {
      id: newId(ctx.now),
      url: input.url,
      events: JSON.stringify(input.events),
      secret: `whsec_${newSecret(24)}`,
      created_by: ctx.actor.name,
      created_at: ctx.now,
      disabled_at: null,
      version: 1,
    };
    await remember(ctx, { action: 'webhook.added', record_kind: 'webhook', record_id: row.id, change: { url: row.url, events: input.events } });
    await ctx.db.insertInto('webhooks').values(row).execute();
    return row;
  });
}

/** Off: nothing more is queued or sent. On again: what happens from now on. */
export async function switchWebhook(ctx: Ctx, id: string, to: 'on' | 'off'): Promise<WebhookRow> {
  allow(ctx, 'webhook:write');
  return transaction(ctx, async (ctx) => {
    const row = await ctx.db
      .updateTable('webhooks')
      .set((set) => ({ disabled_at: to === 'on' ? null : ctx.now, version: set('version', '+', 1) }))
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw notFound(['Webhook', 'Webhook']);
    await remember(ctx, { action: to === 'on' ? 'webhook.enabled' : 'webhook.disabled', record_kind: 'webhook', record_id: id });
    return row;
  });
}

/** Sends an event that only says hello. */
export const tryWebhook = (ctx: Ctx, id: string): Promise<string> => requeue(ctx, id, 'tried', (ctx) => queueHello(ctx, id));

/** Sends one delivery once more. */
export const replayDelivery = (ctx: Ctx, id: string, delivery_id: string): Promise<void> =>
  requeue(ctx, id, 'replayed', async (ctx) => {
    if (!(await requeueDelivery(ctx, id, delivery_id))) throw notFound(['Delivery', '配信']);
  });

/** Sends everything that failed since a moment once more. Returns how many. */
export const replayFailed = (ctx: Ctx, id: string, from_at: number): Promise<number> => requeue(ctx, id, 'replayed', (ctx) => requeueFailed(ctx, id, from_at));

export const listWebhooks = (ctx: Ctx): Promise<WebhookRow[]> => ctx.db.selectFrom('webhooks').selectAll().orderBy('id').execute();

export async function getWebhook(ctx: Ctx, id: string): Promise<WebhookRow> {
  const row = await ctx.db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Webhook', 'Webhook']);
  return row;
}

export type Delivery = Pick<OutboxRow, 'id' | 'topic' | 'created_at' | 'attempts' | 'due_at' | 'sent_at' | 'failed_at' | 'last_error'>;

export const listDeliveries = (ctx: Ctx, webhook_id: string, request: PageRequest): Promise<Page<Delivery>> =>
  listPage(
    ctx.db
      .selectFrom('outbox')
      .select(['id', 'topic', 'created_at', 'attempts', 'due_at', 'sent_at', 'failed_at', 'last_error'])
      .where('kind', '=', 'webhook')
      .where('target', '=', webhook_id),
    request,
    { created_at: 'outbox.created_at' },
    'outbox.id',
  );

/** What waits and what failed of mail and webhooks together. */
export async function outboxHealth(ctx: Ctx): Promise<{ waiting: number; failed: number; oldest_due_at: number | null; last_error: string | null }> {
  const counts = await ctx.db
    .selectFrom('outbox')
    .select((select) => [
      select.fn.count<number>('due_at').as('waiting'),
      select.fn.count<number>('failed_at').as('failed'),
      select.fn.min('due_at').as('oldest_due_at'),
    ])
    .where('sent_at', 'is', null)
    .executeTakeFirstOrThrow();
  const error = await ctx.db
    .selectFrom('outbox')
    .select('last_error')
    .where('sent_at', 'is', null)
    .where('last_error', 'is not', null)
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return { ...counts, last_error: error?.last_error ?? null };
}

async function requeue<T>(ctx: Ctx, id: string, what: 'tried' | 'replayed', work: (ctx: Ctx) => Promise<T>): Promise<T> {
  allow(ctx, 'webhook:write');
  return transaction(ctx, async (ctx) => {
    const webhook = await getWebhook(ctx, id);
    if (webhook.disabled_at !== null)
      throw new Problem('conflict', ['The webhook is switched off', 'この Webhook は無効です'], { blocking: `/api/v1/webhooks/${id}` });
    const result = await work(ctx);
    await remember(ctx, { action: `webhook.${what}`, record_kind: 'webhook', record_id: id });
    return result;
  });
}

/** Said at once for an address that no setting permits; a private one is refused at the delivery, where the setting is known. */
function namesForbidden(url: string): boolean {
  const address = literalAddress(url);
  return address !== null && refusedAddress(address, 'allow') !== null;
}
