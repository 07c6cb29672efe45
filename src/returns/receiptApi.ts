// /receipts, /dispositions and /return-units: what the bench and the receiving desk do to single units.
import { createRoute, z } from '@hono/zod-openapi';
import { CalendarDay } from '../core/given.ts';
import type { AppContext } from '../web/env.ts';
import { answers, body, gated, IdParam, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { disposeUnit, reverseDisposition } from './dispose.ts';
import { dispositions } from './disposition.ts';
import { getDispositionView, listDispositions } from './dispositionQueries.ts';
import { Because, ChangeCoverage, DisposeUnit, Maybe, ReceiveUnit, verdicts } from './inputs.ts';
import { Disposition, dispositionJson, ReceiptAnswer, ReturnUnit, receiptJson, returnUnitJson } from './json.ts';
import { unitStates } from './lifecycle.ts';
import { ReturnMetrics, returnMetrics } from './metrics.ts';
import { getReturnUnitView, listReturnUnitViews } from './queries.ts';
import { receiveUnit } from './receive.ts';
import { undoReceipt } from './undoReceipt.ts';
import { changeCoverage, eraseFootage } from './verdict.ts';

export const receiptRoutes = newApi();

const tags = ['Returns'];
const short = z.string().max(64).optional();

receiptRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/receipts',
    tags,
    summary: 'Receive what was scanned',
    ...gated('return:write'),
    request: { body: body(ReceiveUnit) },
    responses: {
      201: answers(ReceiptAnswer, 'Received'),
      200: answers(ReceiptAnswer, 'Nothing changed: received already (`duplicate`), or a choice is needed (`ambiguous`)'),
      ...problems,
    },
  }),
  async (c) => {
    const receipt = await receiveUnit(c.var.ctx, c.req.valid('json'));
    return c.json(receiptJson(c.var.ctx, receipt), receipt.outcome === 'duplicate' || receipt.outcome === 'ambiguous' ? 200 : 201);
  },
);

const Undo = z.strictObject({ return_unit_id: z.string().min(1).max(64), reason: z.string().trim().min(1).max(1000) });

receiptRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/receipts/reversals',
    tags,
    summary: 'Take a mistaken receipt back',
    ...gated('return:write'),
    request: { body: body(Undo) },
    responses: { 201: answers(ReturnUnit), ...problems },
  }),
  async (c) => {
    const { return_unit_id, reason } = c.req.valid('json');
    await undoReceipt(c.var.ctx, return_unit_id, reason, expectedVersion(c));
    return c.json(await showUnit(c, return_unit_id), 201);
  },
);

export const ReturnUnitQuery = z.object({
  return_id: short,
  unit_id: short,
  state: z.enum(unitStates).optional(),
  verdict: z.enum(verdicts).optional(),
  disposition: z.enum(dispositions).optional(),
  model_id: short,
  failure_mode_id: short,
  flag: z.enum(['open', 'overdue', 'unexpected', 'repeat', 'claimable', 'waiting', 'judged', 'decided', 'shipped']).optional(),
  age_from_days: z.coerce.number().int().min(0).max(100_000).optional(),
  age_to_days: z.coerce.number().int().min(0).max(100_000).optional(),
  received_from_on: CalendarDay.optional(),
  received_to_on: CalendarDay.optional(),
  maker_warranty_ends_by: CalendarDay.optional(),
});

receiptRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/return-units',
    tags,
    summary: 'List returned units',
    ...gated('return:read'),
    request: { query: ReturnUnitQuery.extend(ListQuery.shape) },
    responses: { 200: answers(pageOf(ReturnUnit)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listReturnUnitViews(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map((unit) => returnUnitJson(c.var.ctx, unit)) }, 200);
  },
);

receiptRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/return-units/{id}',
    tags,
    summary: 'One returned unit',
    ...gated('return:read'),
    request: { params: IdParam },
    responses: { 200: answers(ReturnUnit), ...problems },
  }),
  async (c) => {
    return c.json(await showUnit(c, c.req.valid('param').id), 200);
  },
);

receiptRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/return-units/{id}/footage-erasure',
    tags,
    summary: 'The footage stored in the unit was erased',
    ...gated('inspection:write'),
    request: { params: IdParam, body: body(Maybe) },
    responses: { 201: answers(ReturnUnit), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    await eraseFootage(c.var.ctx, id, c.req.valid('json').reason, expectedVersion(c));
    return c.json(await showUnit(c, id), 201);
  },
);

receiptRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/return-units/{id}/coverage',
    tags,
    summary: 'Decide who pays',
    ...gated('return:write'),
    request: { params: IdParam, body: body(ChangeCoverage) },
    responses: { 201: answers(ReturnUnit), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    await changeCoverage(c.var.ctx, id, c.req.valid('json'), expectedVersion(c));
    return c.json(await showUnit(c, id), 201);
  },
);

const DispositionQuery = ListQuery.extend({
  return_unit_id: short,
  unit_id: short,
  state: z.enum(['requested', 'posted', 'done', 'reversed', 'withdrawn']).optional(),
  disposition: z.enum(dispositions).optional(),
});

receiptRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/dispositions',
    tags,
    summary: 'List dispositions',
    ...gated('inspection:read'),
    request: { query: DispositionQuery },
    responses: { 200: answers(pageOf(Disposition)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listDispositions(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(dispositionJson) }, 200);
  },
);

receiptRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/dispositions',
    tags,
    summary: 'Decide what becomes of a returned unit; scrap waits for a second person',
    ...gated('return:write'),
    request: { body: body(DisposeUnit) },
    responses: { 201: answers(Disposition), ...problems },
  }),
  async (c) => {
    const { id } = await disposeUnit(c.var.ctx, c.req.valid('json'));
    c.header('Location', `/api/v1/dispositions/${id}`);
    return c.json(await showDisposition(c, id), 201);
  },
);

receiptRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/dispositions/{id}',
    tags,
    summary: 'One disposition',
    ...gated('inspection:read'),
    request: { params: IdParam },
    responses: { 200: answers(Disposition), ...problems },
  }),
  async (c) => {
    return c.json(await showDisposition(c, c.req.valid('param').id), 200);
  },
);

receiptRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/dispositions/{id}/reversal',
    tags,
    summary: 'Take a disposition back by a reversing entry',
    ...gated('return:write'),
    request: { params: IdParam, body: body(Because) },
    responses: { 201: answers(Disposition), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    await reverseDisposition(c.var.ctx, id, c.req.valid('json').reason, expectedVersion(c));
    return c.json(await showDisposition(c, id), 201);
  },
);

const MetricsQuery = z.object({ from_on: CalendarDay.optional(), to_on: CalendarDay.optional() });

receiptRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/return-metrics',
    tags,
    summary: 'Turnaround, no-fault-found share, repeat returns, overdue and ageing',
    ...gated('inspection:read'),
    request: { query: MetricsQuery },
    responses: { 200: answers(ReturnMetrics), ...problems },
  }),
  async (c) => {
    return c.json(await returnMetrics(c.var.ctx, c.req.valid('query')), 200);
  },
);

async function showUnit(c: AppContext, id: string) {
  const unit = await getReturnUnitView(c.var.ctx, id);
  setETag(c, unit.version);
  return returnUnitJson(c.var.ctx, unit);
}

async function showDisposition(c: AppContext, id: string) {
  const row = await getDispositionView(c.var.ctx, id);
  setETag(c, row.version);
  return dispositionJson(row);
}
