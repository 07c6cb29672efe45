// What a device says in one word of its card, its recording and its last boot, as people read it.
import { type Bilingual, type Locale, speak } from '../core/words.ts';

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

/** A state no version of the contract knows is shown as it was sent. */
export const stateWord = (state: string, locale: Locale): string => {
  const known = states[state];
  return known === undefined ? state : speak(known, locale);
};
