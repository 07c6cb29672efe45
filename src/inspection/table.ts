export interface InspectionRow {
  id: string;
  return_unit_id: string;
  unit_id: string;
  checklist_id: string | null;
  state: 'running' | 'done';
  result: 'pass' | 'fail' | null;
  verdict: 'confirmed' | 'no_fault_found' | 'customer_damage' | 'wrong_unit' | 'undetermined' | null;
  reproduced_symptom_id: string | null;
  failure_mode_id: string | null;
  component_id: string | null;
  cause_id: string | null;
  override_reason: string | null;
  note: string | null;
  inspector_id: string;
  inspector_name: string;
  started_at: number;
  finished_at: number | null;
  version: number;
}

/** A checklist of the bench. Null scope means all; a changed checklist is a new row that replaces the old one. */
export interface ChecklistRow {
  id: string;
  name_en: string;
  name_ja: string;
  maker_id: string | null;
  model_id: string | null;
  hw_rev: string | null;
  replaces_id: string | null;
  retired_at: number | null;
  created_by: string;
  created_at: number;
  version: number;
}

export interface ChecklistStepRow {
  id: string;
  checklist_id: string;
  position: number;
  kind: 'check' | 'value' | 'photo';
  need: 'required' | 'optional';
  name_en: string;
  name_ja: string;
  value_unit: string | null;
  min_value: number | null;
  max_value: number | null;
}

export interface InspectionStepRow {
  inspection_id: string;
  step_id: string;
  result: 'ok' | 'ng' | 'skipped';
  value: number | null;
  attachment_id: string | null;
  note: string | null;
  recorded_by: string;
  recorded_at: number;
}

export interface InspectionTables {
  checklist_steps: ChecklistStepRow;
  checklists: ChecklistRow;
  inspection_steps: InspectionStepRow;
  inspections: InspectionRow;
}
