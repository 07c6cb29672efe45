// Stock given up without a return: scrapped, or lost. One person asks, another allows, and only a reversing entry takes it back.
import { getModelOf } from '../catalog/resolve.ts';
import { allow, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { inSentence } from '../core/words.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
import { remember } from '../history/remember.ts';
import { type Condition, findPlace, type Location, moveUnit, OUTSIDE, postMove } from '../ledger/move.ts';
import type { StockMoveRow } from '../ledger/table.ts';
import { refuseTaken } from '../unit/leave.ts';
import { refuseStale } from '../web/version.ts';
import type { GiveUpStock } from './inputs.ts';
import { getUnitNamed, refuseOpenReturn, refuseTooMany } from './moveStock.ts';
import { reverseMove } from './reverse.ts';
import { requireSecondPerson } from './secondPerson.ts';
import type { StockWriteOffRow } from './table.ts';
import { writeOffLabels } from './words.ts';

type Given = Pick<StockWriteOffRow, 'unit_id' | 'model_id' | 'quantity' | 'location' | 'condition'>;

/** Asks that stock be given up. Nothing moves until a second person approves. Throws `conflict` for what is promised, on the bench or not ours. */
export async function requestGivingUp(ctx: Ctx, input: GiveUpStock): Promise<StockWriteOffRow> {
  allow(ctx, 'stock:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const given = input.unit_id !== undefined || input.serial !== undefined ? await findUnitGiven(ctx, input) : await findQuantityGiven(ctx, input);
    const row: StockWriteOffRow = {
      id: newId(ctx.now),
      kind: input.kind,
      state: 'requested',
      ...given,
      reason: input.reason,
      requested_by: ctx.actor.id,
      requested_name: ctx.actor.name,
      requested_at: ctx.now,
      approved_by: null,
      approved_name: null,
      ended_at: null,
      ended_reason: null,
      move_id: null,
      reversal_id: null,
      version: 1,
    };
    await ctx.db.insertInto('stock_write_offs').values(row).execute();
    await remember(ctx, {
      action: 'stock_write_off.requested',
      record_kind: 'stock_write_off',
      record_id: row.id,
      reason: row.reason,
      change: { kind: row.kind, ...given },
    });
    return row;
  });
}

/** Another person allows it: the stock leaves the books. Throws `forbidden` for the one who asked. */
export async function approveGivingUp(ctx: Ctx, id: string, expected?: number): Promise<StockWriteOffRow> {
  allow(ctx, 'stock:approve');
  return transaction(ctx, async (ctx) => {
    const row = await getWriteOff(ctx, id, expected);
    if (row.state !== 'requested') throw ended(row);
    await requireSecondPerson(ctx, row.requested_by);
    const move = await moveOut(ctx, row);
    const saved = await save(ctx, row, { state: 'posted', approved_by: ctx.actor.id, approved_name: ctx.actor.name, ended_at: ctx.now, move_id: move.id });
    await remember(ctx, { action: 'stock_write_off.posted', record_kind: 'stock_write_off', record_id: id, reason: row.reason, change: { move_id: move.id } });
    return saved;
  });
}

/** Turns the wish down, or withdraws it: nothing moved. */
export async function refuseGivingUp(ctx: Ctx, id: string, reason: string, expected?: number): Promise<StockWriteOffRow> {
  allow(ctx, 'stock:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const row = await getWriteOff(ctx, id, expected);
    if (row.state !== 'requested') throw ended(row);
    const saved = await save(ctx, row, { state: 'withdrawn', ended_at: ctx.now, ended_reason: reason });
    await remember(ctx, { action: 'stock_write_off.withdrawn', record_kind: 'stock_write_off', record_id: id, reason });
    return saved;
  });
}

/** What was given up is there after all: an entry the other way, once. */
export async function reverseGivingUp(ctx: Ctx, id: string, reason: string, expected?: number): Promise<StockWriteOffRow> {
  allow(ctx, 'stock:approve');
  return transaction(ctx, async (ctx) => {
    const row = await getWriteOff(ctx, id, expected);
    if (row.state !== 'posted' || row.move_id === null) throw ended(row);
    const reversal = await reverseMove(ctx, row.move_id, reason);
    const saved = await save(ctx, row, { state: 'reversed', ended_reason: reason, reversal_id: reversal.id });
    await remember(ctx, { action: 'stock_write_off.reversed', record_kind: 'stock_write_off', record_id: id, reason, change: { reversal_id: reversal.id } });
    return saved;
  });
}

async function getWriteOff(ctx: Ctx, id: string, expected: number | undefined): Promise<StockWriteOffRow> {
  const row = await ctx.db.selectFrom('stock_write_offs').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Stock write-off', '在庫除却']);
  refuseStale(row, expected);
  return row;
}

async function findUnitGiven(ctx: Ctx, input: GiveUpStock): Promise<Given> {
  const unit = await getUnitNamed(ctx, input);
  const waiting = await ctx.db.selectFrom('stock_write_offs').select('id').where('unit_id', '=', unit.id).where('state', '=', 'requested').executeTakeFirst();
  if (waiting !== undefined) throw blocked(['It was asked for already', '既に申請済みです'], waiting.id);
  const place = await findPlace(ctx, unit.id);
  if (place === undefined || !isOurs(place.location))
    throw new Problem('conflict', [`Unit ${unit.serial} is not in our stock`, `個体 ${unit.serial} は自社在庫にありません`], {
      blocking: `/api/v1/units/${unit.id}`,
    });
  await refuseOpenReturn(ctx, unit);
  await refuseTaken(ctx, unit, 'scrapped');
  return { unit_id: unit.id, model_id: unit.model_id, quantity: 1, location: place.location, condition: place.condition };
}

async function findQuantityGiven(ctx: Ctx, input: GiveUpStock): Promise<Given> {
  const model = await getModelOf(ctx, input);
  if (input.quantity === undefined) throw invalid('quantity', ['Name a unit or a quantity', '個体か数量を指定してください']);
  const shelf = { location: input.location ?? 'good_stock', condition: input.condition ?? 'new' } as const;
  if (!isOurs(shelf.location)) throw invalid('location', ['Not a place of ours', '自社の所在ではありません']);
  await refuseTooMany(ctx, model.id, shelf, input.quantity, input.kind);
  return { unit_id: null, model_id: model.id, quantity: input.quantity, ...shelf };
}

async function moveOut(ctx: Ctx, row: StockWriteOffRow): Promise<StockMoveRow> {
  // The columns are text; they were written from a place and a condition.
  const shelf = { location: row.location as Location, condition: row.condition as Condition };
  const to = { location: row.kind, condition: row.kind === 'scrapped' ? 'defective' : shelf.condition } as const;
  const cause = { cause_kind: 'write_off', cause_id: row.id, reason: row.reason };
  if (row.unit_id === null) {
    await refuseTooMany(ctx, row.model_id, shelf, row.quantity, row.kind);
    return postMove(ctx, { unit_id: null, model_id: row.model_id, quantity: row.quantity, from: shelf, to, ...cause });
  }
  const unit = await getUnitNamed(ctx, { unit_id: row.unit_id });
  const place = await findPlace(ctx, unit.id);
  if (place?.location !== shelf.location)
    throw new Problem('conflict', [`Unit ${unit.serial} has moved on since`, `個体 ${unit.serial} はその後移動しています`], {
      blocking: `/api/v1/units/${unit.id}`,
    });
  await refuseOpenReturn(ctx, unit);
  await refuseTaken(ctx, unit, row.kind);
  return moveUnit(ctx, unit, to, cause);
}

const isOurs = (location: Location): boolean => !OUTSIDE.includes(location) && location !== 'scrapped' && location !== 'lost';

const save = (ctx: Ctx, row: StockWriteOffRow, changes: Partial<StockWriteOffRow>): Promise<StockWriteOffRow> =>
  saveVersioned(ctx, 'stock_write_offs', row, changes, ({ id }) => blocked(['Someone else changed this at the same moment', '同時に更新されました'], id));

const ended = (row: StockWriteOffRow): Problem =>
  blocked([`The write-off: ${inSentence(writeOffLabels[row.state])}`, `在庫除却の状態(${writeOffLabels[row.state][1]})ではできません`], row.id);

const blocked = (words: readonly [string, string], id: string): Problem => new Problem('conflict', words, { blocking: `/api/v1/stock/write-offs/${id}` });
