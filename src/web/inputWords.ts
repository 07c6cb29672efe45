// What is wrong with a field, in the reader's language: zod's own words, except where it names types: a field left empty, and a text that is no number.
import { z } from 'zod';
import { type Locale, speak } from '../core/words.ts';

/** For `safeParse(input, { error: inputWords(locale) })`. */
export function inputWords(locale: Locale): z.core.$ZodErrorMap {
  const { localeError } = locale === 'ja' ? z.locales.ja() : z.locales.en();
  return (issue) => {
    if (isEmpty(issue)) return speak(['Must not be empty', '入力してください'], locale);
    if (isNoNumber(issue)) return speak(['Must be a number', '数値を入力してください'], locale);
    return localeError(issue);
  };
}

const isEmpty = (issue: z.core.$ZodRawIssue): boolean =>
  (issue.code === 'invalid_type' && issue.input === undefined) || (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1);

const isNoNumber = (issue: z.core.$ZodRawIssue): boolean => issue.code === 'invalid_type' && issue.expected === 'number';
