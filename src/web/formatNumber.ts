// Numbers as people read them in their language.
import type { Locale } from '../core/words.ts';

export const formatNumber = (value: number, locale: Locale, digits = 0): string => numberFormat(locale, digits).format(value);

/** By language and digits: making one takes thirty times as long as using it, and a table has hundreds of numbers. */
const numberFormats = new Map<string, Intl.NumberFormat>();

function numberFormat(locale: Locale, digits: number): Intl.NumberFormat {
  const key = `${locale} ${digits}`;
  let format = numberFormats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale === 'ja' ? 'ja-JP' : 'en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
    numberFormats.set(key, format);
  }
  return format;
}
