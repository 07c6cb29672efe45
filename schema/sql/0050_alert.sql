-- Early warning: what counts as a signal, what was counted each day, the alerts raised from it and when they are to be quiet.

-- Definitions are data. measure: a code of alert/measures.ts. An excess is a day on which the measure reaches the threshold.
CREATE TABLE signals (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name_en TEXT NOT NULL,
  name_ja TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('device','network')),
  measure TEXT NOT NULL,
  threshold DOUBLE PRECISION NOT NULL CHECK (threshold > 0),
  prior_per_1000_device_days DOUBLE PRECISION NOT NULL CHECK (prior_per_1000_device_days > 0),
  heterogeneity_shape DOUBLE PRECISION NOT NULL CHECK (heterogeneity_shape > 0),
  dispersion DOUBLE PRECISION NOT NULL CHECK (dispersion >= 1),
  retired_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);

-- A unit reached the threshold of a signal on a day; with the cohort and age band it had then.
CREATE TABLE signal_days (
  day_on TEXT NOT NULL,
  signal_id TEXT NOT NULL REFERENCES signals (id),
  unit_id TEXT NOT NULL REFERENCES units (id),
  model_id TEXT NOT NULL,
  hw_rev TEXT NOT NULL,
  batch_id TEXT NOT NULL,
  firmware TEXT NOT NULL,
  age_band BIGINT NOT NULL,
  site_id TEXT,
  PRIMARY KEY (day_on, signal_id, unit_id)
);
CREATE INDEX signal_days_by_unit ON signal_days (unit_id, signal_id, day_on);
CREATE INDEX signal_days_by_model ON signal_days (model_id, day_on);

-- One closed day of a model: devices by cohort and age band, new episodes by signal, cohort and age band (JSON, alert/day.ts), devices by region.
CREATE TABLE alert_days (
  day_on TEXT NOT NULL,
  model_id TEXT NOT NULL,
  exposure TEXT NOT NULL,
  episodes TEXT NOT NULL,
  regions TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (model_id, day_on)
);
CREATE INDEX alert_days_by_day ON alert_days (day_on, model_id);

-- A region that reported far more of a signal (its code) than the other regions did: a storm, a provider that failed.
CREATE TABLE bad_region_days (
  day_on TEXT NOT NULL,
  signal TEXT NOT NULL,
  region TEXT NOT NULL,
  factor DOUBLE PRECISION NOT NULL CHECK (factor > 1),
  PRIMARY KEY (day_on, signal, region)
);

CREATE TABLE alert_progress (
  id TEXT NOT NULL PRIMARY KEY CHECK (id = 'one'),
  changes_read_at BIGINT NOT NULL,
  recount_from_on TEXT,
  events_read_no BIGINT NOT NULL DEFAULT 0,
  scanned_on TEXT,
  false_alerts_per_1000_model_months DOUBLE PRECISION NOT NULL CHECK (false_alerts_per_1000_model_months > 0)
);
INSERT INTO alert_progress (id, changes_read_at, scanned_on, false_alerts_per_1000_model_months) VALUES ('one', 0, NULL, 1);

-- One incident of a model, or of the platform (model_id null). The cohort is the one that carries the excess. evidence: JSON of alert/evidence.ts.
CREATE TABLE alerts (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('cohort','platform')),
  model_id TEXT REFERENCES models (id),
  hw_rev TEXT,
  batch_id TEXT REFERENCES batches (id),
  firmware_id TEXT REFERENCES firmwares (id),
  signal TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','acknowledged','investigating','resolved','dismissed')),
  level TEXT NOT NULL CHECK (level IN ('watch','alert','act_now')),
  raised_on TEXT NOT NULL,
  started_on TEXT NOT NULL,
  last_above_on TEXT NOT NULL,
  statistic DOUBLE PRECISION NOT NULL,
  threshold DOUBLE PRECISION NOT NULL,
  evidence TEXT NOT NULL,
  first_report_on TEXT,
  first_return_on TEXT,
  silenced_at BIGINT,
  acknowledged_by TEXT,
  acknowledged_at BIGINT,
  investigation_id TEXT,
  closed_by TEXT,
  closed_at BIGINT,
  reason TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK ((kind = 'platform') = (model_id IS NULL)),
  CHECK (state NOT IN ('resolved','dismissed') OR closed_at IS NOT NULL),
  CHECK (state <> 'dismissed' OR reason IS NOT NULL)
);
CREATE UNIQUE INDEX alerts_one_open ON alerts (model_id) WHERE state IN ('open','acknowledged','investigating') AND model_id IS NOT NULL;
CREATE INDEX alerts_by_state ON alerts (state, id);
CREATE INDEX alerts_by_model ON alerts (model_id, raised_on);

-- affected: showed the signal within the incident. at_risk: the same cohort, in service, not yet.
CREATE TABLE alert_units (
  alert_id TEXT NOT NULL REFERENCES alerts (id),
  unit_id TEXT NOT NULL REFERENCES units (id),
  role TEXT NOT NULL CHECK (role IN ('affected','at_risk')),
  PRIMARY KEY (alert_id, unit_id)
);
CREATE INDEX alert_units_by_unit ON alert_units (unit_id);

-- No alert is sent for what matches, from_on … to_on, both counted. Null matches all.
CREATE TABLE silences (
  id TEXT NOT NULL PRIMARY KEY,
  model_id TEXT REFERENCES models (id),
  signal TEXT,
  from_on TEXT NOT NULL,
  to_on TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (to_on >= from_on)
);
CREATE INDEX silences_by_day ON silences (to_on);
