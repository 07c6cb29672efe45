// The one error of the product. A verb throws it; web/ renders it as RFC 9457 or as the same words on a page.
import { type Bilingual, type Locale, speak } from './words.ts';

const statusOf = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  stale: 412,
  too_large: 413,
  unsupported: 415,
  invalid: 422,
  throttled: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ProblemCode = keyof typeof statusOf;

/** One wrong field: where it is (`lines.3.serial`) and what is wrong with it. */
export interface FieldError<Message = Bilingual> {
  readonly path: string;
  readonly message: Message;
}

export interface ProblemExtra {
  readonly errors?: readonly FieldError[];
  /** Seconds, for 429 and 503. */
  readonly retry_after_s?: number;
  /** The record that stands in the way of a 409, as its API path. */
  readonly blocking?: string;
}

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly words: Bilingual;
  readonly extra: ProblemExtra;

  constructor(code: ProblemCode, words: Bilingual, extra: ProblemExtra = {}) {
    super(words[0]);
    this.name = 'Problem';
    this.code = code;
    this.words = words;
    this.extra = extra;
  }

  get status() {
    return statusOf[this.code];
  }

  detail(locale: Locale): string {
    return speak(this.words, locale);
  }

  errors(locale: Locale): FieldError<string>[] | undefined {
    return this.extra.errors?.map(({ path, message }) => ({ path, message: speak(message, locale) }));
  }
}

/** What is wrong with a field that was left out. */
export const REQUIRED: Bilingual = ['Required', '入力してください'];

/** What is wrong with a word that is none of those known. */
export const oneOf = (known: readonly string[]): Bilingual => [`One of ${known.join(', ')}`, `次のいずれか: ${known.join(', ')}`];

/** 404, also for rows the caller may not see. */
export const notFound = (what: Bilingual): Problem => new Problem('not_found', [`${what[0]} not found`, `${what[1]}が見つかりません`]);

/** 422 for one field of the input. */
export const invalid = (path: string, words: Bilingual): Problem => new Problem('invalid', words, { errors: [{ path, message: words }] });
