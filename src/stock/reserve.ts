// Promises of good stock. Two people taking the last spare: one gets it, the other is told so, on both databases.
import { sql } from 'kysely';
import type { ModelRow } from '../catalog/table.ts';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
import { type Deed, remember } from '../history/remember.ts';
import { findHold } from '../unit/leave.ts';
import { findFreeUnit, freeQuantity, unpromisedQuantity } from './free.ts';
import { lockGoodStock } from './lock.ts';
import type { StockReservationRow } from './table.ts';

export interface Wanted {
  readonly model: Pick<ModelRow, 'id' | 'code'>;
  /** This very unit, or any of the model. */
  readonly unit_id?: string | undefined;
  readonly quantity?: number | undefined;
  /** Take a substitute model when there is none of this one. */
  readonly allow_substitute?: boolean | undefined;
  readonly cause_kind: string;
  readonly cause_id: string | null;
  readonly note?: string | undefined;
}

type Taken = Pick<StockReservationRow, 'model_id' | 'unit_id' | 'quantity'>;

/** Reserves a unit, or a quantity of an un-serialised spare. Throws `conflict` when there is none, naming substitutes that have stock. */
export async function reserveStock(ctx: Ctx, wanted: Wanted): Promise<StockReservationRow> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    const taken = await take(ctx, wanted);
    const row: StockReservationRow = {
      id: newId(ctx.now),
      ...taken,
      asked_model_id: wanted.model.id,
      shipped_quantity: 0,
      state: 'active',
      cause_kind: wanted.cause_kind,
      cause_id: wanted.cause_id,
      note: wanted.note ?? null,
      created_by: ctx.actor.id,
      created_name: ctx.actor.name,
      created_at: ctx.now,
      ended_at: null,
      ended_reason: null,
      version: 1,
    };
    const saved = await ctx.db
      .insertInto('stock_reservations')
      .values(row)
      .onConflict((conflict) => conflict.column('unit_id').where('state', '=', sql.lit('active')).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (saved === undefined)
      throw new Problem('conflict', ['The unit is reserved already', '個体は既に引当済みです'], await blockingReservation(ctx, taken.unit_id));
    await remember(ctx, {
      action: 'stock_reservation.created',
      record_kind: 'stock_reservation',
      record_id: row.id,
      change: { ...taken, cause_kind: row.cause_kind, cause_id: row.cause_id },
    });
    return row;
  });
}

/** Gives the promise back. Throws `conflict` unless it is active. */
export async function releaseReservation(ctx: Ctx, id: string, reason: string | null): Promise<StockReservationRow> {
  allow(ctx, 'stock:write');
  return transaction(ctx, (ctx) => endReservation(ctx, id, 'released', reason));
}

/** Ends a promise inside the open transaction, `fulfilled` before the move that takes the goods away. The caller has checked the permission. */
export async function endReservation(
  ctx: Ctx,
  id: string,
  state: 'released' | 'fulfilled',
  reason: string | null,
  change: Deed['change'] = {},
): Promise<StockReservationRow> {
  const promise = await getActive(ctx, id);
  const shipped_quantity = state === 'fulfilled' ? promise.quantity : promise.shipped_quantity;
  const ended = await saveVersioned(ctx, 'stock_reservations', promise, { state, shipped_quantity, ended_at: ctx.now, ended_reason: reason }, hasEnded);
  await remember(ctx, { action: `stock_reservation.${state}`, record_kind: 'stock_reservation', record_id: id, reason, change });
  return ended;
}

/** That much of a promise of spares, before it leaves inside the open transaction: the rest stays promised, and the last of it ends the promise. */
export async function keepInPart(ctx: Ctx, id: string, quantity: number, reason: string | null, change: Deed['change'] = {}): Promise<StockReservationRow> {
  const promise = await getActive(ctx, id);
  const rest = unshipped(promise);
  if (quantity > rest) throw invalid('quantity', [`Only ${rest} are still promised`, `引当の残数は ${rest} です`]);
  if (quantity === rest) return endReservation(ctx, id, 'fulfilled', reason, change);
  const saved = await saveVersioned(ctx, 'stock_reservations', promise, { shipped_quantity: promise.shipped_quantity + quantity }, hasEnded);
  await remember(ctx, { action: 'stock_reservation.shipped', record_kind: 'stock_reservation', record_id: id, reason, change });
  return saved;
}

/** What of a promise has not left yet. */
export const unshipped = ({ quantity, shipped_quantity }: Pick<StockReservationRow, 'quantity' | 'shipped_quantity'>): number => quantity - shipped_quantity;

/** Takes back whatever is promised of a unit that turns out not to be there for it, inside the open transaction. */
export async function withdrawPromise(ctx: Ctx, unit_id: string, reason: string): Promise<void> {
  const promise = await ctx.db.selectFrom('stock_reservations').select('id').where('unit_id', '=', unit_id).where('state', '=', 'active').executeTakeFirst();
  if (promise !== undefined) await endReservation(ctx, promise.id, 'released', reason);
}

/** Takes back promises of spares, the youngest first, until that many more are nobody's, inside the open transaction. */
export async function withdrawSpares(ctx: Ctx, model_id: string, missing: number, reason: string): Promise<void> {
  await lockGoodStock(ctx, model_id);
  let free = await unpromisedQuantity(ctx, model_id);
  const promises = await ctx.db
    .selectFrom('stock_reservations')
    .select(['id', 'quantity', 'shipped_quantity'])
    .where('model_id', '=', model_id)
    .where('state', '=', 'active')
    .where('unit_id', 'is', null)
    .orderBy('id', 'desc')
    .execute();
  for (const promise of promises) {
    if (free >= missing) return;
    await endReservation(ctx, promise.id, 'released', reason);
    free += unshipped(promise);
  }
}

export async function getReservation(ctx: Ctx, id: string): Promise<StockReservationRow> {
  const reservation = await ctx.db.selectFrom('stock_reservations').selectAll().where('id', '=', id).executeTakeFirst();
  if (reservation === undefined) throw notFound(['Reservation', '引当']);
  return reservation;
}

/** Locks the goods before the promise, as a hold does: one that takes promises back while goods leave would otherwise lock up with them, and lose. */
async function getActive(ctx: Ctx, id: string): Promise<StockReservationRow> {
  await lockGoodStock(ctx, (await getReservation(ctx, id)).model_id);
  const promise = await getReservation(ctx, id);
  if (promise.state !== 'active') throw hasEnded(promise);
  return promise;
}

const hasEnded = ({ id }: StockReservationRow): Problem =>
  new Problem('conflict', ['The reservation has ended already', '引当は既に終了しています'], { blocking: `/api/v1/stock/reservations/${id}` });

async function take(ctx: Ctx, wanted: Wanted): Promise<Taken> {
  if (wanted.unit_id !== undefined) return takeUnit(ctx, wanted.unit_id);
  const own = await takeAny(ctx, wanted.model.id, wanted.quantity ?? 1);
  if (own !== null) return own;
  const substitutes = await substitutesOf(ctx, wanted.model.id);
  const stocked: string[] = [];
  for (const substitute of substitutes) {
    const taken = await takeAny(ctx, substitute.id, wanted.quantity ?? 1);
    if (taken !== null && wanted.allow_substitute === true) return taken;
    if (taken !== null) stocked.push(substitute.code);
  }
  if ((wanted.quantity ?? 1) > 1 && (await findFreeUnit(ctx, wanted.model.id)) !== undefined)
    throw new Problem('conflict', [
      `${wanted.model.code} is kept by serial number: reserve one unit at a time`,
      `${wanted.model.code} は個体管理です。1台ずつ引き当ててください`,
    ]);
  const offer = stocked.length === 0 ? ['', ''] : [`; in stock as a substitute: ${stocked.join(', ')}`, `。代替機種の在庫あり: ${stocked.join('、')}`];
  throw new Problem('conflict', [`No ${wanted.model.code} is available${offer[0]}`, `${wanted.model.code} の引当可能な在庫がありません${offer[1]}`], {
    blocking: `/api/v1/stock/levels?model_id=${wanted.model.id}`,
  });
}

async function takeUnit(ctx: Ctx, unit_id: string): Promise<Taken> {
  const unit = await ctx.db
    .selectFrom('units')
    .innerJoin('unit_places', 'unit_places.unit_id', 'units.id')
    .select(['units.id', 'units.model_id', 'units.serial'])
    .where('units.id', '=', unit_id)
    .where('unit_places.location', '=', 'good_stock')
    .where('unit_places.condition', 'in', ['new', 'verified', 'refurbished'])
    .executeTakeFirst();
  if (unit === undefined)
    throw new Problem('conflict', ['The unit is not in good stock', '個体は良品在庫にありません'], { blocking: `/api/v1/units/${unit_id}` });
  await lockGoodStock(ctx, unit.model_id);
  if ((await findHold(ctx, unit.id)) !== undefined)
    throw new Problem('conflict', [`Unit ${unit.serial} is held from shipping`, `個体 ${unit.serial} は出荷停止中です`], {
      blocking: `/api/v1/stock/holds?model_id=${unit.model_id}`,
    });
  const active = await blockingReservation(ctx, unit.id);
  if (active.blocking !== undefined)
    throw new Problem('conflict', [`Unit ${unit.serial} is reserved already`, `個体 ${unit.serial} は既に引当済みです`], active);
  return { model_id: unit.model_id, unit_id: unit.id, quantity: 1 };
}

/** A free serialised unit first, then the un-serialised stock; null when there is neither. */
async function takeAny(ctx: Ctx, model_id: string, quantity: number): Promise<Taken | null> {
  await lockGoodStock(ctx, model_id);
  const unit = quantity === 1 ? await findFreeUnit(ctx, model_id) : undefined;
  if (unit !== undefined) return { model_id, unit_id: unit.id, quantity: 1 };
  return (await freeQuantity(ctx, model_id)) >= quantity ? { model_id, unit_id: null, quantity } : null;
}

const substitutesOf = (ctx: Ctx, model_id: string) =>
  ctx.db
    .selectFrom('model_substitutes')
    .innerJoin('models', 'models.id', 'model_substitutes.substitute_id')
    .select(['models.id', 'models.code'])
    .where('model_substitutes.model_id', '=', model_id)
    .orderBy('model_substitutes.preference')
    .execute();

async function blockingReservation(ctx: Ctx, unit_id: string | null): Promise<{ blocking?: string }> {
  const active = await ctx.db
    .selectFrom('stock_reservations')
    .select('id')
    .where('unit_id', '=', unit_id ?? '')
    .where('state', '=', 'active')
    .executeTakeFirst();
  return active === undefined ? {} : { blocking: `/api/v1/stock/reservations/${active.id}` };
}
