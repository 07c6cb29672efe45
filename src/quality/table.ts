import type { Generated } from 'kysely';

/** A unit to be counted again. Written by triggers. */
export interface QualityDirtyRow {
  model_id: string;
  unit_id: string;
}

export interface QualityCountRow {
  id: 'one';
  counted_at: number;
  /** Goes up whenever the totals changed. */
  revision: Generated<number>;
  /** First day of the last half month whose stretches of running totals every cohort has; null before the first count. */
  opened_day: number | null;
  frozen_through: string | null;
}

export type CohortKind = 'model' | 'hw_rev' | 'batch' | 'firmware' | 'site_kind' | 'cell';

export interface QualityCohortRow {
  id: number;
  kind: CohortKind;
  cohort_key: string;
  model_id: string;
  hw_rev: string | null;
  batch_id: string | null;
  firmware_id: string | null;
  site_kind: string | null;
  /** When its figures last changed, until its closed months were looked at again. */
  recount_at: number | null;
}

export interface QualitySpanRow {
  unit_id: string;
  seq: number;
  cohort_id: number;
  site_id: string | null;
  /** The unit's first day in service: its age is counted from here. */
  first_day: number;
  from_day: number;
  to_day: number | null;
}

/** What a returned unit turned out to be, as failure rates see it: damage, wrong unit and undetermined are `other`. */
export type Finding = 'confirmed' | 'nff' | 'untriaged' | 'other';

export interface QualityFailureRow {
  return_unit_id: string;
  unit_id: string;
  cohort_id: number;
  model_id: string;
  site_id: string | null;
  failed_day: number;
  age_days: number | null;
  finding: Finding;
  failure_mode_id: string | null;
  component_id: string | null;
}

export interface QualityTotalRow {
  kind: CohortKind;
  /** The first day of the stretch `day` lies in. */
  stretch_day: number;
  cohort_id: number;
  day: number;
  /** The row holds for the days before this one: the cohort's next row or the end of the stretch. */
  until_day: number;
  active: number;
  exposure_days: number;
  started: number;
  finished: number;
  confirmed: number;
  nff: number;
  untriaged: number;
  other: number;
}

export interface QualityMonthRow {
  month: string;
  model_id: string;
  revision: number;
  exposure_days: number;
  confirmed: number;
  nff: number;
  untriaged: number;
  other: number;
  /** SHA-256 of the month's failures and days in service. */
  fingerprint: string;
  /** JSON `{ field: [before, after] }` of a revision; null in the first. */
  change: string | null;
  frozen_at: number;
}

export interface QualityTables {
  quality_dirty: QualityDirtyRow;
  quality_counts: QualityCountRow;
  quality_cohorts: QualityCohortRow;
  quality_spans: QualitySpanRow;
  quality_failures: QualityFailureRow;
  quality_totals: QualityTotalRow;
  quality_months: QualityMonthRow;
}
