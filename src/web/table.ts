/** A list as one person likes to see it: `query` is the query string of `path`. */
export interface SavedViewRow {
  id: string;
  user_id: string;
  path: string;
  name: string;
  query: string;
  created_at: number;
}

export interface WebTables {
  saved_views: SavedViewRow;
}
