// Five-why trees: one for why it happened, one for why it escaped.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
import { remember } from '../history/remember.ts';
import type { AddCause, DecideCause } from './inputs.ts';
import { loadOpenInvestigation, saveInvestigation } from './load.ts';
import type { InvestigationCauseRow } from './table.ts';

/** Adds a why under its parent, or at the root of its branch. Throws `invalid` when the parent is of the other branch. */
export async function addCause(ctx: Ctx, investigation_id: string, input: AddCause): Promise<InvestigationCauseRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const before = await loadOpenInvestigation(ctx, investigation_id);
    await checkParent(ctx, investigation_id, input);
    const row: InvestigationCauseRow = {
      id: newId(ctx.now),
      investigation_id,
      ...input,
      evidence: null,
      state: 'supposed',
      decided_by: null,
      decided_at: null,
      created_by: ctx.actor.name,
      created_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('investigation_causes').values(row).execute();
    await saveInvestigation(ctx, before, {});
    await remember(ctx, { action: 'investigation.cause_added', record_kind: 'investigation', record_id: investigation_id, change: { ...input, id: row.id } });
    return row;
  });
}

/** Confirms or rules out a why, with its evidence. Throws `invalid` without evidence; `conflict` when causes are settled (implemented and later). */
export async function decideCause(ctx: Ctx, investigation_id: string, cause_id: string, input: DecideCause): Promise<InvestigationCauseRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const investigation = await loadOpenInvestigation(ctx, investigation_id);
    const before = await ctx.db
      .selectFrom('investigation_causes')
      .selectAll()
      .where('id', '=', cause_id)
      .where('investigation_id', '=', investigation_id)
      .executeTakeFirst();
    if (before === undefined) throw notFound(['Cause', '原因']);
    const evidence = input.evidence ?? before.evidence;
    if (input.state !== 'supposed' && evidence === null) throw invalid('evidence', ['Say what shows it', '根拠を記入してください']);
    if (before.state === 'confirmed' && input.state !== 'confirmed' && ['cause_confirmed', 'implemented', 'verified'].includes(investigation.state)) {
      throw new Problem('conflict', ['The causes are settled; reopen the investigation first', '原因は確定済みです。先に調査を再開してください']);
    }
    const decided = input.state === 'supposed' ? { decided_by: null, decided_at: null } : { decided_by: ctx.actor.name, decided_at: ctx.now };
    const lost = () => new Problem('stale', ['Someone else changed this cause in the meantime', '他の人がこの原因を更新しました']);
    const after = await saveVersioned(ctx, 'investigation_causes', before, { state: input.state, evidence, ...decided }, lost);
    await saveInvestigation(ctx, investigation, {});
    await remember(ctx, {
      action: 'investigation.cause_decided',
      record_kind: 'investigation',
      record_id: investigation_id,
      reason: evidence,
      change: { id: cause_id, state: [before.state, after.state] },
    });
    return after;
  });
}

async function checkParent(ctx: Ctx, investigation_id: string, { parent_id, branch, cause_id }: AddCause): Promise<void> {
  if (parent_id !== null) {
    const parent = await ctx.db
      .selectFrom('investigation_causes')
      .select('branch')
      .where('id', '=', parent_id)
      .where('investigation_id', '=', investigation_id)
      .executeTakeFirst();
    if (parent?.branch !== branch) throw invalid('parent_id', ['Not a cause of this branch', 'この系統の原因ではありません']);
  }
  if (cause_id !== null) {
    const code = await ctx.db.selectFrom('codes').select('id').where('id', '=', cause_id).where('tree', '=', 'cause').executeTakeFirst();
    if (code === undefined) throw invalid('cause_id', ['Not a cause code', '原因コードではありません']);
  }
}
