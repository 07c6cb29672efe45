// /inspections; the checklists are mounted beside.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import type { Ctx } from '../db/ctx.ts';
import { verdicts } from '../returns/inputs.ts';
import type { AppContext } from '../web/env.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { checklistRoutes, Step } from './checklistApi.ts';
import { GiveVerdict, RecordSteps, StartInspection } from './inputs.ts';
import { giveVerdict, recordSteps, startInspection } from './inspect.ts';
import { getInspection, type InspectionView, listAnswers, listInspections, listSteps } from './queries.ts';

export const inspectionApi = newApi();

const text = z.string().nullable();
const at = Instant.nullable();

const Inspection = z
  .object({
    id: z.string(),
    return_id: z.string(),
    number: z.string(),
    return_unit_id: z.string(),
    unit_id: z.string(),
    serial: z.string(),
    model_code: z.string(),
    checklist_id: text,
    state: z.enum(['running', 'done']),
    result: z.enum(['pass', 'fail']).nullable(),
    verdict: z.enum(verdicts).nullable(),
    reproduced_symptom_id: text,
    failure_mode_id: text,
    component_id: text,
    cause_id: text,
    note: text,
    inspector_id: z.string(),
    inspector_name: z.string(),
    started_at: Instant,
    finished_at: at,
    version: z.int(),
  })
  .openapi('Inspection');

const Answered = Step.extend({
  result: z.enum(['ok', 'ng', 'skipped']).nullable(),
  value: z.number().nullable(),
  attachment_id: text,
  step_note: text,
  recorded_at: at,
}).openapi('InspectionStep');
const InspectionInFull = Inspection.extend({ steps: z.array(Answered) }).openapi('InspectionInFull');

const tags = ['Bench'];
const short = z.string().max(64).optional();
const InspectionQuery = ListQuery.extend({
  return_unit_id: short,
  unit_id: short,
  state: z.enum(['running', 'done']).optional(),
  verdict: z.enum(verdicts).optional(),
  inspector_id: short,
});

inspectionApi.openapi(
  createRoute({
    method: 'get',
    path: '/inspections',
    tags,
    summary: 'List inspections',
    ...gated('inspection:read'),
    request: { query: InspectionQuery },
    responses: { 200: answers(pageOf(Inspection)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listInspections(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(inspectionJson) }, 200);
  },
);

inspectionApi.openapi(
  createRoute({
    method: 'get',
    path: '/inspections/{id}',
    tags,
    summary: 'One inspection with its steps',
    ...gated('inspection:read'),
    request: { params: IdParam },
    responses: { 200: answers(InspectionInFull), ...problems },
  }),
  async (c) => {
    return c.json(await showInspection(c, c.req.valid('param').id), 200);
  },
);

inspectionApi.openapi(
  createRoute({
    method: 'post',
    path: '/inspections',
    tags,
    summary: 'Put a received unit on the bench; with a verdict, also end the inspection',
    ...gated('inspection:write'),
    request: { body: body(StartInspection) },
    responses: { 201: answers(InspectionInFull), ...problems },
  }),
  async (c) => {
    const { id } = await startInspection(c.var.ctx, c.req.valid('json'));
    c.header('Location', `/api/v1/inspections/${id}`);
    return c.json(await showInspection(c, id), 201);
  },
);

inspectionApi.openapi(
  createRoute({
    method: 'post',
    path: '/inspections/{id}/steps',
    tags,
    summary: 'Record steps; a step done again replaces the former answer',
    ...gated('inspection:write'),
    request: { params: IdParam, body: body(RecordSteps) },
    responses: { 201: answers(InspectionInFull), ...problems },
  }),
  async (c) => {
    const { id } = await recordSteps(c.var.ctx, c.req.valid('param').id, c.req.valid('json').steps, expectedVersion(c));
    return c.json(await showInspection(c, id), 201);
  },
);

inspectionApi.openapi(
  createRoute({
    method: 'post',
    path: '/inspections/{id}/verdict',
    tags,
    summary: 'End an inspection with what was found',
    ...gated('inspection:write'),
    request: { params: IdParam, body: body(GiveVerdict) },
    responses: { 201: answers(InspectionInFull), ...problems },
  }),
  async (c) => {
    const { id } = await giveVerdict(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    return c.json(await showInspection(c, id), 201);
  },
);

inspectionApi.route('/', checklistRoutes);

async function showInspection(c: AppContext, id: string) {
  const inspection = await inFull(c.var.ctx, id);
  setETag(c, inspection.version);
  return inspection;
}

async function inFull(ctx: Ctx, id: string) {
  const inspection = await getInspection(ctx, id);
  const given = new Map((await listAnswers(ctx, id)).map((answer) => [answer.step_id, answer]));
  const steps = (await listSteps(ctx, inspection.checklist_id)).map(({ checklist_id: _, ...step }) => {
    const answer = given.get(step.id);
    return jsonOf({
      ...step,
      result: answer?.result ?? null,
      value: answer?.value ?? null,
      attachment_id: answer?.attachment_id ?? null,
      step_note: answer?.note ?? null,
      recorded_at: answer?.recorded_at ?? null,
    });
  });
  return { ...inspectionJson(inspection), steps };
}

const inspectionJson = ({ override_reason: _, ...inspection }: InspectionView) => jsonOf(inspection);
