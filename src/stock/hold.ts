// Holds: a cohort that may not leave the house until a second person says so. What was promised of it is free again.
import { allow, may } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { lockGoodStock } from './lock.ts';
import { endReservation } from './reserve.ts';
import { requireSecondPerson } from './secondPerson.ts';
import type { StockHoldRow } from './table.ts';

export interface HeldCohort {
  readonly model_id: string;
  readonly hw_rev?: string | null | undefined;
  readonly batch_id?: string | null | undefined;
  readonly firmware_id?: string | null | undefined;
}

/** Holds the cohort and releases what was promised of it. An equal active hold of the same cause is given back unchanged. */
export async function placeHold(
  ctx: Ctx,
  cohort: HeldCohort,
  why: { reason: string; cause_kind?: string | null; cause_id?: string | null },
): Promise<StockHoldRow> {
  allow(ctx, may(ctx.actor, 'stock:approve') ? 'stock:approve' : 'stock:write');
  return transaction(ctx, async (ctx) => {
    await lockGoodStock(ctx, cohort.model_id);
    await refuseForeignCohort(ctx, cohort);
    const row: StockHoldRow = {
      id: newId(ctx.now),
      model_id: cohort.model_id,
      hw_rev: cohort.hw_rev ?? null,
      batch_id: cohort.batch_id ?? null,
      firmware_id: cohort.firmware_id ?? null,
      state: 'active',
      reason: why.reason,
      cause_kind: why.cause_kind ?? null,
      cause_id: why.cause_id ?? null,
      placed_by: ctx.actor.id,
      placed_name: ctx.actor.name,
      placed_at: ctx.now,
      released_by: null,
      released_name: null,
      released_at: null,
      release_reason: null,
      version: 1,
    };
    const same = await findSameHold(ctx, row);
    if (same !== undefined) return same;
    await ctx.db.insertInto('stock_holds').values(row).execute();
    const released = await releasePromises(ctx, row);
    await remember(ctx, {
      action: 'stock_hold.placed',
      record_kind: 'stock_hold',
      record_id: row.id,
      reason: row.reason,
      change: { ...cohort, reservations_released: released },
    });
    return row;
  });
}

/** Ends a hold. Another person than the one who placed it has to do this. */
export async function releaseHold(ctx: Ctx, id: string, reason: string): Promise<StockHoldRow> {
  allow(ctx, 'stock:approve');
  return transaction(ctx, async (ctx) => {
    const hold = await getHold(ctx, id);
    await requireSecondPerson(ctx, hold.placed_by);
    const released = await ctx.db
      .updateTable('stock_holds')
      .set({
        state: 'released',
        released_by: ctx.actor.id,
        released_name: ctx.actor.name,
        released_at: ctx.now,
        release_reason: reason,
        version: hold.version + 1,
      })
      .where('id', '=', id)
      .where('state', '=', 'active')
      .returningAll()
      .executeTakeFirst();
    if (released === undefined)
      throw new Problem('conflict', ['The hold was released already', '出荷停止は既に解除されています'], { blocking: `/api/v1/stock/holds/${id}` });
    await remember(ctx, { action: 'stock_hold.released', record_kind: 'stock_hold', record_id: id, reason });
    return released;
  });
}

export async function getHold(ctx: Ctx, id: string): Promise<StockHoldRow> {
  const hold = await ctx.db.selectFrom('stock_holds').selectAll().where('id', '=', id).executeTakeFirst();
  if (hold === undefined) throw notFound(['Hold', '出荷停止']);
  return hold;
}

async function refuseForeignCohort(ctx: Ctx, cohort: HeldCohort): Promise<void> {
  const model = await ctx.db.selectFrom('models').select('id').where('id', '=', cohort.model_id).executeTakeFirst();
  if (model === undefined) throw invalid('model_id', ['No such model', '機種がありません']);
  const named = [
    ['batches', 'batch_id', cohort.batch_id],
    ['firmwares', 'firmware_id', cohort.firmware_id],
  ] as const;
  for (const [table, path, id] of named) {
    if (id === null || id === undefined) continue;
    const found = await ctx.db.selectFrom(table).select('id').where('id', '=', id).where('model_id', '=', cohort.model_id).executeTakeFirst();
    if (found === undefined) throw invalid(path, ['Not one of this model', 'この機種のものではありません']);
  }
}

const findSameHold = (ctx: Ctx, hold: StockHoldRow): Promise<StockHoldRow | undefined> =>
  ctx.db
    .selectFrom('stock_holds')
    .selectAll()
    .where('model_id', '=', hold.model_id)
    .where('state', '=', 'active')
    .where('hw_rev', 'is not distinct from', hold.hw_rev)
    .where('batch_id', 'is not distinct from', hold.batch_id)
    .where('firmware_id', 'is not distinct from', hold.firmware_id)
    .where('cause_kind', 'is not distinct from', hold.cause_kind)
    .where('cause_id', 'is not distinct from', hold.cause_id)
    .executeTakeFirst();

/** Releases every active reservation the hold reaches; returns how many. */
async function releasePromises(ctx: Ctx, hold: StockHoldRow): Promise<number> {
  const whole = hold.hw_rev === null && hold.batch_id === null && hold.firmware_id === null;
  const reached = await ctx.db
    .selectFrom('stock_reservations')
    .leftJoin('units', 'units.id', 'stock_reservations.unit_id')
    .select('stock_reservations.id')
    .where('stock_reservations.model_id', '=', hold.model_id)
    .where('stock_reservations.state', '=', 'active')
    .where((of) =>
      of.or([
        of('units.id', 'is', null).and(of.lit(whole)),
        of.and([
          of('units.id', 'is not', null),
          of.or([of.lit(hold.hw_rev === null), of('units.hw_rev', '=', hold.hw_rev)]),
          of.or([of.lit(hold.batch_id === null), of('units.batch_id', '=', hold.batch_id)]),
          of.or([of.lit(hold.firmware_id === null), of('units.firmware_id', '=', hold.firmware_id)]),
        ]),
      ]),
    )
    .execute();
  for (const { id } of reached) await endReservation(ctx, id, 'released', `held: ${hold.reason}`);
  return reached.length;
}
