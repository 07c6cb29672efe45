/** One CSV import. It is written in batches: `writing` until the last one, `failed` when one was refused and the earlier ones were taken back. */
export interface ImportRow {
  id: string;
  kind: string;
  file_name: string;
  file_sha256: string;
  state: 'writing' | 'confirmed' | 'failed' | 'undoing' | 'undone';
  rows_total: number;
  rows_created: number;
  rows_updated: number;
  rows_same: number;
  created_by: string;
  created_at: number;
  undone_at: number | null;
  version: number;
}

/** One record an import made (`before` null) or changed (`before` the JSON of its former fields). */
export interface ImportChangeRow {
  import_id: string;
  row_no: number;
  record_kind: string;
  record_id: string;
  before: string | null;
}

/** A pasted or uploaded table that is being mapped and tried on the pages. `mapping` is JSON: column of the kind → heading in the file. */
export interface ImportDraftRow {
  id: string;
  kind: string;
  file_name: string;
  content: string;
  mapping: string | null;
  created_by: string;
  created_at: number;
}

export interface TransferTables {
  import_drafts: ImportDraftRow;
  imports: ImportRow;
  import_changes: ImportChangeRow;
}
