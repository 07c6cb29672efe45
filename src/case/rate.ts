// C-SAT: only the customer, through the link of the mail, or the partner that asked can say how we did; the latest word counts.
import { allow } from '../core/actor.ts';
import { sha256 } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import type { RateCase } from './inputs.ts';
import { getCase } from './queries.ts';
import { changeCase, type Draft, lockCases, recordEvents } from './record.ts';
import type { CaseRow } from './table.ts';

/** By the partner whose case it is. Throws `forbidden` for staff. */
export async function rateAsPartner(ctx: Ctx, id: string, input: RateCase): Promise<CaseRow> {
  if (ctx.actor.partner_id === null) throw new Problem('forbidden', ['Only the customer can rate', '評価できるのはお客様だけです']);
  return changeCase(ctx, id, undefined, (row) => {
    refuseUnsolved(row);
    return [rated(input, 'partner', ctx.actor)];
  });
}

/** By whoever holds the link. The actor is nobody; the key is the permission. */
export async function rateByLink(ctx: Ctx, key: string, input: RateCase): Promise<CaseRow> {
  allow(ctx, 'case:write');
  return transaction(ctx, async (ctx) => {
    const change_no = await lockCases(ctx);
    const row = await getRated(ctx, key);
    refuseUnsolved(row);
    return recordEvents(ctx, row, [rated(input, 'customer', { id: row.customer_id ?? 'customer', name: row.contact_name ?? 'customer' })], change_no);
  });
}

/** The case a rating link belongs to. Throws `not_found`. */
export async function getRated(ctx: Ctx, key: string): Promise<CaseRow> {
  const link = await ctx.db.selectFrom('case_rating_links').select('case_id').where('hash', '=', sha256(key)).executeTakeFirst();
  if (link === undefined) throw notFound(['Rating link', '評価用リンク']);
  return getCase(ctx, link.case_id);
}

const rated = (input: RateCase, by_kind: 'customer' | 'partner', actor: { id: string; name: string }): Draft => ({
  kind: 'rated',
  visibility: 'public',
  by_kind,
  actor: { id: actor.id, name: actor.name },
  body: input.comment ?? null,
  facts: { rating: input.rating },
});

function refuseUnsolved(row: CaseRow): void {
  if (row.solved_at === null && row.rating === null)
    throw new Problem('conflict', ['A case is rated once it is solved', '評価は解決後に行えます'], { blocking: `/api/v1/cases/${row.id}` });
}
