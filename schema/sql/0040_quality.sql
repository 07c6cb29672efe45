-- Failure rates: what each unit contributes, added up per cohort and day, and closed months written once.

-- Units whose service, firmware, identity or returns changed since they were last counted. Filled by triggers, emptied by the count.
CREATE TABLE quality_dirty (
  model_id TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  PRIMARY KEY (model_id, unit_id)
);

-- One row: whoever counts holds it, so that two counts never overlap. frozen_through is the last closed month written, YYYY-MM.
CREATE TABLE quality_counts (
  id TEXT NOT NULL PRIMARY KEY,
  counted_at BIGINT NOT NULL,
  -- Goes up whenever the totals changed: what was worked out from them holds until then.
  revision BIGINT NOT NULL DEFAULT 0,
  -- First day of the last half month whose stretches of running totals every cohort has.
  opened_day BIGINT,
  frozen_through TEXT
);
INSERT INTO quality_counts (id, counted_at) VALUES ('one', 0);

-- Whose days and failures are added up: a whole model, a model by one more dimension, or a cell: model × hardware revision × batch × firmware × kind of
-- site. Spans and failures lie in cells; running totals are kept for the other kinds.
CREATE TABLE quality_cohorts (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('model','hw_rev','batch','firmware','site_kind','cell')),
  cohort_key TEXT NOT NULL UNIQUE,
  model_id TEXT NOT NULL REFERENCES models (id),
  hw_rev TEXT,
  batch_id TEXT,
  firmware_id TEXT,
  site_kind TEXT,
  -- When its figures last changed, until its closed months were looked at again.
  recount_at BIGINT
);
CREATE INDEX quality_cohorts_by_model ON quality_cohorts (model_id, kind);
CREATE INDEX quality_cohorts_by_kind ON quality_cohorts (kind, id, model_id);
CREATE INDEX quality_cohorts_to_recount ON quality_cohorts (recount_at) WHERE recount_at IS NOT NULL;

-- The days a unit served in one cell at one site, as they were counted. Days since 1970-01-01, half-open; open when to_day is null.
CREATE TABLE quality_spans (
  unit_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  cohort_id BIGINT NOT NULL REFERENCES quality_cohorts (id),
  site_id TEXT,
  first_day BIGINT NOT NULL,
  from_day BIGINT NOT NULL,
  to_day BIGINT,
  PRIMARY KEY (unit_id, seq),
  CHECK (to_day IS NULL OR to_day > from_day),
  CHECK (first_day <= from_day)
);
CREATE INDEX quality_spans_by_cohort ON quality_spans (cohort_id);
CREATE INDEX quality_spans_by_site ON quality_spans (site_id);

-- Every returned unit once, in the cell it was in when it failed.
CREATE TABLE quality_failures (
  return_unit_id TEXT NOT NULL PRIMARY KEY,
  unit_id TEXT NOT NULL,
  cohort_id BIGINT NOT NULL REFERENCES quality_cohorts (id),
  model_id TEXT NOT NULL,
  site_id TEXT,
  failed_day BIGINT NOT NULL,
  age_days BIGINT CHECK (age_days >= 0),
  finding TEXT NOT NULL CHECK (finding IN ('confirmed','nff','untriaged','other')),
  failure_mode_id TEXT,
  component_id TEXT
);
CREATE INDEX quality_failures_by_unit ON quality_failures (unit_id);
CREATE INDEX quality_failures_by_day ON quality_failures (failed_day);
CREATE INDEX quality_failures_by_model ON quality_failures (model_id, failed_day);

-- Closed months as they were written; a later correction is a further revision that says what changed.
CREATE TABLE quality_months (
  month TEXT NOT NULL,
  model_id TEXT NOT NULL REFERENCES models (id),
  revision BIGINT NOT NULL CHECK (revision >= 1),
  exposure_days BIGINT NOT NULL,
  confirmed BIGINT NOT NULL,
  nff BIGINT NOT NULL,
  untriaged BIGINT NOT NULL,
  other BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  change TEXT,
  frozen_at BIGINT NOT NULL,
  PRIMARY KEY (month, model_id, revision)
);
CREATE INDEX quality_months_by_model ON quality_months (model_id, month, revision);
