// Every state of a case against everything that can be done to it, on a real store: where it leads, or that it is refused and leaves no trace.
import { describe, expect, it } from 'vitest';
import { askOthers } from '../../src/case/ask.ts';
import { closeCase, reopenCase, setNextStep, solveCase, toggleSpam, waitFor } from '../../src/case/course.ts';
import type { CaseState } from '../../src/case/lifecycle.ts';
import { mergeCase, unmergeCase } from '../../src/case/merge.ts';
import { writeMessage } from '../../src/case/message.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { getCase } from '../../src/case/queries.ts';
import { rateAsPartner } from '../../src/case/rate.ts';
import type { CaseRow } from '../../src/case/table.ts';
import { linkUnit } from '../../src/case/unit.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { eachDb, NOW, type TestStore } from '../support/eachDb.ts';
import { aoi, as, asked, ben, castDesk, DAY, HOUR, lena, northStaff, southStaff } from './cast.ts';

type Place = CaseState | 'merged' | 'spam';
const places: readonly Place[] = ['new', 'open', 'waiting_customer', 'waiting_engineering', 'waiting_maker', 'solved', 'closed', 'merged', 'spam'];

const verbs: Readonly<Record<string, (ctx: Ctx, id: string) => Promise<unknown>>> = {
  take: (ctx, id) => giveOwner(ctx, id, {}),
  hand_on: (ctx, id) => giveOwner(ctx, id, { owner_id: 'ben', reason: 'shift', summary: 'all said' }),
  reply: (ctx, id) => writeMessage(ctx, id, { text: 'Restart it.', visibility: 'public', from: 'staff' }),
  reply_wait: (ctx, id) => writeMessage(ctx, id, { text: 'Try it?', visibility: 'public', from: 'staff', waiting_for: 'customer' }),
  note: (ctx, id) => writeMessage(ctx, id, { text: 'hm', visibility: 'internal', from: 'staff' }),
  asks: (ctx, id) => writeMessage(ctx, id, { text: 'Still dark, what now?', visibility: 'public', from: 'customer' }),
  thanks: (ctx, id) => writeMessage(ctx, id, { text: 'Thank you!', visibility: 'public', from: 'customer' }),
  bot: (ctx, id) => writeMessage(ctx, id, { text: 'We got it.', visibility: 'public', from: 'bot' }),
  wait_cust: (ctx, id) => waitFor(ctx, id, { waiting_for: 'customer' }),
  wait_eng: (ctx, id) => waitFor(ctx, id, { waiting_for: 'engineering' }),
  wait_maker: (ctx, id) => waitFor(ctx, id, { waiting_for: 'maker' }),
  resume: (ctx, id) => waitFor(ctx, id, { waiting_for: 'nobody' }),
  escalate: (ctx, id) =>
    askOthers(ctx, id, {
      kind: 'escalation',
      asked_of: 'engineering',
      question: 'why',
      due_at: NOW + DAY,
      differs_because: 'another one',
      facts: { symptom: 's', reproduction: 'r', tried: 't', impact: 'i' },
    }),
  advice: (ctx, id) => askOthers(ctx, id, { kind: 'advice', asked_of: 'ben', question: 'why', due_at: NOW + DAY }),
  next_step: (ctx, id) => setNextStep(ctx, id, { next_step: 'call', next_due_at: NOW + DAY }),
  solve: (ctx, id) => solveCase(ctx, id, { solution: 'x' }),
  close: (ctx, id) => closeCase(ctx, id),
  reopen: (ctx, id) => reopenCase(ctx, id, { reason: 'again' }),
  spam: (ctx, id) => toggleSpam(ctx, id, { reason: 'x' }),
  unmerge: (ctx, id) => unmergeCase(ctx, id, { reason: 'x' }),
  link: (ctx, id) => linkUnit(ctx, id, 'u4'),
};

/** What each leads to; `–` is a refusal. The states in short: new open cust eng maker solv clsd, and laid aside. */
const TABLE = `
             new    open   cust   eng    maker  solv   clsd   merged spam
take         open   –      –      –      –      –      –      –      –
hand_on      open   open   cust   eng    maker  solv   clsd   –      –
reply        –      open   cust   eng    maker  solv   clsd   –      –
reply_wait   –      cust   cust   cust   cust   solv   clsd   –      –
note         new    open   cust   eng    maker  solv   clsd   –      –
asks         new    open   open   eng    maker  open   open   –      –
thanks       new    open   cust   eng    maker  solv   clsd   –      –
bot          new    open   cust   eng    maker  solv   clsd   –      –
wait_cust    –      cust   cust   cust   cust   –      –      –      –
wait_eng     –      eng    eng    eng    eng    –      –      –      –
wait_maker   –      maker  maker  maker  maker  –      –      –      –
resume       –      –      open   open   open   –      –      –      –
escalate     new    eng    eng    eng    eng    –      –      –      –
advice       new    open   cust   eng    maker  –      –      –      –
next_step    new    open   cust   eng    maker  solv   clsd   –      –
solve        –      solv   solv   solv   solv   –      –      –      –
close        –      –      –      –      –      clsd   –      –      –
reopen       –      –      –      –      –      open   open   –      –
spam         clsd   clsd   clsd   clsd   clsd   clsd   clsd   –      new
unmerge      –      –      –      –      –      –      –      open   –
link         new    open   cust   eng    maker  solv   clsd   –      –
`;
const SHORT: Readonly<Record<string, CaseState>> = {
  cust: 'waiting_customer',
  eng: 'waiting_engineering',
  maker: 'waiting_maker',
  solv: 'solved',
  clsd: 'closed',
};
const rows = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((line) => line.trim().split(/\s+/));
const expected = rows.flatMap(([verb = '', ...ends]) => ends.map((end, i) => ({ verb, from: places[i] ?? 'new', to: SHORT[end] ?? end })));

/** A case that stands there. */
async function standing(test: TestStore, place: Place): Promise<CaseRow> {
  const ctx = as(test, aoi);
  const row = await asked(ctx);
  if (place === 'new') return row;
  if (place === 'spam') return toggleSpam(ctx, row.id, { reason: 'x' });
  await giveOwner(ctx, row.id, {});
  if (place === 'merged') return mergeCase(ctx, row.id, { into_id: (await asked(ctx)).id, reason: 'x' });
  if (place.startsWith('waiting_')) return waitFor(ctx, row.id, { waiting_for: place.slice(8) as 'customer' }); // the three states are named after whom they wait for
  if (place !== 'open') await solveCase(ctx, row.id, { solution: 'x' });
  if (place === 'closed') await closeCase(ctx, row.id);
  return getCase(ctx, row.id);
}

eachDb('a case that is', (test) => {
  it('one of a desk', () => castDesk(test.store));

  it.each(expected)('$from, $verb: $to', async ({ verb, from, to }) => {
    const before = await standing(test, from);
    const events = () => test.store.db.selectFrom('case_events').select('id').where('case_id', '=', before.id).execute();
    const told = (await events()).length;
    const done = verbs[verb]?.(as(test, aoi, HOUR), before.id) ?? Promise.reject(new Error(verb));
    if (to === '–') {
      await expect(done).rejects.toMatchObject({ code: 'conflict' });
      expect(await getCase(as(test, aoi), before.id)).toEqual(before);
      expect((await events()).length).toBe(told);
      return;
    }
    await done;
    const after = await getCase(as(test, aoi), before.id);
    expect(after.state).toBe(to);
    expect((await events()).length).toBeGreaterThan(told);
    expect(after.version).toBe(before.version + 1);
    // An owner from triage to resolution, whatever happens in between.
    if (after.state !== 'new' && after.spam_at === null) expect(after.owner_id).not.toBeNull();
  });

  it.each(['solved', 'closed'] as const)('%s can be rated by its partner alone, an open one by nobody', async (place) => {
    const row = await standing(test, place);
    await test.store.db.updateTable('cases').set({ partner_id: 'north' }).where('id', '=', row.id).execute();
    expect(await rateAsPartner(as(test, northStaff, HOUR), row.id, { rating: 4 })).toMatchObject({ rating: 4 });
    await expect(rateAsPartner(as(test, southStaff), row.id, { rating: 1 })).rejects.toMatchObject({ code: 'not_found' });
    for (const actor of [aoi, lena]) await expect(rateAsPartner(as(test, actor), row.id, { rating: 5 })).rejects.toMatchObject({ code: 'forbidden' });
    const open = await standing(test, 'open');
    await test.store.db.updateTable('cases').set({ partner_id: 'north' }).where('id', '=', open.id).execute();
    await expect(rateAsPartner(as(test, northStaff), open.id, { rating: 4 })).rejects.toMatchObject({ code: 'conflict' });
  });
});

eachDb('two at one case', (test) => {
  it('one of a desk', () => castDesk(test.store));

  it('take it at once: one owns it, the other is told', async () => {
    const row = await asked(as(test, aoi));
    const both = await Promise.allSettled([aoi, ben].map((actor) => giveOwner(as(test, actor), row.id, {})));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'invalid' } });
    expect((await test.store.db.selectFrom('case_events').select('id').where('case_id', '=', row.id).where('kind', '=', 'triaged').execute()).length).toBe(1);
  });

  it.each<[string, (ctx: Ctx, row: CaseRow, expected: number) => Promise<unknown>]>([
    ['hand it on', (ctx, { id }, version) => giveOwner(ctx, id, { owner_id: 'ben', reason: 'r', summary: 's' }, version)],
    ['reply', (ctx, { id }, version) => writeMessage(ctx, id, { text: 'x', visibility: 'public', from: 'staff' }, version)],
    ['wait', (ctx, { id }, version) => waitFor(ctx, id, { waiting_for: 'maker' }, version)],
    ['solve', (ctx, { id }, version) => solveCase(ctx, id, { solution: 'x', reply: 'Done.' }, version)],
    ['set the next step', (ctx, { id }, version) => setNextStep(ctx, id, { next_step: 'x', next_due_at: NOW }, version)],
    ['mark spam', (ctx, { id }, version) => toggleSpam(ctx, id, { reason: 'x' }, version)],
    ['merge', async (ctx, { id }, version) => mergeCase(ctx, id, { into_id: (await asked(ctx)).id, reason: 'x' }, version)],
  ])('%s with what they saw an hour ago: stale, and no mail leaves', async (_deed, verb) => {
    const row = await standing(test, 'open');
    await writeMessage(as(test, ben), row.id, { text: 'I called.', visibility: 'internal', from: 'staff' });
    const mails = () => test.store.db.selectFrom('outbox').select('id').where('kind', '=', 'mail').execute();
    const sent = (await mails()).length;
    await expect(verb(as(test, aoi, HOUR), row, row.version)).rejects.toMatchObject({ code: 'stale' });
    expect((await mails()).length).toBe(sent);
    expect((await getCase(as(test, aoi), row.id)).state).toBe('open');
  });

  it('merge the two into each other at once: never both', async () => {
    const [one, two] = [await standing(test, 'open'), await standing(test, 'open')];
    const both = await Promise.allSettled([
      mergeCase(as(test, aoi), one.id, { into_id: two.id, reason: 'x' }),
      mergeCase(as(test, ben), two.id, { into_id: one.id, reason: 'x' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const merged = await Promise.all([one, two].map(async ({ id }) => (await getCase(as(test, aoi), id)).merged_into_id));
    expect(merged.filter((into) => into !== null)).toHaveLength(1);
  });
});

describe('the table above', () => {
  it('asks every verb in every state', () => {
    expect(expected).toHaveLength(Object.keys(verbs).length * places.length);
  });
});
