// What the house has on a cohort: holds, investigations, known issues, alerts, claims and evidence packs that overlap it.
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { type Cohort, inCohorts, type NamedCohort } from '../claim/cohort.ts';
import { cohortTitle } from '../claim/evidenceSubject.ts';
import { staffOnly } from '../core/actor.ts';
import type { Ctx } from '../db/ctx.ts';
import type { Tables } from '../db/tables.ts';

const MOST = 50;

/** One row per record, newest first; `kind` says which page shows it. */
export interface CohortRecord {
  readonly kind: 'stock_hold' | 'investigation' | 'known_issue' | 'alert' | 'claim' | 'evidence_pack';
  readonly id: string;
  readonly label: string;
  readonly state: string | null;
  readonly on_at: number;
}

export async function listCohortRecords(ctx: Ctx, cohort: NamedCohort): Promise<CohortRecord[]> {
  staffOnly(ctx);
  return [
    ...(await listCohortHolds(ctx, cohort)),
    ...(await listCohortAlerts(ctx, cohort)),
    ...(await listCohortInvestigations(ctx, cohort)),
    ...(await listCohortIssues(ctx, cohort)),
    ...(await listCohortClaims(ctx, cohort)),
    ...(await listCohortPacks(ctx, cohort)),
  ];
}

/** Two cohorts overlap unless a part that both name differs. */
const overlaps =
  <T extends 'stock_holds' | 'investigation_cohorts' | 'known_issue_cohorts' | 'alerts'>(table: T, cohort: Cohort) =>
  (of: ExpressionBuilder<Tables, T>): Expression<SqlBool> =>
    of.and([
      sql<SqlBool>`${sql.ref(`${table}.model_id`)} = ${cohort.model_id}`,
      ...(['hw_rev', 'batch_id', 'firmware_id'] as const)
        .filter((part) => cohort[part] !== null)
        .map((part) => sql<SqlBool>`(${sql.ref(`${table}.${part}`)} is null or ${sql.ref(`${table}.${part}`)} = ${cohort[part]})`),
    ]);

const listCohortHolds = async (ctx: Ctx, cohort: Cohort): Promise<CohortRecord[]> =>
  (
    await ctx.db
      .selectFrom('stock_holds')
      .select(['id', 'reason as label', 'state', 'placed_at as on_at'])
      .where(overlaps('stock_holds', cohort))
      .where('state', '=', 'active')
      .orderBy('placed_at', 'desc')
      .limit(MOST)
      .execute()
  ).map((row) => ({ ...row, kind: 'stock_hold' }));

const listCohortAlerts = async (ctx: Ctx, cohort: Cohort): Promise<CohortRecord[]> =>
  (
    await ctx.db
      .selectFrom('alerts')
      .leftJoin('signals', 'signals.code', 'alerts.signal')
      .select(['alerts.id', 'alerts.signal', 'signals.name_en', 'signals.name_ja', 'alerts.state', 'alerts.created_at as on_at'])
      .where(overlaps('alerts', cohort))
      .orderBy('alerts.created_at', 'desc')
      .limit(MOST)
      .execute()
  ).map(({ signal, name_en, name_ja, ...row }) => ({ ...row, kind: 'alert', label: (ctx.actor.locale === 'ja' ? name_ja : name_en) ?? signal }));

const listCohortInvestigations = async (ctx: Ctx, cohort: Cohort): Promise<CohortRecord[]> =>
  (
    await ctx.db
      .selectFrom('investigations')
      .select(['id', 'number', 'title', 'state', 'created_at as on_at'])
      .where((of) => of('id', 'in', ctx.db.selectFrom('investigation_cohorts').select('investigation_id').where(overlaps('investigation_cohorts', cohort))))
      .orderBy('created_at', 'desc')
      .limit(MOST)
      .execute()
  ).map(({ number, title, ...row }) => ({ ...row, kind: 'investigation', label: `${number} ${title}` }));

const listCohortIssues = async (ctx: Ctx, cohort: Cohort): Promise<CohortRecord[]> =>
  (
    await ctx.db
      .selectFrom('known_issues')
      .select(['id', 'number', 'title_en', 'title_ja', 'state', 'created_at as on_at'])
      .where((of) => of('id', 'in', ctx.db.selectFrom('known_issue_cohorts').select('known_issue_id').where(overlaps('known_issue_cohorts', cohort))))
      .where('state', '!=', 'withdrawn')
      .orderBy('created_at', 'desc')
      .limit(MOST)
      .execute()
  ).map(({ number, title_en, title_ja, ...row }) => ({ ...row, kind: 'known_issue', label: `${number} ${ctx.actor.locale === 'ja' ? title_ja : title_en}` }));

/** Claims on one of its units. */
const listCohortClaims = async (ctx: Ctx, cohort: Cohort): Promise<CohortRecord[]> =>
  (
    await ctx.db
      .selectFrom('claims')
      .select(['id', 'number', 'title', 'state', 'created_at as on_at'])
      .where((of) =>
        of(
          'id',
          'in',
          ctx.db
            .selectFrom('claim_lines')
            .innerJoin('units', 'units.id', 'claim_lines.unit_id')
            .select('claim_id')
            .where(inCohorts([cohort])),
        ),
      )
      .orderBy('created_at', 'desc')
      .limit(MOST)
      .execute()
  ).map(({ number, title, ...row }) => ({ ...row, kind: 'claim', label: `${number} ${title}` }));

/** Packs of exactly this cohort. */
const listCohortPacks = async (ctx: Ctx, cohort: NamedCohort): Promise<CohortRecord[]> =>
  (
    await ctx.db
      .selectFrom('evidence_packs')
      .select(['id', 'as_of_on', 'fingerprint', 'created_at as on_at'])
      .where('subject_kind', '=', 'cohort')
      .where('maker_id', '=', cohort.maker_id)
      .where('title', '=', cohortTitle(cohort))
      .orderBy('created_at', 'desc')
      .limit(MOST)
      .execute()
  ).map(({ as_of_on, fingerprint, ...row }) => ({ ...row, kind: 'evidence_pack', state: null, label: `${as_of_on} ${fingerprint.slice(0, 12)}` }));
