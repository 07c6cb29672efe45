// Windows in which no alert is sent: planned work, a known storm. The alert is still raised and listed.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { notFound } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { AddSilence } from './inputs.ts';
import type { SilenceRow } from './table.ts';

export async function addSilence(ctx: Ctx, input: AddSilence): Promise<SilenceRow> {
  allow(ctx, 'alert:write');
  return transaction(ctx, async (ctx) => {
    const row: SilenceRow = {
      id: newId(ctx.now),
      model_id: input.model_id ?? null,
      signal: input.signal ?? null,
      from_on: input.from_on,
      to_on: input.to_on,
      reason: input.reason,
      created_by: ctx.actor.name,
      created_at: ctx.now,
      ended_at: null,
      version: 1,
    };
    await ctx.db.insertInto('silences').values(row).execute();
    await remember(ctx, {
      action: 'silence.added',
      record_kind: 'silence',
      record_id: row.id,
      reason: row.reason,
      change: { model_id: row.model_id, signal: row.signal, from_on: row.from_on, to_on: row.to_on },
    });
    return row;
  });
}

export async function endSilence(ctx: Ctx, id: string): Promise<SilenceRow> {
  allow(ctx, 'alert:write');
  return transaction(ctx, async (ctx) => {
    const row = await ctx.db
      .updateTable('silences')
      .set((set) => ({ ended_at: ctx.now, version: set('version', '+', 1) }))
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw notFound(['Silence', '通知停止']);
    await remember(ctx, { action: 'silence.ended', record_kind: 'silence', record_id: id });
    return row;
  });
}
