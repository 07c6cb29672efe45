import { identifierKey } from '../core/identifier.ts';
import { Problem } from '../core/problem.ts';
import { sameInBoth } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';

/** The maker's units with these serials, one per line and each once. Throws `invalid` naming each that is unknown, or that two models share. */
export async function unitsCalled(ctx: Ctx, maker_id: string, text: string): Promise<string[]> {
  const serials = [
    ...new Set(
      text
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    ),
  ];
  const ids = new Set<string>();
  const wrong: string[] = [];
  for (const serial of serials) {
    const found = await ctx.db
      .selectFrom('units')
      .innerJoin('models', 'models.id', 'units.model_id')
      .select('units.id')
      .where('models.maker_id', '=', maker_id)
      .where('units.serial_key', '=', identifierKey(serial))
      .where('units.merged_into_id', 'is', null)
      .limit(2)
      .execute();
    if (found.length === 1) ids.add(found[0]?.id ?? '');
    else wrong.push(serial);
  }
  if (wrong.length > 0)
    throw new Problem('invalid', [`Not exactly one unit of this maker: ${wrong.join(', ')}`, `このメーカーの個体として特定できません: ${wrong.join('、')}`], {
      errors: wrong.map((serial) => ({ path: 'serials', message: sameInBoth(serial) })),
    });
  return [...ids];
}
