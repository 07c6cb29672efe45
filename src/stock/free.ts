// What of good stock is free: in a condition that may be sent, not promised, and of no cohort under a hold.
import { type ExpressionBuilder, sql } from 'kysely';
import type { Ctx } from '../db/ctx.ts';
import type { Tables } from '../db/tables.ts';
import type { Condition, Location } from '../ledger/move.ts';
import { goodConditions } from './rules.ts';

/** SQL: the unit `units` belongs to a cohort under an active hold. */
export const heldUnit = (of: ExpressionBuilder<Tables, 'units'>) =>
  of.exists(
    of
      .selectFrom('stock_holds')
      .select(sql.lit(1).as('one'))
      .whereRef('stock_holds.model_id', '=', 'units.model_id')
      .where('stock_holds.state', '=', 'active')
      .where((hold) => hold.or([hold('stock_holds.hw_rev', 'is', null), hold('stock_holds.hw_rev', '=', hold.ref('units.hw_rev'))]))
      .where((hold) => hold.or([hold('stock_holds.batch_id', 'is', null), hold('stock_holds.batch_id', '=', hold.ref('units.batch_id'))]))
      .where((hold) => hold.or([hold('stock_holds.firmware_id', 'is', null), hold('stock_holds.firmware_id', '=', hold.ref('units.firmware_id'))])),
  );

/** SQL: the unit `units` has an active reservation. */
export const reservedUnit = (of: ExpressionBuilder<Tables, 'units'>) =>
  of.exists(
    of
      .selectFrom('stock_reservations')
      .select(sql.lit(1).as('one'))
      .whereRef('stock_reservations.unit_id', '=', 'units.id')
      .where('stock_reservations.state', '=', 'active'),
  );

/** SQL: what of an active reservation has not left yet. */
export const promisedStill = sql<number>`stock_reservations.quantity - stock_reservations.shipped_quantity`;

/** Units of the model in good stock, in a condition that may be sent. */
export const goodUnits = (ctx: Ctx, model_id: string) =>
  ctx.db
    .selectFrom('units')
    .innerJoin('unit_places', 'unit_places.unit_id', 'units.id')
    .where('units.model_id', '=', model_id)
    .where('units.merged_into_id', 'is', null)
    .where('units.removed_at', 'is', null)
    .where('unit_places.location', '=', 'good_stock')
    .where('unit_places.condition', 'in', goodConditions);

/** The free unit that has waited longest; verified and refurbished ones go before new ones. */
export const findFreeUnit = (ctx: Ctx, model_id: string) =>
  goodUnits(ctx, model_id)
    .select(['units.id', 'units.serial'])
    .where((of) => of.not(heldUnit(of)))
    .where((of) => of.not(reservedUnit(of)))
    .orderBy(sql`case unit_places.condition when 'verified' then 0 when 'refurbished' then 1 else 2 end`)
    .orderBy('unit_places.since_at')
    .orderBy('units.id')
    .limit(1)
    .executeTakeFirst();

/** Un-serialised good stock of the model that is neither promised nor held. Only a hold of the whole model reaches goods without a serial. */
export async function freeQuantity(ctx: Ctx, model_id: string): Promise<number> {
  const held = await ctx.db
    .selectFrom('stock_holds')
    .select('id')
    .where('model_id', '=', model_id)
    .where('state', '=', 'active')
    .where('hw_rev', 'is', null)
    .where('batch_id', 'is', null)
    .where('firmware_id', 'is', null)
    .executeTakeFirst();
  return held === undefined ? unpromisedQuantity(ctx, model_id) : 0;
}

/** Un-serialised good stock of the model that is not promised, held or not: what may move within the house. */
export async function unpromisedQuantity(ctx: Ctx, model_id: string): Promise<number> {
  const reserved = await ctx.db
    .selectFrom('stock_reservations')
    .select((of) => of.fn.coalesce(of.fn.sum<number>(promisedStill), sql.lit(0)).as('quantity'))
    .where('model_id', '=', model_id)
    .where('state', '=', 'active')
    .where('unit_id', 'is', null)
    .executeTakeFirstOrThrow();
  return (await unserialisedQuantity(ctx, model_id)) - reserved.quantity;
}

/** Good stock of the model that carries no serial: the balance less its units. */
async function unserialisedQuantity(ctx: Ctx, model_id: string): Promise<number> {
  const balance = await ctx.db
    .selectFrom('stock_balances')
    .select((of) => of.fn.coalesce(of.fn.sum<number>('quantity'), sql.lit(0)).as('quantity'))
    .where('model_id', '=', model_id)
    .where('location', '=', 'good_stock')
    .where('condition', 'in', goodConditions)
    .executeTakeFirstOrThrow();
  const units = await goodUnits(ctx, model_id)
    .select((of) => of.fn.countAll<number>().as('units'))
    .executeTakeFirstOrThrow();
  return balance.quantity - units.units;
}

/** Of one shelf, what carries no serial: its balance less the units that lie there. */
export async function unserialisedOn(ctx: Ctx, model_id: string, shelf: { location: Location; condition: Condition }): Promise<number> {
  const balance = await ctx.db
    .selectFrom('stock_balances')
    .select('quantity')
    .where('model_id', '=', model_id)
    .where('location', '=', shelf.location)
    .where('condition', '=', shelf.condition)
    .executeTakeFirst();
  const { units } = await ctx.db
    .selectFrom('unit_places')
    .innerJoin('units', 'units.id', 'unit_places.unit_id')
    .select((of) => of.fn.countAll<number>().as('units'))
    .where('units.model_id', '=', model_id)
    .where('unit_places.location', '=', shelf.location)
    .where('unit_places.condition', '=', shelf.condition)
    .executeTakeFirstOrThrow();
  return (balance?.quantity ?? 0) - units;
}

/** Whether what is about to come in, known by its codes, belongs to a cohort under an active hold. A part nobody knows is no part of a narrower hold. */
export async function isArrivalHeld(
  ctx: Ctx,
  {
    model_id,
    hw_rev,
    batch_code,
    firmware,
  }: { model_id: string; hw_rev?: string | null | undefined; batch_code?: string | null | undefined; firmware?: string | null | undefined },
): Promise<boolean> {
  const hold = await ctx.db
    .selectFrom('stock_holds')
    .leftJoin('batches', 'batches.id', 'stock_holds.batch_id')
    .leftJoin('firmwares', 'firmwares.id', 'stock_holds.firmware_id')
    .select('stock_holds.id')
    .where('stock_holds.state', '=', 'active')
    .where('stock_holds.model_id', '=', model_id)
    .where((of) => of.or([of('stock_holds.hw_rev', 'is', null), of('stock_holds.hw_rev', '=', hw_rev ?? null)]))
    .where((of) => of.or([of('stock_holds.batch_id', 'is', null), of('batches.code', '=', batch_code ?? null)]))
    .where((of) => of.or([of('stock_holds.firmware_id', 'is', null), of('firmwares.code', '=', firmware ?? null)]))
    .executeTakeFirst();
  return hold !== undefined;
}
