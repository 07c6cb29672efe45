import { allow } from '../core/actor.ts';
import { invalid } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { minorOf } from './create.ts';
import { meetDeadlines, writeCounter, writeExchange } from './exchange.ts';
import type { AnswerClaim } from './inputs.ts';
import { claimAfter, listLines, loadOpenClaim, pickLines, saveClaim, saveLine } from './load.ts';
import { answerEvent } from './rules.ts';
import type { ClaimLineRow, ClaimRow } from './table.ts';

/**
 * The maker's answer, line by line: accepted in full or in part, or refused with the reason, which keeps the line open. Throws `invalid` when a waiting
 * line has no answer, a refusal no reason, or more is accepted than was claimed.
 */
export async function answerClaim(ctx: Ctx, id: string, input: AnswerClaim, version?: number): Promise<ClaimRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadOpenClaim(ctx, id, version);
    const lines = await listLines(ctx, id);
    pickLines(
      lines,
      input.lines.map((line) => line.line_id),
    );
    const answered: ClaimLineRow[] = [];
    for (const line of lines) answered.push(await answerLine(ctx, claim, line, input));
    const event = answered.length === 0 ? (input.rest === 'accept' ? 'accept' : 'reject') : answerEvent(answered.map((line) => line.state));
    const state = claimAfter(claim, event);
    const exchange = await writeExchange(ctx, claim, { direction: 'from_maker', kind: 'answer', text: input.text, exchanged_on: input.answered_on });
    for (const counter of input.counter_claims) await writeCounter(ctx, exchange, counter);
    await meetDeadlines(ctx, claim, 'maker', ['answer'], exchange.exchanged_on);
    const after = await saveClaim(ctx, claim, {
      state,
      answered_on: claim.answered_on ?? exchange.exchanged_on,
      maker_rma: input.maker_rma ?? claim.maker_rma,
    });
    await remember(ctx, { action: `claim.${state}`, record_kind: 'claim', record_id: id, reason: input.text, change: countStates(answered) });
    return after;
  });
}

async function answerLine(ctx: Ctx, claim: ClaimRow, line: ClaimLineRow, input: AnswerClaim): Promise<ClaimLineRow> {
  const place = input.lines.findIndex((one) => one.line_id === line.id);
  const named = input.lines[place];
  if (named === undefined && line.state !== 'claimed') return line;
  if (named === undefined && input.rest === undefined)
    throw invalid('rest', ['Say what became of the lines not named', '記載のない明細の回答を指定してください']);
  const accepted = named?.accepted ?? input.rest === 'accept';
  if (accepted) {
    const claimed = line.claimed_minor;
    const accepted_minor = minorOf(claim, named?.accepted_amount ?? null, `lines.${place}.accepted_amount`) ?? claimed;
    if (accepted_minor !== null && claimed !== null && accepted_minor > claimed)
      throw invalid(`lines.${place}.accepted_amount`, ['More than was claimed', '請求額を超えています']);
    return saveLine(ctx, line, 'accept', { accepted_minor, reason: named?.reason ?? null });
  }
  const reason = named?.reason ?? input.rest_reason;
  const path = named === undefined ? 'rest_reason' : `lines.${place}.reason`;
  if (reason === undefined) throw invalid(path, ['Say why it was refused', '不承認の理由を記入してください']);
  return saveLine(ctx, line, 'refuse', { reason, accepted_minor: null });
}

function countStates(lines: readonly ClaimLineRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of lines) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
