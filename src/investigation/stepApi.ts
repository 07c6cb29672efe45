// The steps of an 8D, each a POST below /investigations/{id}: containment to closure, and reopening.
import { createRoute } from '@hono/zod-openapi';
import { answers, body, gated, IdParam, newApi, problems } from '../web/route.ts';
import { expectedVersion } from '../web/version.ts';
import { closeInvestigation, confirmCauses, containInvestigation, implementActions, reopenInvestigation, verifyInvestigation } from './advance.ts';
import { Investigation, shown } from './apiShapes.ts';
import { Contain, ReasonInput, Verify } from './inputs.ts';

export const stepApi = newApi();
const tags = ['Investigations'];
const write = gated('investigation:write');

const step = (noun: string, summary: string) => ({
  method: 'post' as const,
  path: `/investigations/{id}/${noun}`,
  tags,
  summary,
  ...write,
  responses: { 201: answers(Investigation), ...problems },
});

stepApi.openapi(createRoute({ ...step('containment', 'The problem is contained'), request: { params: IdParam, body: body(Contain) } }), async (c) =>
  c.json(shown(await containInvestigation(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 201),
);

stepApi.openapi(createRoute({ ...step('cause-confirmation', 'Both causes are confirmed'), request: { params: IdParam } }), async (c) =>
  c.json(shown(await confirmCauses(c.var.ctx, c.req.valid('param').id, expectedVersion(c))), 201),
);

stepApi.openapi(createRoute({ ...step('implementation', 'Every action is done'), request: { params: IdParam } }), async (c) =>
  c.json(shown(await implementActions(c.var.ctx, c.req.valid('param').id, expectedVersion(c))), 201),
);

stepApi.openapi(createRoute({ ...step('verification', 'The actions are shown to work'), request: { params: IdParam, body: body(Verify) } }), async (c) =>
  c.json(shown(await verifyInvestigation(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 201),
);

stepApi.openapi(createRoute({ ...step('closure', 'Close'), request: { params: IdParam } }), async (c) =>
  c.json(shown(await closeInvestigation(c.var.ctx, c.req.valid('param').id, expectedVersion(c))), 201),
);

stepApi.openapi(createRoute({ ...step('reopening', 'Reopen'), request: { params: IdParam, body: body(ReasonInput) } }), async (c) =>
  c.json(shown(await reopenInvestigation(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 201),
);
