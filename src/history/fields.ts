// What a person reads instead of the name of a field that changed, in both languages.
import type { Bilingual } from '../core/words.ts';
import { fieldNames } from './fieldNames.ts';
import { inPlain } from './kinds.ts';
import { participles } from './words.ts';

const LANGUAGE: Readonly<Record<string, Bilingual>> = { en: ['English', '英語'], ja: ['Japanese', '日本語'] };
const MOMENT: Readonly<Record<string, Bilingual>> = {
  at: ['at', '日時'],
  on: ['on', '日'],
  by: ['by', '者'],
  minor: ['amount', '額'],
};

/** `title_ja` → “title (Japanese)”, `approved_by` → “approved by”, 「承認者」. A field nobody has named yet goes without its underscores. */
export const fieldWords = (field: string): Bilingual =>
  fieldNames[field] ?? participles[field] ?? inLanguage(field) ?? ofDeed(field) ?? fieldNames[field.replace(/_minor$/, '')] ?? inPlain(field);

function inLanguage(field: string): Bilingual | null {
  const [, base = '', code = ''] = /^(.+)_(en|ja)$/.exec(field) ?? [];
  const [words, language] = [fieldNames[base], LANGUAGE[code]];
  return words === undefined || language === undefined ? null : [`${words[0]} (${language[0]})`, `${words[1]}（${language[1]}）`];
}

function ofDeed(field: string): Bilingual | null {
  const [, stem = '', ending = ''] = /^(.+?)_(at|on|by|minor)$/.exec(field.replace(/(?:_by)?_name$/, '_by')) ?? [];
  const [deed, moment] = [participles[stem], MOMENT[ending]];
  return deed === undefined || moment === undefined ? null : [`${deed[0]} ${moment[0]}`, `${deed[1].replace('を', 'の')}${moment[1]}`];
}

/** Ids, keys and hashes tell a person nothing. */
export const tellsNothing = (field: string): boolean => /(?:^|_)(?:ids?|key|hash|sha256|secret|version)$/.test(field);
