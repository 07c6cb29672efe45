// Asking others: a sub-request with a due time, advice from a peer, an escalation to engineering with the facts it needs and a look for a twin.
import { allow, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, Problem, REQUIRED } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { queueMail } from '../outbox/tell.ts';
import { requestWords } from './askWords.ts';
import type { AskOthers } from './inputs.ts';
import { isOpen } from './lifecycle.ts';
import { refuseAside } from './owner.ts';
import { listCaseUnits, listOwners, listRequests } from './queries.ts';
import { changeCase, type Draft } from './record.ts';
import type { CaseRequestRow, CaseRow } from './table.ts';

/** Stores the question. Throws `invalid` for an escalation without its facts, `conflict` naming a twin that waits already unless it is said why this one differs. */
export async function askOthers(ctx: Ctx, case_id: string, input: AskOthers): Promise<CaseRequestRow> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const id = newId(ctx.now);
    await changeCase(ctx, case_id, undefined, async (row, ctx) => {
      refuseAside(row);
      refuseOver(row);
      const request = await requestRow(ctx, id, row, input);
      await ctx.db.insertInto('case_requests').values(request).execute();
      await tellAsked(ctx, row, request);
      const asked: Draft = { kind: 'asked', facts: { request_id: id } };
      return input.kind === 'escalation' && row.state !== 'new' ? [asked, { kind: 'waiting', facts: { waiting_for: 'engineering' } }] : [asked];
    });
    return getRequest(ctx, id);
  });
}

/** Mail to the person who was asked by name; nobody writes to oneself. */
async function tellAsked(ctx: Ctx, row: CaseRow, { id, kind, question, asked_user_id, asked_by }: CaseRequestRow): Promise<void> {
  if (asked_user_id === null || asked_user_id === ctx.actor.id) return;
  const person = await ctx.db
    .selectFrom('users')
    .select(['email', 'locale'])
    .where('id', '=', asked_user_id)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  if (person === undefined) return;
  await queueMail(ctx, {
    to: person.email,
    topic: 'case.asked',
    dedupe_key: `case-asked:${id}`,
    subject: `${speak(requestWords[kind], person.locale)}: ${row.number} ${row.subject}`,
    text: `${asked_by}:\n${question}\n\n{{public_url}}/cases/${row.id}#requests`,
  });
}

export const answerRequest = (ctx: Ctx, id: string, answer: string): Promise<CaseRequestRow> =>
  settleRequest(ctx, id, { state: 'answered', answer, answered_by: ctx.actor.name, answered_at: ctx.now }, 'answered');

export const withdrawRequest = (ctx: Ctx, id: string): Promise<CaseRequestRow> => settleRequest(ctx, id, { state: 'withdrawn' }, 'withdrawn');

/** Throws `conflict` naming what others were asked about the case and have not answered: on no list of open cases would it be missed. */
export async function refuseAsked(ctx: Ctx, row: CaseRow): Promise<void> {
  staffOnly(ctx);
  const waiting = (await listRequests(ctx, row.id)).find(({ state }) => state === 'waiting');
  if (waiting === undefined) return;
  const [en, ja] = requestWords[waiting.kind];
  throw new Problem(
    'conflict',
    [
      `${en} to ${waiting.asked_of} waits for an answer: answer or withdraw it first`,
      `${waiting.asked_of}への${ja}が回答待ちです。先に回答または取り下げてください`,
    ],
    { blocking: `/api/v1/cases/${row.id}` },
  );
}

/** Withdraws all that waits, and says so. */
export async function withdrawAsked(ctx: Ctx, row: CaseRow): Promise<Draft[]> {
  const withdrawn = await ctx.db
    .updateTable('case_requests')
    .set((set) => ({ state: 'withdrawn', version: set('version', '+', 1) }))
    .where('case_id', '=', row.id)
    .where('state', '=', 'waiting')
    .returning('id')
    .execute();
  return withdrawn.map(({ id }) => ({ kind: 'withdrawn', facts: { request_id: id } }));
}

/** What is asked about a case that is over would be on nobody's list. */
function refuseOver(row: CaseRow): void {
  if (!isOpen(row.state))
    throw new Problem('conflict', ['The case is over: reopen it before asking others', '解決済みの問い合わせです。再開してから依頼してください'], {
      blocking: `/api/v1/cases/${row.id}`,
    });
}

async function settleRequest(ctx: Ctx, id: string, change: Partial<CaseRequestRow>, kind: 'answered' | 'withdrawn'): Promise<CaseRequestRow> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const request = await getRequest(ctx, id);
    await changeCase(ctx, request.case_id, undefined, async (row, ctx) => {
      const settled = await ctx.db
        .updateTable('case_requests')
        .set({ ...change, version: request.version + 1 })
        .where('id', '=', id)
        .where('state', '=', 'waiting')
        .returning('id')
        .executeTakeFirst();
      if (settled === undefined) throw new Problem('conflict', ['The request waits no longer', '既に回答済みか取り下げ済みです']);
      return [
        { kind, facts: { request_id: id } },
        ...(request.kind === 'escalation' && row.state === 'waiting_engineering' ? [{ kind: 'resumed' as const }] : []),
      ];
    });
    return getRequest(ctx, id);
  });
}

async function getRequest(ctx: Ctx, id: string): Promise<CaseRequestRow> {
  const row = await ctx.db.selectFrom('case_requests').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new Problem('not_found', ['Request not found', '依頼が見つかりません']);
  return row;
}

async function requestRow(ctx: Ctx, id: string, row: CaseRow, input: AskOthers): Promise<CaseRequestRow> {
  if (input.kind === 'escalation' && input.facts === undefined) {
    throw new Problem(
      'invalid',
      ['An escalation needs symptom, reproduction, what was tried and the impact', 'エスカレーションには症状・再現手順・実施済み対応・影響が必要です'],
      { errors: [{ path: 'facts', message: REQUIRED }] },
    );
  }
  const asked_of = input.asked_of ?? (await nameOf(ctx, input.asked_user_id));
  const model_id = (await listCaseUnits(ctx, row.id))[0]?.model_id ?? null;
  const twin = input.kind === 'escalation' ? await findTwin(ctx, row, model_id) : undefined;
  if (twin !== undefined && input.differs_because === undefined) {
    throw new Problem(
      'conflict',
      [
        'Engineering already looks at the same model and category: join it, or say why this differs',
        '同じ機種・分類のエスカレーションが進行中です。合流するか、異なる理由を記入してください',
      ],
      { blocking: `/api/v1/cases/${twin.case_id}` },
    );
  }
  return {
    id,
    case_id: row.id,
    kind: input.kind,
    state: 'waiting',
    asked_of,
    asked_user_id: input.asked_user_id ?? null,
    question: input.question,
    facts: input.facts === undefined ? null : JSON.stringify(input.facts),
    model_id,
    category_id: row.category_id,
    differs_from_id: twin?.id ?? null,
    differs_because: twin === undefined ? null : (input.differs_because ?? null),
    due_at: input.due_at,
    asked_by: ctx.actor.name,
    asked_at: ctx.now,
    answer: null,
    answered_by: null,
    answered_at: null,
    version: 1,
  };
}

/** Throws `invalid` for nobody: a question without a name is on nobody's desk. */
async function nameOf(ctx: Ctx, user_id: string | undefined): Promise<string> {
  const user = (await listOwners(ctx)).find(({ id }) => id === user_id);
  if (user === undefined) throw invalid('asked_of', ['Say whom', '依頼先を指定してください']);
  return user.name;
}

/** An escalation of the same model and the same category that waits. Without a model there is nothing to compare. */
const findTwin = async (ctx: Ctx, row: CaseRow, model_id: string | null): Promise<CaseRequestRow | undefined> =>
  model_id === null
    ? undefined
    : ctx.db
        .selectFrom('case_requests')
        .selectAll()
        .where('kind', '=', 'escalation')
        .where('state', '=', 'waiting')
        .where('model_id', '=', model_id)
        .where('category_id', row.category_id === null ? 'is' : '=', row.category_id)
        .executeTakeFirst();
