// The Nevada grid of a cohort: month of entering service × age in months, from our own records.

import { sql } from 'kysely';
import { groupBy } from '../core/groupBy.ts';
import { dayNumber, dayOf } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { type NevadaRow, nevadaGrid } from '../stats/nevada.ts';
import { type Delay, reportingDelay } from '../stats/reportingDelay.ts';
import { whereCohort, whereSite } from './cohortSql.ts';
import { countBeforeReading } from './count.ts';
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
  const failed = await sql<{ unit_id: string; failed_day: number; age_days: number }>`
    select x.unit_id as unit_id, min(x.failed_day) as failed_day, min(x.age_days) as age_days
    from quality_failures x join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id
    where ${findingIs(kind)} and x.age_days is not null and x.failed_day - x.age_days >= ${sql.lit(from)} ${whereCohort(filter)} ${whereSite(filter)} group by x.unit_id`.execute(
    ctx.db,
  );
  const now = dayNumber(today(ctx)) + 1;
  const cameBack = new Set(failed.rows.map((row) => row.unit_id));
  const left = (await listWithdrawn(ctx, filter, from, now)).filter((row) => !cameBack.has(row.unit_id));
  const unitsIn = groupBy(entered.rows, (row) => monthLabel(Number(row.first_day)));
  const failedIn = groupBy(failed.rows, (row) => monthLabel(Number(row.failed_day) - Number(row.age_days)));
  const leftIn = groupBy(left, (row) => monthLabel(Number(row.first_day)));
  return nevadaGrid(
    labels.map((label) => {
      const ageMonths = Math.max(1, Math.ceil((now - firstDayOf(label)) / DAYS_PER_MONTH));
      const byAge = (ages: readonly number[]): number[] => {
        const counts = Array.from({ length: ageMonths }, () => 0);
        for (const age of ages) {
          const month = Math.min(ageMonths - 1, Math.floor(age / DAYS_PER_MONTH));
          counts[month] = (counts[month] ?? 0) + 1;
        }
        return counts;
      };
      return {
        label,
        units: (unitsIn.get(label) ?? []).reduce((sum, row) => sum + Number(row.units), 0),
        returns: byAge((failedIn.get(label) ?? []).map(({ age_days }) => Number(age_days))),
        withdrawn: byAge((leftIn.get(label) ?? []).map(({ first_day, end_day }) => Number(end_day) - Number(first_day))),
      };
    }),
    reportedShare(reportingDelay(await listDelays(ctx))),
  );
}

/** Units whose service ended before today. */
async function listWithdrawn(ctx: Ctx, filter: CohortFilter, from: number, now: number): Promise<{ unit_id: string; first_day: number; end_day: number }[]> {
  const { rows } = await sql<{ unit_id: string; first_day: number; end_day: number }>`
    select x.unit_id as unit_id, min(x.first_day) as first_day, max(coalesce(x.to_day, ${sql.lit(now)})) as end_day
    from quality_spans x join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id
    where x.first_day >= ${sql.lit(from)} ${whereCohort(filter)} ${whereSite(filter)}
    group by x.unit_id having max(coalesce(x.to_day, ${sql.lit(now)})) < ${sql.lit(now)}`.execute(ctx.db);
  return rows;
}

/** Days from failure to receipt, over the returns of the last years. */
async function listDelays(ctx: Ctx): Promise<Delay[]> {
  const now = dayNumber(today(ctx));
  const rows = await ctx.db
    .selectFrom('quality_failures as x')
    .innerJoin('return_units as r', 'r.id', 'x.return_unit_id')
    .select(['x.failed_day', 'r.received_at'])
    .where('r.received_at', 'is not', null)
    .where('r.failed_on', 'is not', null)
    .orderBy('x.failed_day', 'desc')
    .limit(DELAYS_LOOKED_AT)
    .execute();
  return rows.map((row) => ({ delay: Math.max(0, dayNumber(dayOf(row.received_at ?? 0, ctx.zone)) - row.failed_day), seen: now - row.failed_day }));
}

const DELAYS_LOOKED_AT = 2000;

// With m whole months gone by since the end of a cell's month, failures spread over that month were reported with a delay of at most m months and a half. Of
// the running month itself half is still to come.
const reportedShare =
  (within: ((days: number) => number) | null) =>
  (months: number): number =>
    (within === null ? 1 : within((months + 0.5) * DAYS_PER_MONTH)) * (months === 0 ? 0.5 : 1);
