import { staffOnly } from '../core/actor.ts';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type PageRequest } from '../db/page.ts';
import { stepsOf } from './test.ts';

export interface TestFilter {
  readonly investigation_id?: string | undefined;
  readonly state?: 'running' | 'done' | undefined;
  readonly result?: 'pass' | 'fail' | undefined;
}

export function listTests(ctx: Ctx, request: PageRequest, filter: TestFilter) {
  staffOnly(ctx);
  let query = ctx.db
    .selectFrom('test_records')
    .innerJoin('test_templates', 'test_templates.id', 'test_records.template_id')
    .selectAll('test_records')
    .select([
      'test_templates.code as template_code',
      'test_templates.revision as template_revision',
      'test_templates.kind',
      'test_templates.name_en',
      'test_templates.name_ja',
    ]);
  if (filter.investigation_id !== undefined) query = query.where('test_records.investigation_id', '=', filter.investigation_id);
  if (filter.state !== undefined) query = query.where('test_records.state', '=', filter.state);
  if (filter.result !== undefined) query = query.where('test_records.result', '=', filter.result);
  return listPage(
    query,
    request,
    { updated_at: 'test_records.updated_at', created_at: 'test_records.created_at', number: 'test_records.number' },
    'test_records.id',
  );
}

/** A record with its protocol, samples and values. */
export async function viewTest(ctx: Ctx, id: string) {
  staffOnly(ctx);
  const record = await ctx.db.selectFrom('test_records').selectAll().where('id', '=', id).executeTakeFirst();
  if (record === undefined) throw notFound(['Test record', '試験記録']);
  const template = await ctx.db.selectFrom('test_templates').selectAll().where('id', '=', record.template_id).executeTakeFirstOrThrow();
  const samples = await ctx.db.selectFrom('test_samples').selectAll().where('test_record_id', '=', id).orderBy('id').execute();
  const values = await ctx.db
    .selectFrom('test_values')
    .innerJoin('test_samples', 'test_samples.id', 'test_values.sample_id')
    .selectAll('test_values')
    .where('test_record_id', '=', id)
    .orderBy('sample_id')
    .orderBy('step_code')
    .execute();
  return { record, template, steps: stepsOf(template.steps), samples, values };
}

export const listTestTemplates = (ctx: Ctx) => ctx.db.selectFrom('test_templates').selectAll().where('retired_at', 'is', null).orderBy('code').execute();
