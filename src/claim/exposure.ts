// Service and failures of cohorts as quality counts them, cut finely enough to compare before with after: the same rows every failure rate is made of.
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { type Day, dayFromNumber, dayNumber } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import type { Tables } from '../db/tables.ts';
import type { QualityFailureRow } from '../quality/table.ts';
import type { Cohort, CohortFacts } from './cohort.ts';

/** Days [from_day, to_day) since 1970-01-01 that `units` alike served. */
export interface ServicePiece extends CohortFacts {
  /** Only when asked for: pieces are then of one unit each. */
  readonly serial_key: string | null;
  /** First day of the unit's first service: day 0 of its age. */
  readonly first_day: number;
  readonly from_day: number;
  readonly to_day: number;
  readonly units: number;
}

/** Service of the cohorts up to, not including, `until_on`. Cost: one grouped scan of the cohorts' spans. */
export async function listService(ctx: Ctx, cohorts: readonly Cohort[], until_on: Day, by_serial = false): Promise<ServicePiece[]> {
  const until = dayNumber(until_on);
  const serial = by_serial ? sql<string | null>`units.serial_key` : sql<string | null>`null`;
  const rows = await ctx.db
    .selectFrom('quality_spans')
    .innerJoin('quality_cohorts', 'quality_cohorts.id', 'quality_spans.cohort_id')
    .innerJoin('units', 'units.id', 'quality_spans.unit_id')
    .select([
      'quality_cohorts.model_id',
      'quality_cohorts.batch_id',
      'quality_cohorts.hw_rev',
      'quality_cohorts.firmware_id',
      serial.as('serial_key'),
      'first_day',
      'from_day',
      'to_day',
      (of) => of.fn.countAll<number>().as('units'),
    ])
    .where(countedIn(cohorts))
    .where('from_day', '<', until)
    .groupBy([
      'quality_cohorts.model_id',
      'quality_cohorts.batch_id',
      'quality_cohorts.hw_rev',
      'quality_cohorts.firmware_id',
      'first_day',
      'from_day',
      'to_day',
    ])
    .$if(by_serial, (query) => query.groupBy('units.serial_key'))
    .execute();
  return rows.map((row) => ({ ...row, to_day: row.to_day === null || row.to_day > until ? until : row.to_day, units: Number(row.units) }));
}

export const exposureDays = (pieces: readonly ServicePiece[]): number => pieces.reduce((sum, piece) => sum + piece.units * (piece.to_day - piece.from_day), 0);

/** A returned unit of the cohorts, with what it was when it failed. */
export interface CohortReturn extends CohortFacts {
  readonly return_unit_id: string;
  readonly unit_id: string;
  readonly serial: string;
  readonly serial_key: string;
  readonly failed_on: Day;
  readonly failed_day: number;
  /** Null when its service is unknown. */
  readonly age_days: number | null;
  readonly finding: QualityFailureRow['finding'];
  readonly failure_mode_id: string | null;
  readonly verdict_at: number | null;
}

/** Returned units of the cohorts that failed before `until_on`, oldest first. */
export async function listReturns(ctx: Ctx, cohorts: readonly Cohort[], until_on: Day, failureModes: readonly string[] = []): Promise<CohortReturn[]> {
  let query = ctx.db
    .selectFrom('quality_failures')
    .innerJoin('quality_cohorts', 'quality_cohorts.id', 'quality_failures.cohort_id')
    .innerJoin('units', 'units.id', 'quality_failures.unit_id')
    .innerJoin('return_units', 'return_units.id', 'quality_failures.return_unit_id')
    .select([
      'quality_failures.return_unit_id',
      'quality_failures.unit_id',
      'units.serial',
      'units.serial_key',
      'quality_cohorts.model_id',
      'quality_cohorts.batch_id',
      'quality_cohorts.hw_rev',
      'quality_cohorts.firmware_id',
      'quality_failures.failed_day',
      'quality_failures.age_days',
      'quality_failures.finding',
      'quality_failures.failure_mode_id',
      'return_units.verdict_at',
    ])
    .where(countedIn(cohorts))
    .where('quality_failures.failed_day', '<', dayNumber(until_on));
  if (failureModes.length > 0) query = query.where('quality_failures.failure_mode_id', 'in', failureModes);
  const rows = await query.orderBy('quality_failures.failed_day').orderBy('quality_failures.return_unit_id').execute();
  return rows.map((row) => ({ ...row, failed_on: dayFromNumber(row.failed_day) }));
}

/** Cells of any of the cohorts. */
const countedIn =
  (cohorts: readonly Cohort[]) =>
  (of: ExpressionBuilder<Tables, 'quality_cohorts'>): Expression<SqlBool> => {
    if (cohorts.length === 0) return sql<SqlBool>`1 = 0`;
    return of.and([
      of('quality_cohorts.kind', '=', 'cell'),
      of.or(
        cohorts.map((cohort) =>
          of.and([
            of('quality_cohorts.model_id', '=', cohort.model_id),
            ...(cohort.hw_rev === null ? [] : [of('quality_cohorts.hw_rev', '=', cohort.hw_rev)]),
            ...(cohort.batch_id === null ? [] : [of('quality_cohorts.batch_id', '=', cohort.batch_id)]),
            ...(cohort.firmware_id === null ? [] : [of('quality_cohorts.firmware_id', '=', cohort.firmware_id)]),
          ]),
        ),
      ),
    ]);
  };
