// /webhooks: who is told of what, and what became of each delivery.
import { createRoute, z } from '@hono/zod-openapi';
import { rfc3339, rfc3339OrNull } from '../core/time.ts';
import { getting, posting, postingBare } from '../web/recordRoutes.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import type { WebhookRow } from './table.ts';
import {
  AddWebhook,
  addWebhook,
  type Delivery,
  getWebhook,
  listDeliveries,
  listWebhooks,
  replayDelivery,
  replayFailed,
  switchWebhook,
  tryWebhook,
} from './webhooks.ts';

export const webhookApi = newApi();
const tag = 'Webhooks';
const gate = 'webhook:write';

const WebhookJson = z
  .object({
    id: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    created_by: z.string(),
    created_at: Instant,
    disabled_at: Instant.nullable(),
    version: z.int(),
  })
  .openapi('Webhook');
const DeliveryJson = z
  .object({
    id: z.string(),
    topic: z.string(),
    created_at: Instant,
    attempts: z.int(),
    due_at: Instant.nullable(),
    sent_at: Instant.nullable(),
    failed_at: Instant.nullable(),
    last_error: z.string().nullable(),
  })
  .openapi('Delivery');

webhookApi.openapi(getting({ path: '/webhooks', gate, tag, summary: 'List webhooks' }, z.object({}), pageOf(WebhookJson)), async (c) =>
  c.json({ items: (await listWebhooks(c.var.ctx)).map(webhookJson), next_cursor: null }, 200),
);

webhookApi.openapi(
  posting(
    { path: '/webhooks', gate, tag, summary: 'Add a webhook; the secret is in this answer only. Kizashi-Signature: t=<epoch s>,v1=<HMAC-SHA256 of "t.body">' },
    AddWebhook,
    WebhookJson.extend({ secret: z.string() }),
  ),
  async (c) => {
    const row = await addWebhook(c.var.ctx, c.req.valid('json'));
    return c.json({ ...webhookJson(row), secret: row.secret }, 201);
  },
);

webhookApi.openapi(postingBare({ path: '/webhooks/{id}/deactivation', gate, tag, summary: 'Switch off' }, WebhookJson), async (c) =>
  c.json(webhookJson(await switchWebhook(c.var.ctx, c.req.valid('param').id, 'off')), 201),
);
webhookApi.openapi(postingBare({ path: '/webhooks/{id}/activation', gate, tag, summary: 'Switch on again' }, WebhookJson), async (c) =>
  c.json(webhookJson(await switchWebhook(c.var.ctx, c.req.valid('param').id, 'on')), 201),
);
webhookApi.openapi(
  postingBare({ path: '/webhooks/{id}/trials', gate, tag, summary: 'Send an event that only says hello' }, z.object({ delivery_id: z.string() })),
  async (c) => c.json({ delivery_id: await tryWebhook(c.var.ctx, c.req.valid('param').id) }, 201),
);

webhookApi.openapi(
  createRoute({
    method: 'get',
    path: '/webhooks/{id}/deliveries',
    tags: [tag],
    summary: 'Deliveries, the newest first',
    ...gated(gate),
    request: { params: IdParam, query: ListQuery },
    responses: { 200: answers(pageOf(DeliveryJson)), ...problems },
  }),
  async (c) => {
    const webhook = await getWebhook(c.var.ctx, c.req.valid('param').id);
    const page = await listDeliveries(c.var.ctx, webhook.id, c.req.valid('query'));
    return c.json({ items: page.items.map(deliveryJson), next_cursor: page.next_cursor }, 200);
  },
);

const Replay = z.union([z.object({ delivery_id: z.string().min(1).max(64) }), z.object({ failed_since_at: z.iso.datetime({ offset: true }) })]);
webhookApi.openapi(
  createRoute({
    method: 'post',
    path: '/webhooks/{id}/replays',
    tags: [tag],
    summary: 'Send one delivery, or all that failed since a moment, once more',
    ...gated(gate),
    request: { params: IdParam, body: body(Replay) },
    responses: { 201: answers(z.object({ deliveries: z.int() })), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    const input = c.req.valid('json');
    if ('failed_since_at' in input) return c.json({ deliveries: await replayFailed(c.var.ctx, id, Date.parse(input.failed_since_at)) }, 201);
    await replayDelivery(c.var.ctx, id, input.delivery_id);
    return c.json({ deliveries: 1 }, 201);
  },
);

const webhookJson = (row: WebhookRow): z.output<typeof WebhookJson> => ({
  id: row.id,
  url: row.url,
  events: JSON.parse(row.events),
  created_by: row.created_by,
  created_at: rfc3339(row.created_at),
  disabled_at: rfc3339OrNull(row.disabled_at),
  version: row.version,
});

const deliveryJson = (row: Delivery): z.output<typeof DeliveryJson> => ({
  id: row.id,
  topic: row.topic,
  created_at: rfc3339(row.created_at),
  attempts: row.attempts,
  due_at: rfc3339OrNull(row.due_at),
  sent_at: rfc3339OrNull(row.sent_at),
  failed_at: rfc3339OrNull(row.failed_at),
  last_error: row.last_error,
});
