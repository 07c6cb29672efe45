// What of each model is good, reserved, held, available and on order; where it lies; what is expected to be needed.
import { sql } from 'kysely';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import { promisedStill } from './free.ts';
import { availableOf, suggestedOrder } from './rules.ts';

export interface Level {
  readonly model_id: string;
  readonly model_code: string;
  readonly model_name: string;
  readonly maker_code: string;
  readonly good: number;
  readonly reserved: number;
  readonly held: number;
  readonly available: number;
  /** In our houses but not good stock: on the bench, in quarantine, defective, at repair. */
  readonly other: number;
  readonly defective: number;
  readonly on_order: number;
  readonly reorder_point: number | null;
  readonly safety_stock: number | null;
  readonly lead_time_days: number | null;
  readonly order_quantity: number | null;
  readonly expected_demand: number | null;
  readonly suggested_order: number;
}

export interface LevelFilter {
  readonly model_id?: string | undefined;
  readonly model_code?: string | undefined;
  readonly maker_code?: string | undefined;
  readonly short?: boolean | undefined;
  readonly with_policy?: boolean | undefined;
}

const GOOD = sql.raw(`location = 'good_stock' and condition in ('new','verified','refurbished')`);
const HELD_UNITS =
  sql.raw(`(select count(*) from unit_places p join units u on u.id = p.unit_id where u.model_id = models.id and p.location = 'good_stock' and p.condition in ('new','verified','refurbished')
  and exists (select 1 from stock_holds h where h.model_id = u.model_id and h.state = 'active' and (h.hw_rev is null or h.hw_rev = u.hw_rev) and (h.batch_id is null or h.batch_id = u.batch_id)
    and (h.firmware_id is null or h.firmware_id = u.firmware_id))
  and not exists (select 1 from stock_reservations r where r.unit_id = u.id and r.state = 'active'))`);

/**
 * Models that have stock or a policy, with what is good, reserved, held and on order. One page costs a few index look-ups per model; held units are
 * counted only for models under a hold.
 */
export async function listLevels(ctx: Ctx, page: PageRequest, filter: LevelFilter = {}): Promise<Page<Level>> {
  if (filter.short === true) return listShort(ctx, page, filter);
  const rows = await listPage(levelRows(ctx, filter), page, { model_code: 'models.code' }, 'models.id');
  const items = rows.items.map((row) =>
    levelOf({ ...row, held: row.held_units + (row.whole_held > 0 ? Math.max(0, row.good - row.good_units - row.reserved_spares) : 0) }),
  );
  return { items, next_cursor: rows.next_cursor };
}

/** Only models with a policy can be short. A page may be short, but none is empty before the last. */
async function listShort(ctx: Ctx, page: PageRequest, filter: LevelFilter): Promise<Page<Level>> {
  const items: Level[] = [];
  let cursor = page.cursor;
  do {
    const next = await listLevels(ctx, { ...page, cursor }, { ...filter, short: false, with_policy: true });
    items.push(...next.items.filter((level) => level.suggested_order > 0));
    cursor = next.next_cursor ?? undefined;
  } while (cursor !== undefined && items.length === 0);
  return { items, next_cursor: cursor ?? null };
}

const levelRows = (ctx: Ctx, filter: LevelFilter) =>
  ctx.db
    .selectFrom('models')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .leftJoin('stock_policies', 'stock_policies.model_id', 'models.id')
    .leftJoin('stock_forecasts', 'stock_forecasts.model_id', 'models.id')
    .select([
      'models.id as model_id',
      'models.code as model_code',
      'models.name as model_name',
      'makers.code as maker_code',
      'stock_policies.reorder_point',
      'stock_policies.safety_stock',
      'stock_policies.lead_time_days',
      'stock_policies.order_quantity',
      'stock_forecasts.expected_demand',
    ])
    .select([
      sql<number>`(select coalesce(sum(quantity), 0) from stock_balances where model_id = models.id and ${GOOD})`.as('good'),
      sql<number>`(select coalesce(sum(quantity), 0) from stock_balances where model_id = models.id and location in ('receiving','quarantine','bench','repair','defect_stock'))`.as(
        'other',
      ),
      sql<number>`(select coalesce(sum(quantity), 0) from stock_balances where model_id = models.id and condition = 'defective' and location in ('receiving','quarantine','bench','repair','defect_stock','good_stock'))`.as(
        'defective',
      ),
      sql<number>`(select coalesce(sum(${promisedStill}), 0) from stock_reservations where model_id = models.id and state = 'active')`.as('reserved'),
      sql<number>`(select coalesce(sum(${promisedStill}), 0) from stock_reservations where model_id = models.id and state = 'active' and unit_id is null)`.as(
        'reserved_spares',
      ),
      sql<number>`(select coalesce(sum(l.quantity - l.received_quantity), 0) from purchase_order_lines l join purchase_orders o on o.id = l.purchase_order_id where l.model_id = models.id and o.state in ('ordered','partly_received'))`.as(
        'on_order',
      ),
      sql<number>`case when exists (select 1 from stock_holds where model_id = models.id and state = 'active') then ${HELD_UNITS} else 0 end`.as('held_units'),
      sql<number>`(select count(*) from stock_holds where model_id = models.id and state = 'active' and hw_rev is null and batch_id is null and firmware_id is null)`.as(
        'whole_held',
      ),
      sql<number>`case when exists (select 1 from stock_holds where model_id = models.id and state = 'active') then (select count(*) from unit_places p join units u on u.id = p.unit_id where u.model_id = models.id and p.location = 'good_stock') else 0 end`.as(
        'good_units',
      ),
    ])
    .where(
      sql<boolean>`(stock_policies.model_id is not null or exists (select 1 from stock_balances where model_id = models.id and quantity <> 0 and location not in ('supplier','adjustment','customer','in_transit','maker','scrapped','lost')))`,
    )
    .$if(filter.with_policy === true, (query) => query.where('stock_policies.model_id', 'is not', null))
    .$if(filter.model_id !== undefined, (query) => query.where('models.id', '=', filter.model_id ?? ''))
    .$if(filter.model_code !== undefined, (query) => query.where('models.code', '=', filter.model_code ?? ''))
    .$if(filter.maker_code !== undefined, (query) => query.where('makers.code', '=', filter.maker_code ?? ''));

type Counted = Omit<Level, 'available' | 'suggested_order'>;

function levelOf(row: Counted): Level {
  const {
    model_id,
    model_code,
    model_name,
    maker_code,
    good,
    reserved,
    held,
    other,
    defective,
    on_order,
    reorder_point,
    safety_stock,
    lead_time_days,
    order_quantity,
    expected_demand,
  } = row;
  const available = availableOf({ good, reserved, held });
  const policy = reorder_point === null ? null : { reorder_point, safety_stock: safety_stock ?? 0, order_quantity };
  return {
    model_id,
    model_code,
    model_name,
    maker_code,
    good,
    reserved,
    held,
    available,
    other,
    defective,
    on_order,
    reorder_point,
    safety_stock,
    lead_time_days,
    order_quantity,
    expected_demand,
    suggested_order: suggestedOrder({ available, on_order, policy, expected_demand }),
  };
}

/** The level of one model; of a model without stock or policy everything is zero. */
export async function findLevel(ctx: Ctx, model_id: string): Promise<Level | null> {
  return (await listLevels(ctx, { limit: 1 }, { model_id })).items[0] ?? null;
}

export interface Shelf {
  readonly model_id: string;
  readonly model_code: string;
  readonly location: string;
  readonly condition: string;
  readonly quantity: number;
}

/** Balances by location and condition: of one model, or of a location. */
export async function listShelves(ctx: Ctx, page: PageRequest, filter: { model_id?: string | undefined; location?: string | undefined }): Promise<Page<Shelf>> {
  const query = ctx.db
    .selectFrom('stock_balances')
    .innerJoin('models', 'models.id', 'stock_balances.model_id')
    .select(['model_id', 'models.code as model_code', 'location', 'condition', 'quantity'])
    .where('quantity', '<>', 0)
    .$if(filter.model_id !== undefined, (query) => query.where('model_id', '=', filter.model_id ?? ''))
    .$if(filter.location !== undefined, (query) => query.where('location', '=', filter.location ?? ''));
  return listPage(query, page, { model_code: 'models.code' }, "stock_balances.model_id || '/' || location || '/' || condition");
}

/** What the life model expects and what is there to meet it. */
export async function listForecasts(ctx: Ctx, page: PageRequest) {
  const rows = await listPage(
    ctx.db
      .selectFrom('stock_forecasts')
      .innerJoin('models', 'models.id', 'stock_forecasts.model_id')
      .selectAll('stock_forecasts')
      .select('models.code as model_code'),
    page,
    { model_code: 'models.code' },
    'stock_forecasts.model_id',
  );
  const items = [];
  for (const row of rows.items) {
    const level = await findLevel(ctx, row.model_id);
    items.push({
      ...row,
      reorder_point: level?.reorder_point ?? null,
      suggested_reorder_point: row.service_quantity,
      available: level?.available ?? 0,
      on_order: level?.on_order ?? 0,
      suggested_order: level?.suggested_order ?? 0,
    });
  }
  return { items, next_cursor: rows.next_cursor };
}
