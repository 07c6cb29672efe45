/** The time sheet: minutes a person worked at the desk on a day. */
export interface WorkHoursRow {
  user_id: string;
  worked_on: string;
  minutes: number;
  updated_at: number;
}

export interface KpiTargetRow {
  id: string;
  kpi: string;
  from_on: string;
  goal: number;
  owner_id: string;
  created_at: number;
}

/** A measure taken, shown on the chart at its day. */
export interface KpiNoteRow {
  id: string;
  kpi: string;
  noted_on: string;
  note: string;
  created_by: string;
  created_at: number;
}

export interface KpiTables {
  work_hours: WorkHoursRow;
  kpi_targets: KpiTargetRow;
  kpi_notes: KpiNoteRow;
}
