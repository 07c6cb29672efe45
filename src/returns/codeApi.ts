// /codes/{tree}: symptoms, failure modes, components and causes.
import { createRoute, z } from '@hono/zod-openapi';
import { answers, body, gated, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { addCode, changeCode, getCode, listCodes, mergeCodes, retireCode, trees } from './codes.ts';
import { Because } from './inputs.ts';
import { Code, codeJson } from './json.ts';

export const codeRoutes = newApi();

const tags = ['Codes'];
const TreeParam = z.object({ tree: z.enum(trees).openapi({ param: { name: 'tree', in: 'path' } }) });
const CodeParam = TreeParam.extend({
  id: z
    .string()
    .min(1)
    .max(64)
    .openapi({ param: { name: 'id', in: 'path' }, description: 'Id or code' }),
});
const name = z.string().trim().min(1).max(200);
export const NewCodeInput = z.strictObject({
  code: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9_-]{1,40}$/),
  parent: z.string().max(64).nullable().optional(),
  name_en: name,
  name_ja: name,
});
export const CodeChangeInput = z.strictObject({ parent: z.string().max(64).nullable().optional(), name_en: name.optional(), name_ja: name.optional() });
export const MergeCode = z.strictObject({ into_id: z.string().min(1).max(64), reason: z.string().trim().min(1).max(1000) });

/** The tree comes in its own order unless asked otherwise, paged like every list that is made whole. */
const CodeQuery = z.object({ retired: z.enum(['true', 'false']).optional() });

codeRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/codes/{tree}',
    tags,
    summary: 'A code tree, each code after its parent',
    ...gated('return:read'),
    request: { params: TreeParam, query: CodeQuery },
    responses: { 200: answers(pageOf(Code)), ...problems },
  }),
  async (c) => {
    const codes = await listCodes(c.var.ctx, c.req.valid('param').tree, c.req.valid('query').retired === 'true');
    return c.json({ items: codes.map(codeJson), next_cursor: null }, 200);
  },
);

codeRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/codes/{tree}',
    tags,
    summary: 'Add a code',
    ...gated('code:write'),
    request: { params: TreeParam, body: body(NewCodeInput) },
    responses: { 201: answers(Code), ...problems },
  }),
  async (c) => {
    return c.json(codeJson(await addCode(c.var.ctx, c.req.valid('param').tree, c.req.valid('json'))), 201);
  },
);

codeRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/codes/{tree}/{id}',
    tags,
    summary: 'One code',
    ...gated('return:read'),
    request: { params: CodeParam },
    responses: { 200: answers(Code), ...problems },
  }),
  async (c) => {
    const { tree, id } = c.req.valid('param');
    const code = await getCode(c.var.ctx, tree, id);
    setETag(c, code.version);
    return c.json(codeJson(code), 200);
  },
);

codeRoutes.openapi(
  createRoute({
    method: 'patch',
    path: '/codes/{tree}/{id}',
    tags,
    summary: 'Rename a code or hang it elsewhere',
    ...gated('code:write'),
    request: { params: CodeParam, body: body(CodeChangeInput) },
    responses: { 200: answers(Code), ...problems },
  }),
  async (c) => {
    const { tree, id } = c.req.valid('param');
    const code = await changeCode(c.var.ctx, tree, (await getCode(c.var.ctx, tree, id)).id, c.req.valid('json'), expectedVersion(c));
    setETag(c, code.version);
    return c.json(codeJson(code), 200);
  },
);

codeRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/codes/{tree}/{id}/retirement',
    tags,
    summary: 'Take a code out of use',
    ...gated('code:write'),
    request: { params: CodeParam, body: body(Because) },
    responses: { 201: answers(Code), ...problems },
  }),
  async (c) => {
    const { tree, id } = c.req.valid('param');
    return c.json(codeJson(await retireCode(c.var.ctx, tree, id, c.req.valid('json').reason)), 201);
  },
);

codeRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/codes/{tree}/{id}/merge',
    tags,
    summary: 'Merge a code into another',
    ...gated('code:write'),
    request: { params: CodeParam, body: body(MergeCode) },
    responses: { 201: answers(Code), ...problems },
  }),
  async (c) => {
    const { tree, id } = c.req.valid('param');
    const { into_id, reason } = c.req.valid('json');
    return c.json(codeJson(await mergeCodes(c.var.ctx, tree, id, into_id, reason)), 201);
  },
);
