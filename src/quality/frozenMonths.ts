// Closed months as they were written, every revision of them.
import { sql } from 'kysely';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page } from '../db/page.ts';

export interface FrozenMonth {
  readonly month: string;
  readonly model: string;
  readonly revision: number;
  readonly exposure_days: number;
  readonly confirmed: number;
  readonly nff: number;
  readonly untriaged: number;
  readonly other: number;
  readonly fingerprint: string;
  readonly change: string | null;
  readonly frozen_at: number;
}

/** Newest months first. */
export async function listFrozenMonths(
  ctx: Ctx,
  query: { model?: string | undefined; month?: string | undefined; limit: number; cursor?: string | undefined; sort?: string | undefined },
): Promise<Page<FrozenMonth>> {
  const rows = ctx.db
    .selectFrom('quality_months as q')
    .innerJoin('models', 'models.id', 'q.model_id')
    .select([
      'q.month',
      'models.code as model',
      'q.revision',
      'q.exposure_days',
      'q.confirmed',
      'q.nff',
      'q.untriaged',
      'q.other',
      'q.fingerprint',
      'q.change',
      'q.frozen_at',
    ])
    .$if(query.model !== undefined, (qb) => qb.where('models.code', '=', query.model ?? ''))
    .$if(query.month !== undefined, (qb) => qb.where('q.month', '=', query.month ?? ''));
  return listPage(rows, query, { month: 'q.month', frozen_at: 'q.frozen_at' }, sql`q.model_id || '/' || q.revision`.compile(ctx.db).sql);
}
