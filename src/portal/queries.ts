// What the portal lists that no feature lists for it; narrowed by db/scope.ts like everything here.
import { identifierKey } from '../core/identifier.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type PageRequest } from '../db/page.ts';
import { seenBy } from '../db/scope.ts';

export const returnsOf = (ctx: Ctx) =>
  ctx.db
    .selectFrom('returns')
    .$call(seenBy(ctx, 'returns.partner_id'))
    .select(['returns.id', 'returns.number', 'returns.type', 'returns.state', 'returns.filed_on'])
    .orderBy('returns.id', 'desc')
    .limit(20)
    .execute();

/** Units of the partner's customers whose serial begins with `q`, the latest first. */
export const unitsOf = (ctx: Ctx, q: string | undefined, request: PageRequest) =>
  listPage(
    ctx.db
      .selectFrom('units')
      .innerJoin('models', 'models.id', 'units.model_id')
      .leftJoin('customers', 'customers.id', 'units.customer_id')
      .$call(seenBy(ctx, 'units.partner_id'))
      .select(['units.id', 'units.serial', 'models.code as model_code', 'customers.name as customer_name'])
      .where('units.merged_into_id', 'is', null)
      .$if(q !== undefined, (query) =>
        query.where('units.serial_key', '>=', identifierKey(q ?? '')).where('units.serial_key', '<', `${identifierKey(q ?? '')}\uffff`),
      ),
    request,
    { id: 'units.id' },
    'units.id',
  );
