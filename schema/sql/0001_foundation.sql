-- People, programs, history and the leaves that verbs write to in their own transaction.

CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('tech','stock','quality','lead','engineer','admin','partner')),
  partner_id TEXT,
  locale TEXT NOT NULL CHECK (locale IN ('en','ja')),
  password_hash TEXT,
  single_keys TEXT NOT NULL DEFAULT 'on' CHECK (single_keys IN ('on','off')),
  failed_sign_ins BIGINT NOT NULL DEFAULT 0,
  locked_until_at BIGINT,
  disabled_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK ((role = 'partner') = (partner_id IS NOT NULL))
);

CREATE TABLE sessions (
  hash TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE tokens (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('tech','stock','quality','lead','engineer','admin','partner')),
  scopes TEXT,
  partner_id TEXT,
  owner_id TEXT REFERENCES users (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  revoked_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK ((role = 'partner') = (partner_id IS NOT NULL))
);

CREATE TABLE history (
  id TEXT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('person','token','system')),
  actor_id TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  reason TEXT,
  change TEXT
);
CREATE INDEX history_by_record ON history (record_kind, record_id, id);

CREATE TABLE idempotency_keys (
  actor_id TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status BIGINT,
  content_type TEXT,
  etag TEXT,
  location TEXT,
  body TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (actor_id, idempotency_key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE webhooks (
  id TEXT NOT NULL PRIMARY KEY,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  secret TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1
);

-- What is to leave the house: mails and webhook calls, written with the change they tell of and sent by a job.
CREATE TABLE outbox (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('mail','webhook')),
  target TEXT NOT NULL,
  topic TEXT NOT NULL,
  payload TEXT NOT NULL,
  dedupe_key TEXT UNIQUE,
  created_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  due_at BIGINT,
  sent_at BIGINT,
  failed_at BIGINT,
  last_error TEXT
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE attachments (
  id TEXT NOT NULL PRIMARY KEY,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  partner_id TEXT,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  removed_at BIGINT
);
CREATE INDEX attachments_by_record ON attachments (record_kind, record_id);

CREATE TABLE imports (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  file_name TEXT NOT NULL,
  file_sha256 TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('writing','confirmed','failed','undoing','undone')),
  rows_total BIGINT NOT NULL,
  rows_created BIGINT NOT NULL,
  rows_updated BIGINT NOT NULL,
  rows_same BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  undone_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1
);

-- What one import created or changed, so that it can be undone.
CREATE TABLE import_changes (
  import_id TEXT NOT NULL REFERENCES imports (id),
  row_no BIGINT NOT NULL,
  record_kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  before TEXT,
  PRIMARY KEY (import_id, row_no, record_kind, record_id)
);

-- One row per periodic job: the lease keeps several processes from running it at once.
CREATE TABLE job_runs (
  name TEXT NOT NULL PRIMARY KEY,
  leased_by TEXT,
  leased_until_at BIGINT,
  started_at BIGINT,
  finished_at BIGINT,
  error TEXT
);
