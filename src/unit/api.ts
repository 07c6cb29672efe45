// /units: look-up by any identifier, list, one, create, correct, and what happens to a unit as nouns under it.
import { createRoute, z } from '@hono/zod-openapi';
import { answers, body, gated, IdParam, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { createUnit } from './createUnit.ts';
import { changeFirmware } from './firmware.ts';
import { conditions, identities, locations, NewFirmware, NewServiceInterval, NewUnit, ServiceIntervalChange, SwapUnit, UnitChange } from './inputs.ts';
import { inFull, Unit, UnitInFull, unitJson } from './json.ts';
import { listUnits } from './queries.ts';
import { changeService, startService } from './service.ts';
import { swapUnit } from './swapUnit.ts';
import { updateUnit } from './updateUnit.ts';

export const unitApi = newApi();

const short = z.string().max(64).optional();
export const UnitQuery = z.object({
  serial: z
    .string()
    .max(200)
    .optional()
    .openapi({ description: 'Any identifier in any spelling: serial, MAC, device_id, asset tag. Every unit it fits is returned.' }),
  model_id: short,
  model_code: short,
  maker_code: short,
  batch_id: short,
  batch_code: short,
  firmware_id: short,
  firmware: short,
  hw_rev: short,
  customer_id: short,
  customer_code: short,
  site_id: short,
  site_code: short,
  location: z.enum(locations).optional(),
  condition: z.enum(conditions).optional(),
  identity: z.enum(identities).optional(),
});

const tags = ['Units'];

unitApi.openapi(
  createRoute({
    method: 'get',
    path: '/units',
    tags,
    summary: 'List units, or find one by any identifier',
    ...gated('unit:read'),
    request: { query: UnitQuery.extend(ListQuery.shape) },
    responses: { 200: answers(pageOf(Unit)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listUnits(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(unitJson) }, 200);
  },
);

unitApi.openapi(
  createRoute({
    method: 'get',
    path: '/units/{id}',
    tags,
    summary: 'One unit with its identifiers and intervals',
    ...gated('unit:read'),
    request: { params: IdParam },
    responses: { 200: answers(UnitInFull), ...problems },
  }),
  async (c) => {
    const unit = await inFull(c.var.ctx, c.req.valid('param').id);
    setETag(c, unit.version);
    return c.json(unit, 200);
  },
);

unitApi.openapi(
  createRoute({
    method: 'post',
    path: '/units',
    tags,
    summary: 'Add a unit',
    ...gated('unit:write'),
    request: { body: body(NewUnit) },
    responses: { 201: answers(UnitInFull), ...problems },
  }),
  async (c) => {
    const { id, version } = await createUnit(c.var.ctx, c.req.valid('json'));
    setETag(c, version);
    c.header('Location', `/api/v1/units/${id}`);
    return c.json(await inFull(c.var.ctx, id), 201);
  },
);

unitApi.openapi(
  createRoute({
    method: 'patch',
    path: '/units/{id}',
    tags,
    summary: 'Correct a unit',
    ...gated('unit:write'),
    request: { params: IdParam, body: body(UnitChange) },
    responses: { 200: answers(UnitInFull), ...problems },
  }),
  async (c) => {
    const { id, version } = await updateUnit(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, version);
    return c.json(await inFull(c.var.ctx, id), 200);
  },
);

unitApi.openapi(
  createRoute({
    method: 'post',
    path: '/units/{id}/swap',
    tags,
    summary: 'Replace a unit by another at the same site; answers the replacement',
    ...gated('unit:write'),
    request: { params: IdParam, body: body(SwapUnit) },
    responses: { 201: answers(UnitInFull), ...problems },
  }),
  async (c) => {
    const { id, version } = await swapUnit(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, version);
    return c.json(await inFull(c.var.ctx, id), 201);
  },
);

unitApi.openapi(
  createRoute({
    method: 'post',
    path: '/units/{id}/service-intervals',
    tags,
    summary: 'Put a unit into service; an open interval ends on that day',
    ...gated('unit:write'),
    request: { params: IdParam, body: body(NewServiceInterval) },
    responses: { 201: answers(UnitInFull), ...problems },
  }),
  async (c) => {
    const { unit_id } = await startService(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    const unit = await inFull(c.var.ctx, unit_id);
    setETag(c, unit.version);
    return c.json(unit, 201);
  },
);

const IntervalParam = IdParam.extend({
  interval_id: z
    .string()
    .min(1)
    .max(64)
    .openapi({ param: { name: 'interval_id', in: 'path' } }),
});

unitApi.openapi(
  createRoute({
    method: 'patch',
    path: '/units/{id}/service-intervals/{interval_id}',
    tags,
    summary: 'Correct or end a service interval',
    ...gated('unit:write'),
    request: { params: IntervalParam, body: body(ServiceIntervalChange) },
    responses: { 200: answers(UnitInFull), ...problems },
  }),
  async (c) => {
    const { id, interval_id } = c.req.valid('param');
    await changeService(c.var.ctx, id, interval_id, c.req.valid('json'));
    const unit = await inFull(c.var.ctx, id);
    setETag(c, unit.version);
    return c.json(unit, 200);
  },
);

unitApi.openapi(
  createRoute({
    method: 'post',
    path: '/units/{id}/firmware',
    tags,
    summary: 'Say which firmware a unit runs since when',
    ...gated('unit:write'),
    request: { params: IdParam, body: body(NewFirmware) },
    responses: { 201: answers(UnitInFull), ...problems },
  }),
  async (c) => {
    const { id, version } = await changeFirmware(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, version);
    return c.json(await inFull(c.var.ctx, id), 201);
  },
);
