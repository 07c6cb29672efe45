// A box came in under a provisional unit, and is recognised as one that was expected, or written off, in another return: that return has received it.
import { allow } from '../core/actor.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { MergeUnit } from '../unit/inputs.ts';
import { mergeUnits } from '../unit/mergeUnits.ts';
import type { UnitRow } from '../unit/table.ts';
import { after } from './authorise.ts';
import { coverageNow } from './coverage.ts';
import { openUnitStates } from './lifecycle.ts';
import { getReturn, getReturnUnit, saveReturn, saveReturnUnit, wrongState } from './load.ts';
import { recoverWrittenOff } from './recover.ts';
import type { ReturnRow, ReturnUnitRow } from './table.ts';
import { callOffScanned } from './undoReceipt.ts';

/** Merges the provisional unit `id` into the one it turned out to be, its receipt into the return that waits for that one. Returns the unit that remains. */
export async function mergeReceived(ctx: Ctx, id: string, input: MergeUnit, expected?: number): Promise<UnitRow> {
  allow(ctx, 'unit:write');
  return transaction(ctx, async (ctx) => {
    const came = await findOpen(ctx, id);
    const awaited = came === undefined || came.received_at === null ? undefined : await findAwaited(ctx, input.into_id);
    // Two receipts of one unit are refused by the merge itself.
    if (came !== undefined && awaited !== undefined && id !== input.into_id) await joinReceipts(ctx, came, awaited, input.reason);
    const followers = await ctx.db.selectFrom('return_units').select('id').where('unit_id', '=', id).where('state', '<>', 'cancelled').execute();
    const kept = await mergeUnits(ctx, id, input, expected, awaited !== undefined);
    for (const follower of followers) await recognise(ctx, follower.id, kept);
    await countReturns(ctx, kept.id);
    return kept;
  });
}

/** What could not be known of a stranger: whose it is, and who pays. */
async function recognise(ctx: Ctx, return_unit_id: string, unit: UnitRow): Promise<void> {
  const entry = await getReturnUnit(ctx, return_unit_id);
  const found = await getReturn(ctx, entry.return_id);
  const { customer_id, partner_id } = unit;
  const nobodys = found.customer_id === null && customer_id !== null;
  if (nobodys) {
    await saveReturn(ctx, found, { customer_id, partner_id });
    await ctx.db.updateTable('outbound_legs').set({ partner_id }).where('return_id', '=', found.id).execute();
    await remember(ctx, { action: 'return.changed', record_kind: 'return', record_id: found.id, change: { customer_id: [null, customer_id] } });
  }
  await saveReturnUnit(ctx, entry, { ...(nobodys ? { partner_id } : {}), ...(await coverageNow(ctx, entry, entry.verdict)) });
}

/** 1 for the first return of the unit, 2 for the second: in the order they were filed. */
async function countReturns(ctx: Ctx, unit_id: string): Promise<void> {
  const entries = await ctx.db.selectFrom('return_units').selectAll().where('unit_id', '=', unit_id).where('state', '<>', 'cancelled').orderBy('id').execute();
  for (const [i, entry] of entries.entries()) if (entry.repeat_no !== i + 1) await saveReturnUnit(ctx, entry, { repeat_no: i + 1 });
}

const findOpen = (ctx: Ctx, unit_id: string): Promise<ReturnUnitRow | undefined> =>
  ctx.db.selectFrom('return_units').selectAll().where('unit_id', '=', unit_id).where('state', 'in', openUnitStates).executeTakeFirst();

/** Where the unit is waited for: the return that expects it, else the last one that gave it up. Undefined when it is being dealt with already. */
async function findAwaited(ctx: Ctx, unit_id: string): Promise<ReturnUnitRow | undefined> {
  const open = await findOpen(ctx, unit_id);
  if (open !== undefined) return open.state === 'expected' ? open : undefined;
  return ctx.db
    .selectFrom('return_units')
    .selectAll()
    .where('unit_id', '=', unit_id)
    .where('state', '=', 'written_off')
    .orderBy('id', 'desc')
    .executeTakeFirst();
}

/** Whoever knows the return that waited finds the receipt there; the one the scan had made ends. */
async function joinReceipts(ctx: Ctx, came: ReturnUnitRow, awaited: ReturnUnitRow, reason: string | undefined): Promise<void> {
  const waiting = await openWaiting(ctx, awaited);
  await saveReturnUnit(ctx, came, { ...notReceived, state: 'cancelled', merged_into_id: awaited.id });
  await saveReturnUnit(ctx, awaited, { ...receiptOf(came), ...(await coverageNow(ctx, awaited, came.verdict)), written_off_at: null });
  await followReceipt(ctx, came, waiting, awaited);
  if (waiting.state !== 'open') await saveReturn(ctx, waiting, { state: after(waiting, 'receive') });
  if (came.return_id !== waiting.id) await callOffScanned(ctx, await getReturn(ctx, came.return_id));
  const change = { return_id: waiting.id, number: waiting.number, merged_id: came.id };
  await remember(
    ctx,
    { action: 'return_unit.received', record_kind: 'return_unit', record_id: awaited.id, reason: reason ?? null, change },
    { action: 'return_unit.merged', record_kind: 'return_unit', record_id: came.id, reason: reason ?? null, change: { merged_into_id: awaited.id } },
  );
}

async function openWaiting(ctx: Ctx, awaited: ReturnUnitRow): Promise<ReturnRow> {
  if (awaited.state === 'written_off') return recoverWrittenOff(ctx, awaited);
  const found = await getReturn(ctx, awaited.return_id);
  if (found.state === 'draft')
    throw wrongState(
      [`The unit is expected in return ${found.number}: authorise that first`, `この個体は返品案件 ${found.number} で返却待ちです。先に承認してください`],
      found.id,
    );
  return found;
}

/** Everything that is said of a box, and of nothing that has not come. */
const notReceived = {
  returned_on: null,
  received_at: null,
  received_by: null,
  dispositioned_at: null,
  verdict: null,
  failure_mode_id: null,
  component_id: null,
  cause_id: null,
  verdict_by: null,
  verdict_at: null,
  disposition: null,
  footage_erased_at: null,
  footage_erased_by: null,
} satisfies Partial<ReturnUnitRow>;

function receiptOf(came: ReturnUnitRow): Partial<ReturnUnitRow> {
  const { returned_on, received_at, received_by, dispositioned_at, verdict, failure_mode_id, component_id, cause_id, verdict_by, verdict_at } = came;
  const { state, disposition, footage_erased_at, footage_erased_by } = came;
  const found = { verdict, failure_mode_id, component_id, cause_id, verdict_by, verdict_at, footage_erased_at, footage_erased_by };
  return { ...found, state, returned_on, received_at, received_by, dispositioned_at, disposition };
}

/** What was decided for the box and is sent back of it belongs to the return that waited. Inspections and files follow by themselves (schema/sql: return_units_merge). */
async function followReceipt(ctx: Ctx, came: ReturnUnitRow, waiting: ReturnRow, awaited: ReturnUnitRow): Promise<void> {
  await ctx.db
    .updateTable('dispositions')
    .set((set) => ({ return_unit_id: awaited.id, version: set('version', '+', 1) }))
    .where('return_unit_id', '=', came.id)
    .execute();
  await ctx.db
    .updateTable('outbound_legs')
    .set((set) => ({ return_id: waiting.id, return_unit_id: awaited.id, partner_id: waiting.partner_id, version: set('version', '+', 1) }))
    .where('return_unit_id', '=', came.id)
    .execute();
}
