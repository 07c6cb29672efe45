// What was said to whom and when, what is due, and what the maker asks of us in return.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import type { Day } from '../core/time.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { AddDeadline, AddExchange, CounterInput, DecideCounter } from './inputs.ts';
import { loadOpenClaim, saveClaim } from './load.ts';
import { toMinor } from './money.ts';
import type { ClaimCounterRow, ClaimDeadlineRow, ClaimExchangeRow, ClaimRow } from './table.ts';

/** A question, reply, report or counter-claim. A question from the maker sets our deadline; a reply of ours meets it. */
export async function addExchange(ctx: Ctx, id: string, input: AddExchange): Promise<ClaimExchangeRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadOpenClaim(ctx, id);
    if (claim.state === 'draft')
      throw new Problem('conflict', ['The claim has not been submitted', 'まだ提出されていません'], { blocking: `/api/v1/claims/${id}` });
    const { direction, kind, text } = input;
    const row = await writeExchange(ctx, claim, { direction, kind, text, exchanged_on: input.exchanged_on });
    if (kind === 'reply' && direction === 'to_maker') await meetDeadlines(ctx, claim, 'ours', ['reply'], row.exchanged_on);
    if (kind === 'report' && direction === 'from_maker') await meetDeadlines(ctx, claim, 'maker', ['report'], row.exchanged_on);
    if (input.due_on !== undefined)
      await writeDeadline(
        ctx,
        claim,
        direction === 'from_maker'
          ? { side: 'ours', what: 'reply', due_on: input.due_on }
          : { side: 'maker', what: kind === 'report' ? 'report' : 'answer', due_on: input.due_on },
      );
    if (input.counter_claim !== undefined) await writeCounter(ctx, row, input.counter_claim);
    await saveClaim(ctx, claim, {});
    await remember(ctx, { action: 'claim.exchanged', record_kind: 'claim', record_id: id, change: { ...input, id: row.id } });
    return row;
  });
}

/** We accept or refuse what the maker asks in return, saying why. */
export async function decideCounter(ctx: Ctx, id: string, counter_id: string, { state, reason }: DecideCounter): Promise<ClaimCounterRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadOpenClaim(ctx, id);
    const row = await ctx.db
      .updateTable('claim_counters')
      .set({ state, reason, decided_at: ctx.now, decided_by: ctx.actor.name })
      .where('id', '=', counter_id)
      .where('claim_id', '=', id)
      .where('state', '=', 'open')
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw notFound(['Open counter-claim', '未回答の反対請求']);
    await saveClaim(ctx, claim, {});
    await remember(ctx, { action: `claim.counter_${state}`, record_kind: 'claim', record_id: id, reason, change: { id: counter_id } });
    return row;
  });
}

export async function addDeadline(ctx: Ctx, id: string, input: AddDeadline): Promise<ClaimDeadlineRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadOpenClaim(ctx, id);
    const row = await writeDeadline(ctx, claim, input);
    await saveClaim(ctx, claim, {});
    await remember(ctx, { action: 'claim.deadline_set', record_kind: 'claim', record_id: id, change: { ...input, id: row.id } });
    return row;
  });
}

/** Met on a day, or dropped with the reason when it no longer matters. */
export async function endDeadline(
  ctx: Ctx,
  id: string,
  deadline_id: string,
  end: { readonly met_on: Day } | { readonly dropped: string },
): Promise<ClaimDeadlineRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadOpenClaim(ctx, id);
    const set = 'met_on' in end ? { met_on: end.met_on } : { dropped_at: ctx.now };
    const row = await ctx.db
      .updateTable('claim_deadlines')
      .set(set)
      .where('id', '=', deadline_id)
      .where('claim_id', '=', id)
      .where('met_on', 'is', null)
      .where('dropped_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw notFound(['Open deadline', '未完了の期限']);
    await saveClaim(ctx, claim, {});
    await remember(ctx, {
      action: 'met_on' in end ? 'claim.deadline_met' : 'claim.deadline_dropped',
      record_kind: 'claim',
      record_id: id,
      reason: 'dropped' in end ? end.dropped : null,
      change: { id: deadline_id },
    });
    return row;
  });
}

/** Inside the transaction of a verb. Throws `invalid` for a day to come. */
export async function writeExchange(
  ctx: Ctx,
  claim: Pick<ClaimRow, 'id'>,
  exchange: Pick<ClaimExchangeRow, 'direction' | 'kind' | 'text'> & { exchanged_on?: Day | undefined },
): Promise<ClaimExchangeRow> {
  const exchanged_on = exchange.exchanged_on ?? today(ctx);
  if (exchanged_on > today(ctx)) throw invalid('exchanged_on', ['That day is still to come', '未来の日付です']);
  const row: ClaimExchangeRow = { id: newId(ctx.now), claim_id: claim.id, ...exchange, exchanged_on, created_by: ctx.actor.name, created_at: ctx.now };
  await ctx.db.insertInto('claim_exchanges').values(row).execute();
  return row;
}

export async function writeDeadline(ctx: Ctx, claim: Pick<ClaimRow, 'id'>, { side, what, due_on }: AddDeadline): Promise<ClaimDeadlineRow> {
  const row: ClaimDeadlineRow = {
    id: newId(ctx.now),
    claim_id: claim.id,
    side,
    what,
    due_on,
    met_on: null,
    dropped_at: null,
    reminders_sent: 0,
    created_at: ctx.now,
  };
  await ctx.db.insertInto('claim_deadlines').values(row).execute();
  return row;
}

export const meetDeadlines = (ctx: Ctx, claim: Pick<ClaimRow, 'id'>, side: 'maker' | 'ours', whats: readonly ClaimDeadlineRow['what'][], met_on: Day) =>
  ctx.db
    .updateTable('claim_deadlines')
    .set({ met_on })
    .where('claim_id', '=', claim.id)
    .where('side', '=', side)
    .where('what', 'in', whats)
    .where('met_on', 'is', null)
    .where('dropped_at', 'is', null)
    .execute();

export async function writeCounter(ctx: Ctx, exchange: ClaimExchangeRow, { statement, amount, currency }: CounterInput): Promise<void> {
  const amount_minor = amount === null || currency === null ? null : toMinor(amount, currency);
  if (amount !== null && amount_minor === null) throw invalid('amount', ['Finer than the currency allows', '通貨の最小単位より細かい金額です']);
  await ctx.db
    .insertInto('claim_counters')
    .values({
      id: newId(ctx.now),
      claim_id: exchange.claim_id,
      exchange_id: exchange.id,
      statement,
      amount_minor,
      currency,
      state: 'open',
      reason: null,
      decided_at: null,
      decided_by: null,
      created_at: ctx.now,
    })
    .execute();
}
