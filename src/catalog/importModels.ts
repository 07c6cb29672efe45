// CSV `models`: maker_code, model_code, name, own_warranty_months, maker_warranty_months, substitutes. A maker that is not known yet is created.
import { newId } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { difference, remember } from '../history/remember.ts';
import { code, codes, required, text, wholeNumber } from '../transfer/columns.ts';
import { type CellError, type Cells, type Change, defineKind, type GivenRow, type ImportRun, type Judgement, type Planned } from '../transfer/kind.ts';
import { builtOn, refuseReferred } from '../transfer/references.ts';
import { mentionMakers } from './mention.ts';
import { grouped } from './modelFinder.ts';
import type { ModelRow } from './table.ts';
import { writeSubstitutes } from './write.ts';

const columns = {
  maker_code: required(code()),
  model_code: required(code()),
  name: required(text(200)),
  own_warranty_months: wholeNumber(0, 600),
  maker_warranty_months: wholeNumber(0, 600),
  substitutes: codes(20),
};
type C = typeof columns;

interface Known {
  readonly row: ModelRow;
  readonly substitutes: readonly string[];
}
interface Plan {
  readonly cells: Cells<C>;
  readonly before: Known | null;
  readonly changes: Partial<ModelRow>;
}

export const modelsImport = defineKind<C, Plan>({
  name: 'models',
  label: ['Models', '機種'],
  permission: 'catalog:write',
  columns,
  begin,
  refuseUndo,
  undo,
});

async function begin(ctx: Ctx, rows: readonly GivenRow<C>[]): Promise<ImportRun<C, Plan>> {
  const known = await knownModels(ctx);
  const inFile = new Map<string, number>();
  const names = new Set(
    [...known.keys(), ...rows.map(({ cells }) => keyOf(cells.maker_code, cells.model_code))].flatMap((key) => [key, key.slice(key.indexOf('/') + 1)]),
  );
  const waiting: Waiting[] = [];
  return {
    judge: async (_, slice) => slice.map((row) => judge(row, known, inFile, names)),
    write: (ctx, _, batch) => write(ctx, batch, waiting),
  };
}

/** A model whose substitutes may stand further down in the file. */
interface Waiting {
  readonly model_id: string;
  readonly maker_code: string;
  readonly substitutes: readonly string[];
}

const keyOf = (maker: string, model: string): string => `${maker}/${model}`;

async function knownModels(ctx: Ctx): Promise<Map<string, Known>> {
  const substitutes = new Map<string, string[]>();
  for (const row of await ctx.db
    .selectFrom('model_substitutes')
    .innerJoin('models', 'models.id', 'substitute_id')
    .select(['model_id', 'models.code'])
    .orderBy('preference')
    .execute()) {
    substitutes.set(row.model_id, [...(substitutes.get(row.model_id) ?? []), row.code]);
  }
  const models = await ctx.db
    .selectFrom('models')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .selectAll('models')
    .select('makers.code as maker_code')
    .execute();
  return new Map(models.map(({ maker_code, ...row }) => [keyOf(maker_code, row.code), { row, substitutes: substitutes.get(row.id) ?? [] }]));
}

function judge({ row_no, cells }: GivenRow<C>, known: Map<string, Known>, inFile: Map<string, number>, names: ReadonlySet<string>): Judgement<Plan> {
  const id = keyOf(cells.maker_code, cells.model_code);
  const twice = inFile.get(id);
  if (twice !== undefined) return { result: 'error', key: cells.model_code, errors: [sameAs(twice)] };
  inFile.set(id, row_no);
  if (cells.substitutes?.includes(cells.model_code))
    return {
      result: 'error',
      key: cells.model_code,
      errors: [{ column: 'substitutes', words: ['A model cannot replace itself', '自分自身を代替機種にはできません'] }],
    };
  const unknown = cells.substitutes?.find((name) => !names.has(name.replace(':', '/')));
  if (unknown !== undefined)
    return { result: 'error', key: cells.model_code, errors: [{ column: 'substitutes', words: [`No model ${unknown}`, `機種 ${unknown} がありません`] }] };
  const before = known.get(id) ?? null;
  if (before === null) return { result: 'create', key: cells.model_code, plan: { cells, before, changes: {} } };
  const given = { name: cells.name, own_warranty_months: cells.own_warranty_months, maker_warranty_months: cells.maker_warranty_months };
  const changes = Object.fromEntries(
    Object.entries(given).filter(([field, value]) => value !== null && value !== Object.entries(before.row).find(([name]) => name === field)?.[1]),
  );
  const otherSubstitutes = cells.substitutes !== null && cells.substitutes.join() !== before.substitutes.join();
  return Object.keys(changes).length === 0 && !otherSubstitutes
    ? { result: 'same', key: cells.model_code }
    : { result: 'update', key: cells.model_code, plan: { cells, before, changes } };
}

export const sameAs = (row_no: number): CellError => ({ column: '', words: [`The same record as row ${row_no}`, `${row_no}行目と同じレコードです`] });

async function write(ctx: Ctx, batch: readonly Planned<Plan>[], waiting: Waiting[]): Promise<Change[]> {
  const makers = await mentionMakers(
    ctx,
    batch.map(({ plan }) => plan.cells.maker_code),
  );
  const created = batch
    .filter(({ plan }) => plan.before === null)
    .map(({ row_no, plan }) => ({ row_no, row: newModel(ctx, plan.cells, makers.get(plan.cells.maker_code) ?? '') }));
  await insertMany(
    ctx.db,
    'models',
    created.map(({ row }) => row),
  );
  await remember(
    ctx,
    ...created.map(({ row }) => ({ action: 'model.created', record_kind: 'model', record_id: row.id, change: { code: row.code, maker_id: row.maker_id } })),
  );
  const changes: Change[] = created.map(({ row_no, row }) => ({ row_no, record_kind: 'model', record_id: row.id, before: null }));
  for (const { row_no, plan } of batch) {
    if (plan.before === null) continue;
    await update(ctx, plan.before.row, plan.changes, plan.cells.substitutes);
    changes.push({ row_no, record_kind: 'model', record_id: plan.before.row.id, before: JSON.stringify(plan.before) });
  }
  const ids = new Map(created.map(({ row_no, row }) => [row_no, row.id]));
  waiting.push(
    ...batch.flatMap(({ row_no, plan: { cells, before } }) =>
      cells.substitutes === null ? [] : [{ model_id: ids.get(row_no) ?? before?.row.id ?? '', maker_code: cells.maker_code, substitutes: cells.substitutes }],
    ),
  );
  await writeWaiting(ctx, waiting);
  return changes;
}

const newModel = (ctx: Ctx, cells: Cells<C>, maker_id: string): ModelRow => ({
  id: newId(ctx.now),
  maker_id,
  code: cells.model_code,
  name: cells.name,
  family: null,
  own_warranty_months: cells.own_warranty_months,
  maker_warranty_months: cells.maker_warranty_months,
  temp_limit_c: null,
  unit_cost: null,
  currency: null,
  created_at: ctx.now,
  version: 1,
});

async function update(ctx: Ctx, before: ModelRow, changes: Partial<ModelRow>, substitutes: readonly string[] | null): Promise<void> {
  const saved = await ctx.db
    .updateTable('models')
    .set({ ...changes, version: before.version + 1 })
    .where('id', '=', before.id)
    .where('version', '=', before.version)
    .returning('id')
    .executeTakeFirst();
  if (saved === undefined)
    throw new Problem('conflict', [`Model ${before.code} was changed meanwhile`, `機種 ${before.code} は同時に更新されました`], {
      blocking: `/api/v1/models/${before.id}`,
    });
  await remember(ctx, {
    action: 'model.updated',
    record_kind: 'model',
    record_id: before.id,
    change: { ...difference(before, { ...before, ...changes }), ...(substitutes === null ? {} : { substitutes }) },
  });
}

/** Writes the substitutes that are all there by now; the others wait for the next batch. */
async function writeWaiting(ctx: Ctx, waiting: Waiting[]): Promise<void> {
  if (waiting.length === 0) return;
  const models = await ctx.db
    .selectFrom('models')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .select(['models.id', 'models.code', 'makers.code as maker_code'])
    .execute();
  const byName = grouped(
    models.flatMap((model) => [
      { name: model.code, model },
      { name: `${model.maker_code}:${model.code}`, model },
    ]),
    ({ name }) => name,
  );
  for (const one of waiting.splice(0)) {
    const ids = one.substitutes.map((name) => {
      const fitting = byName.get(name) ?? [];
      // Of several makers with that code the model's own is meant.
      return (fitting.find(({ model }) => model.maker_code === one.maker_code) ?? fitting[0])?.model.id;
    });
    if (ids.includes(undefined)) waiting.push(one);
    else await writeSubstitutes(ctx, one.model_id, [...new Set(ids.filter((id) => id !== undefined))]);
  }
}

async function refuseUndo(ctx: Ctx, import_id: string): Promise<void> {
  await refuseReferred(ctx, import_id, 'model', 'models', ['model_substitutes']);
  const changed = await ctx.db
    .selectFrom('import_changes')
    .innerJoin('models', 'models.id', 'record_id')
    .select(['models.id', 'models.version', 'before'])
    .where('import_id', '=', import_id)
    .execute();
  for (const { id, version, before } of changed) {
    // `before` was written above as a Known.
    const expected = before === null ? 1 : (JSON.parse(before) as Known).row.version + 1;
    if (version !== expected) throw builtOn('models', id, 'models');
  }
}

async function undo(ctx: Ctx, _import_id: string, changes: readonly Change[]): Promise<void> {
  const created = changes.filter((change) => change.before === null).map((change) => change.record_id);
  if (created.length > 0) {
    await ctx.db
      .deleteFrom('model_substitutes')
      .where((either) => either.or([either('model_id', 'in', created), either('substitute_id', 'in', created)]))
      .execute();
    await ctx.db.deleteFrom('models').where('id', 'in', created).execute();
    await remember(ctx, ...created.map((record_id) => ({ action: 'model.removed', record_kind: 'model', record_id })));
  }
  for (const { record_id, before } of changes) {
    if (before === null) continue;
    const { row, substitutes } = JSON.parse(before) as Known; // as write() stored it
    await ctx.db
      .updateTable('models')
      .set({ name: row.name, own_warranty_months: row.own_warranty_months, maker_warranty_months: row.maker_warranty_months, version: row.version + 2 })
      .where('id', '=', record_id)
      .execute();
    const ids = substitutes.length === 0 ? [] : await ctx.db.selectFrom('models').select(['id', 'code']).where('code', 'in', substitutes).execute();
    await writeSubstitutes(
      ctx,
      record_id,
      substitutes.flatMap((one) => ids.find((model) => model.code === one)?.id ?? []),
    );
    await remember(ctx, { action: 'model.restored', record_kind: 'model', record_id });
  }
}
