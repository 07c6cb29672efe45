-- Returns (RMA), the units in them, what the bench found and what was decided.

CREATE TABLE codes (
  id TEXT NOT NULL PRIMARY KEY,
  tree TEXT NOT NULL CHECK (tree IN ('symptom','failure_mode','component','cause')),
  code TEXT NOT NULL,
  parent_id TEXT REFERENCES codes (id),
  name_en TEXT NOT NULL,
  name_ja TEXT NOT NULL,
  merged_into_id TEXT REFERENCES codes (id),
  retired_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (tree, code),
  CHECK (parent_id IS NULL OR parent_id <> id),
  CHECK (merged_into_id IS NULL OR merged_into_id <> id)
);
CREATE INDEX codes_by_parent ON codes (parent_id);

CREATE TABLE returns (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL CHECK (type IN ('advance_replacement','return_first','repair','no_return_needed')),
  state TEXT NOT NULL CHECK (state IN ('draft','authorised','open','closed','rejected','cancelled')),
  customer_id TEXT REFERENCES customers (id),
  partner_id TEXT REFERENCES partners (id),
  case_id TEXT,
  owner_id TEXT REFERENCES users (id),
  note TEXT,
  ship_to TEXT,
  rejected_reason TEXT,
  origin TEXT NOT NULL DEFAULT 'filed' CHECK (origin IN ('filed','scan','import')),
  filed_on TEXT NOT NULL,
  authorised_at BIGINT,
  closed_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (state <> 'rejected' OR rejected_reason IS NOT NULL),
  CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX returns_by_state ON returns (state, id);
CREATE INDEX returns_by_customer ON returns (customer_id);
CREATE INDEX returns_by_partner ON returns (partner_id, id);
CREATE INDEX returns_by_case ON returns (case_id);

CREATE TABLE return_units (
  id TEXT NOT NULL PRIMARY KEY,
  return_id TEXT NOT NULL REFERENCES returns (id),
  unit_id TEXT NOT NULL REFERENCES units (id),
  partner_id TEXT REFERENCES partners (id),
  state TEXT NOT NULL CHECK (state IN ('expected','received','inspecting','dispositioned','resolved','written_off','cancelled')),
  unexpected_at BIGINT,
  returned_on TEXT,
  failed_on TEXT,
  expected_by_on TEXT,
  received_at BIGINT,
  received_by TEXT,
  dispositioned_at BIGINT,
  resolved_at BIGINT,
  reported_symptom_id TEXT REFERENCES codes (id),
  reported_text TEXT,
  snapshot TEXT,
  verdict TEXT CHECK (verdict IN ('confirmed','no_fault_found','customer_damage','wrong_unit','undetermined')),
  failure_mode_id TEXT REFERENCES codes (id),
  component_id TEXT REFERENCES codes (id),
  cause_id TEXT REFERENCES codes (id),
  verdict_by TEXT,
  verdict_at BIGINT,
  disposition TEXT CHECK (disposition IN ('restock','repair','refurbish','return_to_maker','scrap','return_to_customer','not_returned')),
  coverage TEXT CHECK (coverage IN ('maker','own_warranty','contract','goodwill','paid')),
  -- In the words of the person who decided; null while it follows from the facts below.
  coverage_reason TEXT,
  warranty_basis TEXT CHECK (warranty_basis IN ('delivered_on','purchased_on','shipped_on','inherited')),
  warranty_starts_on TEXT,
  contract_ends_on TEXT,
  own_warranty_ends_on TEXT,
  maker_warranty_ends_on TEXT,
  repeat_no BIGINT NOT NULL DEFAULT 1 CHECK (repeat_no >= 1),
  footage_erased_at BIGINT,
  footage_erased_by TEXT,
  reminders_sent BIGINT NOT NULL DEFAULT 0,
  write_off_requested_by TEXT,
  write_off_approved_by TEXT,
  written_off_at BIGINT,
  -- The box turned out to hold a unit that was expected elsewhere: its receipt counts there.
  merged_into_id TEXT REFERENCES return_units (id),
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (merged_into_id IS NULL OR (merged_into_id <> id AND state = 'cancelled')),
  CHECK (state NOT IN ('received','inspecting') OR received_at IS NOT NULL),
  CHECK (state NOT IN ('dispositioned','written_off') OR disposition IS NOT NULL),
  CHECK (state <> 'written_off' OR (write_off_requested_by IS NOT NULL AND write_off_approved_by IS NOT NULL AND write_off_requested_by <> write_off_approved_by))
);
CREATE UNIQUE INDEX return_units_one_open ON return_units (unit_id) WHERE state IN ('expected','received','inspecting','dispositioned');
CREATE INDEX return_units_by_return ON return_units (return_id);
CREATE INDEX return_units_by_unit ON return_units (unit_id, id);
CREATE INDEX return_units_by_state ON return_units (state, id);
-- Whole in itself for the figures of a window: what came in, what became of it, how long it took.
CREATE INDEX return_units_by_returned_on ON return_units (returned_on, state, verdict, repeat_no, received_at, dispositioned_at, id);
-- The same for the ageing of what is open.
CREATE INDEX return_units_ageing ON return_units (state, coalesce(received_at, created_at)) WHERE state IN ('expected','received','inspecting','dispositioned');
CREATE INDEX return_units_by_partner ON return_units (partner_id, id);
CREATE INDEX return_units_by_receipt ON return_units (received_at);
CREATE INDEX return_units_expected_by ON return_units (expected_by_on) WHERE state = 'expected';

-- What was decided for a unit. `requested` waits for a second person; `posted` moved the unit; `done` when it came back from repair; a correction is a reversing move.
CREATE TABLE dispositions (
  id TEXT NOT NULL PRIMARY KEY,
  return_unit_id TEXT NOT NULL REFERENCES return_units (id),
  unit_id TEXT NOT NULL REFERENCES units (id),
  disposition TEXT NOT NULL CHECK (disposition IN ('restock','repair','refurbish','return_to_maker','scrap','return_to_customer','not_returned')),
  state TEXT NOT NULL CHECK (state IN ('requested','posted','done','reversed','withdrawn')),
  condition TEXT,
  reason TEXT,
  override_reason TEXT,
  requested_by TEXT NOT NULL,
  requested_name TEXT NOT NULL,
  requested_at BIGINT NOT NULL,
  approved_by TEXT,
  approved_name TEXT,
  posted_at BIGINT,
  move_id TEXT UNIQUE REFERENCES stock_moves (id),
  reversed_at BIGINT,
  reversal_id TEXT UNIQUE REFERENCES stock_moves (id),
  reversal_reason TEXT,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (state NOT IN ('posted','done','reversed') OR posted_at IS NOT NULL),
  CHECK (state <> 'posted' OR disposition <> 'scrap' OR (approved_by IS NOT NULL AND approved_by <> requested_by))
);
CREATE UNIQUE INDEX dispositions_one_active ON dispositions (return_unit_id) WHERE state IN ('requested','posted');
CREATE INDEX dispositions_by_return_unit ON dispositions (return_unit_id, id);
CREATE INDEX dispositions_by_unit ON dispositions (unit_id);
CREATE INDEX dispositions_requested ON dispositions (requested_at) WHERE state = 'requested';

-- What leaves the house for a return, independent of what comes in: a replacement, or the unit itself on its way back.
CREATE TABLE outbound_legs (
  id TEXT NOT NULL PRIMARY KEY,
  return_id TEXT NOT NULL REFERENCES returns (id),
  return_unit_id TEXT REFERENCES return_units (id),
  partner_id TEXT REFERENCES partners (id),
  kind TEXT NOT NULL CHECK (kind IN ('replacement','same_unit')),
  state TEXT NOT NULL CHECK (state IN ('requested','reserved','shipped','delivered','cancelled')),
  model_id TEXT NOT NULL REFERENCES models (id),
  unit_id TEXT REFERENCES units (id),
  reservation_id TEXT,
  carrier TEXT,
  tracking_no TEXT,
  reserved_at BIGINT,
  shipped_at BIGINT,
  delivered_at BIGINT,
  cancelled_at BIGINT,
  cancelled_reason TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (state NOT IN ('reserved','shipped','delivered') OR unit_id IS NOT NULL),
  CHECK (state NOT IN ('shipped','delivered') OR shipped_at IS NOT NULL)
);
CREATE INDEX outbound_legs_by_return ON outbound_legs (return_id);
CREATE INDEX outbound_legs_by_return_unit ON outbound_legs (return_unit_id);
CREATE INDEX outbound_legs_by_state ON outbound_legs (state, id);
CREATE INDEX outbound_legs_by_unit ON outbound_legs (unit_id);
CREATE UNIQUE INDEX outbound_legs_one_active ON outbound_legs (unit_id) WHERE state IN ('reserved','shipped');

CREATE TABLE inspections (
  id TEXT NOT NULL PRIMARY KEY,
  return_unit_id TEXT NOT NULL REFERENCES return_units (id),
  unit_id TEXT NOT NULL REFERENCES units (id),
  checklist_id TEXT,
  state TEXT NOT NULL CHECK (state IN ('running','done')),
  result TEXT CHECK (result IN ('pass','fail')),
  verdict TEXT CHECK (verdict IN ('confirmed','no_fault_found','customer_damage','wrong_unit','undetermined')),
  reproduced_symptom_id TEXT REFERENCES codes (id),
  failure_mode_id TEXT REFERENCES codes (id),
  component_id TEXT REFERENCES codes (id),
  cause_id TEXT REFERENCES codes (id),
  override_reason TEXT,
  note TEXT,
  inspector_id TEXT NOT NULL,
  inspector_name TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK ((state = 'done') = (finished_at IS NOT NULL AND verdict IS NOT NULL AND result IS NOT NULL))
);
CREATE UNIQUE INDEX inspections_one_running ON inspections (return_unit_id) WHERE state = 'running';
CREATE INDEX inspections_by_return_unit ON inspections (return_unit_id, id);
CREATE INDEX inspections_by_unit ON inspections (unit_id, id);
