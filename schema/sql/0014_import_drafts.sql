-- A pasted or uploaded table on its way through the pages: mapped, tried, then confirmed or forgotten.

CREATE TABLE import_drafts (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  file_name TEXT NOT NULL,
  content TEXT NOT NULL,
  mapping TEXT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX import_drafts_by_age ON import_drafts (created_at);
