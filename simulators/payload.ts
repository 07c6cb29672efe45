// What a camera says over MQTT, field for field as the contract has it. Nothing here is taken from the product's own code.

export type RebootReason =
  | 'user_reset'
  | 'fw_update'
  | 'power_on'
  | 'brownout'
  | 'hw_watchdog'
  | 'sw_watchdog'
  | 'kernel_panic'
  | 'oom'
  | 'clock_failure'
  | 'fw_update_error'
  | 'unknown';

export interface State {
  readonly v: 1;
  readonly online: boolean;
  readonly boot: string;
  readonly model: string;
  readonly hw: string;
  readonly fw: string;
}

/** Counters are cumulative since the boot. */
export interface Measures {
  uptime_s: number;
  boots: number;
  reboot: RebootReason;
  temp_c: number;
  rh_pct: number;
  vin_mv: number;
  brownouts: number;
  rssi_dbm?: number;
  disconnects: number;
  link_flaps: number;
  sd_state: 'ok' | 'ro' | 'error' | 'full' | 'formatting' | 'absent';
  sd_wear_pct: number;
  sd_spare_pct: number;
  sd_write_errs: number;
  sd_power_loss: number;
  emmc_life: number;
  fps_set: number;
  fps_out: number;
  frames_lost: number;
  enc_restarts: number;
  rec_state: 'ok' | 'gap' | 'stopped' | 'no_media';
  rec_gap_s: number;
  last_rec_age_s: number;
  upload_errs: number;
  upload_backlog_s: number;
  bitrate_kbps: number;
  ircut_moves: number;
  ircut_fault: boolean;
  ir_led_fault: boolean;
  focus: number;
  blurry: boolean;
  too_dark: boolean;
  too_bright: boolean;
  ntp_off_ms: number;
  cpu_pct: number;
  mem_free_kb: number;
}

export interface Health {
  readonly v: 1;
  readonly boot: string;
  readonly seq: number;
  readonly ts: number;
  readonly synced: boolean;
  readonly hist: boolean;
  readonly model: string;
  readonly hw: string;
  readonly fw: string;
  readonly m: Measures;
}

/** `name` is an ONVIF topic. */
export interface DeviceEvent {
  readonly v: 1;
  readonly boot: string;
  readonly seq: number;
  readonly ts: number;
  readonly hist?: true;
  readonly name: string;
  readonly source: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string | number | boolean>>;
}

export type Command =
  | { readonly v: 1; readonly id: string; readonly name: 'resend'; readonly from_seq: number; readonly to_seq: number }
  | { readonly v: 1; readonly id: string; readonly name: 'diagnose' | 'restart' };

/** Objects in one message, at most. */
export const LARGEST_ARRAY = 200;

export const topicOf = (deviceId: string, channel: 'state' | 'health' | 'event' | 'backfill' | 'cmd' | 'reply'): string => `fleet/v1/${deviceId}/${channel}`;
