// Loading a claim and its lines for a write, and saving them against the race: used by every verb here.
import { notFound, Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
import { type ClaimEvent, type LineEvent, nextLineState, nextState } from './lifecycle.ts';
import type { ClaimLineRow, ClaimRow } from './table.ts';
import { claimStateName, lineStateName } from './words.ts';

export async function getClaim(ctx: Ctx, id: string): Promise<ClaimRow> {
  const row = await ctx.db.selectFrom('claims').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Claim', 'メーカー折衝']);
  return row;
}

/** Throws `stale` when the caller read another version. */
export async function loadClaim(ctx: Ctx, id: string, version?: number): Promise<ClaimRow> {
  const row = await getClaim(ctx, id);
  if (version !== undefined && version !== row.version) throw stale();
  return row;
}

/** Throws `conflict` for a closed claim. */
export async function loadOpenClaim(ctx: Ctx, id: string, version?: number): Promise<ClaimRow> {
  const row = await loadClaim(ctx, id, version);
  if (row.state === 'closed')
    throw new Problem('conflict', [`${row.number} is closed`, `${row.number} は完了しています`], { blocking: `/api/v1/claims/${id}` });
  return row;
}

/** The state after the event; throws `conflict` when it may not happen now. */
export function claimAfter(claim: ClaimRow, event: ClaimEvent): ClaimRow['state'] {
  const state = nextState(claim.state, event);
  if (state !== null) return state;
  const [en, ja] = claimStateName(claim.state);
  throw new Problem('conflict', [`${claim.number} is ${en}: this step is not possible`, `${claim.number} は現在の状態(${ja})ではこの操作ができません`], {
    blocking: `/api/v1/claims/${claim.id}`,
  });
}

/** Writes a claim only while it is as loaded. */
export const saveClaim = (ctx: Ctx, before: ClaimRow, set: Partial<ClaimRow>): Promise<ClaimRow> => saveVersioned(ctx, 'claims', before, set, stale);

export const listLines = (ctx: Ctx, claim_id: string): Promise<ClaimLineRow[]> =>
  ctx.db.selectFrom('claim_lines').selectAll().where('claim_id', '=', claim_id).orderBy('id').execute();

/** Moves one line on. Throws `conflict` when its state does not allow it. */
export async function saveLine(ctx: Ctx, line: ClaimLineRow, event: LineEvent, set: Partial<ClaimLineRow>): Promise<ClaimLineRow> {
  const state = nextLineState(line.state, event);
  if (state !== null) return changeLine(ctx, line, { ...set, state });
  const [en, ja] = lineStateName(line.state);
  throw new Problem('conflict', [`A line is ${en}: this step is not possible`, `明細は現在の状態(${ja})ではこの操作ができません`], {
    blocking: `/api/v1/claims/${line.claim_id}`,
  });
}

/** Changes what belongs to a line in any state: where its unit is. */
export const changeLine = (ctx: Ctx, line: ClaimLineRow, set: Partial<ClaimLineRow>): Promise<ClaimLineRow> =>
  saveVersioned(ctx, 'claim_lines', line, set, stale);

/** The named lines in the order of the claim. Throws `not_found` for one that is not of it. */
export function pickLines(lines: readonly ClaimLineRow[], ids: readonly string[]): ClaimLineRow[] {
  if (!ids.every((id) => lines.some((line) => line.id === id))) throw notFound(['Line', '明細']);
  return lines.filter((line) => ids.includes(line.id));
}

const stale = () => new Problem('stale', ['Someone else changed this claim in the meantime', '他の人がこの折衝を更新しました']);
