// A unit is inspected: opened on the bench, steps recorded as they are done, ended with a verdict. May be repeated.
import { attachKept, type KeptFile } from '../attachment/attach.ts';
import { allow, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
import { remember } from '../history/remember.ts';
import { findPlace, moveUnit } from '../ledger/move.ts';
import { getReturnUnit } from '../returns/load.ts';
import { findCode } from '../returns/newUnit.ts';
import type { ReturnUnitRow } from '../returns/table.ts';
import { eraseFootage, recordVerdict, startInspecting } from '../returns/verdict.ts';
import { refuseStale } from '../web/version.ts';
import type { GiveVerdict, StartInspection, StepAnswer } from './inputs.ts';
import { findChecklistFor, listSteps } from './queries.ts';
import { concludeInspection, judgeStep, type Verdict } from './rules.ts';
import type { InspectionRow } from './table.ts';

/** Opens an inspection with the most specific checklist and moves the unit to the bench; with a verdict in the input, ends it too. */
export async function startInspection(ctx: Ctx, input: StartInspection): Promise<InspectionRow> {
  allow(ctx, 'inspection:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const unit = await getReturnUnit(ctx, input.return_unit_id);
    await refuseRunning(ctx, unit);
    await startInspecting(ctx, unit);
    await bringToBench(ctx, unit);
    const inspection = await openInspection(ctx, unit);
    if (input.all_steps_ok === true) await saveSteps(ctx, inspection, await everyRequiredCheck(ctx, inspection));
    if (input.steps !== undefined) await saveSteps(ctx, inspection, input.steps);
    await remember(ctx, {
      action: 'inspection.started',
      record_kind: 'return_unit',
      record_id: unit.id,
      change: { inspection_id: inspection.id, checklist_id: inspection.checklist_id },
    });
    return input.verdict === undefined ? inspection : conclude(ctx, inspection, input);
  });
}

/** Records steps; a step done again replaces what was recorded before. `photos` are files kept for steps, put beside the inspection with them. */
export async function recordSteps(
  ctx: Ctx,
  id: string,
  given: readonly StepAnswer[],
  expected?: number,
  photos: ReadonlyMap<string, KeptFile> = new Map(),
): Promise<InspectionRow> {
  allow(ctx, 'inspection:write');
  return transaction(ctx, async (ctx) => {
    const inspection = await getRunning(ctx, id, expected);
    const steps = await withPhotos(ctx, inspection, given, photos);
    await saveSteps(ctx, inspection, steps);
    const saved = await saveVersioned(ctx, 'inspections', inspection, {}, changedMeanwhile);
    await remember(ctx, {
      action: 'inspection.steps_recorded',
      record_kind: 'inspection',
      record_id: id,
      change: { steps: steps.map(({ step_id, result, value }) => ({ step_id, result, value })) },
    });
    return saved;
  });
}

/** Ends an inspection: reproduced symptom, failure mode, component and cause are four different things. */
export async function giveVerdict(ctx: Ctx, id: string, input: GiveVerdict, expected?: number): Promise<InspectionRow> {
  allow(ctx, 'inspection:write');
  return transaction(ctx, async (ctx) => conclude(ctx, await getRunning(ctx, id, expected), input));
}

async function conclude(ctx: Ctx, inspection: InspectionRow, input: GiveVerdict): Promise<InspectionRow> {
  const unit = await getReturnUnit(ctx, inspection.return_unit_id);
  const repaired = await wasRepaired(ctx, unit);
  const verdict = repaired ? (unit.verdict ?? input.verdict) : input.verdict;
  if (verdict === undefined) throw invalid('verdict', ['The verdict is missing', '判定を入力してください']);
  const found = await findFindings(ctx, input);
  const result = await resultOf(ctx, inspection, input, verdict, repaired);
  const note = input.note ?? inspection.note;
  const done = await saveVersioned(ctx, 'inspections', inspection, { state: 'done', result, verdict, ...found, note, finished_at: ctx.now }, changedMeanwhile);
  const { reproduced_symptom_id: _, ...finding } = found;
  if (!repaired) await recordVerdict(ctx, unit, { verdict, ...finding });
  if (input.footage_erased === true) await eraseFootage(ctx, unit.id);
  await remember(ctx, {
    action: 'inspection.finished',
    record_kind: 'return_unit',
    record_id: unit.id,
    change: { inspection_id: done.id, verdict, result, ...found },
  });
  return done;
}

/** Since its fault was confirmed the unit went to repair and came back: the verdict stands, the inspection says whether the repair worked. */
async function wasRepaired(ctx: Ctx, unit: ReturnUnitRow): Promise<boolean> {
  if (unit.verdict !== 'confirmed' && unit.verdict !== 'customer_damage') return false;
  const repair = await ctx.db.selectFrom('dispositions').select('id').where('return_unit_id', '=', unit.id).where('state', '=', 'done').executeTakeFirst();
  return repair !== undefined;
}

async function findFindings(ctx: Ctx, input: GiveVerdict) {
  return {
    reproduced_symptom_id: (await findCode(ctx, 'symptom', input.reproduced_symptom, 'reproduced_symptom'))?.id ?? null,
    failure_mode_id: (await findCode(ctx, 'failure_mode', input.failure_mode, 'failure_mode'))?.id ?? null,
    component_id: (await findCode(ctx, 'component', input.component, 'component'))?.id ?? null,
    cause_id: (await findCode(ctx, 'cause', input.cause, 'cause'))?.id ?? null,
  };
}

async function resultOf(ctx: Ctx, inspection: InspectionRow, input: GiveVerdict, verdict: Verdict, repaired: boolean): Promise<'pass' | 'fail'> {
  const steps = await ctx.db.selectFrom('inspection_steps').select(['step_id', 'result']).where('inspection_id', '=', inspection.id).execute();
  const result = concludeInspection({ verdict, result: input.result, repaired, steps, checklist: await listSteps(ctx, inspection.checklist_id) });
  if (typeof result !== 'string') throw new Problem('conflict', result, { blocking: `/api/v1/inspections/${inspection.id}` });
  return result;
}

async function openInspection(ctx: Ctx, unit: ReturnUnitRow): Promise<InspectionRow> {
  const checklist = await findChecklistFor(ctx, unit.unit_id);
  const row: InspectionRow = {
    id: newId(ctx.now),
    return_unit_id: unit.id,
    unit_id: unit.unit_id,
    checklist_id: checklist?.id ?? null,
    state: 'running',
    result: null,
    verdict: null,
    reproduced_symptom_id: null,
    failure_mode_id: null,
    component_id: null,
    cause_id: null,
    override_reason: null,
    note: null,
    inspector_id: ctx.actor.id,
    inspector_name: ctx.actor.name,
    started_at: ctx.now,
    finished_at: null,
    version: 1,
  };
  await ctx.db.insertInto('inspections').values(row).execute();
  return row;
}

async function bringToBench(ctx: Ctx, unit: ReturnUnitRow): Promise<void> {
  const place = await findPlace(ctx, unit.unit_id);
  if (place === undefined || place.location === 'bench') return;
  const record = await ctx.db.selectFrom('units').select(['id', 'model_id']).where('id', '=', unit.unit_id).executeTakeFirstOrThrow();
  await moveUnit(ctx, record, { location: 'bench', condition: place.condition }, { cause_kind: 'return_unit', cause_id: unit.id });
}

async function everyRequiredCheck(ctx: Ctx, inspection: InspectionRow): Promise<StepAnswer[]> {
  const steps = await listSteps(ctx, inspection.checklist_id);
  return steps.filter((step) => step.kind === 'check' && step.need === 'required').map((step) => ({ step_id: step.id, result: 'ok' }));
}

async function saveSteps(ctx: Ctx, inspection: InspectionRow, answers: readonly StepAnswer[]): Promise<void> {
  const steps = new Map((await listSteps(ctx, inspection.checklist_id)).map((step) => [step.id, step]));
  for (const [i, answer] of answers.entries()) {
    const step = steps.get(answer.step_id);
    if (step === undefined) throw invalid(`steps.${i}.step_id`, ['Not a step of this checklist', 'このチェックリストの項目ではありません']);
    const result = judgeStep(step, answer);
    if (typeof result !== 'string') throw invalid(`steps.${i}`, result);
    await refuseForeignPhoto(ctx, inspection, answer, `steps.${i}.attachment_id`);
    const row = {
      value: answer.value ?? null,
      attachment_id: answer.attachment_id ?? null,
      note: answer.note ?? null,
      result,
      recorded_by: ctx.actor.id,
      recorded_at: ctx.now,
    };
    await ctx.db
      .insertInto('inspection_steps')
      .values({ inspection_id: inspection.id, step_id: step.id, ...row })
      .onConflict((conflict) => conflict.columns(['inspection_id', 'step_id']).doUpdateSet(row))
      .execute();
  }
}

async function withPhotos(ctx: Ctx, inspection: InspectionRow, given: readonly StepAnswer[], photos: ReadonlyMap<string, KeptFile>): Promise<StepAnswer[]> {
  const answers = new Map(given.map((answer) => [answer.step_id, answer]));
  for (const [step_id, file] of photos) {
    const { id } = await attachKept(ctx, { record_kind: 'inspection', record_id: inspection.id }, file);
    answers.set(step_id, { ...(answers.get(step_id) ?? { step_id }), attachment_id: id });
  }
  return [...answers.values()];
}

async function refuseForeignPhoto(ctx: Ctx, inspection: InspectionRow, answer: StepAnswer, path: string): Promise<void> {
  if (answer.attachment_id == null) return;
  const photo = await ctx.db
    .selectFrom('attachments')
    .select('id')
    .where('id', '=', answer.attachment_id)
    .where('removed_at', 'is', null)
    .where((of) =>
      of.or([
        of.and([of('record_kind', '=', 'inspection'), of('record_id', '=', inspection.id)]),
        of.and([of('record_kind', '=', 'return_unit'), of('record_id', '=', inspection.return_unit_id)]),
      ]),
    )
    .executeTakeFirst();
  if (photo === undefined) throw invalid(path, ['Attach the photo to this inspection first', '先にこの検証へ写真を添付してください']);
}

async function refuseRunning(ctx: Ctx, unit: ReturnUnitRow): Promise<void> {
  const running = await ctx.db.selectFrom('inspections').select('id').where('return_unit_id', '=', unit.id).where('state', '=', 'running').executeTakeFirst();
  if (running !== undefined)
    throw new Problem('conflict', ['This unit is being inspected already', 'この個体は検証中です'], { blocking: `/api/v1/inspections/${running.id}` });
}

async function getRunning(ctx: Ctx, id: string, expected?: number): Promise<InspectionRow> {
  const inspection = await ctx.db.selectFrom('inspections').selectAll().where('id', '=', id).executeTakeFirst();
  if (inspection === undefined) throw notFound(['Inspection', '検証']);
  refuseStale(inspection, expected);
  if (inspection.state !== 'running') throw ended(id);
  return inspection;
}

const changedMeanwhile = ({ id }: InspectionRow): Problem =>
  new Problem('conflict', ['Someone else changed this at the same moment', '同時に更新されました'], { blocking: `/api/v1/inspections/${id}` });

const ended = (id: string): Problem => new Problem('conflict', ['The inspection has ended', '検証は終了しています'], { blocking: `/api/v1/inspections/${id}` });
