// What a webhook is told of: patterns, and that each area of the product tells of its deeds.
import { describe, expect, it } from 'vitest';
import { writeMessage } from '../../src/case/message.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { matches } from '../../src/outbox/tell.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { addWebhook, listDeliveries } from '../../src/webhook/webhooks.ts';
import { aoi, as, asked, castDesk } from '../case/cast.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

describe('a pattern', () => {
  it.each([
    ['*', 'return.filed', true],
    ['return.filed', 'return.filed', true],
    ['return.filed', 'return.closed', false],
    ['return.*', 'return.closed', true],
    ['return.*', 'return_unit.received', true],
    ['stock.*', 'stock_move.posted', true],
    ['stock.*', 'stockist.opened', false],
    ['stock_move.*', 'stock_hold.placed', false],
    ['case.*', 'showcase.opened', false],
  ])('%s and %s: %s', (pattern, action, told) => expect(matches(pattern, action)).toBe(told));
});

eachDb('webhooks', (test) => {
  const told = async (id: string) => (await listDeliveries(test.ctx(), id, { limit: 100 })).items.map(({ topic }) => topic);

  it('of cases learn that something was written, never what', async () => {
    await castDesk(test.store);
    const hook = await addWebhook(test.ctx(), { url: 'https://erp.example/hook', events: ['case.*'] });
    const row = await asked(as(test, aoi), { message: 'WHAT THE CUSTOMER WROTE' });
    await giveOwner(as(test, aoi), row.id, { summary: 'SUMMARY OF OURS' });
    await writeMessage(as(test, aoi), row.id, { text: 'NOTE OF OURS', visibility: 'internal', from: 'staff' });
    expect(await told(hook.id)).toEqual(expect.arrayContaining(['case.opened', 'case.message_in', 'case.triaged', 'case.note']));
    const bodies = await test.store.db.selectFrom('outbox').select('payload').where('target', '=', hook.id).execute();
    expect(JSON.stringify(bodies)).not.toMatch(/WHAT THE CUSTOMER WROTE|SUMMARY OF OURS|NOTE OF OURS/);
  });

  it('of returns learn of the return and its units', async () => {
    const hook = await addWebhook(test.ctx(), { url: 'https://erp.example/hook', events: ['return.*'] });
    await fileReturn(as(test, aoi), { type: 'return_first', authorised: true, units: [{ unit_id: 'u1' }] });
    expect(await told(hook.id)).toEqual(expect.arrayContaining(['return.filed']));
    expect((await told(hook.id)).every((topic) => topic.startsWith('return'))).toBe(true);
  });

  it('are added on their page with patterns in one line, the secret shown once; a forbidden address is named', async () => {
    const admin = await callerWith(testApp(test.store), test.store, 'admin');
    const made = await admin.form('/webhooks', { url: 'https://erp.example/x', events: 'case.* return.*, stock.*' });
    const text = await made.text();
    const secret = /whsec_[\w-]+/.exec(text)?.[0] ?? '';
    expect(secret.length).toBeGreaterThan(20);
    const id = /\/webhooks\/([0-9A-Z]{26})/.exec(text)?.[1] ?? '';
    expect(await (await admin.get(`/webhooks/${id}`)).text()).not.toContain(secret);
    expect(await (await admin.get(`/api/v1/webhooks`)).text()).not.toContain(secret);
    const refused = await admin.form('/webhooks', { url: 'http://169.254.169.254/', events: '*' });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('url');
    expect((await admin.form('/webhooks', { url: 'https://erp.example/x', events: 'everything' })).status).toBe(422);
    expect((await (await callerWith(testApp(test.store), test.store, 'tech')).get('/webhooks')).status).toBe(403);
  });
});
