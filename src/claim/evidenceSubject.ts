// What an evidence pack is about: an alert, a cohort, an investigation or a claim, as cohorts of one maker, failure modes and what we ask.
import { invalid, notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { type Cohort, checkCohort, type NamedCohort, nameCohorts } from './cohort.ts';
import { getClaim } from './load.ts';
import { amountOrNull } from './money.ts';

export type EvidenceSubject =
  | { readonly subject_kind: 'alert' | 'investigation' | 'claim'; readonly subject_id: string; readonly maker_id?: string | undefined }
  | { readonly subject_kind: 'cohort'; readonly cohort: Cohort };

/** What we ask of the maker, as the claim says it. */
export interface Asked {
  readonly number: string;
  readonly title: string;
  readonly statement: string;
  readonly remedy: string;
  readonly units: number;
  readonly amount: number | null;
  readonly currency: string | null;
}

export interface EvidenceScope {
  readonly subject: { readonly kind: EvidenceSubject['subject_kind']; readonly id: string | null; readonly number: string | null; readonly title: string };
  readonly cohorts: readonly NamedCohort[];
  /** Ids of linked failure modes; empty means all. */
  readonly failure_modes: readonly string[];
  readonly asked: Asked | null;
  /** The units to list; null means the failed units of the cohorts. */
  readonly unit_ids: readonly string[] | null;
}

/** Throws `not_found` for an unknown subject, `invalid` when no cohort of the maker is named. */
export async function findScope(ctx: Ctx, subject: EvidenceSubject): Promise<EvidenceScope> {
  const scope = await scopeOf(ctx, subject);
  const maker_id = 'maker_id' in subject && subject.maker_id !== undefined ? subject.maker_id : scope.cohorts[0]?.maker_id;
  const cohorts = scope.cohorts.filter((cohort) => cohort.maker_id === maker_id);
  if (cohorts.length === 0) throw invalid('subject_id', ['No cohort is named to show evidence of', '対象群が登録されていないため資料を作成できません']);
  return { ...scope, cohorts };
}

async function scopeOf(ctx: Ctx, subject: EvidenceSubject): Promise<EvidenceScope> {
  switch (subject.subject_kind) {
    case 'cohort':
      return ofCohort(ctx, subject.cohort);
    case 'alert':
      return ofAlert(ctx, subject.subject_id);
    case 'investigation':
      return ofInvestigation(ctx, subject.subject_id);
    case 'claim':
      return ofClaim(ctx, subject.subject_id);
    default:
      return subject satisfies never;
  }
}

async function ofCohort(ctx: Ctx, cohort: Cohort): Promise<EvidenceScope> {
  await checkCohort(ctx, cohort);
  const cohorts = await nameCohorts(ctx, [cohort]);
  return {
    subject: { kind: 'cohort', id: null, number: null, title: cohorts.map(cohortTitle).join(', ') },
    cohorts,
    failure_modes: [],
    asked: null,
    unit_ids: null,
  };
}

/** What a pack about a cohort is called: its codes without the maker, who reads it. */
export const cohortTitle = ({ model_code, hw_rev, batch_code, firmware_code }: NamedCohort): string =>
  [model_code, hw_rev, batch_code, firmware_code].filter((part) => part !== null).join(' ');

async function ofAlert(ctx: Ctx, id: string): Promise<EvidenceScope> {
  const alert = await ctx.db.selectFrom('alerts').select(['model_id', 'hw_rev', 'batch_id', 'firmware_id', 'signal']).where('id', '=', id).executeTakeFirst();
  if (alert === undefined) throw notFound(['Alert', '警告']);
  if (alert.model_id === null) throw invalid('subject_id', ['An alert of the whole platform is no maker’s', 'プラットフォーム全体の警告は対象にできません']);
  const cohorts = await nameCohorts(ctx, [{ model_id: alert.model_id, hw_rev: alert.hw_rev, batch_id: alert.batch_id, firmware_id: alert.firmware_id }]);
  return { subject: { kind: 'alert', id, number: null, title: alert.signal }, cohorts, failure_modes: [], asked: null, unit_ids: null };
}

async function ofInvestigation(ctx: Ctx, id: string): Promise<EvidenceScope> {
  const row = await ctx.db.selectFrom('investigations').select(['number', 'title']).where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Investigation', '不具合調査']);
  return { subject: { kind: 'investigation', id, ...row }, ...(await suspectsOf(ctx, id)), asked: null, unit_ids: null };
}

async function suspectsOf(ctx: Ctx, investigation_id: string): Promise<Pick<EvidenceScope, 'cohorts' | 'failure_modes'>> {
  const cohorts = await ctx.db
    .selectFrom('investigation_cohorts')
    .select(['model_id', 'hw_rev', 'batch_id', 'firmware_id'])
    .where('investigation_id', '=', investigation_id)
    .orderBy('id')
    .execute();
  const modes = await ctx.db
    .selectFrom('investigation_links')
    .select('record_id')
    .where('investigation_id', '=', investigation_id)
    .where('kind', '=', 'failure_mode')
    .orderBy('record_id')
    .execute();
  return { cohorts: await nameCohorts(ctx, cohorts), failure_modes: modes.map((mode) => mode.record_id) };
}

async function ofClaim(ctx: Ctx, id: string): Promise<EvidenceScope> {
  const claim = await getClaim(ctx, id);
  const lines = await ctx.db
    .selectFrom('claim_lines')
    .innerJoin('units', 'units.id', 'claim_lines.unit_id')
    .select(['claim_lines.unit_id', 'claim_lines.claimed_minor', 'units.model_id', 'units.batch_id'])
    .where('claim_id', '=', id)
    .orderBy('claim_lines.id')
    .execute();
  const suspected = claim.investigation_id === null ? null : await suspectsOf(ctx, claim.investigation_id);
  const models = [...new Set(lines.map((line) => line.model_id))].sort();
  const claimed = models.map((model_id): Cohort => {
    const batches = [...new Set(lines.filter((line) => line.model_id === model_id).map((line) => line.batch_id))];
    return { model_id, hw_rev: null, batch_id: batches.length === 1 ? (batches[0] ?? null) : null, firmware_id: null };
  });
  const total = lines.some((line) => line.claimed_minor !== null) ? lines.reduce((sum, line) => sum + (line.claimed_minor ?? 0), 0) : null;
  return {
    subject: { kind: 'claim', id, number: claim.number, title: claim.title },
    cohorts: suspected !== null && suspected.cohorts.length > 0 ? suspected.cohorts : await nameCohorts(ctx, claimed),
    failure_modes: suspected?.failure_modes ?? [],
    asked: {
      number: claim.number,
      title: claim.title,
      statement: claim.statement,
      remedy: claim.remedy,
      units: lines.length,
      amount: amountOrNull(total, claim.currency),
      currency: claim.currency,
    },
    unit_ids: lines.map((line) => line.unit_id),
  };
}
