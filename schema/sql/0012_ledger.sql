-- The stock ledger: append-only double entry, and the balances it adds up to.

CREATE TABLE stock_moves (
  id TEXT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  unit_id TEXT REFERENCES units (id),
  model_id TEXT NOT NULL REFERENCES models (id),
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  from_location TEXT NOT NULL,
  to_location TEXT NOT NULL,
  from_condition TEXT,
  to_condition TEXT NOT NULL CHECK (to_condition IN ('new','verified','refurbished','defective','unverified')),
  cause_kind TEXT NOT NULL,
  cause_id TEXT,
  reason TEXT,
  reverses_id TEXT REFERENCES stock_moves (id),
  actor_id TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  CHECK (unit_id IS NULL OR quantity = 1)
);
-- A move is reversed once.
CREATE UNIQUE INDEX stock_moves_reversed_once ON stock_moves (reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX stock_moves_by_unit ON stock_moves (unit_id, id);
CREATE INDEX stock_moves_by_model ON stock_moves (model_id, id);
CREATE INDEX stock_moves_by_cause ON stock_moves (cause_kind, cause_id);

-- Where each serialised unit is now: the destination of its last move.
CREATE TABLE unit_places (
  unit_id TEXT NOT NULL PRIMARY KEY REFERENCES units (id),
  location TEXT NOT NULL CHECK (location IN ('customer','in_transit','receiving','quarantine','bench','good_stock','defect_stock','repair','maker','scrapped','lost','supplier','adjustment')),
  condition TEXT NOT NULL CHECK (condition IN ('new','verified','refurbished','defective','unverified')),
  move_id TEXT NOT NULL REFERENCES stock_moves (id),
  since_at BIGINT NOT NULL
);
-- Lists of units in one location, in order of the units.
CREATE INDEX unit_places_by_location ON unit_places (location, unit_id);

-- Sum of moves per model, location and condition. The outside accounts (supplier, adjustment, customer) may go below zero; a place of ours never does.
CREATE TABLE stock_balances (
  model_id TEXT NOT NULL REFERENCES models (id),
  location TEXT NOT NULL,
  condition TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  PRIMARY KEY (model_id, location, condition),
  CHECK (quantity >= 0 OR location IN ('supplier','adjustment','customer','in_transit','maker'))
);
