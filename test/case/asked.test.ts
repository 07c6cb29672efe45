// What others were asked about a case stands in the way of its end until they answered or it was withdrawn.
import { expect, it } from 'vitest';
import { answerRequest, askOthers, withdrawRequest } from '../../src/case/ask.ts';
import { solveCase, toggleSpam } from '../../src/case/course.ts';
import type { AskOthers } from '../../src/case/inputs.ts';
import { mergeCase } from '../../src/case/merge.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { getCase, listEvents, listRequests } from '../../src/case/queries.ts';
import type { CaseRequestRow } from '../../src/case/table.ts';
import { sha256 } from '../../src/core/id.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { addUser } from '../../src/person/addUser.ts';
import { AddUser } from '../../src/person/inputs.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { aoi, as, asked, castDesk, DAY, HOUR } from './cast.ts';

const facts = { symptom: 'black', reproduction: 'boot', tried: 'reset', impact: '3 sites' };
const asks: Readonly<Record<CaseRequestRow['kind'], AskOthers>> = {
  request: { kind: 'request', asked_of: 'stock', question: 'Send a cable', due_at: NOW + DAY },
  advice: { kind: 'advice', asked_of: 'ben', question: 'Seen before?', due_at: NOW + DAY },
  escalation: { kind: 'escalation', asked_of: 'engineering', question: 'Why?', due_at: NOW + DAY, facts, differs_because: 'another one' },
};
const kinds = ['request', 'advice', 'escalation'] as const;

eachDb('a case about which others were asked', (test) => {
  it('one of a desk', () => castDesk(test.store));

  const owned = async (): Promise<string> => {
    const { id } = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), id, {});
    return id;
  };
  const states = async (id: string) => (await listRequests(as(test, aoi), id)).map(({ state }) => state);
  const ends: Readonly<Record<string, (ctx: Ctx, id: string) => Promise<unknown>>> = {
    solved: (ctx, id) => solveCase(ctx, id, { solution: 'Restarted', reply: 'Done.' }),
    spam: (ctx, id) => toggleSpam(ctx, id, { reason: 'advert' }),
    merged: async (ctx, id) => mergeCase(ctx, id, { into_id: await owned(), reason: 'same' }),
  };

  it.each(kinds.flatMap((kind) => Object.keys(ends).map((end) => [kind, end] as const)))(
    'is not %s → %s while that waits; once answered it is',
    async (kind, end) => {
      const id = await owned();
      const request = await askOthers(as(test, aoi), id, asks[kind]);
      const mails = () => test.store.db.selectFrom('outbox').select('id').where('kind', '=', 'mail').execute();
      const [before, sent] = [await getCase(as(test, aoi), id), (await mails()).length];
      await expect(ends[end]?.(as(test, aoi, HOUR), id)).rejects.toMatchObject({ code: 'conflict', extra: { blocking: `/api/v1/cases/${id}` } });
      expect([await getCase(as(test, aoi), id), (await mails()).length]).toEqual([before, sent]);
      await answerRequest(as(test, aoi, HOUR), request.id, 'Known.');
      await ends[end]?.(as(test, aoi, HOUR), id);
    },
  );

  it.each(kinds)('is solved together with withdrawing the %s, and an escalation of another case is no longer in its way', async (kind) => {
    const id = await owned();
    await askOthers(as(test, aoi), id, asks[kind]);
    expect(await solveCase(as(test, aoi, HOUR), id, { solution: 'Restarted', withdraw_requests: true })).toMatchObject({ state: 'solved' });
    expect(await states(id)).toEqual(['withdrawn']);
    expect((await listEvents(as(test, aoi), id)).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['asked', 'withdrawn', 'solved']));
    const { differs_because: _, ...escalation } = asks.escalation;
    const next = await owned();
    const again = await askOthers(as(test, aoi), next, escalation);
    await withdrawRequest(as(test, aoi), again.id);
    expect(await getCase(as(test, aoi), next)).toMatchObject({ state: 'open' });
  });

  it.each(kinds)('that is over takes no %s before it is reopened', async (kind) => {
    const id = await owned();
    await solveCase(as(test, aoi), id, { solution: 'x' });
    await expect(askOthers(as(test, aoi), id, asks[kind])).rejects.toMatchObject({ code: 'conflict' });
  });

  it('says so on its page, in the words of the reader, with the way out beside', async () => {
    const id = await owned();
    await askOthers(as(test, aoi), id, asks.request);
    const desk = await callerWith(testApp(test.store, { now: NOW + HOUR }), test.store, 'tech');
    const japanese = { 'Accept-Language': 'ja' };
    expect(await (await desk.get(`/cases/${id}`, japanese)).text()).toContain('未回答の依頼を取り下げる');
    const refused = await desk.form(`/cases/${id}/solution`, { solution: 'Restarted' }, japanese);
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('stockへの依頼が回答待ちです')]);
    expect((await desk.form(`/cases/${id}/solution`, { solution: 'Restarted', withdraw_requests: 'yes' })).status).toBe(303);
    expect(await states(id)).toEqual(['withdrawn']);
  });

  it('finds the person asked by name by mail, at home and on the page of cases, until answered; nobody else, and nobody is no name', async () => {
    const id = await owned();
    const person = await addUser(test.ctx(), AddUser.parse({ email: 'peer@kizashi.example', name: 'Peer', role: 'tech', locale: 'en' }));
    const request = await askOthers(as(test, aoi), id, { kind: 'advice', asked_user_id: person.id, question: 'Seen this flicker?', due_at: NOW + DAY });
    expect(request.asked_of).toBe('Peer');
    const app = testApp(test.store, { now: NOW + HOUR });
    await test.store.db
      .insertInto('sessions')
      .values({ hash: sha256('peer'), user_id: person.id, created_at: NOW, expires_at: NOW + DAY, seen_at: NOW })
      .execute();
    const page = async (path = '/cases') => (await app.request(path, { headers: { Cookie: 'kizashi_session=peer' } })).text();
    const atHome = async () => /href="\/cases\/asked"[^>]* data-count="(\d+)"/.exec(await page('/'))?.[1];
    expect(await page()).toContain('Seen this flicker?');
    expect([await atHome(), (await page('/cases/asked')).includes('Seen this flicker?')]).toEqual(['1', true]);
    const mails = await test.store.db.selectFrom('outbox').select(['target', 'payload']).where('topic', '=', 'case.asked').execute();
    expect(mails.map(({ target }) => target)).toEqual(['peer@kizashi.example']);
    expect(JSON.parse(mails[0]?.payload ?? '').text).toContain(`Seen this flicker?\n\n{{public_url}}/cases/${id}#requests`);
    expect(await (await (await callerWith(app, test.store, 'tech')).get('/cases')).text()).not.toContain('Seen this flicker?');
    await answerRequest(as(test, aoi, HOUR), request.id, 'Yes.');
    expect(await page()).not.toContain('Seen this flicker?');
    expect(await atHome()).toBe('0');
    for (const asked_user_id of [undefined, 'nobody', 'north-user'])
      await expect(askOthers(as(test, aoi), id, { kind: 'advice', asked_user_id, question: '?', due_at: NOW + DAY })).rejects.toMatchObject({
        code: 'invalid',
      });
  });

  it('tells its partner nothing of it', async () => {
    const { id } = await asked(as(test, aoi), { customer_id: 'yuki', unit_ids: ['u2'] });
    await giveOwner(as(test, aoi), id, {});
    await askOthers(as(test, aoi), id, asks.request);
    const partner = await callerWith(testApp(test.store, { now: NOW + HOUR }), test.store, 'partner', { partner_id: 'north' });
    for (const [noun, body] of Object.entries({ solution: { solution: 'x' }, 'spam-mark': { reason: 'x' } })) {
      const answer = await partner.post(`/api/v1/cases/${id}/${noun}`, body);
      expect([answer.status, await answer.text()]).toEqual([403, expect.not.stringContaining('stock')]);
    }
  });

  it('loses a request by the button beside it', async () => {
    const id = await owned();
    const { id: request } = await askOthers(as(test, aoi), id, asks.escalation);
    const desk = await callerWith(testApp(test.store, { now: NOW + HOUR }), test.store, 'tech');
    expect((await desk.form(`/case-requests/${request}/withdrawal`, {})).status).toBe(303);
    expect([await states(id), (await getCase(as(test, aoi), id)).state]).toEqual([['withdrawn'], 'open']);
    expect((await desk.form(`/case-requests/${request}/withdrawal`, {})).status).toBe(409);
  });
});
