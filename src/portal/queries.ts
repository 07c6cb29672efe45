// What the portal lists that no feature lists for it; narrowed by db/scope.ts like everything here.
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';

export const returnsOf = (ctx: Ctx) =>
  ctx.db
    .selectFrom('returns')
    .$call(seenBy(ctx, 'returns.partner_id'))
    .select(['returns.id', 'returns.number', 'returns.type', 'returns.state', 'returns.filed_on'])
    .orderBy('returns.id', 'desc')
    .limit(20)
    .execute();
