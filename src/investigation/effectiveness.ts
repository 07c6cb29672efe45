// Proof of the fix: failures and exposure on both sides of the cut-in, at equal age, and a sequential test for the watch.

import { type Cohort, type CohortFacts, cohortHas, wholeModels } from '../claim/cohort.ts';
import { type CohortReturn, exposureDays, listReturns, listService, type ServicePiece } from '../claim/exposure.ts';
import { withDescendants } from '../claim/modes.ts';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import { addDays, type Day } from '../core/time.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { AGE_BANDS } from '../quality/ageBands.ts';
import { countChanges } from '../quality/count.ts';
import { type CutIn, inOrder, type Side, sideOf } from './cutIn.ts';
import type { CheckEffectiveness } from './inputs.ts';
import { loadInvestigation } from './load.ts';
import { type AgeBand, type Comparison, compareSides } from './rules.ts';
import { sequentialEvidence } from './sequentialEvidence.ts';
import type { EffectivenessCheckRow } from './table.ts';

export interface Effectiveness extends Comparison {
  readonly kind: 'confirmed' | 'returned';
  readonly as_of_on: Day;
  readonly bands: readonly AgeBand[];
  /** Failures and exposure that prove nothing: batch, revision or firmware unknown. */
  readonly unknown_failures: number;
  readonly unknown_exposure_days: number;
  /** E-values of improvement and of deterioration: valid however often one looks; 20 and more speak at 5 %. */
  readonly e_better: number | null;
  readonly e_worse: number | null;
}

/** Before against after, up to and with today. Throws `conflict` when no permanent action has a cut-in or no cohort is named. */
export async function compareEffectiveness(ctx: Ctx, id: string, { kind }: CheckEffectiveness): Promise<Effectiveness> {
  const { cohorts, cutIns, modes } = await proofScope(ctx, id);
  if (cutIns.length === 0)
    throw new Problem('conflict', ['No finished permanent action has a cut-in: nothing to compare', '切替点のある完了済みの恒久対策がないため比較できません']);
  const as_of_on = today(ctx);
  const until_on = addDays(as_of_on, 1);
  await countChanges(ctx);
  // Units after the cut-in are of other batches than the suspected ones: look at the whole models first.
  const models = wholeModels(cohorts);
  const by_serial = cutIns.some((cutIn) => cutIn.kind === 'serial_range');
  const service = (await listService(ctx, models, until_on, by_serial)).map((piece) => ({ ...piece, side: sideOf(cutIns, piece) }));
  const failures = (await listReturns(ctx, models, until_on, modes))
    .filter((row) => kind === 'returned' || row.finding === 'confirmed')
    .map((row) => ({ ...row, side: sideOf(cutIns, row) }));
  const relevant = keepSuspects(service, cohorts);
  const failed = keepSuspects(failures, cohorts);
  const bands = ageBands(relevant, failed);
  return {
    kind,
    as_of_on,
    bands,
    ...compareSides(bands),
    ...sequentialEvidence(relevant, failed),
    unknown_failures: failed.filter((row) => row.side === 'unknown').length,
    unknown_exposure_days: exposureDays(relevant.filter((piece) => piece.side === 'unknown')),
  };
}

/** Compares and keeps the result as a piece of evidence. */
export async function checkEffectiveness(ctx: Ctx, id: string, input: CheckEffectiveness): Promise<EffectivenessCheckRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    await loadInvestigation(ctx, id);
    const { as_of_on, bands, unknown_failures, unknown_exposure_days, ...found } = await compareEffectiveness(ctx, id, input);
    const row: EffectivenessCheckRow = {
      id: newId(ctx.now),
      investigation_id: id,
      checked_at: ctx.now,
      checked_by: ctx.actor.name,
      ...found,
      detail: JSON.stringify({ as_of_on, bands, unknown_failures, unknown_exposure_days }),
    };
    await ctx.db.insertInto('effectiveness_checks').values(row).execute();
    await remember(ctx, {
      action: 'investigation.effectiveness_checked',
      record_kind: 'investigation',
      record_id: id,
      change: { id: row.id, verdict: row.verdict, ratio: row.ratio, ratio_low: row.ratio_low, ratio_high: row.ratio_high },
    });
    return row;
  });
}

/** What the proof is about: suspected cohorts (and models the cut-ins name), cut-ins of finished lasting actions, failure modes with their branches. */
export async function proofScope(ctx: Ctx, id: string): Promise<{ cohorts: Cohort[]; cutIns: CutIn[]; modes: string[] }> {
  const named = await ctx.db
    .selectFrom('investigation_cohorts')
    .select(['model_id', 'hw_rev', 'batch_id', 'firmware_id'])
    .where('investigation_id', '=', id)
    .orderBy('id')
    .execute();
  const cutIns = await listCutIns(ctx, id);
  const added = [...new Set(cutIns.map((cutIn) => cutIn.model_id))].filter((model_id) => !named.some((cohort) => cohort.model_id === model_id));
  const cohorts = [...named, ...added.map((model_id) => ({ model_id, hw_rev: null, batch_id: null, firmware_id: null }))];
  const modes = await ctx.db
    .selectFrom('investigation_links')
    .select('record_id')
    .where('investigation_id', '=', id)
    .where('kind', '=', 'failure_mode')
    .execute();
  return {
    cohorts,
    cutIns,
    modes: await withDescendants(
      ctx,
      modes.map((mode) => mode.record_id),
    ),
  };
}

async function listCutIns(ctx: Ctx, id: string): Promise<CutIn[]> {
  const rows = await ctx.db
    .selectFrom('action_cut_ins')
    .innerJoin('investigation_actions', 'investigation_actions.id', 'action_cut_ins.action_id')
    .selectAll('action_cut_ins')
    .where('investigation_id', '=', id)
    .where('investigation_actions.state', '=', 'done')
    .where('investigation_actions.kind', 'in', ['permanent', 'horizontal'])
    .orderBy('action_cut_ins.id')
    .execute();
  const cutIns: CutIn[] = [];
  for (const { model_id, batch_id, firmware_id, hw_rev, serial_from_key, serial_to_key } of rows) {
    if (batch_id !== null) cutIns.push({ kind: 'batch', model_id, batch_id, order: await orderOfBatches(ctx, model_id) });
    else if (firmware_id !== null) cutIns.push({ kind: 'firmware', model_id, firmware_id, order: await orderOfFirmwares(ctx, model_id) });
    else if (hw_rev !== null) cutIns.push({ kind: 'hw_rev', model_id, hw_rev });
    else if (serial_from_key !== null) cutIns.push({ kind: 'serial_range', model_id, serial_from_key, serial_to_key });
  }
  return cutIns;
}

const orderOfBatches = async (ctx: Ctx, model_id: string): Promise<string[]> =>
  inOrder(await ctx.db.selectFrom('batches').select(['id', 'code', 'made_on as dated_on']).where('model_id', '=', model_id).execute());

const orderOfFirmwares = async (ctx: Ctx, model_id: string): Promise<string[]> =>
  inOrder(await ctx.db.selectFrom('firmwares').select(['id', 'code', 'released_on as dated_on']).where('model_id', '=', model_id).execute());

/** Before the cut-in only the suspects count (a batch that never had the defect would hide the effect); after it, everything that has the action. */
const keepSuspects = <Row extends CohortFacts & { readonly side: Side }>(rows: readonly Row[], cohorts: readonly Cohort[]): Row[] =>
  rows.filter((row) => row.side === 'after' || cohorts.some((cohort) => cohortHas(cohort, row)));

function ageBands(service: readonly (ServicePiece & { readonly side: Side })[], failures: readonly (CohortReturn & { readonly side: Side })[]): AgeBand[] {
  return AGE_BANDS.map(({ code, low, high }) => {
    const days = (side: Side): number =>
      service.filter((piece) => piece.side === side).reduce((sum, piece) => sum + piece.units * daysAtAge(piece, low, high), 0);
    const count = (side: Side): number => failures.filter((row) => row.side === side && isAtAge(row, low, high)).length;
    return { code, before_failures: count('before'), before_days: days('before'), after_failures: count('after'), after_days: days('after') };
  });
}

function daysAtAge(piece: ServicePiece, from_day: number, to_day: number): number {
  return Math.max(0, Math.min(piece.to_day - piece.first_day, to_day) - Math.max(piece.from_day - piece.first_day, from_day));
}

// A unit without known service counts in the first band: it failed before anyone saw it run.
const isAtAge = ({ age_days }: CohortReturn, from_day: number, to_day: number): boolean => from_day <= (age_days ?? 0) && (age_days ?? 0) < to_day;
