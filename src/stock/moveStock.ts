// Moves made by hand: from shelf to shelf, in from a supplier, out to a customer. What has its own verb (scrap, write-off, restocking a return) is refused here.
import { getModelOf } from '../catalog/resolve.ts';
import { allow, staffOnly } from '../core/actor.ts';
import { invalid, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { type Condition, findPlace, type Location, type Move, moveUnit, OUTSIDE, postMove } from '../ledger/move.ts';
import type { StockMoveRow } from '../ledger/table.ts';
import { refuseTaken } from '../unit/leave.ts';
import { findUnit, findUnits, type UnitView } from '../unit/queries.ts';
import { freeQuantity, unpromisedQuantity, unserialisedOn } from './free.ts';
import type { MoveStock } from './inputs.ts';
import { lockGoodStock } from './lock.ts';
import { goodConditions } from './rules.ts';

type Named = Pick<UnitView, 'id' | 'serial' | 'model_id'>;

/** Throws `conflict` when the unit is promised, held, in an open return, or not fit for the place. */
export async function moveStock(ctx: Ctx, input: MoveStock): Promise<StockMoveRow> {
  allow(ctx, 'stock:write');
  staffOnly(ctx);
  if (input.location === 'scrapped' || input.location === 'lost')
    throw new Problem('conflict', [
      'Scrap and write-off need a second person: ask for it under stock write-offs, or decide it on the return',
      '廃棄・紛失処理には別担当者の承認が必要です。在庫除却または返品の処置判定から行ってください',
    ]);
  return transaction(ctx, async (ctx) => {
    const move = input.unit_id !== undefined || input.serial !== undefined ? await moveOne(ctx, input) : await moveQuantity(ctx, input);
    await remember(ctx, {
      action: 'stock_move.posted',
      record_kind: 'stock_move',
      record_id: move.id,
      reason: input.reason,
      change: { unit_id: move.unit_id, model_id: move.model_id, quantity: move.quantity, from: move.from_location, to: move.to_location },
    });
    return move;
  });
}

async function moveOne(ctx: Ctx, input: MoveStock): Promise<StockMoveRow> {
  const unit = await getUnitNamed(ctx, input);
  return moveUnit(ctx, unit, await placeAfter(ctx, unit, input), { cause_kind: 'move', cause_id: null, reason: input.reason });
}

/** Where the unit will lie, and in which condition. Throws as `moveStock` does when it may not go there. */
export async function placeAfter(ctx: Ctx, unit: Named, { location, condition }: Pick<MoveStock, 'location' | 'condition'>): Promise<Move['to']> {
  const place = await findPlace(ctx, unit.id);
  const to = { location, condition: condition ?? place?.condition ?? 'unverified' };
  refuseBadShelf(to.location, to.condition);
  await refuseOpenReturn(ctx, unit);
  await refuseTaken(ctx, unit, to.location);
  if (to.location === 'good_stock' && place?.location !== 'good_stock') await refuseUnproven(ctx, unit);
  return to;
}

async function moveQuantity(ctx: Ctx, input: MoveStock): Promise<StockMoveRow> {
  const model = await getModelOf(ctx, input);
  if (input.quantity === undefined) throw invalid('quantity', ['Name a unit or a quantity', '個体か数量を指定してください']);
  const condition = input.condition ?? 'new';
  const from = { location: input.from_location ?? 'supplier', condition: input.from_condition ?? condition } as const;
  refuseBadShelf(input.location, condition);
  await refuseTooMany(ctx, model.id, from, input.quantity, input.location);
  return postMove(ctx, {
    unit_id: null,
    model_id: model.id,
    quantity: input.quantity,
    from,
    to: { location: input.location, condition },
    cause_kind: 'move',
    cause_id: null,
    reason: input.reason,
  });
}

/**
 * Throws `conflict` unless the shelf holds that many spares beside its serialised units, and on the shelf of good stock that many nobody was promised. What is
 * held leaves the house no more than a held unit does, but may be put aside.
 */
export async function refuseTooMany(
  ctx: Ctx,
  model_id: string,
  shelf: { location: Location; condition: Condition },
  quantity: number,
  to: Location,
): Promise<void> {
  if (OUTSIDE.includes(shelf.location)) return;
  if (shelf.location === 'good_stock') await lockGoodStock(ctx, model_id);
  const leaves = to === 'customer' || to === 'in_transit';
  const free = shelf.location !== 'good_stock' ? quantity : await (leaves ? freeQuantity : unpromisedQuantity)(ctx, model_id);
  if (Math.min(free, await unserialisedOn(ctx, model_id, shelf)) < quantity)
    throw new Problem('conflict', ['Not that many are free', '引当可能な数量が足りません'], { blocking: `/api/v1/stock/levels?model_id=${model_id}` });
}

/** The one unit meant, by id or any identifier. Throws `invalid` when there is none, `conflict` when there are several. */
export async function getUnitNamed(ctx: Ctx, input: Pick<MoveStock, 'unit_id' | 'serial' | 'model_code'>): Promise<UnitView> {
  const called =
    input.unit_id === undefined ? await findUnits(ctx, input.serial ?? '') : [await findUnit(ctx, input.unit_id)].filter((unit) => unit !== undefined);
  const fitting = called.filter((unit) => input.model_code === undefined || unit.model_code === input.model_code);
  const [unit, other] = fitting;
  if (unit === undefined) throw invalid('serial', ['No such unit', '個体がありません']);
  if (other !== undefined)
    throw new Problem('conflict', [
      `Several units are called ${input.serial}: name the model`,
      `${input.serial} に該当する個体が複数あります。機種を指定してください`,
    ]);
  return unit;
}

function refuseBadShelf(location: Location, condition: Condition): void {
  const good: readonly Condition[] = goodConditions;
  if (location === 'good_stock' && !good.includes(condition))
    throw invalid('condition', ['Good stock holds new, verified and refurbished units only', '良品在庫には新品・検証済・再生品だけを置けます']);
}

/** Throws `conflict` for a unit on the bench: what becomes of it is decided there. */
export async function refuseOpenReturn(ctx: Ctx, unit: Named): Promise<void> {
  const open = await ctx.db
    .selectFrom('return_units')
    .select('return_id')
    .where('unit_id', '=', unit.id)
    .where('state', 'in', ['received', 'inspecting'])
    .executeTakeFirst();
  if (open !== undefined)
    throw new Problem(
      'conflict',
      [`Unit ${unit.serial} is on the bench of a return: decide it there`, `個体 ${unit.serial} は返品対応中です。処置判定から移動してください`],
      { blocking: `/api/v1/returns/${open.return_id}` },
    );
}

/** A unit that came back from the field enters good stock only inspected and erased since. */
async function refuseUnproven(ctx: Ctx, unit: Named): Promise<void> {
  const last = await ctx.db
    .selectFrom('return_units')
    .select(['id', 'return_id', 'received_at', 'footage_erased_at'])
    .where('unit_id', '=', unit.id)
    .where('received_at', 'is not', null)
    .orderBy('received_at', 'desc')
    .executeTakeFirst();
  if (last === undefined) return;
  const inspection = await ctx.db
    .selectFrom('inspections')
    .select('result')
    .where('return_unit_id', '=', last.id)
    .where('state', '=', 'done')
    .where('finished_at', '>=', last.received_at ?? 0)
    .orderBy('finished_at', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirst();
  if (inspection?.result === 'pass' && last.footage_erased_at !== null) return;
  throw new Problem(
    'conflict',
    ['The unit was returned: it needs a passing inspection and its footage erased', '返却された個体です。検証の合格と映像消去が必要です'],
    { blocking: `/api/v1/returns/${last.return_id}` },
  );
}
