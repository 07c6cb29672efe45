// The words a contact gets.
import { fillTemplate } from '../case/rules.ts';
import { type Bilingual, type Locale, speak } from '../core/words.ts';
import type { NoticeRow } from './table.ts';

/** Serials written out in one mail; beyond this the count says it. */
const MOST_SERIALS = 200;

/** What is checked before anybody is written to, unless the writer says otherwise. */
export const usualChecklist = (locale: Locale): string[] => USUAL_CHECKS.map((item) => speak(item, locale));
const USUAL_CHECKS: readonly Bilingual[] = [
  ['Affected list checked', '対象リストを確認した'],
  ['Text checked in both languages', '日英の文面を確認した'],
  ['Support knows what to answer', '窓口が回答内容を把握している'],
];

type Text = Pick<NoticeRow, 'subject_en' | 'body_en' | 'subject_ja' | 'body_ja'>;

/** Subject and body in the contact's language, with `{name}` and `{count}` filled and the affected units under it. */
export function noticeText(notice: Text, locale: Locale, name: string, units: readonly string[]): { subject: string; body: string } {
  const ja = locale === 'ja';
  const values = { name, count: String(units.length) };
  const more = units.length > MOST_SERIALS ? [ja ? `ほか ${units.length - MOST_SERIALS} 台` : `and ${units.length - MOST_SERIALS} more`] : [];
  const list =
    units.length === 0 ? [] : ['', ja ? `対象機器（${units.length} 台）` : `Units concerned (${units.length})`, ...units.slice(0, MOST_SERIALS), ...more];
  return {
    subject: fillTemplate(ja ? notice.subject_ja : notice.subject_en, values),
    body: [fillTemplate(ja ? notice.body_ja : notice.body_en, values), ...list].join('\n'),
  };
}
