// Daily counts of telemetry that can be the signature of a known issue: events, not levels. And what they are called.
import type { Bilingual } from '../core/words.ts';
import { type DayColumn, dayColumns } from '../telemetry/dayColumns.ts';

export const signatures: readonly DayColumn[] = dayColumns.filter(
  (name) => !/_(?:max|min)$|^(?:reports|backfilled|clock_suspect|online_s|last_address|reboot_user_reset|reboot_fw_update|reboot_power_on)$/.test(name),
);

const labels: Partial<Record<DayColumn, Bilingual>> = {
  brownouts: ['Brownouts', '電圧低下'],
  disconnects: ['Disconnects', '切断'],
  link_flaps: ['Link flaps', 'リンク断'],
  sd_write_errs: ['SD card write errors', 'SDカード書込エラー'],
  sd_power_loss: ['SD card power losses', 'SDカード電源断'],
  frames_lost: ['Lost frames', 'フレーム欠落'],
  enc_restarts: ['Encoder restarts', 'エンコーダー再起動'],
  rec_gap_s: ['Recording gaps', '録画欠損'],
  upload_errs: ['Upload errors', 'アップロードエラー'],
  ircut_moves: ['IR cut filter moves', 'IRカットフィルター動作回数'],
  reboot_brownout: ['Reboots by brownout', '電圧低下による再起動'],
  reboot_hw_watchdog: ['Hardware watchdog reboots', 'ハードウェアウォッチドッグ再起動'],
  reboot_sw_watchdog: ['Software watchdog reboots', 'ソフトウェアウォッチドッグ再起動'],
  reboot_kernel_panic: ['Kernel panics', 'カーネルパニック'],
  reboot_oom: ['Reboots out of memory', 'メモリ不足による再起動'],
  reboot_clock_failure: ['Reboots by clock failure', '時計異常による再起動'],
  reboot_fw_update_error: ['Failed firmware updates', 'ファームウェア更新失敗'],
  reboot_unknown: ['Reboots of unknown cause', '原因不明の再起動'],
  sd_error_reports: ['SD card in error', 'SDカード異常'],
  sd_absent_reports: ['SD card not seen', 'SDカード未検出'],
  fps_short_reports: ['Frame rate shortfall', 'フレームレート低下'],
  rec_stopped_reports: ['Recording stopped', '録画停止'],
  ircut_fault_reports: ['IR cut filter faults', 'IRカットフィルター異常'],
  ir_led_fault_reports: ['IR LED faults', 'IR LED異常'],
  blurry_reports: ['Blurred picture', '画像ぼけ'],
  too_dark_reports: ['Picture too dark', '画像が暗い'],
  too_bright_reports: ['Picture too bright', '画像過露出'],
};

export const signatureName = (name: string): Bilingual => Object.entries(labels).find(([column]) => column === name)?.[1] ?? [name, name];
