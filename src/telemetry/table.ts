import type { DayColumn } from './dayColumns.ts';

export interface DeviceRow {
  device_no: number;
  device_id: string;
  unit_id: string | null;
  model_code: string | null;
  hw_rev: string | null;
  firmware: string | null;
  firmware_since_at: number | null;
  boot: string | null;
  boot_no: number | null;
  last_seq: number | null;
  birth_boot: string | null;
  first_seen_at: number;
  last_seen_at: number;
  last_report_at: number | null;
  online_at: number | null;
  offline_at: number | null;
  presence_changes: number;
  reports: number;
  events: number;
  duplicates: number;
  throttled: number;
  clock_suspect: number;
  missing: number;
  lost: number;
  last_address: number | null;
  through_segment: number;
}

export interface DeviceBootRow {
  device_no: number;
  boot_no: number;
  boot: string;
  first_seen_at: number;
  last_seen_at: number;
  ranges: string;
}
export interface ReportSegmentRow {
  segment_no: number;
  first_at: number;
  last_at: number;
  reports: number;
  body: Uint8Array;
}
export interface ReportShapeRow {
  shape_no: number;
  layout: string;
}

export interface DeviceStateRow {
  device_no: number;
  reported_at: number;
  received_at: number;
  uptime_s: number | null;
  boots: number | null;
  reboot: string | null;
  temp_c: number | null;
  rh_pct: number | null;
  vin_mv: number | null;
  brownouts: number | null;
  rssi_dbm: number | null;
  disconnects: number | null;
  link_flaps: number | null;
  sd_state: string | null;
  sd_wear_pct: number | null;
  sd_spare_pct: number | null;
  sd_write_errs: number | null;
  sd_power_loss: number | null;
  emmc_life: number | null;
  fps_set: number | null;
  fps_out: number | null;
  frames_lost: number | null;
  enc_restarts: number | null;
  rec_state: string | null;
  rec_gap_s: number | null;
  last_rec_age_s: number | null;
  upload_errs: number | null;
  upload_backlog_s: number | null;
  bitrate_kbps: number | null;
  ircut_moves: number | null;
  ircut_fault: number | null;
  ir_led_fault: number | null;
  focus: number | null;
  blurry: number | null;
  too_dark: number | null;
  too_bright: number | null;
  ntp_off_ms: number | null;
  cpu_pct: number | null;
  mem_free_kb: number | null;
}

type CountedDaily = 'reports' | 'backfilled' | 'clock_suspect' | Extract<DayColumn, `reboot_${string}`>;

/** Counters hold the day's increment; null when no report of the day carried the field. */
export type DeviceDayRow = {
  device_no: number;
  day_on: string;
  firmware: string | null;
  last_reported_at: number;
  changed_at: number;
} & Record<CountedDaily, number> &
  Record<Exclude<DayColumn, CountedDaily>, number | null>;

export interface CohortDayRow {
  day_on: string;
  model_id: string;
  hw_rev: string;
  batch_id: string;
  firmware: string;
  signal: string;
  devices: number;
  episodes: number;
  events: number;
}

/** Sums since the first of the month; `devices` are those of the day itself. */
export interface SignalTotalRow {
  signal: string;
  day_on: string;
  model_id: string;
  devices: number;
  device_days: number;
  episodes: number;
  events: number;
}

export interface SignalMonthRow {
  signal: string;
  month_on: string;
  model_id: string;
  device_days: number;
  episodes: number;
  events: number;
}

export interface TelemetryEventRow {
  event_no: number;
  device_no: number;
  boot_no: number;
  seq: number;
  name: string;
  reported_at: number;
  received_at: number;
  clock_suspect_at: number | null;
  source: string | null;
  data: string | null;
}

export interface PresenceChangeRow {
  change_no: number;
  device_no: number;
  presence: 'online' | 'offline';
  cause: 'birth' | 'will' | 'activity';
  changed_at: number;
}
export interface SiteOutageRow {
  id: string;
  site_id: string;
  started_at: number;
  ended_at: number | null;
  devices: number;
  devices_at_site: number;
}

export interface QuarantineRow {
  id: string;
  device_id: string | null;
  topic: string;
  payload: Uint8Array;
  reason: string;
  detail: string | null;
  received_at: number;
  replay_requested_at: number | null;
  replayed_at: number | null;
  replay_outcome: string | null;
}

export interface TelemetryInboxRow {
  id: string;
  topic: string;
  payload: Uint8Array;
  received_at: number;
}

export interface DeviceGapRow {
  device_no: number;
  boot_no: number;
  from_seq: number;
  to_seq: number;
  opened_at: number;
  asks: number;
  asked_at: number | null;
  closed_at: number | null;
  given_up_at: number | null;
}

export interface DeviceCommandRow {
  id: string;
  device_id: string;
  name: 'resend' | 'diagnose' | 'restart';
  arguments: string | null;
  created_by: string;
  created_at: number;
  sent_at: number | null;
  replied_at: number | null;
  reply: string | null;
}

export interface DeviceCredentialRow {
  id: string;
  device_id: string;
  secret_hash: string;
  mosquitto_hash: string;
  created_by: string;
  created_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
}

export interface DeviceSecurityEventRow {
  id: string;
  at: number;
  kind: string;
  device_id: string | null;
  client_id: string | null;
  username: string | null;
  topic: string | null;
  address: string | null;
  times: number;
}

export interface IngestLeaseRow {
  name: string;
  epoch: number;
  holder: string;
  renewed_at: number;
  released_at: number | null;
}
export interface IngestMarkRow {
  name: string;
  mark: number;
}
export interface IngestStatusRow {
  ingester: string;
  status: string;
  updated_at: number;
}

export interface TelemetryTables {
  devices: DeviceRow;
  device_boots: DeviceBootRow;
  report_segments: ReportSegmentRow;
  report_shapes: ReportShapeRow;
  device_states: DeviceStateRow;
  device_days: DeviceDayRow;
  cohort_days: CohortDayRow;
  signal_totals: SignalTotalRow;
  signal_months: SignalMonthRow;
  telemetry_events: TelemetryEventRow;
  presence_changes: PresenceChangeRow;
  site_outages: SiteOutageRow;
  quarantine: QuarantineRow;
  telemetry_inbox: TelemetryInboxRow;
  device_gaps: DeviceGapRow;
  device_commands: DeviceCommandRow;
  device_credentials: DeviceCredentialRow;
  device_security_events: DeviceSecurityEventRow;
  ingest_leases: IngestLeaseRow;
  ingest_marks: IngestMarkRow;
  ingest_status: IngestStatusRow;
}
