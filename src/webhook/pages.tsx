// Webhooks for those who set them up, with their deliveries.
import { z } from 'zod';
import { defineWords } from '../core/words.ts';
import { errorInWords } from '../outbox/errorWords.ts';
import { action, newPages, page, readForm, readQuery, seeOther, show } from '../web/page.tsx';
import { Age, Badge, Field, Form, PageHead, Pager, Section, Table } from '../web/parts.tsx';
import {
  AddWebhook,
  addWebhook,
  getWebhook,
  listDeliveries,
  listWebhooks,
  outboxHealth,
  replayDelivery,
  replayFailed,
  switchWebhook,
  tryWebhook,
} from './webhooks.ts';

const words = defineWords({
  webhooks: ['Webhooks', 'Webhook'],
  url: ['Address', 'URL'],
  events: ['Events (as alert.raised, return.* or *)', 'イベント（alert.raised、return.*、* など）'],
  events_hint: [
    'Parted by spaces: case.* return.* stock.* alert.* claim.* investigation.* unit.* notice.* … each takes in what belongs to it',
    '空白区切り: case.* return.* stock.* alert.* claim.* investigation.* unit.* notice.* など。配下のレコードも含みます',
  ],
  add: ['Add', '追加'],
  state: ['State', '状態'],
  on: ['on', '有効'],
  off: ['off', '無効'],
  switch_on: ['Switch on', '有効にする'],
  switch_off: ['Switch off', '無効にする'],
  try: ['Send a test', 'テスト送信'],
  deliveries: ['Deliveries', '配信履歴'],
  event: ['Event', 'イベント'],
  attempts: ['Attempts', '試行回数'],
  sent: ['sent', '送信済み'],
  failed: ['failed', '失敗'],
  waiting: ['waiting', '待機中'],
  error: ['Error', 'エラー'],
  created: ['Created', '発生'],
  replay: ['Send again', '再送'],
  replay_failed: ['Send all failed again', '失敗分をすべて再送'],
  secret: (secret: string) => [`Added. The signing secret, shown once: ${secret}`, `追加しました。署名用シークレット（今回のみ表示）: ${secret}`],
  outbox: (waiting: number, failed: number) => [`Outbox: ${waiting} waiting, ${failed} failed`, `送信待ち ${waiting} 件、失敗 ${failed} 件`],
  done: ['Done', '完了しました'],
});

export const webhookPages = newPages();

page(webhookPages, '/webhooks', 'webhook:write', async (c) => {
  const w = words(c.var.locale);
  const [rows, health] = [await listWebhooks(c.var.ctx), await outboxHealth(c.var.ctx)];
  return show(
    c,
    { title: w.webhooks, nav: '/webhooks' },
    <>
      <PageHead
        title={w.webhooks}
        sub={
          <>
            {w.outbox(health.waiting, health.failed)} {health.last_error === null ? null : <code>{errorInWords(health.last_error, c.var.locale)}</code>}
          </>
        }
      />
      <Table
        c={c}
        caption={w.webhooks}
        rows={rows}
        columns={[
          { head: w.url, cell: (row) => <a href={`/webhooks/${row.id}`}>{row.url}</a> },
          { head: w.event, cell: (row) => JSON.parse(row.events).join(' ') },
          { head: w.state, cell: (row) => <Badge tone={row.disabled_at === null ? 'good' : 'neutral'}>{row.disabled_at === null ? w.on : w.off}</Badge> },
        ]}
      />
      <Form action="/webhooks">
        <Field label={w.url} name="url" type="url" required />
        <Field label={w.events} name="events" required placeholder="case.* return.* stock.*" hint={w.events_hint} />
        <button type="submit">{w.add}</button>
      </Form>
    </>,
  );
});

/** Patterns in one line, parted by spaces or commas. */
const WebhookForm = AddWebhook.extend({
  events: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''))
    .pipe(AddWebhook.shape.events),
});

action(webhookPages, '/webhooks', 'webhook:write', async (c) => {
  const input = await readForm(c, WebhookForm);
  const row = await addWebhook(c.var.ctx, input);
  const w = words(c.var.locale);
  // Not in an address, which browsers and logs remember: the secret is in the answer of the form itself.
  return show(
    c,
    { title: w.webhooks, nav: '/webhooks' },
    <>
      <PageHead title={w.webhooks} />
      <p class="message" role="status">
        {w.secret(row.secret)}
      </p>
      <p>
        <a href={`/webhooks/${row.id}`}>{row.url}</a>
      </p>
    </>,
  );
});

page(webhookPages, '/webhooks/:id', 'webhook:write', async (c) => {
  const w = words(c.var.locale);
  const webhook = await getWebhook(c.var.ctx, c.req.param('id') ?? '');
  const found = await listDeliveries(c.var.ctx, webhook.id, { limit: 100, ...readQuery(c, z.object({ cursor: z.string().optional() })) });
  const verb = (path: string, label: string) => (
    <form method="post" action={`/webhooks/${webhook.id}/${path}`}>
      <button type="submit">{label}</button>
    </form>
  );
  return show(
    c,
    { title: webhook.url, nav: '/webhooks' },
    <>
      <PageHead title={webhook.url} stored>
        {webhook.disabled_at === null ? (
          <>
            {verb('trials', w.try)}
            {verb('replays', w.replay_failed)}
            {verb('deactivation', w.switch_off)}
          </>
        ) : (
          verb('activation', w.switch_on)
        )}
      </PageHead>
      <Section title={w.deliveries}>
        <Table
          c={c}
          caption={w.deliveries}
          rows={found.items}
          columns={[
            { head: w.event, cell: (row) => row.topic },
            { head: w.created, cell: (row) => <Age c={c} at={row.created_at} /> },
            {
              head: w.state,
              cell: (row) => (
                <Badge tone={row.sent_at !== null ? 'good' : row.failed_at !== null ? 'bad' : 'warn'}>
                  {row.sent_at !== null ? w.sent : row.failed_at !== null ? w.failed : w.waiting}
                </Badge>
              ),
            },
            { head: w.attempts, numeric: true, cell: (row) => row.attempts },
            { head: w.error, cell: (row) => row.last_error ?? '' },
            {
              head: '',
              cell: (row) => (
                <form method="post" action={`/webhooks/${webhook.id}/replays`}>
                  <input type="hidden" name="delivery_id" value={row.id} />
                  <button class="quiet" type="submit">
                    {w.replay}
                  </button>
                </form>
              ),
            },
          ]}
        />
        <Pager c={c} next_cursor={found.next_cursor} />
      </Section>
    </>,
  );
});

for (const [path, verb] of [
  ['trials', tryWebhook],
  ['deactivation', (ctx, id) => switchWebhook(ctx, id, 'off')],
  ['activation', (ctx, id) => switchWebhook(ctx, id, 'on')],
] as const satisfies readonly (readonly [string, (ctx: Parameters<typeof tryWebhook>[0], id: string) => Promise<unknown>])[]) {
  action(webhookPages, `/webhooks/:id/${path}`, 'webhook:write', async (c) => {
    const id = c.req.param('id') ?? '';
    await verb(c.var.ctx, id);
    return seeOther(c, `/webhooks/${id}`, words(c.var.locale).done);
  });
}

action(webhookPages, '/webhooks/:id/replays', 'webhook:write', async (c) => {
  const id = c.req.param('id') ?? '';
  const { delivery_id } = await readForm(c, z.object({ delivery_id: z.string().optional() }));
  if (delivery_id === undefined) await replayFailed(c.var.ctx, id, 0);
  else await replayDelivery(c.var.ctx, id, delivery_id);
  return seeOther(c, `/webhooks/${id}`, words(c.var.locale).done);
});
