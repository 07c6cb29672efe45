// Reading shipments: the units that leave the house for a return, with what they were promised.
import { sql } from 'kysely';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import { seenBy } from '../db/scope.ts';
import type { OutboundLegRow } from './table.ts';

export type LegView = OutboundLegRow & {
  readonly serial: string | null;
  readonly model_code: string;
  readonly number: string;
  readonly promise: string | null;
};

export const listLegViews = (ctx: Ctx, return_id: string): Promise<LegView[]> =>
  legViews(ctx).where('outbound_legs.return_id', '=', return_id).orderBy('outbound_legs.id').execute();

export interface LegFilter {
  readonly return_id?: string | undefined;
  readonly unit_id?: string | undefined;
  readonly model_id?: string | undefined;
  readonly state?: string | undefined;
  readonly kind?: string | undefined;
}

export async function listLegPage(ctx: Ctx, page: PageRequest, filter: LegFilter = {}): Promise<Page<LegView>> {
  let query = legViews(ctx);
  for (const field of ['return_id', 'unit_id', 'model_id', 'state', 'kind'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(sql<boolean>`${sql.ref(`outbound_legs.${field}`)} = ${value}`);
  }
  // listPage simplifies the row type, which is LegView.
  return (await listPage(query, page, { created_at: 'outbound_legs.id', updated_at: 'outbound_legs.updated_at' }, 'outbound_legs.id')) as Page<LegView>;
}

export async function getLegView(ctx: Ctx, id: string): Promise<LegView> {
  const row = await legViews(ctx).where('outbound_legs.id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Shipment', '出荷']);
  return row;
}

const legViews = (ctx: Ctx) =>
  ctx.db
    .selectFrom('outbound_legs')
    .innerJoin('returns', 'returns.id', 'outbound_legs.return_id')
    .innerJoin('models', 'models.id', 'outbound_legs.model_id')
    .leftJoin('units', 'units.id', 'outbound_legs.unit_id')
    .leftJoin('stock_reservations', 'stock_reservations.id', 'outbound_legs.reservation_id')
    .selectAll('outbound_legs')
    .select(['units.serial', 'models.code as model_code', 'returns.number', 'stock_reservations.state as promise'])
    .$call(seenBy(ctx, 'outbound_legs.partner_id'));
