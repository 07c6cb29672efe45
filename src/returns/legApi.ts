// What happens to a shipment of a return: reservation, shipment, delivery, cancellation.
import { createRoute, z } from '@hono/zod-openapi';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { answers, body, gated, IdParam, newApi, problems } from '../web/route.ts';
import { setETag } from '../web/version.ts';
import { Because, Maybe, ReserveOutbound, ShipOutbound } from './inputs.ts';
import { Leg, legJson } from './json.ts';
import { cancelOutbound, deliverOutbound, reserveOutbound, shipOutbound } from './outbound.ts';
import { getLegView } from './queries.ts';

export const legRoutes = newApi();

const tags = ['Returns'];
const LegParam = IdParam.extend({
  leg_id: z
    .string()
    .min(1)
    .max(64)
    .openapi({ param: { name: 'leg_id', in: 'path' } }),
});
const responses = { 201: answers(Leg), ...problems };

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
    setETag(c, (await reserveOutbound(c.var.ctx, leg_id, c.req.valid('json'))).version);
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
    setETag(c, (await shipOutbound(c.var.ctx, leg_id, c.req.valid('json'))).version);
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
    setETag(c, (await deliverOutbound(c.var.ctx, leg_id)).version);
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
    setETag(c, (await cancelOutbound(c.var.ctx, leg_id, c.req.valid('json').reason)).version);
    return c.json(legJson(await getLegView(c.var.ctx, leg_id)), 201);
  },
);

async function refuseForeign(ctx: Ctx, return_id: string, leg_id: string): Promise<void> {
  if ((await getLegView(ctx, leg_id)).return_id !== return_id) throw notFound(['Shipment', '出荷']);
}
