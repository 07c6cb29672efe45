// Pure decisions about what people write and what a case needs next.
import { DAY_MS, HOUR_MS } from '../core/time.ts';
import type { Bilingual, Locale } from '../core/words.ts';
import { isOpen } from './lifecycle.ts';
import type { CaseRow } from './table.ts';

const THANKS = /(ありがと|有難う|助かりました|解決しました|直りました|了解|承知|お礼|thank|thanks|thx|cheers|much appreciated|works (?:now|again)|solved)/iu;
/** Words by which a polite message still asks for something. */
const ASKING =
  /[?？]|まだ|しかし|ですが|ますが|再発|また(?:発生|同じ|起)|でしょうか|ください|下さい|いただけ|お願い|\b(?:but|however|still|again|yet|please|could you|can you|unfortunately|not work)/iu;
/** A thank-you is short: beyond this there is something to read. */
const LONGEST_THANKS = 140;

/** Whether a message only thanks: it then reopens nothing. A person can correct this on each message. */
export function onlyThanks(text: string): boolean {
  const own = withoutQuotes(text).trim();
  return own.length > 0 && own.length <= LONGEST_THANKS && THANKS.test(own) && !ASKING.test(own);
}

/** What the writer added: without quoted lines, the line that introduces them, and the signature. */
export function withoutQuotes(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const end = lines.findIndex(
    (line) =>
      /^-- ?$/.test(line) ||
      /^-{2,}\s*(?:Original Message|元のメッセージ)/iu.test(line) ||
      /^(?:On .+ wrote:|.+(?:さんは書きました|のメッセージ|wrote)[::])\s*$/u.test(line),
  );
  return (end < 0 ? lines : lines.slice(0, end))
    .filter((line) => !line.startsWith('>'))
    .join('\n')
    .trim();
}

export type Neglect = 'unowned' | 'silent' | 'overdue' | 'no_next_step';

export const neglectWords: Readonly<Record<Neglect, Bilingual>> = {
  unowned: ['Nobody owns it', '担当者なし'],
  silent: ['Waits for our answer', '返信待ちのまま'],
  overdue: ['Overdue', '期限超過'],
  no_next_step: ['No next step', '次の対応が未定'],
};

/** A new case without an owner is neglected after this, an unanswered message after SILENT_MS. */
export const UNOWNED_MS = HOUR_MS;
export const SILENT_MS = DAY_MS;

/** Why a case must not be overlooked. `request_overdue`: something asked of others is past its time. */
export function neglects(
  row: Pick<CaseRow, 'state' | 'owner_id' | 'opened_at' | 'unanswered_since_at' | 'next_due_at' | 'next_step'>,
  now: number,
  request_overdue: boolean,
): Neglect[] {
  if (!isOpen(row.state)) return [];
  const found: Neglect[] = [];
  if (row.owner_id === null && now - row.opened_at >= UNOWNED_MS) found.push('unowned');
  if (row.unanswered_since_at !== null && now - row.unanswered_since_at >= SILENT_MS) found.push('silent');
  if ((row.next_due_at !== null && row.next_due_at <= now) || request_overdue) found.push('overdue');
  if (row.owner_id !== null && (row.next_step === null || row.next_due_at === null)) found.push('no_next_step');
  return found;
}

/** Fills `{customer}`, `{number}`, `{serial}`, `{model}`, `{agent}`; an unknown name stays visible so that nobody sends a hole. */
export const fillTemplate = (text: string, values: Readonly<Record<string, string | null>>): string =>
  text.replace(/\{([a-z_]+)\}/g, (whole, name: string) => values[name] ?? whole);

/** Names a filled text still holds. */
export const openPlaces = (text: string): string[] => [...text.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name ?? '');

export interface Scoped {
  readonly maker_id: string | null;
  readonly model_id: string | null;
  readonly firmware_id: string | null;
}

/** How specific a rule is that fits the unit: 3 model and firmware, 2 model, 1 maker, 0 all; null when it does not fit. */
export function specificity(rule: Scoped, unit: Scoped): 0 | 1 | 2 | 3 | null {
  if (rule.firmware_id !== null) return rule.firmware_id === unit.firmware_id && rule.model_id === unit.model_id ? 3 : null;
  if (rule.model_id !== null) return rule.model_id === unit.model_id ? 2 : null;
  if (rule.maker_id !== null) return rule.maker_id === unit.maker_id ? 1 : null;
  return 0;
}

/** `[C-000123]` in a mail's subject. */
export const caseNumberIn = (subject: string): string | null => /\[(C-\d{6,})\]/.exec(subject)?.[1] ?? null;

export const caseNumber = (no: number): string => `C-${String(no).padStart(6, '0')}`;

export const named = (row: { name_en: string; name_ja: string }, locale: Locale): string => (locale === 'ja' ? row.name_ja : row.name_en);
