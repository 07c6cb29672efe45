// /investigations/{id}/causes: the five-why trees.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { answers, body, gated, IdParam, newApi, problems } from '../web/route.ts';
import { Cause } from './apiShapes.ts';
import { addCause, decideCause } from './cause.ts';
import { AddCause, DecideCause } from './inputs.ts';

export const causeApi = newApi();
const tags = ['Investigations'];
const write = gated('investigation:write');
const CauseParam = IdParam.extend({ cause_id: z.string().openapi({ param: { name: 'cause_id', in: 'path' } }) });

causeApi.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/causes',
    tags,
    summary: 'Add a why to a five-why tree',
    ...write,
    request: { params: IdParam, body: body(AddCause) },
    responses: { 201: answers(Cause), ...problems },
  }),
  async (c) => c.json(jsonOf(await addCause(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

causeApi.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/causes/{cause_id}/decision',
    tags,
    summary: 'Confirm or rule out a cause',
    ...write,
    request: { params: CauseParam, body: body(DecideCause) },
    responses: { 201: answers(Cause), ...problems },
  }),
  async (c) => {
    const { id, cause_id } = c.req.valid('param');
    return c.json(jsonOf(await decideCause(c.var.ctx, id, cause_id, c.req.valid('json'))), 201);
  },
);
