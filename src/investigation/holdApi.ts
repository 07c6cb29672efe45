// Holds of an investigation, customers at risk, and replacements prepared for them.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { answers, body, DayText, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { cohortsAsked, listAtRisk } from './atRisk.ts';
import { displacedApi } from './displacedApi.ts';
import { holdSuspects, listHolds } from './hold.ts';
import { CohortInput } from './inputs.ts';
import { idOf } from './load.ts';
import { prepareReplacements } from './replace.ts';

const Nullable = z.string().nullable();
const Id = z.string().min(1).max(64);

const Hold = z
  .object({
    id: z.string(),
    model_id: z.string(),
    hw_rev: Nullable,
    batch_id: Nullable,
    firmware_id: Nullable,
    state: z.enum(['active', 'released']),
    reason: z.string(),
    cause_kind: Nullable,
    cause_id: Nullable,
    placed_by: z.string(),
    placed_name: z.string(),
    placed_at: Instant,
    released_by: Nullable,
    released_name: Nullable,
    released_at: Nullable,
    release_reason: Nullable,
    version: z.int(),
  })
  .openapi('InvestigationHold');

export const HoldSuspects = z.strictObject({ reason: z.string().trim().min(1).max(500), cohorts: z.array(CohortInput).min(1).max(50).optional() });

const AtRisk = z
  .object({
    unit_id: z.string(),
    serial: z.string(),
    model_id: z.string(),
    model_code: z.string(),
    hw_rev: Nullable,
    batch_code: Nullable,
    firmware: Nullable,
    in_service_since_on: DayText,
    customer_id: Nullable,
    customer_name: Nullable,
    contact_name: Nullable,
    email: Nullable,
    phone: Nullable,
    site_id: Nullable,
    site_name: Nullable,
    address: Nullable,
    partner_name: Nullable,
  })
  .openapi('UnitAtRisk');

export const AtRiskFilter = z.object({
  investigation_id: Id.optional(),
  model_id: Id.optional(),
  hw_rev: z.string().max(40).optional(),
  batch_id: Id.optional(),
  firmware_id: Id.optional(),
});

/** A chosen part of the fleet, not all of it at once. */
const MOST_UNITS = 200;
export const PrepareReplacements = z.strictObject({
  unit_ids: z.array(Id).min(1).max(MOST_UNITS),
  reason: z.string().trim().min(1).max(500),
  investigation_id: Id.optional(),
});

export const holdApi = newApi();
const tags = ['Investigations'];

holdApi.openapi(
  createRoute({
    method: 'get',
    path: '/investigations/{id}/holds',
    tags,
    summary: 'Holds it placed',
    ...gated('investigation:read'),
    request: { params: IdParam },
    responses: { 200: answers(pageOf(Hold.extend({ model_code: z.string(), batch_code: Nullable, firmware_code: Nullable }))), ...problems },
  }),
  async (c) => c.json({ items: (await listHolds(c.var.ctx, await idOf(c.var.ctx, c.req.valid('param').id))).map(jsonOf), next_cursor: null }, 200),
);

holdApi.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/holds',
    tags,
    summary: 'Hold the suspected cohorts',
    ...gated('investigation:write'),
    request: { params: IdParam, body: body(HoldSuspects) },
    responses: { 201: answers(z.object({ items: z.array(Hold) })), ...problems },
  }),
  async (c) => c.json({ items: (await holdSuspects(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))).map(jsonOf) }, 201),
);

holdApi.route('/', displacedApi);

holdApi.openapi(
  createRoute({
    method: 'get',
    path: '/at-risk',
    tags,
    summary: 'Next customers at risk of a cohort or an investigation',
    ...gated('investigation:read'),
    request: { query: ListQuery.extend(AtRiskFilter.shape) },
    responses: { 200: answers(pageOf(AtRisk)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...asked } = c.req.valid('query');
    return c.json(await listAtRisk(c.var.ctx, await cohortsAsked(c.var.ctx, asked), { limit, cursor, sort }), 200);
  },
);

const Prepared = z
  .object({
    returns: z.array(z.object({ return_id: z.string(), number: z.string(), unit_ids: z.array(z.string()) })),
    without_stock: z.array(z.string()),
    not_at_risk: z.array(z.string()),
  })
  .openapi('PreparedReplacements');
holdApi.openapi(
  createRoute({
    method: 'post',
    path: '/advance-replacements',
    tags,
    summary: 'Prepare advance replacements for units at risk, as far as the stock goes',
    ...gated('return:write'),
    request: { body: body(PrepareReplacements) },
    responses: { 201: answers(Prepared), ...problems },
  }),
  async (c) => {
    const { returns, ...rest } = await prepareReplacements(c.var.ctx, c.req.valid('json'));
    return c.json({ ...rest, returns: [...returns] }, 201);
  },
);
