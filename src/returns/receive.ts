// A box is opened and its units scanned. Whatever was scanned gets an answer: expected, unexpected, unknown, duplicate, or a choice for a person.
import { allow, staffOnly } from '../core/actor.ts';
import { inSentence } from '../core/words.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { findPlace, moveUnit } from '../ledger/move.ts';
import { withdrawPromise } from '../stock/reserve.ts';
import type { UnitView } from '../unit/queries.ts';
import { loadUnit } from '../unit/save.ts';
import { endService } from '../unit/service.ts';
import { after } from './authorise.ts';
import { openReturn } from './file.ts';
import type { ReceiveUnit } from './inputs.ts';
import { nextUnitState, openUnitStates } from './lifecycle.ts';
import { getReturn, saveReturn, saveReturnUnit, wrongState } from './load.ts';
import { addUnitToReturn } from './newUnit.ts';
import { createProvisionalUnit } from './provisional.ts';
import { recoverWrittenOff } from './recover.ts';
import { whatIsScanned } from './scanned.ts';
import type { ReturnRow, ReturnUnitRow } from './table.ts';
import { unitStateLabels } from './words.ts';

export type ReceiptOutcome = 'expected' | 'unexpected' | 'unknown' | 'duplicate' | 'ambiguous';

export interface Receipt {
  readonly outcome: ReceiptOutcome;
  readonly return: ReturnRow | null;
  readonly return_unit: ReturnUnitRow | null;
  readonly unit: UnitView | null;
  /** The units an ambiguous scan may mean: scan again with `unit_id`. */
  readonly choices: readonly UnitView[];
}

/** Receives what was scanned. A second scan of the same unit changes nothing. Throws `conflict` for a unit whose return is not authorised. */
export async function receiveUnit(ctx: Ctx, input: ReceiveUnit): Promise<Receipt> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const { unit, choices } = await whatIsScanned(ctx, input);
    if (choices.length > 0) return { outcome: 'ambiguous', return: null, return_unit: null, unit: null, choices };
    if (unit !== null) return receiveKnown(ctx, unit, input);
    const provisional = await createProvisionalUnit(ctx, input);
    return receiveUnexpected(ctx, provisional, input, 'unknown');
  });
}

async function receiveKnown(ctx: Ctx, unit: UnitView, input: ReceiveUnit): Promise<Receipt> {
  const open = await findOpen(ctx, unit.id);
  if (open === undefined) return (await receiveLate(ctx, unit)) ?? receiveUnexpected(ctx, unit, input, 'unexpected');
  const found = await getReturn(ctx, open.return_id);
  if (open.state === 'received' || open.state === 'inspecting' || (open.state === 'dispositioned' && !(await isAway(ctx, unit.id)))) {
    return { outcome: 'duplicate', return: found, return_unit: open, unit, choices: [] };
  }
  if (found.state === 'draft') throw wrongState([`Return ${found.number} is not authorised`, `返品案件 ${found.number} は未承認です`], found.id);
  return arrive(ctx, found, open, unit, 'expected');
}

const findOpen = (ctx: Ctx, unit_id: string): Promise<ReturnUnitRow | undefined> =>
  ctx.db.selectFrom('return_units').selectAll().where('unit_id', '=', unit_id).where('state', 'in', openUnitStates).executeTakeFirst();

/** Sent out for repair or to the maker: when it is scanned again it is back. */
async function isAway(ctx: Ctx, unit_id: string): Promise<boolean> {
  const place = await findPlace(ctx, unit_id);
  return place !== undefined && ['repair', 'maker', 'customer', 'in_transit'].includes(place.location);
}

/** A unit written off that arrives after all. */
async function receiveLate(ctx: Ctx, unit: UnitView): Promise<Receipt | null> {
  const writtenOff = await ctx.db
    .selectFrom('return_units')
    .selectAll()
    .where('unit_id', '=', unit.id)
    .where('state', '=', 'written_off')
    .orderBy('id', 'desc')
    .executeTakeFirst();
  if (writtenOff === undefined) return null;
  const found = await recoverWrittenOff(ctx, writtenOff);
  return arrive(ctx, found, writtenOff, unit, 'expected');
}

/** Not announced, or not in this box: into the return being unpacked, else into a return of its own. */
async function receiveUnexpected(ctx: Ctx, unit: UnitView, input: ReceiveUnit, outcome: 'unexpected' | 'unknown'): Promise<Receipt> {
  const box = input.return_id === undefined ? null : await getReturn(ctx, input.return_id);
  const into =
    box !== null && (box.state === 'authorised' || box.state === 'open')
      ? box
      : await openReturn(ctx, {
          type: 'return_first',
          state: 'authorised',
          customer_id: unit.customer_id,
          partner_id: unit.partner_id,
          case_id: null,
          note: input.note ?? null,
          ship_to: null,
          origin: 'scan',
        });
  const added = await addUnitToReturn(ctx, into, unit, {}, { unexpected_at: ctx.now });
  return arrive(ctx, into, added, unit, outcome);
}

/** The unit is here: one move, one receipt; what an earlier inspection found no longer counts. */
async function arrive(ctx: Ctx, into: ReturnRow, entry: ReturnUnitRow, unit: UnitView, outcome: ReceiptOutcome): Promise<Receipt> {
  const state = nextUnitState(entry.state, entry.state === 'written_off' ? 'recover' : 'receive');
  if (state === null)
    throw wrongState([`The unit is ${inSentence(unitStateLabels[entry.state])}`, `個体の状態(${unitStateLabels[entry.state][1]})では受領できません`], into.id);
  const returned = into.state === 'open' ? into : await saveReturn(ctx, into, { state: after(into, 'receive') });
  const saved = await saveReturnUnit(ctx, entry, {
    state,
    received_at: ctx.now,
    received_by: ctx.actor.id,
    returned_on: entry.returned_on ?? today(ctx),
    footage_erased_at: null,
    footage_erased_by: null,
    disposition: null,
    dispositioned_at: null,
    written_off_at: null,
    write_off_requested_by: null,
    write_off_approved_by: null,
  });
  await endFormerDisposition(ctx, entry);
  // What came in a box cannot be shipped from the shelf.
  await withdrawPromise(ctx, unit.id, 'received_as_return');
  await endService(ctx, await loadUnit(ctx, unit.id));
  await moveUnit(
    ctx,
    unit,
    { location: outcome === 'expected' ? 'receiving' : 'quarantine', condition: 'unverified' },
    { cause_kind: 'return_unit', cause_id: entry.id },
    'customer',
  );
  await remember(ctx, {
    action: 'return_unit.received',
    record_kind: 'return_unit',
    record_id: entry.id,
    change: { return_id: into.id, number: into.number, unit_id: unit.id, serial: unit.serial, outcome },
  });
  return { outcome, return: returned, return_unit: saved, unit, choices: [] };
}

/** Back from repair: what was decided then is done, and something new will be decided. */
async function endFormerDisposition(ctx: Ctx, entry: ReturnUnitRow): Promise<void> {
  if (entry.state !== 'dispositioned') return;
  await ctx.db
    .updateTable('dispositions')
    .set((set) => ({ state: 'done', version: set('version', '+', 1) }))
    .where('return_unit_id', '=', entry.id)
    .where('state', '=', 'posted')
    .execute();
}
