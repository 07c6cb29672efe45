// A stock count: a walk along the shelves with a scanner. What differs from the books is booked as moves against the adjustment account.

import { getModelOf } from '../catalog/resolve.ts';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { findUnit, findUnits, type UnitView } from '../unit/queries.ts';
import type { CountQuantity, CountScan, StartCount } from './inputs.ts';
import type { StockCountRow } from './table.ts';

export interface CountedScan {
  /** `counted` for the first time, `again` when scanned before, `elsewhere` when the books have it in another place; or a choice, or nothing known. */
  readonly outcome: 'counted' | 'again' | 'elsewhere' | 'ambiguous' | 'unknown';
  readonly unit: UnitView | null;
  readonly choices: readonly UnitView[];
}

export async function startCount(ctx: Ctx, input: StartCount): Promise<StockCountRow> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    const model_id = input.model_id === undefined && input.model_code === undefined ? null : (await getModelOf(ctx, input)).id;
    const row: StockCountRow = {
      id: newId(ctx.now),
      location: input.location,
      model_id,
      state: 'running',
      note: input.note ?? null,
      started_by: ctx.actor.id,
      started_name: ctx.actor.name,
      started_at: ctx.now,
      ended_by: null,
      ended_at: null,
      version: 1,
    };
    await ctx.db.insertInto('stock_counts').values(row).execute();
    await remember(ctx, { action: 'stock_count.started', record_kind: 'stock_count', record_id: row.id, change: { location: row.location, model_id } });
    return row;
  });
}

/** One scan of a running count. Scanning a unit again changes nothing. */
export async function countScan(ctx: Ctx, id: string, input: CountScan): Promise<CountedScan> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    const count = await getRunningCount(ctx, id);
    const called = input.unit_id === undefined ? await findUnits(ctx, input.scan) : [await findUnit(ctx, input.unit_id)].filter((unit) => unit !== undefined);
    const fitting = called.filter((unit) => count.model_id === null || unit.model_id === count.model_id);
    const [unit, other] = fitting;
    if (unit === undefined) return { outcome: 'unknown', unit: null, choices: [] };
    if (other !== undefined) return { outcome: 'ambiguous', unit: null, choices: fitting };
    const added = await ctx.db
      .insertInto('stock_count_scans')
      .values({ count_id: id, unit_id: unit.id, scan: input.scan, scanned_by: ctx.actor.id, scanned_at: ctx.now })
      .onConflict((conflict) => conflict.columns(['count_id', 'unit_id']).doNothing())
      .returning('unit_id')
      .executeTakeFirst();
    if (added === undefined) return { outcome: 'again', unit, choices: [] };
    await remember(ctx, { action: 'stock_count.scanned', record_kind: 'stock_count', record_id: id, change: { unit_id: unit.id, serial: unit.serial } });
    return { outcome: unit.location === count.location ? 'counted' : 'elsewhere', unit, choices: [] };
  });
}

/** How many of an un-serialised spare lie there; said again, it replaces what was said before. */
export async function countQuantity(ctx: Ctx, id: string, input: CountQuantity): Promise<void> {
  allow(ctx, 'stock:write');
  await transaction(ctx, async (ctx) => {
    const count = await getRunningCount(ctx, id);
    const model = await getModelOf(ctx, input);
    if (count.model_id !== null && count.model_id !== model.id)
      throw invalid('model_code', ['This count is of another model', 'この棚卸の対象機種ではありません']);
    const row = { count_id: id, model_id: model.id, condition: input.condition, quantity: input.quantity, counted_at: ctx.now };
    await ctx.db
      .insertInto('stock_count_quantities')
      .values(row)
      .onConflict((conflict) => conflict.columns(['count_id', 'model_id', 'condition']).doUpdateSet({ quantity: input.quantity, counted_at: ctx.now }))
      .execute();
    await remember(ctx, {
      action: 'stock_count.counted',
      record_kind: 'stock_count',
      record_id: id,
      change: { model_id: model.id, condition: input.condition, quantity: input.quantity },
    });
  });
}

/** Ends a count without booking anything. */
export async function cancelCount(ctx: Ctx, id: string, reason: string): Promise<StockCountRow> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    const count = await endCount(ctx, await getRunningCount(ctx, id), 'cancelled');
    await remember(ctx, { action: 'stock_count.cancelled', record_kind: 'stock_count', record_id: id, reason });
    return count;
  });
}

export async function endCount(ctx: Ctx, count: StockCountRow, state: 'booked' | 'cancelled'): Promise<StockCountRow> {
  const ended = await ctx.db
    .updateTable('stock_counts')
    .set({ state, ended_by: ctx.actor.id, ended_at: ctx.now, version: count.version + 1 })
    .where('id', '=', count.id)
    .where('state', '=', 'running')
    .returningAll()
    .executeTakeFirst();
  if (ended === undefined) throw notRunning(count);
  return ended;
}

export async function getCount(ctx: Ctx, id: string): Promise<StockCountRow> {
  const count = await ctx.db.selectFrom('stock_counts').selectAll().where('id', '=', id).executeTakeFirst();
  if (count === undefined) throw notFound(['Stock count', '棚卸']);
  return count;
}

export async function getRunningCount(ctx: Ctx, id: string): Promise<StockCountRow> {
  const count = await getCount(ctx, id);
  if (count.state !== 'running') throw notRunning(count);
  return count;
}

const notRunning = (count: StockCountRow): Problem =>
  new Problem('conflict', ['The count has ended', '棚卸は終了しています'], { blocking: `/api/v1/stock/counts/${count.id}` });
