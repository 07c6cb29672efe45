// The rows behind a number: every failure of a table's cell, with the unit it happened to.
import { type RawBuilder, sql } from 'kysely';
import { dayFromNumber } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page } from '../db/page.ts';
import { AGE_BANDS } from './ageBands.ts';
import { whereCohort, whereFinding, whereSite } from './cohortSql.ts';
import { countBeforeReading } from './count.ts';
import { type FailureRowsQuery, NOT_KNOWN } from './inputs.ts';
import { findingIs } from './lifeRows.ts';
import { periodOf } from './period.ts';
import type { Finding } from './table.ts';

export interface FailureRow {
  readonly return_unit_id: string;
  readonly return_id: string;
  readonly return_number: string;
  readonly unit_id: string;
  readonly serial: string;
  readonly maker: string;
  readonly model: string;
  readonly hw_rev: string | null;
  readonly batch: string | null;
  readonly firmware: string | null;
  readonly site: string | null;
  readonly failed_on: string;
  readonly age_days: number | null;
  readonly finding: Finding;
  readonly failure_mode: string | null;
  readonly component: string | null;
}

/** Newest failures first. `kind` and `finding` narrow to what a column of the table counts. */
export async function listFailureRows(ctx: Ctx, query: FailureRowsQuery): Promise<Page<FailureRow>> {
  await countBeforeReading(ctx);
  const { from, to } = periodOf(ctx, query);
  const band = AGE_BANDS.find(({ code }) => code === query.age_band);
  const rows = ctx.db
    .selectFrom('quality_failures as x')
    .innerJoin('quality_cohorts as c', 'c.id', 'x.cohort_id')
    .innerJoin('models as m', 'm.id', 'c.model_id')
    .innerJoin('makers', 'makers.id', 'm.maker_id')
    .innerJoin('units', 'units.id', 'x.unit_id')
    .innerJoin('return_units', 'return_units.id', 'x.return_unit_id')
    .innerJoin('returns', 'returns.id', 'return_units.return_id')
    .leftJoin('customers', 'customers.id', 'returns.customer_id')
    .leftJoin('batches', 'batches.id', 'c.batch_id')
    .leftJoin('firmwares', 'firmwares.id', 'c.firmware_id')
    .leftJoin('sites', 'sites.id', 'x.site_id')
    .leftJoin('codes as modes', 'modes.id', 'x.failure_mode_id')
    .leftJoin('codes as components', 'components.id', 'x.component_id')
    .select([
      'x.return_unit_id',
      'return_units.return_id',
      'returns.number as return_number',
      'x.unit_id',
      'units.serial',
      'makers.code as maker',
      'm.code as model',
      'c.hw_rev',
      'batches.code as batch',
      'firmwares.code as firmware',
      'sites.code as site',
      'x.failed_day',
      'x.age_days',
      'x.finding',
      'modes.code as failure_mode',
      'components.code as component',
    ])
    .where('x.failed_day', '>=', from)
    .where('x.failed_day', '<', to)
    .where(
      sql<boolean>`${query.kind === undefined ? sql`1 = 1` : findingIs(query.kind)} ${whereCohort(query)} ${whereSite(query)} ${whereFinding(query, query.exact?.split(','))}`,
    )
    .where(
      sql<boolean>`${findingOf(query.finding)} and ${isOrUnknown('return_units.verdict_by', query.inspector)} and ${isOrUnknown('customers.code', query.customer)}`,
    )
    .$if(query.age_band !== undefined, (qb) => qb.where('x.age_days', '>=', band?.low ?? 0).where('x.age_days', '<', band?.high ?? 0));
  const page = await listPage(rows, query, { failed_on: 'x.failed_day' }, 'x.return_unit_id');
  return { ...page, items: page.items.map(({ failed_day, ...row }) => ({ ...row, failed_on: dayFromNumber(failed_day) })) };
}

function findingOf(finding: FailureRowsQuery['finding']): RawBuilder<unknown> {
  if (finding === undefined) return sql`1 = 1`;
  return finding === 'judged' ? sql`x.finding <> 'untriaged'` : sql`x.finding = ${finding}`;
}

function isOrUnknown(column: string, value: string | undefined): RawBuilder<unknown> {
  if (value === undefined) return sql`1 = 1`;
  return value === NOT_KNOWN ? sql`${sql.ref(column)} is null` : sql`${sql.ref(column)} = ${value}`;
}
