// Models and batches of the health table, by their codes and to their codes.
import { sql } from 'kysely';
import { invalid, oneOf } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { amongTexts } from '../db/dialect.ts';

export interface NamedModel {
  readonly id: string;
  readonly model: string;
  readonly maker: string;
}

export const findModels = (ctx: Ctx, model: string | undefined, maker: string | undefined): Promise<NamedModel[]> =>
  named(ctx)
    .$if(model !== undefined, (query) => query.where('models.code', '=', model ?? ''))
    .$if(maker !== undefined, (query) => query.where('makers.code', '=', maker ?? ''))
    .execute();

/** Undefined when there is none; throws `invalid` when several makers have one of that code. */
export function oneModel(models: readonly NamedModel[]): NamedModel | undefined {
  if (models.length > 1) throw invalid('maker', oneOf(models.map(({ maker }) => maker)));
  return models[0];
}

export async function namesOf(ctx: Ctx, model_ids: readonly string[]): Promise<Map<string, NamedModel>> {
  const rows = await named(ctx)
    .where(sql<boolean>`models.id in ${amongTexts(ctx.db, model_ids)}`)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

const named = (ctx: Ctx) =>
  ctx.db
    .selectFrom('models')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .select(['models.id', 'models.code as model', 'makers.code as maker'])
    .orderBy('makers.code')
    .orderBy('models.code');

export async function batchCodes(ctx: Ctx, batch_ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; code: string }>`select id, code from batches where id in ${amongTexts(ctx.db, batch_ids)}`.execute(ctx.db);
  return new Map(rows.map(({ id, code }) => [id, code]));
}
