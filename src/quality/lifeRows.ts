// The lives of a cohort's units as life data: one row per unit and failure, ages in days since it entered service.
import { type RawBuilder, sql } from 'kysely';
import { groupBy } from '../core/groupBy.ts';
import { dayNumber } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import type { LifeRow } from '../stats/lifeRow.ts';
import { whereCohort, whereSite } from './cohortSql.ts';
import type { CohortFilter, FailureKind } from './inputs.ts';

/** A failure on the first day in service: half a day of life, since a life of none has no logarithm. */
const SHORTEST_LIFE = 0.5;

export interface LifeQuery {
  readonly filter: CohortFilter;
  readonly kind: FailureKind;
  /** `month`: failures are known by month of age, (k−1, k] × 30.4375 d; `day`: exactly. */
  readonly precision: 'day' | 'month';
}

const DAYS_PER_MONTH = 30.4375;

/**
 * A unit's life ends with its first failure of the kind asked for; without one it is censored at the end of its service or today. Imputed failures have no
 * ages of their own: they are taken as returns not found faultless. Grouped: units alike are one row with a count.
 */
export async function listLifeRows(ctx: Ctx, { filter, kind, precision }: LifeQuery): Promise<LifeRow[]> {
  const now = dayNumber(today(ctx)) + 1;
  const spans = await sql<{ unit_id: string; first_day: number; from_day: number; to_day: number }>`
    select x.unit_id as unit_id, min(x.first_day) as first_day, min(x.from_day) as from_day, max(coalesce(x.to_day, ${sql.lit(now)})) as to_day
    from quality_spans x join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id
    where x.from_day < ${sql.lit(now)} ${whereCohort(filter)} ${whereSite(filter)} group by x.unit_id`.execute(ctx.db);
  const failures = await sql<{ unit_id: string; failed_day: number; mode: string | null }>`
    select x.unit_id as unit_id, x.failed_day as failed_day, f.code as mode
    from quality_failures x join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id left join codes f on f.id = x.failure_mode_id
    where ${findingIs(kind)} ${whereCohort(filter)} ${whereSite(filter)} order by x.failed_day`.execute(ctx.db);
  const failed = groupBy(failures.rows, (row) => row.unit_id);
  return merged(spans.rows.flatMap((span) => lifeOf(span, now, failed.get(span.unit_id)?.[0], precision)));
}

export function findingIs(kind: FailureKind): RawBuilder<unknown> {
  switch (kind) {
    case 'confirmed':
      return sql`x.finding = 'confirmed'`;
    case 'returned':
      return sql`1 = 1`;
    case 'imputed':
      return sql`x.finding in ('confirmed', 'untriaged')`;
    default:
      return kind satisfies never;
  }
}

function lifeOf(
  span: { first_day: number; from_day: number; to_day: number },
  now: number,
  failure: { failed_day: number; mode: string | null } | undefined,
  precision: LifeQuery['precision'],
): LifeRow[] {
  const entry = Number(span.from_day) - Number(span.first_day);
  if (failure !== undefined) {
    const age = Math.max(SHORTEST_LIFE, Number(failure.failed_day) - Number(span.first_day));
    if (age <= entry) return [];
    const row = { failed: true, count: 1, entry, mode: failure.mode };
    if (precision === 'day') return [{ ...row, time: age, lower: null }];
    const month = Math.ceil(age / DAYS_PER_MONTH);
    return [{ ...row, time: month * DAYS_PER_MONTH, lower: Math.max(entry, (month - 1) * DAYS_PER_MONTH) }];
  }
  const age = Math.min(Number(span.to_day), now) - Number(span.first_day);
  return age > entry ? [{ time: age, lower: null, failed: false, count: 1, entry, mode: null }] : [];
}

function merged(rows: readonly LifeRow[]): LifeRow[] {
  const groups = groupBy(rows, (row) => `${row.time}/${row.lower}/${row.failed}/${row.entry}/${row.mode}`);
  return [...groups.values()].flatMap(([first, ...rest]) => (first === undefined ? [] : [{ ...first, count: 1 + rest.length }]));
}
