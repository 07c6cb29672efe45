/** A list as one person likes to see it: `query` is the query string of `path`. */
export interface SavedViewRow {
  id: string;
  user_id: string;
  path: string;
  name: string;
  query: string;
  created_at: number;
}

/** One bulk action: `changes` is the JSON of `BulkChange[]`. */
export interface BulkChangesRow {
  id: string;
  user_id: string;
  list: string;
  deed: string;
  changes: string;
  created_at: number;
  undone_at: number | null;
}

export interface WebTables {
  saved_views: SavedViewRow;
  bulk_changes: BulkChangesRow;
}
