// Purchase orders: written, placed, received in parts, cancelled as far as nothing came.
import { getModelOf } from '../catalog/resolve.ts';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { inSentence } from '../core/words.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { nextNumber } from '../db/number.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
import { remember } from '../history/remember.ts';
import type { StockMoveRow } from '../ledger/table.ts';
import { refuseStale } from '../web/version.ts';
import { bringIn } from './bringIn.ts';
import type { NewOrder, PlaceOrder, ReceiveOrder } from './inputs.ts';
import { orderStateAfter } from './rules.ts';
import type { PurchaseOrderLineRow, PurchaseOrderRow } from './table.ts';
import { orderStateLabels } from './words.ts';

export async function createOrder(ctx: Ctx, input: NewOrder): Promise<PurchaseOrderRow> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    const row: PurchaseOrderRow = {
      id: newId(ctx.now),
      number: await nextNumber(ctx, 'PO'),
      supplier: input.supplier,
      state: input.ordered === true ? 'ordered' : 'draft',
      ordered_on: input.ordered === true ? today(ctx) : null,
      expected_on: input.expected_on ?? null,
      note: input.note ?? null,
      created_by: ctx.actor.id,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('purchase_orders').values(row).execute();
    for (const line of input.lines) {
      const model = await getModelOf(ctx, line);
      await ctx.db
        .insertInto('purchase_order_lines')
        .values({
          id: newId(ctx.now),
          purchase_order_id: row.id,
          model_id: model.id,
          quantity: line.quantity,
          received_quantity: 0,
          unit_cost: line.unit_cost ?? null,
          currency: line.currency ?? null,
        })
        .execute();
    }
    await remember(ctx, {
      action: 'purchase_order.created',
      record_kind: 'purchase_order',
      record_id: row.id,
      change: { number: row.number, supplier: row.supplier, state: row.state },
    });
    return row;
  });
}

/** The order goes to the supplier. */
export async function placeOrder(ctx: Ctx, id: string, input: PlaceOrder, expected?: number): Promise<PurchaseOrderRow> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    const order = await getOrder(ctx, id, expected);
    if (order.state !== 'draft') throw wrongOrder(order);
    const saved = await saveOrder(ctx, order, {
      state: 'ordered',
      ordered_on: input.ordered_on ?? today(ctx),
      expected_on: input.expected_on ?? order.expected_on,
    });
    await remember(ctx, { action: 'purchase_order.ordered', record_kind: 'purchase_order', record_id: id });
    return saved;
  });
}

/** Goods of one line arrive, some or all: units by serial, spares by quantity. They enter good stock as new. */
export async function receiveOrder(ctx: Ctx, id: string, input: ReceiveOrder, expected?: number): Promise<PurchaseOrderRow> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    const order = await getOrder(ctx, id, expected);
    if (order.state !== 'ordered' && order.state !== 'partly_received') throw wrongOrder(order);
    const came = input.serials?.length ?? input.quantity ?? 0;
    if (came === 0) throw invalid('quantity', ['Give the serials or a quantity', 'シリアルまたは数量を指定してください']);
    const line = await takeOff(ctx, id, input.line_id, came);
    await bringIn(ctx, order, line, input);
    const state = orderStateAfter(await listOrderLines(ctx, id));
    const saved = await saveOrder(ctx, order, { state });
    await remember(ctx, {
      action: 'purchase_order.received',
      record_kind: 'purchase_order',
      record_id: id,
      change: { line_id: line.id, quantity: came, state },
    });
    return saved;
  });
}

/** Calls off what has not come: an order of which nothing came is cancelled, a partly received one is cut to what came. */
export async function cancelOrder(ctx: Ctx, id: string, reason: string, expected?: number): Promise<PurchaseOrderRow> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    const order = await getOrder(ctx, id, expected);
    if (order.state === 'received' || order.state === 'cancelled') throw wrongOrder(order);
    const saved = await saveOrder(ctx, order, { state: order.state === 'partly_received' ? 'received' : 'cancelled' });
    await remember(ctx, { action: 'purchase_order.cancelled', record_kind: 'purchase_order', record_id: id, reason });
    return saved;
  });
}

export async function getOrder(ctx: Ctx, id: string, expected?: number): Promise<PurchaseOrderRow> {
  const order = await ctx.db.selectFrom('purchase_orders').selectAll().where('id', '=', id).executeTakeFirst();
  if (order === undefined) throw notFound(['Purchase order', '発注']);
  refuseStale(order, expected);
  return order;
}

export const listOrderLines = (ctx: Ctx, id: string): Promise<(PurchaseOrderLineRow & { model_code: string })[]> =>
  ctx.db
    .selectFrom('purchase_order_lines')
    .innerJoin('models', 'models.id', 'purchase_order_lines.model_id')
    .selectAll('purchase_order_lines')
    .select('models.code as model_code')
    .where('purchase_order_id', '=', id)
    .orderBy('purchase_order_lines.id')
    .execute();

/** Takes what came off the line; never more than was ordered. */
async function takeOff(ctx: Ctx, order_id: string, line_id: string, came: number): Promise<PurchaseOrderLineRow> {
  const line = await ctx.db
    .updateTable('purchase_order_lines')
    .set((set) => ({ received_quantity: set('received_quantity', '+', came) }))
    .where('id', '=', line_id)
    .where('purchase_order_id', '=', order_id)
    .where((of) => of(of('received_quantity', '+', came), '<=', of.ref('quantity')))
    .returningAll()
    .executeTakeFirst();
  if (line !== undefined) return line;
  const known = await ctx.db
    .selectFrom('purchase_order_lines')
    .select(['quantity', 'received_quantity'])
    .where('id', '=', line_id)
    .where('purchase_order_id', '=', order_id)
    .executeTakeFirst();
  if (known === undefined) throw invalid('line_id', ['Not a line of this order', 'この発注の明細ではありません']);
  throw new Problem(
    'conflict',
    [`Only ${known.quantity - known.received_quantity} of this line are outstanding`, `この明細の未入荷は ${known.quantity - known.received_quantity} 個です`],
    { blocking: `/api/v1/purchase-orders/${order_id}` },
  );
}

/** Goods of an order went back to the supplier: they are outstanding again, inside the open transaction. */
export async function sendBack(ctx: Ctx, move: StockMoveRow, reason: string): Promise<void> {
  const order = await getOrder(ctx, move.cause_id ?? '');
  const line = (await listOrderLines(ctx, order.id)).find((one) => one.model_id === move.model_id && one.received_quantity >= move.quantity);
  if (line === undefined) throw wrongOrder(order);
  await ctx.db
    .updateTable('purchase_order_lines')
    .set((set) => ({ received_quantity: set('received_quantity', '-', move.quantity) }))
    .where('id', '=', line.id)
    .execute();
  const state = orderStateAfter(await listOrderLines(ctx, order.id));
  await saveOrder(ctx, order, { state });
  await remember(ctx, {
    action: 'purchase_order.sent_back',
    record_kind: 'purchase_order',
    record_id: order.id,
    reason,
    change: { line_id: line.id, quantity: move.quantity, state },
  });
}

const saveOrder = (ctx: Ctx, order: PurchaseOrderRow, changes: Partial<PurchaseOrderRow>): Promise<PurchaseOrderRow> =>
  saveVersioned(
    ctx,
    'purchase_orders',
    order,
    changes,
    ({ id }) =>
      new Problem('conflict', ['Someone else changed this order at the same moment', '同時に更新されました'], { blocking: `/api/v1/purchase-orders/${id}` }),
  );

const wrongOrder = (order: PurchaseOrderRow): Problem =>
  new Problem(
    'conflict',
    [`Order ${order.number} is ${inSentence(orderStateLabels[order.state])}`, `発注 ${order.number} の状態(${orderStateLabels[order.state][1]})ではできません`],
    {
      blocking: `/api/v1/purchase-orders/${order.id}`,
    },
  );
