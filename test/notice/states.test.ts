// A notice in every state against every step, who may take it, and what approval protects.
import { expect, it } from 'vitest';
import type { Role } from '../../src/core/permission.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import type { NoticeState } from '../../src/notice/lifecycle.ts';
import { listRecipients } from '../../src/notice/queries.ts';
import type { NoticeRow } from '../../src/notice/table.ts';
import {
  approveNotice,
  cancelNotice,
  changeNotice,
  finishNotice,
  followNotice,
  getNotice,
  sendBack,
  sendNotice,
  submitNotice,
  tickItem,
  writeNotice,
} from '../../src/notice/write.ts';
import { aoi, as, ben, castDesk, HOUR, lena, northStaff, person } from '../case/cast.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, type TestStore } from '../support/eachDb.ts';

const text = { subject_en: 's', body_en: 'b', subject_ja: 's', body_ja: 'b' };
const about = (unit_ids: string[]) => ({ model_ids: [], batch_ids: [], firmware_ids: [], site_ids: [], unit_ids, alert_id: null });
const draft = (ctx: Ctx, checklist: string[] = [], unit_ids = ['u1', 'u2']): Promise<NoticeRow> =>
  writeNotice(ctx, { ...text, kind: 'defect', checklist, starts_at: null, ends_at: null, query: about(unit_ids) });

const verbs: Readonly<Record<string, (ctx: (actor: typeof aoi) => Ctx, id: string) => Promise<unknown>>> = {
  edit: (ctx, id) => changeNotice(ctx(aoi), id, { subject_en: 'new' }),
  submit: (ctx, id) => submitNotice(ctx(aoi), id),
  approve: (ctx, id) => approveNotice(ctx(lena), id, 2),
  send_back: (ctx, id) => sendBack(ctx(lena), id, 'unclear'),
  send: (ctx, id) => sendNotice(ctx(aoi), id),
  finish: (ctx, id) => finishNotice(ctx(aoi), id),
  cancel: (ctx, id) => cancelNotice(ctx(aoi), id, 'not needed'),
};
const TABLE = `
           draft      in_review  approved   sent      finished  cancelled
edit       draft      –          –          –         –         –
submit     in_review  –          –          –         –         –
approve    –          approved   –          –         –         –
send_back  –          draft      draft      –         –         –
send       –          –          sent       –         –         –
finish     –          –          –          finished  –         –
cancel     cancelled  cancelled  cancelled  –         –         –
`;
const [states = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const expected = rows.flatMap(([verb = '', ...ends]) => ends.map((to, i) => ({ verb, from: states[i] as NoticeState, to }))); // the head of the table names states

async function standing(test: TestStore, state: NoticeState): Promise<NoticeRow> {
  const [ours, leads] = [as(test, aoi), as(test, lena)];
  const { id } = await draft(ours);
  if (state === 'cancelled') return cancelNotice(ours, id, 'x');
  if (state === 'draft') return getNotice(ours, id);
  await submitNotice(ours, id);
  if (state !== 'in_review') await approveNotice(leads, id, 2);
  if (state === 'sent' || state === 'finished') await sendNotice(ours, id);
  if (state === 'finished') await finishNotice(ours, id);
  return getNotice(ours, id);
}

eachDb('a notice that is', (test) => {
  const mails = async (id: string) => (await test.store.db.selectFrom('outbox').select('id').where('dedupe_key', 'like', `notice:${id}:%`).execute()).length;
  const problem = (code: string) => expect.objectContaining({ code });

  it('one of a desk', () => castDesk(test.store));

  it.each(expected)('$from, $verb: $to', async ({ verb, from, to }) => {
    const before = await standing(test, from);
    const done = verbs[verb]?.((actor) => as(test, actor, HOUR), before.id);
    if (to === '–') {
      await expect(done).rejects.toEqual(problem('conflict'));
      expect(await getNotice(as(test, aoi), before.id)).toEqual(before);
    } else {
      await done;
      expect(await getNotice(as(test, aoi), before.id)).toMatchObject({ state: to, version: before.version + 1 });
    }
    // Mail exists for what was sent, and for nothing else.
    const { state } = await getNotice(as(test, aoi), before.id);
    expect(await mails(before.id)).toBe(state === 'sent' || state === 'finished' ? 2 : 0);
  });

  it('written by somebody is approved by somebody else, even a lead’s', async () => {
    const { id } = await draft(as(test, lena));
    await submitNotice(as(test, lena), id);
    await expect(approveNotice(as(test, lena), id, 2)).rejects.toEqual(problem('forbidden'));
    await expect(approveNotice(as(test, aoi), id, 2)).rejects.toEqual(problem('forbidden'));
    await expect(approveNotice(as(test, northStaff), id, 2)).rejects.toEqual(problem('forbidden'));
    expect(await approveNotice(as(test, person('admin', 'admin')), id, 2)).toMatchObject({ approved_by: 'admin' });
  });

  it('in review with another list than the approver saw is refused; approved, the list no longer moves', async () => {
    const { id } = await draft(as(test, aoi), [], ['u1', 'u2', 'u3']);
    await submitNotice(as(test, aoi), id);
    await expect(approveNotice(as(test, lena), id, 2)).rejects.toEqual(problem('stale'));
    await approveNotice(as(test, lena), id, 3);
    await test.store.db.updateTable('customers').set({ email: 'elsewhere@hoshi.example' }).where('id', '=', 'hoshi').execute();
    await sendNotice(as(test, aoi), id);
    expect((await listRecipients(as(test, aoi), id)).map(({ email }) => email)).toEqual(['it@hoshi.example', 'it@sakura.example', 'it@yuki.example']);
    await test.store.db.updateTable('customers').set({ email: 'it@hoshi.example' }).where('id', '=', 'hoshi').execute();
  });

  it('sent back loses its approval and its list: the second person looks again', async () => {
    const { id } = await standing(test, 'approved');
    expect(await sendBack(as(test, lena), id, 'typo')).toMatchObject({ approved_by: null, recipients_approved: null });
    expect(await listRecipients(as(test, aoi), id)).toEqual([]);
    await submitNotice(as(test, aoi), id);
    await expect(sendNotice(as(test, aoi), id)).rejects.toEqual(problem('conflict'));
  });

  it('a draft is submitted once every item of its checklist is done, by name', async () => {
    const { id } = await draft(as(test, aoi), ['Text', 'List']);
    await tickItem(as(test, ben), id, 'Text');
    await expect(submitNotice(as(test, aoi), id)).rejects.toThrow('Not checked yet: List');
    await expect(tickItem(as(test, aoi), id, 'Nothing')).rejects.toEqual(problem('not_found'));
    expect(JSON.parse((await tickItem(as(test, aoi), id, 'List')).checklist)).toEqual([
      { item: 'Text', done_by: 'ben' },
      { item: 'List', done_by: 'aoi' },
    ]);
    expect((await submitNotice(as(test, aoi), id)).state).toBe('in_review');
  });

  it('about nobody is not approved; without an address it is logged, not mailed', async () => {
    const nobody = await draft(as(test, aoi), [], ['nowhere']);
    await submitNotice(as(test, aoi), nobody.id);
    await expect(approveNotice(as(test, lena), nobody.id, 0)).rejects.toEqual(problem('conflict'));
    await test.store.db.updateTable('customers').set({ email: null }).where('id', '=', 'sakura').execute();
    const { id } = await draft(as(test, aoi), [], ['u1', 'u4']);
    await submitNotice(as(test, aoi), id);
    await approveNotice(as(test, lena), id, 1);
    await sendNotice(as(test, aoi), id);
    expect(await listRecipients(as(test, aoi), id)).toMatchObject([{ state: 'no_address', units: 2, sent_at: null }]);
    expect(await mails(id)).toBe(0);
    await test.store.db.updateTable('customers').set({ email: 'it@sakura.example' }).where('id', '=', 'sakura').execute();
  });

  it('not sent has no follow-up; of a sent one it needs its own approval by another person', async () => {
    await expect(followNotice(as(test, aoi), (await standing(test, 'approved')).id, { ...text, stage: 'update' })).rejects.toEqual(problem('conflict'));
    const next = await followNotice(as(test, aoi), (await standing(test, 'sent')).id, { ...text, stage: 'update' });
    expect(next).toMatchObject({ state: 'draft', stage: 'update', approved_by: null });
    await submitNotice(as(test, aoi), next.id);
    await expect(approveNotice(as(test, aoi), next.id, 2)).rejects.toEqual(problem('forbidden'));
    await approveNotice(as(test, lena), next.id, 2);
    await sendNotice(as(test, aoi), next.id);
    expect(await mails(next.id)).toBe(2);
  });

  it('approved and sent back at once is one of both, never a sent draft', async () => {
    const { id } = await standing(test, 'in_review');
    await Promise.allSettled([approveNotice(as(test, lena), id, 2), sendBack(as(test, person('admin', 'admin')), id, 'no')]);
    const { state, approved_by } = await getNotice(as(test, aoi), id);
    expect([
      ['approved', 'lena'],
      ['draft', null],
    ]).toContainEqual([state, approved_by]);
    expect((await listRecipients(as(test, aoi), id)).length).toBe(state === 'approved' ? 2 : 0);
  });

  it('numbered: two written at once have two numbers', async () => {
    const both = await Promise.all([draft(as(test, aoi)), draft(as(test, ben)), draft(as(test, lena))]);
    expect(new Set(both.map(({ number }) => number)).size).toBe(3);
  });

  it.each<[Role, number[]]>([
    // list, write, submit, approve, dispatch, recipients, news
    ['tech', [200, 201, 201, 403, 409, 200, 201]],
    ['lead', [200, 201, 201, 409, 409, 200, 201]],
    ['stock', [200, 403, 403, 403, 403, 403, 403]],
    ['partner', [200, 403, 403, 403, 403, 403, 403]],
  ])('for a %s', async (role, statuses) => {
    const { id } = await draft(as(test, aoi));
    const caller = await callerWith(testApp(test.store), test.store, role, role === 'partner' ? { partner_id: 'north' } : {});
    const base = `/api/v1/notices/${id}`;
    const news = { kind: 'rule', title_en: 't', body_en: 'b', title_ja: 't', body_ja: 'b' };
    const answers = [
      await caller.get('/api/v1/notices'),
      await caller.post('/api/v1/notices', { ...text, kind: 'defect', query: { unit_ids: ['u1'] } }),
      await caller.post(`${base}/submission`),
      // Of a lead it is refused for the count, not for the person.
      await caller.post(`${base}/approval`, { recipients: 9 }),
      await caller.post(`${base}/dispatch`),
      await caller.get(`${base}/recipients`),
      await caller.post('/api/v1/news', news),
    ].map(({ status }) => status);
    expect(answers).toEqual(statuses.map((status, i) => (i === 3 && status === 409 ? answers[3] : status)));
    if (role === 'lead') expect([409, 412]).toContain(answers[3]);
  });
});
