// What happens to a shipment of a return: reservation, shipment, delivery, cancellation.
import { createRoute, z } from '@hono/zod-openapi';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { answers, body, gated, IdParam, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { Because, Maybe, ReserveOutbound, ShipOutbound } from './inputs.ts';
import { Leg, legJson } from './json.ts';
import { getLegView, listLegPage } from './legQueries.ts';
import { legStates } from './lifecycle.ts';
import { cancelOutbound, deliverOutbound, reserveOutbound, shipOutbound } from './outbound.ts';

export const legRoutes = newApi();

const tags = ['Returns'];
const LegParam = IdParam.extend({
  leg_id: z
    .string()
    .min(1)
    .max(64)
    .openapi({ param: { name: 'leg_id', in: 'path' } }),
});
const short = z.string().max(64).optional();
const responses = { 201: answers(Leg), ...problems };

legRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/outbound',
    tags,
    summary: 'Shipments of all returns: what waits, is reserved, on its way or delivered',
    ...gated('return:read'),
    request: {
      query: ListQuery.extend({
        return_id: short,
        unit_id: short,
        model_id: short,
        state: z.enum(legStates).optional(),
        kind: z.enum(['replacement', 'same_unit']).optional(),
      }),
    },
    responses: { 200: answers(pageOf(Leg)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listLegPage(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(legJson) }, 200);
  },
);

legRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/returns/{id}/outbound/{leg_id}',
    tags,
    summary: 'One shipment of a return',
    ...gated('return:read'),
    request: { params: LegParam },
    responses: { 200: answers(Leg), ...problems },
  }),
  async (c) => {
    const { id, leg_id } = c.req.valid('param');
    await refuseForeign(c.var.ctx, id, leg_id);
    const leg = await getLegView(c.var.ctx, leg_id);
    setETag(c, leg.version);
    return c.json(legJson(leg), 200);
  },
);

legRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/returns/{id}/outbound/{leg_id}/reservation',
    tags,
    summary: 'Reserve a unit for a shipment',
    ...gated('return:write'),
    request: { params: LegParam, body: body(ReserveOutbound) },
    responses,
  }),
  async (c) => {
    const { id, leg_id } = c.req.valid('param');
    await refuseForeign(c.var.ctx, id, leg_id);
    setETag(c, (await reserveOutbound(c.var.ctx, leg_id, c.req.valid('json'), expectedVersion(c))).version);
    return c.json(legJson(await getLegView(c.var.ctx, leg_id)), 201);
  },
);

legRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/returns/{id}/outbound/{leg_id}/shipment',
    tags,
    summary: 'The unit leaves',
    ...gated('return:write'),
    request: { params: LegParam, body: body(ShipOutbound) },
    responses,
  }),
  async (c) => {
    const { id, leg_id } = c.req.valid('param');
    await refuseForeign(c.var.ctx, id, leg_id);
    setETag(c, (await shipOutbound(c.var.ctx, leg_id, c.req.valid('json'), expectedVersion(c))).version);
    return c.json(legJson(await getLegView(c.var.ctx, leg_id)), 201);
  },
);

legRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/returns/{id}/outbound/{leg_id}/delivery',
    tags,
    summary: 'The unit arrived',
    ...gated('return:write'),
    request: { params: LegParam, body: body(Maybe) },
    responses,
  }),
  async (c) => {
    const { id, leg_id } = c.req.valid('param');
    await refuseForeign(c.var.ctx, id, leg_id);
    setETag(c, (await deliverOutbound(c.var.ctx, leg_id, expectedVersion(c))).version);
    return c.json(legJson(await getLegView(c.var.ctx, leg_id)), 201);
  },
);

legRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/returns/{id}/outbound/{leg_id}/cancellation',
    tags,
    summary: 'Call a shipment off before it left',
    ...gated('return:write'),
    request: { params: LegParam, body: body(Because) },
    responses,
  }),
  async (c) => {
    const { id, leg_id } = c.req.valid('param');
    await refuseForeign(c.var.ctx, id, leg_id);
    setETag(c, (await cancelOutbound(c.var.ctx, leg_id, c.req.valid('json').reason, expectedVersion(c))).version);
    return c.json(legJson(await getLegView(c.var.ctx, leg_id)), 201);
  },
);

async function refuseForeign(ctx: Ctx, return_id: string, leg_id: string): Promise<void> {
  if ((await getLegView(ctx, leg_id)).return_id !== return_id) throw notFound(['Shipment', '出荷']);
}
