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

/** Every case with its measures as of the last commit. The order means nothing. Asked once when the server starts, so that nobody waits for the first reading. */
export async function measuredCases(ctx: Ctx): Promise<readonly MeasuredCase[]> {
  const held = stores.get(ctx.db) ?? { through: 0, place: new Map(), cases: [], refreshing: null };
  stores.set(ctx.db, held);
  held.refreshing ??= refresh(ctx, held).finally(() => {
    held.refreshing = null;
  });
  await held.refreshing;
  return held.cases;
}

/** Rows read between two turns of the event loop: some 50 ms. */
const ROWS_AT_ONCE = 5000;

/** Commits happen in the order of change_no (case/record.ts lockCases), so nothing below the highest number seen can still appear. */
async function refresh(ctx: Ctx, held: Held): Promise<void> {
  for (;;) {
    const rows = await ctx.db.selectFrom('case_measures').selectAll().where('change_no', '>', held.through).orderBy('change_no').limit(ROWS_AT_ONCE).execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    const spans = await spansBetween(ctx, held.through, last.change_no);
    for (const row of rows) hold(held, { ...row, spans: spans.get(row.case_id) ?? [] });
    held.through = last.change_no;
    if (rows.length < ROWS_AT_ONCE) return;
    // SQLite answers without ever leaving the thread: others get their turn here.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function hold(held: Held, measured: MeasuredCase): void {
  const known = held.place.get(measured.case_id);
  if (known === undefined) held.place.set(measured.case_id, held.cases.push(measured) - 1);
  else held.cases[known] = measured;
}

type Span = { from_at: number; to_at: number | null };

/** The spans of the cases whose change_no is above the first and up to the second, in order of time. */
async function spansBetween(ctx: Ctx, above: number, upto: number): Promise<Map<string, Span[]>> {
  const rows = await ctx.db
    .selectFrom('case_measures')
    .innerJoin('case_spans', 'case_spans.case_id', 'case_measures.case_id')
    .select(['case_spans.case_id', 'case_spans.from_at', 'case_spans.to_at'])
    .where('case_measures.change_no', '>', above)
    .where('case_measures.change_no', '<=', upto)
    .execute();
  const spans = new Map<string, Span[]>();
  for (const { case_id, from_at, to_at } of rows) {
    const own = spans.get(case_id);
    if (own === undefined) spans.set(case_id, [{ from_at, to_at }]);
    else own.push({ from_at, to_at });
  }
  for (const own of spans.values()) own.sort((a, b) => a.from_at - b.from_at);
  return spans;
}
