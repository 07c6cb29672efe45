// Reads of known issues. A partner sees those published that concern its units, and of them only what helps it.
import { type Expression, type SqlBool, sql } from 'kysely';
import { inCohorts, type NamedCohort, nameCohorts } from '../claim/cohort.ts';
import { notFound } from '../core/problem.ts';
import { addDays } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { listPage, type PageRequest } from '../db/page.ts';
import { seenBy } from '../db/scope.ts';
import { dayColumns } from '../telemetry/dayColumns.ts';
import type { KnownIssueFilter } from './knownIssueInputs.ts';
import type { KnownIssueRow } from './table.ts';

const columns = [
  'known_issues.id',
  'known_issues.number',
  'known_issues.title_en',
  'known_issues.title_ja',
  'known_issues.workaround_en',
  'known_issues.workaround_ja',
  'known_issues.state',
  'known_issues.fixed_in',
  'known_issues.published_at',
  'known_issues.created_at',
  'known_issues.updated_at',
  'known_issues.version',
] as const;

export type PublicKnownIssue = Pick<
  KnownIssueRow,
  | 'id'
  | 'number'
  | 'title_en'
  | 'title_ja'
  | 'workaround_en'
  | 'workaround_ja'
  | 'state'
  | 'fixed_in'
  | 'published_at'
  | 'created_at'
  | 'updated_at'
  | 'version'
>;

const visible = (ctx: Ctx) => {
  const query = ctx.db.selectFrom('known_issues').select(columns);
  return ctx.actor.partner_id === null ? query : query.where('known_issues.state', 'in', ['published', 'fixed']).where(concerns(ctx));
};

/** Issues one of whose cohorts holds a unit the caller may see. */
const concerns = (ctx: Ctx, unit_id?: string): Expression<SqlBool> => {
  const units = ctx.db
    .selectFrom('units')
    .innerJoin('known_issue_cohorts', 'known_issue_cohorts.model_id', 'units.model_id')
    .select('known_issue_cohorts.known_issue_id')
    .where('units.merged_into_id', 'is', null)
    .where((of) =>
      of.and(
        (['hw_rev', 'batch_id', 'firmware_id'] as const).map((field) =>
          of.or([of(`known_issue_cohorts.${field}`, 'is', null), of(`known_issue_cohorts.${field}`, '=', of.ref(`units.${field}`))]),
        ),
      ),
    )
    .$if(unit_id !== undefined, (query) => query.where('units.id', '=', unit_id ?? ''))
    .$call(seenBy(ctx, 'units.partner_id'));
  return sql<SqlBool>`known_issues.id in ${units}`;
};

export async function listKnownIssues(ctx: Ctx, request: PageRequest, filter: KnownIssueFilter) {
  let query = visible(ctx);
  if (filter.state !== undefined) query = query.where('known_issues.state', '=', filter.state);
  if (filter.unit_id !== undefined) query = query.where(concerns(ctx, filter.unit_id));
  if (filter.investigation_id !== undefined && ctx.actor.partner_id === null)
    query = query.where('known_issues.investigation_id', '=', filter.investigation_id);
  if (filter.model_id !== undefined)
    query = query.where('known_issues.id', 'in', ctx.db.selectFrom('known_issue_cohorts').select('known_issue_id').where('model_id', '=', filter.model_id));
  if (filter.q !== undefined) {
    const pattern = `%${filter.q.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    query = query.where(
      sql<SqlBool>`(lower(known_issues.number) like ${pattern} escape '\\' or lower(known_issues.title_en) like ${pattern} escape '\\' or known_issues.title_ja like ${pattern} escape '\\')`,
    );
  }
  return listPage(
    query,
    request,
    { updated_at: 'known_issues.updated_at', number: 'known_issues.number', created_at: 'known_issues.created_at' },
    'known_issues.id',
  );
}

/** Throws `not_found` also for an issue that does not concern the partner. */
export async function getKnownIssue(ctx: Ctx, id: string): Promise<PublicKnownIssue> {
  const row = await visible(ctx).where('known_issues.id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Known issue', '既知の不具合']);
  return row;
}

export interface AffectedEstimate {
  /** Distinct units with an accepted match. */
  readonly reported: number;
  /** Distinct units with a suggestion nobody decided. */
  readonly suggested: number;
  /** Units of the cohorts in service today: the most it can be. */
  readonly in_service: number;
  /** Of them, devices that showed the signature in the last 30 days; null without a signature or without a report from any. */
  readonly with_signature: number | null;
  /** Those with the signature and no report: the silent ones. */
  readonly silent: number | null;
}

/** Who is behind an issue, for staff: cohorts, estimate, matches. */
export async function viewKnownIssue(ctx: Ctx, id: string) {
  const row = await ctx.db.selectFrom('known_issues').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Known issue', '既知の不具合']);
  const cohorts = await nameCohorts(ctx, await ctx.db.selectFrom('known_issue_cohorts').selectAll().where('known_issue_id', '=', id).orderBy('id').execute());
  return { issue: row, cohorts, affected: await estimateAffected(ctx, row, cohorts), matches: await listMatches(ctx, id) };
}

const SIGNATURE_DAYS = 30;

export async function estimateAffected(ctx: Ctx, issue: KnownIssueRow, cohorts: readonly NamedCohort[]): Promise<AffectedEstimate> {
  const reported = await matchedUnits(ctx, issue.id, 'accepted');
  const suggested = await matchedUnits(ctx, issue.id, 'suggested');
  const serving = await ctx.db
    .selectFrom('units')
    .innerJoin('service_intervals', 'service_intervals.unit_id', 'units.id')
    .select((of) => of.fn.countAll<number>().as('n'))
    .where('service_intervals.to_on', 'is', null)
    .where('units.merged_into_id', 'is', null)
    .where(inCohorts(cohorts))
    .executeTakeFirstOrThrow();
  const shown = await unitsWithSignature(ctx, issue.signal, cohorts);
  const known = new Set(reported);
  return {
    reported: reported.length,
    suggested: suggested.filter((unit) => !known.has(unit)).length,
    in_service: Number(serving.n),
    with_signature: shown?.length ?? null,
    silent: shown?.filter((unit) => !known.has(unit)).length ?? null,
  };
}

const matchedUnits = async (ctx: Ctx, id: string, state: 'accepted' | 'suggested'): Promise<string[]> =>
  (
    await ctx.db
      .selectFrom('known_issue_matches')
      .select('unit_id')
      .distinct()
      .where('known_issue_id', '=', id)
      .where('state', '=', state)
      .where('unit_id', 'is not', null)
      .execute()
  ).flatMap((row) => (row.unit_id === null ? [] : [row.unit_id]));

/** Units of the cohorts whose telemetry shows the signal now; null when it has no signal, or no unit reports. */
export async function unitsWithSignature(ctx: Ctx, signal: string | null, cohorts: readonly NamedCohort[]): Promise<string[] | null> {
  const column = dayColumns.find((name) => name === signal);
  if (column === undefined) return null;
  const since = addDays(today(ctx), -SIGNATURE_DAYS);
  const rows = await ctx.db
    .selectFrom('device_days')
    .innerJoin('devices', 'devices.device_no', 'device_days.device_no')
    .innerJoin('units', 'units.id', 'devices.unit_id')
    .select((of) => ['units.id', of.fn.max<number | null>(`device_days.${column}`).as('most')])
    .where('device_days.day_on', '>=', since)
    .where('units.merged_into_id', 'is', null)
    .where(inCohorts(cohorts))
    .groupBy('units.id')
    .orderBy('units.id')
    .execute();
  return rows.length === 0 ? null : rows.filter((row) => (row.most ?? 0) > 0).map((row) => row.id);
}

export const listMatches = (ctx: Ctx, id: string) =>
  ctx.db
    .selectFrom('known_issue_matches')
    .leftJoin('units', 'units.id', 'known_issue_matches.unit_id')
    .leftJoin('return_units', (join) =>
      join.onRef('return_units.id', '=', 'known_issue_matches.record_id').on('known_issue_matches.record_kind', '=', 'return_unit'),
    )
    .leftJoin('returns', 'returns.id', 'return_units.return_id')
    .leftJoin('cases', (join) => join.onRef('cases.id', '=', 'known_issue_matches.record_id').on('known_issue_matches.record_kind', '=', 'case'))
    .select((select) => select.fn.coalesce('returns.number', 'cases.number').as('number'))
    .select([
      'known_issue_matches.record_kind',
      'known_issue_matches.record_id',
      'known_issue_matches.unit_id',
      'units.serial',
      'return_units.return_id',
      'known_issue_matches.why',
      'known_issue_matches.state',
      'known_issue_matches.decided_by',
      'known_issue_matches.decided_at',
      'known_issue_matches.created_at',
    ])
    .where('known_issue_matches.known_issue_id', '=', id)
    .orderBy('known_issue_matches.created_at', 'desc')
    .orderBy('known_issue_matches.record_id')
    .limit(500)
    .execute();
