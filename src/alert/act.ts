// What people do with an alert: acknowledge it, look into it, close it with a reason.
import { allow } from '../core/actor.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { Acknowledge, CloseAlert, Investigate } from './inputs.ts';
import { type AlertEvent, nextState } from './lifecycle.ts';
import { tellPages } from './live.ts';
import type { AlertRow } from './table.ts';

export async function acknowledgeAlert(ctx: Ctx, id: string, input: Acknowledge, version?: number): Promise<AlertRow> {
  allow(ctx, 'alert:write');
  return change(ctx, id, 'acknowledge', { acknowledged_by: ctx.actor.name, acknowledged_at: ctx.now }, input.note ?? null, version);
}

export async function investigateAlert(ctx: Ctx, id: string, input: Investigate, version?: number): Promise<AlertRow> {
  allow(ctx, 'alert:write');
  return change(ctx, id, 'investigate', { investigation_id: input.investigation_id }, null, version);
}

export async function resolveAlert(ctx: Ctx, id: string, input: CloseAlert, version?: number): Promise<AlertRow> {
  allow(ctx, 'alert:write');
  return change(ctx, id, 'resolve', { closed_by: ctx.actor.name, closed_at: ctx.now, reason: input.reason }, input.reason, version);
}

export async function dismissAlert(ctx: Ctx, id: string, input: CloseAlert, version?: number): Promise<AlertRow> {
  allow(ctx, 'alert:write');
  return change(ctx, id, 'dismiss', { closed_by: ctx.actor.name, closed_at: ctx.now, reason: input.reason }, input.reason, version);
}

const past: Record<AlertEvent, string> = { acknowledge: 'acknowledged', investigate: 'investigated', resolve: 'resolved', dismiss: 'dismissed' };

function change(ctx: Ctx, id: string, event: AlertEvent, fields: Partial<AlertRow>, reason: string | null, version?: number): Promise<AlertRow> {
  return transaction(ctx, async (ctx) => {
    const alert = await ctx.db.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirst();
    if (alert === undefined) throw notFound(['Alert', '警告']);
    if (version !== undefined && version !== alert.version) throw new Problem('stale', ['The alert was changed meanwhile', '警告は他で更新されています']);
    const state = nextState(alert.state, event);
    if (state === null) throw new Problem('conflict', [`The alert is ${alert.state}`, 'この警告は既に処理されています'], { blocking: `/api/v1/alerts/${id}` });
    const row = await ctx.db
      .updateTable('alerts')
      .set({ ...fields, state, updated_at: ctx.now, version: alert.version + 1 })
      .where('id', '=', id)
      .where('state', '=', alert.state)
      .where('version', '=', alert.version)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw new Problem('conflict', ['The alert was changed meanwhile', '警告は他で更新されています']);
    await remember(ctx, { action: `alert.${past[event]}`, record_kind: 'alert', record_id: id, reason, change: { state: [alert.state, state] } });
    ctx.afterCommit(() => tellPages(id));
    return row;
  });
}
