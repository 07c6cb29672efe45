// /returns and what happens to them as nouns; receipts, dispositions and codes are mounted beside.
import { createRoute, z } from '@hono/zod-openapi';
import { CalendarDay } from '../core/given.ts';
import type { Permission } from '../core/permission.ts';
import type { AppContext } from '../web/env.ts';
import { answers, body, gated, IdParam, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { authoriseReturn, cancelReturn, rejectReturn } from './authorise.ts';
import { closeReturn } from './close.ts';
import { codeRoutes } from './codeApi.ts';
import { addReturnUnit, changeReturn, fileReturn } from './file.ts';
import { AddReturnUnit, Approve, Because, ChangeReturn, FileReturn, ForUnit, Maybe, RequestOutbound, returnTypes } from './inputs.ts';
import { inFull, Leg, legJson, Return, ReturnInFull, returnJson } from './json.ts';
import { legRoutes } from './legApi.ts';
import { getLegView } from './legQueries.ts';
import { returnStates } from './lifecycle.ts';
import { mergeRoutes } from './mergeApi.ts';
import { requestOutbound } from './outbound.ts';
import { listReturns } from './queries.ts';
import { receiptRoutes } from './receiptApi.ts';
import { approveReturn, refuseApproval, requestWriteOff } from './writeOff.ts';

export const returnsApi = newApi();

const tags = ['Returns'];
const short = z.string().max(64).optional();

export const ReturnQuery = z.object({
  state: z.enum(returnStates).optional(),
  type: z.enum(returnTypes).optional(),
  customer_id: short,
  case_id: short,
  owner_id: short,
  number: short,
  unit_id: short,
  from_on: CalendarDay.optional(),
  to_on: CalendarDay.optional(),
});

returnsApi.openapi(
  createRoute({
    method: 'get',
    path: '/returns',
    tags,
    summary: 'List returns',
    ...gated('return:read'),
    request: { query: ReturnQuery.extend(ListQuery.shape) },
    responses: { 200: answers(pageOf(Return)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listReturns(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(returnJson) }, 200);
  },
);

returnsApi.openapi(
  createRoute({
    method: 'get',
    path: '/returns/{id}',
    tags,
    summary: 'One return, by id or number, with its units and shipments',
    ...gated('return:read'),
    request: { params: IdParam },
    responses: { 200: answers(ReturnInFull), ...problems },
  }),
  async (c) => {
    const found = await inFull(c.var.ctx, c.req.valid('param').id);
    setETag(c, found.version);
    return c.json(found, 200);
  },
);

returnsApi.openapi(
  createRoute({
    method: 'post',
    path: '/returns',
    tags,
    summary: 'File a return',
    ...gated('return:write'),
    request: { body: body(FileReturn) },
    responses: { 201: answers(ReturnInFull), ...problems },
  }),
  async (c) => {
    const { id, version } = await fileReturn(c.var.ctx, c.req.valid('json'));
    setETag(c, version);
    c.header('Location', `/api/v1/returns/${id}`);
    return c.json(await inFull(c.var.ctx, id), 201);
  },
);

returnsApi.openapi(
  createRoute({
    method: 'patch',
    path: '/returns/{id}',
    tags,
    summary: 'Change note, address or owner of a return',
    ...gated('return:write'),
    request: { params: IdParam, body: body(ChangeReturn) },
    responses: { 200: answers(ReturnInFull), ...problems },
  }),
  async (c) => {
    const { id, version } = await changeReturn(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, version);
    return c.json(await inFull(c.var.ctx, id), 200);
  },
);

/** A transition as the creation of a noun under the return; answers the whole return as it is afterwards. */
function transition<T extends z.ZodType>(
  noun: string,
  summary: string,
  permission: Permission,
  input: T,
  run: (c: AppContext, id: string, given: z.output<T>) => Promise<unknown>,
): void {
  const route = createRoute({
    method: 'post',
    path: `/returns/{id}/${noun}`,
    tags,
    summary,
    ...gated(permission),
    request: { params: IdParam, body: body(input) },
    responses: { 201: answers(ReturnInFull), ...problems },
  });
  returnsApi.openapi(route, async (c) => {
    const id = c.req.param('id') ?? '';
    // Inside the generic function the type of the valid body is not worked out; it is the output of `input`.
    await run(c, id, c.req.valid('json' as never) as z.output<T>);
    const found = await inFull(c.var.ctx, id);
    setETag(c, found.version);
    return c.json(found, 201);
  });
}

transition('authorization', 'Authorise a return', 'return:write', Maybe, (c, id, { reason }) => authoriseReturn(c.var.ctx, id, reason, expectedVersion(c)));
transition('rejection', 'Turn a return down', 'return:write', Because, (c, id, { reason }) => rejectReturn(c.var.ctx, id, reason, expectedVersion(c)));
transition('cancellation', 'Call a return off', 'return:write', Because, (c, id, { reason }) => cancelReturn(c.var.ctx, id, reason, expectedVersion(c)));
transition('closure', 'Close a return', 'return:write', Maybe, (c, id, { reason }) => closeReturn(c.var.ctx, id, reason, expectedVersion(c)));
transition('units', 'Add a unit to a return', 'return:write', AddReturnUnit, (c, id, input) => addReturnUnit(c.var.ctx, id, input, expectedVersion(c)));
transition('write-off', 'Ask that a unit that never came be written off', 'return:write', ForUnit, (c, id, input) =>
  requestWriteOff(c.var.ctx, id, input, expectedVersion(c)),
);
transition('approval', 'Second person: allow the write-off or scrapping that was asked for', 'return:approve', Approve, (c, id, input) =>
  approveReturn(c.var.ctx, id, input, expectedVersion(c)),
);
transition('approval-refusal', 'Second person: refuse what was asked for', 'return:approve', ForUnit, (c, id, input) =>
  refuseApproval(c.var.ctx, id, input, expectedVersion(c)),
);

returnsApi.openapi(
  createRoute({
    method: 'post',
    path: '/returns/{id}/outbound',
    tags,
    summary: 'Ask for a replacement and reserve it',
    ...gated('return:write'),
    request: { params: IdParam, body: body(RequestOutbound) },
    responses: { 201: answers(Leg), ...problems },
  }),
  async (c) => {
    const leg = await requestOutbound(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, leg.version);
    return c.json(legJson(await getLegView(c.var.ctx, leg.id)), 201);
  },
);

returnsApi.route('/', legRoutes);
returnsApi.route('/', receiptRoutes);
returnsApi.route('/', mergeRoutes);
returnsApi.route('/', codeRoutes);
