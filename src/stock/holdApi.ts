// /stock/holds and /stock/forecast.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { cohortOf } from './cohort.ts';
import { placeHold, releaseHold } from './hold.ts';
import { Because, PlaceHold } from './inputs.ts';
import { listForecasts } from './levels.ts';
import { listHolds } from './queries.ts';

export const holdRoutes = newApi();

const text = z.string().nullable();
const at = Instant.nullable();
const number = z.number().nullable();
const tags = ['Stock'];
const short = z.string().max(64).optional();

const Hold = z
  .object({
    id: z.string(),
    model_id: z.string(),
    model_code: z.string(),
    hw_rev: text,
    batch_id: text,
    batch_code: text,
    firmware_id: text,
    firmware: text,
    state: z.enum(['active', 'released']),
    reason: z.string(),
    cause_kind: text,
    cause_id: text,
    units_held: z.number(),
    placed_by: z.string(),
    placed_name: z.string(),
    placed_at: Instant,
    released_by: text,
    released_name: text,
    released_at: at,
    release_reason: text,
    version: z.int(),
  })
  .openapi('StockHold');
const HoldQuery = ListQuery.extend({ state: z.enum(['active', 'released']).optional(), model_id: short, cause_kind: short, cause_id: short });

holdRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/stock/holds',
    tags,
    summary: 'Cohorts that may not be shipped',
    ...gated('stock:read'),
    request: { query: HoldQuery },
    responses: { 200: answers(pageOf(Hold)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listHolds(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
  },
);

holdRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/stock/holds',
    tags,
    summary: 'Hold a cohort from shipping; what was promised of it is free again. Needs stock:write or stock:approve',
    ...gated('stock:read'),
    request: { body: body(PlaceHold) },
    responses: { 201: answers(Hold), ...problems },
  }),
  async (c) => {
    const { reason, cause_kind, cause_id, ...named } = c.req.valid('json');
    const hold = await placeHold(c.var.ctx, await cohortOf(c.var.ctx, named), { reason, cause_kind: cause_kind ?? null, cause_id: cause_id ?? null });
    return c.json(jsonOf(await findHold(c.var.ctx, hold.id)), 201);
  },
);

holdRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/stock/holds/{id}',
    tags,
    summary: 'One hold',
    ...gated('stock:read'),
    request: { params: IdParam },
    responses: { 200: answers(Hold), ...problems },
  }),
  async (c) => {
    return c.json(jsonOf(await findHold(c.var.ctx, c.req.valid('param').id)), 200);
  },
);

holdRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/stock/holds/{id}/release',
    tags,
    summary: 'Second person: end a hold',
    ...gated('stock:approve'),
    request: { params: IdParam, body: body(Because) },
    responses: { 201: answers(Hold), ...problems },
  }),
  async (c) => {
    const { id } = await releaseHold(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason);
    return c.json(jsonOf(await findHold(c.var.ctx, id)), 201);
  },
);

const Forecast = z
  .object({
    model_id: z.string(),
    model_code: z.string(),
    horizon_days: z.number(),
    expected_demand: z.number(),
    demand_low: number,
    demand_high: number,
    service_level: number,
    service_quantity: number,
    reorder_point: number,
    suggested_reorder_point: number,
    method: z.string(),
    computed_at: Instant,
    available: z.number(),
    on_order: z.number(),
    suggested_order: z.number(),
  })
  .openapi('StockForecast');

holdRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/stock/forecast',
    tags,
    summary: 'What the life model expects to be needed, and what there is',
    ...gated('stock:read'),
    request: { query: ListQuery },
    responses: { 200: answers(pageOf(Forecast)), ...problems },
  }),
  async (c) => {
    const query = c.req.valid('query');
    const page = await listForecasts(c.var.ctx, { ...query, sort: query.sort ?? 'model_code' });
    return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
  },
);

async function findHold(ctx: Ctx, id: string) {
  const [hold] = (await listHolds(ctx, { limit: 1 }, { id })).items;
  if (hold === undefined) throw notFound(['Hold', '出荷停止']);
  return hold;
}
