// /claims: what we ask of makers and what they answer. Evidence packs and the scorecard have their own files.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { answers, body, DayText, gated, IdParam, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { answerClaim } from './answer.ts';
import { addLines, changeClaim, createClaim, removeLine } from './create.ts';
import { addDeadline, addExchange, decideCounter, endDeadline } from './exchange.ts';
import {
  AcknowledgeClaim,
  AddDeadline,
  AddExchange,
  AddLines,
  AgreeClaim,
  AnswerClaim,
  ChangeClaim,
  ClaimFilter,
  CloseClaim,
  ConcedeLines,
  CreateClaim,
  DecideCounter,
  ReasonInput,
  ReceiveFromMaker,
  RenegotiateClaim,
  SendUnits,
  SettleClaim,
  SubmitClaim,
} from './inputs.ts';
import { Claim, ClaimInFull, Counter, counterJson, Deadline, Exchange, Line, Listed, lineJson, Settlement, settlementJson } from './json.ts';
import { possibleEvents } from './lifecycle.ts';
import { getClaim } from './load.ts';
import { acknowledgeClaim, agreeClaim, closeClaim, renegotiateClaim, submitClaim, withdrawClaim } from './negotiate.ts';
import { listClaims, viewClaim } from './queries.ts';
import { listMakerScores } from './scorecard.ts';
import { concedeLines, settleClaim } from './settle.ts';
import { receiveFromMaker, sendUnits } from './shipment.ts';

export const claimApi = newApi();
const api = claimApi;
const tags = ['Claims'];
const read = gated('claim:read');
const write = gated('claim:write');
const NO_CONTENT = { description: 'Done' };
const CounterParam = IdParam.extend({ counter_id: z.string().openapi({ param: { name: 'counter_id', in: 'path' } }) });
const DeadlineParam = IdParam.extend({ deadline_id: z.string().openapi({ param: { name: 'deadline_id', in: 'path' } }) });

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

const Score = z
  .object({
    maker_id: z.string(),
    maker_code: z.string(),
    maker_name: z.string(),
    units: z.int().nullable(),
    exposure_days: z.number().nullable(),
    failures: z.number().nullable(),
    rate_per_1000_device_months: z.number().nullable(),
    ci_low: z.number().nullable(),
    ci_high: z.number().nullable(),
    claims: z.int(),
    claims_open: z.int(),
    lines_claimed: z.int(),
    lines_accepted: z.int(),
    lines_settled: z.int(),
    acceptance: z.number().nullable(),
    acceptance_low: z.number().nullable(),
    acceptance_high: z.number().nullable(),
    days_to_answer_median: z.number().nullable(),
    days_to_settle_median: z.number().nullable(),
    overdue: z.int(),
    repeat_causes: z.array(z.string()),
    settled: z.array(z.object({ currency: z.string(), amount: z.number() })),
  })
  .openapi('MakerScore');
api.openapi(
  createRoute({
    method: 'get',
    path: '/claims/scorecard',
    tags,
    summary: 'How makers do',
    ...read,
    request: { query: z.object({ from_on: DayText.optional(), to_on: DayText.optional() }) },
    responses: { 200: answers(pageOf(Score)), ...problems },
  }),
  async (c) => {
    const scores = await listMakerScores(c.var.ctx, c.req.valid('query'));
    return c.json(
      { items: scores.map((score) => ({ ...score, repeat_causes: [...score.repeat_causes], settled: [...score.settled] })), next_cursor: null },
      200,
    );
  },
);

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

const LinesAnswer = z.object({ items: z.array(Line) });

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

const step = (noun: string, summary: string) => ({
  method: 'post' as const,
  path: `/claims/{id}/${noun}`,
  tags,
  summary,
  ...write,
  responses: { 200: answers(Claim), ...problems },
});

api.openapi(createRoute({ ...step('submission', 'Submit'), request: { params: IdParam, body: body(SubmitClaim) } }), async (c) =>
  c.json(jsonOf(await submitClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 200),
);

api.openapi(createRoute({ ...step('receipt', 'The maker has received it'), request: { params: IdParam, body: body(AcknowledgeClaim) } }), async (c) =>
  c.json(jsonOf(await acknowledgeClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 200),
);

api.openapi(createRoute({ ...step('answers', 'Record the maker’s answer, line by line'), request: { params: IdParam, body: body(AnswerClaim) } }), async (c) =>
  c.json(jsonOf(await answerClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 200),
);

api.openapi(createRoute({ ...step('renegotiation', 'Ask again for refused lines'), request: { params: IdParam, body: body(RenegotiateClaim) } }), async (c) =>
  c.json(jsonOf(await renegotiateClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 200),
);

api.openapi(createRoute({ ...step('agreement', 'Both sides agree'), request: { params: IdParam, body: body(AgreeClaim) } }), async (c) =>
  c.json(jsonOf(await agreeClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 200),
);

api.openapi(createRoute({ ...step('concessions', 'Let refused lines go'), request: { params: IdParam, body: body(ConcedeLines) } }), async (c) =>
  c.json(jsonOf(await concedeLines(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 200),
);

api.openapi(createRoute({ ...step('closure', 'Close'), request: { params: IdParam, body: body(CloseClaim) } }), async (c) =>
  c.json(jsonOf(await closeClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 200),
);

api.openapi(createRoute({ ...step('withdrawal', 'Give the whole claim up'), request: { params: IdParam, body: body(ReasonInput) } }), async (c) =>
  c.json(jsonOf(await withdrawClaim(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 200),
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

api.openapi(
  createRoute({
    method: 'post',
    path: '/claims/{id}/exchanges',
    tags,
    summary: 'Record what was said',
    ...write,
    request: { params: IdParam, body: body(AddExchange) },
    responses: { 201: answers(Exchange), ...problems },
  }),
  async (c) => c.json(jsonOf(await addExchange(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

api.openapi(
  createRoute({
    method: 'post',
    path: '/claims/{id}/counter-claims/{counter_id}/decision',
    tags,
    summary: 'Accept or refuse a counter-claim',
    ...write,
    request: { params: CounterParam, body: body(DecideCounter) },
    responses: { 200: answers(Counter), ...problems },
  }),
  async (c) => c.json(counterJson(await decideCounter(c.var.ctx, c.req.valid('param').id, c.req.valid('param').counter_id, c.req.valid('json'))), 200),
);

api.openapi(
  createRoute({
    method: 'post',
    path: '/claims/{id}/deadlines',
    tags,
    summary: 'Set a deadline',
    ...write,
    request: { params: IdParam, body: body(AddDeadline) },
    responses: { 201: answers(Deadline), ...problems },
  }),
  async (c) => c.json(jsonOf(await addDeadline(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

const DeadlineEnd = z.union([z.strictObject({ met_on: DayText }), z.strictObject({ dropped: z.string().trim().min(1).max(1000) })]);
api.openapi(
  createRoute({
    method: 'post',
    path: '/claims/{id}/deadlines/{deadline_id}/end',
    tags,
    summary: 'A deadline was met, or is dropped',
    ...write,
    request: { params: DeadlineParam, body: body(DeadlineEnd) },
    responses: { 200: answers(Deadline), ...problems },
  }),
  async (c) => c.json(jsonOf(await endDeadline(c.var.ctx, c.req.valid('param').id, c.req.valid('param').deadline_id, c.req.valid('json'))), 200),
);

api.openapi(
  createRoute({
    method: 'post',
    path: '/claims/{id}/shipments',
    tags,
    summary: 'Send units to the maker',
    ...write,
    request: { params: IdParam, body: body(SendUnits) },
    responses: { 201: answers(LinesAnswer), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    const lines = await sendUnits(c.var.ctx, id, c.req.valid('json'));
    const { currency } = await getClaim(c.var.ctx, id);
    return c.json({ items: lines.map((line) => lineJson(line, currency)) }, 201);
  },
);

api.openapi(
  createRoute({
    method: 'post',
    path: '/claims/{id}/receipts',
    tags,
    summary: 'A unit comes back from the maker',
    ...write,
    request: { params: IdParam, body: body(ReceiveFromMaker) },
    responses: { 201: answers(z.object({ line: Line, unit_id: z.string(), successor: z.boolean() })), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    const { line, unit_id, successor } = await receiveFromMaker(c.var.ctx, id, c.req.valid('json'));
    const { currency } = await getClaim(c.var.ctx, id);
    return c.json({ line: lineJson(line, currency), unit_id, successor }, 201);
  },
);
