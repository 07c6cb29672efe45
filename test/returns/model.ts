// Random work at the desk: commands drawn by fast-check, each through its real verb, and every invariant of the domain checked after each of them.
import fc from 'fast-check';
import { Problem } from '../../src/core/problem.ts';
import type { Role } from '../../src/core/permission.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { startInspection } from '../../src/inspection/inspect.ts';
import { findBalanceDrift, findPlaceDrift } from '../../src/ledger/balance.ts';
import { authoriseReturn, cancelReturn, rejectReturn } from '../../src/returns/authorise.ts';
import { closeReturn } from '../../src/returns/close.ts';
import { disposeUnit, reverseDisposition } from '../../src/returns/dispose.ts';
import { dispositions } from '../../src/returns/disposition.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { returnTypes, verdicts } from '../../src/returns/inputs.ts';
import { cancelOutbound, deliverOutbound, requestOutbound, reserveOutbound, shipOutbound } from '../../src/returns/outbound.ts';
import { receiveUnit } from '../../src/returns/receive.ts';
import { undoReceipt } from '../../src/returns/undoReceipt.ts';
import { eraseFootage } from '../../src/returns/verdict.ts';
import { approveReturn, refuseApproval, requestWriteOff } from '../../src/returns/writeOff.ts';
import { bookCount } from '../../src/stock/bookCount.ts';
import { countScan, startCount } from '../../src/stock/count.ts';
import { placeHold, releaseHold } from '../../src/stock/hold.ts';
import { moveStock } from '../../src/stock/moveStock.ts';
import { releaseReservation, reserveStock } from '../../src/stock/reserve.ts';
import { as, fielded, stocked } from './cast.ts';

const kinds = ['file', 'authorise', 'reject', 'cancel', 'close', 'receive', 'undo', 'inspect', 'erase', 'dispose', 'reverse', 'outbound', 'reserveLeg', 'ship', 'deliver', 'cancelLeg', 'writeOff', 'approve', 'refuse',
  'reserve', 'release', 'hold', 'releaseHold', 'move', 'count'] as const;

/** What to do, by whom, and two numbers that choose what to do it to and how. */
export interface Step { readonly kind: (typeof kinds)[number]; readonly who: number; readonly a: number; readonly b: number }

/** The walk of a return comes up more often than what cuts it short, so that sequences get somewhere. */
const weighted = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Step['kind'][]>('file', 'receive', 'inspect', 'dispose', 'outbound', 'ship', 'deliver', 'close') },
  { weight: 1, arbitrary: fc.constantFrom(...kinds) },
);
export const steps = (length: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ kind: weighted, who: fc.nat(2), a: fc.nat(999), b: fc.nat(999) }), { minLength: length, maxLength: length });

export interface World { readonly units: readonly { id: string; serial: string }[]; readonly model_id: string }

export async function newWorld(ctx: Ctx): Promise<World> {
  const units = [];
  for (let i = 0; i < 5; i++) units.push(await fielded(ctx));
  for (let i = 0; i < 4; i++) units.push(await stocked(ctx, { hw_rev: i % 2 === 0 ? 'A' : 'B' }));
  const { id } = await ctx.db.selectFrom('models').select('id').where('code', '=', 'H-100').executeTakeFirstOrThrow();
  return { units, model_id: id };
}

const people: readonly (readonly [Role, string])[] = [['lead', 'lena'], ['lead', 'luis'], ['admin', 'ada']];

/** The people who do it; call once per store. */
export async function hirePeople(ctx: Ctx): Promise<void> {
  for (const [role, id] of people) {
    await ctx.db.insertInto('users').values({
      id, email: `${id}@example.com`, name: id, role, partner_id: null, locale: 'en', password_hash: null, single_keys: 'on', failed_sign_ins: 0, locked_until_at: null, disabled_at: null, created_at: ctx.now, version: 1,
    }).execute();
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
    case 'file': return fileReturn(ctx, { type: pick(returnTypes, b), authorised: b % 5 !== 0, units: [...new Set([unit, pick(world.units, b)])].map(({ id }) => ({ unit_id: id })) });
    case 'authorise': return authoriseReturn(ctx, await any(ctx, 'returns', a));
    case 'reject': return rejectReturn(ctx, await any(ctx, 'returns', a), reason);
    case 'cancel': return cancelReturn(ctx, await any(ctx, 'returns', a), reason);
    case 'close': return closeReturn(ctx, await any(ctx, 'returns', a));
    case 'receive': return receiveUnit(ctx, { scan: unit.serial, unit_id: unit.id });
    case 'undo': return undoReceipt(ctx, await any(ctx, 'return_units', a), reason);
    case 'inspect': return startInspection(ctx, { return_unit_id: await any(ctx, 'return_units', a), verdict: pick(verdicts, b), all_steps_ok: b % 3 !== 0, footage_erased: b % 2 === 0 });
    case 'erase': return eraseFootage(ctx, await any(ctx, 'return_units', a));
    case 'dispose': return disposeUnit(ctx, { return_unit_id: await any(ctx, 'return_units', a), disposition: pick(dispositions, b), ...(b % 7 === 0 ? { override_reason: reason } : {}) });
    case 'reverse': return reverseDisposition(ctx, await any(ctx, 'dispositions', a), reason);
    case 'outbound': return requestOutbound(ctx, await any(ctx, 'returns', a), b % 4 === 0 ? { reserve: false } : {});
    case 'reserveLeg': return reserveOutbound(ctx, await any(ctx, 'outbound_legs', a), {});
    case 'ship': return shipOutbound(ctx, await any(ctx, 'outbound_legs', a), {});
    case 'deliver': return deliverOutbound(ctx, await any(ctx, 'outbound_legs', a));
    case 'cancelLeg': return cancelOutbound(ctx, await any(ctx, 'outbound_legs', a), reason);
    case 'writeOff': return requestWriteOff(ctx, await any(ctx, 'returns', a), { reason });
    case 'approve': return approveReturn(ctx, await any(ctx, 'returns', a), {});
    case 'refuse': return refuseApproval(ctx, await any(ctx, 'returns', a), { reason });
    case 'reserve': return reserveStock(ctx, { model: { id: world.model_id, code: 'H-100' }, ...(b % 2 === 0 ? { unit_id: unit.id } : {}), cause_kind: 'hand', cause_id: null });
    case 'release': return releaseReservation(ctx, await any(ctx, 'stock_reservations', a), reason);
    case 'hold': return placeHold(ctx, { model_id: world.model_id, hw_rev: b % 2 === 0 ? 'A' : 'B' }, { reason });
    case 'releaseHold': return releaseHold(ctx, await any(ctx, 'stock_holds', a), reason);
    case 'move': return moveStock(ctx, { unit_id: unit.id, location: pick(['good_stock', 'defect_stock', 'customer', 'quarantine'] as const, b), condition: pick(['new', 'verified', 'defective'] as const, a), reason });
    case 'count': return count(ctx, world, b);
  }
}

/** Counts the good stock and misses a unit now and then. */
async function count(ctx: Ctx, world: World, b: number): Promise<void> {
  const { id } = await startCount(ctx, { location: 'good_stock', model_id: world.model_id });
  const there = await ctx.db.selectFrom('unit_places').innerJoin('units', 'units.id', 'unit_places.unit_id').select('units.id').where('location', '=', 'good_stock').where('model_id', '=', world.model_id).orderBy('units.id').execute();
  for (const [i, unit] of there.entries()) if (i !== b % 5) await countScan(ctx, id, { scan: unit.id, unit_id: unit.id });
  await bookCount(ctx, id);
}

function pick<T>(from: readonly T[], n: number): T {
  const one = from[n % from.length];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

/** Recent records are the interesting ones: one of the last six. */
async function any(ctx: Ctx, table: 'returns' | 'return_units' | 'dispositions' | 'outbound_legs' | 'stock_reservations' | 'stock_holds', n: number): Promise<string> {
  const rows = await ctx.db.selectFrom(table).select('id').orderBy('id', 'desc').limit(6).execute();
  return rows.length === 0 ? 'none' : pick(rows, n).id;
}

/** Every invariant of the domain that the store can be asked about; the names of those that do not hold. */
export async function brokenInvariants(ctx: Ctx): Promise<string[]> {
  const { db } = ctx;
  const broken: string[] = [];
  const none = async (name: string, rows: Promise<readonly unknown[]>): Promise<void> => { if ((await rows).length > 0) broken.push(`${name}: ${JSON.stringify(await rows)}`); };
  await none('1 a unit is where its last move took it', findPlaceDrift(ctx));
  await none('2 a balance is the sum of its moves', findBalanceDrift(ctx));
  await none('4 a promise is of good stock', db.selectFrom('stock_reservations').innerJoin('unit_places', 'unit_places.unit_id', 'stock_reservations.unit_id').select('stock_reservations.id').where('state', '=', 'active')
    .where((of) => of.or([of('location', '<>', 'good_stock'), of('condition', 'not in', ['new', 'verified', 'refurbished'])])).execute());
  await none('4 nothing held is promised', db.selectFrom('stock_reservations').innerJoin('units', 'units.id', 'stock_reservations.unit_id').innerJoin('stock_holds', 'stock_holds.model_id', 'units.model_id').select('stock_reservations.id')
    .where('stock_reservations.state', '=', 'active').where('stock_holds.state', '=', 'active').whereRef('stock_holds.hw_rev', '=', 'units.hw_rev').execute());
  await none('5 one open return per unit', db.selectFrom('return_units').select('unit_id').where('state', 'in', ['expected', 'received', 'inspecting', 'dispositioned']).groupBy('unit_id').having((of) => of.fn.countAll<number>(), '>', 1).execute());
  await none('6 a closed return has every unit decided', db.selectFrom('returns').innerJoin('return_units', 'return_units.return_id', 'returns.id').select('returns.id').where('returns.state', '=', 'closed')
    .where((of) => of.or([of('return_units.state', 'not in', ['resolved', 'written_off', 'cancelled']), of.and([of('return_units.state', '<>', 'cancelled'), of('return_units.disposition', 'is', null)])])).execute());
  await none('6 a closed return has every shipment ended', db.selectFrom('returns').innerJoin('outbound_legs', 'outbound_legs.return_id', 'returns.id').select('returns.id').where('returns.state', '=', 'closed').where('outbound_legs.state', 'not in', ['delivered', 'cancelled']).execute());
  await none('7 good stock is inspected and erased since its last receipt', db.selectFrom('unit_places').innerJoin('return_units', 'return_units.unit_id', 'unit_places.unit_id').select('unit_places.unit_id').where('location', '=', 'good_stock')
    .where((of) => of('return_units.received_at', '=', of.selectFrom('return_units as last').select((max) => max.fn.max('last.received_at').as('at')).whereRef('last.unit_id', '=', 'unit_places.unit_id')))
    .where((of) => of.or([of('footage_erased_at', 'is', null), of.not(of.exists(of.selectFrom('inspections').select('inspections.id').whereRef('return_unit_id', '=', 'return_units.id').where('result', '=', 'pass').whereRef('finished_at', '>=', 'return_units.received_at')))])).execute());
  await none('11 scrap and write-off have two people', db.selectFrom('dispositions').innerJoin('return_units', 'return_units.id', 'dispositions.return_unit_id').innerJoin('returns', 'returns.id', 'return_units.return_id').select('dispositions.id')
    .where('dispositions.state', '=', 'posted').where('returns.type', '<>', 'no_return_needed').where('dispositions.disposition', 'in', ['scrap', 'not_returned']).where((of) => of.or([of('approved_by', 'is', null), of('approved_by', '=', of.ref('requested_by'))])).execute());
  await none('a posted disposition has its move', db.selectFrom('dispositions').select('id').where('state', '=', 'posted').where('move_id', 'is', null).execute());
  return broken;
}
