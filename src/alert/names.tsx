// What the pages call an alert, its parts and its figures.
import type { AppContext } from '../web/env.ts';
import { Badge, type Tone } from '../web/parts.tsx';
import { listSignals, type NamedAlert } from './queries.ts';
import type { AlertRow } from './table.ts';
import { kindWords, levelWords, stateWords, words } from './words.ts';

const levelTones: Record<AlertRow['level'], Tone> = { watch: 'info', alert: 'warn', act_now: 'bad' };

export const LevelBadge = ({ c, level }: { c: AppContext; level: AlertRow['level'] }) => (
  <Badge tone={levelTones[level]}>{levelWords(c.var.locale)[level]}</Badge>
);
export const StateBadge = ({ c, state }: { c: AppContext; state: AlertRow['state'] }) => (
  <Badge tone={state === 'open' ? 'warn' : 'neutral'}>{stateWords(c.var.locale)[state]}</Badge>
);

export const signalName = (c: AppContext, alert: NamedAlert): string => (c.var.locale === 'ja' ? alert.name_ja : alert.name_en) ?? alert.signal;

/** What people call a signal, by its code. */
export type SignalNames = (code: string) => string;

export async function signalNames(c: AppContext): Promise<SignalNames> {
  const names = new Map((await listSignals(c.var.ctx)).map((row) => [row.code, c.var.locale === 'ja' ? row.name_ja : row.name_en]));
  return (code) => names.get(code) ?? code;
}

/** Days of lead; where the customer was first, by how much. */
export function leadText(c: AppContext, lead: number | null): string {
  const w = words(c.var.locale);
  return lead === null ? w.not_yet : lead < 0 ? w.late(-lead) : String(lead);
}

/** The model with the part that carries the excess. */
export function cohortName(c: AppContext, alert: NamedAlert): string {
  const w = kindWords(c.var.locale);
  const part =
    alert.batch_code !== null
      ? `${w.batch} ${alert.batch_code}`
      : alert.firmware_code !== null
        ? `${w.firmware} ${alert.firmware_code}`
        : alert.hw_rev !== null
          ? `${w.hw_rev} ${alert.hw_rev}`
          : null;
  return [alert.model_code ?? words(c.var.locale).platform, part].filter((word) => word !== null).join(' · ');
}
