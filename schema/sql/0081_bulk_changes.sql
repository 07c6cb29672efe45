-- What one person did to many records at once, with what it takes to take it back.
CREATE TABLE bulk_changes (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  list TEXT NOT NULL,
  deed TEXT NOT NULL,
  -- JSON: the changed records, each with the version it had afterwards and its values from before.
  changes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  undone_at BIGINT
);
