// CSV `stock`: what lies where. A serial brings one unit to its shelf; a quantity is how many of an un-serialised spare lie there, and the difference is booked.

import { sql } from 'kysely';
import { modelFinder } from '../catalog/modelFinder.ts';
import { identifierKey } from '../core/identifier.ts';
import type { Ctx } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { Condition, Location, Move } from '../ledger/move.ts';
import { postMoves } from '../ledger/postMoves.ts';
import type { StockMoveRow } from '../ledger/table.ts';
import { code, identifier, oneOf, required, wholeNumber } from '../transfer/columns.ts';
import { type CellError, type Cells, type Change, defineKind, type GivenRow, type ImportRun, type Judgement, type Planned } from '../transfer/kind.ts';
import { conditions } from '../unit/inputs.ts';
import { promisedStill } from './free.ts';
import { refuseUndoOfStock, undoStock } from './importUndo.ts';
import { goodConditions } from './rules.ts';

const shelves = ['receiving', 'quarantine', 'bench', 'good_stock', 'defect_stock', 'repair', 'maker'] as const satisfies readonly Location[];

const columns = {
  maker_code: code(),
  model_code: required(code()),
  location: required(oneOf(shelves)),
  condition: required(oneOf(conditions)),
  quantity: wholeNumber(0, 1_000_000),
  serial: identifier(),
};
type StockColumns = typeof columns;
type StockCells = Cells<StockColumns>;

export const stockImport = defineKind<StockColumns, Move>({
  name: 'stock',
  label: ['Stock', '在庫'],
  permission: 'stock:write',
  columns,
  begin,
  refuseUndo: refuseUndoOfStock,
  undo: undoStock,
});

interface Run {
  readonly findModel: Awaited<ReturnType<typeof modelFinder>>;
  readonly seen: Map<string, number>;
}

async function begin(ctx: Ctx): Promise<ImportRun<StockColumns, Move>> {
  const run: Run = { findModel: await modelFinder(ctx), seen: new Map() };
  return {
    judge: async (ctx, rows) => {
      const units = await loadUnits(
        ctx,
        rows.flatMap(({ cells }) => (cells.serial === null ? [] : [identifierKey(cells.serial)])),
      );
      const spares = await loadSpares(
        ctx,
        rows.some(({ cells }) => cells.serial === null),
      );
      return rows.map((row) => judge(row, run, units, spares));
    },
    write,
  };
}

function judge({ row_no, cells }: GivenRow<StockColumns>, { findModel, seen }: Run, units: Units, spares: ReadonlyMap<string, number>): Judgement<Move> {
  const key = cells.serial ?? `${cells.model_code} ${cells.location} ${cells.condition}`;
  const model = findModel(cells.model_code, cells.maker_code);
  if ('column' in model) return { result: 'error', key, errors: [model] };
  const errors = wrongCells(cells);
  const same = cells.serial === null ? `${model.id}/${cells.location}/${cells.condition}` : `${model.id}/${identifierKey(cells.serial)}`;
  const twice = seen.get(same);
  if (twice === undefined) seen.set(same, row_no);
  else errors.push({ column: cells.serial === null ? 'model_code' : 'serial', words: [`Stands in row ${twice} already`, `${twice}行目と重複しています`] });
  if (errors.length > 0) return { result: 'error', key, errors };
  return cells.serial === null ? judgeQuantity(key, model.id, cells, spares) : judgeUnit(key, cells, units.get(same));
}

function wrongCells(cells: StockCells): CellError[] {
  const good: readonly Condition[] = goodConditions;
  const errors: CellError[] = [];
  if ((cells.quantity === null) === (cells.serial === null))
    errors.push({ column: 'quantity', words: ['Give either a quantity or a serial', '数量かシリアルのどちらか一方を指定してください'] });
  if (cells.location === 'good_stock' && !good.includes(cells.condition))
    errors.push({
      column: 'condition',
      words: ['Good stock holds new, verified and refurbished units only', '良品在庫には新品・検証済・再生品だけを置けます'],
    });
  return errors;
}

function judgeUnit(key: string, cells: StockCells, unit: Unit | undefined): Judgement<Move> {
  if (unit === undefined)
    return {
      result: 'error',
      key,
      errors: [{ column: 'serial', words: ['No such unit: import units first', '個体がありません。先に個体を取り込んでください'] }],
    };
  if (unit.location === cells.location && unit.condition === cells.condition) return { result: 'same', key };
  if (unit.promised !== null) return { result: 'error', key, errors: [{ column: 'serial', words: ['The unit is reserved', '個体は引当済みです'] }] };
  if (unit.open_return !== null)
    return {
      result: 'error',
      key,
      errors: [{ column: 'serial', words: ['The unit was returned: decide it on the bench', '返却された個体です。処置判定から移動してください'] }],
    };
  if (cells.location === 'good_stock' && unit.location !== 'good_stock' && unit.unproven === 1)
    return {
      result: 'error',
      key,
      errors: [
        {
          column: 'location',
          words: ['The unit was returned: it needs a passing inspection and its footage erased', '返却された個体です。検証の合格と映像消去が必要です'],
        },
      ],
    };
  const from = unit.location === null ? { location: 'supplier' as const, condition: null } : { location: unit.location, condition: unit.condition };
  return {
    result: unit.location === null ? 'create' : 'update',
    key,
    plan: {
      unit_id: unit.id,
      model_id: unit.model_id,
      quantity: 1,
      from,
      to: { location: cells.location, condition: cells.condition },
      cause_kind: 'import',
      cause_id: null,
    },
  };
}

function judgeQuantity(key: string, model_id: string, cells: StockCells, spares: ReadonlyMap<string, number>): Judgement<Move> {
  const difference = (cells.quantity ?? 0) - (spares.get(`${model_id}/${cells.location}/${cells.condition}`) ?? 0);
  if (difference === 0) return { result: 'same', key };
  const free = (spares.get(goodOf(model_id)) ?? 0) - (spares.get(promisedOf(model_id)) ?? 0);
  if (cells.location === 'good_stock' && difference < 0 && free < -difference)
    return { result: 'error', key, errors: [{ column: 'quantity', words: ['That few would leave promises uncovered', '引当数を下回るため変更できません'] }] };
  const shelf = { location: cells.location, condition: cells.condition };
  const outside = { location: 'adjustment', condition: cells.condition } as const;
  const move = difference > 0 ? { from: outside, to: shelf } : { from: shelf, to: outside };
  return { result: 'update', key, plan: { unit_id: null, model_id, quantity: Math.abs(difference), ...move, cause_kind: 'import', cause_id: null } };
}

async function write(ctx: Ctx, import_id: string, batch: readonly Planned<Move>[]): Promise<Change[]> {
  const moves: StockMoveRow[] = await postMoves(
    ctx,
    batch.map(({ plan }) => ({ ...plan, cause_id: import_id })),
  );
  await remember(
    ctx,
    ...moves.map((move) => ({
      action: 'stock_move.imported',
      record_kind: 'stock_move',
      record_id: move.id,
      change: { unit_id: move.unit_id, model_id: move.model_id, quantity: move.quantity, import_id },
    })),
  );
  return moves.map((move, i) => ({ row_no: batch[i]?.row_no ?? 0, record_kind: 'stock_move', record_id: move.id, before: null }));
}

interface Unit {
  readonly id: string;
  readonly model_id: string;
  readonly location: Location | null;
  readonly condition: Condition;
  readonly promised: string | null;
  /** Returned, and not inspected and erased since. */
  readonly unproven: number;
  readonly open_return: string | null;
}
type Units = ReadonlyMap<string, Unit>;

/** SQLite and PostgreSQL both bound the parameters of a statement. */
const KEYS_PER_QUERY = 1000;

async function loadUnits(ctx: Ctx, keys: readonly string[]): Promise<Units> {
  const units = new Map<string, Unit>();
  for (let start = 0; start < keys.length; start += KEYS_PER_QUERY) {
    const rows = await ctx.db
      .selectFrom('units')
      .leftJoin('unit_places', 'unit_places.unit_id', 'units.id')
      .leftJoin('stock_reservations', (join) => join.onRef('stock_reservations.unit_id', '=', 'units.id').on('stock_reservations.state', '=', 'active'))
      .leftJoin('return_units', (join) => join.onRef('return_units.unit_id', '=', 'units.id').on('return_units.state', 'in', ['received', 'inspecting']))
      .select([
        'units.id',
        'units.model_id',
        'units.serial_key',
        'unit_places.location',
        'unit_places.condition',
        'stock_reservations.id as promised',
        'return_units.id as open_return',
      ])
      .select(
        sql<number>`case when exists (select 1 from return_units r where r.unit_id = units.id
          and r.received_at = (select max(received_at) from return_units where unit_id = units.id) and (r.footage_erased_at is null or not exists
            (select 1 from inspections i where i.return_unit_id = r.id and i.state = 'done' and i.result = 'pass' and i.finished_at >= r.received_at)))
          then 1 else 0 end`.as('unproven'),
      )
      .where('units.serial_key', 'in', keys.slice(start, start + KEYS_PER_QUERY))
      .where('units.merged_into_id', 'is', null)
      .where('units.removed_at', 'is', null)
      .execute();
    for (const row of rows) units.set(`${row.model_id}/${row.serial_key}`, { ...row, condition: row.condition ?? 'unverified' });
  }
  return units;
}

/** Quantities without a serial by model, location and condition: the balance less the units lying there. */
async function loadSpares(ctx: Ctx, wanted: boolean): Promise<Map<string, number>> {
  if (!wanted) return new Map();
  const balances = await ctx.db.selectFrom('stock_balances').selectAll().where('location', 'in', shelves).execute();
  const units = await ctx.db
    .selectFrom('unit_places')
    .innerJoin('units', 'units.id', 'unit_places.unit_id')
    .select((of) => ['units.model_id', 'location', 'condition', of.fn.countAll<number>().as('units')])
    .where('location', 'in', shelves)
    .groupBy(['units.model_id', 'location', 'condition'])
    .execute();
  const spares = new Map(balances.map((row) => [`${row.model_id}/${row.location}/${row.condition}`, row.quantity]));
  for (const row of units)
    spares.set(`${row.model_id}/${row.location}/${row.condition}`, (spares.get(`${row.model_id}/${row.location}/${row.condition}`) ?? 0) - row.units);
  for (const { model_id } of balances)
    spares.set(
      goodOf(model_id),
      goodConditions.map((condition) => spares.get(`${model_id}/good_stock/${condition}`) ?? 0).reduce((sum, n) => sum + n),
    );
  for (const row of await promisedSpares(ctx)) spares.set(promisedOf(row.model_id), row.quantity);
  return spares;
}

/** In good stock over all its conditions, and promised of that. */
const goodOf = (model_id: string): string => `${model_id}/good`;
const promisedOf = (model_id: string): string => `${model_id}/promised`;

const promisedSpares = (ctx: Ctx): Promise<{ model_id: string; quantity: number }[]> =>
  ctx.db
    .selectFrom('stock_reservations')
    .select((of) => ['model_id', of.fn.sum<number>(promisedStill).as('quantity')])
    .where('state', '=', 'active')
    .where('unit_id', 'is', null)
    .groupBy('model_id')
    .execute();
