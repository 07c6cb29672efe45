// The row of a unit that enters a return: symptom, warranty on the day of filing, repeat count and telemetry, frozen as they are now.
import { newId } from '../core/id.ts';
import { invalid } from '../core/problem.ts';
import type { Day } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { Location } from '../ledger/move.ts';
import type { UnitRow } from '../unit/table.ts';
import { openUnitStates } from './lifecycle.ts';
import { saveReturnUnit, wrongState } from './load.ts';
import { takeSnapshot } from './snapshot.ts';
import type { CodeRow, ReturnRow, ReturnUnitRow } from './table.ts';
import { coverageOf, type Warranty, warrantyOf } from './warranty.ts';

export interface Report {
  readonly reported_symptom?: string | null | undefined;
  readonly reported_text?: string | null | undefined;
  readonly failed_on?: Day | null | undefined;
}

/** Puts a unit into a return; `within` is where the report stands in the input. Throws `conflict` naming the return it is in already. */
export async function addUnitToReturn(
  ctx: Ctx,
  to: ReturnRow,
  unit: UnitRow,
  report: Report,
  changes: Partial<ReturnUnitRow> = {},
  within = '',
): Promise<ReturnUnitRow> {
  await refuseSecondReturn(ctx, unit);
  const warranty = await findWarranty(ctx, unit);
  const contract = await findContractEnd(ctx, unit.customer_id, to.filed_on);
  const symptom = await findCode(ctx, 'symptom', report.reported_symptom, `${within}reported_symptom`);
  const row: ReturnUnitRow = {
    ...blankUnit,
    id: newId(ctx.now),
    return_id: to.id,
    unit_id: unit.id,
    partner_id: to.partner_id,
    reported_symptom_id: symptom?.id ?? null,
    reported_text: report.reported_text ?? null,
    failed_on: report.failed_on ?? null,
    snapshot: await takeSnapshot(ctx, unit.id),
    ...coverageOf({ warranty, filed_on: to.filed_on, contract, verdict: null }),
    repeat_no: (await countReturns(ctx, unit.id)) + 1,
    created_at: ctx.now,
    updated_at: ctx.now,
    ...changes,
  };
  await ctx.db.insertInto('return_units').values(row).execute();
  return row;
}

/** A return unit about which nothing is known yet. */
export const blankUnit = {
  state: 'expected',
  unexpected_at: null,
  returned_on: null,
  expected_by_on: null,
  received_at: null,
  received_by: null,
  dispositioned_at: null,
  resolved_at: null,
  verdict: null,
  failure_mode_id: null,
  component_id: null,
  cause_id: null,
  verdict_by: null,
  verdict_at: null,
  disposition: null,
  footage_erased_at: null,
  footage_erased_by: null,
  reminders_sent: 0,
  write_off_requested_by: null,
  write_off_approved_by: null,
  written_off_at: null,
  merged_into_id: null,
  version: 1,
} satisfies Partial<ReturnUnitRow>;

/** One open return per unit. A unit that was decided and is out with a customer again has left its former return. */
async function refuseSecondReturn(ctx: Ctx, unit: UnitRow): Promise<void> {
  await resolveDecided(ctx, unit.id, ['customer', 'in_transit']);
  const open = await ctx.db
    .selectFrom('return_units')
    .innerJoin('returns', 'returns.id', 'return_units.return_id')
    .select(['return_units.return_id', 'returns.number'])
    .where('return_units.unit_id', '=', unit.id)
    .where('return_units.state', 'in', openUnitStates)
    .executeTakeFirst();
  if (open !== undefined)
    throw wrongState([`Unit ${unit.serial} is in return ${open.number} already`, `個体 ${unit.serial} は返品案件 ${open.number} で対応中です`], open.return_id);
}

/** What was decided for the unit has happened, when it is in one of these places now. */
export async function resolveDecided(ctx: Ctx, unit_id: string, places: readonly Location[]): Promise<void> {
  const decided = await ctx.db
    .selectFrom('return_units')
    .innerJoin('unit_places', 'unit_places.unit_id', 'return_units.unit_id')
    .selectAll('return_units')
    .where('return_units.unit_id', '=', unit_id)
    .where('return_units.state', '=', 'dispositioned')
    .where('unit_places.location', 'in', places)
    .executeTakeFirst();
  if (decided === undefined) return;
  await saveReturnUnit(ctx, decided, { state: 'resolved', resolved_at: ctx.now });
  await remember(ctx, { action: 'return_unit.resolved', record_kind: 'return_unit', record_id: decided.id });
}

/** The warranty of a unit on both clocks. */
export async function findWarranty(ctx: Ctx, unit: UnitRow): Promise<Warranty> {
  const model = await ctx.db
    .selectFrom('models')
    .select(['own_warranty_months', 'maker_warranty_months'])
    .where('id', '=', unit.model_id)
    .executeTakeFirstOrThrow();
  return warrantyOf({ ...unit, ...model });
}

/** The end of a running contract with cover on that day: the latest one, `open` when it has no end, null when there is none. */
export async function findContractEnd(ctx: Ctx, customer_id: string | null, on: Day): Promise<Day | 'open' | null> {
  if (customer_id === null) return null;
  const contracts = await ctx.db
    .selectFrom('contracts')
    .select('ends_on')
    .where('customer_id', '=', customer_id)
    .where('coverage', '<>', 'none')
    .where('starts_on', '<=', on)
    .where((of) => of.or([of('ends_on', 'is', null), of('ends_on', '>=', on)]))
    .where((of) => of.or([of('cancelled_on', 'is', null), of('cancelled_on', '>', on)]))
    .execute();
  if (contracts.some(({ ends_on }) => ends_on === null)) return 'open';
  return (
    contracts
      .map(({ ends_on }) => ends_on)
      .sort()
      .at(-1) ?? null
  );
}

async function countReturns(ctx: Ctx, unit_id: string): Promise<number> {
  const { returns } = await ctx.db
    .selectFrom('return_units')
    .select((of) => of.fn.countAll<number>().as('returns'))
    .where('unit_id', '=', unit_id)
    .where('state', '<>', 'cancelled')
    .executeTakeFirstOrThrow();
  return returns;
}

/** The code a person or a file names, following merges. Throws `invalid` when there is none, or when it was retired. */
export async function findCode(ctx: Ctx, tree: CodeRow['tree'], code: string | null | undefined, path: string): Promise<CodeRow | null> {
  if (code === null || code === undefined || code === '') return null;
  const row = await ctx.db
    .selectFrom('codes')
    .selectAll()
    .where('tree', '=', tree)
    .where((of) => of.or([of('code', '=', code.toUpperCase()), of('id', '=', code)]))
    .executeTakeFirst();
  if (row === undefined) throw invalid(path, [`No code ${code} among ${tree}`, `コード ${code} がありません`]);
  if (row.merged_into_id !== null) return findCode(ctx, tree, row.merged_into_id, path);
  if (row.retired_at !== null) throw invalid(path, [`The code ${code} is retired`, `コード ${code} は廃止されています`]);
  return row;
}
