-- The first day on which a unit reported with a firmware: who upgraded when, for roll-outs watched against the devices still to upgrade.
CREATE TABLE unit_firmwares (
  unit_id TEXT NOT NULL REFERENCES units (id),
  firmware TEXT NOT NULL,
  model_id TEXT NOT NULL,
  from_on TEXT NOT NULL,
  PRIMARY KEY (unit_id, firmware)
);
CREATE INDEX unit_firmwares_by_day ON unit_firmwares (from_on);
CREATE INDEX unit_firmwares_by_model ON unit_firmwares (model_id, firmware, from_on);
