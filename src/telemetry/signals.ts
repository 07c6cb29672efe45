// What counts as an event of a signal on one device and day, in terms of device_days. The early-warning definitions name these codes.
import type { Bilingual } from '../core/words.ts';

export interface DailySignal {
  readonly code: string;
  readonly label: Bilingual;
  /** SQL over device_days as d, models as m: the number of events, null when no report of the day could tell. */
  readonly events: string;
  /** Network signals tell about the site as much as about the device. */
  readonly kind: 'device' | 'network';
}

/** a + b where one of them may be unknown. */
const either = (a: string, b: string): string => `case when ${a} is null and ${b} is null then null else coalesce(${a}, 0) + coalesce(${b}, 0) end`;

/** Housing temperature above which a device of a model without a limit of its own is too hot, °C. */
const DEFAULT_TEMP_LIMIT_C = 70;

const unexpected = ['brownout', 'hw_watchdog', 'sw_watchdog', 'kernel_panic', 'oom', 'clock_failure', 'fw_update_error', 'unknown']
  .map((reason) => `d.reboot_${reason}`)
  .join(' + ');

export const dailySignals: readonly DailySignal[] = [
  { code: 'reboot', label: ['Unexpected reboots', '予期しない再起動'], kind: 'device', events: unexpected },
  { code: 'brownout', label: ['Brownouts', '電圧低下'], kind: 'device', events: either('d.brownouts', 'd.reboot_brownout') },
  { code: 'sd_error', label: ['SD card errors', 'SDカード異常'], kind: 'device', events: either('d.sd_write_errs', 'd.sd_error_reports') },
  { code: 'network', label: ['Link drops and disconnects', 'リンク断・切断'], kind: 'network', events: either('d.link_flaps', 'd.disconnects') },
  { code: 'frames_lost', label: ['Lost frames', 'フレーム欠落'], kind: 'device', events: 'd.frames_lost' },
  { code: 'encoder', label: ['Encoder restarts', 'エンコーダー再起動'], kind: 'device', events: 'd.enc_restarts' },
  { code: 'recording_gap', label: ['Recording gaps', '録画欠損'], kind: 'device', events: either('d.rec_gap_s', 'd.rec_stopped_reports') },
  { code: 'upload', label: ['Upload errors', 'アップロード異常'], kind: 'network', events: 'd.upload_errs' },
  {
    code: 'overheat',
    label: ['Overheating', '高温'],
    kind: 'device',
    events: `case when d.temp_c_max is null then null when d.temp_c_max > coalesce(m.temp_limit_c, ${DEFAULT_TEMP_LIMIT_C}) then 1 else 0 end`,
  },
  { code: 'fps', label: ['Frame rate shortfall', 'フレームレート低下'], kind: 'device', events: 'd.fps_short_reports' },
  { code: 'picture', label: ['Blurred or dark picture', '画像不良（ぼけ・露出）'], kind: 'device', events: either('d.blurry_reports', 'd.too_dark_reports') },
  {
    code: 'day_night',
    label: ['IR cut filter or IR LED faults', 'IRカットフィルター・IR LED異常'],
    kind: 'device',
    events: either('d.ircut_fault_reports', 'd.ir_led_fault_reports'),
  },
];
