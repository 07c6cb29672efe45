// Reading what was decided for returned units, within what the caller may see.
import { sql } from 'kysely';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import { seenBy } from '../db/scope.ts';
import type { DispositionRow } from './table.ts';

export interface DispositionFilter {
  readonly return_id?: string | undefined;
  readonly return_unit_id?: string | undefined;
  readonly unit_id?: string | undefined;
  readonly state?: string | undefined;
  readonly disposition?: string | undefined;
}

export type DispositionView = DispositionRow & { readonly return_id: string; readonly number: string; readonly serial: string };

export async function listDispositions(ctx: Ctx, page: PageRequest, filter: DispositionFilter = {}): Promise<Page<DispositionView>> {
  let query = dispositionViews(ctx);
  for (const field of ['return_unit_id', 'unit_id', 'state', 'disposition'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(sql<boolean>`${sql.ref(`dispositions.${field}`)} = ${value}`);
  }
  if (filter.return_id !== undefined) query = query.where('return_units.return_id', '=', filter.return_id);
  // listPage simplifies the row type, which is DispositionView.
  return (await listPage(query, page, { requested_at: 'dispositions.id' }, 'dispositions.id')) as Page<DispositionView>;
}

export async function getDispositionView(ctx: Ctx, id: string): Promise<DispositionView> {
  const row = await dispositionViews(ctx).where('dispositions.id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Disposition', '処置判定']);
  return row;
}

const dispositionViews = (ctx: Ctx) =>
  ctx.db
    .selectFrom('dispositions')
    .innerJoin('return_units', 'return_units.id', 'dispositions.return_unit_id')
    .innerJoin('returns', 'returns.id', 'return_units.return_id')
    .innerJoin('units', 'units.id', 'dispositions.unit_id')
    .selectAll('dispositions')
    .select(['return_units.return_id', 'returns.number', 'units.serial'])
    .$call(seenBy(ctx, 'return_units.partner_id'));
