-- A list as a person likes to see it: the address of the page with its filters, sort and columns.
CREATE TABLE saved_views (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (user_id, path, name)
);
