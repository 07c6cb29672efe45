// What the desk works with, entered by people: category and cause codes, templates, workarounds.
import { allow, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { SaveCaseCode, SaveTemplate, SaveWorkaround } from './inputs.ts';
import type { CaseCodeRow, CaseRow, CaseTemplateRow, WorkaroundRow } from './table.ts';

/** Adds the code, or changes the one of that tree and code. A parent of another tree is refused. */
export async function saveCaseCode(ctx: Ctx, input: SaveCaseCode): Promise<CaseCodeRow> {
  allow(ctx, 'case:lead');
  return transaction(ctx, async (ctx) => {
    if (input.parent_id !== null) await refuseForeignParent(ctx, input, input.parent_id);
    const row = await ctx.db
      .insertInto('case_codes')
      .values({ ...input, id: newId(ctx.now), retired_at: null, created_at: ctx.now, version: 1 })
      .onConflict((conflict) =>
        conflict.columns(['tree', 'code']).doUpdateSet((set) => ({
          parent_id: input.parent_id,
          name_en: input.name_en,
          name_ja: input.name_ja,
          retired_at: null,
          version: set('case_codes.version', '+', 1),
        })),
      )
      .returningAll()
      .executeTakeFirstOrThrow();
    await remember(ctx, { action: 'case_code.saved', record_kind: 'case_code', record_id: row.id, change: input });
    return row;
  });
}

/** Adds the template, or changes the one of that code. */
export async function saveTemplate(ctx: Ctx, input: SaveTemplate): Promise<CaseTemplateRow> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const row = await ctx.db
      .insertInto('case_templates')
      .values({ ...input, id: newId(ctx.now), retired_at: null, created_at: ctx.now, version: 1 })
      .onConflict((conflict) =>
        conflict.column('code').doUpdateSet((set) => ({
          type: input.type,
          name: input.name,
          body_en: input.body_en,
          body_ja: input.body_ja,
          retired_at: null,
          version: set('case_templates.version', '+', 1),
        })),
      )
      .returningAll()
      .executeTakeFirstOrThrow();
    await remember(ctx, { action: 'case_template.saved', record_kind: 'case_template', record_id: row.id, change: { code: input.code } });
    return row;
  });
}

export async function addWorkaround(ctx: Ctx, input: SaveWorkaround): Promise<WorkaroundRow> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const model_id = await modelMeant(ctx, input);
    // The narrower scope is enough: a model has one maker.
    const scope = { ...input, model_id, maker_id: model_id === null ? input.maker_id : null };
    const row = await ctx.db
      .insertInto('workarounds')
      .values({ ...scope, id: newId(ctx.now), retired_at: null, created_at: ctx.now, version: 1 })
      .returningAll()
      .executeTakeFirstOrThrow();
    await remember(ctx, { action: 'workaround.added', record_kind: 'workaround', record_id: row.id, change: input });
    return row;
  });
}

/** A firmware says its model. Throws `invalid` when another model is named: it would never fit. */
async function modelMeant(ctx: Ctx, { firmware_id, model_id }: SaveWorkaround): Promise<string | null> {
  if (firmware_id === null) return model_id;
  const firmware = await ctx.db.selectFrom('firmwares').select('model_id').where('id', '=', firmware_id).executeTakeFirst();
  if (firmware === undefined || (model_id !== null && model_id !== firmware.model_id))
    throw invalid('firmware_id', ['The model has no such firmware', 'この機種に該当するファームウェアがありません']);
  return firmware.model_id;
}

/** Codes, templates and workarounds retire; what refers to them keeps them. */
export async function retire(ctx: Ctx, table: 'case_codes' | 'case_templates' | 'workarounds', id: string): Promise<void> {
  allow(ctx, table === 'case_codes' ? 'case:lead' : 'case:write');
  staffOnly(ctx);
  await transaction(ctx, async (ctx) => {
    const retired = await ctx.db
      .updateTable(table)
      .set((set) => ({ retired_at: ctx.now, version: set('version', '+', 1) }))
      .where('id', '=', id)
      .where('retired_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (retired === undefined) throw notFound(['Record', 'レコード']);
    const kind = { case_codes: 'case_code', case_templates: 'case_template', workarounds: 'workaround' }[table];
    await remember(ctx, { action: `${kind}.retired`, record_kind: kind, record_id: id });
  });
}

/** What a template's places stand for in this case. */
export async function templateValues(ctx: Ctx, row: CaseRow): Promise<Record<string, string | null>> {
  const unit = await ctx.db
    .selectFrom('case_units')
    .innerJoin('units', 'units.id', 'case_units.unit_id')
    .innerJoin('models', 'models.id', 'units.model_id')
    .select(['units.serial', 'models.code'])
    .where('case_units.case_id', '=', row.id)
    .orderBy('units.id')
    .executeTakeFirst();
  const customer =
    row.customer_id === null ? undefined : await ctx.db.selectFrom('customers').select('name').where('id', '=', row.customer_id).executeTakeFirst();
  return {
    customer: row.contact_name ?? customer?.name ?? null,
    number: row.number,
    serial: unit?.serial ?? null,
    model: unit?.code ?? null,
    agent: ctx.actor.name,
    subject: row.subject,
  };
}

async function refuseForeignParent(ctx: Ctx, input: SaveCaseCode, parent_id: string): Promise<void> {
  const parent = await ctx.db.selectFrom('case_codes').select(['tree', 'code']).where('id', '=', parent_id).executeTakeFirst();
  if (parent?.tree !== input.tree || parent.code === input.code)
    throw new Problem('invalid', ['The parent must be another code of the same tree', '親コードは同じ体系の別コードにしてください'], {
      errors: [{ path: 'parent_id', message: ['Not of this tree', '同じツリーの項目ではありません'] }],
    });
}
