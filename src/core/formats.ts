// Numbers and instants as people read them in their language. Making a format takes 30 KB and as long as using it a hundred times, so each is kept.
import type { Locale } from './words.ts';

/** More than any business needs; a browser that sends ever new time zones cannot fill the memory. */
const MOST_KEPT = 1000;

const tagOf = (locale: Locale): string => (locale === 'ja' ? 'ja-JP' : 'en-GB');

/** `make` once for each key, as long as there are not too many. */
export function keeping<T>(make: (key: string) => T): (key: string) => T {
  const kept = new Map<string, T>();
  return (key) => {
    if (!kept.has(key)) {
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(key, make(key));
    }
    // It was put there at the latest now.
    return kept.get(key) as T;
  };
}

const numberFormat = keeping((key) => {
  const [tag, options] = JSON.parse(key) as [string, Intl.NumberFormatOptions];
  return new Intl.NumberFormat(tag, options);
});

const dateFormat = keeping((key) => {
  const [tag, options] = JSON.parse(key) as [string, Intl.DateTimeFormatOptions];
  return new Intl.DateTimeFormat(tag, options);
});

export const numberFormatOf = (locale: Locale, options: Intl.NumberFormatOptions): Intl.NumberFormat => numberFormat(JSON.stringify([tagOf(locale), options]));

export const dateFormatOf = (locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => dateFormat(JSON.stringify([tagOf(locale), options]));

export const formatNumber = (value: number, locale: Locale, digits = 0): string =>
  numberFormatOf(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

/** Mon, 月; 0 is Monday: 2026-01-05 was one. */
export const weekdayName = (weekday: number, locale: Locale): string =>
  dateFormatOf(locale, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, 0, 5 + weekday));

/** The name of a time zone as the calendar knows it; undefined when it knows none of that name. */
export const zoneNamed = keeping((name): string | undefined => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
});
