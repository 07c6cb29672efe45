// What the device said of itself when its return was filed, in words: names with units, instants in the viewer's zone, states spoken.
import { type Bilingual, type Locale, speak } from '../core/words.ts';
import type { AppContext } from '../web/env.ts';
import { formatNumber, Moment } from '../web/parts.tsx';

const fields: Readonly<Record<string, Bilingual>> = {
  taken_at: ['Taken', '取得日時'],
  last_seen_at: ['Last seen', '最終受信'],
  online_at: ['Online since', 'オンライン開始'],
  offline_at: ['Offline since', 'オフライン開始'],
  reported_at: ['Last report', '最終レポート'],
  device_id: ['Device ID', 'デバイスID'],
  firmware: ['Firmware', 'ファームウェア'],
  uptime_s: ['Uptime (h)', '連続稼働（時間）'],
  boots: ['Boots', '起動回数'],
  reboot: ['Last restart', '直近の再起動'],
  temp_c: ['Housing temperature (°C)', '筐体温度（℃）'],
  vin_mv: ['Supply (V)', '供給電圧（V）'],
  sd_state: ['SD card', 'SDカード'],
  sd_wear_pct: ['Card wear (%)', 'カード摩耗（％）'],
  rec_state: ['Recording', '録画'],
  rssi_dbm: ['Signal strength (dBm)', '電波強度（dBm）'],
};

const states: Readonly<Record<string, Bilingual>> = {
  ok: ['OK', '正常'],
  ro: ['read-only', '読み取り専用'],
  error: ['error', '異常'],
  full: ['full', '満杯'],
  formatting: ['formatting', 'フォーマット中'],
  absent: ['absent', 'なし'],
  gap: ['gap', '欠損'],
  stopped: ['stopped', '停止'],
  no_media: ['no medium', '媒体なし'],
  user_reset: ['by a person', '利用者による'],
  fw_update: ['firmware update', 'ファームウェア更新'],
  power_on: ['power on', '電源投入'],
  brownout: ['brown-out', '電圧低下'],
  hw_watchdog: ['hardware watchdog', 'ハードウェアウォッチドッグ'],
  sw_watchdog: ['software watchdog', 'ソフトウェアウォッチドッグ'],
  kernel_panic: ['kernel panic', 'カーネルパニック'],
  oom: ['out of memory', 'メモリ不足'],
  clock_failure: ['clock failure', '時計異常'],
  fw_update_error: ['failed firmware update', 'ファームウェア更新失敗'],
  unknown: ['n/a', '不明'],
};

/** Raw unit → the one people read. */
const SHOWN: Readonly<Record<string, readonly [divisor: number, digits: number]>> = {
  uptime_s: [3600, 1],
  vin_mv: [1000, 1],
  temp_c: [1, 1],
  sd_wear_pct: [1, 1],
};

export const snapshotField = (field: string, locale: Locale): string => {
  const known = fields[field];
  return known === undefined ? field : speak(known, locale);
};

export function SnapshotValue({ c, field, value }: { c: AppContext; field: string; value: string | number | null }) {
  const { locale } = c.var;
  if (typeof value === 'number') {
    const [divisor, digits] = SHOWN[field] ?? [1, 0];
    return <>{formatNumber(value / divisor, locale, digits)}</>;
  }
  if (value !== null && field.endsWith('_at')) return <Moment c={c} at={Date.parse(value)} />;
  const state = states[value ?? ''];
  return <>{state === undefined ? value : speak(state, locale)}</>;
}
