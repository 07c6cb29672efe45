// The steps of a claim on our side: submitted, acknowledged, negotiated again, agreed, withdrawn, closed.
import { allow } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { meetDeadlines, writeDeadline, writeExchange } from './exchange.ts';
import type { AcknowledgeClaim, AgreeClaim, ReasonInput, RenegotiateClaim, SubmitClaim } from './inputs.ts';
import { isOpenLine } from './lifecycle.ts';
import { claimAfter, listLines, loadClaim, loadOpenClaim, pickLines, saveClaim, saveLine } from './load.ts';
import type { ClaimRow } from './table.ts';

/** Throws `conflict` for a claim without units, unless only a report is asked for. */
export async function submitClaim(ctx: Ctx, id: string, input: SubmitClaim, version?: number): Promise<ClaimRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadClaim(ctx, id, version);
    const state = claimAfter(claim, 'submit');
    if (claim.remedy !== 'root_cause_report' && (await listLines(ctx, id)).length === 0)
      throw new Problem('conflict', ['The claim has no units', '対象の個体がありません'], { blocking: `/api/v1/claims/${id}` });
    const { exchanged_on } = await writeExchange(ctx, claim, { direction: 'to_maker', kind: 'submission', text: input.text, exchanged_on: input.submitted_on });
    if (input.answer_due_on !== undefined) await writeDeadline(ctx, claim, { side: 'maker', what: 'answer', due_on: input.answer_due_on });
    const after = await saveClaim(ctx, claim, { state, submitted_on: exchanged_on, next_on: input.answer_due_on ?? claim.next_on });
    await remember(ctx, {
      action: 'claim.submitted',
      record_kind: 'claim',
      record_id: id,
      change: { submitted_on: exchanged_on, answer_due_on: input.answer_due_on ?? null },
    });
    return after;
  });
}

/** The maker has it, and says under which number. */
export async function acknowledgeClaim(ctx: Ctx, id: string, input: AcknowledgeClaim, version?: number): Promise<ClaimRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadClaim(ctx, id, version);
    const state = claimAfter(claim, 'review');
    const { exchanged_on } = await writeExchange(ctx, claim, { direction: 'from_maker', kind: 'receipt', text: input.text, exchanged_on: input.received_on });
    if (input.answer_due_on !== undefined) await writeDeadline(ctx, claim, { side: 'maker', what: 'answer', due_on: input.answer_due_on });
    const after = await saveClaim(ctx, claim, { state, maker_rma: input.maker_rma ?? claim.maker_rma });
    await remember(ctx, {
      action: 'claim.acknowledged',
      record_kind: 'claim',
      record_id: id,
      change: { received_on: exchanged_on, maker_rma: after.maker_rma },
    });
    return after;
  });
}

/** We ask again: refused lines (all, or those named) are claimed anew. */
export async function renegotiateClaim(ctx: Ctx, id: string, input: RenegotiateClaim, version?: number): Promise<ClaimRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadClaim(ctx, id, version);
    const state = claimAfter(claim, 'renegotiate');
    const lines = await listLines(ctx, id);
    const again = input.line_ids === undefined ? lines.filter((line) => line.state === 'refused') : pickLines(lines, input.line_ids);
    for (const line of again) await saveLine(ctx, line, 'claim_again', {});
    await writeExchange(ctx, claim, { direction: 'to_maker', kind: 'reply', text: input.text, exchanged_on: input.sent_on });
    if (input.answer_due_on !== undefined) await writeDeadline(ctx, claim, { side: 'maker', what: 'answer', due_on: input.answer_due_on });
    const after = await saveClaim(ctx, claim, { state, next_on: input.answer_due_on ?? claim.next_on });
    await remember(ctx, { action: 'claim.renegotiated', record_kind: 'claim', record_id: id, change: { lines: again.length } });
    return after;
  });
}

/** Both sides agree on what was accepted. Throws `conflict` while lines wait for an answer. */
export async function agreeClaim(ctx: Ctx, id: string, input: AgreeClaim, version?: number): Promise<ClaimRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadClaim(ctx, id, version);
    const state = claimAfter(claim, 'agree');
    const waiting = (await listLines(ctx, id)).filter((line) => line.state === 'claimed').length;
    if (waiting > 0)
      throw new Problem('conflict', [`${waiting} lines wait for an answer`, `${waiting}件の明細が回答待ちです`], { blocking: `/api/v1/claims/${id}` });
    const { exchanged_on } = await writeExchange(ctx, claim, { direction: 'to_maker', kind: 'reply', text: input.text, exchanged_on: input.agreed_on });
    if (input.payment_due_on !== undefined) await writeDeadline(ctx, claim, { side: 'maker', what: 'payment', due_on: input.payment_due_on });
    const after = await saveClaim(ctx, claim, { state, next_on: input.payment_due_on ?? claim.next_on });
    await remember(ctx, { action: 'claim.agreed', record_kind: 'claim', record_id: id, change: { agreed_on: exchanged_on } });
    return after;
  });
}

/** We give the whole claim up. Throws `conflict` when something was settled: then the rest is conceded, not withdrawn. */
export async function withdrawClaim(ctx: Ctx, id: string, { reason }: ReasonInput, version?: number): Promise<ClaimRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadClaim(ctx, id, version);
    const state = claimAfter(claim, 'withdraw');
    const lines = await listLines(ctx, id);
    if (lines.some((line) => line.state === 'settled'))
      throw new Problem('conflict', ['Part of it is settled: concede the other lines instead', '一部が精算済みです。残りの明細を取り下げてください'], {
        blocking: `/api/v1/claims/${id}`,
      });
    for (const line of lines.filter((one) => isOpenLine(one.state))) await saveLine(ctx, line, 'concede', { reason, accepted_minor: null });
    await dropDeadlines(ctx, claim);
    const after = await saveClaim(ctx, claim, { state, closed_at: ctx.now, close_reason: reason });
    await remember(ctx, { action: 'claim.withdrawn', record_kind: 'claim', record_id: id, reason });
    return after;
  });
}

/** Throws `conflict` naming what is open: lines, counter-claims, units at the maker. */
export async function closeClaim(ctx: Ctx, id: string, { reason }: { readonly reason?: string | undefined }, version?: number): Promise<ClaimRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadOpenClaim(ctx, id, version);
    await refuseOpenEnds(ctx, claim);
    const state = claimAfter(claim, 'close');
    await dropDeadlines(ctx, claim);
    await meetDeadlines(ctx, claim, 'maker', ['payment'], claim.settled_on ?? today(ctx));
    const after = await saveClaim(ctx, claim, { state, closed_at: ctx.now, close_reason: reason ?? null });
    await remember(ctx, { action: 'claim.closed', record_kind: 'claim', record_id: id, reason: reason ?? null });
    return after;
  });
}

async function refuseOpenEnds(ctx: Ctx, claim: ClaimRow): Promise<void> {
  const lines = await listLines(ctx, claim.id);
  const open = lines.filter((line) => isOpenLine(line.state));
  if (open.length > 0)
    throw new Problem('conflict', [`${open.length} lines are open${reasons(open)}`, `${open.length}件の明細が未完了です${reasons(open)}`], {
      blocking: `/api/v1/claims/${claim.id}`,
    });
  const counter = await ctx.db.selectFrom('claim_counters').select('id').where('claim_id', '=', claim.id).where('state', '=', 'open').executeTakeFirst();
  if (counter !== undefined)
    throw new Problem('conflict', ['A counter-claim is not decided', '反対請求への回答が済んでいません'], { blocking: `/api/v1/claims/${claim.id}` });
  const away = lines.filter(
    (line) => line.sent_on !== null && line.returned_on === null && ['replacement', 'repair'].includes(claim.remedy) && line.state === 'settled',
  );
  if (away.length > 0)
    throw new Problem('conflict', [`${away.length} units are still at the maker`, `${away.length}台がメーカーから戻っていません`], {
      blocking: `/api/v1/claims/${claim.id}`,
    });
}

/** Why lines are open, as far as somebody said so. */
function reasons(lines: readonly { readonly reason: string | null }[]): string {
  const said = new Set(lines.flatMap(({ reason }) => reason ?? []));
  return said.size === 0 ? '' : `: ${[...said].slice(0, 5).join('; ')}`;
}

const dropDeadlines = (ctx: Ctx, claim: ClaimRow) =>
  ctx.db
    .updateTable('claim_deadlines')
    .set({ dropped_at: ctx.now })
    .where('claim_id', '=', claim.id)
    .where('what', '!=', 'payment')
    .where('met_on', 'is', null)
    .where('dropped_at', 'is', null)
    .execute();
