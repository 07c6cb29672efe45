// Failure modes form a tree: a mode stands for every mode below it.
import type { Ctx } from '../db/ctx.ts';

/** Codes with every code below them, and those merged into them. */
export async function withDescendants(ctx: Ctx, ids: readonly string[]): Promise<string[]> {
  const found = new Set(ids);
  let frontier = [...ids];
  while (frontier.length > 0) {
    const children = await ctx.db
      .selectFrom('codes')
      .select('id')
      .where((of) => of.or([of('parent_id', 'in', frontier), of('merged_into_id', 'in', frontier)]))
      .execute();
    frontier = children.map((child) => child.id).filter((id) => !found.has(id));
    for (const id of frontier) found.add(id);
  }
  return [...found];
}
