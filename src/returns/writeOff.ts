// What one person asks for and another allows: writing off a unit that never came, and scrapping one that did.
import { allow, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { inSentence } from '../core/words.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { findPlace, moveUnit } from '../ledger/move.ts';
import { withdrawPromise } from '../stock/reserve.ts';
import { requireSecondPerson } from '../stock/secondPerson.ts';
import { loadUnit } from '../unit/save.ts';
import { endService } from '../unit/service.ts';
import { postDisposition } from './dispose.ts';
import type { Approve, ForUnit } from './inputs.ts';
import { nextUnitState } from './lifecycle.ts';
import { getReturn, getReturnUnit, saveReturnUnit, wrongState, wrongUnit } from './load.ts';
import type { DispositionRow, ReturnRow, ReturnUnitRow } from './table.ts';
import { returnStateLabels, unitStateLabels } from './words.ts';

/** Asks that a unit that never came be written off. Nothing moves until a second person approves. */
export async function requestWriteOff(ctx: Ctx, return_id: string, input: ForUnit, expected?: number): Promise<ReturnUnitRow> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const found = await getReturn(ctx, return_id, expected);
    const unit = await pickUnit(ctx, found, input.return_unit_id, 'expected');
    if (found.state !== 'authorised' && found.state !== 'open')
      throw wrongState(
        [`Return ${found.number} is ${inSentence(returnStateLabels[found.state])}`, `返品案件 ${found.number} は対応中ではありません`],
        found.id,
      );
    if (nextUnitState(unit.state, 'write_off') === null)
      throw wrongUnit(
        [`The unit is ${inSentence(unitStateLabels[unit.state])}`, `個体の状態(${unitStateLabels[unit.state][1]})では未返却処理できません`],
        unit,
      );
    if (unit.write_off_requested_by !== null) throw wrongUnit(['The write-off waits for approval already', '未返却処理は既に承認待ちです'], unit);
    const saved = await saveReturnUnit(ctx, unit, { write_off_requested_by: ctx.actor.id });
    await remember(ctx, { action: 'return_unit.write_off_requested', record_kind: 'return_unit', record_id: unit.id, reason: input.reason });
    return saved;
  });
}

/** Another person allows what was asked for this return: a write-off or a scrapping. Throws `forbidden` for the one who asked. */
export async function approveReturn(ctx: Ctx, return_id: string, input: Approve, expected?: number): Promise<ReturnUnitRow> {
  allow(ctx, 'return:approve');
  return transaction(ctx, async (ctx) => {
    const found = await getReturn(ctx, return_id, expected);
    const wish = await findWish(ctx, found, input.return_unit_id);
    if (wish !== undefined) {
      await requireSecondPerson(ctx, wish.requested_by);
      await postDisposition(ctx, await getReturnUnit(ctx, wish.return_unit_id), wish, { approved_by: ctx.actor.id, approved_name: ctx.actor.name });
      return getReturnUnit(ctx, wish.return_unit_id);
    }
    const unit = (await unitsOf(ctx, found)).find(
      (one) => one.write_off_requested_by !== null && one.state === 'expected' && (input.return_unit_id ?? one.id) === one.id,
    );
    if (unit === undefined) throw wrongState(['Nothing of this return waits for approval', '承認待ちの処理はありません'], found.id);
    return writeOff(ctx, unit, input.reason);
  });
}

/** Turns down what was asked: the unit stays as it was. */
export async function refuseApproval(ctx: Ctx, return_id: string, input: ForUnit, expected?: number): Promise<ReturnUnitRow> {
  allow(ctx, 'return:approve');
  return transaction(ctx, async (ctx) => {
    const found = await getReturn(ctx, return_id, expected);
    const wish = await findWish(ctx, found, input.return_unit_id);
    const unit =
      wish === undefined
        ? (await unitsOf(ctx, found)).find(
            (one) => one.write_off_requested_by !== null && one.state === 'expected' && (input.return_unit_id ?? one.id) === one.id,
          )
        : await getReturnUnit(ctx, wish.return_unit_id);
    if (unit === undefined) throw wrongState(['Nothing of this return waits for approval', '承認待ちの処理はありません'], found.id);
    if (wish !== undefined)
      await ctx.db
        .updateTable('dispositions')
        .set({ state: 'withdrawn', version: wish.version + 1 })
        .where('id', '=', wish.id)
        .where('state', '=', 'requested')
        .execute();
    const saved = await saveReturnUnit(ctx, unit, { write_off_requested_by: null });
    await remember(ctx, { action: 'return_unit.approval_refused', record_kind: 'return_unit', record_id: unit.id, reason: input.reason });
    return saved;
  });
}

async function writeOff(ctx: Ctx, unit: ReturnUnitRow, reason: string | undefined): Promise<ReturnUnitRow> {
  const requested_by = unit.write_off_requested_by ?? '';
  await requireSecondPerson(ctx, requested_by);
  const state = nextUnitState(unit.state, 'write_off');
  if (state === null)
    throw wrongUnit([`The unit is ${inSentence(unitStateLabels[unit.state])}`, `個体の状態(${unitStateLabels[unit.state][1]})では未返却処理できません`], unit);
  const record = await ctx.db.selectFrom('units').select(['id', 'model_id']).where('id', '=', unit.unit_id).executeTakeFirstOrThrow();
  const place = await findPlace(ctx, unit.unit_id);
  const id = newId(ctx.now);
  await withdrawPromise(ctx, unit.unit_id, 'written_off');
  await endService(ctx, await loadUnit(ctx, unit.unit_id));
  const move = await moveUnit(
    ctx,
    record,
    { location: 'lost', condition: place?.condition ?? 'unverified' },
    { cause_kind: 'disposition', cause_id: id, reason: reason ?? null },
    'customer',
  );
  await ctx.db
    .insertInto('dispositions')
    .values({
      id,
      return_unit_id: unit.id,
      unit_id: unit.unit_id,
      disposition: 'not_returned',
      state: 'posted',
      condition: null,
      reason: reason ?? null,
      override_reason: null,
      requested_by,
      ...(await wishFor(ctx, unit)),
      approved_by: ctx.actor.id,
      approved_name: ctx.actor.name,
      posted_at: ctx.now,
      move_id: move.id,
      reversed_at: null,
      reversal_id: null,
      reversal_reason: null,
      version: 1,
    })
    .execute();
  const saved = await saveReturnUnit(ctx, unit, {
    state,
    disposition: 'not_returned',
    written_off_at: ctx.now,
    dispositioned_at: ctx.now,
    write_off_approved_by: ctx.actor.id,
  });
  await remember(ctx, {
    action: 'return_unit.written_off',
    record_kind: 'return_unit',
    record_id: unit.id,
    reason: reason ?? null,
    change: { move_id: move.id },
  });
  return saved;
}

/** By whose name and when the write-off was asked for, and why when the second person adds nothing. */
async function wishFor(ctx: Ctx, unit: ReturnUnitRow): Promise<Pick<DispositionRow, 'requested_name' | 'requested_at'>> {
  const asked = await ctx.db
    .selectFrom('history')
    .select(['actor_name', 'at'])
    .where('record_kind', '=', 'return_unit')
    .where('record_id', '=', unit.id)
    .where('action', '=', 'return_unit.write_off_requested')
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return { requested_name: asked?.actor_name ?? unit.write_off_requested_by ?? '', requested_at: asked?.at ?? ctx.now };
}

const unitsOf = (ctx: Ctx, found: ReturnRow) => ctx.db.selectFrom('return_units').selectAll().where('return_id', '=', found.id).orderBy('id').execute();

const findWish = (ctx: Ctx, found: ReturnRow, return_unit_id: string | undefined): Promise<DispositionRow | undefined> =>
  ctx.db
    .selectFrom('dispositions')
    .innerJoin('return_units', 'return_units.id', 'dispositions.return_unit_id')
    .selectAll('dispositions')
    .where('return_units.return_id', '=', found.id)
    .where('dispositions.state', '=', 'requested')
    .$if(return_unit_id !== undefined, (query) => query.where('return_units.id', '=', return_unit_id ?? ''))
    .orderBy('dispositions.id')
    .executeTakeFirst();

async function pickUnit(ctx: Ctx, found: ReturnRow, id: string | undefined, state: ReturnUnitRow['state']): Promise<ReturnUnitRow> {
  const units = (await unitsOf(ctx, found)).filter((unit) => (id === undefined ? unit.state === state : unit.id === id));
  const [unit, other] = units;
  if (unit === undefined) throw wrongState([`No unit of ${found.number} is ${state}`, `${found.number} に該当する個体がありません`], found.id);
  if (other !== undefined) throw wrongState([`Name the unit of ${found.number}`, `${found.number} のどの個体か指定してください`], found.id);
  return unit;
}
