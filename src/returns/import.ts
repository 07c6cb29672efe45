// CSV `returns`: the past as another system kept it. Each row becomes a closed return of one unit with what the bench found; nothing moves.

import { modelFinder } from '../catalog/modelFinder.ts';
import { newId } from '../core/id.ts';
import { identifierKey } from '../core/identifier.ts';
import { type Day, startOfDay } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { nextNumbers } from '../db/number.ts';
import { remember } from '../history/remember.ts';
import { code, day, identifier, oneOf, required, text } from '../transfer/columns.ts';
import { type CellError, type Cells, type Change, defineKind, type GivenRow, type ImportRun, type Judgement, type Planned } from '../transfer/kind.ts';
import type { UnitRow } from '../unit/table.ts';
import { dispositions } from './disposition.ts';
import { type KnownReturn, loadKnownReturns, loadKnownUnits } from './importKnown.ts';
import { refuseUndoOfReturns, undoReturns } from './importUndo.ts';
import { verdicts } from './inputs.ts';
import { blankUnit } from './newUnit.ts';
import type { CodeRow, ReturnRow, ReturnUnitRow } from './table.ts';
import { coverageOf, warrantyOf } from './warranty.ts';

const columns = {
  maker_code: code(),
  serial: required(identifier()),
  model_code: code(),
  returned_on: required(day()),
  reported_symptom: text(1000),
  verdict: oneOf(verdicts),
  failure_mode: code(),
  component: code(),
  cause: code(),
  failed_on: day(),
  disposition: oneOf(dispositions),
};
type ReturnColumns = typeof columns;
type ReturnCells = Cells<ReturnColumns>;

type Found = Pick<
  ReturnUnitRow,
  'reported_symptom_id' | 'reported_text' | 'verdict' | 'failure_mode_id' | 'component_id' | 'cause_id' | 'failed_on' | 'disposition'
>;
type Plan =
  | {
      readonly kind: 'new';
      readonly unit: UnitRow & { months: readonly [number | null, number | null] };
      readonly returned_on: Day;
      readonly found: Found;
      readonly repeat_no: number;
    }
  | { readonly kind: 'update'; readonly before: KnownReturn; readonly found: Found };

export const returnsImport = defineKind<ReturnColumns, Plan>({
  name: 'returns',
  label: ['Returns', '返品'],
  permission: 'return:write',
  columns,
  begin,
  refuseUndo: refuseUndoOfReturns,
  undo: undoReturns,
});

type Codes = ReadonlyMap<string, CodeRow>;

async function begin(ctx: Ctx): Promise<ImportRun<ReturnColumns, Plan>> {
  const findModel = await modelFinder(ctx);
  const codes = new Map(
    (await ctx.db.selectFrom('codes').selectAll().execute()).flatMap(
      (row) =>
        [
          [`${row.tree}/${row.code}`, row],
          [`${row.tree}/${row.id}`, row],
        ] as const,
    ),
  );
  const seen = new Map<string, number>();
  const counted = new Map<string, number>();
  return {
    judge: async (ctx, rows) => {
      const units = await loadKnownUnits(
        ctx,
        rows.map(({ cells }) => identifierKey(cells.serial)),
      );
      const known = await loadKnownReturns(
        ctx,
        [...units.values()].flat().map(({ id }) => id),
      );
      return rows.map((row) => judge(row, { findModel, codes, seen, counted }, units, known));
    },
    write: (ctx, import_id, batch) => write(ctx, import_id, batch),
  };
}

interface Run {
  readonly findModel: Awaited<ReturnType<typeof modelFinder>>;
  readonly codes: Codes;
  readonly seen: Map<string, number>;
  readonly counted: Map<string, number>;
}
type Units = Awaited<ReturnType<typeof loadKnownUnits>>;
type Known = Awaited<ReturnType<typeof loadKnownReturns>>;

function judge({ row_no, cells }: GivenRow<ReturnColumns>, run: Run, units: Units, known: Known): Judgement<Plan> {
  const key = `${cells.serial} ${cells.returned_on}`;
  const unit = findUnit(cells, run, units);
  if ('column' in unit) return { result: 'error', key, errors: [unit] };
  const errors: CellError[] = [];
  const twice = run.seen.get(`${unit.id}/${cells.returned_on}`);
  if (twice === undefined) run.seen.set(`${unit.id}/${cells.returned_on}`, row_no);
  else errors.push({ column: 'serial', words: [`Stands in row ${twice} already`, `${twice}行目と重複しています`] });
  if (cells.failed_on !== null && cells.failed_on > cells.returned_on) errors.push({ column: 'failed_on', words: ['After returned_on', '返却日より後です'] });
  const found = findingsOf(cells, run.codes, errors);
  if (errors.length > 0) return { result: 'error', key, errors };
  const former = known.get(unit.id) ?? [];
  const before = former.find((one) => one.returned_on === cells.returned_on);
  if (before === undefined) {
    const repeat_no = former.length + (run.counted.get(unit.id) ?? 0) + 1;
    run.counted.set(unit.id, (run.counted.get(unit.id) ?? 0) + 1);
    return { result: 'create', key, plan: { kind: 'new', unit, returned_on: cells.returned_on, found, repeat_no } };
  }
  // What the desk itself recorded is not overwritten by a file.
  const differs = before.origin === 'import' && Object.entries(found).some(([field, value]) => value !== null && before[field as keyof Found] !== value); // the fields of Found
  return differs ? { result: 'update', key, plan: { kind: 'update', before, found } } : { result: 'same', key };
}

function findUnit(cells: ReturnCells, { findModel }: Run, units: Units) {
  const called = units.get(identifierKey(cells.serial)) ?? [];
  const model = cells.model_code === null ? null : findModel(cells.model_code, cells.maker_code);
  if (model !== null && 'column' in model) return model;
  const fitting = called.filter((unit) => model === null || unit.model_id === model.id);
  const [unit, other] = fitting;
  if (unit === undefined) return { column: 'serial', words: [`No unit ${cells.serial}`, `個体 ${cells.serial} がありません`] } as const;
  if (other !== undefined)
    return {
      column: 'model_code',
      words: [`Several units are called ${cells.serial}: name the model`, `${cells.serial} は複数の機種にあります。機種を指定してください`],
    } as const;
  return unit;
}

/** A symptom that is no code is kept as the customer's words; every other code has to be known. */
function findingsOf(cells: ReturnCells, codes: Codes, errors: CellError[]): Found {
  const symptom = cells.reported_symptom === null ? undefined : codes.get(`symptom/${cells.reported_symptom.toUpperCase()}`);
  const find = (tree: 'failure_mode' | 'component' | 'cause'): string | null => {
    const value = cells[tree];
    if (value === null) return null;
    const row = codes.get(`${tree}/${value.toUpperCase()}`);
    if (row === undefined) errors.push({ column: tree, words: [`No code ${value}`, `コード ${value} がありません`] });
    return row === undefined ? null : (row.merged_into_id ?? row.id);
  };
  return {
    reported_symptom_id: symptom === undefined ? null : (symptom.merged_into_id ?? symptom.id),
    reported_text: symptom === undefined ? cells.reported_symptom : null,
    verdict: cells.verdict,
    failure_mode_id: find('failure_mode'),
    component_id: find('component'),
    cause_id: find('cause'),
    failed_on: cells.failed_on,
    disposition: cells.disposition,
  };
}

async function write(ctx: Ctx, import_id: string, batch: readonly Planned<Plan>[]): Promise<Change[]> {
  const fresh = batch.flatMap(({ row_no, plan }) => (plan.kind === 'new' ? [{ row_no, plan }] : []));
  const numbers = fresh.length === 0 ? [] : await nextNumbers(ctx, 'RMA', fresh.length);
  const rows = fresh.map(({ row_no, plan }, i) => ({ row_no, ...rowsOf(ctx, plan, numbers[i] ?? '') }));
  await insertMany(
    ctx.db,
    'returns',
    rows.map(({ header }) => header),
  );
  await insertMany(
    ctx.db,
    'return_units',
    rows.map(({ entry }) => entry),
  );
  await remember(
    ctx,
    ...rows.map(({ header, entry }) => ({
      action: 'return.imported',
      record_kind: 'return',
      record_id: header.id,
      change: { number: header.number, unit_id: entry.unit_id, verdict: entry.verdict, import_id },
    })),
  );
  const changes: Change[] = rows.map(({ row_no, header }) => ({ row_no, record_kind: 'return', record_id: header.id, before: null }));
  for (const { row_no, plan } of batch) if (plan.kind === 'update') changes.push(await writeUpdate(ctx, import_id, row_no, plan));
  return changes;
}

function rowsOf(
  ctx: Ctx,
  { unit, returned_on, found, repeat_no }: Extract<Plan, { kind: 'new' }>,
  number: string,
): { header: ReturnRow; entry: ReturnUnitRow } {
  const at = startOfDay(returned_on, ctx.zone);
  const warranty = warrantyOf({ ...unit, own_warranty_months: unit.months[0], maker_warranty_months: unit.months[1] });
  const header: ReturnRow = {
    id: newId(ctx.now),
    number,
    type: 'return_first',
    state: 'closed',
    customer_id: unit.customer_id,
    partner_id: unit.partner_id,
    case_id: null,
    owner_id: null,
    note: null,
    ship_to: null,
    rejected_reason: null,
    origin: 'import',
    filed_on: returned_on,
    authorised_at: at,
    closed_at: at,
    created_at: at,
    updated_at: ctx.now,
    version: 1,
  };
  const entry: ReturnUnitRow = {
    ...blankUnit,
    id: newId(ctx.now),
    return_id: header.id,
    unit_id: unit.id,
    partner_id: unit.partner_id,
    state: 'resolved',
    ...found,
    snapshot: null,
    returned_on,
    verdict_at: found.verdict === null ? null : at,
    resolved_at: at,
    ...coverageOf({ warranty, filed_on: returned_on, contract: null, verdict: found.verdict }),
    repeat_no,
    created_at: at,
    updated_at: ctx.now,
  };
  return { header, entry };
}

async function writeUpdate(ctx: Ctx, import_id: string, row_no: number, { before, found }: Extract<Plan, { kind: 'update' }>): Promise<Change> {
  const given = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
  await ctx.db
    .updateTable('return_units')
    .set({
      ...given,
      verdict_at: found.verdict === null || found.verdict === before.verdict ? before.verdict_at : ctx.now,
      updated_at: ctx.now,
      version: before.version + 1,
    })
    .where('id', '=', before.id)
    .execute();
  await remember(ctx, { action: 'return.import_corrected', record_kind: 'return', record_id: before.return_id, change: { ...given, import_id } });
  return { row_no, record_kind: 'return_unit', record_id: before.id, before: JSON.stringify(before) };
}
