// What is said between us and the maker: exchanges, counter-claims, and the deadlines of both sides.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { answers, body, DayText, gated, IdParam, newApi, problems } from '../web/route.ts';
import { addDeadline, addExchange, decideCounter, endDeadline } from './exchange.ts';
import { AddDeadline, AddExchange, DecideCounter } from './inputs.ts';
import { Counter, counterJson, Deadline, Exchange } from './json.ts';

export const exchangeApi = newApi();
const api = exchangeApi;
const tags = ['Claims'];
const write = gated('claim:write');
const CounterParam = IdParam.extend({ counter_id: z.string().openapi({ param: { name: 'counter_id', in: 'path' } }) });
const DeadlineParam = IdParam.extend({ deadline_id: z.string().openapi({ param: { name: 'deadline_id', in: 'path' } }) });

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
    responses: { 201: answers(Counter), ...problems },
  }),
  async (c) => c.json(counterJson(await decideCounter(c.var.ctx, c.req.valid('param').id, c.req.valid('param').counter_id, c.req.valid('json'))), 201),
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
    responses: { 201: answers(Deadline), ...problems },
  }),
  async (c) => c.json(jsonOf(await endDeadline(c.var.ctx, c.req.valid('param').id, c.req.valid('param').deadline_id, c.req.valid('json'))), 201),
);
