// Checklist templates. A change replaces the list: inspections of the past keep the steps they were done with.

import { getMakerOf, getModelOf } from '../catalog/resolve.ts';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';
import { refuseStale } from '../web/version.ts';
import type { ChecklistChange, NewChecklist } from './inputs.ts';
import type { ChecklistRow, ChecklistStepRow } from './table.ts';

/** A checklist for a model (and hardware revision), a maker, or all. Throws `conflict` naming the one in force for the same. */
export async function createChecklist(ctx: Ctx, input: NewChecklist): Promise<ChecklistRow> {
  allow(ctx, 'code:write');
  return transaction(ctx, async (ctx) => {
    const scope = await scopeOf(ctx, input);
    const same = await ctx.db
      .selectFrom('checklists')
      .select('id')
      .where('retired_at', 'is', null)
      .where('maker_id', 'is not distinct from', scope.maker_id)
      .where('model_id', 'is not distinct from', scope.model_id)
      .where('hw_rev', 'is not distinct from', scope.hw_rev)
      .executeTakeFirst();
    if (same !== undefined)
      throw new Problem('conflict', ['There is a checklist for this already: change it', '同じ対象のチェックリストが既にあります'], {
        blocking: `/api/v1/checklists/${same.id}`,
      });
    const row = await writeChecklist(ctx, { ...scope, name_en: input.name_en, name_ja: input.name_ja, replaces_id: null }, input.steps);
    await remember(ctx, {
      action: 'checklist.created',
      record_kind: 'checklist',
      record_id: row.id,
      change: { ...scope, name_en: row.name_en, steps: input.steps.length },
    });
    return row;
  });
}

/** Replaces a checklist by a changed one and retires the old. */
export async function changeChecklist(ctx: Ctx, id: string, input: ChecklistChange, expected?: number): Promise<ChecklistRow> {
  allow(ctx, 'code:write');
  return transaction(ctx, async (ctx) => {
    const old = await retire(ctx, id, expected);
    const { maker_id, model_id, hw_rev } = old;
    const row = await writeChecklist(
      ctx,
      { maker_id, model_id, hw_rev, name_en: input.name_en ?? old.name_en, name_ja: input.name_ja ?? old.name_ja, replaces_id: id },
      input.steps,
    );
    await remember(ctx, { action: 'checklist.changed', record_kind: 'checklist', record_id: row.id, change: { replaces_id: id, steps: input.steps.length } });
    return row;
  });
}

/** Takes a checklist out of use. */
export async function retireChecklist(ctx: Ctx, id: string, reason: string, expected?: number): Promise<ChecklistRow> {
  allow(ctx, 'code:write');
  return transaction(ctx, async (ctx) => {
    const row = await retire(ctx, id, expected);
    await remember(ctx, { action: 'checklist.retired', record_kind: 'checklist', record_id: id, reason });
    return row;
  });
}

async function retire(ctx: Ctx, id: string, expected?: number): Promise<ChecklistRow> {
  const old = await ctx.db.selectFrom('checklists').selectAll().where('id', '=', id).executeTakeFirst();
  if (old === undefined) throw notFound(['Checklist', 'チェックリスト']);
  refuseStale(old, expected);
  const retired = await ctx.db
    .updateTable('checklists')
    .set({ retired_at: ctx.now, version: old.version + 1 })
    .where('id', '=', id)
    .where('retired_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (retired === undefined)
    throw new Problem('conflict', ['The checklist was replaced already', 'チェックリストは既に置き換えられています'], { blocking: `/api/v1/checklists/${id}` });
  return retired;
}

async function scopeOf(ctx: Ctx, input: NewChecklist): Promise<Pick<ChecklistRow, 'maker_id' | 'model_id' | 'hw_rev'>> {
  const hw_rev = input.hw_rev ?? null;
  if (input.model_id !== undefined || input.model_code !== undefined) return { maker_id: null, model_id: (await getModelOf(ctx, input)).id, hw_rev };
  if (hw_rev !== null) throw invalid('hw_rev', ['A hardware revision belongs to a model', 'HWリビジョンには機種の指定が必要です']);
  if (input.maker_id !== undefined || input.maker_code !== undefined) return { maker_id: (await getMakerOf(ctx, input)).id, model_id: null, hw_rev: null };
  return { maker_id: null, model_id: null, hw_rev: null };
}

async function writeChecklist(
  ctx: Ctx,
  fields: Omit<ChecklistRow, 'id' | 'retired_at' | 'created_by' | 'created_at' | 'version'>,
  steps: NewChecklist['steps'],
): Promise<ChecklistRow> {
  const row: ChecklistRow = { id: newId(ctx.now), ...fields, retired_at: null, created_by: ctx.actor.id, created_at: ctx.now, version: 1 };
  await ctx.db.insertInto('checklists').values(row).execute();
  await insertMany(
    ctx.db,
    'checklist_steps',
    steps.map(
      (step, i): ChecklistStepRow => ({
        id: newId(ctx.now),
        checklist_id: row.id,
        position: i + 1,
        kind: step.kind,
        need: step.need,
        name_en: step.name_en,
        name_ja: step.name_ja,
        value_unit: step.value_unit ?? null,
        min_value: step.min_value ?? null,
        max_value: step.max_value ?? null,
      }),
    ),
  );
  return row;
}
