import { expect, it } from 'vitest';
import { saveCaseCode } from '../../src/case/catalogue.ts';
import { solveCase } from '../../src/case/course.ts';
import { writeMessage } from '../../src/case/message.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { rateByLink } from '../../src/case/rate.ts';
import { beforeAfter, dateChange, judgeImprovement, proposeImprovement } from '../../src/learning/improve.ts';
import { listCauses, listForMeeting, listSimpleCauses } from '../../src/learning/pareto.ts';
import { agreePolicy, answerReview, assignReview, listReviews, listUnreviewed } from '../../src/learning/voc.ts';
import { aoi, as, asked, ben, castDesk, DAY, HOUR, lena, northStaff, person } from '../case/cast.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('learning', (test) => {
  const cause: Record<string, string> = {};
  const solvedCase = async (after: number, code: string, unit = 'u1') => {
    const row = await asked(as(test, aoi, after), { unit_ids: [unit] });
    await giveOwner(as(test, aoi, after), row.id, {});
    await writeMessage(as(test, aoi, after), row.id, { text: 'So.', visibility: 'public', from: 'staff' });
    return solveCase(as(test, aoi, after + HOUR), row.id, { solution: 'x', cause_id: cause[code] ?? null });
  };

  it('causes stand in order, with their share of all, its interval and the running sum', async () => {
    await castDesk(test.store);
    for (const code of ['cable', 'config'])
      cause[code] = (await saveCaseCode(as(test, lena), { tree: 'cause', code, parent_id: null, name_en: code, name_ja: code })).id;
    for (let day = 0; day < 3; day++) await solvedCase(day * DAY, 'cable');
    await solvedCase(DAY, 'config', 'u4');
    const rows = await listCauses(as(test, lena, 4 * DAY), '2026-04-01', '2026-04-30');
    expect(rows.map(({ cause, cases, share, cumulative, total }) => ({ cause, cases, share, cumulative, total }))).toEqual([
      { cause: 'cable', cases: 3, share: 0.75, cumulative: 0.75, total: 4 },
      { cause: 'config', cases: 1, share: 0.25, cumulative: 1, total: 4 },
    ]);
    expect((await listCauses(as(test, lena, 4 * DAY), '2026-04-01', '2026-04-30', { by: 'firmware' }))[0]).toMatchObject({
      cause: 'cable',
      model: 'X100',
      firmware: '1.0',
    });
  });

  it('a simple cause without an article is named', async () => {
    expect(await listSimpleCauses(as(test, lena, 4 * DAY))).toMatchObject([{ name_en: 'cable', cases: 3 }]);
  });

  it('an improvement is judged by equal times before and after, with an exact interval', async () => {
    const item = await proposeImprovement(as(test, aoi), {
      title: 'Better plug',
      hypothesis: 'The plug comes loose',
      cause_id: cause['cable'] ?? null,
      category_id: null,
      model_id: null,
      owner_id: 'aoi',
      case_ids: [],
    });
    for (let day = 10; day < 20; day++) await solvedCase(day * DAY, 'cable');
    await dateChange(as(test, aoi, 20 * DAY), item.id, '2026-04-21');
    const early = await dateChange(as(test, aoi, 21 * DAY), item.id, '2026-04-21');
    expect(await beforeAfter(as(test, lena, 21 * DAY), early)).toMatchObject({ verdict: 'too_early' });
    // 13 in 20 days before, none in 20 days after: the exact upper limit of the ratio is below 1.
    expect(await beforeAfter(as(test, lena, 40 * DAY), early)).toMatchObject({
      before: { days: 20, cases: 13 },
      after: { days: 20, cases: 0 },
      verdict: 'fewer',
    });
    expect(await judgeImprovement(as(test, lena, 40 * DAY), item.id, { state: 'confirmed', verdict: 'No case since.' })).toMatchObject({ state: 'confirmed' });
    await expect(judgeImprovement(as(test, lena, 40 * DAY), item.id, { state: 'refuted', verdict: 'x' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(dateChange(as(test, aoi), item.id, '2026-05-20')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('two reviewers answer blind; only then both are read and a policy agreed', async () => {
    const row = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), row.id, {});
    await solveCase(as(test, aoi), row.id, { solution: 'x', reply: 'Solved.' });
    const { payload } = await test.store.db.selectFrom('outbox').select('payload').where('payload', 'like', `%${row.number}%rate/%`).executeTakeFirstOrThrow();
    await rateByLink(as(test, aoi, HOUR), /\/rate\/([\w-]+)/.exec(payload)?.[1] ?? '', { rating: 1, comment: 'Too slow' });
    expect(await listUnreviewed(as(test, lena))).toMatchObject([{ id: row.id }]);
    await expect(assignReview(as(test, lena), { case_id: row.id, first_reviewer_id: 'aoi', second_reviewer_id: 'ben' })).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(assignReview(as(test, lena), { case_id: row.id, first_reviewer_id: 'ben', second_reviewer_id: 'ben' })).rejects.toMatchObject({
      code: 'invalid',
    });
    const review = await assignReview(as(test, lena), { case_id: row.id, first_reviewer_id: 'ben', second_reviewer_id: 'lena' });
    await expect(assignReview(as(test, lena), { case_id: row.id, first_reviewer_id: 'lena', second_reviewer_id: 'ben' })).rejects.toMatchObject({
      code: 'conflict',
      extra: { blocking: `/api/v1/cases/${row.id}` },
    });
    await answerReview(as(test, ben), review.id, { reason: 'response_speed', avoidable: 'yes', comment: 'BEN SAYS' });
    expect(JSON.stringify(await listReviews(as(test, lena)))).not.toContain('BEN SAYS');
    expect(JSON.stringify(await listReviews(as(test, person('admin', 'admin'))))).not.toContain('BEN SAYS');
    await expect(agreePolicy(as(test, lena), review.id, 'Answer faster')).rejects.toMatchObject({ code: 'conflict' });
    await expect(answerReview(as(test, aoi), review.id, { reason: 'other', avoidable: 'no', comment: 'me too' })).rejects.toMatchObject({ code: 'forbidden' });
    await answerReview(as(test, lena), review.id, { reason: 'policy', avoidable: 'no', comment: 'LENA SAYS' });
    expect((await listReviews(as(test, ben)))[0]).toMatchObject({
      state: 'to_agree',
      comment: 'Too slow',
      answers: [{ comment: 'BEN SAYS' }, { comment: 'LENA SAYS' }],
    });
    expect(await agreePolicy(as(test, lena), review.id, 'Answer faster')).toMatchObject({ state: 'agreed' });
  });

  it('the weekly list has what went wrong, with why', async () => {
    const found = await listForMeeting(as(test, lena, 2 * HOUR));
    expect(found.find(({ why }) => why.includes('bad_rating'))).toBeDefined();
    const old = await asked(as(test, aoi));
    expect((await listForMeeting(as(test, lena, 20 * DAY))).find(({ case_id }) => case_id === old.id)?.why).toEqual(['old']);
    expect(() => listUnreviewed(as(test, northStaff))).toThrow();
  });
});
