// /investigations/{id}/actions: containing, correcting and preventing, with their cut-ins.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { answers, body, gated, IdParam, newApi, problems } from '../web/route.ts';
import { expectedVersion } from '../web/version.ts';
import { addAction, changeAction, decideAction } from './action.ts';
import { Action } from './apiShapes.ts';
import { AddAction, ChangeAction, FinishAction } from './inputs.ts';
import { actionEvents } from './lifecycle.ts';

export const actionApi = newApi();
const tags = ['Investigations'];
const write = gated('investigation:write');
const ActionParam = IdParam.extend({ action_id: z.string().openapi({ param: { name: 'action_id', in: 'path' } }) });

actionApi.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/actions',
    tags,
    summary: 'Add an action',
    ...write,
    request: { params: IdParam, body: body(AddAction) },
    responses: { 201: answers(Action), ...problems },
  }),
  async (c) => c.json(jsonOf(await addAction(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

actionApi.openapi(
  createRoute({
    method: 'patch',
    path: '/investigations/{id}/actions/{action_id}',
    tags,
    summary: 'Change an action or its cut-in',
    ...write,
    request: { params: ActionParam, body: body(ChangeAction) },
    responses: { 200: answers(Action), ...problems },
  }),
  async (c) => {
    const { id, action_id } = c.req.valid('param');
    return c.json(jsonOf(await changeAction(c.var.ctx, id, action_id, c.req.valid('json'), expectedVersion(c))), 200);
  },
);

const Decision = FinishAction.extend({ event: z.enum(actionEvents).default('finish') });
actionApi.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/actions/{action_id}/decision',
    tags,
    summary: 'Finish, drop or resume an action',
    ...write,
    request: { params: ActionParam, body: body(Decision) },
    responses: { 201: answers(Action), ...problems },
  }),
  async (c) => {
    const { id, action_id } = c.req.valid('param');
    const { event, ...input } = c.req.valid('json');
    return c.json(jsonOf(await decideAction(c.var.ctx, id, action_id, event, input)), 201);
  },
);
