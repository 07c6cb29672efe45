export interface SignalRow {
  id: string;
  code: string;
  name_en: string;
  name_ja: string;
  kind: 'device' | 'network';
  measure: string;
  threshold: number;
  prior_per_1000_device_days: number;
  heterogeneity_shape: number;
  dispersion: number;
  retired_at: number | null;
  created_at: number;
  updated_at: number;
  version: number;
}

/** '' stands for an unknown revision, batch or firmware. */
export interface SignalDayRow {
  day_on: string;
  signal_id: string;
  unit_id: string;
  model_id: string;
  hw_rev: string;
  batch_id: string;
  firmware: string;
  age_band: number;
  site_id: string | null;
}

export interface AlertDayRow {
  day_on: string;
  model_id: string;
  exposure: string;
  episodes: string;
  /** Devices by region of their site: JSON. */
  regions: string;
}

/** A region reported `factor` times as much of a signal as the others led one to expect. */
export interface BadRegionDayRow {
  day_on: string;
  signal: string;
  region: string;
  factor: number;
}

export interface AlertProgressRow {
  id: 'one';
  changes_read_at: number;
  /** Days from here on are to be counted again: set while a scan counts, left behind by one that was cut short. */
  recount_from_on: string | null;
  /** The last telemetry event looked at. */
  events_read_no: number;
  scanned_on: string | null;
  false_alerts_per_1000_model_months: number;
}

export interface AlertRow {
  id: string;
  kind: 'cohort' | 'platform';
  model_id: string | null;
  hw_rev: string | null;
  batch_id: string | null;
  firmware_id: string | null;
  /** Code of the leading signal. */
  signal: string;
  state: 'open' | 'acknowledged' | 'investigating' | 'resolved' | 'dismissed';
  level: 'watch' | 'alert' | 'act_now';
  raised_on: string;
  started_on: string;
  last_above_on: string;
  statistic: number;
  threshold: number;
  evidence: string;
  first_report_on: string | null;
  first_return_on: string | null;
  silenced_at: number | null;
  acknowledged_by: string | null;
  acknowledged_at: number | null;
  investigation_id: string | null;
  closed_by: string | null;
  closed_at: number | null;
  reason: string | null;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface AlertUnitRow {
  alert_id: string;
  unit_id: string;
  role: 'affected' | 'at_risk';
}

export interface SilenceRow {
  id: string;
  model_id: string | null;
  signal: string | null;
  from_on: string;
  to_on: string;
  reason: string;
  created_by: string;
  created_at: number;
  ended_at: number | null;
  version: number;
}

export interface UnitFirmwareRow {
  unit_id: string;
  firmware: string;
  model_id: string;
  from_on: string;
}

export interface AlertTables {
  unit_firmwares: UnitFirmwareRow;
  signals: SignalRow;
  signal_days: SignalDayRow;
  alert_days: AlertDayRow;
  bad_region_days: BadRegionDayRow;
  alert_progress: AlertProgressRow;
  alerts: AlertRow;
  alert_units: AlertUnitRow;
  silences: SilenceRow;
}
