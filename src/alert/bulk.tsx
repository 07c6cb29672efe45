// What can be done with many alerts at once: one trouble often raises several, and all are seen or dismissed for one reason.
import type { Ctx } from '../db/ctx.ts';
import type { BulkDeed, BulkRow } from '../web/bulk.ts';
import { Field } from '../web/parts.tsx';
import { acknowledgeAlert, dismissAlert } from './act.ts';
import { type AlertEvent, nextState } from './lifecycle.ts';
import { listNamed, type NamedAlert } from './queries.ts';
import { stateWords, words } from './words.ts';

const labelOf = (ctx: Ctx, { model_code, batch_code, firmware_code, name_en, name_ja, signal }: NamedAlert): string =>
  [model_code, batch_code, firmware_code, (ctx.actor.locale === 'ja' ? name_ja : name_en) ?? signal].filter((part) => part !== null).join(' · ');

async function planOf(ctx: Ctx, ids: readonly string[], event: AlertEvent): Promise<BulkRow[]> {
  const rows = await listNamed(ctx, ids);
  const states = stateWords(ctx.actor.locale);
  return rows.map((row) => {
    const state = nextState(row.state, event);
    return {
      id: row.id,
      version: row.version,
      label: labelOf(ctx, row),
      path: `/alerts/${row.id}`,
      before: states[row.state],
      after: state === null ? null : states[state],
      refusal: state === null ? (['already seen to', '対応済み'] as const) : undefined,
    };
  });
}

const acknowledge: BulkDeed = {
  name: 'acknowledge',
  permission: 'alert:write',
  title: ['Acknowledge', '確認済みにする'],
  asks: [],
  fields: (c, { note }) => <Field label={words(c.var.locale).reason} name="note" value={note ?? null} />,
  plan: (ctx, ids) => planOf(ctx, ids, 'acknowledge'),
  carryOut: async (ctx, row, { note }) => {
    const { version } = await acknowledgeAlert(ctx, row.id, note ? { note } : {}, row.version);
    return { version, undo: null };
  },
};

const dismiss: BulkDeed = {
  name: 'dismiss',
  permission: 'alert:write',
  title: ['Dismiss', '却下する'],
  asks: ['reason'],
  fields: (c, { reason }) => <Field label={words(c.var.locale).reason} name="reason" value={reason ?? null} required />,
  plan: (ctx, ids) => planOf(ctx, ids, 'dismiss'),
  carryOut: async (ctx, row, { reason = '' }) => {
    const { version } = await dismissAlert(ctx, row.id, { reason }, row.version);
    return { version, undo: null };
  },
};

export const alertDeeds = [acknowledge, dismiss] as const;
