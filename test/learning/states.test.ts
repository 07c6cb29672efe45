// What is learned in every state: who may say what when, stale and parallel words, and what stays hidden.
import { expect, it } from 'vitest';
import { saveCaseCode } from '../../src/case/catalogue.ts';
import { solveCase } from '../../src/case/course.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { rateByLink } from '../../src/case/rate.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { beforeAfter, dateChange, getImprovement, judgeImprovement, proposeImprovement } from '../../src/learning/improve.ts';
import type { ImprovementRow } from '../../src/learning/table.ts';
import { agreePolicy, answerReview, assignReview, listReviews, listUnreviewed } from '../../src/learning/voc.ts';
import { aoi, as, asked, ben, castDesk, DAY, HOUR, lena, MINUTE, northStaff } from '../case/cast.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, type TestStore } from '../support/eachDb.ts';

eachDb('an improvement', (test) => {
  const propose = (ctx: Ctx, changes = {}): Promise<ImprovementRow> =>
    proposeImprovement(ctx, { title: 't', hypothesis: 'h', cause_id: null, category_id: null, model_id: 'x100', owner_id: 'aoi', case_ids: [], ...changes });
  const judged = (state: 'confirmed' | 'refuted' | 'dropped') => (ctx: Ctx, id: string) => judgeImprovement(ctx, id, { state, verdict: 'so' });
  const verbs = {
    date: (ctx: Ctx, id: string) => dateChange(ctx, id, '2026-03-20'),
    confirm: judged('confirmed'),
    refute: judged('refuted'),
    drop: judged('dropped'),
  };
  const standing = async (state: string): Promise<ImprovementRow> => {
    const row = await propose(as(test, aoi));
    if (state === 'proposed') return row;
    const dated = await verbs.date(as(test, aoi), row.id);
    return state === 'changed' ? dated : judgeImprovement(as(test, aoi), row.id, { state: state as 'confirmed', verdict: 'so' }); // the others are verdicts
  };

  it('one of a desk', () => castDesk(test.store));

  it.each([
    ['proposed', { date: 'changed', confirm: '–', refute: '–', drop: 'dropped' }],
    ['changed', { date: 'changed', confirm: 'confirmed', refute: 'refuted', drop: 'dropped' }],
    ['confirmed', { date: '–', confirm: '–', refute: '–', drop: '–' }],
    ['refuted', { date: '–', confirm: '–', refute: '–', drop: '–' }],
    ['dropped', { date: '–', confirm: '–', refute: '–', drop: '–' }],
  ] as const)('that is %s', async (state, ends) => {
    for (const [verb, to] of Object.entries(ends)) {
      const row = await standing(state);
      const done = verbs[verb as keyof typeof verbs](as(test, aoi, HOUR), row.id); // the keys above are the verbs
      if (to === '–') await expect(done).rejects.toMatchObject({ code: 'conflict' });
      else expect([verb, (await done).state]).toEqual([verb, to]);
      expect((await getImprovement(as(test, aoi), row.id)).version).toBe(row.version + (to === '–' ? 0 : 1));
    }
  });

  it('is about something, has a day that is past, and is not changed by who saw an older version', async () => {
    const row = await propose(as(test, aoi));
    await expect(dateChange(as(test, aoi), row.id, '2026-04-02')).rejects.toMatchObject({ code: 'invalid' });
    await expect(dateChange(as(test, aoi), row.id, '2026-03-01', 7)).rejects.toMatchObject({ code: 'stale' });
    await expect(propose(as(test, northStaff))).rejects.toMatchObject({ code: 'forbidden' });
    const tech = await callerWith(testApp(test.store), test.store, 'tech');
    expect((await tech.post('/api/v1/improvements', { title: 't', hypothesis: 'h', owner_id: 'aoi' })).status).toBe(422);
    expect((await tech.post('/api/v1/improvements', { title: 't', hypothesis: 'h', owner_id: 'nobody', model_id: 'x100' })).status).toBe(422);
  });

  it('two judge it at once: one verdict', async () => {
    const row = await standing('changed');
    const both = await Promise.allSettled([verbs.confirm(as(test, aoi), row.id), verbs.refute(as(test, ben), row.id)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('counts what its cause brought in, half-open by days of the business zone, without what is no inquiry', async () => {
    const { id: cause_id } = await saveCaseCode(as(test, lena), { tree: 'cause', code: 'plug', parent_id: null, name_en: 'p', name_ja: 'p' });
    // The change of 20 April: 1 in the last minute before that day in Tokyo, 2 in its first.
    const midnight = Date.UTC(2026, 3, 19, 15) - Date.UTC(2026, 3, 1);
    for (const after of [midnight - MINUTE, midnight, midnight]) await asked(as(test, aoi, after), { cause_id });
    await asked(as(test, aoi, midnight), { cause_id, type: 'internal' });
    await asked(as(test, aoi, midnight), { cause_id, initiated_by: 'staff' });
    await asked(as(test, aoi, midnight));
    const row = await propose(as(test, aoi), { cause_id, model_id: null });
    const dated = await dateChange(as(test, aoi, 60 * DAY), row.id, '2026-04-20');
    const found = await beforeAfter(as(test, lena, 49 * DAY), dated);
    expect(found).toMatchObject({ before: { days: 30, cases: 1 }, after: { days: 30, cases: 2 }, verdict: 'undecided' });
    // Exact binomial bounds of 2 in 3 (Clopper & Pearson 1934), as odds: the ratio of equal times.
    expect(found?.comparison?.ratio).toBeCloseTo(2, 9);
    expect(found?.comparison?.ratio_low).toBeCloseTo(0.0943 / (1 - 0.0943), 2);
  });
});

eachDb('a bad rating', (test) => {
  const rated = async (rating: number): Promise<{ id: string; key: string }> => ratedCase(test, rating);
  const answer = { reason: 'policy' as const, avoidable: 'no' as const, comment: 'c' };

  it('one of a desk', () => castDesk(test.store));

  it.each([
    [1, true],
    [2, true],
    [3, true],
    [4, false],
    [5, false],
  ])('of %i is reviewed: %s', async (rating, reviewed) => {
    const { id } = await rated(rating);
    expect((await listUnreviewed(as(test, lena))).some((row) => row.id === id)).toBe(reviewed);
    const given = assignReview(as(test, lena), { case_id: id, first_reviewer_id: 'ben', second_reviewer_id: 'lena' });
    if (reviewed) expect((await given).rating).toBe(rating);
    else await expect(given).rejects.toMatchObject({ code: 'conflict' });
  });

  it('taken back by the customer is no longer on the list', async () => {
    const { id, key } = await rated(1);
    await rateByLink(as(test, aoi, 2 * HOUR), key, { rating: null });
    expect((await listUnreviewed(as(test, lena))).some((row) => row.id === id)).toBe(false);
  });

  it('is given out once, by a lead, to two of us who do not own it', async () => {
    const { id } = await rated(1);
    const assign = (ctx: Ctx, first_reviewer_id: string, second_reviewer_id: string) =>
      assignReview(ctx, { case_id: id, first_reviewer_id, second_reviewer_id });
    await expect(assign(as(test, ben), 'ben', 'lena')).rejects.toMatchObject({ code: 'forbidden' });
    for (const [one, two] of [
      ['ben', 'ben'],
      ['aoi', 'ben'],
      ['ben', 'north-user'],
      ['ben', 'nobody'],
    ] as const)
      await expect(assign(as(test, lena), one, two)).rejects.toMatchObject({ code: 'invalid' });
    const twice = await Promise.allSettled([assign(as(test, lena), 'ben', 'lena'), assign(as(test, lena), 'lena', 'ben')]);
    expect(twice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('answered by both at once: both answers stand, and the policy is theirs or a lead’s to agree', async () => {
    const { id } = await rated(2);
    const review = await assignReview(as(test, lena), { case_id: id, first_reviewer_id: 'ben', second_reviewer_id: 'lena' });
    await expect(agreePolicy(as(test, lena), review.id, 'x')).rejects.toMatchObject({ code: 'conflict' });
    await Promise.all([answerReview(as(test, ben), review.id, answer), answerReview(as(test, lena), review.id, answer)]);
    await expect(answerReview(as(test, ben), review.id, answer)).rejects.toMatchObject({ code: 'conflict' });
    expect((await listReviews(as(test, aoi))).find((row) => row.id === review.id)).toMatchObject({ state: 'to_agree', answers: [{}, {}] });
    await expect(agreePolicy(as(test, aoi), review.id, 'x')).rejects.toMatchObject({ code: 'forbidden' });
    expect(await agreePolicy(as(test, ben), review.id, 'Call first')).toMatchObject({ state: 'agreed', agreed_by: 'ben' });
    await expect(agreePolicy(as(test, lena), review.id, 'again')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is assigned from a form that proposes two different people, neither the owner', async () => {
    const { id } = await rated(2);
    const page = await (await callerWith(testApp(test.store), test.store, 'lead')).get('/learning/voc');
    const form = (await page.text()).split('<form').find((part) => part.includes(`value="${id}"`)) ?? '';
    const [first = '', second = ''] = form.split('</select>');
    const chosen = (select: string): string | undefined => (/value="(\w+)" selected/.exec(select) ?? /<option value="(\w+)"/.exec(select))?.[1];
    expect([chosen(first), chosen(second)].sort()).toEqual(['ben', 'lena']);
  });

  it('leads its readers to the case', async () => {
    const { id } = await rated(2);
    await assignReview(as(test, lena), { case_id: id, first_reviewer_id: 'ben', second_reviewer_id: 'lena' });
    expect(await (await (await callerWith(testApp(test.store), test.store, 'tech')).get('/learning/voc')).text()).toContain(`href="/cases/${id}"`);
  });

  it('what the first said is in no answer, page, history or webhook before the second has spoken', async () => {
    const { id } = await rated(1);
    const review = await assignReview(as(test, lena), { case_id: id, first_reviewer_id: 'ben', second_reviewer_id: 'lena' });
    await answerReview(as(test, ben), review.id, { ...answer, comment: 'BLINDWORD' });
    const admin = await callerWith(testApp(test.store), test.store, 'admin');
    for (const path of ['/api/v1/voc-reviews', '/api/v1/history?limit=500', '/learning', `/cases/${id}`, '/learning/voc'])
      expect([path, (await (await admin.get(path)).text()).includes('BLINDWORD')]).toEqual([path, false]);
    expect(JSON.stringify(await test.store.db.selectFrom('history').select('change').execute())).not.toContain('BLINDWORD');
  });
});

/** A case of aoi, solved and rated by its customer, and the key of the link. */
async function ratedCase(test: TestStore, rating: number): Promise<{ id: string; key: string }> {
  const row = await asked(as(test, aoi));
  await giveOwner(as(test, aoi), row.id, {});
  await solveCase(as(test, aoi), row.id, { solution: 'x', reply: 'Solved.' });
  const { payload } = await test.store.db.selectFrom('outbox').select('payload').where('payload', 'like', `%${row.number}%rate/%`).executeTakeFirstOrThrow();
  const key = /\/rate\/([\w-]+)/.exec(payload)?.[1] ?? '';
  await rateByLink(as(test, aoi, HOUR), key, { rating });
  return { id: row.id, key };
}
