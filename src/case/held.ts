// The measures of every case, held in memory and brought up to date with the changes since: 100,000 cases are read once, not at every question.
// A copy of what the store computed from events, never a counter; dropping it changes nothing.

import type { Ctx } from '../db/ctx.ts';
import type { Db } from '../db/open.ts';
import type { CaseMeasureRow } from './table.ts';

export interface MeasuredCase extends CaseMeasureRow {
  readonly spans: readonly { readonly from_at: number; readonly to_at: number | null }[];
}

/** A contact by a customer or partner that stands for itself. */
export const isInbound = (row: CaseMeasureRow): boolean => row.exclusion === null && (row.initiated_by === 'customer' || row.initiated_by === 'partner');

interface Held {
  through: number;
  readonly place: Map<string, number>;
  readonly cases: MeasuredCase[];
  refreshing: Promise<void> | null;
}

const stores = new WeakMap<Db, Held>();

/** Every case with its measures as of the last commit. The order means nothing. */
export async function measuredCases(ctx: Ctx): Promise<readonly MeasuredCase[]> {
  const held = stores.get(ctx.db) ?? { through: 0, place: new Map(), cases: [], refreshing: null };
  stores.set(ctx.db, held);
  held.refreshing ??= refresh(ctx, held).finally(() => {
    held.refreshing = null;
  });
  await held.refreshing;
  return held.cases;
}

/** Commits happen in the order of change_no (case/record.ts lockCases), so nothing below the highest number seen can still appear. */
async function refresh(ctx: Ctx, held: Held): Promise<void> {
  const rows = await ctx.db.selectFrom('case_measures').selectAll().where('change_no', '>', held.through).execute();
  if (rows.length === 0) return;
  const spans = await spansSince(ctx, held.through);
  for (const row of rows) {
    const measured = { ...row, spans: spans.get(row.case_id) ?? [] };
    const known = held.place.get(row.case_id);
    if (known === undefined) held.place.set(row.case_id, held.cases.push(measured) - 1);
    else held.cases[known] = measured;
  }
  held.through = rows.reduce((highest, row) => Math.max(highest, row.change_no), held.through);
}

type Span = { from_at: number; to_at: number | null };

async function spansSince(ctx: Ctx, through: number): Promise<Map<string, Span[]>> {
  const all = ctx.db.selectFrom('case_spans').select(['case_spans.case_id', 'case_spans.from_at', 'case_spans.to_at']);
  const rows = await (through === 0
    ? all
    : all.innerJoin('case_measures', 'case_measures.case_id', 'case_spans.case_id').where('case_measures.change_no', '>', through)
  )
    .orderBy('case_spans.from_at')
    .execute();
  const spans = new Map<string, Span[]>();
  for (const { case_id, from_at, to_at } of rows) {
    const own = spans.get(case_id);
    if (own === undefined) spans.set(case_id, [{ from_at, to_at }]);
    else own.push({ from_at, to_at });
  }
  return spans;
}
