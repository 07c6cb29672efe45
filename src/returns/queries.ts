// Reading returns, within what the caller may see.
import { sql } from 'kysely';
import { notFound } from '../core/problem.ts';
import { addDays, startOfDay } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import { seenBy } from '../db/scope.ts';
import { openUnitStates } from './lifecycle.ts';
import type { ReturnRow, ReturnUnitRow } from './table.ts';

export interface ReturnFilter {
  readonly state?: string | undefined;
  readonly type?: string | undefined;
  readonly customer_id?: string | undefined;
  readonly case_id?: string | undefined;
  readonly owner_id?: string | undefined;
  readonly number?: string | undefined;
  readonly unit_id?: string | undefined;
  readonly from_on?: string | undefined;
  readonly to_on?: string | undefined;
}

export type ReturnView = ReturnRow & {
  readonly customer_code: string | null;
  readonly customer_name: string | null;
  readonly owner_name: string | null;
  readonly units: number;
  readonly units_open: number;
  readonly units_overdue: number;
};

/** Costs one page; its units are counted in one look-up. */
export async function listReturns(ctx: Ctx, page: PageRequest, filter: ReturnFilter = {}): Promise<Page<ReturnView>> {
  let query = returnViews(ctx);
  for (const field of ['state', 'type', 'customer_id', 'case_id', 'owner_id', 'number'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(sql<boolean>`${sql.ref(`returns.${field}`)} = ${value}`);
  }
  if (filter.unit_id !== undefined) query = query.where(sql<boolean>`returns.id in (select return_id from return_units where unit_id = ${filter.unit_id})`);
  if (filter.from_on !== undefined) query = query.where('returns.filed_on', '>=', filter.from_on);
  if (filter.to_on !== undefined) query = query.where('returns.filed_on', '<=', filter.to_on);
  const { items, next_cursor } = await listPage(
    query,
    page,
    { created_at: 'returns.id', number: 'returns.number', filed_on: 'returns.filed_on', updated_at: 'returns.updated_at' },
    'returns.id',
  );
  // listPage simplifies the row type, which is the one of the query.
  return { items: await withCounts(ctx, items as UncountedReturn[]), next_cursor };
}

export async function findReturnView(ctx: Ctx, id: string): Promise<ReturnView> {
  const row = await returnViews(ctx)
    .where((of) => of.or([of('returns.id', '=', id), of('returns.number', '=', id)]))
    .executeTakeFirst();
  const [found] = await withCounts(ctx, row === undefined ? [] : [row]);
  if (found === undefined) throw notFound(['Return', '返品案件']);
  return found;
}

type UnitCounts = Pick<ReturnView, 'units' | 'units_open' | 'units_overdue'>;
type UncountedReturn = Omit<ReturnView, keyof UnitCounts>;

async function withCounts(ctx: Ctx, rows: readonly UncountedReturn[]): Promise<ReturnView[]> {
  if (rows.length === 0) return [];
  const on = today(ctx);
  const counted = await ctx.db
    .selectFrom('return_units')
    .select((of) => [
      'return_id',
      of.fn.countAll<number>().as('units'),
      of.fn.sum<number>(of.case().when('state', 'in', openUnitStates).then(1).else(0).end()).as('units_open'),
      of.fn
        .sum<number>(
          of
            .case()
            .when(of.and([of('state', '=', 'expected'), of('expected_by_on', '<', on)]))
            .then(1)
            .else(0)
            .end(),
        )
        .as('units_overdue'),
    ])
    .where(
      'return_id',
      'in',
      rows.map(({ id }) => id),
    )
    .groupBy('return_id')
    .execute();
  const byReturn = new Map(counted.map(({ return_id, ...counts }) => [return_id, counts]));
  // Into the rows themselves, which are nobody else's: a page may be 500 of them.
  return rows.map((row) => Object.assign(row, byReturn.get(row.id) ?? { units: 0, units_open: 0, units_overdue: 0 }));
}

const returnViews = (ctx: Ctx) =>
  ctx.db
    .selectFrom('returns')
    .leftJoin('customers', 'customers.id', 'returns.customer_id')
    .leftJoin('users', 'users.id', 'returns.owner_id')
    .selectAll('returns')
    .select(['customers.code as customer_code', 'customers.name as customer_name', 'users.name as owner_name'])
    .$call(seenBy(ctx, 'returns.partner_id'));

export interface ReturnUnitFilter {
  readonly return_id?: string | undefined;
  readonly unit_id?: string | undefined;
  readonly state?: string | undefined;
  readonly verdict?: string | undefined;
  readonly disposition?: string | undefined;
  readonly model_id?: string | undefined;
  readonly failure_mode_id?: string | undefined;
  /** `open`: not decided and not ended. `overdue`, `unexpected`, `repeat`: as the metrics count them. `waiting`: for a second person. `judged`, `decided`, `shipped`: what shares and turnarounds are counted over. */
  readonly flag?: string | undefined;
  readonly received_from_on?: string | undefined;
  readonly received_to_on?: string | undefined;
  readonly maker_warranty_ends_by?: string | undefined;
  /** Days since it came in (of an expected one: since it was filed), both counted. */
  readonly age_from_days?: number | undefined;
  readonly age_to_days?: number | undefined;
}

export type ReturnUnitView = ReturnUnitRow & {
  readonly number: string;
  readonly type: ReturnRow['type'];
  readonly filed_on: string;
  readonly serial: string;
  readonly identity: string;
  readonly model_id: string;
  readonly model_code: string;
  readonly maker_code: string;
  readonly location: string | null;
  readonly condition: string | null;
  readonly customer_name: string | null;
  readonly symptom_en: string | null;
  readonly symptom_ja: string | null;
  readonly mode_en: string | null;
  readonly mode_ja: string | null;
};

/** With the name of whoever asked for its write-off. */
export type UnitOfReturn = ReturnUnitView & { readonly write_off_requested_name: string | null };

export async function listReturnUnitViews(ctx: Ctx, page: PageRequest, filter: ReturnUnitFilter = {}): Promise<Page<ReturnUnitView>> {
  let query = unitViews(ctx);
  for (const field of ['return_id', 'unit_id', 'state', 'verdict', 'disposition', 'failure_mode_id'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(sql<boolean>`${sql.ref(`return_units.${field}`)} = ${value}`);
  }
  if (filter.model_id !== undefined) query = query.where('units.model_id', '=', filter.model_id);
  if (filter.received_from_on !== undefined) query = query.where('return_units.returned_on', '>=', filter.received_from_on);
  if (filter.received_to_on !== undefined) query = query.where('return_units.returned_on', '<=', filter.received_to_on);
  query = flagged(ctx, query, filter.flag);
  const came = sql<number>`coalesce(return_units.received_at, return_units.created_at)`;
  if (filter.age_from_days !== undefined) query = query.where(came, '<', startOfDay(addDays(today(ctx), 1 - filter.age_from_days), ctx.zone));
  if (filter.age_to_days !== undefined) query = query.where(came, '>=', startOfDay(addDays(today(ctx), -filter.age_to_days), ctx.zone));
  if (filter.maker_warranty_ends_by !== undefined) query = query.where('return_units.maker_warranty_ends_on', '<=', filter.maker_warranty_ends_by);
  // listPage simplifies the row type, which is ReturnUnitView.
  return (await listPage(
    query,
    page,
    {
      created_at: 'return_units.id',
      returned_on: "coalesce(return_units.returned_on, '')",
      expected_by_on: "coalesce(return_units.expected_by_on, '9999-12-31')",
      maker_warranty_ends_on: "coalesce(return_units.maker_warranty_ends_on, '9999-12-31')",
    },
    'return_units.id',
  )) as Page<ReturnUnitView>;
}

/** What a flag of the list stands for, as the metrics count it. */
function flagged(ctx: Ctx, query: ReturnType<typeof unitViews>, flag: string | undefined): ReturnType<typeof unitViews> {
  switch (flag) {
    case 'open':
      return query.where('return_units.state', 'in', openUnitStates);
    case 'overdue':
      return query.where('return_units.state', '=', 'expected').where('return_units.expected_by_on', '<', today(ctx));
    case 'unexpected':
      return query.where('return_units.unexpected_at', 'is not', null);
    case 'judged':
      return query.where('return_units.verdict', 'is not', null);
    case 'decided':
      return query.whereRef('return_units.dispositioned_at', '>=', 'return_units.received_at');
    case 'shipped':
      return query.where(
        sql<boolean>`return_units.received_at <= (select min(shipped_at) from outbound_legs where outbound_legs.return_unit_id = return_units.id)`,
      );
    case 'waiting':
      return query.where((of) =>
        of.or([
          of.and([of('return_units.state', '=', 'expected'), of('return_units.write_off_requested_by', 'is not', null)]),
          of.exists(
            of.selectFrom('dispositions').select('id').whereRef('return_unit_id', '=', 'return_units.id').where('dispositions.state', '=', 'requested'),
          ),
        ]),
      );
    case 'repeat':
      return query.where('return_units.repeat_no', '>', 1);
    case 'claimable':
      return query
        .where('return_units.maker_warranty_ends_on', '>=', today(ctx))
        .where('return_units.verdict', '=', 'confirmed')
        .where('return_units.state', 'in', openUnitStates);
    default:
      return query;
  }
}

export const listUnitsOfReturn = async (ctx: Ctx, return_id: string): Promise<UnitOfReturn[]> =>
  unitViews(ctx)
    .leftJoin('users as askers', 'askers.id', 'return_units.write_off_requested_by')
    .leftJoin('tokens as asking', 'asking.id', 'return_units.write_off_requested_by')
    .select((of) => of.fn.coalesce('askers.name', 'asking.name').as('write_off_requested_name'))
    .where('return_units.return_id', '=', return_id)
    .orderBy('return_units.id')
    .execute();

/** The id of a receipt that was merged away leads to the one it counts for. */
export async function getReturnUnitView(ctx: Ctx, id: string): Promise<ReturnUnitView> {
  const row = await unitViews(ctx).where('return_units.id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Return unit', '返却個体']);
  return row.merged_into_id === null ? row : getReturnUnitView(ctx, row.merged_into_id);
}

const unitViews = (ctx: Ctx) =>
  ctx.db
    .selectFrom('return_units')
    .innerJoin('returns', 'returns.id', 'return_units.return_id')
    .innerJoin('units', 'units.id', 'return_units.unit_id')
    .innerJoin('models', 'models.id', 'units.model_id')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .leftJoin('unit_places', 'unit_places.unit_id', 'units.id')
    .leftJoin('customers', 'customers.id', 'returns.customer_id')
    .leftJoin('codes as symptoms', 'symptoms.id', 'return_units.reported_symptom_id')
    .leftJoin('codes as modes', 'modes.id', 'return_units.failure_mode_id')
    .selectAll('return_units')
    .select([
      'returns.number',
      'returns.type',
      'returns.filed_on',
      'units.serial',
      'units.identity',
      'units.model_id',
      'models.code as model_code',
      'makers.code as maker_code',
      'unit_places.location as location',
      'unit_places.condition as condition',
      'customers.name as customer_name',
      'symptoms.name_en as symptom_en',
      'symptoms.name_ja as symptom_ja',
      'modes.name_en as mode_en',
      'modes.name_ja as mode_ja',
    ])
    .$call(seenBy(ctx, 'return_units.partner_id'));
