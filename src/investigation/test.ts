// Test records: physical verifications by a protocol, sample by sample, with measured values.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { cleanIdentifier, identifierKey } from '../core/identifier.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import type { Bilingual } from '../core/words.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { nextNumber } from '../db/number.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
import { remember } from '../history/remember.ts';
import type { TestRecordRow, TestTemplateRow, TestValueRow } from './table.ts';
import type { ConcludeTest, RecordValue, SaveTestTemplate, StartTest, TestStep } from './testInputs.ts';

/** A new protocol, or the next revision of one: records keep the revision they were made by. */
export async function saveTestTemplate(ctx: Ctx, { steps, ...input }: SaveTestTemplate): Promise<TestTemplateRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const current = await ctx.db
      .updateTable('test_templates')
      .set({ retired_at: ctx.now })
      .where('code', '=', input.code)
      .where('retired_at', 'is', null)
      .returning('revision')
      .executeTakeFirst();
    const last = await ctx.db
      .selectFrom('test_templates')
      .select((of) => of.fn.max<number | null>('revision').as('revision'))
      .where('code', '=', input.code)
      .executeTakeFirst();
    const row: TestTemplateRow = {
      id: newId(ctx.now),
      ...input,
      revision: (last?.revision ?? 0) + 1,
      steps: JSON.stringify(steps),
      retired_at: null,
      created_at: ctx.now,
    };
    await ctx.db.insertInto('test_templates').values(row).execute();
    await remember(ctx, {
      action: 'test_template.saved',
      record_kind: 'test_template',
      record_id: row.id,
      change: { code: row.code, revision: [current?.revision ?? null, row.revision] },
    });
    return row;
  });
}

/** No new record can be made by it; those made keep it. */
export async function retireTestTemplate(ctx: Ctx, id: string): Promise<void> {
  allow(ctx, 'investigation:write');
  await transaction(ctx, async (ctx) => {
    const row = await ctx.db
      .updateTable('test_templates')
      .set({ retired_at: ctx.now })
      .where('id', '=', id)
      .where('retired_at', 'is', null)
      .returning('code')
      .executeTakeFirst();
    if (row === undefined) throw notFound(['Template', '試験テンプレート']);
    await remember(ctx, { action: 'test_template.retired', record_kind: 'test_template', record_id: id, change: { code: row.code } });
  });
}

/** Starts a record with its samples. A serial that names exactly one unit is tied to it; others stay as written. */
export async function startTest(ctx: Ctx, { serials, ...input }: StartTest): Promise<TestRecordRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const template = await ctx.db
      .selectFrom('test_templates')
      .select('id')
      .where('id', '=', input.template_id)
      .where('retired_at', 'is', null)
      .executeTakeFirst();
    if (template === undefined) throw invalid('template_id', ['No such template in use', '有効な試験テンプレートではありません']);
    if (
      input.investigation_id !== null &&
      (await ctx.db.selectFrom('investigations').select('id').where('id', '=', input.investigation_id).executeTakeFirst()) === undefined
    ) {
      throw invalid('investigation_id', ['No such investigation', '不具合調査が見つかりません']);
    }
    const row: TestRecordRow = {
      id: newId(ctx.now),
      number: await nextNumber(ctx, 'TR'),
      ...input,
      state: 'running',
      result: null,
      conclusion: null,
      tested_on: null,
      tested_by: ctx.actor.name,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('test_records').values(row).execute();
    for (const [key, serial] of new Map(serials.map((text) => [identifierKey(text), cleanIdentifier(text)]))) {
      const units = await ctx.db.selectFrom('units').select('id').where('serial_key', '=', key).where('merged_into_id', 'is', null).limit(2).execute();
      await ctx.db
        .insertInto('test_samples')
        .values({
          id: newId(ctx.now),
          test_record_id: row.id,
          serial,
          serial_key: key,
          unit_id: units.length === 1 ? (units[0]?.id ?? null) : null,
          note: null,
        })
        .execute();
    }
    await remember(ctx, { action: 'test_record.started', record_kind: 'test_record', record_id: row.id, change: { number: row.number, ...input, serials } });
    return row;
  });
}

/** Records or corrects one value. Limits of the protocol decide pass or fail. Throws `conflict` once the record is concluded. */
export async function recordValue(ctx: Ctx, id: string, input: RecordValue): Promise<TestValueRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const { record, steps } = await loadRunning(ctx, id);
    const step = steps.find((one) => one.code === input.step_code);
    if (step === undefined) throw invalid('step_code', ['Not a step of this protocol', 'この試験の項目ではありません']);
    const sample = await ctx.db.selectFrom('test_samples').select('id').where('id', '=', input.sample_id).where('test_record_id', '=', id).executeTakeFirst();
    if (sample === undefined) throw invalid('sample_id', ['Not a sample of this record', 'この試験のサンプルではありません']);
    const fields = { value: input.value, observation: input.observation, result: judge(step, input), measured_at: ctx.now };
    const row = await ctx.db
      .insertInto('test_values')
      .values({ sample_id: input.sample_id, step_code: step.code, ...fields })
      .onConflict((conflict) => conflict.columns(['sample_id', 'step_code']).doUpdateSet(fields))
      .returningAll()
      .executeTakeFirstOrThrow();
    // Two people may measure at once; nobody measures once the record is concluded.
    const running = await ctx.db
      .updateTable('test_records')
      .set((of) => ({ updated_at: ctx.now, version: of('version', '+', 1) }))
      .where('id', '=', id)
      .where('state', '=', 'running')
      .returning('id')
      .executeTakeFirst();
    if (running === undefined) throw concluded(record);
    await remember(ctx, { action: 'test_record.measured', record_kind: 'test_record', record_id: id, change: { ...input, result: row.result } });
    return row;
  });
}

/** Pass or fail by the limits; without limits what the tester says, else only noted. */
export function judge(step: Pick<TestStep, 'min' | 'max'>, { value, result }: Pick<RecordValue, 'value' | 'result'>): TestValueRow['result'] {
  const limited = step.min !== null || step.max !== null;
  if (!limited || value === null) return result ?? 'noted';
  return (step.min === null || value >= step.min) && (step.max === null || value <= step.max) ? 'pass' : 'fail';
}

/** Concludes. Throws `conflict` naming what is missing (values, required photos), or when a failed value is called a pass. */
export async function concludeTest(ctx: Ctx, id: string, { result, conclusion, tested_on }: ConcludeTest): Promise<TestRecordRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const { record, steps } = await loadRunning(ctx, id);
    const samples = await ctx.db.selectFrom('test_samples').select(['id', 'serial']).where('test_record_id', '=', id).execute();
    const values = await ctx.db
      .selectFrom('test_values')
      .innerJoin('test_samples', 'test_samples.id', 'test_values.sample_id')
      .select(['sample_id', 'step_code', 'result'])
      .where('test_record_id', '=', id)
      .execute();
    const missing = samples.flatMap((sample) =>
      steps
        .filter((step) => !values.some((value) => value.sample_id === sample.id && value.step_code === step.code))
        .map((step): Bilingual => [`${sample.serial}: ${step.name_en}`, `${sample.serial}: ${step.name_ja}`]),
    );
    if (missing.length > 0)
      throw new Problem('conflict', [`Not measured: ${missing.map(([en]) => en).join(', ')}`, `未測定: ${missing.map(([, ja]) => ja).join('、')}`]);
    await refuseWithoutPhotos(ctx, id, steps);
    if (result === 'pass' && values.some((value) => value.result === 'fail'))
      throw new Problem('conflict', ['A value is outside its limits: this is no pass', '規格外の値があるため合格にできません']);
    const day = today(ctx);
    const lost = () => new Problem('stale', ['Someone else changed this record in the meantime', '他の人がこの試験記録を更新しました']);
    const after = await saveVersioned(ctx, 'test_records', record, { state: 'done', result, conclusion, tested_on: tested_on ?? day }, lost);
    await remember(ctx, { action: 'test_record.concluded', record_kind: 'test_record', record_id: id, reason: conclusion, change: { result } });
    return after;
  });
}

async function refuseWithoutPhotos(ctx: Ctx, id: string, steps: readonly TestStep[]): Promise<void> {
  const wanted = steps.filter((step) => step.photo === 'required').length;
  if (wanted === 0) return;
  const photos = await ctx.db
    .selectFrom('attachments')
    .select((of) => of.fn.countAll<number>().as('n'))
    .where('record_kind', '=', 'test_record')
    .where('record_id', '=', id)
    .where('removed_at', 'is', null)
    .where('media_type', 'like', 'image/%')
    .executeTakeFirstOrThrow();
  if (Number(photos.n) < wanted)
    throw new Problem('conflict', [`${wanted} steps need a photo, ${photos.n} are there`, `写真が必要な項目は${wanted}件ですが、${photos.n}枚しかありません`]);
}

const concluded = ({ id, number }: TestRecordRow): Problem =>
  new Problem('conflict', [`${number} is concluded`, `${number} は完了しています`], { blocking: `/api/v1/test-records/${id}` });

async function loadRunning(ctx: Ctx, id: string): Promise<{ record: TestRecordRow; steps: TestStep[] }> {
  const record = await ctx.db.selectFrom('test_records').selectAll().where('id', '=', id).executeTakeFirst();
  if (record === undefined) throw notFound(['Test record', '試験記録']);
  if (record.state === 'done') throw concluded(record);
  const template = await ctx.db.selectFrom('test_templates').select('steps').where('id', '=', record.template_id).executeTakeFirstOrThrow();
  return { record, steps: stepsOf(template.steps) };
}

/** Written by saveTestTemplate from checked steps. */
export const stepsOf = (text: string): TestStep[] => JSON.parse(text);
