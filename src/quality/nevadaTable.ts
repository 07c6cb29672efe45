// The Nevada grid of a cohort: month of entering service × age in months, from our own records.

import { sql } from 'kysely';
import { dayNumber } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { type NevadaRow, nevadaGrid } from '../stats/nevada.ts';
import { whereCohort, whereSite } from './cohortSql.ts';
import { countBeforeReading } from './count.ts';
import { groupBy } from './groupBy.ts';
import type { CohortFilter, FailureKind } from './inputs.ts';
import { findingIs } from './lifeRows.ts';
import { monthLabel } from './monthly.ts';
import { firstDayOf, monthAfter, monthOf, monthsThrough } from './months.ts';
import { DAYS_PER_MONTH } from './rates.ts';

export const MOST_MONTHS = 36;

/** The last `months` shipments. A cell is complete as far as returns of its age have usually been registered by now (`reported`). */
export async function nevadaTable(ctx: Ctx, filter: CohortFilter, kind: FailureKind, months: number): Promise<NevadaRow[]> {
  await countBeforeReading(ctx);
  const running = monthOf(today(ctx));
  const labels = monthsThrough(monthAfter(running, 1 - Math.min(months, MOST_MONTHS)), running);
  const from = firstDayOf(labels[0] ?? running);
  const entered = await sql<{ first_day: number; units: number }>`
    select first_day, count(*) as units from (select x.unit_id as unit_id, min(x.first_day) as first_day from quality_spans x
      join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id where x.first_day >= ${sql.lit(from)} ${whereCohort(filter)} ${whereSite(filter)} group by x.unit_id) entered
    group by first_day`.execute(ctx.db);
  const failed = await sql<{ failed_day: number; age_days: number }>`
    select min(x.failed_day) as failed_day, min(x.age_days) as age_days from quality_failures x join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id
    where ${findingIs(kind)} and x.age_days is not null and x.failed_day - x.age_days >= ${sql.lit(from)} ${whereCohort(filter)} ${whereSite(filter)} group by x.unit_id`.execute(
    ctx.db,
  );
  const now = dayNumber(today(ctx)) + 1;
  const unitsIn = groupBy(entered.rows, (row) => monthLabel(Number(row.first_day)));
  const failedIn = groupBy(failed.rows, (row) => monthLabel(Number(row.failed_day) - Number(row.age_days)));
  const delays = await reportingDelays(ctx);
  return nevadaGrid(
    labels.map((label) => {
      const ageMonths = Math.max(1, Math.ceil((now - firstDayOf(label)) / DAYS_PER_MONTH));
      const returns = Array.from({ length: ageMonths }, () => 0);
      for (const { age_days } of failedIn.get(label) ?? []) {
        const month = Math.min(ageMonths - 1, Math.floor(Number(age_days) / DAYS_PER_MONTH));
        returns[month] = (returns[month] ?? 0) + 1;
      }
      return { label, units: (unitsIn.get(label) ?? []).reduce((sum, row) => sum + Number(row.units), 0), returns };
    }),
    reportedShare(delays),
  );
}

/** Days from failure to the bench's knowing of it, over all returns, sorted. */
async function reportingDelays(ctx: Ctx): Promise<number[]> {
  const rows = await ctx.db
    .selectFrom('quality_failures as x')
    .innerJoin('return_units as r', 'r.id', 'x.return_unit_id')
    .select(['x.failed_day', 'r.received_at'])
    .where('r.received_at', 'is not', null)
    .where('r.failed_on', 'is not', null)
    .orderBy('x.failed_day', 'desc')
    .limit(DELAYS_LOOKED_AT)
    .execute();
  return rows.map((row) => Math.max(0, Math.floor((row.received_at ?? 0) / 86_400_000) - row.failed_day)).sort((a, b) => a - b);
}

const DELAYS_LOOKED_AT = 2000;

// With m whole months gone by since the end of a cell's month, failures spread over that month were reported with a delay of at most m months and a half.
const reportedShare =
  (delays: readonly number[]) =>
  (months: number): number => {
    if (delays.length === 0) return months > 0 ? 1 : 0.5;
    const within = (days: number): number => delays.filter((delay) => delay <= days).length / delays.length;
    return within((months + 0.5) * DAYS_PER_MONTH) * (months === 0 ? 0.5 : 1);
  };
