// Two cases about one thing become one; a mistake is taken back with everything where it was.

import { allow } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { refuseAsked } from './ask.ts';
import { ownerFor, refuseAside } from './owner.ts';
import { getCase, listCaseUnits } from './queries.ts';
import { changeCase, type Draft, lockCases, recordEvents } from './record.ts';
import type { CaseRow } from './table.ts';
import { refuseVisit } from './visit.ts';

/** Lays the case aside for `into_id`, which learns of it and gets its units. Partners' cases are merged only within one partner. */
export async function mergeCase(ctx: Ctx, id: string, input: { into_id: string; reason: string }, expected?: number): Promise<CaseRow> {
  allow(ctx, 'case:write');
  return transaction(ctx, async (ctx) => {
    await lockCases(ctx);
    const target = await getCase(ctx, input.into_id);
    const merged = await changeCase(ctx, id, expected, async (row, ctx) => {
      refuseMerge(row, target);
      await refuseChain(ctx, row);
      await refuseAsked(ctx, row);
      await refuseVisit(ctx, row);
      return [
        { kind: 'merged', facts: { into_id: target.id, reason: input.reason, owner_id: row.owner_id ?? target.owner_id ?? (await ownerFor(ctx, undefined)) } },
      ];
    });
    const units = await listCaseUnits(ctx, merged.id);
    const told: Draft[] = [
      { kind: 'linked', facts: { merged_case_id: merged.id, reason: input.reason } },
      ...units.map((unit): Draft => ({ kind: 'unit_linked', facts: { unit_id: unit.id, merged_case_id: merged.id } })),
    ];
    await recordEvents(ctx, target, told, await lockCases(ctx));
    return merged;
  });
}

/** Takes a merge back: the case is again what it was, and the other loses the units it got only by the merge. */
export async function unmergeCase(ctx: Ctx, id: string, input: { reason: string }, expected?: number): Promise<CaseRow> {
  allow(ctx, 'case:write');
  return transaction(ctx, async (ctx) => {
    const before = await getCase(ctx, id);
    const after = await changeCase(ctx, id, expected, (row) => {
      if (row.merged_into_id === null)
        throw new Problem('conflict', ['The case was not merged', '統合されていません'], { blocking: `/api/v1/cases/${row.id}` });
      return [{ kind: 'unmerged', facts: input }];
    });
    if (before.merged_into_id === null) return after;
    const target = await getCase(ctx, before.merged_into_id);
    await recordEvents(ctx, target, await unitsByMerge(ctx, target.id, before.id), await lockCases(ctx));
    return after;
  });
}

function refuseMerge(row: CaseRow, target: CaseRow): void {
  refuseAside(row);
  refuseAside(target);
  if (row.id === target.id) throw new Problem('conflict', ['A case cannot be merged into itself', '同じ問い合わせには統合できません']);
  // Messages of the one become visible beside the other: never across partners.
  if (row.partner_id !== target.partner_id) {
    throw new Problem('conflict', ['The cases belong to different partners', '代理店が異なる問い合わせは統合できません'], {
      blocking: `/api/v1/cases/${target.id}`,
    });
  }
}

async function refuseChain(ctx: Ctx, row: CaseRow): Promise<void> {
  const other = await ctx.db.selectFrom('cases').select('id').where('merged_into_id', '=', row.id).executeTakeFirst();
  if (other !== undefined)
    throw new Problem('conflict', ['Another case was merged into this one: merge that one first', 'この問い合わせには別の問い合わせが統合されています'], {
      blocking: `/api/v1/cases/${other.id}`,
    });
}

async function unitsByMerge(ctx: Ctx, target_id: string, merged_id: string): Promise<Draft[]> {
  const events = await ctx.db.selectFrom('case_events').select('facts').where('case_id', '=', target_id).where('kind', '=', 'unit_linked').execute();
  const linked = events.map(({ facts }): { unit_id?: string; merged_case_id?: string } => JSON.parse(facts));
  const own = new Set(linked.filter(({ merged_case_id }) => merged_case_id !== merged_id).map(({ unit_id }) => unit_id));
  return linked.flatMap(({ unit_id, merged_case_id }): Draft[] =>
    unit_id !== undefined && merged_case_id === merged_id && !own.has(unit_id) ? [{ kind: 'unit_unlinked', facts: { unit_id } }] : [],
  );
}
