// What the device said of itself when its return was filed, in words: names with units, instants in the viewer's zone, states spoken.
import { formatNumber } from '../core/formats.ts';
import { type Bilingual, type Locale, speak } from '../core/words.ts';
import { stateWord } from '../telemetry/stateWords.ts';
import type { AppContext } from '../web/env.ts';
import { Moment } from '../web/parts.tsx';

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
  return <>{value === null ? value : stateWord(value, locale)}</>;
}
