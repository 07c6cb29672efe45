// One owner from triage to resolution: triage gives the first, a hand-off the next, in one step.
import { Problem, REQUIRED } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import type { DescribeCase, TakeOwner } from './inputs.ts';
import { changeCase } from './record.ts';
import { refuseUnknown } from './refer.ts';
import type { CaseRow } from './table.ts';

/** Gives a new case its owner (the actor, unless another is named); hands a case on, which needs a reason and a summary. */
export const giveOwner = (ctx: Ctx, id: string, input: TakeOwner, expected?: number): Promise<CaseRow> =>
  changeCase(ctx, id, expected, async (row, ctx) => {
    refuseAside(row);
    await refuseUnknown(ctx, input);
    const owner_id = await ownerFor(ctx, input.owner_id);
    const { reason, summary, ...described } = input;
    const facts = { ...withoutUndefined(described), owner_id, from_owner_id: row.owner_id, ...(reason === undefined ? {} : { reason }) };
    if (row.owner_id === null) return [{ kind: 'triaged', facts, body: summary ?? null }];
    if (row.owner_id === owner_id)
      throw new Problem('conflict', ['This person already owns the case', '既にこの担当者です'], { blocking: `/api/v1/cases/${row.id}` });
    if (reason === undefined || summary === undefined) {
      throw new Problem('invalid', ['A hand-off needs a reason and a summary', '引き継ぎには理由と要約が必要です'], {
        errors: [
          ...(reason === undefined ? [{ path: 'reason', message: REQUIRED }] : []),
          ...(summary === undefined ? [{ path: 'summary', message: REQUIRED }] : []),
        ],
      });
    }
    return [{ kind: 'owner_changed', facts, body: summary }];
  });

/** Corrects what is said about the case: type, category, customer, facts. Refused for a customer, contract or category that does not exist. */
export const describeCase = (ctx: Ctx, id: string, input: DescribeCase, expected?: number): Promise<CaseRow> =>
  changeCase(ctx, id, expected, async (_row, ctx) => {
    await refuseUnknown(ctx, input);
    const customer =
      input.customer_id === undefined || input.customer_id === null
        ? undefined
        : await ctx.db.selectFrom('customers').select('partner_id').where('id', '=', input.customer_id).executeTakeFirst();
    // Whoever the customer belongs to sees the case from now on, and nobody else.
    const partner = input.customer_id === undefined ? {} : { partner_id: customer?.partner_id ?? null };
    return [{ kind: 'described', facts: { ...withoutUndefined(input), ...partner } }];
  });

/** The person named, else the actor. Throws `invalid` when that is nobody who can own a case. */
export async function ownerFor(ctx: Ctx, user_id: string | undefined): Promise<string> {
  const id = user_id ?? (ctx.actor.kind === 'person' ? ctx.actor.id : '');
  const user = await ctx.db
    .selectFrom('users')
    .select('id')
    .where('id', '=', id)
    .where('partner_id', 'is', null)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  if (user === undefined)
    throw new Problem('invalid', ['Name the person who owns the case', '担当者を指定してください'], {
      errors: [{ path: 'owner_id', message: ['Not a person who can own a case', '問い合わせの担当者にできない人です'] }],
    });
  return user.id;
}

/** Throws `conflict` for a case that was merged or is spam. */
export function refuseAside(row: CaseRow): void {
  if (row.merged_into_id !== null)
    throw new Problem('conflict', ['The case was merged into another', '統合済みの問い合わせです'], { blocking: `/api/v1/cases/${row.merged_into_id}` });
  if (row.spam_at !== null)
    throw new Problem('conflict', ['The case is marked as spam', '迷惑メールとして処理済みです'], { blocking: `/api/v1/cases/${row.id}` });
}

/** Fields that were not sent say nothing. */
export const withoutUndefined = <T extends object>(input: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  // Entries lose their types; only the undefined ones are gone.
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
