// Running totals as they lie in the store, month by month: adding steps to them, and opening the months as they come.
import { sql } from 'kysely';
import { dayNumber } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { groupBy } from './groupBy.ts';
import { monthDayOf, monthDaysThrough } from './months.ts';
import type { CohortKind } from './table.ts';
import { applySteps, type Step, type Steps, type TotalledCohort } from './totals.ts';

export const TOTALLED_KINDS = ['model', 'hw_rev', 'batch', 'firmware', 'site_kind'] as const satisfies readonly CohortKind[];

/** Cohorts read and written in one statement. */
const COHORTS_PER_STATEMENT = 200;

const thisMonth = (ctx: Ctx): number => monthDayOf(dayNumber(today(ctx)));

const openedMonth = async (ctx: Ctx): Promise<number | null> =>
  (await ctx.db.selectFrom('quality_counts').select('opened_month_day').where('id', '=', 'one').executeTakeFirstOrThrow()).opened_month_day;

/** No cohort has a row of this month's first day yet. */
export async function isMonthNew(ctx: Ctx): Promise<boolean> {
  return ((await openedMonth(ctx)) ?? -Infinity) < thisMonth(ctx);
}

/** Gives every cohort its row for the first of each month that has begun since. The caller holds the count. */
export async function openMonths(ctx: Ctx): Promise<void> {
  const opened = await openedMonth(ctx);
  const current = thisMonth(ctx);
  if (opened !== null && opened >= current) return;
  if (opened !== null) for (const month of monthDaysThrough(opened, current).slice(1)) await openMonth(ctx, month);
  await ctx.db.updateTable('quality_counts').set({ opened_month_day: current }).where('id', '=', 'one').execute();
}

// What held until the month began goes on in it, until the first change already known.
async function openMonth(ctx: Ctx, month: number): Promise<void> {
  const inMonth = sql`from quality_totals n where n.kind = t.kind and n.month_day = ${sql.lit(month)} and n.cohort_id = t.cohort_id`;
  await sql`insert into quality_totals (kind, month_day, cohort_id, day, until_day, active, exposure_days, started, finished, confirmed, nff, untriaged, other)
    select t.kind, ${sql.lit(month)}, t.cohort_id, ${sql.lit(month)}, coalesce((select min(n.day) ${inMonth}), ${sql.lit(monthDayOf(month, 1))}),
      t.active, t.exposure_days + t.active * (${sql.lit(month)} - t.day), t.started, t.finished, t.confirmed, t.nff, t.untriaged, t.other
    from quality_totals t
    where t.kind in (${sql.join(TOTALLED_KINDS.map((kind) => sql.lit(kind)))}) and t.month_day = ${sql.lit(monthDayOf(month, -1))} and t.until_day = ${sql.lit(month)}
      and not exists (select 1 ${inMonth} and n.day = ${sql.lit(month)})`.execute(ctx.db);
}

/** Adds the steps to the totals of their cohorts, from the month of each cohort's first step on. */
export async function addToTotals(ctx: Ctx, steps: Steps): Promise<void> {
  const opened = (await openedMonth(ctx)) ?? thisMonth(ctx);
  const changes = [...steps.cohorts()].map(([cohort, days]) => ({ cohort, days, from: Math.min(opened, monthDayOf(Math.min(...days.keys()))) }));
  for (const kind of TOTALLED_KINDS) {
    const ofKind = changes.filter(({ cohort }) => cohort.kind === kind);
    if (ofKind.length === 0) continue;
    const last = await lastMonth(ctx, kind, opened);
    for (const [from, together] of groupBy(ofKind, (change) => change.from)) {
      const months = monthDaysThrough(from, Math.max(from, last));
      for (let i = 0; i < together.length; i += COHORTS_PER_STATEMENT) await rewrite(ctx, kind, months, together.slice(i, i + COHORTS_PER_STATEMENT), opened);
    }
  }
}

// Changes that are known ahead, as a planned end of service, lie beyond the months opened.
async function lastMonth(ctx: Ctx, kind: CohortKind, opened: number): Promise<number> {
  const { month } = await ctx.db
    .selectFrom('quality_totals')
    .select((eb) => eb.fn.max('month_day').as('month'))
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  return Math.max(opened, Number(month ?? 0));
}

interface Change {
  readonly cohort: TotalledCohort;
  readonly days: ReadonlyMap<number, Step>;
}

async function rewrite(ctx: Ctx, kind: CohortKind, months: readonly number[], changes: readonly Change[], opened: number): Promise<void> {
  const ids = changes.map(({ cohort }) => cohort.id);
  const known = await ctx.db
    .selectFrom('quality_totals')
    .selectAll()
    .where('kind', '=', kind)
    .where('month_day', 'in', months)
    .where('cohort_id', 'in', ids)
    .orderBy('month_day')
    .orderBy('cohort_id')
    .orderBy('day')
    .execute();
  const rowsOf = groupBy(known, (row) => row.cohort_id);
  if (known.length > 0) {
    await ctx.db.deleteFrom('quality_totals').where('kind', '=', kind).where('month_day', 'in', months).where('cohort_id', 'in', ids).execute();
  }
  const rows = changes.flatMap(({ cohort, days }) => applySteps(cohort, rowsOf.get(cohort.id) ?? [], days, opened));
  await insertMany(
    ctx.db,
    'quality_totals',
    rows.sort((a, b) => a.month_day - b.month_day || a.cohort_id - b.cohort_id || a.day - b.day),
  );
}
