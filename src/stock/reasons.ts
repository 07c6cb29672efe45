// Reasons the product gives by itself are stored as codes and spoken in the language of whoever reads them; what a person wrote stays as it was written.
import type { Bilingual, Locale } from '../core/words.ts';
import { speak } from '../core/words.ts';

const given: Readonly<Record<string, Bilingual>> = {
  received_as_return: ['received as a return', '返品として受領'],
  missing_at_count: ['missing at the stock count', '棚卸で不足'],
  written_off: ['written off', '未返却処理'],
  decided: ['decided on its return', '返品の処置判定による'],
  late_arrival: ['arrived after its write-off', '未返却処理後に到着'],
};

/** What a hold took back: `held: ` and the words of whoever placed it. */
const HELD = /^held: (.*)$/su;

export function reasonWords(reason: string | null, locale: Locale): string | null {
  if (reason === null) return null;
  const held = HELD.exec(reason)?.[1];
  if (held !== undefined) return speak([`held: ${held}`, `出荷停止: ${held}`], locale);
  const known = Object.hasOwn(given, reason) ? given[reason] : undefined;
  return known === undefined ? reason : speak(known, locale);
}
