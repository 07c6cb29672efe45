// Units travel to the maker and back. One that comes back with another serial is another unit: the successor, with a batch of its own.
import { allow } from '../core/actor.ts';
import { identifierKey } from '../core/identifier.ts';
import { invalid, Problem } from '../core/problem.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { type Condition, findPlace, type Location, moveUnit } from '../ledger/move.ts';
import { createUnit } from '../unit/createUnit.ts';
import { saveUnit } from '../unit/save.ts';
import type { UnitRow } from '../unit/table.ts';
import { meetDeadlines, writeDeadline } from './exchange.ts';
import type { ReceiveFromMaker, SendUnits } from './inputs.ts';
import { changeLine, listLines, loadOpenClaim, pickLines, saveClaim } from './load.ts';
import type { ClaimLineRow, ClaimRow } from './table.ts';

/** Where a unit of ours may leave from. */
const ours: readonly Location[] = ['receiving', 'quarantine', 'bench', 'defect_stock', 'repair'];

/** Sends units (all that are here, or those named). Those already at the maker are only dated. Throws `conflict` for one that is elsewhere. */
export async function sendUnits(ctx: Ctx, id: string, input: SendUnits): Promise<ClaimLineRow[]> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadOpenClaim(ctx, id);
    const lines = await listLines(ctx, id);
    const wanted = input.line_ids === undefined ? lines.filter((line) => line.sent_on === null && line.state !== 'conceded') : pickLines(lines, input.line_ids);
    const sent_on = input.sent_on ?? today(ctx);
    const sent: ClaimLineRow[] = [];
    for (const line of wanted) sent.push(await sendUnit(ctx, claim, line, sent_on));
    if (input.return_due_on !== undefined) await writeDeadline(ctx, claim, { side: 'maker', what: 'unit_return', due_on: input.return_due_on });
    await saveClaim(ctx, claim, { maker_rma: input.maker_rma ?? claim.maker_rma });
    await remember(ctx, {
      action: 'claim.units_sent',
      record_kind: 'claim',
      record_id: id,
      change: { units: sent.length, sent_on, maker_rma: input.maker_rma ?? claim.maker_rma },
    });
    return sent;
  });
}

async function sendUnit(ctx: Ctx, claim: ClaimRow, line: ClaimLineRow, sent_on: string): Promise<ClaimLineRow> {
  if (line.sent_on !== null)
    throw new Problem('conflict', ['This unit was sent already', 'この個体は発送済みです'], { blocking: `/api/v1/units/${line.unit_id}` });
  const unit = await ctx.db.selectFrom('units').select(['id', 'model_id', 'serial']).where('id', '=', line.unit_id).executeTakeFirstOrThrow();
  const place = await findPlace(ctx, unit.id);
  if (place?.location !== 'maker') {
    if (place === undefined || !ours.includes(place.location))
      throw new Problem('conflict', [`${unit.serial} is not here to be sent`, `${unit.serial} は発送できる場所にありません`], {
        blocking: `/api/v1/units/${unit.id}`,
      });
    await moveUnit(ctx, unit, { location: 'maker', condition: place.condition }, { cause_kind: 'claim', cause_id: claim.id });
  }
  return changeLine(ctx, line, { sent_on });
}

export interface FromMaker {
  readonly line: ClaimLineRow;
  readonly unit_id: string;
  readonly successor: boolean;
}

/**
 * A unit comes back from the maker into quarantine. The claimed serial: the unit itself. Another: S1 stays at the maker for good and the unit that
 * came is its successor, known already or entered now with its own batch. Throws `conflict` when that serial is somewhere else.
 */
export async function receiveFromMaker(ctx: Ctx, id: string, input: ReceiveFromMaker): Promise<FromMaker> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadOpenClaim(ctx, id);
    const lines = await listLines(ctx, id);
    const [line] = pickLines(lines, [input.line_id]);
    if (line?.sent_on == null || line.returned_on !== null)
      throw new Problem('conflict', ['Nothing of this line is at the maker', 'この明細の個体はメーカーにありません'], { blocking: `/api/v1/claims/${id}` });
    const claimed = await ctx.db.selectFrom('units').selectAll().where('id', '=', line.unit_id).executeTakeFirstOrThrow();
    const came = await unitThatCame(ctx, claimed, input, lines);
    const successor = came.id !== claimed.id;
    if (successor !== (input.outcome === 'replaced'))
      throw invalid(
        'outcome',
        successor
          ? ['Another serial came: that is a replacement', '別のシリアルのため「交換」です']
          : ['The same serial came: that is no replacement', '同じシリアルのため「交換」ではありません'],
      );
    const condition: Condition = input.outcome === 'returned_unrepaired' ? 'defective' : 'unverified';
    await moveUnit(ctx, came, { location: 'quarantine', condition }, { cause_kind: 'claim', cause_id: claim.id }, 'maker');
    const returned_on = input.returned_on ?? today(ctx);
    const saved = await changeLine(ctx, line, { returned_on, outcome: input.outcome, successor_id: successor ? came.id : null });
    if (lines.every((other) => other.id === line.id || other.sent_on === null || other.returned_on !== null))
      await meetDeadlines(ctx, claim, 'maker', ['unit_return'], returned_on);
    await saveClaim(ctx, claim, {});
    await remember(ctx, {
      action: 'claim.unit_returned',
      record_kind: 'claim',
      record_id: id,
      change: { line_id: line.id, unit_id: claimed.id, outcome: input.outcome, successor_id: saved.successor_id },
    });
    return { line: saved, unit_id: came.id, successor };
  });
}

async function unitThatCame(ctx: Ctx, claimed: UnitRow, input: ReceiveFromMaker, lines: readonly ClaimLineRow[]): Promise<UnitRow> {
  const key = identifierKey(input.serial);
  const model_id = input.model_id ?? claimed.model_id;
  if (key === claimed.serial_key && model_id === claimed.model_id) return claimed;
  const known = await ctx.db
    .selectFrom('units')
    .selectAll()
    .where('model_id', '=', model_id)
    .where('serial_key', '=', key)
    .where('merged_into_id', 'is', null)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  if (known !== undefined) refuseTaken(known, claimed, lines);
  const unit = known ?? (await enterSuccessor(ctx, model_id, input));
  const place = await findPlace(ctx, unit.id);
  if (place !== undefined && place.location !== 'maker')
    throw new Problem(
      'conflict',
      [`${unit.serial} is not at the maker but in ${place.location}`, `${unit.serial} はメーカーではなく ${place.location} にあります`],
      { blocking: `/api/v1/units/${unit.id}` },
    );
  return saveUnit(
    ctx,
    unit,
    { predecessor_id: claimed.id },
    { action: 'unit.successor_of_claimed', more: { predecessor_id: [unit.predecessor_id, claimed.id] } },
  );
}

/** A unit of another line that is away came back itself; a unit that replaced another one already cannot replace this one too. */
function refuseTaken(came: UnitRow, claimed: UnitRow, lines: readonly ClaimLineRow[]): void {
  if (lines.some((line) => line.unit_id === came.id && line.sent_on !== null && line.returned_on === null))
    throw invalid('line_id', [
      `${came.serial} is a unit of this claim itself: receive it on its own line`,
      `${came.serial} はこの折衝の対象個体です。その明細で受領してください`,
    ]);
  if (came.predecessor_id !== null && came.predecessor_id !== claimed.id)
    throw new Problem('conflict', [`${came.serial} replaced another unit already`, `${came.serial} は既に別の個体の後継です`], {
      blocking: `/api/v1/units/${came.predecessor_id}`,
    });
}

const enterSuccessor = (ctx: Ctx, model_id: string, { serial, batch_code, hw_rev, firmware }: ReceiveFromMaker): Promise<UnitRow> =>
  createUnit(ctx, { model_id, serial, batch_code, hw_rev, firmware, location: 'maker', condition: 'unverified' });
