// /checklists.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { Because } from '../returns/inputs.ts';
import type { AppContext } from '../web/env.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { changeChecklist, createChecklist, retireChecklist } from './checklist.ts';
import { ChecklistChange, NewChecklist } from './inputs.ts';
import { type ChecklistView, findChecklistFor, getChecklist, listChecklistPage, listSteps } from './queries.ts';

export const checklistRoutes = newApi();

const tags = ['Bench'];
const text = z.string().nullable();
const at = Instant.nullable();
const short = z.string().max(64).optional();

export const Step = z
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

const ChecklistQuery = ListQuery.extend({
  unit_id: short.openapi({ description: 'Only the checklist in force for this unit' }),
  model_id: short,
  maker_id: short,
  retired: z.enum(['true', 'false']).optional().openapi({ description: 'Also those out of use' }),
});

checklistRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/checklists',
    tags,
    summary: 'Checklists in force',
    ...gated('inspection:read'),
    request: { query: ChecklistQuery },
    responses: { 200: answers(pageOf(Checklist)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, unit_id, retired, ...filter } = c.req.valid('query');
    const id = unit_id === undefined ? undefined : ((await findChecklistFor(c.var.ctx, unit_id))?.id ?? '');
    const page = await listChecklistPage(c.var.ctx, { limit, cursor, sort }, { ...filter, id, retired: retired === 'true' });
    return c.json({ ...page, items: page.items.map(checklistJson) }, 200);
  },
);

checklistRoutes.openapi(
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
    return c.json(await showChecklist(c, c.req.valid('param').id), 200);
  },
);

checklistRoutes.openapi(
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
    c.header('Location', `/api/v1/checklists/${id}`);
    return c.json(await showChecklist(c, id), 201);
  },
);

checklistRoutes.openapi(
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
    return c.json(await showChecklist(c, id), 200);
  },
);

checklistRoutes.openapi(
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
    const { id } = await retireChecklist(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason, expectedVersion(c));
    return c.json(await showChecklist(c, id), 201);
  },
);

const checklistJson = ({ created_by: _, ...checklist }: ChecklistView) => jsonOf(checklist);

async function showChecklist(c: AppContext, id: string) {
  const checklist = await getChecklist(c.var.ctx, id);
  const steps = await listSteps(c.var.ctx, id);
  setETag(c, checklist.version);
  return { ...checklistJson(checklist), steps: steps.map(({ checklist_id: _, ...step }) => step) };
}
