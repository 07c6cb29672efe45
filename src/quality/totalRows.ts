// Running totals as they lie in the store, quarter by quarter: adding steps to them, and opening the quarters as they come.
import { sql } from 'kysely';
import { dayNumber } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { groupBy } from './groupBy.ts';
import { quarterDayOf, quarterDaysThrough } from './months.ts';
import type { CohortKind } from './table.ts';
import { applySteps, type Step, type Steps, type TotalledCohort } from './totals.ts';

export const TOTALLED_KINDS = ['model', 'hw_rev', 'batch', 'firmware', 'site_kind'] as const satisfies readonly CohortKind[];

/** Cohorts read and written in one statement. */
const COHORTS_PER_STATEMENT = 200;

const thisQuarter = (ctx: Ctx): number => quarterDayOf(dayNumber(today(ctx)));

const openedQuarter = async (ctx: Ctx): Promise<number | null> =>
  (await ctx.db.selectFrom('quality_counts').select('opened_quarter_day').where('id', '=', 'one').executeTakeFirstOrThrow()).opened_quarter_day;

/** No cohort has a row of this quarter's first day yet. */
export async function isQuarterNew(ctx: Ctx): Promise<boolean> {
  return ((await openedQuarter(ctx)) ?? -Infinity) < thisQuarter(ctx);
}

/** Gives every cohort its row for the first day of each quarter that has begun since. The caller holds the count. */
export async function openQuarters(ctx: Ctx): Promise<void> {
  const opened = await openedQuarter(ctx);
  const current = thisQuarter(ctx);
  if (opened !== null && opened >= current) return;
  if (opened !== null) for (const quarter of quarterDaysThrough(opened, current).slice(1)) await openQuarter(ctx, quarter);
  await ctx.db.updateTable('quality_counts').set({ opened_quarter_day: current }).where('id', '=', 'one').execute();
}

// What held until the quarter began goes on in it, until the first change already known.
async function openQuarter(ctx: Ctx, quarter: number): Promise<void> {
  const inQuarter = sql`from quality_totals n where n.kind = t.kind and n.quarter_day = ${sql.lit(quarter)} and n.cohort_id = t.cohort_id`;
  await sql`insert into quality_totals (kind, quarter_day, cohort_id, day, until_day, active, exposure_days, started, finished, confirmed, nff, untriaged, other)
    select t.kind, ${sql.lit(quarter)}, t.cohort_id, ${sql.lit(quarter)}, coalesce((select min(n.day) ${inQuarter}), ${sql.lit(quarterDayOf(quarter, 1))}),
      t.active, t.exposure_days + t.active * (${sql.lit(quarter)} - t.day), t.started, t.finished, t.confirmed, t.nff, t.untriaged, t.other
    from quality_totals t
    where t.kind in (${sql.join(TOTALLED_KINDS.map((kind) => sql.lit(kind)))}) and t.quarter_day = ${sql.lit(quarterDayOf(quarter, -1))} and t.until_day = ${sql.lit(quarter)}
      and not exists (select 1 ${inQuarter} and n.day = ${sql.lit(quarter)})`.execute(ctx.db);
}

/** Adds the steps to the totals of their cohorts, from the quarter of each cohort's first step on. */
export async function addToTotals(ctx: Ctx, steps: Steps): Promise<void> {
  const opened = (await openedQuarter(ctx)) ?? thisQuarter(ctx);
  const changes = [...steps.cohorts()].map(([cohort, days]) => ({ cohort, days, from: Math.min(opened, quarterDayOf(Math.min(...days.keys()))) }));
  for (const kind of TOTALLED_KINDS) {
    const ofKind = changes.filter(({ cohort }) => cohort.kind === kind);
    if (ofKind.length === 0) continue;
    const last = await lastQuarter(ctx, kind, opened);
    for (const [from, together] of groupBy(ofKind, (change) => change.from)) {
      const quarters = quarterDaysThrough(from, Math.max(from, last));
      for (let i = 0; i < together.length; i += COHORTS_PER_STATEMENT) await rewrite(ctx, kind, quarters, together.slice(i, i + COHORTS_PER_STATEMENT), opened);
    }
  }
}

// Changes that are known ahead, as a planned end of service, lie beyond the quarters opened.
async function lastQuarter(ctx: Ctx, kind: CohortKind, opened: number): Promise<number> {
  const { quarter } = await ctx.db
    .selectFrom('quality_totals')
    .select((eb) => eb.fn.max('quarter_day').as('quarter'))
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  return Math.max(opened, Number(quarter ?? 0));
}

interface Change {
  readonly cohort: TotalledCohort;
  readonly days: ReadonlyMap<number, Step>;
}

async function rewrite(ctx: Ctx, kind: CohortKind, quarters: readonly number[], changes: readonly Change[], opened: number): Promise<void> {
  const ids = changes.map(({ cohort }) => cohort.id);
  const known = await ctx.db
    .selectFrom('quality_totals')
    .selectAll()
    .where('kind', '=', kind)
    .where('quarter_day', 'in', quarters)
    .where('cohort_id', 'in', ids)
    .orderBy('quarter_day')
    .orderBy('cohort_id')
    .orderBy('day')
    .execute();
  const rowsOf = groupBy(known, (row) => row.cohort_id);
  if (known.length > 0) {
    await ctx.db.deleteFrom('quality_totals').where('kind', '=', kind).where('quarter_day', 'in', quarters).where('cohort_id', 'in', ids).execute();
  }
  const rows = changes.flatMap(({ cohort, days }) => applySteps(cohort, rowsOf.get(cohort.id) ?? [], days, opened));
  await insertMany(
    ctx.db,
    'quality_totals',
    rows.sort((a, b) => a.quarter_day - b.quarter_day || a.cohort_id - b.cohort_id || a.day - b.day),
  );
}
