// /stock/reservations and /stock/policies.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { getModelOf } from '../catalog/resolve.ts';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { EndReservation, ReserveStock, SetPolicy, ShipReservation } from './inputs.ts';
import { setPolicy } from './policy.ts';
import { listPolicies, listReservations } from './queries.ts';
import { releaseReservation, reserveStock } from './reserve.ts';
import { shipReservation } from './ship.ts';

export const reservationRoutes = newApi();

const text = z.string().nullable();
const at = Instant.nullable();
const number = z.number().nullable();
const tags = ['Stock'];
const short = z.string().max(64).optional();

const Reservation = z
  .object({
    id: z.string(),
    model_id: z.string(),
    model_code: z.string(),
    asked_model_id: z.string(),
    asked_model_code: z.string(),
    unit_id: text,
    serial: text,
    quantity: z.number(),
    shipped_quantity: z.number(),
    state: z.enum(['active', 'fulfilled', 'released']),
    cause_kind: z.string(),
    cause_id: text,
    return_id: text,
    note: text,
    created_by: z.string(),
    created_name: z.string(),
    created_at: Instant,
    ended_at: at,
    ended_reason: text,
    version: z.int(),
  })
  .openapi('StockReservation');
const ReservationQuery = ListQuery.extend({ state: z.enum(['active', 'fulfilled', 'released']).optional(), model_id: short, unit_id: short });

reservationRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/stock/reservations',
    tags,
    summary: 'Promises of good stock',
    ...gated('stock:read'),
    request: { query: ReservationQuery },
    responses: { 200: answers(pageOf(Reservation)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listReservations(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
  },
);

reservationRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/stock/reservations',
    tags,
    summary: 'Promise a unit, or a quantity of a spare without serials',
    ...gated('stock:write'),
    request: { body: body(ReserveStock) },
    responses: { 201: answers(Reservation), ...problems },
  }),
  async (c) => {
    const { unit_id, quantity, allow_substitute, note, ...ref } = c.req.valid('json');
    const unit = unit_id === undefined ? undefined : await c.var.ctx.db.selectFrom('units').select('model_id').where('id', '=', unit_id).executeTakeFirst();
    const model = await getModelOf(c.var.ctx, unit === undefined ? ref : { model_id: unit.model_id });
    const row = await reserveStock(c.var.ctx, { model, unit_id, quantity, allow_substitute, note, cause_kind: 'hand', cause_id: null });
    return c.json(jsonOf(await findReservation(c.var.ctx, row.id)), 201);
  },
);

reservationRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/stock/reservations/{id}',
    tags,
    summary: 'One promise',
    ...gated('stock:read'),
    request: { params: IdParam },
    responses: { 200: answers(Reservation), ...problems },
  }),
  async (c) => {
    return c.json(jsonOf(await findReservation(c.var.ctx, c.req.valid('param').id)), 200);
  },
);

reservationRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/stock/reservations/{id}/release',
    tags,
    summary: 'Give a promise back',
    ...gated('stock:write'),
    request: { params: IdParam, body: body(EndReservation) },
    responses: { 201: answers(Reservation), ...problems },
  }),
  async (c) => {
    const { id } = await releaseReservation(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason ?? null);
    return c.json(jsonOf(await findReservation(c.var.ctx, id)), 201);
  },
);

reservationRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/stock/reservations/{id}/shipment',
    tags,
    summary: 'Ship what was promised by hand, all that is left of it or a quantity: the goods are moved, the rest stays promised',
    ...gated('stock:write'),
    request: { params: IdParam, body: body(ShipReservation) },
    responses: { 201: answers(Reservation), ...problems },
  }),
  async (c) => {
    const { id } = await shipReservation(c.var.ctx, c.req.valid('param').id, c.req.valid('json'));
    return c.json(jsonOf(await findReservation(c.var.ctx, id)), 201);
  },
);

const Policy = z
  .object({
    model_id: z.string(),
    model_code: z.string(),
    reorder_point: z.number(),
    safety_stock: z.number(),
    lead_time_days: number,
    order_quantity: number,
    updated_by: z.string(),
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('StockPolicy');

reservationRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/stock/policies',
    tags,
    summary: 'Reorder points, safety stock and lead times',
    ...gated('stock:read'),
    request: { query: ListQuery },
    responses: { 200: answers(pageOf(Policy)), ...problems },
  }),
  async (c) => {
    const query = c.req.valid('query');
    const page = await listPolicies(c.var.ctx, { ...query, sort: query.sort ?? 'model_code' });
    return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
  },
);

reservationRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/stock/policies',
    tags,
    summary: 'Set when to order a model',
    ...gated('stock:write'),
    request: { body: body(SetPolicy) },
    responses: { 201: answers(Policy), ...problems },
  }),
  async (c) => {
    const row = await setPolicy(c.var.ctx, c.req.valid('json'), expectedVersion(c));
    const model = await getModelOf(c.var.ctx, { model_id: row.model_id });
    setETag(c, row.version);
    return c.json(jsonOf({ ...row, model_code: model.code }), 201);
  },
);

async function findReservation(ctx: Ctx, id: string) {
  const [row] = (await listReservations(ctx, { limit: 1 }, { id })).items;
  if (row === undefined) throw notFound(['Reservation', '引当']);
  return row;
}
