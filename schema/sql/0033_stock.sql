-- Replacement stock: what is promised, what may not leave, when to order, what was ordered, and what was counted.

-- A cohort that may not be shipped. Null narrows nothing: model alone holds every unit of the model.
CREATE TABLE stock_holds (
  id TEXT NOT NULL PRIMARY KEY,
  model_id TEXT NOT NULL REFERENCES models (id),
  hw_rev TEXT,
  batch_id TEXT REFERENCES batches (id),
  firmware_id TEXT REFERENCES firmwares (id),
  state TEXT NOT NULL CHECK (state IN ('active','released')),
  reason TEXT NOT NULL,
  cause_kind TEXT,
  cause_id TEXT,
  placed_by TEXT NOT NULL,
  placed_name TEXT NOT NULL,
  placed_at BIGINT NOT NULL,
  released_by TEXT,
  released_name TEXT,
  released_at BIGINT,
  release_reason TEXT,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (state <> 'released' OR (released_at IS NOT NULL AND released_by IS NOT NULL AND released_by <> placed_by))
);
CREATE INDEX stock_holds_active ON stock_holds (model_id) WHERE state = 'active';
CREATE INDEX stock_holds_by_cause ON stock_holds (cause_kind, cause_id);

-- A promise of good stock: one serialised unit, or a quantity of an un-serialised spare.
CREATE TABLE stock_reservations (
  id TEXT NOT NULL PRIMARY KEY,
  model_id TEXT NOT NULL REFERENCES models (id),
  asked_model_id TEXT NOT NULL REFERENCES models (id),
  unit_id TEXT REFERENCES units (id),
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  shipped_quantity BIGINT NOT NULL DEFAULT 0 CHECK (shipped_quantity BETWEEN 0 AND quantity),
  state TEXT NOT NULL CHECK (state IN ('active','fulfilled','released')),
  cause_kind TEXT NOT NULL,
  cause_id TEXT,
  note TEXT,
  created_by TEXT NOT NULL,
  created_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT,
  ended_reason TEXT,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (unit_id IS NULL OR quantity = 1),
  CHECK ((state = 'active') = (ended_at IS NULL)),
  CHECK ((state = 'fulfilled') = (shipped_quantity = quantity))
);
CREATE UNIQUE INDEX stock_reservations_one_active ON stock_reservations (unit_id) WHERE state = 'active';
CREATE INDEX stock_reservations_active ON stock_reservations (model_id) WHERE state = 'active';
CREATE INDEX stock_reservations_by_cause ON stock_reservations (cause_kind, cause_id);

CREATE TABLE stock_policies (
  model_id TEXT NOT NULL PRIMARY KEY REFERENCES models (id),
  reorder_point BIGINT NOT NULL CHECK (reorder_point >= 0),
  safety_stock BIGINT NOT NULL DEFAULT 0 CHECK (safety_stock >= 0),
  lead_time_days BIGINT CHECK (lead_time_days >= 0),
  order_quantity BIGINT CHECK (order_quantity > 0),
  updated_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE purchase_orders (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  supplier TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft','ordered','partly_received','received','cancelled')),
  ordered_on TEXT,
  expected_on TEXT,
  note TEXT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX purchase_orders_by_state ON purchase_orders (state, id);

CREATE TABLE purchase_order_lines (
  id TEXT NOT NULL PRIMARY KEY,
  purchase_order_id TEXT NOT NULL REFERENCES purchase_orders (id),
  model_id TEXT NOT NULL REFERENCES models (id),
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  received_quantity BIGINT NOT NULL DEFAULT 0 CHECK (received_quantity >= 0),
  unit_cost DOUBLE PRECISION CHECK (unit_cost >= 0),
  currency TEXT,
  CHECK (received_quantity <= quantity)
);
CREATE INDEX purchase_order_lines_by_order ON purchase_order_lines (purchase_order_id);
CREATE INDEX purchase_order_lines_by_model ON purchase_order_lines (model_id);

-- One walk through a location with a scanner. What was scanned, and what differed when it was booked.
CREATE TABLE stock_counts (
  id TEXT NOT NULL PRIMARY KEY,
  location TEXT NOT NULL,
  model_id TEXT REFERENCES models (id),
  state TEXT NOT NULL CHECK (state IN ('running','booked','cancelled')),
  note TEXT,
  started_by TEXT NOT NULL,
  started_name TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_by TEXT,
  ended_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX stock_counts_by_state ON stock_counts (state, id);

CREATE TABLE stock_count_scans (
  count_id TEXT NOT NULL REFERENCES stock_counts (id),
  unit_id TEXT NOT NULL REFERENCES units (id),
  scan TEXT NOT NULL,
  scanned_by TEXT NOT NULL,
  scanned_at BIGINT NOT NULL,
  PRIMARY KEY (count_id, unit_id)
);

CREATE TABLE stock_count_quantities (
  count_id TEXT NOT NULL REFERENCES stock_counts (id),
  model_id TEXT NOT NULL REFERENCES models (id),
  condition TEXT NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity >= 0),
  counted_at BIGINT NOT NULL,
  PRIMARY KEY (count_id, model_id, condition)
);

CREATE TABLE stock_count_differences (
  count_id TEXT NOT NULL REFERENCES stock_counts (id),
  line_no BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('missing','found','quantity')),
  model_id TEXT NOT NULL REFERENCES models (id),
  unit_id TEXT REFERENCES units (id),
  recorded TEXT,
  difference BIGINT NOT NULL,
  move_id TEXT NOT NULL REFERENCES stock_moves (id),
  PRIMARY KEY (count_id, line_no)
);

-- Stock given up without a return: scrapped, or lost. One person asks, another allows; taken back only by a reversing move.
CREATE TABLE stock_write_offs (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('scrapped','lost')),
  state TEXT NOT NULL CHECK (state IN ('requested','posted','withdrawn','reversed')),
  unit_id TEXT REFERENCES units (id),
  model_id TEXT NOT NULL REFERENCES models (id),
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  location TEXT NOT NULL,
  condition TEXT NOT NULL,
  reason TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_name TEXT NOT NULL,
  requested_at BIGINT NOT NULL,
  approved_by TEXT,
  approved_name TEXT,
  ended_at BIGINT,
  ended_reason TEXT,
  move_id TEXT UNIQUE REFERENCES stock_moves (id),
  reversal_id TEXT UNIQUE REFERENCES stock_moves (id),
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (unit_id IS NULL OR quantity = 1),
  CHECK (state NOT IN ('posted','reversed') OR (move_id IS NOT NULL AND approved_by IS NOT NULL AND approved_by <> requested_by)),
  CHECK ((state = 'reversed') = (reversal_id IS NOT NULL))
);
CREATE UNIQUE INDEX stock_write_offs_one_request ON stock_write_offs (unit_id) WHERE state = 'requested';
CREATE INDEX stock_write_offs_by_state ON stock_write_offs (state, id);
CREATE INDEX stock_write_offs_by_unit ON stock_write_offs (unit_id);

-- The last number given out per kind and year: RMA-2026-00001.
CREATE TABLE document_numbers (
  kind TEXT NOT NULL,
  year BIGINT NOT NULL,
  last_no BIGINT NOT NULL,
  PRIMARY KEY (kind, year)
);

-- Spares a model is expected to need over its lead time, as the life analysis last said. Written by whoever fits the life model.
CREATE TABLE stock_forecasts (
  model_id TEXT NOT NULL PRIMARY KEY REFERENCES models (id),
  horizon_days BIGINT NOT NULL CHECK (horizon_days > 0),
  expected_demand DOUBLE PRECISION NOT NULL CHECK (expected_demand >= 0),
  demand_low BIGINT,
  demand_high BIGINT,
  service_level DOUBLE PRECISION,
  service_quantity BIGINT,
  method TEXT NOT NULL,
  computed_at BIGINT NOT NULL
);
