// What was done to a record, told to a person: kind and verb in words, the fields that changed with their values before and after.
import { actorName } from '../core/programs.ts';
import { speak } from '../core/words.ts';
import { fieldWords, tellsNothing } from '../history/fields.ts';
import { valueWords } from '../history/values.ts';
import { deedWords } from '../history/words.ts';
import type { AppContext } from './env.ts';
import { exactly, Moment } from './parts.tsx';
import { words } from './words.ts';

export interface ShownDeed {
  readonly at: number;
  readonly actor_name: string;
  readonly action: string;
  /** Which of several records it was done to. */
  readonly subject?: string | undefined;
  readonly reason?: string | null;
}

/** The history of one record, newest first. */
export const HistoryList = ({ c, deeds }: { c: AppContext; deeds: readonly ShownDeed[] }) => (
  <ul class="history">
    {deeds.map(({ at, actor_name, action, subject, reason }) => (
      <li>
        <span class="quiet">
          <Moment c={c} at={at} />
        </span>{' '}
        {subject === undefined ? null : `${subject} `}
        {speak(deedWords(action), c.var.locale)} <span class="quiet">{actorName(actor_name, c.var.locale)}</span> {reason}
      </li>
    ))}
  </ul>
);

/** The stored JSON of a change, as `field: before → after`; of what was created, as `field: value`. What tells a person nothing is left out. */
export function Change({ c, json }: { c: AppContext; json: string | null }) {
  // Written by remember().
  const fields = json === null ? [] : Object.entries(JSON.parse(json) as Record<string, unknown>).filter(([field, value]) => tells(field, value));
  if (fields.length === 0) return null;
  return (
    <ul class="change">
      {fields.slice(0, MOST_FIELDS).map(([field, value]) => (
        <li>
          <span class="quiet">{speak(fieldWords(field), c.var.locale)}</span>{' '}
          {isPair(field, value) ? `${told(c, field, value[0])} → ${told(c, field, value[1])}` : told(c, field, value)}
        </li>
      ))}
      {fields.length > MOST_FIELDS ? <li>…</li> : null}
    </ul>
  );
}

const MOST_FIELDS = 8;
const LONGEST = 120;

/** Two of these are two of them, not one before and one after. */
const LISTS = new Set(['events', 'fields', 'holds', 'returns', 'scopes', 'serials', 'units']);

const isPair = (field: string, value: unknown): value is [unknown, unknown] => Array.isArray(value) && value.length === 2 && !LISTS.has(field);

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((part) => typeof part === 'string');

const tells = (field: string, value: unknown): boolean => !tellsNothing(field) && (isPair(field, value) || (value !== null && value !== ''));

function told(c: AppContext, field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return '—';
  if (typeof value === 'number' && field.endsWith('_at')) return exactly(c, value);
  if (typeof value === 'boolean') return value ? words(c.var.locale).yes : words(c.var.locale).no;
  const coded = typeof value === 'string' ? valueWords(field, value) : null;
  if (coded !== null) return speak(coded, c.var.locale);
  const text = isTexts(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
