// What the maker gives: for accepted lines only, and never more than was accepted. What was refused stays open until we concede it.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, Problem } from '../core/problem.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { meetDeadlines, writeExchange } from './exchange.ts';
import type { ConcedeLines, SettleClaim } from './inputs.ts';
import { isOpenLine } from './lifecycle.ts';
import { claimAfter, listLines, loadOpenClaim, pickLines, saveClaim, saveLine } from './load.ts';
import { toMinor } from './money.ts';
import { shareAmount } from './rules.ts';
import type { ClaimLineRow, ClaimRow, ClaimSettlementRow } from './table.ts';

/** Settles accepted lines. The claim is settled when nothing is open; otherwise it keeps its state. Throws `invalid` for more money than was accepted. */
export async function settleClaim(ctx: Ctx, id: string, input: SettleClaim, version?: number): Promise<{ claim: ClaimRow; settlement: ClaimSettlementRow }> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadOpenClaim(ctx, id, version);
    claimAfter(claim, 'settle');
    const lines = await listLines(ctx, id);
    const settled = input.line_ids === undefined ? lines.filter((line) => line.state === 'accepted') : pickLines(lines, input.line_ids);
    if (settled.length === 0 && lines.length > 0)
      throw new Problem('conflict', ['No accepted line is left to settle', '精算できる承認済みの明細がありません'], { blocking: `/api/v1/claims/${id}` });
    const settlement = await writeSettlement(ctx, claim, input, settled);
    const shares = sharesOf(claim, settlement, settled);
    for (const [i, line] of settled.entries()) await saveLine(ctx, line, 'settle', { settlement_id: settlement.id, settled_minor: shares[i] ?? null });
    await writeExchange(ctx, claim, {
      direction: 'from_maker',
      kind: 'settlement',
      text: input.note ?? input.reference ?? settlement.remedy,
      exchanged_on: settlement.settled_on,
    });
    const after = await finishIfNothingIsOpen(ctx, claim, settlement.settled_on);
    await remember(ctx, {
      action: 'claim.settlement_recorded',
      record_kind: 'claim',
      record_id: id,
      change: { settlement_id: settlement.id, lines: settled.length, amount_minor: settlement.amount_minor, currency: settlement.currency, state: after.state },
    });
    return { claim: after, settlement };
  });
}

/** We let lines go, with the reason. When nothing is open any more and something was settled, the claim is settled. */
export async function concedeLines(ctx: Ctx, id: string, { line_ids, reason }: ConcedeLines, version?: number): Promise<ClaimRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadOpenClaim(ctx, id, version);
    const conceded = pickLines(await listLines(ctx, id), line_ids);
    for (const line of conceded) await saveLine(ctx, line, 'concede', { reason, accepted_minor: null });
    const after = await finishIfNothingIsOpen(ctx, claim, today(ctx));
    await remember(ctx, {
      action: 'claim.lines_conceded',
      record_kind: 'claim',
      record_id: id,
      reason,
      change: { lines: conceded.length, state: after.state },
    });
    return after;
  });
}

async function writeSettlement(ctx: Ctx, claim: ClaimRow, input: SettleClaim, lines: readonly ClaimLineRow[]): Promise<ClaimSettlementRow> {
  const settled_on = input.settled_on ?? today(ctx);
  const amount_minor = input.amount === null || input.currency === null ? null : toMinor(input.amount, input.currency);
  if (input.amount !== null && amount_minor === null) throw invalid('amount', ['Finer than the currency allows', '通貨の最小単位より細かい金額です']);
  const accepted = acceptedTotal(lines);
  if (amount_minor !== null && accepted !== null && input.currency === claim.currency && amount_minor > accepted)
    throw invalid('amount', ['More than was accepted', '承認額を超えています']);
  const row: ClaimSettlementRow = {
    id: newId(ctx.now),
    claim_id: claim.id,
    remedy: input.remedy ?? claim.remedy,
    amount_minor,
    currency: input.currency,
    reference: input.reference,
    note: input.note,
    settled_on,
    created_by: ctx.actor.name,
    created_at: ctx.now,
  };
  await ctx.db.insertInto('claim_settlements').values(row).execute();
  await meetDeadlines(ctx, claim, 'maker', row.remedy === 'root_cause_report' ? ['report'] : ['payment'], settled_on);
  return row;
}

/** Σ accepted, or null when a line has no amount: then there is no ceiling to hold the sum against. */
const acceptedTotal = (lines: readonly ClaimLineRow[]): number | null =>
  lines.every((line) => line.accepted_minor !== null) ? lines.reduce((sum, line) => sum + (line.accepted_minor ?? 0), 0) : null;

/** Each line's part of the sum. Unknown per line when the sum is in another currency or was not in money. */
const sharesOf = (claim: ClaimRow, { amount_minor, currency }: ClaimSettlementRow, lines: readonly ClaimLineRow[]): (number | null)[] =>
  amount_minor === null || currency !== claim.currency
    ? lines.map(() => null)
    : shareAmount(
        amount_minor,
        lines.map((line) => line.accepted_minor),
      );

async function finishIfNothingIsOpen(ctx: Ctx, claim: ClaimRow, on: string): Promise<ClaimRow> {
  const lines = await listLines(ctx, claim.id);
  const over = lines.every((line) => !isOpenLine(line.state)) && (lines.length === 0 || lines.some((line) => line.state === 'settled'));
  return saveClaim(ctx, claim, over ? { state: claimAfter(claim, 'settle'), settled_on: claim.settled_on ?? on } : {});
}
