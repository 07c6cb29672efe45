import type { ActionState, InvestigationState, KnownIssueState } from './lifecycle.ts';

/** One 8D. `frozen` is the JSON of the problem's numbers at opening. */
export interface InvestigationRow {
  id: string;
  number: string;
  title: string;
  problem: string;
  state: InvestigationState;
  source_kind: 'alert' | 'return_unit' | 'case' | 'manual';
  source_id: string | null;
  owner_id: string | null;
  next_on: string | null;
  next_step: string | null;
  frozen: string;
  frozen_at: number;
  containment: string | null;
  effectiveness: string | null;
  evidence_kind: 'effectiveness_check' | 'test_record' | null;
  evidence_id: string | null;
  closed_at: number | null;
  closed_by: string | null;
  reopened_at: number | null;
  reopened_reason: string | null;
  created_by: string;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface InvestigationMemberRow {
  investigation_id: string;
  user_id: string;
  duty: string | null;
}

export interface InvestigationLinkRow {
  investigation_id: string;
  kind: 'unit' | 'return_unit' | 'alert' | 'case' | 'failure_mode';
  record_id: string;
  created_at: number;
}

export interface InvestigationCohortRow {
  id: string;
  investigation_id: string;
  model_id: string;
  hw_rev: string | null;
  batch_id: string | null;
  firmware_id: string | null;
}

/** A node of a five-why tree. */
export interface InvestigationCauseRow {
  id: string;
  investigation_id: string;
  branch: 'occurrence' | 'escape';
  parent_id: string | null;
  statement: string;
  evidence: string | null;
  cause_id: string | null;
  state: 'supposed' | 'confirmed' | 'ruled_out';
  decided_by: string | null;
  decided_at: number | null;
  created_by: string;
  created_at: number;
  version: number;
}

export interface InvestigationActionRow {
  id: string;
  investigation_id: string;
  kind: 'containment' | 'permanent' | 'horizontal';
  title: string;
  model_id: string | null;
  owner_id: string;
  due_on: string;
  state: ActionState;
  outcome: string | null;
  done_on: string | null;
  reminded_on: string | null;
  created_at: number;
  updated_at: number;
  version: number;
}

/** From where on an action holds. Several rows of one action are alternatives per model and kind. */
export interface ActionCutInRow {
  id: string;
  action_id: string;
  model_id: string;
  kind: 'batch' | 'serial_range' | 'hw_rev' | 'firmware';
  batch_id: string | null;
  serial_from_key: string | null;
  serial_to_key: string | null;
  hw_rev: string | null;
  firmware_id: string | null;
}

export interface EffectivenessCheckRow {
  id: string;
  investigation_id: string;
  checked_at: number;
  checked_by: string;
  kind: 'confirmed' | 'returned';
  before_failures: number;
  before_exposure_days: number;
  after_failures: number;
  after_exposure_days: number;
  expected_after: number | null;
  ratio: number | null;
  ratio_low: number | null;
  ratio_high: number | null;
  p_value: number | null;
  e_better: number | null;
  e_worse: number | null;
  verdict: 'improved' | 'no_evidence' | 'worse';
  /** JSON: the age bands, and the failures whose side is unknown. */
  detail: string;
}

export interface RecurrenceRow {
  investigation_id: string;
  return_unit_id: string;
  side: 'before' | 'after' | 'unknown';
  reopened_at: number | null;
  created_at: number;
}

export interface KnownIssueRow {
  id: string;
  number: string;
  title_en: string;
  title_ja: string;
  workaround_en: string | null;
  workaround_ja: string | null;
  symptom_id: string | null;
  failure_mode_id: string | null;
  signal: string | null;
  investigation_id: string | null;
  state: KnownIssueState;
  fixed_in: string | null;
  fixed_firmware_id: string | null;
  published_at: number | null;
  created_by: string;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface KnownIssueCohortRow {
  id: string;
  known_issue_id: string;
  model_id: string;
  hw_rev: string | null;
  batch_id: string | null;
  firmware_id: string | null;
}

export interface KnownIssueMatchRow {
  known_issue_id: string;
  record_kind: 'return_unit' | 'case';
  record_id: string;
  unit_id: string | null;
  /** JSON array of what matched: `cohort`, `symptom`, `failure_mode`, `signal`. */
  why: string;
  state: 'suggested' | 'accepted' | 'refused';
  decided_by: string | null;
  decided_at: number | null;
  created_at: number;
}

export interface KnownIssueMarkRow {
  record_kind: string;
  last_at: number;
}

/** A protocol. Revisions are new rows; `steps` is JSON. */
export interface TestTemplateRow {
  id: string;
  code: string;
  revision: number;
  kind: 'water_ingress' | 'temperature' | 'drop' | 'cable' | 'power' | 'other';
  name_en: string;
  name_ja: string;
  method: string | null;
  steps: string;
  retired_at: number | null;
  created_at: number;
}

export interface TestRecordRow {
  id: string;
  number: string;
  template_id: string;
  investigation_id: string | null;
  title: string;
  conditions: string | null;
  state: 'running' | 'done';
  result: 'pass' | 'fail' | null;
  conclusion: string | null;
  tested_on: string | null;
  tested_by: string;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface TestSampleRow {
  id: string;
  test_record_id: string;
  serial: string;
  serial_key: string;
  unit_id: string | null;
  note: string | null;
}

export interface TestValueRow {
  sample_id: string;
  step_code: string;
  value: number | null;
  observation: string | null;
  result: 'pass' | 'fail' | 'noted';
  measured_at: number;
}

export interface InvestigationTables {
  investigations: InvestigationRow;
  investigation_members: InvestigationMemberRow;
  investigation_links: InvestigationLinkRow;
  investigation_cohorts: InvestigationCohortRow;
  investigation_causes: InvestigationCauseRow;
  investigation_actions: InvestigationActionRow;
  action_cut_ins: ActionCutInRow;
  effectiveness_checks: EffectivenessCheckRow;
  recurrences: RecurrenceRow;
  known_issues: KnownIssueRow;
  known_issue_cohorts: KnownIssueCohortRow;
  known_issue_matches: KnownIssueMatchRow;
  known_issue_marks: KnownIssueMarkRow;
  test_templates: TestTemplateRow;
  test_records: TestRecordRow;
  test_samples: TestSampleRow;
  test_values: TestValueRow;
}
