// /claims: what we ask of makers. Steps, exchanges, shipments and the scorecard have their own files, as evidence packs do.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { today } from '../db/ctx.ts';
import { answers, body, DayText, gated, IdParam, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { addLines, changeClaim, createClaim, removeLine } from './create.ts';
import { exchangeApi } from './exchangeApi.ts';
import { AddLines, ChangeClaim, ClaimFilter, CreateClaim } from './inputs.ts';
import { Claim, ClaimInFull, counterJson, LinesAnswer, Listed, lineJson, settlementJson } from './json.ts';
import { claimStates, possibleEvents } from './lifecycle.ts';
import { getClaim } from './load.ts';
import { listClaims, listUnattendedClaims, viewClaim } from './queries.ts';
import { scorecardApi } from './scorecardApi.ts';
import { shipmentApi } from './shipmentApi.ts';
import { stepApi } from './stepApi.ts';

export const claimApi = newApi();
const api = claimApi;
const tags = ['Claims'];
const read = gated('claim:read');
const write = gated('claim:write');
const NO_CONTENT = { description: 'Done' };

api.openapi(
  createRoute({
    method: 'get',
    path: '/claims',
    tags,
    summary: 'List claims',
    ...read,
    request: { query: ListQuery.extend(ClaimFilter.shape) },
    responses: { 200: answers(pageOf(Listed)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listClaims(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
  },
);

api.openapi(
  createRoute({
    method: 'post',
    path: '/claims',
    tags,
    summary: 'Draft a claim',
    ...write,
    request: { body: body(CreateClaim) },
    responses: { 201: answers(Claim), ...problems },
  }),
  async (c) => {
    const row = await createClaim(c.var.ctx, c.req.valid('json'));
    setETag(c, row.version);
    return c.json(jsonOf(row), 201);
  },
);

const Unattended = z.object({
  id: z.string(),
  number: z.string(),
  title: z.string(),
  state: z.enum(claimStates),
  maker_name: z.string(),
  owner_name: z.string().nullable(),
  next_on: DayText.nullable(),
});

api.openapi(
  createRoute({
    method: 'get',
    path: '/claims/unattended',
    tags,
    summary: 'Open claims without an owner or a next date; takes no filter',
    ...read,
    responses: { 200: answers(pageOf(Unattended)), ...problems },
  }),
  async (c) => c.json({ items: await listUnattendedClaims(c.var.ctx, today(c.var.ctx)), next_cursor: null }, 200),
);

// Before /claims/{id}, which would take `scorecard` for an id.
api.route('/', scorecardApi);

api.openapi(
  createRoute({
    method: 'get',
    path: '/claims/{id}',
    tags,
    summary: 'One claim in full',
    ...read,
    request: { params: IdParam },
    responses: { 200: answers(ClaimInFull), ...problems },
  }),
  async (c) => {
    const { claim, counters, settlements, lines, exchanges, deadlines, investigation } = await viewClaim(c.var.ctx, c.req.valid('param').id);
    setETag(c, claim.version);
    return c.json(
      {
        ...jsonOf(claim),
        investigation,
        lines: lines.map((line) => lineJson(line, claim.currency)),
        exchanges: exchanges.map(jsonOf),
        deadlines: deadlines.map(jsonOf),
        counter_claims: counters.map(counterJson),
        settlements: settlements.map(settlementJson),
        steps: possibleEvents(claim.state),
      },
      200,
    );
  },
);

api.openapi(
  createRoute({
    method: 'patch',
    path: '/claims/{id}',
    tags,
    summary: 'Change a claim',
    ...write,
    request: { params: IdParam, body: body(ChangeClaim) },
    responses: { 200: answers(Claim), ...problems },
  }),
  async (c) => {
    const row = await changeClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, row.version);
    return c.json(jsonOf(row), 200);
  },
);

api.openapi(
  createRoute({
    method: 'post',
    path: '/claims/{id}/lines',
    tags,
    summary: 'Claim more units',
    ...write,
    request: { params: IdParam, body: body(AddLines) },
    responses: { 201: answers(LinesAnswer), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    const lines = await addLines(c.var.ctx, id, c.req.valid('json'));
    const { currency } = await getClaim(c.var.ctx, id);
    return c.json({ items: lines.map((line) => lineJson(line, currency)) }, 201);
  },
);

api.openapi(
  createRoute({
    method: 'delete',
    path: '/claims/{id}/lines/{line_id}',
    tags,
    summary: 'Take a unit out of a draft',
    ...write,
    request: { params: IdParam.extend({ line_id: z.string().openapi({ param: { name: 'line_id', in: 'path' } }) }) },
    responses: { 204: NO_CONTENT, ...problems },
  }),
  async (c) => {
    const { id, line_id } = c.req.valid('param');
    await removeLine(c.var.ctx, id, line_id);
    return c.body(null, 204);
  },
);

for (const part of [stepApi, exchangeApi, shipmentApi]) api.route('/', part);
