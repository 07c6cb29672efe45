// What staff keeps for itself leaves the house by no mail and no webhook, and stands in nothing a partner can export, whatever is done to a case.
import { expect, it } from 'vitest';
import { answerRequest, askOthers } from '../../src/case/ask.ts';
import { reopenCase, setNextStep, solveCase, toggleSpam, waitFor } from '../../src/case/course.ts';
import { mergeCase, unmergeCase } from '../../src/case/merge.ts';
import { writeMessage } from '../../src/case/message.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { logWork } from '../../src/case/unit.ts';
import { cancelVisit, planVisit } from '../../src/case/visit.ts';
import { addWebhook } from '../../src/webhook/webhooks.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { aoi, as, asked, castDesk, DAY, HOUR } from './cast.ts';

const OURS = 'STAFFONLY';

eachDb('internal words', (test) => {
  it('go into no mail, no webhook, and nothing the partner of the case is given', async () => {
    await castDesk(test.store);
    await addWebhook(test.ctx(), { url: 'https://elsewhere.example/', events: ['*'] });
    const ctx = as(test, aoi, HOUR);
    const row = await asked(as(test, aoi), { customer_id: 'yuki', unit_ids: ['u2'] });
    await giveOwner(ctx, row.id, { next_step: OURS, next_due_at: NOW + DAY });
    await writeMessage(ctx, row.id, { text: OURS, visibility: 'internal', from: 'staff' });
    await setNextStep(ctx, row.id, { next_step: OURS, next_due_at: NOW + DAY });
    await waitFor(ctx, row.id, { waiting_for: 'maker', next_step: OURS });
    const request = await askOthers(ctx, row.id, { kind: 'advice', asked_of: OURS, question: OURS, due_at: NOW + DAY });
    await answerRequest(ctx, request.id, OURS);
    const facts = { symptom: OURS, reproduction: OURS, tried: OURS, impact: OURS };
    await askOthers(ctx, row.id, { kind: 'escalation', asked_of: OURS, question: OURS, due_at: NOW + DAY, facts });
    const visit = await planVisit(ctx, row.id, { visit_on: '2026-04-09', coverage: 'goodwill', coverage_reason: OURS });
    await logWork(ctx, row.id, { minutes: 5 });
    await giveOwner(ctx, row.id, { owner_id: 'ben', reason: OURS, summary: OURS });
    await writeMessage(ctx, row.id, { text: 'We look into it.', visibility: 'public', from: 'staff' });
    const other = await asked(as(test, aoi), { customer_id: 'yuki', unit_ids: ['u2'] });
    await mergeCase(ctx, other.id, { into_id: row.id, reason: OURS });
    await unmergeCase(ctx, other.id, { reason: OURS });
    await cancelVisit(ctx, visit.id, { reason: OURS });
    await solveCase(ctx, row.id, { solution: 'Restarted.', reply: 'It runs again.', withdraw_requests: true });
    await reopenCase(ctx, row.id, { reason: 'It does not' });
    const junk = await asked(as(test, aoi), { customer_id: 'yuki', unit_ids: ['u2'] });
    await toggleSpam(ctx, junk.id, { reason: OURS });

    const out = await test.store.db.selectFrom('outbox').select(['kind', 'topic', 'payload']).execute();
    expect(out.filter(({ kind }) => kind === 'mail')).toHaveLength(2);
    expect(out.filter(({ kind }) => kind === 'webhook').length).toBeGreaterThan(15);
    expect(out.filter(({ payload }) => payload.includes(OURS)).map(({ topic }) => topic)).toEqual([]);

    const partner = await callerWith(testApp(test.store, { now: NOW + DAY }), test.store, 'partner', { partner_id: 'north' });
    for (const path of [
      `/portal/cases/${row.id}`,
      `/api/v1/cases/${row.id}`,
      `/api/v1/cases/${row.id}/messages`,
      '/api/v1/cases',
      '/cases',
      '/portal',
      '/cases?format=csv',
    ]) {
      for (const accept of ['text/html', 'application/json', 'text/csv']) {
        const answer = await partner.get(path, { Accept: accept });
        expect([path, accept, (await answer.text()).includes(OURS)]).toEqual([path, accept, false]);
      }
    }
  });
});
