// One unit takes the place of another: service continues on the same day at the same site, and both keep their own history.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, Problem } from '../core/problem.ts';
import { addMonths, type Day } from '../core/time.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { findPlace, moveUnit } from '../ledger/move.ts';
import type { SwapUnit } from './inputs.ts';
import { refuseTaken } from './leave.ts';
import { ownWarrantyEnd } from './rules.ts';
import { loadUnit, saveUnit } from './save.ts';
import { endService, makeRoom } from './service.ts';
import type { UnitRow } from './table.ts';

/** `id` is replaced by `replacement_id` on a day (today by default). The replacement inherits the end of the warranty unless told to restart. Returns the replacement. */
export async function swapUnit(ctx: Ctx, id: string, input: SwapUnit, expected?: number): Promise<UnitRow> {
  allow(ctx, 'unit:write');
  return transaction(ctx, async (ctx) => {
    const [old, replacement] = [await loadUnit(ctx, id, expected), await loadUnit(ctx, input.replacement_id)];
    if (old.id === replacement.id) throw invalid('replacement_id', ['A unit cannot replace itself', '自分自身とは交換できません']);
    await refuseSecondSuccessor(ctx, old, replacement);
    const on = input.on ?? today(ctx);
    // First of all, under the version it was loaded with: of two people who replace it at once, one is told.
    const replaced = await saveUnit(
      ctx,
      old,
      {},
      { action: 'unit.replaced', reason: input.reason, more: { successor_id: [null, replacement.id], on: [null, on] } },
    );
    await continueService(ctx, replaced, replacement, on);
    const place = await findPlace(ctx, replacement.id);
    if (place?.location !== 'customer') {
      await refuseOnBench(ctx, replacement);
      await refuseTaken(ctx, replacement, 'customer');
      await moveUnit(ctx, replacement, { location: 'customer', condition: place?.condition ?? 'new' }, { cause_kind: 'unit_swap', cause_id: old.id });
    }
    return saveUnit(
      ctx,
      replacement,
      {
        predecessor_id: old.id,
        customer_id: old.customer_id,
        site_id: old.site_id,
        partner_id: old.partner_id,
        delivered_on: replacement.delivered_on ?? on,
        own_warranty_ends_on: await warrantyOf(ctx, old, replacement, on, input.new_warranty),
      },
      { action: 'unit.replacement_installed', reason: input.reason },
    );
  });
}

async function refuseSecondSuccessor(ctx: Ctx, old: UnitRow, replacement: UnitRow): Promise<void> {
  const successor = await ctx.db.selectFrom('units').select('id').where('predecessor_id', '=', old.id).executeTakeFirst();
  if (successor !== undefined)
    throw new Problem('conflict', ['This unit was replaced already', 'この個体は交換済みです'], { blocking: `/api/v1/units/${successor.id}` });
  if (replacement.predecessor_id !== null)
    throw new Problem('conflict', ['The replacement already replaces another unit', '交換品は既に別の個体の後継です'], {
      blocking: `/api/v1/units/${replacement.predecessor_id}`,
    });
}

/** What came in with a return is decided there before it serves anybody. */
async function refuseOnBench(ctx: Ctx, unit: UnitRow): Promise<void> {
  const open = await ctx.db
    .selectFrom('return_units')
    .select('id')
    .where('unit_id', '=', unit.id)
    .where('state', 'in', ['received', 'inspecting'])
    .executeTakeFirst();
  if (open !== undefined)
    throw new Problem(
      'conflict',
      [`Unit ${unit.serial} is on the bench of a return: decide it there`, `個体 ${unit.serial} は返品の検証中です。先に処置判定してください`],
      {
        blocking: `/api/v1/return-units/${open.id}`,
      },
    );
}

/** The old interval ends and the new one starts on the same day with the same installation: the site counts that day once. */
async function continueService(ctx: Ctx, old: UnitRow, replacement: UnitRow, on: Day): Promise<void> {
  const open = await ctx.db.selectFrom('service_intervals').selectAll().where('unit_id', '=', old.id).where('to_on', 'is', null).executeTakeFirst();
  if (open !== undefined && on < open.from_on)
    throw invalid('on', [`Service of the old unit began on ${open.from_on}`, `旧個体の稼働開始日は ${open.from_on} です`]);
  await endService(ctx, old, on);
  await makeRoom(ctx, replacement.id, on, null);
  await ctx.db
    .insertInto('service_intervals')
    .values({
      id: newId(ctx.now),
      unit_id: replacement.id,
      site_id: old.site_id,
      customer_id: old.customer_id,
      from_on: on,
      to_on: null,
      estimated_at: null,
      mounting: open?.mounting ?? null,
      power: open?.power ?? null,
      network: open?.network ?? null,
      created_at: ctx.now,
      version: 1,
    })
    .execute();
}

async function warrantyOf(ctx: Ctx, old: UnitRow, replacement: UnitRow, on: Day, choice: SwapUnit['new_warranty']): Promise<Day | null> {
  const months = async (unit: UnitRow): Promise<number | null> =>
    (await ctx.db.selectFrom('models').select('own_warranty_months').where('id', '=', unit.model_id).executeTakeFirstOrThrow()).own_warranty_months;
  if (choice === 'inherit') return ownWarrantyEnd(old, await months(old));
  const own = await months(replacement);
  return own === null ? null : addMonths(on, own);
}
