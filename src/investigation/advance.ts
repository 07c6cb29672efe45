// The steps of an 8D: contain, confirm the causes, implement, verify, close, reopen. Each is refused while its gate has gaps, all named.
import { allow } from '../core/actor.ts';
import { invalid, Problem } from '../core/problem.ts';
import type { Bilingual } from '../core/words.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { Contain, ReasonInput, Verify } from './inputs.ts';
import { type InvestigationEvent, nextState } from './lifecycle.ts';
import { loadInvestigation, saveInvestigation } from './load.ts';
import { gapsBefore, type Progress } from './rules.ts';
import type { InvestigationRow } from './table.ts';
import { stateName } from './words.ts';

/** 暫定対策: what protects customers while the cause is unknown. */
export const containInvestigation = (ctx: Ctx, id: string, { containment }: Contain, version?: number): Promise<InvestigationRow> =>
  advance(ctx, id, 'contain', { set: { containment }, reason: containment, version });

/** Needs a confirmed occurrence cause and a confirmed escape cause. */
export const confirmCauses = (ctx: Ctx, id: string, version?: number): Promise<InvestigationRow> => advance(ctx, id, 'confirm_causes', { version });

/** Needs every action done and a permanent one with its cut-in. */
export const implementActions = (ctx: Ctx, id: string, version?: number): Promise<InvestigationRow> => advance(ctx, id, 'implement', { version });

/** Throws `invalid` unless the evidence is a comparison that says improved, or a passed test record of this investigation. */
export const verifyInvestigation = (ctx: Ctx, id: string, input: Verify, version?: number): Promise<InvestigationRow> =>
  advance(ctx, id, 'verify', { set: input, reason: input.effectiveness, version, check: (ctx) => checkEvidence(ctx, id, input) });

export const closeInvestigation = (ctx: Ctx, id: string, version?: number): Promise<InvestigationRow> =>
  advance(ctx, id, 'close', { set: { closed_at: ctx.now, closed_by: ctx.actor.name }, version });

/** Back to work, today: the proof no longer holds. */
export const reopenInvestigation = (ctx: Ctx, id: string, { reason }: ReasonInput, version?: number): Promise<InvestigationRow> =>
  advance(ctx, id, 'reopen', {
    set: {
      closed_at: null,
      closed_by: null,
      effectiveness: null,
      evidence_kind: null,
      evidence_id: null,
      reopened_at: ctx.now,
      reopened_reason: reason,
      next_on: today(ctx),
    },
    reason,
    version,
  });

interface Step {
  readonly set?: Partial<InvestigationRow>;
  readonly reason?: string;
  readonly version: number | undefined;
  readonly check?: (ctx: Ctx) => Promise<void>;
}

const PARTICIPLE = {
  contain: 'contained',
  confirm_causes: 'causes_confirmed',
  implement: 'implemented',
  verify: 'verified',
  close: 'closed',
  reopen: 'reopened',
} as const;

async function advance(ctx: Ctx, id: string, event: InvestigationEvent, { set = {}, reason, version, check }: Step): Promise<InvestigationRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const before = await loadInvestigation(ctx, id, version);
    const state = nextState(before.state, event);
    if (state === null) throw notNow(before, event === 'close' && before.state !== 'closed' ? gapsBefore(event, await progressOf(ctx, before)) : []);
    await check?.(ctx);
    refuseGaps(gapsBefore(event, await progressOf(ctx, { ...before, ...set })));
    const after = await saveInvestigation(ctx, before, { ...set, state });
    await remember(ctx, {
      action: `investigation.${PARTICIPLE[event]}`,
      record_kind: 'investigation',
      record_id: id,
      reason: reason ?? null,
      change: { state: [before.state, state] },
    });
    return after;
  });
}

/** The wrong state for a step. Of a closing that comes too early it also says everything that is still missing. */
const notNow = ({ id, state }: InvestigationRow, gaps: readonly Bilingual[]): Problem =>
  new Problem(
    'conflict',
    [
      [`An investigation that is ${stateName(state)[0]} cannot do this step`, ...gaps.map(([en]) => en)].join('; '),
      [`現在の状態(${stateName(state)[1]})ではこの操作はできません`, ...gaps.map(([, ja]) => ja)].join('。'),
    ],
    { blocking: `/api/v1/investigations/${id}` },
  );

function refuseGaps(gaps: readonly Bilingual[]): void {
  if (gaps.length === 0) return;
  const words: Bilingual = [gaps.map((gap) => gap[0]).join('; '), gaps.map((gap) => gap[1]).join('。')];
  throw new Problem('conflict', words, { errors: gaps.map((message) => ({ path: '', message })) });
}

/** What the gates look at, as it stands. */
export async function progressOf(ctx: Ctx, investigation: InvestigationRow): Promise<Progress> {
  const causes = await ctx.db
    .selectFrom('investigation_causes')
    .select(['branch', (of) => of.fn.countAll<number>().as('confirmed')])
    .where('investigation_id', '=', investigation.id)
    .where('state', '=', 'confirmed')
    .groupBy('branch')
    .execute();
  const actions = await ctx.db.selectFrom('investigation_actions').select(['id', 'kind', 'state']).where('investigation_id', '=', investigation.id).execute();
  const cutIns = await ctx.db
    .selectFrom('action_cut_ins')
    .innerJoin('investigation_actions', 'investigation_actions.id', 'action_cut_ins.action_id')
    .select('action_id')
    .where('investigation_id', '=', investigation.id)
    .execute();
  const done = actions.filter((action) => action.kind === 'permanent' && action.state === 'done');
  const confirmed = (branch: string): number => Number(causes.find((row) => row.branch === branch)?.confirmed ?? 0);
  return {
    containment: investigation.containment,
    confirmed_occurrence: confirmed('occurrence'),
    confirmed_escape: confirmed('escape'),
    permanent_done: done.length,
    open_actions: actions.filter((action) => action.state === 'open').length,
    without_cut_in: done.filter((action) => !cutIns.some((cutIn) => cutIn.action_id === action.id)).length,
    evidence: investigation.evidence_id !== null,
    effectiveness: investigation.effectiveness,
  };
}

async function checkEvidence(ctx: Ctx, id: string, { evidence_kind, evidence_id }: Verify): Promise<void> {
  const good =
    evidence_kind === 'effectiveness_check'
      ? await ctx.db
          .selectFrom('effectiveness_checks')
          .select('id')
          .where('id', '=', evidence_id)
          .where('investigation_id', '=', id)
          .where('verdict', '=', 'improved')
          .executeTakeFirst()
      : await ctx.db
          .selectFrom('test_records')
          .select('id')
          .where('id', '=', evidence_id)
          .where('investigation_id', '=', id)
          .where('result', '=', 'pass')
          .executeTakeFirst();
  if (good === undefined)
    throw invalid('evidence_id', [
      'Evidence is a comparison that says improved, or a passed test record of this investigation',
      '証拠には「改善」と判定された比較、またはこの調査の合格した試験記録を指定してください',
    ]);
}
