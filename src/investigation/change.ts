// The frame of an investigation: title, problem, owner, next date, team.
import { getStaff, refusePast } from '../claim/staff.ts';
import { allow } from '../core/actor.ts';
import { notFound } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { difference, remember } from '../history/remember.ts';
import type { ChangeInvestigation, MemberInput } from './inputs.ts';
import { loadOpenInvestigation, saveInvestigation } from './load.ts';
import type { InvestigationRow } from './table.ts';

/** Throws `invalid` for a next date in the past. */
export async function changeInvestigation(ctx: Ctx, id: string, input: ChangeInvestigation, version?: number): Promise<InvestigationRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const before = await loadOpenInvestigation(ctx, id, version);
    if (input.owner_id !== undefined) await getStaff(ctx, input.owner_id);
    if (input.next_on !== undefined) refusePast(ctx, input.next_on);
    const fields = definedOf(input);
    const after = await saveInvestigation(ctx, before, fields);
    await remember(ctx, { action: 'investigation.changed', record_kind: 'investigation', record_id: id, change: difference(before, fields) });
    return after;
  });
}

/** Adds a person to the team, or changes their duty. */
export async function addMember(ctx: Ctx, id: string, member: MemberInput): Promise<void> {
  allow(ctx, 'investigation:write');
  await transaction(ctx, async (ctx) => {
    const before = await loadOpenInvestigation(ctx, id);
    await getStaff(ctx, member.user_id, 'user_id');
    await ctx.db
      .insertInto('investigation_members')
      .values({ investigation_id: id, ...member })
      .onConflict((conflict) => conflict.columns(['investigation_id', 'user_id']).doUpdateSet({ duty: member.duty }))
      .execute();
    await saveInvestigation(ctx, before, {});
    await remember(ctx, { action: 'investigation.member_added', record_kind: 'investigation', record_id: id, change: member });
  });
}

export async function removeMember(ctx: Ctx, id: string, user_id: string): Promise<void> {
  allow(ctx, 'investigation:write');
  await transaction(ctx, async (ctx) => {
    const before = await loadOpenInvestigation(ctx, id);
    const removed = await ctx.db
      .deleteFrom('investigation_members')
      .where('investigation_id', '=', id)
      .where('user_id', '=', user_id)
      .returning('user_id')
      .executeTakeFirst();
    if (removed === undefined) throw notFound(['Team member', 'メンバー']);
    await saveInvestigation(ctx, before, {});
    await remember(ctx, { action: 'investigation.member_removed', record_kind: 'investigation', record_id: id, change: { user_id } });
  });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

// What was not sent is not changed; the rest has the same types.
const definedOf = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
