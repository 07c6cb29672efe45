// Known issues: what support and partners should recognise, and what helps meanwhile.
import { checkCohort } from '../claim/cohort.ts';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { nextNumber } from '../db/number.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
import { difference, remember } from '../history/remember.ts';
import type { CohortInput } from './inputs.ts';
import type { AddKnownIssue, ChangeKnownIssue, DecideKnownIssue } from './knownIssueInputs.ts';
import { knownIssueStateName } from './knownIssueWords.ts';
import { type KnownIssueState, nextKnownIssueState } from './lifecycle.ts';
import { signatures } from './signatures.ts';
import type { KnownIssueRow } from './table.ts';

export async function addKnownIssue(ctx: Ctx, input: AddKnownIssue): Promise<KnownIssueRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const { cohorts, ...fields } = input;
    await checkFields(ctx, input);
    const row: KnownIssueRow = {
      id: newId(ctx.now),
      number: await nextNumber(ctx, 'KI'),
      ...fields,
      state: 'draft',
      fixed_in: null,
      fixed_firmware_id: null,
      published_at: null,
      created_by: ctx.actor.name,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('known_issues').values(row).execute();
    await writeCohorts(ctx, row.id, cohorts);
    await remember(ctx, { action: 'known_issue.added', record_kind: 'known_issue', record_id: row.id, change: { number: row.number, ...input } });
    return row;
  });
}

export async function changeKnownIssue(ctx: Ctx, id: string, input: ChangeKnownIssue, version?: number): Promise<KnownIssueRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const before = await loadKnownIssue(ctx, id, version);
    const { cohorts, ...sent } = input;
    await checkFields(ctx, input);
    const fields = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
    const after = await saveKnownIssue(ctx, before, fields);
    if (cohorts !== undefined) {
      await ctx.db.deleteFrom('known_issue_cohorts').where('known_issue_id', '=', id).execute();
      await writeCohorts(ctx, id, cohorts);
    }
    await remember(ctx, {
      action: 'known_issue.changed',
      record_kind: 'known_issue',
      record_id: id,
      change: { ...difference(before, fields), ...(cohorts === undefined ? {} : { cohorts }) },
    });
    return after;
  });
}

/** Publishes, marks as fixed (saying in what), withdraws or resumes. Throws `conflict` when its state does not allow it. */
export async function decideKnownIssue(ctx: Ctx, id: string, { event, fixed_in, fixed_firmware_id, reason }: DecideKnownIssue): Promise<KnownIssueRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const before = await loadKnownIssue(ctx, id);
    const state = nextKnownIssueState(before.state, event);
    if (state === null) throw notNow(before.state);
    if (event === 'fix' && fixed_in === undefined) throw invalid('fixed_in', ['Say in what it is fixed', '修正済みの版数・ロットを記入してください']);
    const fix = event === 'fix' ? { fixed_in: fixed_in ?? null, fixed_firmware_id } : event === 'resume' ? { fixed_in: null, fixed_firmware_id: null } : {};
    const after = await saveKnownIssue(ctx, before, { state, ...fix, published_at: event === 'publish' ? ctx.now : before.published_at });
    await remember(ctx, {
      action: `known_issue.${PARTICIPLE[event]}`,
      record_kind: 'known_issue',
      record_id: id,
      reason: reason ?? null,
      change: { state: [before.state, state], ...fix },
    });
    return after;
  });
}

const PARTICIPLE = { publish: 'published', fix: 'fixed', withdraw: 'withdrawn', resume: 'resumed' } as const;

async function loadKnownIssue(ctx: Ctx, id: string, version?: number): Promise<KnownIssueRow> {
  const row = await ctx.db.selectFrom('known_issues').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Known issue', '既知の不具合']);
  if (version !== undefined && version !== row.version) throw stale();
  return row;
}

const saveKnownIssue = (ctx: Ctx, before: KnownIssueRow, set: Partial<KnownIssueRow>): Promise<KnownIssueRow> =>
  saveVersioned(ctx, 'known_issues', before, set, stale);

const stale = () => new Problem('stale', ['Someone else changed this known issue in the meantime', '他の人がこの既知の不具合を更新しました']);

async function checkFields(ctx: Ctx, input: ChangeKnownIssue): Promise<void> {
  for (const [i, cohort] of (input.cohorts ?? []).entries()) await checkCohort(ctx, cohort, `cohorts.${i}`);
  for (const [tree, field] of [
    ['symptom', 'symptom_id'],
    ['failure_mode', 'failure_mode_id'],
  ] as const) {
    const id = input[field];
    if (id === null || id === undefined) continue;
    const code = await ctx.db.selectFrom('codes').select('id').where('id', '=', id).where('tree', '=', tree).executeTakeFirst();
    if (code === undefined) throw invalid(field, ['No such code', 'コードが見つかりません']);
  }
  if (input.signal !== null && input.signal !== undefined && !signatures.some((name) => name === input.signal)) {
    throw invalid('signal', [`One of ${signatures.join(', ')}`, '日次テレメトリの項目ではありません']);
  }
  if (input.investigation_id === null || input.investigation_id === undefined) return;
  const investigation = await ctx.db.selectFrom('investigations').select('id').where('id', '=', input.investigation_id).executeTakeFirst();
  if (investigation === undefined) throw invalid('investigation_id', ['No such investigation', '不具合調査が見つかりません']);
}

async function writeCohorts(ctx: Ctx, known_issue_id: string, cohorts: readonly CohortInput[]): Promise<void> {
  for (const cohort of cohorts)
    await ctx.db
      .insertInto('known_issue_cohorts')
      .values({ id: newId(ctx.now), known_issue_id, ...cohort })
      .execute();
}

function notNow(state: KnownIssueState): Problem {
  const [en, ja] = knownIssueStateName(state);
  return new Problem('conflict', [`The known issue is ${en}`, `現在の状態(${ja})ではこの操作はできません`]);
}
