// Cohorts: model × hardware revision × batch × firmware, any subset. A null field means any.
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { getModelOf } from '../catalog/resolve.ts';
import { invalid } from '../core/problem.ts';
import type { Locale } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import type { Tables } from '../db/tables.ts';
import { words } from './words.ts';

export interface Cohort {
  readonly model_id: string;
  readonly hw_rev: string | null;
  readonly batch_id: string | null;
  readonly firmware_id: string | null;
}

/** What a cohort is compared with: a unit, or a piece of its service. */
export interface CohortFacts {
  readonly model_id: string;
  readonly batch_id: string | null;
  readonly hw_rev: string | null;
  readonly firmware_id: string | null;
}

export const cohortHas = (cohort: Cohort, of: CohortFacts): boolean =>
  cohort.model_id === of.model_id &&
  (cohort.hw_rev === null || cohort.hw_rev === of.hw_rev) &&
  (cohort.batch_id === null || cohort.batch_id === of.batch_id) &&
  (cohort.firmware_id === null || cohort.firmware_id === of.firmware_id);

/** The models of the cohorts, whole. */
export const wholeModels = (cohorts: readonly Cohort[]): Cohort[] =>
  [...new Set(cohorts.map((cohort) => cohort.model_id))].map((model_id) => ({ model_id, hw_rev: null, batch_id: null, firmware_id: null }));

/** Units in any of the cohorts as they are today; merged and removed ones are in none. */
export function inCohorts(cohorts: readonly Cohort[]) {
  return (of: ExpressionBuilder<Tables, 'units'>): Expression<SqlBool> => {
    if (cohorts.length === 0) return sql<SqlBool>`1 = 0`;
    return of.and([
      of('units.merged_into_id', 'is', null),
      of('units.removed_at', 'is', null),
      of.or(
        cohorts.map((cohort) =>
          of.and([
            of('units.model_id', '=', cohort.model_id),
            ...(cohort.hw_rev === null ? [] : [of('units.hw_rev', '=', cohort.hw_rev)]),
            ...(cohort.batch_id === null ? [] : [of('units.batch_id', '=', cohort.batch_id)]),
            ...(cohort.firmware_id === null ? [] : [of('units.firmware_id', '=', cohort.firmware_id)]),
          ]),
        ),
      ),
    ]);
  };
}

/** Throws `invalid` unless batch and firmware belong to the model. */
export async function checkCohort(ctx: Ctx, cohort: Cohort, path = 'cohort'): Promise<void> {
  const { model_id, batch_id, firmware_id } = cohort;
  const refuse = (field: string) => invalid(`${path}.${field}`, ['Not of this model', 'この機種のものではありません']);
  const model = await ctx.db.selectFrom('models').select('id').where('id', '=', model_id).executeTakeFirst();
  if (model === undefined) throw invalid(`${path}.model_id`, ['Unknown model', '機種が見つかりません']);
  if (
    batch_id !== null &&
    (await ctx.db.selectFrom('batches').select('id').where('id', '=', batch_id).where('model_id', '=', model_id).executeTakeFirst()) === undefined
  )
    throw refuse('batch_id');
  if (
    firmware_id !== null &&
    (await ctx.db.selectFrom('firmwares').select('id').where('id', '=', firmware_id).where('model_id', '=', model_id).executeTakeFirst()) === undefined
  )
    throw refuse('firmware_id');
}

/** The codes a cohort is known by. */
export interface CohortLabel {
  readonly maker_code: string;
  readonly model_code: string;
  readonly hw_rev: string | null;
  readonly batch_code: string | null;
  readonly firmware_code: string | null;
}

export interface NamedCohort extends Cohort, CohortLabel {
  readonly maker_id: string;
}

/** The codes alone, as an evidence pack keeps them. */
export const labelOf = ({ maker_code, model_code, hw_rev, batch_code, firmware_code }: NamedCohort): CohortLabel => ({
  maker_code,
  model_code,
  hw_rev,
  batch_code,
  firmware_code,
});

/** As people read it: `ACME X-100 rev B batch 24-07 fw 4.2.1`, `ACME X-100 HWリビジョン B ロット 24-07 FW 4.2.1`. */
export function cohortName({ maker_code, model_code, hw_rev, batch_code, firmware_code }: CohortLabel, locale: Locale): string {
  const w = words(locale);
  const part = (kind: string, code: string | null): string[] => (code === null ? [] : [`${kind} ${code}`]);
  return [maker_code, model_code, ...part(w.cohort_rev, hw_rev), ...part(w.cohort_batch, batch_code), ...part(w.cohort_fw, firmware_code)].join(' ');
}

/** Adds the codes; in the order given. */
export async function nameCohorts<C extends Cohort>(ctx: Ctx, cohorts: readonly C[]): Promise<(C & NamedCohort)[]> {
  const named: (C & NamedCohort)[] = [];
  for (const cohort of cohorts) {
    const model = await ctx.db
      .selectFrom('models')
      .innerJoin('makers', 'makers.id', 'models.maker_id')
      .select(['makers.id as maker_id', 'makers.code as maker_code', 'models.code as model_code'])
      .where('models.id', '=', cohort.model_id)
      .executeTakeFirstOrThrow();
    const batch = cohort.batch_id === null ? undefined : await ctx.db.selectFrom('batches').select('code').where('id', '=', cohort.batch_id).executeTakeFirst();
    const firmware =
      cohort.firmware_id === null ? undefined : await ctx.db.selectFrom('firmwares').select('code').where('id', '=', cohort.firmware_id).executeTakeFirst();
    named.push({ ...cohort, ...model, batch_code: batch?.code ?? null, firmware_code: firmware?.code ?? null });
  }
  return named;
}

/** A cohort as people write it: by codes. */
export interface CohortCodes {
  readonly maker_code?: string | undefined;
  readonly model_code: string;
  readonly hw_rev?: string | undefined;
  readonly batch_code?: string | undefined;
  readonly firmware_code?: string | undefined;
}

/** Throws `invalid` for a code that leads nowhere. */
export async function getCohortOf(ctx: Ctx, { maker_code, model_code, hw_rev, batch_code, firmware_code }: CohortCodes): Promise<Cohort> {
  const model = await getModelOf(ctx, { model_code, maker_code });
  const find = async (table: 'batches' | 'firmwares', code: string | undefined, path: string): Promise<string | null> => {
    if (code === undefined) return null;
    const row = await ctx.db.selectFrom(table).select('id').where('model_id', '=', model.id).where('code', '=', code).executeTakeFirst();
    if (row === undefined) throw invalid(path, [`No ${code} of this model`, `この機種に ${code} はありません`]);
    return row.id;
  };
  return {
    model_id: model.id,
    hw_rev: hw_rev ?? null,
    batch_id: await find('batches', batch_code, 'batch_code'),
    firmware_id: await find('firmwares', firmware_code, 'firmware_code'),
  };
}
