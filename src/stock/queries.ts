// Reading the stock: moves, reservations, holds, policies, orders, counts. Levels are in levels.ts.
import { sql } from 'kysely';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import type { StockMoveRow } from '../ledger/table.ts';
import type { PurchaseOrderRow, StockCountRow, StockHoldRow, StockPolicyRow, StockReservationRow, StockWriteOffRow } from './table.ts';

export type MoveView = StockMoveRow & {
  readonly serial: string | null;
  readonly model_code: string /** 1 when an entry the other way took it back. */;
  readonly reversed: number;
};
export interface MoveFilter {
  readonly unit_id?: string | undefined;
  readonly model_id?: string | undefined;
  readonly from_location?: string | undefined;
  readonly to_location?: string | undefined;
  readonly cause_kind?: string | undefined;
  readonly cause_id?: string | undefined;
  readonly id?: string | undefined;
}

export async function listMoves(ctx: Ctx, page: PageRequest, filter: MoveFilter = {}): Promise<Page<MoveView>> {
  let query = ctx.db
    .selectFrom('stock_moves')
    .innerJoin('models', 'models.id', 'stock_moves.model_id')
    .leftJoin('units', 'units.id', 'stock_moves.unit_id')
    .selectAll('stock_moves')
    .select(['units.serial', 'models.code as model_code'])
    .select(sql<number>`case when exists (select 1 from stock_moves r where r.reverses_id = stock_moves.id) then 1 else 0 end`.as('reversed'));
  for (const field of ['unit_id', 'model_id', 'from_location', 'to_location', 'cause_kind', 'cause_id', 'id'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(sql<boolean>`${sql.ref(`stock_moves.${field}`)} = ${value}`);
  }
  // listPage simplifies the row type, which is MoveView.
  return (await listPage(query, page, { at: 'stock_moves.id' }, 'stock_moves.id')) as Page<MoveView>;
}

export type ReservationView = StockReservationRow & {
  readonly serial: string | null;
  readonly model_code: string;
  readonly asked_model_code: string;
  /** The return whose shipment it was promised to. */
  readonly return_id: string | null;
};

export async function listReservations(
  ctx: Ctx,
  page: PageRequest,
  filter: { state?: string | undefined; model_id?: string | undefined; unit_id?: string | undefined; id?: string | undefined } = {},
): Promise<Page<ReservationView>> {
  let query = ctx.db
    .selectFrom('stock_reservations')
    .innerJoin('models', 'models.id', 'stock_reservations.model_id')
    .innerJoin('models as asked', 'asked.id', 'stock_reservations.asked_model_id')
    .leftJoin('units', 'units.id', 'stock_reservations.unit_id')
    .leftJoin('outbound_legs', (join) =>
      join.onRef('outbound_legs.id', '=', 'stock_reservations.cause_id').on('stock_reservations.cause_kind', '=', 'outbound'),
    )
    .selectAll('stock_reservations')
    .select(['units.serial', 'models.code as model_code', 'asked.code as asked_model_code', 'outbound_legs.return_id']);
  for (const field of ['state', 'model_id', 'unit_id', 'id'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(sql<boolean>`${sql.ref(`stock_reservations.${field}`)} = ${value}`);
  }
  return (await listPage(query, page, { created_at: 'stock_reservations.id' }, 'stock_reservations.id')) as Page<ReservationView>;
}

export type HoldView = StockHoldRow & {
  readonly model_code: string;
  readonly batch_code: string | null;
  readonly firmware: string | null;
  readonly units_held: number;
};

export async function listHolds(
  ctx: Ctx,
  page: PageRequest,
  filter: {
    state?: string | undefined;
    model_id?: string | undefined;
    cause_kind?: string | undefined;
    cause_id?: string | undefined;
    id?: string | undefined;
  } = {},
): Promise<Page<HoldView>> {
  let query = ctx.db
    .selectFrom('stock_holds')
    .innerJoin('models', 'models.id', 'stock_holds.model_id')
    .leftJoin('batches', 'batches.id', 'stock_holds.batch_id')
    .leftJoin('firmwares', 'firmwares.id', 'stock_holds.firmware_id')
    .selectAll('stock_holds')
    .select(['models.code as model_code', 'batches.code as batch_code', 'firmwares.code as firmware'])
    .select(
      sql<number>`(select count(*) from unit_places p join units u on u.id = p.unit_id where u.model_id = stock_holds.model_id and p.location = 'good_stock'
      and (stock_holds.hw_rev is null or stock_holds.hw_rev = u.hw_rev) and (stock_holds.batch_id is null or stock_holds.batch_id = u.batch_id) and (stock_holds.firmware_id is null or stock_holds.firmware_id = u.firmware_id))`.as(
        'units_held',
      ),
    );
  for (const field of ['state', 'model_id', 'cause_kind', 'cause_id', 'id'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(sql<boolean>`${sql.ref(`stock_holds.${field}`)} = ${value}`);
  }
  return (await listPage(query, page, { placed_at: 'stock_holds.id' }, 'stock_holds.id')) as Page<HoldView>;
}

export type PolicyView = StockPolicyRow & { readonly model_code: string };

export const listPolicies = (ctx: Ctx, page: PageRequest): Promise<Page<PolicyView>> =>
  listPage(
    ctx.db
      .selectFrom('stock_policies')
      .innerJoin('models', 'models.id', 'stock_policies.model_id')
      .selectAll('stock_policies')
      .select('models.code as model_code'),
    page,
    { model_code: 'models.code' },
    'stock_policies.model_id',
  );

export type OrderView = PurchaseOrderRow & { readonly quantity: number; readonly received_quantity: number };

export interface OrderFilter {
  readonly state?: string | undefined;
  readonly id?: string | undefined;
  /** `true`: goods are still to come, of the model where one is named. */
  readonly awaited?: string | undefined;
  readonly model_id?: string | undefined;
}

export async function listOrders(ctx: Ctx, page: PageRequest, filter: OrderFilter = {}): Promise<Page<OrderView>> {
  const query = ctx.db
    .selectFrom('purchase_orders')
    .selectAll()
    .select([
      sql<number>`(select coalesce(sum(quantity), 0) from purchase_order_lines where purchase_order_id = purchase_orders.id)`.as('quantity'),
      sql<number>`(select coalesce(sum(received_quantity), 0) from purchase_order_lines where purchase_order_id = purchase_orders.id)`.as('received_quantity'),
    ])
    .$if(filter.state !== undefined, (query) => query.where(sql<boolean>`state = ${filter.state}`))
    .$if(filter.id !== undefined, (query) => query.where('id', '=', filter.id ?? ''))
    .$if(filter.awaited === 'true', (query) => query.where('state', 'in', ['ordered', 'partly_received']))
    .$if(filter.model_id !== undefined, (query) =>
      query.where((of) =>
        of.exists(
          of
            .selectFrom('purchase_order_lines')
            .select(sql.lit(1).as('one'))
            .whereRef('purchase_order_id', '=', 'purchase_orders.id')
            .where('model_id', '=', filter.model_id ?? '')
            .$if(filter.awaited === 'true', (lines) => lines.whereRef('received_quantity', '<', 'quantity')),
        ),
      ),
    );
  return (await listPage(
    query,
    page,
    { created_at: 'purchase_orders.id', expected_on: "coalesce(purchase_orders.expected_on, '9999-12-31')" },
    'purchase_orders.id',
  )) as Page<OrderView>;
}

export type WriteOffView = StockWriteOffRow & { readonly model_code: string; readonly serial: string | null };

export async function listWriteOffs(
  ctx: Ctx,
  page: PageRequest,
  filter: { state?: string | undefined; model_id?: string | undefined; unit_id?: string | undefined; id?: string | undefined } = {},
): Promise<Page<WriteOffView>> {
  let query = ctx.db
    .selectFrom('stock_write_offs')
    .innerJoin('models', 'models.id', 'stock_write_offs.model_id')
    .leftJoin('units', 'units.id', 'stock_write_offs.unit_id')
    .selectAll('stock_write_offs')
    .select(['models.code as model_code', 'units.serial']);
  for (const field of ['state', 'model_id', 'unit_id', 'id'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(sql<boolean>`${sql.ref(`stock_write_offs.${field}`)} = ${value}`);
  }
  return (await listPage(query, page, { requested_at: 'stock_write_offs.id' }, 'stock_write_offs.id')) as Page<WriteOffView>;
}

export type CountView = StockCountRow & { readonly model_code: string | null; readonly scans: number };

export async function listCounts(ctx: Ctx, page: PageRequest, filter: { state?: string | undefined; id?: string | undefined } = {}): Promise<Page<CountView>> {
  const query = ctx.db
    .selectFrom('stock_counts')
    .leftJoin('models', 'models.id', 'stock_counts.model_id')
    .selectAll('stock_counts')
    .select('models.code as model_code')
    .select(sql<number>`(select count(*) from stock_count_scans where count_id = stock_counts.id)`.as('scans'))
    .$if(filter.state !== undefined, (query) => query.where(sql<boolean>`stock_counts.state = ${filter.state}`))
    .$if(filter.id !== undefined, (query) => query.where('stock_counts.id', '=', filter.id ?? ''));
  return (await listPage(query, page, { started_at: 'stock_counts.id' }, 'stock_counts.id')) as Page<CountView>;
}
