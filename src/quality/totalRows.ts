// Running totals as they lie in the store, stretch by stretch: adding steps to them, and opening the stretches as they come.
import { sql } from 'kysely';
import { groupBy } from '../core/groupBy.ts';
import { dayNumber } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { stretchDayOf, stretchDaysThrough } from './months.ts';
import type { CohortKind } from './table.ts';
import { applySteps, type Step, type Steps, type TotalledCohort } from './totals.ts';

export const TOTALLED_KINDS = ['model', 'hw_rev', 'batch', 'firmware', 'site_kind'] as const satisfies readonly CohortKind[];

/** Cohorts read and written in one statement. */
const COHORTS_PER_STATEMENT = 200;

const currentStretch = (ctx: Ctx): number => stretchDayOf('model', dayNumber(today(ctx)));

const openedStretch = async (ctx: Ctx): Promise<number | null> =>
  (await ctx.db.selectFrom('quality_counts').select('opened_day').where('id', '=', 'one').executeTakeFirstOrThrow()).opened_day;

/** A stretch has begun that is not open yet. */
export async function isStretchNew(ctx: Ctx): Promise<boolean> {
  return ((await openedStretch(ctx)) ?? -Infinity) < currentStretch(ctx);
}

/** Gives every cohort its row for the first day of each stretch that has begun since. The caller holds the count. */
export async function openStretches(ctx: Ctx): Promise<void> {
  const opened = await openedStretch(ctx);
  const current = currentStretch(ctx);
  if (opened !== null && opened >= current) return;
  if (opened !== null) {
    for (const kind of TOTALLED_KINDS)
      for (const stretch of stretchDaysThrough(kind, opened, current).filter((day) => day > opened)) await openStretch(ctx, kind, stretch);
  }
  await ctx.db.updateTable('quality_counts').set({ opened_day: current }).where('id', '=', 'one').execute();
}

// What held until the stretch began goes on in it, until the first change already known.
async function openStretch(ctx: Ctx, kind: CohortKind, stretch: number): Promise<void> {
  const inStretch = sql`from quality_totals n where n.kind = t.kind and n.stretch_day = ${sql.lit(stretch)} and n.cohort_id = t.cohort_id`;
  await sql`insert into quality_totals (kind, stretch_day, cohort_id, day, until_day, active, exposure_days, started, finished, confirmed, nff, untriaged, other)
    select t.kind, ${sql.lit(stretch)}, t.cohort_id, ${sql.lit(stretch)}, coalesce((select min(n.day) ${inStretch}), ${sql.lit(stretchDayOf(kind, stretch, 1))}),
      t.active, t.exposure_days + t.active * (${sql.lit(stretch)} - t.day), t.started, t.finished, t.confirmed, t.nff, t.untriaged, t.other
    from quality_totals t
    where t.kind = ${sql.lit(kind)} and t.stretch_day = ${sql.lit(stretchDayOf(kind, stretch, -1))} and t.until_day = ${sql.lit(stretch)}
      and not exists (select 1 ${inStretch} and n.day = ${sql.lit(stretch)})`.execute(ctx.db);
}

/** Adds the steps to the totals of their cohorts, from the stretch of each cohort's first step on. */
export async function addToTotals(ctx: Ctx, steps: Steps): Promise<void> {
  const opened = (await openedStretch(ctx)) ?? currentStretch(ctx);
  const changes = [...steps.cohorts()].map(([cohort, days]) => ({ cohort, days, from: stretchDayOf(cohort.kind, Math.min(opened, ...days.keys())) }));
  for (const kind of TOTALLED_KINDS) {
    const ofKind = changes.filter(({ cohort }) => cohort.kind === kind);
    if (ofKind.length === 0) continue;
    const last = await lastStretch(ctx, kind, opened);
    for (const [from, together] of groupBy(ofKind, (change) => change.from)) {
      const stretches = stretchDaysThrough(kind, from, Math.max(from, last));
      for (let i = 0; i < together.length; i += COHORTS_PER_STATEMENT)
        await rewrite(ctx, kind, stretches, together.slice(i, i + COHORTS_PER_STATEMENT), opened);
    }
  }
}

// Changes that are known ahead, as a planned end of service, lie beyond the stretches opened.
async function lastStretch(ctx: Ctx, kind: CohortKind, opened: number): Promise<number> {
  const { stretch } = await ctx.db
    .selectFrom('quality_totals')
    .select((eb) => eb.fn.max('stretch_day').as('stretch'))
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  return Math.max(opened, Number(stretch ?? 0));
}

interface Change {
  readonly cohort: TotalledCohort;
  readonly days: ReadonlyMap<number, Step>;
}

async function rewrite(ctx: Ctx, kind: CohortKind, stretches: readonly number[], changes: readonly Change[], opened: number): Promise<void> {
  const ids = changes.map(({ cohort }) => cohort.id);
  const known = await ctx.db
    .selectFrom('quality_totals')
    .selectAll()
    .where('kind', '=', kind)
    .where('stretch_day', 'in', stretches)
    .where('cohort_id', 'in', ids)
    .orderBy('stretch_day')
    .orderBy('cohort_id')
    .orderBy('day')
    .execute();
  const rowsOf = groupBy(known, (row) => row.cohort_id);
  if (known.length > 0) {
    await ctx.db.deleteFrom('quality_totals').where('kind', '=', kind).where('stretch_day', 'in', stretches).where('cohort_id', 'in', ids).execute();
  }
  const rows = changes.flatMap(({ cohort, days }) => applySteps(cohort, rowsOf.get(cohort.id) ?? [], days, opened));
  await insertMany(
    ctx.db,
    'quality_totals',
    rows.sort((a, b) => a.stretch_day - b.stretch_day || a.cohort_id - b.cohort_id || a.day - b.day),
  );
}
