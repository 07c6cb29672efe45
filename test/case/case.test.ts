import { expect, it } from 'vitest';
import { previewAbsence, transferAbsence } from '../../src/case/absence.ts';
import { answerRequest, askOthers } from '../../src/case/ask.ts';
import { closeCase, reopenCase, solveCase, toggleSpam, waitFor } from '../../src/case/course.ts';
import { mergeCase, unmergeCase } from '../../src/case/merge.ts';
import { classifyMessage, writeMessage } from '../../src/case/message.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { getCase, listCases, listCaseUnits, listEvents, listNeglected } from '../../src/case/queries.ts';
import { getRated, rateAsPartner, rateByLink } from '../../src/case/rate.ts';
import { lockCases, projectCase } from '../../src/case/record.ts';
import { linkUnit, logWork } from '../../src/case/unit.ts';
import { cancelVisit, finishVisit, planVisit } from '../../src/case/visit.ts';
import { currentClock } from '../../src/catalog/businessClock.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { aoi, as, asked, ben, castDesk, DAY, HOUR, lena, MINUTE, northStaff, southStaff } from './cast.ts';

eachDb('a case', (test) => {
  const problem = (code: string, more: object = {}) => expect.objectContaining({ code, ...more });

  it('begins new, and triage gives it its one owner', async () => {
    await castDesk(test.store);
    const row = await asked(as(test, aoi));
    expect(row).toMatchObject({
      number: 'C-000001',
      state: 'new',
      owner_id: null,
      contract_id: 'k-sakura',
      contact_email: 'it@sakura.example',
      unanswered_since_at: NOW,
    });
    const taken = await giveOwner(as(test, aoi, MINUTE), row.id, {});
    expect(taken).toMatchObject({ state: 'open', owner_id: 'aoi' });
  });

  it('cannot be without an owner after triage, even past the verbs', async () => {
    const row = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), row.id, {});
    await expect(test.store.db.updateTable('cases').set({ owner_id: null }).where('id', '=', row.id).execute()).rejects.toThrow();
  });

  it('is handed on with a reason and a summary, or not at all', async () => {
    const row = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), row.id, {});
    await expect(giveOwner(as(test, aoi), row.id, { owner_id: 'ben' })).rejects.toEqual(problem('invalid'));
    expect(await giveOwner(as(test, aoi), row.id, { owner_id: 'ben', reason: 'night shift', summary: 'Card was changed, waits for a log.' })).toMatchObject({
      owner_id: 'ben',
    });
    const last = (await listEvents(as(test, aoi), row.id)).at(-1);
    expect(last).toMatchObject({
      kind: 'owner_changed',
      visibility: 'internal',
      body: 'Card was changed, waits for a log.',
      facts: { from_owner_id: 'aoi', owner_id: 'ben' },
    });
  });

  it('handed to two people at once goes to one', async () => {
    const row = await asked(as(test, aoi));
    const taken = await giveOwner(as(test, aoi), row.id, {});
    const tries = await Promise.allSettled(
      ['ben', 'lena'].map((owner_id) => giveOwner(as(test, aoi), row.id, { owner_id, reason: 'r', summary: 's' }, taken.version)),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is not owned by a partner', async () => {
    const row = await asked(as(test, aoi));
    await expect(giveOwner(as(test, aoi), row.id, { owner_id: 'north-user' })).rejects.toEqual(problem('invalid'));
  });

  it('goes its way and comes back when the customer is not content', async () => {
    const row = await asked(as(test, aoi));
    await giveOwner(as(test, aoi, MINUTE), row.id, {});
    await writeMessage(as(test, aoi, 10 * MINUTE), row.id, { text: 'Please restart it.', visibility: 'public', from: 'staff', waiting_for: 'customer' });
    expect(await getCase(as(test, aoi), row.id)).toMatchObject({ state: 'waiting_customer', unanswered_since_at: null });
    await writeMessage(as(test, aoi, HOUR), row.id, { text: 'Done, still black?', visibility: 'public', from: 'customer' });
    await solveCase(as(test, aoi, 2 * HOUR), row.id, { solution: 'New cable', reply: 'The cable was broken.' });
    expect(
      await writeMessage(as(test, aoi, 3 * HOUR), row.id, { text: 'ありがとうございました。助かりました。', visibility: 'public', from: 'customer' }),
    ).toMatchObject({ state: 'solved' });
    expect(await writeMessage(as(test, aoi, 4 * HOUR), row.id, { text: 'It is black again.', visibility: 'public', from: 'customer' })).toMatchObject({
      state: 'open',
      solved_at: null,
    });
    await expect(closeCase(as(test, aoi, 5 * HOUR), row.id)).rejects.toEqual(problem('conflict'));
    await solveCase(as(test, aoi, 6 * HOUR), row.id, { solution: 'New camera' });
    await closeCase(as(test, aoi, 7 * HOUR), row.id);
    expect(await reopenCase(as(test, aoi, 8 * HOUR), row.id, { reason: 'same again' })).toMatchObject({ state: 'open' });
    const measures = await test.store.db.selectFrom('case_measures').selectAll().where('case_id', '=', row.id).executeTakeFirstOrThrow();
    expect(measures).toMatchObject({
      asked_at: NOW,
      replied_at: NOW + 10 * MINUTE,
      reply_business_ms: 10 * MINUTE,
      first_solved_at: NOW + 2 * HOUR,
      reopens: 3,
      effective_reopens: 2,
      public_replies: 2,
      model_id: 'x100',
      firmware_id: 'x100-1',
    });
  });

  it('lets a person correct what was taken for work', async () => {
    const row = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), row.id, {});
    await solveCase(as(test, aoi, HOUR), row.id, { solution: 'x' });
    await writeMessage(as(test, aoi, 2 * HOUR), row.id, { text: 'Noted.', visibility: 'public', from: 'customer' });
    const event = (await listEvents(as(test, aoi), row.id)).findLast(({ kind }) => kind === 'message_in');
    expect(await classifyMessage(as(test, aoi, 3 * HOUR), row.id, { event_id: event?.id ?? '', thanks: true })).toMatchObject({
      state: 'solved',
      solved_at: NOW + HOUR,
    });
  });

  it('opened twice with one key is one case; a message delivered twice is one message', async () => {
    const [first, second] = [await asked(as(test, aoi), { source_key: 'form-77' }), await asked(as(test, aoi), { source_key: 'form-77' })];
    expect(second.id).toBe(first.id);
    for (const _ of [1, 2]) await writeMessage(as(test, aoi), first.id, { text: 'again', visibility: 'public', from: 'customer', source_key: 'm-1' });
    expect((await listEvents(as(test, aoi), first.id)).filter(({ kind }) => kind === 'message_in')).toHaveLength(2);
  });

  it('is the same after late and re-ordered messages as when they had come in order', async () => {
    const deliver = async (order: readonly number[]) => {
      const row = await asked(as(test, aoi), { message: undefined });
      await giveOwner(as(test, aoi), row.id, {});
      for (const minute of order)
        await writeMessage(as(test, aoi, DAY), row.id, {
          text: `at ${minute}`,
          visibility: 'public',
          from: minute % 2 === 0 ? 'customer' : 'staff',
          at: NOW + minute * MINUTE,
          source_key: `${row.id}-${minute}`,
        });
      const { case_id, change_no, ...measures } = await test.store.db
        .selectFrom('case_measures')
        .selectAll()
        .where('case_id', '=', row.id)
        .executeTakeFirstOrThrow();
      return measures;
    };
    expect(await deliver([9, 4, 2, 7, 12])).toEqual(await deliver([2, 4, 7, 9, 12]));
  });

  it('computed anew from its events is what it was', async () => {
    const before = await test.store.db.selectFrom('cases').selectAll().orderBy('id').execute();
    const measures = await test.store.db.selectFrom('case_measures').selectAll().orderBy('case_id').execute();
    const ctx = as(test, aoi, 9 * DAY);
    for (const row of before) await projectCase(ctx, row, await lockCases(ctx), await currentClock(ctx));
    const strip = <T extends { version?: number; updated_at?: number; change_no?: number }>({ version, updated_at, change_no, ...rest }: T) => rest;
    expect((await test.store.db.selectFrom('cases').selectAll().orderBy('id').execute()).map(strip)).toEqual(before.map(strip));
    expect((await test.store.db.selectFrom('case_measures').selectAll().orderBy('case_id').execute()).map(strip)).toEqual(measures.map(strip));
  });

  it('events are never changed or removed', async () => {
    await expect(test.store.db.updateTable('case_events').set({ body: 'other' }).execute()).rejects.toThrow(/append-only/);
    await expect(test.store.db.deleteFrom('case_events').execute()).rejects.toThrow(/append-only/);
  });

  it('an internal event cannot be stored as public', async () => {
    const row = await asked(as(test, aoi));
    const event = await test.store.db.selectFrom('case_events').selectAll().where('case_id', '=', row.id).executeTakeFirstOrThrow();
    await expect(
      test.store.db
        .insertInto('case_events')
        .values({ ...event, id: 'x', source_key: null, kind: 'note', visibility: 'public' })
        .execute(),
    ).rejects.toThrow();
  });

  it('shows a partner the public part of its own, and nothing of the others', async () => {
    const row = await asked(as(test, aoi), { customer_id: 'yuki', unit_ids: ['u2'] });
    await giveOwner(as(test, aoi), row.id, {});
    await writeMessage(as(test, aoi), row.id, { text: 'the SECRET suspicion', visibility: 'internal', from: 'staff' });
    await askOthers(as(test, aoi), row.id, { kind: 'advice', asked_of: 'ben', question: 'SECRET?', due_at: NOW + DAY });
    expect(JSON.stringify(await listEvents(as(test, northStaff), row.id))).not.toContain('SECRET');
    expect(await listEvents(as(test, northStaff), row.id)).not.toHaveLength(0);
    await expect(getCase(as(test, southStaff), row.id)).rejects.toEqual(problem('not_found'));
    expect(await listEvents(as(test, southStaff), row.id)).toEqual([]);
    await expect(writeMessage(as(test, southStaff), row.id, { text: 'hi', visibility: 'public', from: 'staff' })).rejects.toEqual(problem('not_found'));
    await expect(waitFor(as(test, northStaff), row.id, { waiting_for: 'maker' })).rejects.toEqual(problem('forbidden'));
    expect((await listCases(as(test, southStaff), {}, { limit: 500 })).items.filter(({ partner_id }) => partner_id !== 'south')).toEqual([]);
  });

  it('a partner asks only about its own customers and units', async () => {
    const ask = (customer_id: string, unit_ids: string[]) =>
      asked(as(test, northStaff), { customer_id, unit_ids, source: 'partner_form', initiated_by: 'staff' });
    await expect(ask('sakura', [])).rejects.toEqual(problem('not_found'));
    await expect(ask('yuki', ['u3'])).rejects.toEqual(problem('not_found'));
    expect(await ask('yuki', ['u2'])).toMatchObject({ partner_id: 'north', initiated_by: 'partner', source: 'partner_form' });
  });

  it('is merged and unmerged with everything where it was', async () => {
    const [one, two] = [await asked(as(test, aoi)), await asked(as(test, aoi), { unit_ids: ['u4'] })];
    await giveOwner(as(test, aoi), one.id, {});
    expect(await mergeCase(as(test, aoi, MINUTE), two.id, { into_id: one.id, reason: 'same cable' })).toMatchObject({
      state: 'closed',
      merged_into_id: one.id,
    });
    expect((await listCaseUnits(as(test, aoi), one.id)).map(({ id }) => id)).toEqual(['u1', 'u4']);
    await expect(mergeCase(as(test, aoi), one.id, { into_id: two.id, reason: 'circle' })).rejects.toEqual(problem('conflict'));
    expect(await unmergeCase(as(test, aoi, 2 * MINUTE), two.id, { reason: 'mistake' })).toMatchObject({ state: 'new', merged_into_id: null });
    expect((await listCaseUnits(as(test, aoi), one.id)).map(({ id }) => id)).toEqual(['u1']);
  });

  it('cases of two partners are never merged', async () => {
    const [one, two] = [await asked(as(test, aoi), { customer_id: 'yuki', unit_ids: [] }), await asked(as(test, aoi), { customer_id: 'hoshi', unit_ids: [] })];
    await expect(mergeCase(as(test, aoi), one.id, { into_id: two.id, reason: 'same' })).rejects.toEqual(problem('conflict'));
  });

  it('spam is laid aside and can be taken back', async () => {
    const row = await asked(as(test, aoi));
    expect(await toggleSpam(as(test, aoi), row.id, { reason: 'advert' })).toMatchObject({ state: 'closed' });
    expect(await toggleSpam(as(test, aoi), row.id, { reason: 'no' })).toMatchObject({ state: 'new', spam_at: null });
  });

  it('an escalation needs its facts, and a twin that waits stands in its way', async () => {
    const escalate = (id: string, more: object = {}) =>
      askOthers(as(test, aoi), id, { kind: 'escalation', asked_of: 'engineering', question: 'Why?', due_at: NOW + DAY, ...more });
    const facts = { symptom: 'black', reproduction: 'boot', tried: 'reset', impact: '3 sites' };
    const [one, two] = [await asked(as(test, aoi)), await asked(as(test, aoi))];
    for (const { id } of [one, two]) await giveOwner(as(test, aoi), id, {});
    await expect(escalate(one.id)).rejects.toEqual(problem('invalid'));
    const request = await escalate(one.id, { facts });
    expect(await getCase(as(test, aoi), one.id)).toMatchObject({ state: 'waiting_engineering' });
    await expect(escalate(two.id, { facts })).rejects.toEqual(problem('conflict', { extra: { blocking: `/api/v1/cases/${one.id}` } }));
    expect(await escalate(two.id, { facts, differs_because: 'other site power' })).toMatchObject({ differs_from_id: request.id });
    await answerRequest(as(test, lena), request.id, 'Known: update.');
    expect(await getCase(as(test, aoi), one.id)).toMatchObject({ state: 'open' });
    await expect(answerRequest(as(test, lena), request.id, 'again')).rejects.toEqual(problem('conflict'));
  });

  it('only the customer rates, through the link of the mail, and the last word counts', async () => {
    const row = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), row.id, {});
    await solveCase(as(test, aoi, HOUR), row.id, { solution: 'x', reply: 'Solved.' });
    const mail = await test.store.db
      .selectFrom('outbox')
      .select(['payload', 'target'])
      .where('payload', 'like', '%Solved.%')
      .where('payload', 'like', `%${row.number}%`)
      .executeTakeFirstOrThrow();
    const key = /\/rate\/([\w-]+)/.exec(mail.payload)?.[1] ?? '';
    expect((await getRated(as(test, aoi), key)).id).toBe(row.id);
    await rateByLink(as(test, aoi, 2 * HOUR), key, { rating: 2, comment: 'slow' });
    expect(await rateByLink(as(test, aoi, 3 * HOUR), key, { rating: 4 })).toMatchObject({ rating: 4 });
    await expect(rateAsPartner(as(test, lena), row.id, { rating: 5 })).rejects.toEqual(problem('forbidden'));
    await expect(getRated(as(test, aoi), 'guessed')).rejects.toEqual(problem('not_found'));
  });

  it('no neglected case is left out of the list, whatever its type or owner', async () => {
    const late = 3 * DAY;
    const unowned = await asked(as(test, aoi), { type: 'contract' });
    const silent = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), silent.id, { next_step: 'call', next_due_at: NOW + 9 * DAY });
    const overdue = await asked(as(test, aoi), { message: undefined });
    await giveOwner(as(test, aoi), overdue.id, { next_step: 'call', next_due_at: NOW + DAY });
    const idle = await asked(as(test, aoi), { message: undefined });
    await giveOwner(as(test, aoi), idle.id, {});
    const fine = await asked(as(test, aoi), { message: undefined });
    await giveOwner(as(test, aoi), fine.id, { next_step: 'call', next_due_at: NOW + 9 * DAY });
    const found = new Map((await listNeglected(as(test, lena, late), { limit: 500 })).items.map((row) => [row.id, row.neglects]));
    expect(found.get(unowned.id)).toEqual(['unowned', 'silent']);
    expect(found.get(silent.id)).toEqual(['silent']);
    expect(found.get(overdue.id)).toEqual(['overdue']);
    expect(found.get(idle.id)).toEqual(['no_next_step']);
    expect(found.has(fine.id)).toBe(false);
    await askOthers(as(test, aoi), fine.id, { kind: 'request', asked_of: 'stock', question: 'Any left?', due_at: NOW + DAY });
    expect((await listNeglected(as(test, lena, late), { limit: 500 })).items.find(({ id }) => id === fine.id)?.neglects).toEqual(['overdue']);
  });

  it('somebody away: the preview is what is done, and a changed situation is refused', async () => {
    const row = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), row.id, { owner_id: 'ben' });
    const plan = { from_owner_id: 'ben', to_owner_ids: ['aoi', 'lena'] };
    const preview = await previewAbsence(as(test, lena), plan);
    const owned = (await listCases(as(test, lena), { owner_id: 'ben', state: 'active' }, { limit: 500 })).items;
    expect(preview.transfers.map(({ case_id }) => case_id).sort()).toEqual(owned.map(({ id }) => id).sort());
    const extra = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), extra.id, { owner_id: 'ben' });
    await expect(transferAbsence(as(test, lena), { ...plan, preview: preview.preview, reason: 'ill' })).rejects.toEqual(problem('stale'));
    const again = await previewAbsence(as(test, lena), plan);
    await transferAbsence(as(test, lena), { ...plan, preview: again.preview, reason: 'ill' });
    expect((await listCases(as(test, lena), { owner_id: 'ben', state: 'active' }, { limit: 500 })).items).toEqual([]);
    expect((await getCase(as(test, lena), row.id)).owner_id).toBe(again.transfers.find(({ case_id }) => case_id === row.id)?.to_owner_id);
  });

  it('a visit is covered by the contract, or paid with a fee somebody agreed to', async () => {
    const [covered, paid] = [await asked(as(test, aoi)), await asked(as(test, aoi), { customer_id: 'yuki', unit_ids: ['u2'] })];
    expect(await planVisit(as(test, aoi), covered.id, { visit_on: '2026-04-05', unit_id: 'u1' })).toMatchObject({
      coverage: 'contract',
      coverage_reason: 'Contract k-sakura',
      fee: null,
    });
    await expect(planVisit(as(test, aoi), paid.id, { visit_on: '2026-04-05' })).rejects.toEqual(problem('invalid'));
    const visit = await planVisit(as(test, aoi), paid.id, { visit_on: '2026-04-05', fee: 30_000, fee_agreed_by: 'Mr Yuki' });
    expect(await finishVisit(as(test, aoi, DAY), visit.id, { outcome: 'fixed', result: 'New cable', parts: [{ name: 'cable', quantity: 1 }] })).toMatchObject({
      state: 'done',
      outcome: 'fixed',
    });
    await expect(finishVisit(as(test, aoi, DAY), visit.id, { outcome: 'fixed', result: 'twice', parts: [] })).rejects.toEqual(problem('conflict'));
    await expect(cancelVisit(as(test, aoi, DAY), visit.id, { reason: 'too late' })).rejects.toEqual(problem('conflict'));
  });

  it('a case does not end while somebody is to drive there; a cancelled visit stands in nobody’s way', async () => {
    const row = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), row.id, {});
    const visit = await planVisit(as(test, aoi), row.id, { visit_on: '2026-04-05', unit_id: 'u1' });
    await expect(solveCase(as(test, aoi, HOUR), row.id, { solution: 'By telephone' })).rejects.toEqual(problem('conflict'));
    expect(await cancelVisit(as(test, aoi, HOUR), visit.id, { reason: 'Solved by telephone' })).toMatchObject({
      state: 'cancelled',
      result: 'Solved by telephone',
    });
    expect((await listEvents(as(test, aoi), row.id)).at(-1)).toMatchObject({
      kind: 'visit_cancelled',
      visibility: 'public',
      body: null,
      facts: { visit_id: visit.id },
    });
    expect((await solveCase(as(test, aoi, 2 * HOUR), row.id, { solution: 'By telephone' })).state).toBe('solved');
  });

  it('keeps the minutes spent and the units named', async () => {
    const row = await asked(as(test, aoi), { unit_ids: [] });
    await logWork(as(test, aoi), row.id, { minutes: 10 });
    await logWork(as(test, ben), row.id, { minutes: 5 });
    await linkUnit(as(test, aoi), row.id, 'u4');
    expect(await test.store.db.selectFrom('case_measures').select(['worked_minutes', 'model_id']).where('case_id', '=', row.id).executeTakeFirst()).toEqual({
      worked_minutes: 15,
      model_id: 'x200',
    });
    await expect(linkUnit(as(test, aoi), row.id, 'nowhere')).rejects.toEqual(problem('not_found'));
  });
});
