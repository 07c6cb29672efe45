// The columns of device_days: what is summed, counted, and kept as the greatest or least of a day.
import { counters } from './fields.ts';
import { reboots } from './payload.ts';

const sums = ['reports', 'backfilled', 'clock_suspect'] as const;
const increments = counters.map((name) => (name === 'uptime_s' ? ('online_s' as const) : name));
const rebootCounts = reboots.map((reason) => `reboot_${reason}` as const);
const greatest = ['temp_c', 'rh_pct', 'sd_wear_pct', 'emmc_life', 'last_rec_age_s', 'upload_backlog_s', 'ntp_off_ms', 'cpu_pct'] as const;
const least = ['temp_c', 'vin_mv', 'rssi_dbm', 'sd_spare_pct', 'focus', 'mem_free_kb'] as const;
const flagged = ['ircut_fault', 'ir_led_fault', 'blurry', 'too_dark', 'too_bright'] as const;
/** Reports of the day on which something was so. */
export const counted = ['sd_error_reports', 'sd_absent_reports', 'fps_short_reports', 'rec_stopped_reports'] as const;

/** The numeric columns of device_days in the order of `DayRow.values`. */
export const dayColumns = [
  ...sums,
  ...increments,
  ...rebootCounts,
  ...greatest.map((name) => `${name}_max` as const),
  ...least.map((name) => `${name}_min` as const),
  ...counted,
  ...flagged.map((name) => `${name}_reports` as const),
  'last_address',
] as const;
export type DayColumn = (typeof dayColumns)[number];
