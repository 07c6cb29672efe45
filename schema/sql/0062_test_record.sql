-- Physical verifications: protocols from reusable templates, samples by serial, measured values.

CREATE TABLE test_templates (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  revision BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('water_ingress','temperature','drop','cable','power','other')),
  name_en TEXT NOT NULL,
  name_ja TEXT NOT NULL,
  method TEXT,
  steps TEXT NOT NULL,
  retired_at BIGINT,
  created_at BIGINT NOT NULL,
  UNIQUE (code, revision)
);
CREATE UNIQUE INDEX test_templates_one_current ON test_templates (code) WHERE retired_at IS NULL;

CREATE TABLE test_records (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  template_id TEXT NOT NULL REFERENCES test_templates (id),
  investigation_id TEXT REFERENCES investigations (id),
  title TEXT NOT NULL,
  conditions TEXT,
  state TEXT NOT NULL CHECK (state IN ('running','done')),
  result TEXT CHECK (result IN ('pass','fail')),
  conclusion TEXT,
  tested_on TEXT,
  tested_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK ((state = 'done') = (result IS NOT NULL)),
  CHECK ((state = 'done') = (tested_on IS NOT NULL))
);
CREATE INDEX test_records_by_investigation ON test_records (investigation_id, id);

CREATE TABLE test_samples (
  id TEXT NOT NULL PRIMARY KEY,
  test_record_id TEXT NOT NULL REFERENCES test_records (id),
  serial TEXT NOT NULL,
  serial_key TEXT NOT NULL,
  unit_id TEXT REFERENCES units (id),
  note TEXT,
  UNIQUE (test_record_id, serial_key)
);

CREATE TABLE test_values (
  sample_id TEXT NOT NULL REFERENCES test_samples (id),
  step_code TEXT NOT NULL,
  value DOUBLE PRECISION,
  observation TEXT,
  result TEXT NOT NULL CHECK (result IN ('pass','fail','noted')),
  measured_at BIGINT NOT NULL,
  PRIMARY KEY (sample_id, step_code),
  CHECK (value IS NOT NULL OR observation IS NOT NULL)
);
