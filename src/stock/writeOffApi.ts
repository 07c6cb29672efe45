// /stock/write-offs.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { notFound } from '../core/problem.ts';
import type { AppContext } from '../web/env.ts';
import { postingBare, postingTo } from '../web/recordRoutes.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { approveGivingUp, refuseGivingUp, requestGivingUp, reverseGivingUp } from './giveUp.ts';
import { Because, GiveUpStock } from './inputs.ts';
import { listWriteOffs } from './queries.ts';

export const writeOffRoutes = newApi();

const tags = ['Stock'];
const text = z.string().nullable();
const short = z.string().max(64).optional();
export const writeOffStates = ['requested', 'posted', 'withdrawn', 'reversed'] as const;

const WriteOff = z
  .object({
    id: z.string(),
    kind: z.enum(['scrapped', 'lost']),
    state: z.enum(writeOffStates),
    unit_id: text,
    serial: text,
    model_id: z.string(),
    model_code: z.string(),
    quantity: z.number(),
    location: z.string(),
    condition: z.string(),
    reason: z.string(),
    requested_by: z.string(),
    requested_name: z.string(),
    requested_at: Instant,
    approved_by: text,
    approved_name: text,
    ended_at: Instant.nullable(),
    ended_reason: text,
    move_id: text,
    reversal_id: text,
    version: z.int(),
  })
  .openapi('StockWriteOff');

writeOffRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/stock/write-offs',
    tags,
    summary: 'Stock given up without a return: asked for, allowed, taken back',
    ...gated('stock:read'),
    request: { query: ListQuery.extend({ state: z.enum(writeOffStates).optional(), model_id: short, unit_id: short }) },
    responses: { 200: answers(pageOf(WriteOff)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listWriteOffs(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
  },
);

writeOffRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/stock/write-offs/{id}',
    tags,
    summary: 'One write-off',
    ...gated('stock:read'),
    request: { params: IdParam },
    responses: { 200: answers(WriteOff), ...problems },
  }),
  async (c) => c.json(await shown(c, c.req.valid('param').id), 200),
);

writeOffRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/stock/write-offs',
    tags,
    summary: 'Ask that a unit or a quantity be scrapped or written off as lost; a second person has to allow it',
    ...gated('stock:write'),
    request: { body: body(GiveUpStock) },
    responses: { 201: answers(WriteOff), ...problems },
  }),
  async (c) => {
    const { id } = await requestGivingUp(c.var.ctx, c.req.valid('json'));
    c.header('Location', `/api/v1/stock/write-offs/${id}`);
    return c.json(await shown(c, id), 201);
  },
);

const approval = {
  path: '/stock/write-offs/{id}/approval',
  gate: 'stock:approve',
  tag: 'Stock',
  summary: 'Second person: allow it; the stock leaves the books',
} as const;
writeOffRoutes.openapi(postingBare(approval, WriteOff), async (c) => {
  const { id } = await approveGivingUp(c.var.ctx, c.req.valid('param').id, expectedVersion(c));
  return c.json(await shown(c, id), 201);
});

const refusal = { path: '/stock/write-offs/{id}/approval-refusal', gate: 'stock:write', tag: 'Stock', summary: 'Turn it down or withdraw it' } as const;
writeOffRoutes.openapi(postingTo(refusal, Because, WriteOff), async (c) => {
  const { id } = await refuseGivingUp(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason, expectedVersion(c));
  return c.json(await shown(c, id), 201);
});

const reversal = {
  path: '/stock/write-offs/{id}/reversal',
  gate: 'stock:approve',
  tag: 'Stock',
  summary: 'It is there after all: an entry the other way',
} as const;
writeOffRoutes.openapi(postingTo(reversal, Because, WriteOff), async (c) => {
  const { id } = await reverseGivingUp(c.var.ctx, c.req.valid('param').id, c.req.valid('json').reason, expectedVersion(c));
  return c.json(await shown(c, id), 201);
});

async function shown(c: AppContext, id: string) {
  const [row] = (await listWriteOffs(c.var.ctx, { limit: 1 }, { id })).items;
  if (row === undefined) throw notFound(['Stock write-off', '在庫除却']);
  setETag(c, row.version);
  return jsonOf(row);
}
