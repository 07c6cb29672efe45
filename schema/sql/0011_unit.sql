-- One physical camera each, what it is called, where and how long it served, and with which firmware.

CREATE TABLE units (
  id TEXT NOT NULL PRIMARY KEY,
  model_id TEXT NOT NULL REFERENCES models (id),
  serial TEXT NOT NULL,
  serial_key TEXT NOT NULL,
  identity TEXT NOT NULL DEFAULT 'confirmed' CHECK (identity IN ('confirmed','provisional')),
  batch_id TEXT REFERENCES batches (id),
  hw_rev TEXT,
  firmware_id TEXT REFERENCES firmwares (id),
  customer_id TEXT REFERENCES customers (id),
  site_id TEXT REFERENCES sites (id),
  partner_id TEXT REFERENCES partners (id),
  shipped_on TEXT,
  delivered_on TEXT,
  purchased_on TEXT,
  own_warranty_ends_on TEXT,
  predecessor_id TEXT REFERENCES units (id),
  merged_into_id TEXT REFERENCES units (id),
  merged_at BIGINT,
  removed_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (predecessor_id IS NULL OR predecessor_id <> id),
  CHECK (merged_into_id IS NULL OR merged_into_id <> id)
);
CREATE UNIQUE INDEX units_by_serial ON units (model_id, serial_key) WHERE merged_into_id IS NULL AND removed_at IS NULL;
CREATE INDEX units_by_serial_key ON units (serial_key);
-- An index over units that have none of it would only cost every import.
CREATE INDEX units_by_batch ON units (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX units_by_customer ON units (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX units_by_site ON units (site_id) WHERE site_id IS NOT NULL;
CREATE INDEX units_by_firmware ON units (firmware_id) WHERE firmware_id IS NOT NULL;
CREATE INDEX units_by_partner ON units (partner_id, id) WHERE partner_id IS NOT NULL;
CREATE INDEX units_by_predecessor ON units (predecessor_id) WHERE predecessor_id IS NOT NULL;
CREATE INDEX units_by_merged ON units (merged_into_id) WHERE merged_into_id IS NOT NULL;
-- The units of one model, a page at a time.
CREATE INDEX units_by_model ON units (model_id, id) WHERE merged_into_id IS NULL AND removed_at IS NULL;

-- Every name a unit answers to besides its serial: MAC, device_id, asset tag, and serials of units merged into it.
CREATE TABLE unit_identifiers (
  unit_id TEXT NOT NULL REFERENCES units (id),
  kind TEXT NOT NULL CHECK (kind IN ('mac','device_id','asset_tag','former_serial')),
  identifier TEXT NOT NULL,
  identifier_key TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (unit_id, kind, identifier_key)
);
CREATE INDEX unit_identifiers_by_key ON unit_identifiers (identifier_key);
CREATE UNIQUE INDEX unit_identifiers_one_device ON unit_identifiers (identifier) WHERE kind = 'device_id';

-- Half-open days: from_on counts, to_on does not. The only source of exposure.
CREATE TABLE service_intervals (
  id TEXT NOT NULL PRIMARY KEY,
  unit_id TEXT NOT NULL REFERENCES units (id),
  site_id TEXT REFERENCES sites (id),
  customer_id TEXT REFERENCES customers (id),
  from_on TEXT NOT NULL,
  to_on TEXT,
  estimated_at BIGINT,
  mounting TEXT CHECK (mounting IN ('indoor','outdoor')),
  power TEXT,
  network TEXT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (to_on IS NULL OR to_on >= from_on)
);
CREATE INDEX service_intervals_by_unit ON service_intervals (unit_id, from_on);
CREATE INDEX service_intervals_by_site ON service_intervals (site_id) WHERE site_id IS NOT NULL;
CREATE UNIQUE INDEX service_intervals_one_open ON service_intervals (unit_id) WHERE to_on IS NULL;

CREATE TABLE firmware_intervals (
  id TEXT NOT NULL PRIMARY KEY,
  unit_id TEXT NOT NULL REFERENCES units (id),
  firmware_id TEXT NOT NULL REFERENCES firmwares (id),
  from_on TEXT NOT NULL,
  to_on TEXT,
  created_at BIGINT NOT NULL,
  CHECK (to_on IS NULL OR to_on >= from_on)
);
CREATE INDEX firmware_intervals_by_unit ON firmware_intervals (unit_id, from_on);
CREATE UNIQUE INDEX firmware_intervals_one_open ON firmware_intervals (unit_id) WHERE to_on IS NULL;
