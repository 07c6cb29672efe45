// Reading inspections and checklists.
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import { mostSpecific } from './rules.ts';
import type { ChecklistRow, ChecklistStepRow, InspectionRow, InspectionStepRow } from './table.ts';

/** The checklist in force for a unit: the most specific one. */
export async function findChecklistFor(ctx: Ctx, unit_id: string): Promise<ChecklistRow | null> {
  const unit = await ctx.db
    .selectFrom('units')
    .innerJoin('models', 'models.id', 'units.model_id')
    .select(['units.model_id', 'units.hw_rev', 'models.maker_id'])
    .where('units.id', '=', unit_id)
    .executeTakeFirst();
  if (unit === undefined) return null;
  const fitting = await ctx.db
    .selectFrom('checklists')
    .selectAll()
    .where('retired_at', 'is', null)
    .where((of) =>
      of.or([of('model_id', '=', unit.model_id), of('maker_id', '=', unit.maker_id), of.and([of('model_id', 'is', null), of('maker_id', 'is', null)])]),
    )
    .execute();
  return mostSpecific(fitting, unit);
}

export const listSteps = (ctx: Ctx, checklist_id: string | null): Promise<ChecklistStepRow[]> =>
  ctx.db
    .selectFrom('checklist_steps')
    .selectAll()
    .where('checklist_id', '=', checklist_id ?? '')
    .orderBy('position')
    .execute();

export const listAnswers = (ctx: Ctx, inspection_id: string): Promise<InspectionStepRow[]> =>
  ctx.db.selectFrom('inspection_steps').selectAll().where('inspection_id', '=', inspection_id).execute();

export interface InspectionFilter {
  readonly return_unit_id?: string | undefined;
  readonly unit_id?: string | undefined;
  readonly state?: string | undefined;
  readonly verdict?: string | undefined;
  readonly inspector_id?: string | undefined;
}

export type InspectionView = InspectionRow & { readonly serial: string; readonly model_code: string; readonly number: string; readonly return_id: string };

export async function listInspections(ctx: Ctx, page: PageRequest, filter: InspectionFilter = {}): Promise<Page<InspectionView>> {
  let query = views(ctx);
  for (const field of ['return_unit_id', 'unit_id', 'state', 'verdict', 'inspector_id'] as const) {
    const value = filter[field];
    // The inputs hold only words of the column; Kysely types each by its own union.
    if (value !== undefined) query = query.where(`inspections.${field}`, '=', value as never);
  }
  return listPage(query, page, { started_at: 'inspections.id' }, 'inspections.id');
}

export async function getInspection(ctx: Ctx, id: string): Promise<InspectionView> {
  const inspection = await views(ctx).where('inspections.id', '=', id).executeTakeFirst();
  if (inspection === undefined) throw notFound(['Inspection', '検証']);
  return inspection;
}

const views = (ctx: Ctx) =>
  ctx.db
    .selectFrom('inspections')
    .innerJoin('return_units', 'return_units.id', 'inspections.return_unit_id')
    .innerJoin('returns', 'returns.id', 'return_units.return_id')
    .innerJoin('units', 'units.id', 'inspections.unit_id')
    .innerJoin('models', 'models.id', 'units.model_id')
    .selectAll('inspections')
    .select(['units.serial', 'models.code as model_code', 'returns.number', 'return_units.return_id']);

export type ChecklistView = ChecklistRow & { readonly model_code: string | null; readonly maker_code: string | null };

/** Checklists in force, the widest first. */
export const listChecklists = (ctx: Ctx): Promise<ChecklistView[]> =>
  checklistViews(ctx)
    .where('checklists.retired_at', 'is', null)
    .orderBy((of) => of.fn.coalesce('makers.code', of.val('')))
    .orderBy((of) => of.fn.coalesce('models.code', of.val('')))
    .orderBy('checklists.id')
    .execute();

export interface ChecklistFilter {
  readonly id?: string | undefined;
  readonly model_id?: string | undefined;
  readonly maker_id?: string | undefined;
  readonly retired?: boolean | undefined;
}

export async function listChecklistPage(ctx: Ctx, page: PageRequest, filter: ChecklistFilter): Promise<Page<ChecklistView>> {
  let query = checklistViews(ctx);
  if (filter.retired !== true) query = query.where('checklists.retired_at', 'is', null);
  for (const field of ['id', 'model_id', 'maker_id'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(`checklists.${field}`, '=', value);
  }
  return listPage(query, page, { created_at: 'checklists.id', name_en: 'checklists.name_en', name_ja: 'checklists.name_ja' }, 'checklists.id');
}

export async function getChecklist(ctx: Ctx, id: string): Promise<ChecklistView> {
  const checklist = await checklistViews(ctx).where('checklists.id', '=', id).executeTakeFirst();
  if (checklist === undefined) throw notFound(['Checklist', 'チェックリスト']);
  return checklist;
}

const checklistViews = (ctx: Ctx) =>
  ctx.db
    .selectFrom('checklists')
    .leftJoin('models', 'models.id', 'checklists.model_id')
    .leftJoin('makers', 'makers.id', 'checklists.maker_id')
    .selectAll('checklists')
    .select(['models.code as model_code', 'makers.code as maker_code']);
