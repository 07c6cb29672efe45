// /stock and /purchase-orders.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { checkBooks } from './check.ts';
import { countRoutes } from './countApi.ts';
import { holdRoutes } from './holdApi.ts';
import { Because, MoveStock } from './inputs.ts';
import { listLevels, listShelves } from './levels.ts';
import { moveStock } from './moveStock.ts';
import { orderRoutes } from './orderApi.ts';
import { listMoves } from './queries.ts';
import { reservationRoutes } from './reservationApi.ts';
import { takeBackMove } from './reverse.ts';
import { writeOffRoutes } from './writeOffApi.ts';

export const stockApi = newApi();

const text = z.string().nullable();
const number = z.number().nullable();
const tags = ['Stock'];
const short = z.string().max(64).optional();

const Level = z
  .object({
    model_id: z.string(),
    model_code: z.string(),
    model_name: z.string(),
    maker_code: z.string(),
    good: z.number(),
    reserved: z.number(),
    held: z.number(),
    available: z.number(),
    other: z.number(),
    defective: z.number(),
    on_order: z.number(),
    reorder_point: number,
    safety_stock: number,
    lead_time_days: number,
    order_quantity: number,
    expected_demand: number,
    suggested_order: z.number(),
  })
  .openapi('StockLevel');
const LevelQuery = ListQuery.extend({
  model_id: short,
  model_code: short,
  maker_code: short,
  short: z.enum(['true', 'false']).optional().openapi({ description: 'Only models for which an order is suggested' }),
});

stockApi.openapi(
  createRoute({
    method: 'get',
    path: '/stock/levels',
    tags,
    summary: 'What of each model is good, reserved, held, available and on order',
    ...gated('stock:read'),
    request: { query: LevelQuery },
    responses: { 200: answers(pageOf(Level)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, short: only, ...filter } = c.req.valid('query');
    return c.json(await listLevels(c.var.ctx, { limit, cursor, sort: sort ?? 'model_code' }, { ...filter, short: only === 'true' }), 200);
  },
);

const Shelf = z
  .object({ model_id: z.string(), model_code: z.string(), location: z.string(), condition: z.string(), quantity: z.number() })
  .openapi('StockShelf');

stockApi.openapi(
  createRoute({
    method: 'get',
    path: '/stock/shelves',
    tags,
    summary: 'Balances by location and condition',
    ...gated('stock:read'),
    request: { query: ListQuery.extend({ model_id: short, location: short }) },
    responses: { 200: answers(pageOf(Shelf)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    return c.json(await listShelves(c.var.ctx, { limit, cursor, sort: sort ?? 'model_code' }, filter), 200);
  },
);

const Drift = z.object({ model_id: z.string(), location: z.string(), condition: z.string(), cached: z.number(), counted: z.number() });
const Check = z
  .object({ balances: z.array(Drift), places: z.array(z.object({ unit_id: z.string() })), over_reserved: z.array(z.object({ model_id: z.string() })) })
  .openapi('BooksCheck');

stockApi.openapi(
  createRoute({
    method: 'get',
    path: '/stock/check',
    tags,
    summary: 'Counts the books anew from every move and says what differs',
    ...gated('stock:read'),
    responses: { 200: answers(Check), ...problems },
  }),
  async (c) => {
    const { balances, places, over_reserved } = await checkBooks(c.var.ctx);
    return c.json({ balances: [...balances], places: [...places], over_reserved: [...over_reserved] }, 200);
  },
);

const Move = z
  .object({
    id: z.string(),
    at: Instant,
    unit_id: text,
    serial: text,
    model_id: z.string(),
    model_code: z.string(),
    quantity: z.number(),
    from_location: z.string(),
    to_location: z.string(),
    from_condition: text,
    to_condition: z.string(),
    cause_kind: z.string(),
    cause_id: text,
    reason: text,
    reverses_id: text,
    actor_id: z.string(),
    actor_name: z.string(),
  })
  .openapi('StockMove');
const MoveQuery = ListQuery.extend({ unit_id: short, model_id: short, from_location: short, to_location: short, cause_kind: short, cause_id: short });

stockApi.openapi(
  createRoute({
    method: 'get',
    path: '/stock/moves',
    tags,
    summary: 'The ledger',
    ...gated('stock:read'),
    request: { query: MoveQuery },
    responses: { 200: answers(pageOf(Move)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listMoves(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(moveJson) }, 200);
  },
);

stockApi.openapi(
  createRoute({
    method: 'post',
    path: '/stock/moves',
    tags,
    summary: 'Move a unit or a quantity by hand',
    ...gated('stock:write'),
    request: { body: body(MoveStock) },
    responses: { 201: answers(Move), ...problems },
  }),
  async (c) => {
    const { id } = await moveStock(c.var.ctx, c.req.valid('json'));
    return c.json(moveJson(await findMove(c.var.ctx, id)), 201);
  },
);

stockApi.openapi(
  createRoute({
    method: 'post',
    path: '/stock/moves/{id}/reversal',
    tags,
    summary: 'Take a move back by an entry the other way',
    ...gated('stock:write'),
    request: { params: IdParam, body: body(Because) },
    responses: { 201: answers(Move), ...problems },
  }),
  async (c) => {
    const { id } = await takeBackMove(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason);
    return c.json(moveJson(await findMove(c.var.ctx, id)), 201);
  },
);

stockApi.route('/', reservationRoutes);
stockApi.route('/', holdRoutes);
stockApi.route('/', orderRoutes);
stockApi.route('/', countRoutes);
stockApi.route('/', writeOffRoutes);

const moveJson = ({ reversed: _, ...move }: Awaited<ReturnType<typeof listMoves>>['items'][number]) => ({
  ...jsonOf(move),
  at: new Date(move.at).toISOString(),
});

async function findMove(ctx: Ctx, id: string) {
  const [move] = (await listMoves(ctx, { limit: 1 }, { id })).items;
  if (move === undefined) throw notFound(['Stock move', '在庫移動']);
  return move;
}
