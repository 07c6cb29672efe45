// /investigations/{id}/effectiveness, its kept checks and the recurrences: whether the actions worked.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { answers, body, DayText, gated, IdParam, Instant, newApi, pageOf, problems } from '../web/route.ts';
import { Nullable, Rate } from './apiShapes.ts';
import { checkEffectiveness, compareEffectiveness } from './effectiveness.ts';
import { CheckEffectiveness } from './inputs.ts';
import { idOf } from './load.ts';
import { listChecks, listRecurrences } from './queries.ts';
import type { EffectivenessCheckRow } from './table.ts';

const Band = z.object({ code: z.string(), before_failures: z.int(), before_days: z.number(), after_failures: z.int(), after_days: z.number() });
const compared = {
  kind: z.enum(['confirmed', 'returned']),
  before_failures: z.int(),
  before_exposure_days: z.number(),
  after_failures: z.int(),
  after_exposure_days: z.number(),
  expected_after: Rate,
  ratio: Rate,
  ratio_low: Rate,
  ratio_high: Rate,
  p_value: Rate,
  e_better: Rate,
  e_worse: Rate,
  verdict: z.enum(['improved', 'no_evidence', 'worse']),
};
const Comparison = z
  .object({ ...compared, as_of_on: DayText, bands: z.array(Band), unknown_failures: z.int(), unknown_exposure_days: z.number() })
  .openapi('Effectiveness');
const Check = z
  .object({ id: z.string(), investigation_id: z.string(), checked_at: Instant, checked_by: z.string(), ...compared, detail: z.unknown() })
  .openapi('EffectivenessCheck');

export const effectivenessApi = newApi();
const tags = ['Investigations'];
const read = gated('investigation:read');
const write = gated('investigation:write');

const checkJson = (row: EffectivenessCheckRow) => ({ ...jsonOf(row), detail: JSON.parse(row.detail) });

effectivenessApi.openapi(
  createRoute({
    method: 'get',
    path: '/investigations/{id}/effectiveness',
    tags,
    summary: 'Before and after the cut-in as of today',
    ...read,
    request: { params: IdParam, query: CheckEffectiveness },
    responses: { 200: answers(Comparison), ...problems },
  }),
  async (c) => {
    const { bands, ...found } = await compareEffectiveness(c.var.ctx, await idOf(c.var.ctx, c.req.valid('param').id), c.req.valid('query'));
    return c.json({ ...found, bands: [...bands] }, 200);
  },
);

effectivenessApi.openapi(
  createRoute({
    method: 'get',
    path: '/investigations/{id}/effectiveness-checks',
    tags,
    summary: 'Comparisons that were kept',
    ...read,
    request: { params: IdParam },
    responses: { 200: answers(pageOf(Check)), ...problems },
  }),
  async (c) => c.json({ items: (await listChecks(c.var.ctx, await idOf(c.var.ctx, c.req.valid('param').id))).map(checkJson), next_cursor: null }, 200),
);

effectivenessApi.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/effectiveness-checks',
    tags,
    summary: 'Compare and keep the result as evidence',
    ...write,
    request: { params: IdParam, body: body(CheckEffectiveness) },
    responses: { 201: answers(Check), ...problems },
  }),
  async (c) => c.json(checkJson(await checkEffectiveness(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

const Recurrence = z
  .object({
    return_unit_id: z.string(),
    return_id: z.string(),
    unit_id: z.string(),
    serial: z.string(),
    batch_code: Nullable,
    hw_rev: Nullable,
    failed_on: Nullable,
    side: z.string(),
    reopened_at: Nullable,
    created_at: Instant,
  })
  .openapi('Recurrence');
effectivenessApi.openapi(
  createRoute({
    method: 'get',
    path: '/investigations/{id}/recurrences',
    tags,
    summary: 'Failures since the closing, by side of the cut-in',
    ...read,
    request: { params: IdParam },
    responses: { 200: answers(pageOf(Recurrence)), ...problems },
  }),
  async (c) => c.json({ items: (await listRecurrences(c.var.ctx, await idOf(c.var.ctx, c.req.valid('param').id))).map(jsonOf), next_cursor: null }, 200),
);
