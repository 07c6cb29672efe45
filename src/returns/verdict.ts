// What the bench found, written on the unit; and the footage it carried, erased.
import { allow, staffOnly } from '../core/actor.ts';
import { inSentence } from '../core/words.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { coverageNow } from './coverage.ts';
import type { ChangeCoverage } from './inputs.ts';
import { nextUnitState } from './lifecycle.ts';
import { getReturnUnit, saveReturnUnit, wrongUnit } from './load.ts';
import type { ReturnUnitRow } from './table.ts';
import { unitStateLabels } from './words.ts';

export type Finding = Pick<ReturnUnitRow, 'failure_mode_id' | 'component_id' | 'cause_id'> & { readonly verdict: NonNullable<ReturnUnitRow['verdict']> };

/** The unit is on the bench. Call it inside the transaction that opens the inspection. */
export async function startInspecting(ctx: Ctx, unit: ReturnUnitRow): Promise<ReturnUnitRow> {
  const state = nextUnitState(unit.state, 'inspect');
  if (state === null)
    throw wrongUnit(
      [`The unit is ${inSentence(unitStateLabels[unit.state])}: receive it first`, `個体の状態(${unitStateLabels[unit.state][1]})では検証できません`],
      unit,
    );
  return saveReturnUnit(ctx, unit, { state });
}

/** Writes the verdict of the last inspection on the unit, and who pays after it. Call it inside the transaction that ends the inspection. */
export async function recordVerdict(ctx: Ctx, unit: ReturnUnitRow, finding: Finding): Promise<ReturnUnitRow> {
  const saved = await saveReturnUnit(ctx, unit, {
    verdict: finding.verdict,
    failure_mode_id: finding.failure_mode_id,
    component_id: finding.component_id,
    cause_id: finding.cause_id,
    verdict_by: ctx.actor.id,
    verdict_at: ctx.now,
    ...(await coverageNow(ctx, unit, finding.verdict)),
  });
  await remember(ctx, {
    action: 'return_unit.verdict_recorded',
    record_kind: 'return_unit',
    record_id: unit.id,
    change: { ...finding, unit_id: unit.unit_id, day: today(ctx) },
  });
  return saved;
}

/** The footage stored in the unit was erased; needed before it goes to stock or to the maker. */
export async function eraseFootage(ctx: Ctx, return_unit_id: string, reason?: string, expected?: number): Promise<ReturnUnitRow> {
  allow(ctx, 'inspection:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const unit = await getReturnUnit(ctx, return_unit_id, expected);
    if (unit.state !== 'received' && unit.state !== 'inspecting')
      throw wrongUnit(
        [`The unit is ${inSentence(unitStateLabels[unit.state])}`, `個体の状態(${unitStateLabels[unit.state][1]})では消去を記録できません`],
        unit,
      );
    if (unit.footage_erased_at !== null) return unit;
    const saved = await saveReturnUnit(ctx, unit, { footage_erased_at: ctx.now, footage_erased_by: ctx.actor.id });
    await remember(ctx, { action: 'return_unit.footage_erased', record_kind: 'return_unit', record_id: unit.id, reason: reason ?? null });
    return saved;
  });
}

/** Goodwill, or another word of a person on who pays. */
export async function changeCoverage(ctx: Ctx, return_unit_id: string, input: ChangeCoverage, expected?: number): Promise<ReturnUnitRow> {
  allow(ctx, input.coverage === 'goodwill' ? 'return:approve' : 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const unit = await getReturnUnit(ctx, return_unit_id, expected);
    const saved = await saveReturnUnit(ctx, unit, { coverage: input.coverage, coverage_reason: input.reason });
    await remember(ctx, {
      action: 'return_unit.coverage_changed',
      record_kind: 'return_unit',
      record_id: unit.id,
      reason: input.reason,
      change: { coverage: [unit.coverage, input.coverage] },
    });
    return saved;
  });
}
