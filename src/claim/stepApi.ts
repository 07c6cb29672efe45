// The steps a claim takes, from submission to settlement and closure.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { answers, body, gated, IdParam, newApi, problems } from '../web/route.ts';
import { expectedVersion } from '../web/version.ts';
import { answerClaim } from './answer.ts';
import { AcknowledgeClaim, AgreeClaim, AnswerClaim, CloseClaim, ConcedeLines, ReasonInput, RenegotiateClaim, SettleClaim, SubmitClaim } from './inputs.ts';
import { Claim, Settlement, settlementJson } from './json.ts';
import { acknowledgeClaim, agreeClaim, closeClaim, renegotiateClaim, submitClaim, withdrawClaim } from './negotiate.ts';
import { concedeLines, settleClaim } from './settle.ts';

export const stepApi = newApi();
const api = stepApi;
const tags = ['Claims'];
const write = gated('claim:write');

const step = (noun: string, summary: string) => ({
  method: 'post' as const,
  path: `/claims/{id}/${noun}`,
  tags,
  summary,
  ...write,
  responses: { 201: answers(Claim), ...problems },
});

api.openapi(createRoute({ ...step('submission', 'Submit'), request: { params: IdParam, body: body(SubmitClaim) } }), async (c) =>
  c.json(jsonOf(await submitClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 201),
);

api.openapi(createRoute({ ...step('receipt', 'The maker has received it'), request: { params: IdParam, body: body(AcknowledgeClaim) } }), async (c) =>
  c.json(jsonOf(await acknowledgeClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 201),
);

api.openapi(createRoute({ ...step('answers', 'Record the maker’s answer, line by line'), request: { params: IdParam, body: body(AnswerClaim) } }), async (c) =>
  c.json(jsonOf(await answerClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 201),
);

api.openapi(createRoute({ ...step('renegotiation', 'Ask again for refused lines'), request: { params: IdParam, body: body(RenegotiateClaim) } }), async (c) =>
  c.json(jsonOf(await renegotiateClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 201),
);

api.openapi(createRoute({ ...step('agreement', 'Both sides agree'), request: { params: IdParam, body: body(AgreeClaim) } }), async (c) =>
  c.json(jsonOf(await agreeClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 201),
);

api.openapi(createRoute({ ...step('concessions', 'Let refused lines go'), request: { params: IdParam, body: body(ConcedeLines) } }), async (c) =>
  c.json(jsonOf(await concedeLines(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 201),
);

api.openapi(createRoute({ ...step('closure', 'Close'), request: { params: IdParam, body: body(CloseClaim) } }), async (c) =>
  c.json(jsonOf(await closeClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 201),
);

api.openapi(createRoute({ ...step('withdrawal', 'Give the whole claim up'), request: { params: IdParam, body: body(ReasonInput) } }), async (c) =>
  c.json(jsonOf(await withdrawClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 201),
);

api.openapi(
  createRoute({
    method: 'post',
    path: '/claims/{id}/settlement',
    tags,
    summary: 'Settle accepted lines',
    ...write,
    request: { params: IdParam, body: body(SettleClaim) },
    responses: { 201: answers(z.object({ claim: Claim, settlement: Settlement })), ...problems },
  }),
  async (c) => {
    const { claim, settlement } = await settleClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    return c.json({ claim: jsonOf(claim), settlement: settlementJson(settlement) }, 201);
  },
);
