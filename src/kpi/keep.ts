// What people enter beside the cases: targets with their owner, measures taken, hours worked.
import { z } from 'zod';
import { allow, staffOnly } from '../core/actor.ts';
import { CalendarDay } from '../core/given.ts';
import { newId } from '../core/id.ts';
import { invalid } from '../core/problem.ts';
import { says } from '../core/says.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { kpis } from './definitions.ts';
import type { KpiNoteRow, KpiTargetRow } from './table.ts';

/** Names a target or a note may carry. */
export const kpiNames: readonly string[] = [...kpis.map(({ name }) => name), 'backlog', 'cases_per_hour', 'self_resolution', 'zero_hit'];
const KpiName = z.string().refine((name) => kpiNames.includes(name), says(['not a KPI', 'KPI ではありません']));

export const SetTarget = z.object({ kpi: KpiName, from_on: CalendarDay, goal: z.coerce.number().min(0), owner_id: z.string().min(1).max(64) });
export type SetTarget = z.output<typeof SetTarget>;
export const AddNote = z.object({ kpi: KpiName, noted_on: CalendarDay, note: z.string().trim().min(1).max(1000) });
export type AddNote = z.output<typeof AddNote>;
export const EnterHours = z.object({
  user_id: z.string().min(1).max(64).optional(),
  worked_on: CalendarDay,
  minutes: z.coerce.number().int().min(0).max(1440),
});
export type EnterHours = z.output<typeof EnterHours>;

/** A goal from a day on, and who answers for it; the same day again changes it. Durations in ms, shares 0…1. */
export async function setTarget(ctx: Ctx, input: SetTarget): Promise<KpiTargetRow> {
  allow(ctx, 'case:lead');
  return transaction(ctx, async (ctx) => {
    await refuseStranger(ctx, input.owner_id);
    const row = await ctx.db
      .insertInto('kpi_targets')
      .values({ ...input, id: newId(ctx.now), created_at: ctx.now })
      .onConflict((conflict) => conflict.columns(['kpi', 'from_on']).doUpdateSet({ goal: input.goal, owner_id: input.owner_id }))
      .returningAll()
      .executeTakeFirstOrThrow();
    await remember(ctx, { action: 'kpi_target.set', record_kind: 'kpi_target', record_id: row.id, change: input });
    return row;
  });
}

/** A measure taken on a day, to be seen beside what the numbers did. */
export async function addNote(ctx: Ctx, input: AddNote): Promise<KpiNoteRow> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const row = await ctx.db
      .insertInto('kpi_notes')
      .values({ ...input, id: newId(ctx.now), created_by: ctx.actor.name, created_at: ctx.now })
      .returningAll()
      .executeTakeFirstOrThrow();
    await remember(ctx, { action: 'kpi_note.added', record_kind: 'kpi_note', record_id: row.id, change: input });
    return row;
  });
}

/** The time sheet of a day: one's own, or anybody's for a lead. Entering it again corrects it. */
export async function enterHours(ctx: Ctx, input: EnterHours): Promise<void> {
  const user_id = input.user_id ?? ctx.actor.id;
  allow(ctx, user_id === ctx.actor.id ? 'case:write' : 'case:lead');
  staffOnly(ctx);
  await transaction(ctx, async (ctx) => {
    await refuseStranger(ctx, user_id);
    const { worked_on, minutes } = input;
    await ctx.db
      .insertInto('work_hours')
      .values({ user_id, worked_on, minutes, updated_at: ctx.now })
      .onConflict((conflict) => conflict.columns(['user_id', 'worked_on']).doUpdateSet({ minutes, updated_at: ctx.now }))
      .execute();
    await remember(ctx, { action: 'work_hours.entered', record_kind: 'user', record_id: user_id, change: { worked_on, minutes } });
  });
}

/** Goals and measures of a KPI up to a day. */
export async function listAnnotations(
  ctx: Ctx,
  kpi: string,
  to_on: string,
): Promise<{ targets: (KpiTargetRow & { owner_name: string })[]; notes: KpiNoteRow[] }> {
  const targets = await ctx.db
    .selectFrom('kpi_targets')
    .innerJoin('users', 'users.id', 'kpi_targets.owner_id')
    .selectAll('kpi_targets')
    .select('users.name as owner_name')
    .where('kpi', '=', kpi)
    .where('from_on', '<=', to_on)
    .orderBy('from_on')
    .execute();
  const notes = await ctx.db.selectFrom('kpi_notes').selectAll().where('kpi', '=', kpi).where('noted_on', '<=', to_on).orderBy('noted_on').execute();
  return { targets, notes };
}

async function refuseStranger(ctx: Ctx, user_id: string): Promise<void> {
  const user = await ctx.db.selectFrom('users').select('id').where('id', '=', user_id).where('partner_id', 'is', null).executeTakeFirst();
  if (user === undefined) throw invalid('user_id', ['Not one of our people', '社内担当者ではありません']);
}
