// Amounts: stored in the smallest unit of a currency (yen, cents), shown and sent in its main unit. ISO 4217 says how many digits, Intl knows it.
import { numberFormatOf } from '../core/formats.ts';
import type { Locale } from '../core/words.ts';

export const isCurrency = (code: string): boolean => /^[A-Z]{3}$/.test(code) && Intl.supportedValuesOf('currency').includes(code);

const digitsOf = (currency: string): number => numberFormatOf('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** 12.34 USD → 1234, 500 JPY → 500. Null when the amount is finer than the currency. */
export function toMinor(amount: number, currency: string): number | null {
  const scaled = amount * 10 ** digitsOf(currency);
  const minor = Math.round(scaled);
  return Math.abs(scaled - minor) < 1e-6 * Math.max(1, minor) ? minor : null;
}

export const fromMinor = (minor: number, currency: string): number => minor / 10 ** digitsOf(currency);

export const amountOrNull = (minor: number | null, currency: string | null): number | null =>
  minor === null || currency === null ? null : fromMinor(minor, currency);

export const formatAmount = (minor: number, currency: string, locale: Locale): string =>
  numberFormatOf(locale, { style: 'currency', currency, currencyDisplay: 'code' }).format(fromMinor(minor, currency));
