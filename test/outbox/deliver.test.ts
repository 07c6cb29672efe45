import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { remember } from '../../src/history/remember.ts';
import { BACKOFF_MS, deliverOutbox, nextAttempt } from '../../src/outbox/deliver.ts';
import { queueMail } from '../../src/outbox/tell.ts';
import { addWebhook, listDeliveries, outboxHealth, replayDelivery, replayFailed, switchWebhook, tryWebhook } from '../../src/webhook/webhooks.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

eachDb('the outbox', (test) => {
  const mails: string[] = [];
  const calls: { headers: IncomingHttpHeaders; body: string }[] = [];
  let answer = 200;
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo: ({ address }, _session, done) =>
      done(
        address.startsWith('nobody')
          ? Object.assign(new Error('no such user'), { responseCode: 550 })
          : address.startsWith('busy')
            ? Object.assign(new Error('try later'), { responseCode: 451 })
            : undefined,
      ),
    onData: (stream, _session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        mails.push(Buffer.concat(parts).toString());
        done();
      });
    },
  });
  const receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      calls.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(answer).end();
    });
  });
  let settings = { webhook_private: 'allow' as const, smtp_url: '', mail_from: 'Support <support@kizashi.example>', public_url: 'https://kizashi.example' };
  let url = '';

  beforeAll(async () => {
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()));
    // A listening server of ours has an address with a port.
    settings = { ...settings, smtp_url: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}` };
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  });
  afterAll(async () => {
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
    await new Promise((resolve) => receiver.close(resolve));
  });

  const mail = (to: string, dedupe_key?: string) =>
    queueMail(test.ctx(), { to, subject: '返信: 映像', text: '本文 {{public_url}}/rate/k', topic: 't', ...(dedupe_key === undefined ? {} : { dedupe_key }) });
  const rows = () => test.store.db.selectFrom('outbox').selectAll().orderBy('id').execute();

  it('keeps mail while no server is set, and says so', async () => {
    await mail('a@sakura.example', 'once');
    await mail('a@sakura.example', 'once');
    expect(await deliverOutbox(test.ctx(), {})).toEqual({ sent: 0, retried: 0, failed: 0, waiting: 1 });
    expect(await rows()).toMatchObject([{ attempts: 0, due_at: NOW, last_error: 'SMTP_URL and MAIL_FROM are not set' }]);
    expect(await outboxHealth(test.ctx())).toMatchObject({ waiting: 1, failed: 0 });
  });

  it('sends it once, readable in Japanese, with the address of the product', async () => {
    expect(await deliverOutbox(test.ctx(), settings)).toMatchObject({ sent: 1 });
    expect(await deliverOutbox(test.ctx(), settings)).toMatchObject({ sent: 0 });
    const read = await PostalMime.parse(mails[0] ?? '');
    expect(read).toMatchObject({ subject: '返信: 映像', from: { address: 'support@kizashi.example' }, to: [{ address: 'a@sakura.example' }] });
    expect(read.text).toContain('本文 https://kizashi.example/rate/k');
  });

  it('a refused address has failed at once; a busy server is tried again', async () => {
    await mail('nobody@sakura.example');
    await mail('busy@sakura.example');
    expect(await deliverOutbox(test.ctx(), settings)).toEqual({ sent: 0, retried: 1, failed: 1, waiting: 0 });
    const [, nobody, busy] = await rows();
    expect(nobody).toMatchObject({ failed_at: NOW, due_at: null });
    expect(busy).toMatchObject({ attempts: 1, due_at: NOW + 60_000, failed_at: null });
    expect(busy?.last_error).toContain('try later');
    await test.store.db.deleteFrom('outbox').execute();
  });

  it('a server that is away costs an attempt, not the mail', async () => {
    await mail('a@sakura.example');
    expect(await deliverOutbox(test.ctx(), { ...settings, smtp_url: 'smtp://127.0.0.1:1' })).toMatchObject({ retried: 1 });
    expect(await deliverOutbox(test.ctx({ now: NOW + 60_000 }), settings)).toMatchObject({ sent: 1 });
    await test.store.db.deleteFrom('outbox').execute();
  });

  it('calls the webhooks that asked for the event, signed', async () => {
    const webhook = await addWebhook(test.ctx(), { url, events: ['unit.*'] });
    await remember(
      test.ctx(),
      { action: 'unit.merged', record_kind: 'unit', record_id: 'u1', change: { into: 'u2' } },
      { action: 'case.opened', record_kind: 'case', record_id: 'c1' },
    );
    expect(await deliverOutbox(test.ctx(), settings)).toMatchObject({ sent: 1 });
    const [call] = calls;
    expect(JSON.parse(call?.body ?? '')).toMatchObject({ action: 'unit.merged', record_id: 'u1', change: { into: 'u2' }, at: '2026-04-01T00:00:00.000Z' });
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(call?.headers['kizashi-signature'])) ?? [];
    expect(v1).toBe(createHmac('sha256', webhook.secret).update(`${t}.${call?.body}`).digest('hex'));
    expect(call?.headers['kizashi-event']).toBe('unit.merged');
  });

  it('tries a webhook later and later, gives up, and replays on demand with the same body', async () => {
    answer = 503;
    const { id } = await addWebhook(test.ctx(), { url, events: ['never.said'] });
    const delivery = await tryWebhook(test.ctx(), id);
    let now = NOW;
    for (const wait of BACKOFF_MS) {
      expect(await deliverOutbox(test.ctx({ now }), settings)).toMatchObject({ retried: 1 });
      now += wait;
    }
    expect(await deliverOutbox(test.ctx({ now }), settings)).toMatchObject({ failed: 1 });
    expect((await listDeliveries(test.ctx(), id, { limit: 10 })).items).toMatchObject([
      { id: delivery, attempts: BACKOFF_MS.length + 1, failed_at: now, last_error: 'HTTP 503' },
    ]);
    answer = 200;
    expect(await replayFailed(test.ctx({ now }), id, NOW)).toBe(1);
    const before = calls.at(-1)?.body;
    expect(await deliverOutbox(test.ctx({ now }), settings)).toMatchObject({ sent: 1 });
    expect(calls.at(-1)?.body).toBe(before);
    await replayDelivery(test.ctx({ now }), id, delivery);
    expect(await deliverOutbox(test.ctx({ now }), settings)).toMatchObject({ sent: 1 });
    await expect(replayDelivery(test.ctx({ now }), id, 'other')).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each([
    ['loopback', 'http://127.0.0.1:9/x', 'private address'],
    ['loopback in IPv6', 'http://[::1]:9/x', 'private address'],
    ['a name that means loopback', 'http://localhost:9/x', 'private address'],
    ['loopback written as one number', 'http://2130706433:9/x', 'private address'],
    ['loopback mapped into IPv6', 'http://[::ffff:127.0.0.1]:9/x', 'private address'],
    ['a private network', 'http://10.1.2.3:9/x', 'private address'],
  ])('%s is not called unless that is permitted', async (_name, target, why) => {
    const { id } = await addWebhook(test.ctx(), { url: target, events: ['never.said'] });
    const delivery = await tryWebhook(test.ctx(), id);
    const before = calls.length;
    expect(await deliverOutbox(test.ctx(), { ...settings, webhook_private: 'refuse' })).toMatchObject({ failed: 1, sent: 0 });
    expect(calls).toHaveLength(before);
    expect((await listDeliveries(test.ctx(), id, { limit: 1 })).items[0]).toMatchObject({ id: delivery, last_error: expect.stringContaining(why) });
  });

  it('a redirect is not followed: it is an answer like any other that is no success', async () => {
    answer = 302;
    const { id } = await addWebhook(test.ctx(), { url, events: ['never.said'] });
    await tryWebhook(test.ctx(), id);
    const before = calls.length;
    expect(await deliverOutbox(test.ctx(), settings)).toMatchObject({ retried: 1 });
    expect(calls).toHaveLength(before + 1);
    answer = 200;
    await deliverOutbox(test.ctx({ now: NOW + 60_000 }), settings);
  });

  it('a receiver that is down is called a few times a round, however much waits, and keeps neither mail nor other webhooks waiting', async () => {
    await test.store.db.deleteFrom('outbox').execute();
    const [dead, well] = [
      await addWebhook(test.ctx(), { url: 'http://127.0.0.1:1/', events: ['never.said'] }),
      await addWebhook(test.ctx(), { url, events: ['never.said'] }),
    ];
    for (let i = 0; i < 250; i++) await tryWebhook(test.ctx(), dead.id);
    await tryWebhook(test.ctx(), well.id);
    await mail('late@sakura.example');
    expect(await deliverOutbox(test.ctx(), settings)).toEqual({ sent: 2, retried: 8, failed: 0, waiting: 0 });
    expect((await rows()).filter(({ attempts }) => attempts === 0)).toHaveLength(242);
    await test.store.db.deleteFrom('outbox').execute();
  });

  it('a webhook switched off gets nothing more', async () => {
    const { id } = await addWebhook(test.ctx(), { url, events: ['*'] });
    await switchWebhook(test.ctx(), id, 'off');
    const before = (await rows()).length;
    await remember(test.ctx(), { action: 'stock.counted', record_kind: 'stock', record_id: 's' });
    expect(await rows()).toHaveLength(before);
    await expect(tryWebhook(test.ctx(), id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('what waited when it was switched off is not sent, fails by name, and goes out on demand once it is on again', async () => {
    const { id } = await addWebhook(test.ctx(), { url, events: ['never.said'] });
    await tryWebhook(test.ctx(), id);
    await switchWebhook(test.ctx(), id, 'off');
    const before = calls.length;
    expect(await deliverOutbox(test.ctx(), settings)).toMatchObject({ sent: 0, failed: 1 });
    expect(calls).toHaveLength(before);
    expect((await listDeliveries(test.ctx(), id, { limit: 1 })).items).toMatchObject([{ last_error: 'The webhook is disabled' }]);
    await expect(replayFailed(test.ctx(), id, NOW)).rejects.toMatchObject({ code: 'conflict' });
    await switchWebhook(test.ctx(), id, 'on');
    expect(await replayFailed(test.ctx(), id, NOW)).toBe(1);
    expect(await deliverOutbox(test.ctx(), settings)).toMatchObject({ sent: 1 });
  });

  it('a receiver that says 410 Gone is not tried again', async () => {
    answer = 410;
    const { id } = await addWebhook(test.ctx(), { url, events: ['never.said'] });
    await tryWebhook(test.ctx(), id);
    expect(await deliverOutbox(test.ctx(), settings)).toMatchObject({ failed: 1, retried: 0 });
    answer = 200;
  });
});

it('there is an end to trying', () => {
  expect([nextAttempt(0, 1), nextAttempt(0, BACKOFF_MS.length), nextAttempt(0, BACKOFF_MS.length + 1)]).toEqual([60_000, 86_400_000, null]);
});
