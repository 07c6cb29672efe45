// Random work at the desk: commands drawn by fast-check, each through its real verb, and every invariant of the domain checked after each of them.
import fc from 'fast-check';
import { sql } from 'kysely';
import type { Role } from '../../src/core/permission.ts';
import { Problem } from '../../src/core/problem.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { startInspection } from '../../src/inspection/inspect.ts';
import { authoriseReturn, cancelReturn, rejectReturn } from '../../src/returns/authorise.ts';
import { closeReturn } from '../../src/returns/close.ts';
import { disposeUnit, reverseDisposition } from '../../src/returns/dispose.ts';
import { dispositions } from '../../src/returns/disposition.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { returnTypes, verdicts } from '../../src/returns/inputs.ts';
import { mergeReceived } from '../../src/returns/mergeReceived.ts';
import { cancelOutbound, deliverOutbound, requestOutbound, reserveOutbound, shipOutbound } from '../../src/returns/outbound.ts';
import { receiveUnit } from '../../src/returns/receive.ts';
import { undoReceipt } from '../../src/returns/undoReceipt.ts';
import { eraseFootage } from '../../src/returns/verdict.ts';
import { approveReturn, refuseApproval, requestWriteOff } from '../../src/returns/writeOff.ts';
import { bookCount } from '../../src/stock/bookCount.ts';
import { countQuantity, countScan, startCount } from '../../src/stock/count.ts';
import { approveGivingUp, refuseGivingUp, requestGivingUp, reverseGivingUp } from '../../src/stock/giveUp.ts';
import { placeHold, releaseHold } from '../../src/stock/hold.ts';
import { moveStock } from '../../src/stock/moveStock.ts';
import { createOrder, listOrderLines, receiveOrder } from '../../src/stock/order.ts';
import { releaseReservation, reserveStock } from '../../src/stock/reserve.ts';
import { takeBackMove } from '../../src/stock/reverse.ts';
import { shipReservation } from '../../src/stock/ship.ts';
import { swapUnit } from '../../src/unit/swapUnit.ts';
import { as, fielded, stocked } from './cast.ts';

const kinds = [
  'file',
  'authorise',
  'reject',
  'cancel',
  'close',
  'receive',
  'undo',
  'inspect',
  'erase',
  'dispose',
  'reverse',
  'outbound',
  'reserveLeg',
  'ship',
  'deliver',
  'cancelLeg',
  'writeOff',
  'approve',
  'refuse',
  'reserve',
  'release',
  'hold',
  'releaseHold',
  'move',
  'count',
  'giveUp',
  'approveGiveUp',
  'refuseGiveUp',
  'reverseGiveUp',
  'stranger',
  'merge',
  'order',
  'spares',
  'swap',
  'takeBack',
  'countSpares',
  'sell',
  'shipPromise',
] as const;

/** What to do, by whom, and two numbers that choose what to do it to and how. */
export interface Step {
  readonly kind: (typeof kinds)[number];
  readonly who: number;
  readonly a: number;
  readonly b: number;
}

/** The walk of a return comes up more often than what cuts it short, so that sequences get somewhere. */
const weighted = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Step['kind'][]>('file', 'receive', 'inspect', 'dispose', 'outbound', 'ship', 'deliver', 'close') },
  { weight: 1, arbitrary: fc.constantFrom<Step['kind'][]>('reserve', 'release', 'shipPromise', 'spares', 'order') },
  { weight: 1, arbitrary: fc.constantFrom(...kinds) },
);
export const steps = (length: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ kind: weighted, who: fc.nat(2), a: fc.nat(999), b: fc.nat(999) }), { minLength: length, maxLength: length });

export interface World {
  readonly units: readonly { id: string; serial: string }[];
  readonly model_id: string;
}

export async function newWorld(ctx: Ctx): Promise<World> {
  const units = [];
  for (let i = 0; i < 5; i++) units.push(await fielded(ctx));
  for (let i = 0; i < 4; i++) units.push(await stocked(ctx, { hw_rev: i % 2 === 0 ? 'A' : 'B' }));
  const { id } = await ctx.db.selectFrom('models').select('id').where('code', '=', 'H-100').executeTakeFirstOrThrow();
  return { units, model_id: id };
}

const people: readonly (readonly [Role, string])[] = [
  ['lead', 'lena'],
  ['lead', 'luis'],
  ['admin', 'ada'],
];

/** The people who do it; call once per store. */
export async function hirePeople(ctx: Ctx): Promise<void> {
  for (const [role, id] of people) {
    await ctx.db
      .insertInto('users')
      .values({
        id,
        email: `${id}@example.com`,
        name: id,
        role,
        partner_id: null,
        locale: 'en',
        password_hash: null,
        single_keys: 'on',
        failed_sign_ins: 0,
        locked_until_at: null,
        disabled_at: null,
        created_at: ctx.now,
        version: 1,
      })
      .execute();
  }
}

/** Does one step. A refusal is an answer; anything else is a bug and is thrown. Returns whether it was done. */
export async function doStep(outer: Ctx, world: World, step: Step): Promise<boolean> {
  const [role, id] = people[step.who] ?? ['lead', 'lena'];
  try {
    await perform(as(outer, role, id), world, step);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

async function perform(ctx: Ctx, world: World, { kind, a, b }: Step): Promise<unknown> {
  const unit = pick(world.units, a);
  const reason = 'as drawn';
  switch (kind) {
    case 'file':
      return fileReturn(ctx, {
        type: pick(returnTypes, b),
        authorised: b % 5 !== 0,
        units: [...new Set([unit, pick(world.units, b)])].map(({ id }) => ({ unit_id: id })),
      });
    case 'authorise':
      return authoriseReturn(ctx, await any(ctx, 'returns', a));
    case 'reject':
      return rejectReturn(ctx, await any(ctx, 'returns', a), reason);
    case 'cancel':
      return cancelReturn(ctx, await any(ctx, 'returns', a), reason);
    case 'close':
      return closeReturn(ctx, await any(ctx, 'returns', a));
    case 'receive':
      return receiveUnit(ctx, { scan: unit.serial, unit_id: unit.id });
    case 'undo':
      return undoReceipt(ctx, await any(ctx, 'return_units', a), reason);
    case 'inspect':
      return startInspection(ctx, {
        return_unit_id: await any(ctx, 'return_units', a),
        verdict: pick(verdicts, b),
        all_steps_ok: b % 3 !== 0,
        footage_erased: b % 2 === 0,
      });
    case 'erase':
      return eraseFootage(ctx, await any(ctx, 'return_units', a));
    case 'dispose':
      return disposeUnit(ctx, {
        return_unit_id: await any(ctx, 'return_units', a),
        disposition: pick(dispositions, b),
        ...(b % 7 === 0 ? { override_reason: reason } : {}),
      });
    case 'reverse':
      return reverseDisposition(ctx, await any(ctx, 'dispositions', a), reason);
    case 'outbound':
      return requestOutbound(ctx, await any(ctx, 'returns', a), b % 4 === 0 ? { reserve: false } : {});
    case 'reserveLeg':
      return reserveOutbound(ctx, await any(ctx, 'outbound_legs', a), {});
    case 'ship':
      return shipOutbound(ctx, await any(ctx, 'outbound_legs', a), {});
    case 'deliver':
      return deliverOutbound(ctx, await any(ctx, 'outbound_legs', a));
    case 'cancelLeg':
      return cancelOutbound(ctx, await any(ctx, 'outbound_legs', a), reason);
    case 'writeOff':
      return requestWriteOff(ctx, await any(ctx, 'returns', a), { reason });
    case 'approve':
      return approveReturn(ctx, await waitingReturn(ctx), {});
    case 'refuse':
      return refuseApproval(ctx, await waitingReturn(ctx), { reason });
    case 'reserve':
      return reserveStock(ctx, {
        model: { id: world.model_id, code: 'H-100' },
        ...(b % 3 === 0 ? { unit_id: unit.id } : b % 3 === 1 ? { quantity: 2 } : {}),
        cause_kind: 'hand',
        cause_id: null,
      });
    case 'release':
      return releaseReservation(ctx, await any(ctx, 'stock_reservations', a), reason);
    case 'hold':
      return placeHold(ctx, { model_id: world.model_id, hw_rev: b % 7 === 0 ? null : b % 2 === 0 ? 'A' : 'B' }, { reason });
    case 'releaseHold':
      return releaseHold(ctx, await any(ctx, 'stock_holds', a), reason);
    case 'move':
      return moveStock(ctx, {
        unit_id: unit.id,
        location: pick(['good_stock', 'defect_stock', 'customer', 'quarantine'] as const, b),
        condition: pick(['new', 'verified', 'defective'] as const, a),
        reason,
      });
    case 'count':
      return count(ctx, world, b);
    case 'giveUp':
      return requestGivingUp(ctx, {
        kind: b % 2 === 0 ? 'scrapped' : 'lost',
        ...(b % 5 === 0 ? { model_id: world.model_id, quantity: 1 } : { unit_id: unit.id }),
        reason,
      });
    case 'approveGiveUp':
      return approveGivingUp(ctx, await any(ctx, 'stock_write_offs', a));
    case 'refuseGiveUp':
      return refuseGivingUp(ctx, await any(ctx, 'stock_write_offs', a), reason);
    case 'reverseGiveUp':
      return reverseGivingUp(ctx, await any(ctx, 'stock_write_offs', a), reason);
    case 'stranger':
      return receiveUnit(ctx, { scan: `STRANGER-${ctx.now}`, model_code: 'H-100' });
    case 'merge':
      return mergeReceived(ctx, await newestStranger(ctx), { into_id: unit.id });
    case 'order':
      return order(ctx, world, b);
    case 'spares':
      return moveStock(ctx, {
        model_id: world.model_id,
        quantity: 1 + (b % 3),
        from_location: pick(['supplier', 'good_stock', 'defect_stock'] as const, a),
        location: pick(['good_stock', 'defect_stock'] as const, b),
        condition: 'new',
        reason,
      });
    case 'swap':
      return swapUnit(ctx, unit.id, { replacement_id: pick(world.units, b).id, new_warranty: 'inherit' });
    case 'takeBack':
      return takeBackMove(ctx, await any(ctx, 'stock_moves', a), reason);
    case 'countSpares':
      return countSpares(ctx, world, b);
    case 'shipPromise':
      return shipReservation(ctx, await any(ctx, 'stock_reservations', a), {
        location: pick(['in_transit', 'customer'] as const, b),
        ...(b % 3 === 0 ? { quantity: 1 } : {}),
      });
    case 'sell':
      return moveStock(ctx, { unit_id: unit.id, location: pick(['in_transit', 'customer'] as const, b), reason });
  }
}

/** Counts the spares and finds fewer or more than the books have, while some are moved. */
async function countSpares(ctx: Ctx, world: World, b: number): Promise<void> {
  const { id } = await startCount(ctx, { location: 'good_stock', model_id: world.model_id });
  await countQuantity(ctx, id, { model_id: world.model_id, condition: 'new', quantity: b % 6 });
  const there = await ctx.db
    .selectFrom('unit_places')
    .innerJoin('units', 'units.id', 'unit_places.unit_id')
    .select('units.id')
    .where('location', '=', 'good_stock')
    .execute();
  for (const unit of there) await countScan(ctx, id, { scan: unit.id, unit_id: unit.id });
  await bookCount({ ...ctx, now: ctx.now + 1 }, id);
}

/** A purchase order of spares, received in part. */
async function order(ctx: Ctx, world: World, b: number): Promise<void> {
  const { id } = await createOrder(ctx, { supplier: 'Hikari', ordered: true, lines: [{ model_id: world.model_id, quantity: 2 }] });
  const [line] = await listOrderLines(ctx, id);
  await receiveOrder(ctx, id, { line_id: line?.id ?? '', quantity: 1 + (b % 3) });
}

/** A return in which something waits for a second person, the newest first. */
async function waitingReturn(ctx: Ctx): Promise<string> {
  const { rows } = await sql<{ return_id: string }>`select return_id from return_units where (state = 'expected' and write_off_requested_by is not null)
    or exists (select 1 from dispositions d where d.return_unit_id = return_units.id and d.state = 'requested') order by id desc limit 1`.execute(ctx.db);
  return rows[0]?.return_id ?? 'none';
}

const newestStranger = async (ctx: Ctx): Promise<string> =>
  (
    await ctx.db
      .selectFrom('units')
      .select('id')
      .where('identity', '=', 'provisional')
      .where('merged_into_id', 'is', null)
      .orderBy('id', 'desc')
      .executeTakeFirst()
  )?.id ?? 'none';

/** Counts the good stock and misses a unit now and then. */
async function count(ctx: Ctx, world: World, b: number): Promise<void> {
  const { id } = await startCount(ctx, { location: 'good_stock', model_id: world.model_id });
  const there = await ctx.db
    .selectFrom('unit_places')
    .innerJoin('units', 'units.id', 'unit_places.unit_id')
    .select('units.id')
    .where('location', '=', 'good_stock')
    .where('model_id', '=', world.model_id)
    .orderBy('units.id')
    .execute();
  for (const [i, unit] of there.entries()) if (i !== b % 5) await countScan(ctx, id, { scan: unit.id, unit_id: unit.id });
  await bookCount(ctx, id);
}

function pick<T>(from: readonly T[], n: number): T {
  const one = from[n % from.length];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

/** Recent records are the interesting ones: one of the last six. */
async function any(
  ctx: Ctx,
  table: 'returns' | 'return_units' | 'dispositions' | 'outbound_legs' | 'stock_reservations' | 'stock_holds' | 'stock_write_offs' | 'stock_moves',
  n: number,
): Promise<string> {
  const rows = await ctx.db.selectFrom(table).select('id').orderBy('id', 'desc').limit(6).execute();
  return rows.length === 0 ? 'none' : pick(rows, n).id;
}
