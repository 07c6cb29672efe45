// The course of a case: waiting, resuming, solving, closing, reopening, and laying spam aside.
import { newSecret, sha256 } from '../core/id.ts';
import { invalid, Problem } from '../core/problem.ts';
import { DAY_MS } from '../core/time.ts';
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { refuseAsked, withdrawAsked } from './ask.ts';
import type { SolveCase, WaitFor } from './inputs.ts';
import { type CaseStep, nextState } from './lifecycle.ts';
import { mailedReply } from './message.ts';
import { ownerFor, refuseAside, withoutUndefined } from './owner.ts';
import { changeCase, type Draft } from './record.ts';
import { refuseUnknown } from './refer.ts';
import type { CaseRow } from './table.ts';
import { refuseVisit } from './visit.ts';
import { stateWords } from './words.ts';

export const waitFor = (ctx: Ctx, id: string, input: WaitFor, expected?: number): Promise<CaseRow> =>
  changeCase(ctx, id, expected, (row) => {
    const { waiting_for, reason, ...next } = input;
    refuseStep(row, waiting_for === 'nobody' ? 'resume' : `wait_${waiting_for}`);
    const facts = { ...withoutUndefined(next), ...(reason === undefined ? {} : { reason }) };
    return [waiting_for === 'nobody' ? { kind: 'resumed', facts } : { kind: 'waiting', facts: { ...facts, waiting_for } }];
  });

export const setNextStep = (ctx: Ctx, id: string, input: { next_step: string; next_due_at: number }, expected?: number): Promise<CaseRow> =>
  changeCase(ctx, id, expected, (row) => {
    refuseAside(row);
    return [{ kind: 'next_step_set', facts: input }];
  });

/** Solves the case; `reply` goes to the contact with its files and the link to rate. Throws `conflict` while others still have to answer, unless that is withdrawn. */
export const solveCase = (ctx: Ctx, id: string, input: SolveCase, expected?: number): Promise<CaseRow> =>
  changeCase(ctx, id, expected, async (row, ctx) => {
    refuseStep(row, 'solve');
    await refuseUnknown(ctx, { cause_id: input.cause_id });
    await refuseBeforeTriage(ctx, row, input.at);
    const { solution, cause_id, known_issue_id, reply, attachment_ids, withdraw_requests, at } = input;
    if (reply === undefined && attachment_ids !== undefined) throw invalid('reply', ['Files go with a reply', '添付ファイルには返信が必要です']);
    const moment = at === undefined ? {} : { at };
    const solved: Draft = { ...moment, kind: 'solved', visibility: 'public', facts: { solution, ...withoutUndefined({ cause_id, known_issue_id }) } };
    const withdrawn = withdraw_requests === true ? await withdrawAsked(ctx, row) : [];
    await refuseAsked(ctx, row);
    await refuseVisit(ctx, row);
    if (reply === undefined) return [...withdrawn, solved];
    const written = { text: reply, ...withoutUndefined({ attachment_ids, at }) };
    return [...withdrawn, await mailedReply(ctx, row, 'reply', written, `\n\n${await ratingLink(ctx, row)}`), solved];
  });

export const closeCase = (ctx: Ctx, id: string, expected?: number): Promise<CaseRow> =>
  changeCase(ctx, id, expected, (row) => {
    refuseStep(row, 'close');
    return [{ kind: 'closed', visibility: 'public' }];
  });

export const reopenCase = (ctx: Ctx, id: string, input: { reason: string }, expected?: number): Promise<CaseRow> =>
  changeCase(ctx, id, expected, (row) => {
    refuseStep(row, 'reopen');
    return [{ kind: 'reopened', visibility: 'public', facts: input }];
  });

/** Spam counts in no measure. Marking it again takes the mark off. */
export const toggleSpam = (ctx: Ctx, id: string, input: { reason: string }, expected?: number): Promise<CaseRow> =>
  changeCase(ctx, id, expected, async (row, ctx) => {
    if (row.spam_at !== null) return [{ kind: 'spam_unmarked', facts: input }];
    refuseAside(row);
    await refuseAsked(ctx, row);
    await refuseVisit(ctx, row);
    return [{ kind: 'spam_marked', facts: { ...input, owner_id: row.owner_id ?? (await ownerFor(ctx, undefined)) } }];
  });

/** A solution nobody objected to for so long is final. */
const SETTLED_MS = 14 * DAY_MS;
const MOST_AT_ONCE = 500;

/** Closes what was solved two weeks ago and stayed so. A job; returns how many. */
export async function closeSettled(ctx: Ctx): Promise<number> {
  const settled = await ctx.db
    .selectFrom('cases')
    .select('id')
    .where('state', '=', 'solved')
    .where('solved_at', '<=', ctx.now - SETTLED_MS)
    .orderBy('solved_at')
    .limit(MOST_AT_ONCE)
    .execute();
  for (const { id } of settled) await closeCase(ctx, id);
  return settled.length;
}

/** Throws `conflict` when the step is not possible from where the case is. */
function refuseStep(row: CaseRow, step: CaseStep): void {
  refuseAside(row);
  if (nextState(row.state, step) === null) {
    throw new Problem(
      'conflict',
      [`Not possible while the case is ${stateWords[row.state][0]}`, `現在の状態（${stateWords[row.state][1]}）ではこの操作はできません`],
      {
        blocking: `/api/v1/cases/${row.id}`,
      },
    );
  }
}

/** Before somebody took the case nobody can have solved it: the solution would be lost in the order of events. */
async function refuseBeforeTriage(ctx: Ctx, row: CaseRow, at: number | undefined): Promise<void> {
  if (at === undefined) return;
  const triage = await ctx.db
    .selectFrom('case_events')
    .select('at')
    .where('case_id', '=', row.id)
    .where('kind', '=', 'triaged')
    .orderBy('at')
    .executeTakeFirst();
  if (triage !== undefined && at < triage.at) throw invalid('at', ['Nobody had taken the case at that time', 'その時点ではまだ担当者が決まっていません']);
}

/** Delivery puts PUBLIC_URL in place of the mark. Only the hash of the key is kept: nobody of us can rate. */
async function ratingLink(ctx: Ctx, row: CaseRow): Promise<string> {
  const key = newSecret(18);
  await ctx.db
    .insertInto('case_rating_links')
    .values({ hash: sha256(key), case_id: row.id, created_at: ctx.now })
    .execute();
  return speak([`How did we do? {{public_url}}/rate/${key}`, `対応はいかがでしたか？ 評価はこちら: {{public_url}}/rate/${key}`], row.contact_locale);
}
