// /purchase-orders.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { notFound } from '../core/problem.ts';
import type { AppContext } from '../web/env.ts';
import { answers, body, DayText, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { Because, NewOrder, PlaceOrder, ReceiveOrder } from './inputs.ts';
import { cancelOrder, createOrder, listOrderLines, placeOrder, receiveOrder } from './order.ts';
import { listOrders } from './queries.ts';

export const orderRoutes = newApi();

const tags = ['Stock'];
export const orderStates = ['draft', 'ordered', 'partly_received', 'received', 'cancelled'] as const;
const text = z.string().nullable();
const Order = z
  .object({
    id: z.string(),
    number: z.string(),
    supplier: z.string(),
    state: z.enum(orderStates),
    ordered_on: DayText.nullable(),
    expected_on: DayText.nullable(),
    note: text,
    quantity: z.number(),
    received_quantity: z.number(),
    created_by: z.string(),
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('PurchaseOrder');
const Line = z
  .object({
    id: z.string(),
    model_id: z.string(),
    model_code: z.string(),
    quantity: z.number(),
    received_quantity: z.number(),
    unit_cost: z.number().nullable(),
    currency: text,
  })
  .openapi('PurchaseOrderLine');
export const OrderQuery = ListQuery.extend({
  state: z.enum(orderStates).optional(),
  awaited: z.enum(['true', 'false']).optional().openapi({ description: 'Only orders of which goods are still to come' }),
  model_id: z.string().max(64).optional(),
});
const OrderInFull = Order.extend({ lines: z.array(Line) }).openapi('PurchaseOrderInFull');

orderRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/purchase-orders',
    tags,
    summary: 'List purchase orders',
    ...gated('stock:read'),
    request: { query: OrderQuery },
    responses: { 200: answers(pageOf(Order)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listOrders(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
  },
);

orderRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/purchase-orders/{id}',
    tags,
    summary: 'One purchase order with its lines',
    ...gated('stock:read'),
    request: { params: IdParam },
    responses: { 200: answers(OrderInFull), ...problems },
  }),
  async (c) => {
    return c.json(await showOrder(c, c.req.valid('param').id), 200);
  },
);

orderRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/purchase-orders',
    tags,
    summary: 'Write a purchase order',
    ...gated('stock:write'),
    request: { body: body(NewOrder) },
    responses: { 201: answers(OrderInFull), ...problems },
  }),
  async (c) => {
    const { id } = await createOrder(c.var.ctx, c.req.valid('json'));
    c.header('Location', `/api/v1/purchase-orders/${id}`);
    return c.json(await showOrder(c, id), 201);
  },
);

orderRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/purchase-orders/{id}/order',
    tags,
    summary: 'The order goes to the supplier',
    ...gated('stock:write'),
    request: { params: IdParam, body: body(PlaceOrder) },
    responses: { 201: answers(OrderInFull), ...problems },
  }),
  async (c) => {
    const { id } = await placeOrder(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    return c.json(await showOrder(c, id), 201);
  },
);

orderRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/purchase-orders/{id}/receipts',
    tags,
    summary: 'Goods of one line arrive, some or all',
    ...gated('stock:write'),
    request: { params: IdParam, body: body(ReceiveOrder) },
    responses: { 201: answers(OrderInFull), ...problems },
  }),
  async (c) => {
    const { id } = await receiveOrder(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    return c.json(await showOrder(c, id), 201);
  },
);

orderRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/purchase-orders/{id}/cancellation',
    tags,
    summary: 'Call off what has not come',
    ...gated('stock:write'),
    request: { params: IdParam, body: body(Because) },
    responses: { 201: answers(OrderInFull), ...problems },
  }),
  async (c) => {
    const { id } = await cancelOrder(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason, expectedVersion(c));
    return c.json(await showOrder(c, id), 201);
  },
);

async function showOrder(c: AppContext, id: string) {
  const { ctx } = c.var;
  const [order] = (await listOrders(ctx, { limit: 1 }, { id })).items;
  if (order === undefined) throw notFound(['Purchase order', '発注']);
  setETag(c, order.version);
  return { ...jsonOf(order), lines: (await listOrderLines(ctx, id)).map(({ purchase_order_id: _, ...line }) => line) };
}
