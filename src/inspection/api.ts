// /inspections and /checklists.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import type { Ctx } from '../db/ctx.ts';
import { Because, verdicts } from '../returns/inputs.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { changeChecklist, createChecklist, retireChecklist } from './checklist.ts';
import { ChecklistChange, GiveVerdict, NewChecklist, RecordSteps, StartInspection } from './inputs.ts';
import { giveVerdict, recordSteps, startInspection } from './inspect.ts';
import {
  type ChecklistView,
  findChecklistFor,
  getChecklist,
  getInspection,
  type InspectionView,
  listAnswers,
  listChecklists,
  listInspections,
  listSteps,
} from './queries.ts';

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

const Step = z
  .object({
    id: z.string(),
    position: z.int(),
    kind: z.enum(['check', 'value', 'photo']),
    need: z.enum(['required', 'optional']),
    name_en: z.string(),
    name_ja: z.string(),
    value_unit: text,
    min_value: z.number().nullable(),
    max_value: z.number().nullable(),
  })
  .openapi('ChecklistStep');

const Answered = Step.extend({
  result: z.enum(['ok', 'ng', 'skipped']).nullable(),
  value: z.number().nullable(),
  attachment_id: text,
  step_note: text,
  recorded_at: at,
}).openapi('InspectionStep');
const InspectionInFull = Inspection.extend({ steps: z.array(Answered) }).openapi('InspectionInFull');

const Checklist = z
  .object({
    id: z.string(),
    name_en: z.string(),
    name_ja: z.string(),
    maker_id: text,
    maker_code: text,
    model_id: text,
    model_code: text,
    hw_rev: text,
    replaces_id: text,
    retired_at: at,
    created_at: Instant,
    version: z.int(),
  })
  .openapi('Checklist');
const ChecklistInFull = Checklist.extend({ steps: z.array(Step) }).openapi('ChecklistInFull');

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
    const inspection = await inFull(c.var.ctx, c.req.valid('param').id);
    setETag(c, inspection.version);
    return c.json(inspection, 200);
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
    return c.json(await inFull(c.var.ctx, id), 201);
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
    const { id } = await recordSteps(c.var.ctx, c.req.valid('param').id, c.req.valid('json').steps);
    return c.json(await inFull(c.var.ctx, id), 201);
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
    const { id } = await giveVerdict(c.var.ctx, c.req.valid('param').id, c.req.valid('json'));
    return c.json(await inFull(c.var.ctx, id), 201);
  },
);

const ChecklistQuery = z.object({ unit_id: short.openapi({ description: 'Only the checklist in force for this unit' }) });

inspectionApi.openapi(
  createRoute({
    method: 'get',
    path: '/checklists',
    tags,
    summary: 'Checklists in force',
    ...gated('inspection:read'),
    request: { query: ChecklistQuery },
    responses: { 200: answers(z.object({ items: z.array(Checklist), next_cursor: z.null() })), ...problems },
  }),
  async (c) => {
    const { unit_id } = c.req.valid('query');
    const all = await listChecklists(c.var.ctx);
    const inForce = unit_id === undefined ? null : await findChecklistFor(c.var.ctx, unit_id);
    return c.json({ items: all.filter((one) => unit_id === undefined || one.id === inForce?.id).map(checklistJson), next_cursor: null }, 200);
  },
);

inspectionApi.openapi(
  createRoute({
    method: 'get',
    path: '/checklists/{id}',
    tags,
    summary: 'One checklist with its steps',
    ...gated('inspection:read'),
    request: { params: IdParam },
    responses: { 200: answers(ChecklistInFull), ...problems },
  }),
  async (c) => {
    const checklist = await checklistInFull(c.var.ctx, c.req.valid('param').id);
    setETag(c, checklist.version);
    return c.json(checklist, 200);
  },
);

inspectionApi.openapi(
  createRoute({
    method: 'post',
    path: '/checklists',
    tags,
    summary: 'Add a checklist for a model, a maker or all',
    ...gated('code:write'),
    request: { body: body(NewChecklist) },
    responses: { 201: answers(ChecklistInFull), ...problems },
  }),
  async (c) => {
    const { id } = await createChecklist(c.var.ctx, c.req.valid('json'));
    return c.json(await checklistInFull(c.var.ctx, id), 201);
  },
);

inspectionApi.openapi(
  createRoute({
    method: 'patch',
    path: '/checklists/{id}',
    tags,
    summary: 'Replace a checklist by a changed one; answers the new one',
    ...gated('code:write'),
    request: { params: IdParam, body: body(ChecklistChange) },
    responses: { 200: answers(ChecklistInFull), ...problems },
  }),
  async (c) => {
    const { id } = await changeChecklist(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    return c.json(await checklistInFull(c.var.ctx, id), 200);
  },
);

inspectionApi.openapi(
  createRoute({
    method: 'post',
    path: '/checklists/{id}/retirement',
    tags,
    summary: 'Take a checklist out of use',
    ...gated('code:write'),
    request: { params: IdParam, body: body(Because) },
    responses: { 201: answers(ChecklistInFull), ...problems },
  }),
  async (c) => {
    const { id } = await retireChecklist(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason);
    return c.json(await checklistInFull(c.var.ctx, id), 201);
  },
);

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

const checklistJson = ({ created_by: _, ...checklist }: ChecklistView) => jsonOf(checklist);

async function checklistInFull(ctx: Ctx, id: string) {
  const steps = await listSteps(ctx, id);
  return { ...checklistJson(await getChecklist(ctx, id)), steps: steps.map(({ checklist_id: _, ...step }) => step) };
}
