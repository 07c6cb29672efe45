// CSV `batches`: model_code, batch_code, made_on; maker_code where two makers share the model code.
import { newId } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';
import { code, day, required } from '../transfer/columns.ts';
import { type Change, defineKind, type GivenRow, type ImportRun, type Judgement, type Planned } from '../transfer/kind.ts';
import { builtOn, refuseReferred } from '../transfer/references.ts';
import { sameAs } from './importModels.ts';
import { type ModelFinder, modelFinder } from './modelFinder.ts';
import type { BatchRow } from './table.ts';

const columns = { maker_code: code(), model_code: required(code()), batch_code: required(code()), made_on: day() };
type C = typeof columns;

interface Plan {
  readonly model_id: string;
  readonly code: string;
  readonly made_on: string | null;
  readonly before: BatchRow | null;
}

export const batchesImport = defineKind<C, Plan>({
  name: 'batches',
  label: ['Batches', 'ロット'],
  permission: 'catalog:write',
  columns,
  begin,
  refuseUndo,
  undo,
});

async function begin(ctx: Ctx): Promise<ImportRun<C, Plan>> {
  const finder = await modelFinder(ctx);
  const known = new Map((await ctx.db.selectFrom('batches').selectAll().execute()).map((batch) => [`${batch.model_id}/${batch.code}`, batch]));
  const inFile = new Map<string, number>();
  return { judge: async (_, rows) => rows.map((row) => judge(row, finder, known, inFile)), write: (ctx, _, batch) => write(ctx, batch) };
}

function judge({ row_no, cells }: GivenRow<C>, finder: ModelFinder, known: ReadonlyMap<string, BatchRow>, inFile: Map<string, number>): Judgement<Plan> {
  const key = `${cells.model_code} ${cells.batch_code}`;
  const model = finder(cells.model_code, cells.maker_code);
  if ('column' in model) return { result: 'error', key, errors: [model] };
  const id = `${model.id}/${cells.batch_code}`;
  const twice = inFile.get(id);
  if (twice !== undefined) return { result: 'error', key, errors: [sameAs(twice)] };
  inFile.set(id, row_no);
  const before = known.get(id) ?? null;
  if (before !== null && (cells.made_on === null || cells.made_on === before.made_on)) return { result: 'same', key };
  return { result: before === null ? 'create' : 'update', key, plan: { model_id: model.id, code: cells.batch_code, made_on: cells.made_on, before } };
}

async function write(ctx: Ctx, batch: readonly Planned<Plan>[]): Promise<Change[]> {
  const created = batch
    .filter(({ plan }) => plan.before === null)
    .map(({ row_no, plan }) => ({
      row_no,
      row: { id: newId(ctx.now), model_id: plan.model_id, code: plan.code, made_on: plan.made_on, created_at: ctx.now, version: 1 },
    }));
  await insertMany(
    ctx.db,
    'batches',
    created.map(({ row }) => row),
  );
  await remember(
    ctx,
    ...created.map(({ row }) => ({ action: 'batch.created', record_kind: 'batch', record_id: row.id, change: { code: row.code, model_id: row.model_id } })),
  );
  const changes: Change[] = created.map(({ row_no, row }) => ({ row_no, record_kind: 'batch', record_id: row.id, before: null }));
  for (const {
    row_no,
    plan: { before, made_on },
  } of batch) {
    if (before === null) continue;
    const saved = await ctx.db
      .updateTable('batches')
      .set({ made_on, version: before.version + 1 })
      .where('id', '=', before.id)
      .where('version', '=', before.version)
      .returning('id')
      .executeTakeFirst();
    if (saved === undefined)
      throw new Problem('conflict', [`Batch ${before.code} was changed meanwhile`, `ロット ${before.code} は同時に更新されました`], {
        blocking: `/api/v1/batches/${before.id}`,
      });
    await remember(ctx, { action: 'batch.updated', record_kind: 'batch', record_id: before.id, change: { made_on: [before.made_on, made_on] } });
    changes.push({ row_no, record_kind: 'batch', record_id: before.id, before: JSON.stringify(before) });
  }
  return changes;
}

async function refuseUndo(ctx: Ctx, import_id: string): Promise<void> {
  await refuseReferred(ctx, import_id, 'batch', 'batches', []);
  const changed = await ctx.db
    .selectFrom('import_changes')
    .innerJoin('batches', 'batches.id', 'record_id')
    .select(['batches.id', 'batches.version', 'before'])
    .where('import_id', '=', import_id)
    .execute();
  for (const { id, version, before } of changed) {
    // `before` was written above as a BatchRow.
    if (version !== (before === null ? 1 : (JSON.parse(before) as BatchRow).version + 1)) throw builtOn('batches', id, 'batches');
  }
}

async function undo(ctx: Ctx, _import_id: string, changes: readonly Change[]): Promise<void> {
  const created = changes.filter((change) => change.before === null).map((change) => change.record_id);
  if (created.length > 0) {
    await ctx.db.deleteFrom('batches').where('id', 'in', created).execute();
    await remember(ctx, ...created.map((record_id) => ({ action: 'batch.removed', record_kind: 'batch', record_id })));
  }
  for (const { record_id, before } of changes) {
    if (before === null) continue;
    const row = JSON.parse(before) as BatchRow; // as write() stored it
    await ctx.db
      .updateTable('batches')
      .set({ made_on: row.made_on, version: row.version + 2 })
      .where('id', '=', record_id)
      .execute();
    await remember(ctx, { action: 'batch.restored', record_kind: 'batch', record_id });
  }
}
