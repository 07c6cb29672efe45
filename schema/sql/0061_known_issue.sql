-- Known issues, and which returns and cases look like one.

CREATE TABLE known_issues (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  title_en TEXT NOT NULL,
  title_ja TEXT NOT NULL,
  workaround_en TEXT,
  workaround_ja TEXT,
  symptom_id TEXT REFERENCES codes (id),
  failure_mode_id TEXT REFERENCES codes (id),
  signal TEXT,
  investigation_id TEXT REFERENCES investigations (id),
  state TEXT NOT NULL CHECK (state IN ('draft','published','fixed','withdrawn')),
  fixed_in TEXT,
  fixed_firmware_id TEXT REFERENCES firmwares (id),
  published_at BIGINT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (state <> 'fixed' OR fixed_in IS NOT NULL),
  CHECK (state NOT IN ('published','fixed') OR published_at IS NOT NULL)
);
CREATE INDEX known_issues_by_state ON known_issues (state, id);
CREATE INDEX known_issues_by_investigation ON known_issues (investigation_id);

CREATE TABLE known_issue_cohorts (
  id TEXT NOT NULL PRIMARY KEY,
  known_issue_id TEXT NOT NULL REFERENCES known_issues (id),
  model_id TEXT NOT NULL REFERENCES models (id),
  hw_rev TEXT,
  batch_id TEXT REFERENCES batches (id),
  firmware_id TEXT REFERENCES firmwares (id)
);
CREATE INDEX known_issue_cohorts_by_issue ON known_issue_cohorts (known_issue_id);
CREATE INDEX known_issue_cohorts_by_model ON known_issue_cohorts (model_id);

-- A suggestion until a person decides. `why` is a JSON array of what matched.
CREATE TABLE known_issue_matches (
  known_issue_id TEXT NOT NULL REFERENCES known_issues (id),
  record_kind TEXT NOT NULL CHECK (record_kind IN ('return_unit','case')),
  record_id TEXT NOT NULL,
  unit_id TEXT REFERENCES units (id),
  why TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('suggested','accepted','refused')),
  decided_by TEXT,
  decided_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (known_issue_id, record_kind, record_id)
);
CREATE INDEX known_issue_matches_by_record ON known_issue_matches (record_kind, record_id);

-- How far the matching has read: the id of the last record seen per kind.
CREATE TABLE known_issue_marks (
  record_kind TEXT NOT NULL PRIMARY KEY,
  last_at BIGINT NOT NULL
);
