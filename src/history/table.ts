/** Who did what to which record when. Append-only. */
export interface HistoryRow {
  id: string;
  at: number;
  actor_kind: 'person' | 'token' | 'system';
  actor_id: string;
  actor_name: string;
  action: string;
  record_kind: string;
  record_id: string;
  reason: string | null;
  /** JSON of the fields that changed: `{ field: [before, after] }`, or of what was created. */
  change: string | null;
}

export interface HistoryTables {
  history: HistoryRow;
}
