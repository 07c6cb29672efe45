// /makers /models /batches /firmwares /partners /customers /sites /contracts: list, one, create, change.
import { createRoute } from '@hono/zod-openapi';
import { speak } from '../core/words.ts';
import { answers, body, gated, IdParam, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { jsonOf } from './json.ts';
import { type Resource, resources } from './resources.ts';
import { recordNames } from './save.ts';

export const catalogApi = newApi();

for (const resource of resources) {
  addReads(resource);
  addWrites(resource);
}

function addReads(resource: Resource): void {
  const { table, read, Record, Filter } = resource;
  const [tags, one] = [[speak(resource.label, 'en')], speak(recordNames[table][1], 'en').toLowerCase()];
  catalogApi.openapi(
    createRoute({
      method: 'get',
      path: `/${table}`,
      tags,
      summary: `List ${speak(resource.label, 'en').toLowerCase()}`,
      ...gated(read),
      request: { query: Filter.extend(ListQuery.shape) },
      responses: { 200: answers(pageOf(Record)), ...problems },
    }),
    async (c) => {
      const query = c.req.valid('query');
      const page = await resource.list(c.var.ctx, ListQuery.parse(query), query);
      return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
    },
  );
  catalogApi.openapi(
    createRoute({
      method: 'get',
      path: `/${table}/{id}`,
      tags,
      summary: `One ${one}`,
      ...gated(read),
      request: { params: IdParam },
      responses: { 200: answers(Record), ...problems },
    }),
    async (c) => {
      const record = await resource.get(c.var.ctx, c.req.valid('param').id);
      setETag(c, record.version);
      return c.json(jsonOf(record), 200);
    },
  );
}

function addWrites(resource: Resource): void {
  const { table, Record, New, Change } = resource;
  const [tags, one] = [[speak(resource.label, 'en')], speak(recordNames[table][1], 'en').toLowerCase()];
  catalogApi.openapi(
    createRoute({
      method: 'post',
      path: `/${table}`,
      tags,
      summary: `Add a ${one}`,
      ...gated('catalog:write'),
      request: { body: body(New) },
      responses: { 201: answers(Record), ...problems },
    }),
    async (c) => {
      const { id, version } = await resource.create(c.var.ctx, c.req.valid('json'));
      setETag(c, version);
      c.header('Location', `/api/v1/${table}/${id}`);
      return c.json(jsonOf(await resource.get(c.var.ctx, id)), 201);
    },
  );
  catalogApi.openapi(
    createRoute({
      method: 'patch',
      path: `/${table}/{id}`,
      tags,
      summary: `Change a ${one}`,
      ...gated('catalog:write'),
      request: { params: IdParam, body: body(Change) },
      responses: { 200: answers(Record), ...problems },
    }),
    async (c) => {
      const { id, version } = await resource.update(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
      setETag(c, version);
      return c.json(jsonOf(await resource.get(c.var.ctx, id)), 200);
    },
  );
}
