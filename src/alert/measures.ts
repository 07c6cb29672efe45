// What a signal may measure: the telemetry's daily signals, single fields of a device's day, and silence, returns and customer reports.
import type { Bilingual } from '../core/words.ts';
import { dailySignals } from '../telemetry/signals.ts';

export interface Measure {
  readonly code: string;
  readonly label: Bilingual;
  readonly kind: 'device' | 'network';
  /** SQL over device_days as d and models as m; null for what does not come from a device's day. */
  readonly value: string | null;
  /** The ONVIF topic whose events are counted, those below it included. */
  readonly event?: string;
  readonly unit: string;
}

const field = (code: string, label: Bilingual, value: string, unit: string, kind: Measure['kind'] = 'device'): Measure => ({ code, label, kind, value, unit });

const onvif = (code: string, label: Bilingual, event: string): Measure => ({ code, label, kind: 'device', value: null, event, unit: 'events' });

export const SILENCE = 'silence';
export const RETURN = 'return';
export const REPORT = 'report';

export const measures: readonly Measure[] = [
  ...dailySignals.map(({ code, label, kind, events }): Measure => ({ code, label, kind, value: events, unit: 'events' })),
  field('watchdog', ['Watchdog reboots', 'ウォッチドッグ再起動'], 'd.reboot_hw_watchdog + d.reboot_sw_watchdog', 'events'),
  field('crash', ['Crashes (panic, out of memory)', 'クラッシュ（パニック・メモリ不足）'], 'd.reboot_kernel_panic + d.reboot_oom', 'events'),
  field('update_failed', ['Failed firmware updates', 'ファームウェア更新失敗'], 'd.reboot_fw_update_error', 'events'),
  field('sd_wear', ['SD card wear', 'SDカード消耗'], 'd.sd_wear_pct_max', '%'),
  field('sd_absent', ['SD card not seen', 'SDカード未検出'], 'd.sd_absent_reports', 'reports'),
  field('ircut', ['IR cut filter faults', 'IRカットフィルター異常'], 'd.ircut_fault_reports', 'reports'),
  field('ir_led', ['IR LED faults', 'IR LED異常'], 'd.ir_led_fault_reports', 'reports'),
  field('focus_loss', ['Loss of focus (1 − focus)', 'フォーカス低下（1 − focus）'], '1 - d.focus_min', 'share'),
  field('link_flaps', ['Link flaps', 'リンク断'], 'd.link_flaps', 'events', 'network'),
  field('disconnects', ['Disconnects', '切断'], 'd.disconnects', 'events', 'network'),
  field('sd_spare', ['SD card spare used up (100 − spare)', 'SDカード予備領域の消費（100 − 残）'], '100 - d.sd_spare_pct_min', '%'),
  field('sd_power_loss', ['SD card power losses', 'SDカード電源断'], 'd.sd_power_loss', 'events'),
  field('emmc_wear', ['eMMC life used (JEDEC)', 'eMMC消耗（JEDEC）'], 'd.emmc_life_max', 'level'),
  field('vin_low', ['Supply below 48 V by', '電源電圧の48 Vからの低下'], '48000 - d.vin_mv_min', 'mV'),
  field('humidity', ['Humidity in the housing', '筐体内湿度'], 'd.rh_pct_max', '%'),
  field('rssi_low', ['Weak radio (−dBm)', '電波弱（−dBm）'], '-d.rssi_dbm_min', 'dB', 'network'),
  field('recording_age', ['Age of the last recording', '最終録画からの経過'], 'd.last_rec_age_s_max', 's'),
  field('upload_backlog', ['Upload backlog', 'アップロード滞留'], 'd.upload_backlog_s_max', 's', 'network'),
  field('ircut_moves', ['IR cut filter moves', 'IRカットフィルター動作回数'], 'd.ircut_moves', 'events'),
  field('too_bright', ['Picture too bright', '画像過露出'], 'd.too_bright_reports', 'reports'),
  field('cpu', ['CPU load', 'CPU負荷'], 'd.cpu_pct_max', '%'),
  field('memory_used', ['Memory short of 64 MiB free by', '空きメモリの64 MiBからの不足'], '65536 - d.mem_free_kb_min', 'KiB'),
  field('clock', ['Clock offset', '時刻ずれ'], 'd.ntp_off_ms_max', 'ms'),
  onvif('onvif_storage', ['ONVIF: storage failures', 'ONVIF：ストレージ故障'], 'Device/HardwareFailure/StorageFailure'),
  onvif('onvif_fan', ['ONVIF: fan failures', 'ONVIF：ファン故障'], 'Device/HardwareFailure/FanFailure'),
  onvif('onvif_power', ['ONVIF: power supply failures', 'ONVIF：電源故障'], 'Device/HardwareFailure/PowerSupplyFailure'),
  onvif('onvif_temperature', ['ONVIF: critical temperature', 'ONVIF：温度異常'], 'Device/HardwareFailure/TemperatureCritical'),
  onvif('onvif_blurry', ['ONVIF: picture too blurry', 'ONVIF：画像ぼけ'], 'VideoSource/ImageTooBlurry'),
  onvif('onvif_dark', ['ONVIF: picture too dark', 'ONVIF：画像が暗い'], 'VideoSource/ImageTooDark'),
  onvif('onvif_bright', ['ONVIF: picture too bright', 'ONVIF：画像が明るい'], 'VideoSource/ImageTooBright'),
  onvif('onvif_scene', ['ONVIF: scene changed, camera moved or covered', 'ONVIF：画角の変化・遮蔽'], 'VideoSource/GlobalSceneChange'),
  { code: SILENCE, label: ['Silence', '無応答'], kind: 'network', value: null, unit: 'days' },
  { code: RETURN, label: ['Returns', '返品'], kind: 'device', value: null, unit: 'returns' },
  { code: REPORT, label: ['Customer reports', '問い合わせ'], kind: 'device', value: null, unit: 'cases' },
];

const SYMBOLS: readonly string[] = ['%', 's', 'mV', 'dB', 'ms', 'KiB'];

/** The unit of a measured value, as everyone writes it; nothing of a count. */
export const symbolOf = (measure: Measure | undefined): string => (measure !== undefined && SYMBOLS.includes(measure.unit) ? measure.unit : '');

export const findMeasure = (code: string): Measure | undefined => measures.find((measure) => measure.code === code);

/** Cameras write topics with or without the namespace. An event that says the trouble is over, `"Failed": false`, is none. */
export const isEvent = (topic: string): string =>
  `(e.name like '${topic}%' or e.name like 'tns1:${topic}%') and lower(coalesce(e.data, '')) not like '%false%'`;

/** SQL for the value of a device's day that lasts from the one instant until the other; null as `value`. Cost of an event: one index probe per device. */
export const valueOn = ({ value, event }: Measure, from_at: number, before_at: number): string | null =>
  event === undefined
    ? value
    : `(select count(*) from telemetry_events e where e.device_no = d.device_no and e.reported_at >= ${from_at} and e.reported_at < ${before_at} and ${isEvent(event)})`;
