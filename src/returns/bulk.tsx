// What can be done with many returns at once: a morning's requests are authorised, or turned down for one reason.
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import type { BulkDeed, BulkRow } from '../web/bulk.ts';
import { Field } from '../web/parts.tsx';
import { authoriseReturn, rejectReturn } from './authorise.ts';
import { nextReturnState } from './lifecycle.ts';
import { returnStateLabels, words } from './words.ts';

async function planOf(ctx: Ctx, ids: readonly string[], event: 'authorise' | 'reject'): Promise<BulkRow[]> {
  const rows = await ctx.db
    .selectFrom('returns')
    .$call(seenBy(ctx, 'returns.partner_id'))
    .select(['returns.id', 'returns.number', 'returns.state', 'returns.version'])
    .where('returns.id', 'in', ids)
    .orderBy('returns.number')
    .execute();
  return rows.map((row) => {
    const state = nextReturnState(row.state, event);
    return {
      id: row.id,
      version: row.version,
      label: row.number,
      path: `/returns/${row.id}`,
      before: speak(returnStateLabels[row.state], ctx.actor.locale),
      after: state === null ? null : speak(returnStateLabels[state], ctx.actor.locale),
      refusal: state === null ? (['not waiting for a decision', '承認待ちではありません'] as const) : undefined,
    };
  });
}

const authorise: BulkDeed = {
  name: 'authorise',
  permission: 'return:write',
  title: ['Authorise', '承認する'],
  asks: [],
  fields: (c, { reason }) => <Field label={words(c.var.locale).reason} name="reason" value={reason ?? null} />,
  plan: (ctx, ids) => planOf(ctx, ids, 'authorise'),
  carryOut: async (ctx, row, { reason }) => {
    const { version } = await authoriseReturn(ctx, row.id, reason || undefined, row.version);
    return { version, undo: null };
  },
};

const reject: BulkDeed = {
  name: 'reject',
  permission: 'return:write',
  title: ['Turn down', '却下する'],
  asks: ['reason'],
  fields: (c, { reason }) => <Field label={words(c.var.locale).reason} name="reason" value={reason ?? null} required />,
  plan: (ctx, ids) => planOf(ctx, ids, 'reject'),
  carryOut: async (ctx, row, { reason = '' }) => {
    const { version } = await rejectReturn(ctx, row.id, reason, row.version);
    return { version, undo: null };
  },
};

export const returnDeeds = [authorise, reject] as const;
