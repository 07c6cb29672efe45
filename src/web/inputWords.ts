// What is wrong with a field, in both languages: zod's own words, except where it names types: a field left empty, and a text that is no number.
import { z } from 'zod';
import { saidInBoth } from '../core/says.ts';
import type { Bilingual } from '../core/words.ts';

const english = z.locales.en().localeError;
const japanese = z.locales.ja().localeError;

/** `input` is what was parsed: an issue does not keep it. */
export function wordsOf(issue: z.core.$ZodIssue, input: unknown): Bilingual {
  const { message, ...found } = issue;
  const raw = { ...found, input: valueAt(input, issue.path) } as z.core.$ZodRawIssue;
  if (!isZods(message, raw)) return saidInBoth(message);
  if (isEmpty(raw)) return ['Must not be empty', '入力してください'];
  if (isNoNumber(raw)) return ['Must be a number', '数値を入力してください'];
  return [message, text(japanese(raw))];
}

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce((value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined), input);

/** Of a type, zod also says what it had read, which a coercion had changed by then. */
const isZods = (message: string, issue: z.core.$ZodRawIssue): boolean =>
  issue.code === 'invalid_type' ? message.startsWith('Invalid input: expected ') : message === text(english(issue));

const text = (said: ReturnType<typeof english>): string => (typeof said === 'string' ? said : (said?.message ?? ''));

const isEmpty = (issue: z.core.$ZodRawIssue): boolean =>
  (issue.code === 'invalid_type' && issue.input === undefined) || (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1);

const isNoNumber = (issue: z.core.$ZodRawIssue): boolean => issue.code === 'invalid_type' && issue.expected === 'number';
