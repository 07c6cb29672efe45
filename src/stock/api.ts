// /stock and /purchase-orders.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { getModelOf } from '../catalog/resolve.ts';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { checkBooks } from './check.ts';
import { cohortOf } from './cohort.ts';
import { countRoutes } from './countApi.ts';
import { placeHold, releaseHold } from './hold.ts';
import { Because, EndReservation, MoveStock, PlaceHold, ReserveStock, SetPolicy } from './inputs.ts';
import { moveStock } from './moveStock.ts';
import { orderRoutes } from './orderApi.ts';
import { setPolicy } from './policy.ts';
import { listForecasts, listHolds, listLevels, listMoves, listPolicies, listReservations, listShelves } from './queries.ts';
import { releaseReservation, reserveStock } from './reserve.ts';
import { takeBackMove } from './reverse.ts';

export const stockApi = newApi();

const text = z.string().nullable();
const at = Instant.nullable();
const number = z.number().nullable();
const tags = ['Stock'];
const short = z.string().max(64).optional();

const Level = z.object({
  model_id: z.string(), model_code: z.string(), model_name: z.string(), maker_code: z.string(), good: z.number(), reserved: z.number(), held: z.number(), available: z.number(), other: z.number(), defective: z.number(),
  on_order: z.number(), reorder_point: number, safety_stock: number, lead_time_days: number, order_quantity: number, expected_demand: number, suggested_order: z.number(),
}).openapi('StockLevel');
const LevelQuery = ListQuery.extend({ model_id: short, model_code: short, maker_code: short, short: z.enum(['true', 'false']).optional().openapi({ description: 'Only models for which an order is suggested' }) });

stockApi.openapi(createRoute({ method: 'get', path: '/stock/levels', tags, summary: 'What of each model is good, reserved, held, available and on order', ...gated('stock:read'), request: { query: LevelQuery }, responses: { 200: answers(pageOf(Level)), ...problems } }), async (c) => {
  const { limit, cursor, sort, short: only, ...filter } = c.req.valid('query');
  return c.json(await listLevels(c.var.ctx, { limit, cursor, sort: sort ?? 'model_code' }, { ...filter, short: only === 'true' }), 200);
});

const Shelf = z.object({ model_id: z.string(), model_code: z.string(), location: z.string(), condition: z.string(), quantity: z.number() }).openapi('StockShelf');

stockApi.openapi(createRoute({ method: 'get', path: '/stock/shelves', tags, summary: 'Balances by location and condition', ...gated('stock:read'), request: { query: z.object({ model_id: short, location: short }) }, responses: { 200: answers(z.object({ items: z.array(Shelf), next_cursor: z.null() })), ...problems } }), async (c) => {
  return c.json({ items: await listShelves(c.var.ctx, c.req.valid('query')), next_cursor: null }, 200);
});

const Drift = z.object({ model_id: z.string(), location: z.string(), condition: z.string(), cached: z.number(), counted: z.number() });
const Check = z.object({ balances: z.array(Drift), places: z.array(z.object({ unit_id: z.string() })), over_reserved: z.array(z.object({ model_id: z.string() })) }).openapi('BooksCheck');

stockApi.openapi(createRoute({ method: 'get', path: '/stock/check', tags, summary: 'Counts the books anew from every move and says what differs', ...gated('stock:read'), responses: { 200: answers(Check), ...problems } }), async (c) => {
  const { balances, places, over_reserved } = await checkBooks(c.var.ctx);
  return c.json({ balances: [...balances], places: [...places], over_reserved: [...over_reserved] }, 200);
});

const Move = z.object({
  id: z.string(), at: Instant, unit_id: text, serial: text, model_id: z.string(), model_code: z.string(), quantity: z.number(), from_location: z.string(), to_location: z.string(), from_condition: text, to_condition: z.string(),
  cause_kind: z.string(), cause_id: text, reason: text, reverses_id: text, actor_id: z.string(), actor_name: z.string(),
}).openapi('StockMove');
const MoveQuery = ListQuery.extend({ unit_id: short, model_id: short, from_location: short, to_location: short, cause_kind: short, cause_id: short });

stockApi.openapi(createRoute({ method: 'get', path: '/stock/moves', tags, summary: 'The ledger', ...gated('stock:read'), request: { query: MoveQuery }, responses: { 200: answers(pageOf(Move)), ...problems } }), async (c) => {
  const { limit, cursor, sort, ...filter } = c.req.valid('query');
  const page = await listMoves(c.var.ctx, { limit, cursor, sort }, filter);
  return c.json({ ...page, items: page.items.map(moveJson) }, 200);
});

stockApi.openapi(createRoute({ method: 'post', path: '/stock/moves', tags, summary: 'Move a unit or a quantity by hand', ...gated('stock:write'), request: { body: body(MoveStock) }, responses: { 201: answers(Move), ...problems } }), async (c) => {
  const { id } = await moveStock(c.var.ctx, c.req.valid('json'));
  return c.json(moveJson(await findMove(c.var.ctx, id)), 201);
});

stockApi.openapi(createRoute({ method: 'post', path: '/stock/moves/{id}/reversal', tags, summary: 'Take a move back by an entry the other way', ...gated('stock:write'), request: { params: IdParam, body: body(Because) }, responses: { 201: answers(Move), ...problems } }), async (c) => {
  const { id } = await takeBackMove(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason);
  return c.json(moveJson(await findMove(c.var.ctx, id)), 201);
});

const Reservation = z.object({
  id: z.string(), model_id: z.string(), model_code: z.string(), asked_model_id: z.string(), asked_model_code: z.string(), unit_id: text, serial: text, quantity: z.number(), state: z.enum(['active', 'fulfilled', 'released']),
  cause_kind: z.string(), cause_id: text, note: text, created_by: z.string(), created_name: z.string(), created_at: Instant, ended_at: at, ended_reason: text, version: z.int(),
}).openapi('StockReservation');
const ReservationQuery = ListQuery.extend({ state: z.enum(['active', 'fulfilled', 'released']).optional(), model_id: short, unit_id: short });

stockApi.openapi(createRoute({ method: 'get', path: '/stock/reservations', tags, summary: 'Promises of good stock', ...gated('stock:read'), request: { query: ReservationQuery }, responses: { 200: answers(pageOf(Reservation)), ...problems } }), async (c) => {
  const { limit, cursor, sort, ...filter } = c.req.valid('query');
  const page = await listReservations(c.var.ctx, { limit, cursor, sort }, filter);
  return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
});

stockApi.openapi(createRoute({ method: 'post', path: '/stock/reservations', tags, summary: 'Promise a unit, or a quantity of a spare without serials', ...gated('stock:write'), request: { body: body(ReserveStock) }, responses: { 201: answers(Reservation), ...problems } }), async (c) => {
  const { unit_id, quantity, allow_substitute, note, ...ref } = c.req.valid('json');
  const unit = unit_id === undefined ? undefined : await c.var.ctx.db.selectFrom('units').select('model_id').where('id', '=', unit_id).executeTakeFirst();
  const model = await getModelOf(c.var.ctx, unit === undefined ? ref : { model_id: unit.model_id });
  const row = await reserveStock(c.var.ctx, { model, unit_id, quantity, allow_substitute, note, cause_kind: 'hand', cause_id: null });
  return c.json(jsonOf(await findReservation(c.var.ctx, row.id)), 201);
});

stockApi.openapi(createRoute({ method: 'get', path: '/stock/reservations/{id}', tags, summary: 'One promise', ...gated('stock:read'), request: { params: IdParam }, responses: { 200: answers(Reservation), ...problems } }), async (c) => {
  return c.json(jsonOf(await findReservation(c.var.ctx, c.req.valid('param').id)), 200);
});

stockApi.openapi(createRoute({ method: 'post', path: '/stock/reservations/{id}/release', tags, summary: 'Give a promise back', ...gated('stock:write'), request: { params: IdParam, body: body(EndReservation) }, responses: { 201: answers(Reservation), ...problems } }), async (c) => {
  const { id } = await releaseReservation(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason ?? null);
  return c.json(jsonOf(await findReservation(c.var.ctx, id)), 201);
});

const Policy = z.object({ model_id: z.string(), model_code: z.string(), reorder_point: z.number(), safety_stock: z.number(), lead_time_days: number, order_quantity: number, updated_by: z.string(), updated_at: Instant, version: z.int() }).openapi('StockPolicy');

stockApi.openapi(createRoute({ method: 'get', path: '/stock/policies', tags, summary: 'Reorder points, safety stock and lead times', ...gated('stock:read'), request: { query: ListQuery }, responses: { 200: answers(pageOf(Policy)), ...problems } }), async (c) => {
  const query = c.req.valid('query');
  const page = await listPolicies(c.var.ctx, { ...query, sort: query.sort ?? 'model_code' });
  return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
});

stockApi.openapi(createRoute({ method: 'post', path: '/stock/policies', tags, summary: 'Set when to order a model', ...gated('stock:write'), request: { body: body(SetPolicy) }, responses: { 201: answers(Policy), ...problems } }), async (c) => {
  const row = await setPolicy(c.var.ctx, c.req.valid('json'), expectedVersion(c));
  const model = await getModelOf(c.var.ctx, { model_id: row.model_id });
  setETag(c, row.version);
  return c.json(jsonOf({ ...row, model_code: model.code }), 201);
});

const Hold = z.object({
  id: z.string(), model_id: z.string(), model_code: z.string(), hw_rev: text, batch_id: text, batch_code: text, firmware_id: text, firmware: text, state: z.enum(['active', 'released']), reason: z.string(), cause_kind: text,
  cause_id: text, units_held: z.number(), placed_by: z.string(), placed_name: z.string(), placed_at: Instant, released_by: text, released_name: text, released_at: at, release_reason: text, version: z.int(),
}).openapi('StockHold');
const HoldQuery = ListQuery.extend({ state: z.enum(['active', 'released']).optional(), model_id: short, cause_kind: short, cause_id: short });

stockApi.openapi(createRoute({ method: 'get', path: '/stock/holds', tags, summary: 'Cohorts that may not be shipped', ...gated('stock:read'), request: { query: HoldQuery }, responses: { 200: answers(pageOf(Hold)), ...problems } }), async (c) => {
  const { limit, cursor, sort, ...filter } = c.req.valid('query');
  const page = await listHolds(c.var.ctx, { limit, cursor, sort }, filter);
  return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
});

stockApi.openapi(createRoute({ method: 'post', path: '/stock/holds', tags, summary: 'Hold a cohort from shipping; what was promised of it is free again. Needs stock:write or stock:approve', ...gated('stock:read'), request: { body: body(PlaceHold) }, responses: { 201: answers(Hold), ...problems } }), async (c) => {
  const { reason, cause_kind, cause_id, ...named } = c.req.valid('json');
  const hold = await placeHold(c.var.ctx, await cohortOf(c.var.ctx, named), { reason, cause_kind: cause_kind ?? null, cause_id: cause_id ?? null });
  return c.json(jsonOf(await findHold(c.var.ctx, hold.id)), 201);
});

stockApi.openapi(createRoute({ method: 'get', path: '/stock/holds/{id}', tags, summary: 'One hold', ...gated('stock:read'), request: { params: IdParam }, responses: { 200: answers(Hold), ...problems } }), async (c) => {
  return c.json(jsonOf(await findHold(c.var.ctx, c.req.valid('param').id)), 200);
});

stockApi.openapi(createRoute({ method: 'post', path: '/stock/holds/{id}/release', tags, summary: 'Second person: end a hold', ...gated('stock:approve'), request: { params: IdParam, body: body(Because) }, responses: { 201: answers(Hold), ...problems } }), async (c) => {
  const { id } = await releaseHold(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason);
  return c.json(jsonOf(await findHold(c.var.ctx, id)), 201);
});

const Forecast = z.object({
  model_id: z.string(), model_code: z.string(), horizon_days: z.number(), expected_demand: z.number(), service_level: number, service_quantity: number, method: z.string(), computed_at: Instant, available: z.number(),
  on_order: z.number(), suggested_order: z.number(),
}).openapi('StockForecast');

stockApi.openapi(createRoute({ method: 'get', path: '/stock/forecast', tags, summary: 'What the life model expects to be needed, and what there is', ...gated('stock:read'), request: { query: ListQuery }, responses: { 200: answers(pageOf(Forecast)), ...problems } }), async (c) => {
  const query = c.req.valid('query');
  const page = await listForecasts(c.var.ctx, { ...query, sort: query.sort ?? 'model_code' });
  return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
});

stockApi.route('/', orderRoutes);
stockApi.route('/', countRoutes);

const moveJson = (move: Awaited<ReturnType<typeof listMoves>>['items'][number]) => ({ ...jsonOf(move), at: new Date(move.at).toISOString() });

async function findMove(ctx: Ctx, id: string) {
  const [move] = (await listMoves(ctx, { limit: 1 }, { id })).items;
  if (move === undefined) throw notFound(['Stock move', '在庫移動']);
  return move;
}

async function findReservation(ctx: Ctx, id: string) {
  const [row] = (await listReservations(ctx, { limit: 1 }, { id })).items;
  if (row === undefined) throw notFound(['Reservation', '引当']);
  return row;
}

async function findHold(ctx: Ctx, id: string) {
  const [hold] = (await listHolds(ctx, { limit: 1 }, { id })).items;
  if (hold === undefined) throw notFound(['Hold', '出荷停止']);
  return hold;
}
