/** The lease of one periodic job: only its holder runs it. */
export interface JobRunRow {
  name: string;
  leased_by: string | null;
  leased_until_at: number | null;
  started_at: number | null;
  finished_at: number | null;
  error: string | null;
}

export interface JobTables {
  job_runs: JobRunRow;
}
