// A program elsewhere and what it is promised: a signature it can check with its secret alone, the same delivery again on demand, and the state of each delivery to read.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { remember } from '../../src/history/remember.ts';
import { BACKOFF_MS, deliverOutbox } from '../../src/outbox/deliver.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

interface Call {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** As a receiver would: over the bytes as they came, and refusing what is older than five minutes. */
function isGenuine({ headers, body }: Call, secret: string, now: number): boolean {
  const [, t = '', v1 = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['kizashi-signature'])) ?? [];
  const mine = createHmac('sha256', secret).update(`${t}.${body}`).digest();
  return timingSafeEqual(mine, Buffer.from(v1, 'hex')) && Math.abs(now / 1000 - Number(t)) <= 300;
}

eachDb('a webhook', (test) => {
  const calls: Call[] = [];
  let answer = 200;
  const receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      calls.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(answer).end();
    });
  });
  let admin: Caller;
  let hook: { id: string; secret: string };
  const last = (): Call => calls.at(-1) ?? expect.fail('nothing was called');
  const deliver = (now = NOW) => deliverOutbox(test.ctx({ now }), { webhook_private: 'allow' });
  const deliveries = async () => JSON.parse(await (await admin.get(`/api/v1/webhooks/${hook.id}/deliveries`)).text()).items;

  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    admin = await callerWith(testApp(test.store), test.store, 'admin');
    // A listening server of ours has an address with a port.
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    hook = JSON.parse(await (await admin.post('/api/v1/webhooks', { url, events: ['notice.*'] })).text());
  });
  afterAll(async () => {
    await new Promise((resolve) => receiver.close(resolve));
  });

  it('signs the bytes it sends, Japanese ones too, so that its secret alone and nothing changed passes', async () => {
    await remember(test.ctx(), { action: 'notice.sent', record_kind: 'notice', record_id: 'n1', change: { subject: '夜間の映像' } });
    expect(await deliver()).toMatchObject({ sent: 1 });
    expect(isGenuine(last(), hook.secret, NOW)).toBe(true);
    expect(isGenuine(last(), `${hook.secret}x`, NOW)).toBe(false);
    expect(isGenuine({ ...last(), body: last().body.replace('n1', 'n2') }, hook.secret, NOW)).toBe(false);
    expect(isGenuine(last(), hook.secret, NOW + 600_000)).toBe(false);
    expect(last().headers).toMatchObject({ 'content-type': 'application/json', 'kizashi-event': 'notice.sent', 'kizashi-delivery': expect.any(String) });
  });

  it('is told again after a failure as the schedule says, each time signed anew, with the same delivery id and body', async () => {
    answer = 500;
    await remember(test.ctx(), { action: 'notice.approved', record_kind: 'notice', record_id: 'n1' });
    let now = NOW;
    const seen: Call[] = [];
    for (const wait of [...BACKOFF_MS, 0]) {
      await deliver(now);
      seen.push(last());
      const before = calls.length;
      await deliver(now + wait - 1);
      expect(calls).toHaveLength(before);
      now += wait;
    }
    expect(new Set(seen.map(({ headers, body }) => `${headers['kizashi-delivery']} ${body}`)).size).toBe(1);
    expect(new Set(seen.map(({ headers }) => headers['kizashi-signature'])).size).toBe(seen.length);
    expect((await deliveries())[0]).toMatchObject({
      topic: 'notice.approved',
      attempts: BACKOFF_MS.length + 1,
      due_at: null,
      failed_at: expect.any(String),
      last_error: 'HTTP 500',
    });
    answer = 200;
  });

  it('gets what failed once more, all of it or one, by the API and by the button', async () => {
    const id = (await deliveries())[0].id;
    expect(await (await admin.post(`/api/v1/webhooks/${hook.id}/replays`, { failed_since_at: '2026-03-31T00:00:00Z' })).json()).toEqual({ deliveries: 1 });
    expect(await deliver()).toMatchObject({ sent: 1 });
    expect((await admin.form(`/webhooks/${hook.id}/replays`, { delivery_id: id })).status).toBe(303);
    expect(await deliver()).toMatchObject({ sent: 1 });
    expect(last().headers['kizashi-delivery']).toBe(id);
    expect((await admin.post(`/api/v1/webhooks/${hook.id}/replays`, { delivery_id: 'another' })).status).toBe(404);
    const page = await (await admin.get(`/webhooks/${hook.id}`)).text();
    expect(page).toContain('notice.approved');
  });

  it('switched off by the button says so, refuses a trial, and is on again by the button', async () => {
    expect((await admin.form(`/webhooks/${hook.id}/deactivation`, {})).status).toBe(303);
    expect(await (await admin.get('/api/v1/webhooks')).json()).toMatchObject({ items: [{ disabled_at: expect.any(String) }] });
    expect((await admin.form(`/webhooks/${hook.id}/trials`, {})).status).toBe(409);
    expect((await admin.form(`/webhooks/${hook.id}/activation`, {})).status).toBe(303);
    expect((await admin.post(`/api/v1/webhooks/${hook.id}/trials`)).status).toBe(201);
    expect(await deliver()).toMatchObject({ sent: 1 });
    expect(JSON.parse(last().body)).toMatchObject({ action: 'webhook.tried' });
    expect((await admin.post('/api/v1/webhooks/nowhere/trials')).status).toBe(404);
  });
});
