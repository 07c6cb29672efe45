// What one person asked for another has to allow: scrap, write-off, the end of a hold.
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';

/** Throws `forbidden` when the one who asks for the approval is the one who asked for the deed; a token stands for the person who owns it. */
export async function requireSecondPerson(ctx: Ctx, first_id: string): Promise<void> {
  const [first, second] = [await personBehind(ctx, first_id), await personBehind(ctx, ctx.actor.id)];
  if (first_id === ctx.actor.id || first === second) throw new Problem('forbidden', ['A second person has to approve this', '別の担当者による承認が必要です']);
}

async function personBehind(ctx: Ctx, id: string): Promise<string> {
  const token = await ctx.db.selectFrom('tokens').select('owner_id').where('id', '=', id).executeTakeFirst();
  return token?.owner_id ?? id;
}
