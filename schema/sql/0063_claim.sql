-- What we ask of makers, what they answered, what was settled, and the units that travelled for it.

CREATE TABLE claims (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  maker_id TEXT NOT NULL REFERENCES makers (id),
  investigation_id TEXT REFERENCES investigations (id),
  title TEXT NOT NULL,
  statement TEXT NOT NULL,
  remedy TEXT NOT NULL CHECK (remedy IN ('credit','replacement','repair','refund','root_cause_report')),
  currency TEXT,
  state TEXT NOT NULL CHECK (state IN ('draft','submitted','reviewing','accepted','partly_accepted','rejected','renegotiating','agreed','settled','closed')),
  owner_id TEXT REFERENCES users (id),
  next_on TEXT,
  maker_rma TEXT,
  submitted_on TEXT,
  answered_on TEXT,
  settled_on TEXT,
  closed_at BIGINT,
  close_reason TEXT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (state = 'draft' OR state = 'closed' OR submitted_on IS NOT NULL),
  CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX claims_by_state ON claims (state, id);
CREATE INDEX claims_by_maker ON claims (maker_id, id);
CREATE INDEX claims_by_investigation ON claims (investigation_id);

-- Money in the smallest unit of the claim's currency. A line not accepted stays open with the reason until we concede it.
CREATE TABLE claim_lines (
  id TEXT NOT NULL PRIMARY KEY,
  claim_id TEXT NOT NULL REFERENCES claims (id),
  unit_id TEXT NOT NULL REFERENCES units (id),
  return_unit_id TEXT REFERENCES return_units (id),
  failure_mode_id TEXT REFERENCES codes (id),
  state TEXT NOT NULL CHECK (state IN ('claimed','accepted','refused','settled','conceded')),
  reason TEXT,
  claimed_minor BIGINT CHECK (claimed_minor >= 0),
  accepted_minor BIGINT CHECK (accepted_minor >= 0),
  settled_minor BIGINT CHECK (settled_minor >= 0),
  settlement_id TEXT,
  sent_on TEXT,
  returned_on TEXT,
  outcome TEXT CHECK (outcome IN ('repaired','replaced','returned_unrepaired')),
  successor_id TEXT REFERENCES units (id),
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (claim_id, unit_id),
  CHECK (state NOT IN ('refused','conceded') OR reason IS NOT NULL),
  CHECK ((state = 'settled') = (settlement_id IS NOT NULL)),
  CHECK (accepted_minor IS NULL OR state IN ('accepted','settled')),
  CHECK (accepted_minor IS NULL OR claimed_minor IS NULL OR accepted_minor <= claimed_minor),
  CHECK (settled_minor IS NULL OR (state = 'settled' AND (accepted_minor IS NULL OR settled_minor <= accepted_minor))),
  CHECK (successor_id IS NULL OR (successor_id <> unit_id AND outcome = 'replaced'))
);
CREATE UNIQUE INDEX claim_lines_one_open ON claim_lines (unit_id) WHERE state IN ('claimed','accepted','refused');
CREATE INDEX claim_lines_by_unit ON claim_lines (unit_id);

CREATE TABLE claim_exchanges (
  id TEXT NOT NULL PRIMARY KEY,
  claim_id TEXT NOT NULL REFERENCES claims (id),
  direction TEXT NOT NULL CHECK (direction IN ('to_maker','from_maker')),
  kind TEXT NOT NULL CHECK (kind IN ('submission','receipt','answer','question','reply','counter_claim','settlement','report')),
  text TEXT NOT NULL,
  exchanged_on TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX claim_exchanges_by_claim ON claim_exchanges (claim_id, id);

CREATE TABLE claim_deadlines (
  id TEXT NOT NULL PRIMARY KEY,
  claim_id TEXT NOT NULL REFERENCES claims (id),
  side TEXT NOT NULL CHECK (side IN ('maker','ours')),
  what TEXT NOT NULL CHECK (what IN ('answer','reply','unit_return','payment','report')),
  due_on TEXT NOT NULL,
  met_on TEXT,
  dropped_at BIGINT,
  reminders_sent BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX claim_deadlines_by_claim ON claim_deadlines (claim_id, id);
CREATE INDEX claim_deadlines_open ON claim_deadlines (due_on) WHERE met_on IS NULL AND dropped_at IS NULL;

-- What the maker asks of us in return.
CREATE TABLE claim_counters (
  id TEXT NOT NULL PRIMARY KEY,
  claim_id TEXT NOT NULL REFERENCES claims (id),
  exchange_id TEXT NOT NULL REFERENCES claim_exchanges (id),
  statement TEXT NOT NULL,
  amount_minor BIGINT CHECK (amount_minor >= 0),
  currency TEXT,
  state TEXT NOT NULL CHECK (state IN ('open','accepted','refused')),
  reason TEXT,
  decided_at BIGINT,
  decided_by TEXT,
  created_at BIGINT NOT NULL,
  CHECK ((amount_minor IS NULL) = (currency IS NULL)),
  CHECK (state = 'open' OR (reason IS NOT NULL AND decided_at IS NOT NULL))
);
CREATE INDEX claim_counters_by_claim ON claim_counters (claim_id, id);

CREATE TABLE claim_settlements (
  id TEXT NOT NULL PRIMARY KEY,
  claim_id TEXT NOT NULL REFERENCES claims (id),
  remedy TEXT NOT NULL CHECK (remedy IN ('credit','replacement','repair','refund','root_cause_report')),
  amount_minor BIGINT CHECK (amount_minor >= 0),
  currency TEXT,
  reference TEXT,
  note TEXT,
  settled_on TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CHECK ((amount_minor IS NULL) = (currency IS NULL))
);
CREATE INDEX claim_settlements_by_claim ON claim_settlements (claim_id, id);

-- Figures frozen for a maker. The fingerprint is the SHA-256 of the content: the same figures are the same pack.
CREATE TABLE evidence_packs (
  id TEXT NOT NULL PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  subject_kind TEXT NOT NULL CHECK (subject_kind IN ('alert','cohort','investigation','claim')),
  subject_id TEXT,
  maker_id TEXT NOT NULL REFERENCES makers (id),
  title TEXT NOT NULL,
  as_of_on TEXT NOT NULL,
  content TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX evidence_packs_by_subject ON evidence_packs (subject_kind, subject_id);
