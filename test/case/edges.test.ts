// What can go wrong at the desk: wrong references, wrong moments, two people at once, lists longer than a page.
import { expect, it } from 'vitest';
import { askOthers } from '../../src/case/ask.ts';
import { addWorkaround, saveCaseCode } from '../../src/case/catalogue.ts';
import { solveCase } from '../../src/case/course.ts';
import { SaveWorkaround } from '../../src/case/inputs.ts';
import { mergeCase, unmergeCase } from '../../src/case/merge.ts';
import { writeMessage } from '../../src/case/message.ts';
import { describeCase, giveOwner } from '../../src/case/owner.ts';
import { getCase, listCases, listEvents } from '../../src/case/queries.ts';
import { rateByLink } from '../../src/case/rate.ts';
import { logWork, tryWorkaround } from '../../src/case/unit.ts';
import { planVisit } from '../../src/case/visit.ts';
import { answerReview, assignReview, listReviews } from '../../src/learning/voc.ts';
import { writeNotice } from '../../src/notice/write.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { aoi, as, asked, ben, castDesk, DAY, HOUR, lena, MINUTE, northStaff, person } from './cast.ts';

const NORTHERN = { customer_id: 'yuki', unit_ids: ['u2'] };

eachDb('at the desk', (test) => {
  const named = (...paths: string[]) => ({ code: 'invalid', extra: { errors: paths.map((path) => expect.objectContaining({ path })) } });
  const owned = async () => {
    const row = await asked(as(test, aoi));
    return giveOwner(as(test, aoi, HOUR), row.id, {});
  };

  it('a code, contract or customer that does not exist is named, and nothing is changed', async () => {
    await castDesk(test.store);
    const cause = await saveCaseCode(as(test, lena), { tree: 'cause', code: 'cable', parent_id: null, name_en: 'Cable', name_ja: 'ケーブル' });
    const row = await owned();
    await expect(describeCase(as(test, aoi), row.id, { category_id: 'nope', contract_id: 'nope', customer_id: 'nope' })).rejects.toMatchObject(
      named('category_id', 'contract_id', 'customer_id'),
    );
    await expect(describeCase(as(test, aoi), row.id, { category_id: cause.id })).rejects.toMatchObject(named('category_id'));
    await expect(solveCase(as(test, aoi, DAY), row.id, { solution: 'x', cause_id: 'nope' })).rejects.toMatchObject(named('cause_id'));
    await expect(asked(as(test, aoi), { category_id: 'nope' })).rejects.toMatchObject(named('category_id'));
    expect((await getCase(as(test, aoi), row.id)).version).toBe(row.version);
  });

  it('a partner names only contracts of its own', async () => {
    await expect(asked(as(test, northStaff), { customer_id: 'yuki', unit_ids: ['u2'], contract_id: 'k-hoshi' })).rejects.toMatchObject({ code: 'not_found' });
    expect(await asked(as(test, northStaff), { customer_id: 'yuki', unit_ids: ['u2'], contract_id: 'k-yuki' })).toMatchObject({ contract_id: 'k-yuki' });
  });

  it('nothing happens in the future, and nothing is solved before somebody had the case', async () => {
    const row = await owned();
    const late = { at: NOW + 2 * DAY };
    await expect(writeMessage(as(test, aoi, DAY), row.id, { text: 'x', visibility: 'internal', from: 'staff', ...late })).rejects.toMatchObject(named('at'));
    await expect(logWork(as(test, aoi, DAY), row.id, { minutes: 1, worked_at: late.at })).rejects.toMatchObject(named('at'));
    await expect(solveCase(as(test, aoi, DAY), row.id, { solution: 'x', ...late })).rejects.toMatchObject(named('at'));
    await expect(solveCase(as(test, aoi, DAY), row.id, { solution: 'x', at: NOW + MINUTE })).rejects.toMatchObject(named('at'));
    expect(await solveCase(as(test, aoi, DAY), row.id, { solution: 'x', at: NOW + 2 * HOUR })).toMatchObject({ state: 'solved', solved_at: NOW + 2 * HOUR });
  });

  it('the list no filter can hide goes on past its first page and counts all of it', async () => {
    for (let i = 0; i < 12; i++) await asked(as(test, aoi), { subject: `Forgotten ${i}` });
    const later = testApp(test.store, { now: NOW + 3 * DAY });
    const tech = await callerWith(later, test.store, 'tech');
    const seen: string[] = [];
    let path: string | null = '/api/v1/cases/neglected?limit=5';
    let total = 0;
    while (path !== null) {
      // The contract says what a list answers.
      const page = (await (await tech.get(path)).json()) as { items: { id: string }[]; next_cursor: string | null; total: number };
      seen.push(...page.items.map(({ id }) => id));
      total = page.total;
      path = page.next_cursor === null ? null : `/api/v1/cases/neglected?limit=5&cursor=${page.next_cursor}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(total);
    const open = (await listCases(as(test, lena), { state: 'active' }, { limit: 500 })).items;
    expect(seen.sort()).toEqual(open.map(({ id }) => id).sort());
    expect(await (await tech.get('/cases/neglected')).text()).toContain('Forgotten 11');
    expect((await (await callerWith(later, test.store, 'partner', { partner_id: 'north' })).get('/api/v1/cases/neglected')).status).toBe(403);
  });

  it('a merge taken back leaves both as they were; what was written meanwhile stays where it was written', async () => {
    const [one, two] = [await owned(), await asked(as(test, aoi), { unit_ids: ['u4'] })];
    await mergeCase(as(test, aoi, 2 * HOUR), two.id, { into_id: one.id, reason: 'same' });
    await expect(writeMessage(as(test, aoi, 2 * HOUR), two.id, { text: 'x', visibility: 'internal', from: 'staff' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(mergeCase(as(test, aoi, 2 * HOUR), one.id, { into_id: two.id, reason: 'back' })).rejects.toMatchObject({ code: 'conflict' });
    await writeMessage(as(test, aoi, 3 * HOUR), one.id, { text: 'meanwhile', visibility: 'internal', from: 'staff' });
    expect(await unmergeCase(as(test, aoi, 4 * HOUR), two.id, { reason: 'not the same' })).toMatchObject({
      state: 'new',
      merged_into_id: null,
      owner_id: null,
    });
    expect((await listEvents(as(test, aoi), one.id)).some(({ body }) => body === 'meanwhile')).toBe(true);
    await expect(unmergeCase(as(test, aoi, 5 * HOUR), two.id, { reason: 'again' })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('two reviewers answering at the same moment both count', async () => {
    const row = await owned();
    await solveCase(as(test, aoi, DAY), row.id, { solution: 'x', reply: 'Solved.' });
    const { payload } = await test.store.db.selectFrom('outbox').select('payload').where('payload', 'like', `%${row.number}%rate/%`).executeTakeFirstOrThrow();
    await rateByLink(as(test, aoi, DAY + HOUR), /\/rate\/([\w-]+)/.exec(payload)?.[1] ?? '', { rating: 1 });
    const review = await assignReview(as(test, lena), { case_id: row.id, first_reviewer_id: 'ben', second_reviewer_id: 'lena' });
    const answer = { reason: 'other' as const, avoidable: 'no' as const, comment: 'c' };
    await Promise.all([answerReview(as(test, ben), review.id, answer), answerReview(as(test, lena), review.id, answer)]);
    expect((await listReviews(as(test, lena)))[0]).toMatchObject({ state: 'to_agree', answers: [{}, {}] });
  });

  it('two notices written at the same moment get two numbers', async () => {
    const text = { subject_en: 's', body_en: 'b', subject_ja: 's', body_ja: 'b', checklist: [], starts_at: null, ends_at: null };
    const query = { model_ids: ['x100'], batch_ids: [], firmware_ids: [], unit_ids: [], site_ids: [], alert_id: null };
    const written = await Promise.all([1, 2, 3].map(() => writeNotice(as(test, aoi), { ...text, kind: 'other', query })));
    expect(new Set(written.map(({ number }) => number)).size).toBe(3);
  });

  it('programs learn who can own a case, what helps, and open a replacement in one call', async () => {
    const app = testApp(test.store, { now: NOW + DAY });
    const tech = await callerWith(app, test.store, 'tech');
    const row = await owned();
    expect(await (await tech.get('/api/v1/case-owners')).json()).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ id: 'aoi' })]) });
    expect(await (await tech.get(`/api/v1/cases/${row.number}/remedies`)).json()).toMatchObject({ workarounds: [], similar: expect.any(Array) });
    expect((await tech.post(`/api/v1/cases/${row.id}/commands`, { unit_id: 'u1', command: 'restart' })).status).toBe(409);
    const made = await tech.post(`/api/v1/cases/${row.id}/replacement`, { unit_id: 'u1' });
    expect(made.status).toBe(201);
    expect((await tech.get(made.headers.get('Location') ?? '')).status).toBe(200);
    expect((await tech.post(`/api/v1/cases/${row.id}/replacement`, { unit_id: 'u1' })).status).toBe(409);
    const partner = await callerWith(app, test.store, 'partner', { partner_id: 'north' });
    expect((await partner.get('/api/v1/case-owners')).status).toBe(403);
  });

  it('the customer of a case is set on its page, and a code nobody has is refused', async () => {
    const tech = await callerWith(testApp(test.store, { now: NOW + DAY }), test.store, 'tech');
    const row = await asked(as(test, aoi), { customer_id: undefined, unit_ids: [] });
    expect((await tech.form(`/cases/${row.id}/description`, { subject: 'Seen at Yuki', customer: 'YUKI' })).status).toBe(303);
    expect(await getCase(as(test, aoi), row.id)).toMatchObject({ customer_id: 'yuki', partner_id: 'north', subject: 'Seen at Yuki' });
    expect((await tech.form(`/cases/${row.id}/description`, { customer: 'NOBODY' })).status).toBe(422);
    expect((await getCase(as(test, northStaff), row.id)).id).toBe(row.id);
  });

  it('what is emptied in the description on its page is gone', async () => {
    const tech = await callerWith(testApp(test.store, { now: NOW + DAY }), test.store, 'tech');
    const row = await asked(as(test, aoi), { contact_email: 'wrong@sakura.example', tried_text: 'Reset' });
    const form = {
      subject: row.subject,
      type: 'trouble',
      category_id: '',
      customer: 'SAKURA',
      contact_name: 'Mori',
      contact_email: '',
      since_text: '',
      tried_text: '',
    };
    expect((await tech.form(`/cases/${row.id}/description`, form)).status).toBe(303);
    expect(await getCase(as(test, aoi), row.id)).toMatchObject({ customer_id: 'sakura', contact_name: 'Mori', contact_email: null, tried_text: null });
  });

  it('the timeline names what was asked, tried and merged, and the day of a visit; the partner learns that day alone', async () => {
    const app = testApp(test.store, { now: NOW + DAY });
    const [tech, partner] = [await callerWith(app, test.store, 'tech'), await callerWith(app, test.store, 'partner', { partner_id: 'north' })];
    const [row, other] = [await asked(as(test, aoi), NORTHERN), await asked(as(test, aoi), { ...NORTHERN, subject: 'The same once more' })];
    for (const { id } of [row, other]) await giveOwner(as(test, aoi), id, {});
    await askOthers(as(test, aoi), row.id, { kind: 'advice', asked_of: 'ben', question: 'Seen before?', due_at: NOW + DAY });
    const workaround = await addWorkaround(as(test, lena), SaveWorkaround.parse({ title_en: 'Pull the plug', title_ja: '抜く', steps_en: 'x', steps_ja: 'x' }));
    await tryWorkaround(as(test, aoi), row.id, { workaround_id: workaround.id, helped: false });
    await planVisit(as(test, aoi), row.id, { visit_on: '2026-04-09', coverage: 'goodwill', coverage_reason: 'OURS' });
    await mergeCase(as(test, aoi), other.id, { into_id: row.id, reason: 'same' });
    const shown = /class="timeline"[\s\S]*?<\/ol>/;
    const ours = shown.exec(await (await tech.get(`/cases/${row.id}`)).text())?.[0] ?? '';
    for (const words of ['Advice → ben: Seen before?', 'Pull the plug', '2026-04-09', `${other.number} The same once more`]) expect(ours).toContain(words);
    expect(await (await tech.get(`/cases/${other.id}`)).text()).toContain(`>${row.number}</a>`);
    const theirs = shown.exec(await (await partner.get(`/portal/cases/${row.id}`)).text())?.[0] ?? '';
    expect(theirs).toContain('2026-04-09');
    expect(theirs).not.toMatch(/ben|plug|OURS|once more/);
  });

  it('a page tells whom a case went to and shows it to nobody outside', async () => {
    const admin = await callerWith(testApp(test.store, { now: NOW + DAY }), test.store, 'admin');
    const row = await owned();
    await giveOwner(as(test, aoi, 2 * HOUR), row.id, { owner_id: 'ben', reason: 'shift', summary: 'Card was changed' });
    const text = await (await admin.get(`/cases/${row.id}`)).text();
    expect(text).toContain('→ ben');
    expect(text.indexOf('The camera shows nothing.')).toBeLessThan(text.indexOf('name="minutes"'));
    await expect(getCase(as(test, person('n', 'partner', 'north')), row.id)).rejects.toMatchObject({ code: 'not_found' });
  });
});
