-- What the cameras say about themselves. The ingester is the only writer of these tables, except where a comment names another.

-- Every device ever heard. unit_id is null until a unit is registered under its device_id. model_code, hw_rev, firmware: as reported.
-- birth_boot: the boot that announced itself and has not reported yet.
CREATE TABLE devices (
  device_no BIGINT NOT NULL PRIMARY KEY,
  device_id TEXT NOT NULL UNIQUE,
  unit_id TEXT REFERENCES units (id),
  model_code TEXT,
  hw_rev TEXT,
  firmware TEXT,
  firmware_since_at BIGINT,
  boot TEXT,
  boot_no BIGINT,
  last_seq BIGINT,
  birth_boot TEXT,
  first_seen_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  last_report_at BIGINT,
  online_at BIGINT,
  offline_at BIGINT,
  presence_changes BIGINT NOT NULL DEFAULT 0,
  reports BIGINT NOT NULL DEFAULT 0,
  events BIGINT NOT NULL DEFAULT 0,
  duplicates BIGINT NOT NULL DEFAULT 0,
  throttled BIGINT NOT NULL DEFAULT 0,
  clock_suspect BIGINT NOT NULL DEFAULT 0,
  missing BIGINT NOT NULL DEFAULT 0,
  lost BIGINT NOT NULL DEFAULT 0,
  last_address BIGINT,
  through_segment BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX devices_by_unit ON devices (unit_id);
CREATE INDEX devices_by_last_seen ON devices (last_seen_at);
CREATE INDEX devices_by_firmware_since ON devices (firmware_since_at);

-- One row per boot of a device: which sequence numbers arrived (ranges), with the counters at the edges of each range.
CREATE TABLE device_boots (
  device_no BIGINT NOT NULL REFERENCES devices (device_no),
  boot_no BIGINT NOT NULL,
  boot TEXT NOT NULL,
  first_seen_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  ranges TEXT NOT NULL,
  PRIMARY KEY (device_no, boot_no),
  UNIQUE (device_no, boot)
);

-- Raw reports, append-only and packed: one row per transaction of the ingester, keyed by arrival. telemetry/segment.ts reads and writes the body.
CREATE TABLE report_segments (
  segment_no BIGINT NOT NULL PRIMARY KEY,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  reports BIGINT NOT NULL,
  body BYTEA NOT NULL
);

-- The key lists that packed reports refer to: model, hardware, firmware and the order of the fields.
CREATE TABLE report_shapes (
  shape_no BIGINT NOT NULL PRIMARY KEY,
  layout TEXT NOT NULL UNIQUE
);

-- The latest known value of each field of the contract, per device. Flags are 0 or 1.
CREATE TABLE device_states (
  device_no BIGINT NOT NULL PRIMARY KEY REFERENCES devices (device_no),
  reported_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  uptime_s BIGINT,
  boots BIGINT,
  reboot TEXT,
  temp_c DOUBLE PRECISION,
  rh_pct DOUBLE PRECISION,
  vin_mv DOUBLE PRECISION,
  brownouts BIGINT,
  rssi_dbm DOUBLE PRECISION,
  disconnects BIGINT,
  link_flaps BIGINT,
  sd_state TEXT,
  sd_wear_pct DOUBLE PRECISION,
  sd_spare_pct DOUBLE PRECISION,
  sd_write_errs BIGINT,
  sd_power_loss BIGINT,
  emmc_life BIGINT,
  fps_set DOUBLE PRECISION,
  fps_out DOUBLE PRECISION,
  frames_lost BIGINT,
  enc_restarts BIGINT,
  rec_state TEXT,
  rec_gap_s BIGINT,
  last_rec_age_s BIGINT,
  upload_errs BIGINT,
  upload_backlog_s BIGINT,
  bitrate_kbps BIGINT,
  ircut_moves BIGINT,
  ircut_fault BIGINT CHECK (ircut_fault IN (0, 1)),
  ir_led_fault BIGINT CHECK (ir_led_fault IN (0, 1)),
  focus DOUBLE PRECISION,
  blurry BIGINT CHECK (blurry IN (0, 1)),
  too_dark BIGINT CHECK (too_dark IN (0, 1)),
  too_bright BIGINT CHECK (too_bright IN (0, 1)),
  ntp_off_ms DOUBLE PRECISION,
  cpu_pct DOUBLE PRECISION,
  mem_free_kb BIGINT
);

-- One row per device and calendar day, kept for years. Counters hold the day's increment; a field no report of the day carried is null.
CREATE TABLE device_days (
  device_no BIGINT NOT NULL REFERENCES devices (device_no),
  day_on TEXT NOT NULL,
  firmware TEXT,
  last_reported_at BIGINT NOT NULL,
  reports BIGINT NOT NULL,
  backfilled BIGINT NOT NULL,
  clock_suspect BIGINT NOT NULL,
  online_s BIGINT,
  brownouts BIGINT,
  disconnects BIGINT,
  link_flaps BIGINT,
  sd_write_errs BIGINT,
  sd_power_loss BIGINT,
  frames_lost BIGINT,
  enc_restarts BIGINT,
  rec_gap_s BIGINT,
  upload_errs BIGINT,
  ircut_moves BIGINT,
  reboot_user_reset BIGINT NOT NULL,
  reboot_fw_update BIGINT NOT NULL,
  reboot_power_on BIGINT NOT NULL,
  reboot_brownout BIGINT NOT NULL,
  reboot_hw_watchdog BIGINT NOT NULL,
  reboot_sw_watchdog BIGINT NOT NULL,
  reboot_kernel_panic BIGINT NOT NULL,
  reboot_oom BIGINT NOT NULL,
  reboot_clock_failure BIGINT NOT NULL,
  reboot_fw_update_error BIGINT NOT NULL,
  reboot_unknown BIGINT NOT NULL,
  temp_c_max DOUBLE PRECISION,
  temp_c_min DOUBLE PRECISION,
  rh_pct_max DOUBLE PRECISION,
  vin_mv_min DOUBLE PRECISION,
  rssi_dbm_min DOUBLE PRECISION,
  sd_wear_pct_max DOUBLE PRECISION,
  sd_spare_pct_min DOUBLE PRECISION,
  emmc_life_max BIGINT,
  last_rec_age_s_max BIGINT,
  upload_backlog_s_max BIGINT,
  focus_min DOUBLE PRECISION,
  ntp_off_ms_max DOUBLE PRECISION,
  cpu_pct_max DOUBLE PRECISION,
  mem_free_kb_min BIGINT,
  sd_error_reports BIGINT,
  sd_absent_reports BIGINT,
  fps_short_reports BIGINT,
  rec_stopped_reports BIGINT,
  ircut_fault_reports BIGINT,
  ir_led_fault_reports BIGINT,
  blurry_reports BIGINT,
  too_dark_reports BIGINT,
  too_bright_reports BIGINT,
  last_address BIGINT,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (device_no, day_on)
);
CREATE INDEX device_days_by_day ON device_days (day_on);
CREATE INDEX device_days_by_change ON device_days (changed_at);

-- Daily totals per cohort and signal, written by the job that follows device_days. '' stands for an unknown batch, revision or firmware.
-- devices: exposed that day. episodes: devices with at least one event of the signal. events: how many.
CREATE TABLE cohort_days (
  day_on TEXT NOT NULL,
  model_id TEXT NOT NULL,
  hw_rev TEXT NOT NULL,
  batch_id TEXT NOT NULL,
  firmware TEXT NOT NULL,
  signal TEXT NOT NULL,
  devices BIGINT NOT NULL,
  episodes BIGINT NOT NULL,
  events DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (day_on, model_id, hw_rev, batch_id, firmware, signal)
);
CREATE INDEX cohort_days_by_model ON cohort_days (model_id, signal, day_on);

-- ONVIF events. source and data are JSON objects. Never changed, never removed.
CREATE TABLE telemetry_events (
  event_no BIGINT NOT NULL PRIMARY KEY,
  device_no BIGINT NOT NULL REFERENCES devices (device_no),
  boot_no BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  name TEXT NOT NULL,
  reported_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  clock_suspect_at BIGINT,
  source TEXT,
  data TEXT,
  UNIQUE (device_no, boot_no, seq)
);
CREATE INDEX telemetry_events_by_device ON telemetry_events (device_no, reported_at);

-- When a device came and went, and how we know.
CREATE TABLE presence_changes (
  change_no BIGINT NOT NULL PRIMARY KEY,
  device_no BIGINT NOT NULL REFERENCES devices (device_no),
  presence TEXT NOT NULL CHECK (presence IN ('online','offline')),
  cause TEXT NOT NULL CHECK (cause IN ('birth','will','activity')),
  changed_at BIGINT NOT NULL
);
CREATE INDEX presence_changes_by_device ON presence_changes (device_no, change_no);
CREATE INDEX presence_changes_by_time ON presence_changes (changed_at);

-- A whole site gone at once is one incident, however many cameras hang there. Written by the job that watches presence.
CREATE TABLE site_outages (
  id TEXT NOT NULL PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id),
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  devices BIGINT NOT NULL,
  devices_at_site BIGINT NOT NULL
);
CREATE UNIQUE INDEX site_outages_one_open ON site_outages (site_id) WHERE ended_at IS NULL;
CREATE INDEX site_outages_by_start ON site_outages (started_at);

-- What could not be accepted: the bytes as they came and why. A person asks for a replay; the ingester carries it out.
CREATE TABLE quarantine (
  id TEXT NOT NULL PRIMARY KEY,
  device_id TEXT,
  topic TEXT NOT NULL,
  payload BYTEA NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT,
  received_at BIGINT NOT NULL,
  replay_requested_at BIGINT,
  replayed_at BIGINT,
  replay_outcome TEXT
);
CREATE INDEX quarantine_by_device ON quarantine (device_id, id);
CREATE INDEX quarantine_by_reason ON quarantine (reason, id);
CREATE INDEX quarantine_to_replay ON quarantine (replay_requested_at) WHERE replay_requested_at IS NOT NULL AND replayed_at IS NULL;

-- Messages that wait for the ingester without a broker: imports of history. Written by imports, emptied by the ingester.
CREATE TABLE telemetry_inbox (
  id TEXT NOT NULL PRIMARY KEY,
  topic TEXT NOT NULL,
  payload BYTEA NOT NULL,
  received_at BIGINT NOT NULL
);

-- Sequence numbers that did not come. Asked for again, closed by the backfill, or given up.
CREATE TABLE device_gaps (
  device_no BIGINT NOT NULL REFERENCES devices (device_no),
  boot_no BIGINT NOT NULL,
  from_seq BIGINT NOT NULL,
  to_seq BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  asks BIGINT NOT NULL DEFAULT 0,
  asked_at BIGINT,
  closed_at BIGINT,
  given_up_at BIGINT,
  PRIMARY KEY (device_no, boot_no, from_seq),
  CHECK (to_seq >= from_seq)
);
CREATE INDEX device_gaps_open ON device_gaps (opened_at) WHERE closed_at IS NULL AND given_up_at IS NULL;

-- Commands to devices: written by people and by the gap watch, sent by the ingester.
CREATE TABLE device_commands (
  id TEXT NOT NULL PRIMARY KEY,
  device_id TEXT NOT NULL,
  name TEXT NOT NULL CHECK (name IN ('resend','diagnose','restart')),
  arguments TEXT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  replied_at BIGINT,
  reply TEXT
);
CREATE INDEX device_commands_by_device ON device_commands (device_id, id);
CREATE INDEX device_commands_unsent ON device_commands (id) WHERE sent_at IS NULL;

-- Passwords of devices, only their hashes: ours and the one mosquitto reads. Written by people. At most one is not revoked.
CREATE TABLE device_credentials (
  id TEXT NOT NULL PRIMARY KEY,
  device_id TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  mosquitto_hash TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  revoked_at BIGINT
);
CREATE UNIQUE INDEX device_credentials_one_active ON device_credentials (device_id) WHERE revoked_at IS NULL;

-- Refused connections and topics, under the name the device proved, not the one it claimed. Bounded: the oldest go first.
CREATE TABLE device_security_events (
  id TEXT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  device_id TEXT,
  client_id TEXT,
  username TEXT,
  topic TEXT,
  address TEXT,
  times BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX device_security_events_by_device ON device_security_events (device_id, id);

-- Only one ingester at a time: a new holder raises the epoch, and a transaction of an older epoch is refused.
CREATE TABLE ingest_leases (
  name TEXT NOT NULL PRIMARY KEY,
  epoch BIGINT NOT NULL,
  holder TEXT NOT NULL,
  renewed_at BIGINT NOT NULL,
  released_at BIGINT
);

-- through_segment: every device row includes at least the reports up to this segment. cohort_days: changes up to this instant are in.
CREATE TABLE ingest_marks (
  name TEXT NOT NULL PRIMARY KEY,
  mark BIGINT NOT NULL
);

-- What each ingester says of itself every few seconds, as JSON.
CREATE TABLE ingest_status (
  ingester TEXT NOT NULL PRIMARY KEY,
  status TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);
