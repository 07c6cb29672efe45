// Brings the running totals up to date with the units that changed: takes back what a unit contributed before and adds what it contributes now.
import { allow } from '../core/actor.ts';
import { groupBy } from '../core/groupBy.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { restAfter } from '../db/inTurns.ts';
import { CohortNumbers } from './cohorts.ts';
import { listCountedUnits } from './countedUnits.ts';
import { type Cell, type CountedUnit, failuresOf, spansOf } from './spans.ts';
import type { QualityFailureRow, QualitySpanRow } from './table.ts';
import { addToTotals, isStretchNew, openStretches } from './totalRows.ts';
import { addStays, type Stay, Steps, type TotalledCohort } from './totals.ts';

/** Units counted in one transaction. */
const BATCH = 2000;

/**
 * Counts dirty units until none is left or `limit` is reached; returns how many were counted. The cost is that of the units that changed and of the days
 * after each change in their cohorts, not of the history.
 */
export async function countChanges(ctx: Ctx, limit = Number.POSITIVE_INFINITY): Promise<number> {
  allow(ctx, 'quality:read');
  let counted = 0;
  while (counted < limit) {
    const some = await ctx.db.selectFrom('quality_dirty').select('unit_id').limit(1).executeTakeFirst();
    if (some === undefined) break;
    const began = performance.now();
    const batch = await transaction(ctx, (ctx) => countBatch(ctx, Math.min(BATCH, limit - counted)));
    if (batch === 0) break;
    counted += batch;
    if (batch === BATCH) await restAfter(began);
  }
  return counted;
}

/** Up to this many units are counted while the reader waits (a few seconds at most, once); a larger import is left to the periodic count. */
const COUNTED_WHILE_READING = 20_000;

/** What every reader of totals calls first, so that what was just recorded is in its figures. Returns how many units still wait to be counted. */
export async function countBeforeReading(ctx: Ctx): Promise<number> {
  if (await isStretchNew(ctx)) {
    await transaction(ctx, async (ctx) => {
      await holdCount(ctx);
      await openStretches(ctx);
    });
  }
  const waiting = await ctx.db
    .selectFrom((eb) =>
      eb
        .selectFrom('quality_dirty')
        .select('unit_id')
        .limit(COUNTED_WHILE_READING + 1)
        .as('some'),
    )
    .select((eb) => eb.fn.countAll<number>().as('units'))
    .executeTakeFirstOrThrow();
  if (Number(waiting.units) === 0) return 0;
  if (Number(waiting.units) <= COUNTED_WHILE_READING) {
    await countChanges(ctx);
    return 0;
  }
  const all = await ctx.db
    .selectFrom('quality_dirty')
    .select((eb) => eb.fn.countAll<number>().as('units'))
    .executeTakeFirstOrThrow();
  return Number(all.units);
}

async function countBatch(ctx: Ctx, size: number): Promise<number> {
  await holdCount(ctx);
  await openStretches(ctx);
  const ids = await takeDirty(ctx, size);
  if (ids.length === 0) return 0;
  const units = await listCountedUnits(ctx, ids);
  const before = await contributionsBefore(ctx, ids);
  const modelIds = [...new Set([...units, ...before.cells.values()].map(({ model_id }) => model_id))];
  const numbers = await CohortNumbers.load(ctx, modelIds);
  const after = contributionsNow(units, numbers);
  const steps = new Steps();
  addContributions(steps, before, numbers, -1);
  addContributions(steps, after, numbers, 1);
  await numbers.save(ctx);
  await rewriteContributions(ctx, ids, after);
  await ctx.db
    .updateTable('quality_counts')
    .set((set) => ({ revision: set('revision', '+', 1) }))
    .where('id', '=', 'one')
    .execute();
  await addToTotals(ctx, steps);
  if (modelIds.length > 0) {
    await ctx.db.updateTable('quality_cohorts').set({ recount_at: ctx.now }).where('model_id', 'in', modelIds).where('kind', '=', 'model').execute();
  }
  return ids.length;
}

/** Waits for a count that is under way elsewhere: its row is locked until our transaction ends. */
export const holdCount = (ctx: Ctx) => ctx.db.updateTable('quality_counts').set({ counted_at: ctx.now }).where('id', '=', 'one').execute();

// Taken before anything is read: a change committed later marks its unit again.
async function takeDirty(ctx: Ctx, size: number): Promise<string[]> {
  const rows = await ctx.db.selectFrom('quality_dirty').select(['model_id', 'unit_id']).orderBy('model_id').orderBy('unit_id').limit(size).execute();
  const ids = [...new Set(rows.map((row) => row.unit_id))];
  if (ids.length > 0) {
    const models = [...new Set(rows.map((row) => row.model_id))];
    await ctx.db.deleteFrom('quality_dirty').where('model_id', 'in', models).where('unit_id', 'in', ids).execute();
  }
  return ids;
}

interface Contributions {
  readonly spans: readonly QualitySpanRow[];
  readonly failures: readonly QualityFailureRow[];
  /** The cells by their numbers. */
  readonly cells: ReadonlyMap<number, Cell>;
}

async function contributionsBefore(ctx: Ctx, ids: readonly string[]): Promise<Contributions> {
  const spans = await ctx.db.selectFrom('quality_spans').selectAll().where('unit_id', 'in', ids).orderBy('unit_id').orderBy('seq').execute();
  const failures = await ctx.db.selectFrom('quality_failures').selectAll().where('unit_id', 'in', ids).execute();
  const numbers = [...new Set([...spans, ...failures].map((row) => row.cohort_id))];
  const cells = numbers.length === 0 ? [] : await ctx.db.selectFrom('quality_cohorts').selectAll().where('id', 'in', numbers).execute();
  return { spans, failures, cells: new Map(cells.map((cell) => [cell.id, cell])) };
}

function contributionsNow(units: readonly CountedUnit[], numbers: CohortNumbers): Contributions {
  const cells = new Map<number, Cell>();
  const numberOf = (cell: Cell): number => {
    const id = numbers.ofCell(cell);
    cells.set(id, cell);
    return id;
  };
  const spans = units.flatMap((unit) => spansOf(unit).map(({ cell, ...span }, seq) => ({ unit_id: unit.id, seq, cohort_id: numberOf(cell), ...span })));
  const failures = units.flatMap((unit) =>
    failuresOf(unit).map(({ cell, ...failure }) => ({ unit_id: unit.id, cohort_id: numberOf(cell), model_id: unit.model_id, ...failure })),
  );
  return { spans, failures, cells };
}

function addContributions(steps: Steps, { spans, failures, cells }: Contributions, numbers: CohortNumbers, sign: 1 | -1): void {
  const totalled = new Map([...cells].map(([id, cell]) => [id, numbers.totalled(cell)]));
  for (const served of groupBy(spans, (span) => span.unit_id).values()) {
    const stays = new Map<number, { cohort: TotalledCohort; stays: Stay[] }>();
    for (const span of served) for (const cohort of totalled.get(span.cohort_id) ?? []) prolong(stays, cohort, span);
    for (const { cohort, stays: inCohort } of stays.values()) addStays(steps, cohort, inCohort, sign);
  }
  for (const { cohort_id, failed_day, finding } of failures) {
    for (const cohort of totalled.get(cohort_id) ?? []) steps.add(cohort, failed_day, finding, sign);
  }
}

// Spans that follow each other without a gap are one stay.
function prolong(stays: Map<number, { cohort: TotalledCohort; stays: Stay[] }>, cohort: TotalledCohort, { from_day, to_day }: Stay): void {
  const known = stays.get(cohort.id)?.stays ?? [];
  const last = known.at(-1);
  if (last !== undefined && last.to_day === from_day) known[known.length - 1] = { from_day: last.from_day, to_day };
  else known.push({ from_day, to_day });
  stays.set(cohort.id, { cohort, stays: known });
}

async function rewriteContributions(ctx: Ctx, ids: readonly string[], { spans, failures }: Contributions): Promise<void> {
  await ctx.db.deleteFrom('quality_spans').where('unit_id', 'in', ids).execute();
  await ctx.db.deleteFrom('quality_failures').where('unit_id', 'in', ids).execute();
  await insertMany(ctx.db, 'quality_spans', spans);
  await insertMany(ctx.db, 'quality_failures', failures);
}
