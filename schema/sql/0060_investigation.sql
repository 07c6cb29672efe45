-- Investigations (8D): the problem, its causes, what is done about it, and the proof that it helped.

-- owner_id and next_on may be null only because a job opened it or an owner left: such rows are listed apart, and no filter hides them.
CREATE TABLE investigations (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  problem TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','contained','cause_confirmed','implemented','verified','closed','reopened')),
  source_kind TEXT NOT NULL CHECK (source_kind IN ('alert','return_unit','case','manual')),
  source_id TEXT,
  owner_id TEXT REFERENCES users (id),
  next_on TEXT,
  next_step TEXT,
  frozen TEXT NOT NULL,
  frozen_at BIGINT NOT NULL,
  containment TEXT,
  effectiveness TEXT,
  evidence_kind TEXT CHECK (evidence_kind IN ('effectiveness_check','test_record')),
  evidence_id TEXT,
  closed_at BIGINT,
  closed_by TEXT,
  reopened_at BIGINT,
  reopened_reason TEXT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK ((source_kind = 'manual') = (source_id IS NULL)),
  CHECK (state <> 'contained' OR containment IS NOT NULL),
  CHECK (state NOT IN ('verified','closed') OR (evidence_kind IS NOT NULL AND evidence_id IS NOT NULL AND effectiveness IS NOT NULL)),
  CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX investigations_by_state ON investigations (state, id);
CREATE INDEX investigations_by_owner ON investigations (owner_id);
CREATE UNIQUE INDEX investigations_one_per_alert ON investigations (source_id) WHERE source_kind = 'alert' AND state <> 'closed';

CREATE TABLE investigation_members (
  investigation_id TEXT NOT NULL REFERENCES investigations (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  duty TEXT,
  PRIMARY KEY (investigation_id, user_id)
);

CREATE TABLE investigation_links (
  investigation_id TEXT NOT NULL REFERENCES investigations (id),
  kind TEXT NOT NULL CHECK (kind IN ('unit','return_unit','alert','case','failure_mode')),
  record_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (investigation_id, kind, record_id)
);
CREATE INDEX investigation_links_by_record ON investigation_links (kind, record_id);

-- The cohorts under suspicion: a null column means any.
CREATE TABLE investigation_cohorts (
  id TEXT NOT NULL PRIMARY KEY,
  investigation_id TEXT NOT NULL REFERENCES investigations (id),
  model_id TEXT NOT NULL REFERENCES models (id),
  hw_rev TEXT,
  batch_id TEXT REFERENCES batches (id),
  firmware_id TEXT REFERENCES firmwares (id)
);
CREATE INDEX investigation_cohorts_by_investigation ON investigation_cohorts (investigation_id);
CREATE INDEX investigation_cohorts_by_model ON investigation_cohorts (model_id);

-- Two five-why trees: why it happened (occurrence) and why nobody noticed before it left (escape).
CREATE TABLE investigation_causes (
  id TEXT NOT NULL PRIMARY KEY,
  investigation_id TEXT NOT NULL REFERENCES investigations (id),
  branch TEXT NOT NULL CHECK (branch IN ('occurrence','escape')),
  parent_id TEXT REFERENCES investigation_causes (id),
  statement TEXT NOT NULL,
  evidence TEXT,
  cause_id TEXT REFERENCES codes (id),
  state TEXT NOT NULL CHECK (state IN ('supposed','confirmed','ruled_out')),
  decided_by TEXT,
  decided_at BIGINT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (state = 'supposed' OR (evidence IS NOT NULL AND decided_at IS NOT NULL)),
  CHECK (parent_id IS NULL OR parent_id <> id)
);
CREATE INDEX investigation_causes_by_investigation ON investigation_causes (investigation_id, id);

CREATE TABLE investigation_actions (
  id TEXT NOT NULL PRIMARY KEY,
  investigation_id TEXT NOT NULL REFERENCES investigations (id),
  kind TEXT NOT NULL CHECK (kind IN ('containment','permanent','horizontal')),
  title TEXT NOT NULL,
  model_id TEXT REFERENCES models (id),
  owner_id TEXT NOT NULL REFERENCES users (id),
  due_on TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','done','dropped')),
  outcome TEXT,
  done_on TEXT,
  reminded_on TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (state = 'open' OR outcome IS NOT NULL),
  CHECK ((state = 'done') = (done_on IS NOT NULL)),
  CHECK (kind <> 'horizontal' OR model_id IS NOT NULL)
);
CREATE INDEX investigation_actions_by_investigation ON investigation_actions (investigation_id, id);
CREATE INDEX investigation_actions_open ON investigation_actions (due_on) WHERE state = 'open';

-- From where on a permanent action holds: this batch and later, these serials, this hardware revision or firmware and later.
CREATE TABLE action_cut_ins (
  id TEXT NOT NULL PRIMARY KEY,
  action_id TEXT NOT NULL REFERENCES investigation_actions (id),
  model_id TEXT NOT NULL REFERENCES models (id),
  kind TEXT NOT NULL CHECK (kind IN ('batch','serial_range','hw_rev','firmware')),
  batch_id TEXT REFERENCES batches (id),
  serial_from_key TEXT,
  serial_to_key TEXT,
  hw_rev TEXT,
  firmware_id TEXT REFERENCES firmwares (id),
  CHECK ((kind = 'batch') = (batch_id IS NOT NULL)),
  CHECK ((kind = 'serial_range') = (serial_from_key IS NOT NULL)),
  CHECK ((kind = 'hw_rev') = (hw_rev IS NOT NULL)),
  CHECK ((kind = 'firmware') = (firmware_id IS NOT NULL))
);
CREATE INDEX action_cut_ins_by_action ON action_cut_ins (action_id);

-- What before/after comparisons said, one row per look that was kept.
CREATE TABLE effectiveness_checks (
  id TEXT NOT NULL PRIMARY KEY,
  investigation_id TEXT NOT NULL REFERENCES investigations (id),
  checked_at BIGINT NOT NULL,
  checked_by TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('confirmed','returned')),
  before_failures BIGINT NOT NULL,
  before_exposure_days BIGINT NOT NULL,
  after_failures BIGINT NOT NULL,
  after_exposure_days BIGINT NOT NULL,
  expected_after DOUBLE PRECISION,
  ratio DOUBLE PRECISION,
  ratio_low DOUBLE PRECISION,
  ratio_high DOUBLE PRECISION,
  p_value DOUBLE PRECISION,
  e_better DOUBLE PRECISION,
  e_worse DOUBLE PRECISION,
  verdict TEXT NOT NULL CHECK (verdict IN ('improved','no_evidence','worse')),
  detail TEXT NOT NULL
);
CREATE INDEX effectiveness_checks_by_investigation ON effectiveness_checks (investigation_id, id);

-- Failures after closing: expected ones of units from before the cut-in stay listed, the others reopen.
CREATE TABLE recurrences (
  investigation_id TEXT NOT NULL REFERENCES investigations (id),
  return_unit_id TEXT NOT NULL REFERENCES return_units (id),
  side TEXT NOT NULL CHECK (side IN ('before','after','unknown')),
  reopened_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (investigation_id, return_unit_id)
);
