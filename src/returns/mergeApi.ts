// POST /units/{id}/merge: here and not with the units, because the receipt of the box merges with it.
import { createRoute } from '@hono/zod-openapi';
import { MergeUnit } from '../unit/inputs.ts';
import { inFull, UnitInFull } from '../unit/json.ts';
import { answers, body, gated, IdParam, newApi, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { mergeReceived } from './mergeReceived.ts';

export const mergeRoutes = newApi();

mergeRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/units/{id}/merge',
    tags: ['Units'],
    summary: 'Merge a provisional unit into the one it turned out to be; its receipt counts in the return that expects that one',
    ...gated('unit:write'),
    request: { params: IdParam, body: body(MergeUnit) },
    responses: { 201: answers(UnitInFull), ...problems },
  }),
  async (c) => {
    const { id, version } = await mergeReceived(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, version);
    return c.json(await inFull(c.var.ctx, id), 201);
  },
);
