// A cohort as links name it, and everything the house knows about it.
import { z } from 'zod';
import { type Cohort, checkCohort, getCohortOf, type NamedCohort, nameCohorts } from '../claim/cohort.ts';
import { staffOnly } from '../core/actor.ts';
import { invalid, notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';

const Id = z.string().max(64).optional();
const Code = z.string().max(100).optional();

/** By ids (an alert), by codes (a row of the failure rates) or by one of its units. */
export const AskedCohort = z.object({
  model_id: Id,
  hw_rev: Code,
  batch_id: Id,
  firmware_id: Id,
  maker: Code,
  model: Code,
  batch: Code,
  firmware: Code,
  unit_id: Id,
  /** The alert that led here: a hold placed now names it. */
  alert_id: Id,
});
export type AskedCohort = z.output<typeof AskedCohort>;

/** Throws `invalid` when no model is named, or a part is not of it. */
export async function getAskedCohort(ctx: Ctx, asked: AskedCohort): Promise<NamedCohort> {
  staffOnly(ctx);
  const [named] = await nameCohorts(ctx, [await resolve(ctx, asked)]);
  if (named === undefined) throw notFound(['Cohort', '対象群']);
  return named;
}

async function resolve(ctx: Ctx, { unit_id, model_id, hw_rev, batch_id, firmware_id, ...codes }: AskedCohort): Promise<Cohort> {
  if (unit_id !== undefined) return cohortOfUnit(ctx, unit_id);
  if (model_id !== undefined) {
    const cohort = { model_id, hw_rev: hw_rev ?? null, batch_id: batch_id ?? null, firmware_id: firmware_id ?? null };
    await checkCohort(ctx, cohort);
    return cohort;
  }
  if (codes.model === undefined) throw invalid('model', ['Name a model', '機種を指定してください']);
  return getCohortOf(ctx, { maker_code: codes.maker, model_code: codes.model, hw_rev, batch_code: codes.batch, firmware_code: codes.firmware });
}

/** What was made together: model, hardware revision and batch. Firmware changes; the page offers it. */
async function cohortOfUnit(ctx: Ctx, unit_id: string): Promise<Cohort> {
  const unit = await ctx.db.selectFrom('units').select(['model_id', 'hw_rev', 'batch_id']).where('id', '=', unit_id).executeTakeFirst();
  if (unit === undefined) throw notFound(['Unit', '個体']);
  return { ...unit, firmware_id: null };
}

/** The fields of a cohort as a query string; null ones are left out. */
export const cohortQuery = ({ model_id, hw_rev, batch_id, firmware_id }: Cohort): string =>
  new URLSearchParams(
    Object.entries({ model_id, hw_rev, batch_id, firmware_id }).flatMap(([name, value]): [string, string][] => (value === null ? [] : [[name, value]])),
  ).toString();

/** The same cohort with one part given up, for each part it has: where to look next. */
export function widerCohorts(cohort: NamedCohort): NamedCohort[] {
  const without: Partial<NamedCohort>[] = [{ hw_rev: null }, { batch_id: null, batch_code: null }, { firmware_id: null, firmware_code: null }];
  return without
    .filter((part) => Object.keys(part).some((name) => cohort[name as keyof NamedCohort] !== null)) // the keys of a part are fields of a cohort
    .map((part) => ({ ...cohort, ...part }));
}
