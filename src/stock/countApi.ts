// /stock/counts.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { locations } from '../unit/inputs.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { bookCount, listDifferences } from './bookCount.ts';
import { type CountedScan, cancelCount, countQuantity, countScan, getCount, startCount } from './count.ts';
import { Because, CountQuantity, CountScan, StartCount } from './inputs.ts';
import { listCounts } from './queries.ts';

export const countRoutes = newApi();

const tags = ['Stock'];
const text = z.string().nullable();
const Count = z
  .object({
    id: z.string(),
    location: z.enum(locations),
    model_id: text,
    model_code: text,
    state: z.enum(['running', 'booked', 'cancelled']),
    note: text,
    scans: z.number(),
    started_by: z.string(),
    started_name: z.string(),
    started_at: Instant,
    ended_by: text,
    ended_at: Instant.nullable(),
    version: z.int(),
  })
  .openapi('StockCount');
const Difference = z
  .object({
    kind: z.enum(['missing', 'found', 'quantity']),
    model_id: z.string(),
    unit_id: text,
    recorded: text,
    difference: z.number(),
    move_id: z.string().optional(),
  })
  .openapi('StockCountDifference');
const CountInFull = Count.extend({ differences: z.array(Difference) }).openapi('StockCountInFull');
const Scanned = z
  .object({
    outcome: z.enum(['counted', 'again', 'elsewhere', 'ambiguous', 'unknown']),
    unit_id: text,
    serial: text,
    model_code: text,
    location: text,
    choices: z.array(z.object({ unit_id: z.string(), label: z.string() })),
  })
  .openapi('StockCountScan');

countRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/stock/counts',
    tags,
    summary: 'List stock counts',
    ...gated('stock:read'),
    request: { query: ListQuery.extend({ state: z.enum(['running', 'booked', 'cancelled']).optional() }) },
    responses: { 200: answers(pageOf(Count)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listCounts(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
  },
);

countRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/stock/counts/{id}',
    tags,
    summary: 'One count with what differs: booked, or as it would be booked now',
    ...gated('stock:read'),
    request: { params: IdParam },
    responses: { 200: answers(CountInFull), ...problems },
  }),
  async (c) => {
    return c.json(await inFull(c.var.ctx, c.req.valid('param').id), 200);
  },
);

countRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/stock/counts',
    tags,
    summary: 'Start a stock count',
    ...gated('stock:write'),
    request: { body: body(StartCount) },
    responses: { 201: answers(CountInFull), ...problems },
  }),
  async (c) => {
    const { id } = await startCount(c.var.ctx, c.req.valid('json'));
    return c.json(await inFull(c.var.ctx, id), 201);
  },
);

countRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/stock/counts/{id}/scans',
    tags,
    summary: 'One scan of a count',
    ...gated('stock:write'),
    request: { params: IdParam, body: body(CountScan) },
    responses: { 201: answers(Scanned, 'Counted'), 200: answers(Scanned, 'Nothing written: scanned before, unknown, or a choice is needed'), ...problems },
  }),
  async (c) => {
    const scanned = await countScan(c.var.ctx, c.req.valid('param').id, c.req.valid('json'));
    return c.json(scanJson(scanned), scanned.outcome === 'counted' || scanned.outcome === 'elsewhere' ? 201 : 200);
  },
);

countRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/stock/counts/{id}/quantities',
    tags,
    summary: 'How many of a spare without serials lie there',
    ...gated('stock:write'),
    request: { params: IdParam, body: body(CountQuantity) },
    responses: { 201: answers(CountInFull), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    await countQuantity(c.var.ctx, id, c.req.valid('json'));
    return c.json(await inFull(c.var.ctx, id), 201);
  },
);

countRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/stock/counts/{id}/booking',
    tags,
    summary: 'Book the differences and end the count',
    ...gated('stock:write'),
    request: { params: IdParam },
    responses: { 201: answers(CountInFull), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    await bookCount(c.var.ctx, id);
    return c.json(await inFull(c.var.ctx, id), 201);
  },
);

countRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/stock/counts/{id}/cancellation',
    tags,
    summary: 'End a count without booking',
    ...gated('stock:write'),
    request: { params: IdParam, body: body(Because) },
    responses: { 201: answers(CountInFull), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    await cancelCount(c.var.ctx, id, c.req.valid('json').reason);
    return c.json(await inFull(c.var.ctx, id), 201);
  },
);

const scanJson = ({ outcome, unit, choices }: CountedScan) => ({
  outcome,
  unit_id: unit?.id ?? null,
  serial: unit?.serial ?? null,
  model_code: unit?.model_code ?? null,
  location: unit?.location ?? null,
  choices: choices.map((one) => ({ unit_id: one.id, label: `${one.maker_code} ${one.model_code} ${one.serial}` })),
});

async function inFull(ctx: Ctx, id: string) {
  const [count] = (await listCounts(ctx, { limit: 1 }, { id })).items;
  if (count === undefined) throw notFound(['Stock count', '棚卸']);
  const differences =
    count.state === 'booked'
      ? (await ctx.db.selectFrom('stock_count_differences').selectAll().where('count_id', '=', id).orderBy('line_no').execute()).map(
          ({ count_id: _, line_no: __, ...one }) => one,
        )
      : count.state === 'running'
        ? await listDifferences(ctx, await getCount(ctx, id))
        : [];
  return { ...jsonOf(count), differences };
}
