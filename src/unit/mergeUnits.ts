// A box arrived whose serial nobody knew, and got a provisional unit; now it is known which unit it is. Both become one: one history, one place, and the tag
// stuck on the box still finds it.
import { allow } from '../core/actor.ts';
import { invalid, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { findPlace, moveUnit } from '../ledger/move.ts';
import type { UnitPlaceRow } from '../ledger/table.ts';
import type { MergeUnit } from './inputs.ts';
import { refuseTaken } from './leave.ts';
import { fitInterval } from './rules.ts';
import { loadUnit, saveUnit } from './save.ts';
import type { UnitRow } from './table.ts';

/**
 * Merges the provisional unit `id` into another and returns that one. What refers to the provisional unit follows (schema/sql: units_merge); its open
 * return is joined before (returns/mergeReceived.ts). `in_box`: the unit is where the box is, whatever was booked of it since.
 */
export async function mergeUnits(ctx: Ctx, id: string, input: MergeUnit, expected?: number, in_box = false): Promise<UnitRow> {
  allow(ctx, 'unit:write');
  return transaction(ctx, async (ctx) => {
    const [from, into] = [await loadUnit(ctx, id, expected), await loadUnit(ctx, input.into_id)];
    if (from.id === into.id) throw invalid('into_id', ['A unit cannot be merged into itself', '自分自身には統合できません']);
    if (from.identity !== 'provisional')
      throw new Problem('conflict', ['Only a provisional unit can be merged into another', '統合できるのは仮登録の個体だけです'], {
        blocking: `/api/v1/units/${from.id}`,
      });
    await refuseTwoOpenReturns(ctx, from, into);
    await joinPlaces(ctx, from, into, in_box);
    await joinIdentifiers(ctx, from, into);
    await joinIntervals(ctx, from, into);
    await saveUnit(ctx, from, { merged_into_id: into.id, merged_at: ctx.now }, { action: 'unit.merged', reason: input.reason });
    return saveUnit(ctx, into, {}, { action: 'unit.absorbed', reason: input.reason, more: { merged_id: [null, from.id], former_serial: [null, from.serial] } });
  });
}

const OPEN = ['expected', 'received', 'inspecting', 'dispositioned'] as const;

async function refuseTwoOpenReturns(ctx: Ctx, from: UnitRow, into: UnitRow): Promise<void> {
  const open = await ctx.db
    .selectFrom('return_units')
    .select(['return_id', 'unit_id'])
    .where('unit_id', 'in', [from.id, into.id])
    .where('state', 'in', OPEN)
    .execute();
  const theirs = open.find((one) => one.unit_id === into.id);
  if (open.length === 2 && theirs !== undefined) {
    throw new Problem(
      'conflict',
      [
        `${from.serial} and ${into.serial} were both received: resolve one of the returns first`,
        `${from.serial} と ${into.serial} はどちらも受領済みです。先に一方の返品を完了してください`,
      ],
      { blocking: `/api/v1/returns/${theirs.return_id}` },
    );
  }
}

/** Where nobody saw the unit: given up, or only entered into the books. */
const UNSEEN: readonly string[] = ['lost', 'scrapped', 'adjustment', 'supplier'];
const ENTERED: readonly string[] = ['unit', 'import'];

/**
 * A unit whose box stands here is where the box is; otherwise the younger place is the true one. The provisional unit itself ends on the adjustment account.
 */
async function joinPlaces(ctx: Ctx, from: UnitRow, into: UnitRow, in_box: boolean): Promise<void> {
  const [left, kept] = [await findPlace(ctx, from.id), await findPlace(ctx, into.id)];
  if (left === undefined) return;
  await refuseTaken(ctx, from, 'adjustment');
  const cause = { cause_kind: 'unit_merge', cause_id: into.id };
  await moveUnit(ctx, from, { location: 'adjustment', condition: left.condition }, cause);
  const received = await isReceived(ctx, from);
  const younger = in_box || kept === undefined || left.since_at >= kept.since_at;
  if (!younger && received) await refuseSeenSince(ctx, into, kept);
  else if (!younger && kept.location === 'good_stock' && left.location !== 'good_stock') await refuseUnproven(ctx, from, into);
  if ((younger || received) && (kept?.location !== left.location || kept.condition !== left.condition)) {
    await refuseTaken(ctx, into, left.location);
    await moveUnit(ctx, into, { location: left.location, condition: left.condition }, cause, 'adjustment');
  }
}

/** Its box came in, and what becomes of it is not done. */
const isReceived = async (ctx: Ctx, unit: UnitRow): Promise<boolean> =>
  (await ctx.db
    .selectFrom('return_units')
    .select('id')
    .where('unit_id', '=', unit.id)
    .where('state', 'in', OPEN)
    .where('received_at', 'is not', null)
    .executeTakeFirst()) !== undefined;

/** Somebody handled the unit after the box had arrived: then it is not in the box, or the books are wrong. */
async function refuseSeenSince(ctx: Ctx, into: UnitRow, kept: UnitPlaceRow): Promise<void> {
  const move = await ctx.db.selectFrom('stock_moves').select('cause_kind').where('id', '=', kept.move_id).executeTakeFirstOrThrow();
  if (UNSEEN.includes(kept.location) || ENTERED.includes(move.cause_kind)) return;
  throw new Problem(
    'conflict',
    [
      `The books moved ${into.serial} since the box arrived: correct its place first`,
      `${into.serial} は箱の到着後に移動しています。先に所在を訂正してください`,
    ],
    { blocking: `/api/v1/units/${into.id}` },
  );
}

/** Its box came in and is not proven good: it cannot be the unit that was put on the shelf after that. */
async function refuseUnproven(ctx: Ctx, from: UnitRow, into: UnitRow): Promise<void> {
  const received = await ctx.db.selectFrom('return_units').select('id').where('unit_id', '=', from.id).where('received_at', 'is not', null).executeTakeFirst();
  if (received === undefined) return;
  throw new Problem(
    'conflict',
    [
      `The books have ${into.serial} in good stock since the box arrived: correct its place first`,
      `${into.serial} は箱の到着後に良品在庫へ移動しています。先に所在を訂正してください`,
    ],
    { blocking: `/api/v1/units/${into.id}` },
  );
}

/** Every name of the provisional unit becomes a name of the other, its serial as a former one. */
async function joinIdentifiers(ctx: Ctx, from: UnitRow, into: UnitRow): Promise<void> {
  const names = await ctx.db.selectFrom('unit_identifiers').selectAll().where('unit_id', '=', from.id).execute();
  await ctx.db.deleteFrom('unit_identifiers').where('unit_id', '=', from.id).execute();
  const rows = [...names, { unit_id: from.id, kind: 'former_serial' as const, identifier: from.serial, identifier_key: from.serial_key, created_at: ctx.now }];
  await insertMany(
    ctx.db,
    'unit_identifiers',
    rows.map((row) => ({ ...row, unit_id: into.id })),
    'on conflict (unit_id, kind, identifier_key) do nothing',
  );
}

/** Days in service of the provisional unit count where they do not overlap those already known. */
async function joinIntervals(ctx: Ctx, from: UnitRow, into: UnitRow): Promise<void> {
  for (const interval of await ctx.db.selectFrom('service_intervals').selectAll().where('unit_id', '=', from.id).orderBy('from_on').execute()) {
    const known = await ctx.db.selectFrom('service_intervals').select(['id', 'from_on', 'to_on']).where('unit_id', '=', into.id).execute();
    const fit = fitInterval(known, interval.from_on, interval.to_on);
    if ('overlap' in fit || fit.close !== null) await ctx.db.deleteFrom('service_intervals').where('id', '=', interval.id).execute();
    else
      await ctx.db
        .updateTable('service_intervals')
        .set({ unit_id: into.id, version: interval.version + 1 })
        .where('id', '=', interval.id)
        .execute();
  }
  await ctx.db.deleteFrom('firmware_intervals').where('unit_id', '=', from.id).execute();
}
