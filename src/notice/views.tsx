// What several pages about notices show.
import type { AppContext } from '../web/env.ts';
import { Field, TextArea } from '../web/parts.tsx';
import type { NoticeRow } from './table.ts';
import { words } from './words.ts';

export const subjectOf = (row: NoticeRow, c: AppContext): string => (c.var.locale === 'ja' ? row.subject_ja : row.subject_en);

export const toneOf = (row: NoticeRow) => (row.state === 'sent' || row.state === 'finished' ? 'good' : row.state === 'cancelled' ? 'neutral' : 'warn');

export const Texts = ({ c }: { c: AppContext }) => {
  const w = words(c.var.locale);
  return (
    <>
      <p class="hint">{w.places}</p>
      <Field label={w.subject_ja} name="subject_ja" required />
      <TextArea label={w.body_ja} name="body_ja" required rows={6} />
      <Field label={w.subject_en} name="subject_en" required />
      <TextArea label={w.body_en} name="body_en" required rows={6} />
    </>
  );
};
