// Units of a claim on their way to the maker and back.
import { createRoute, z } from '@hono/zod-openapi';
import { answers, body, gated, IdParam, newApi, problems } from '../web/route.ts';
import { ReceiveFromMaker, SendUnits } from './inputs.ts';
import { Line, LinesAnswer, lineJson } from './json.ts';
import { getClaim } from './load.ts';
import { receiveFromMaker, sendUnits } from './shipment.ts';

export const shipmentApi = newApi();
const api = shipmentApi;
const tags = ['Claims'];
const write = gated('claim:write');

api.openapi(
  createRoute({
    method: 'post',
    path: '/claims/{id}/shipments',
    tags,
    summary: 'Send units to the maker',
    ...write,
    request: { params: IdParam, body: body(SendUnits) },
    responses: { 201: answers(LinesAnswer), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    const lines = await sendUnits(c.var.ctx, id, c.req.valid('json'));
    const { currency } = await getClaim(c.var.ctx, id);
    return c.json({ items: lines.map((line) => lineJson(line, currency)) }, 201);
  },
);

api.openapi(
  createRoute({
    method: 'post',
    path: '/claims/{id}/receipts',
    tags,
    summary: 'A unit comes back from the maker',
    ...write,
    request: { params: IdParam, body: body(ReceiveFromMaker) },
    responses: { 201: answers(z.object({ line: Line, unit_id: z.string(), successor: z.boolean() })), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    const { line, unit_id, successor } = await receiveFromMaker(c.var.ctx, id, c.req.valid('json'));
    const { currency } = await getClaim(c.var.ctx, id);
    return c.json({ line: lineJson(line, currency), unit_id, successor }, 201);
  },
);
