// Models by code for files of many rows: all of them in memory, the maker asked for only where a code is not unique.
import type { Ctx } from '../db/ctx.ts';
import type { CellError } from '../transfer/kind.ts';

export interface FoundModel {
  readonly id: string;
  readonly maker_code: string;
}

/** The model of a code, or what is wrong with the row. */
export type ModelFinder = (model_code: string, maker_code: string | null) => FoundModel | CellError;

export async function modelFinder(ctx: Ctx): Promise<ModelFinder> {
  const models = await ctx.db
    .selectFrom('models')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .select(['models.id', 'models.code', 'makers.code as maker_code'])
    .execute();
  const byCode = grouped(models, (model) => model.code);
  return (model_code, maker_code) => {
    const fitting = (byCode.get(model_code) ?? []).filter((model) => maker_code === null || model.maker_code === maker_code);
    const [first, second] = fitting;
    if (first === undefined) return { column: 'model_code', words: [`No model ${model_code}`, `機種 ${model_code} がありません`] };
    if (second === undefined) return first;
    const makers = fitting
      .map((model) => model.maker_code)
      .sort()
      .join(', ');
    return {
      column: 'maker_code',
      words: [`Several makers have a model ${model_code}: ${makers}`, `機種 ${model_code} は複数のメーカーにあります: ${makers}`],
    };
  };
}

export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
