// /test-templates and /test-records.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { setETag } from '../web/version.ts';
import type { TestTemplateRow } from './table.ts';
import { concludeTest, recordValue, retireTestTemplate, saveTestTemplate, startTest, stepsOf } from './test.ts';
import { ConcludeTest, RecordValue, SaveTestTemplate, StartTest, TestStep, testKinds } from './testInputs.ts';
import { listTests, listTestTemplates, viewTest } from './testQueries.ts';

const Nullable = z.string().nullable();

const Template = z
  .object({
    id: z.string(),
    code: z.string(),
    revision: z.int(),
    kind: z.enum(testKinds),
    name_en: z.string(),
    name_ja: z.string(),
    method: Nullable,
    steps: z.array(TestStep),
    retired_at: Nullable,
    created_at: Instant,
  })
  .openapi('TestTemplate');

const TestRecord = z
  .object({
    id: z.string(),
    number: z.string(),
    template_id: z.string(),
    investigation_id: Nullable,
    title: z.string(),
    conditions: Nullable,
    state: z.enum(['running', 'done']),
    result: z.enum(['pass', 'fail']).nullable(),
    conclusion: Nullable,
    tested_on: Nullable,
    tested_by: z.string(),
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('TestRecord');

const Listed = TestRecord.extend({ template_code: z.string(), template_revision: z.int(), kind: z.enum(testKinds), name_en: z.string(), name_ja: z.string() });
const Sample = z.object({ id: z.string(), test_record_id: z.string(), serial: z.string(), serial_key: z.string(), unit_id: Nullable, note: Nullable });
const Value = z
  .object({
    sample_id: z.string(),
    step_code: z.string(),
    value: z.number().nullable(),
    observation: Nullable,
    result: z.enum(['pass', 'fail', 'noted']),
    measured_at: Instant,
  })
  .openapi('TestValue');
const InFull = TestRecord.extend({ template: Template, samples: z.array(Sample), values: z.array(Value) }).openapi('TestRecordInFull');

export const testApi = newApi();
const tags = ['Test records'];
const read = gated('investigation:read');
const write = gated('investigation:write');
const templateJson = (row: TestTemplateRow) => ({ ...jsonOf(row), steps: stepsOf(row.steps) });

testApi.openapi(
  createRoute({
    method: 'get',
    path: '/test-templates',
    tags,
    summary: 'Protocols in use',
    ...read,
    responses: { 200: answers(pageOf(Template)), ...problems },
  }),
  async (c) => c.json({ items: (await listTestTemplates(c.var.ctx)).map(templateJson), next_cursor: null }, 200),
);

testApi.openapi(
  createRoute({
    method: 'post',
    path: '/test-templates',
    tags,
    summary: 'Save a protocol or its next revision',
    ...write,
    request: { body: body(SaveTestTemplate) },
    responses: { 201: answers(Template), ...problems },
  }),
  async (c) => c.json(templateJson(await saveTestTemplate(c.var.ctx, c.req.valid('json'))), 201),
);

testApi.openapi(
  createRoute({
    method: 'post',
    path: '/test-templates/{id}/retirement',
    tags,
    summary: 'Take a protocol out of use',
    ...write,
    request: { params: IdParam },
    responses: { 204: { description: 'Retired' }, ...problems },
  }),
  async (c) => {
    await retireTestTemplate(c.var.ctx, c.req.valid('param').id);
    return c.body(null, 204);
  },
);

const Filter = z.object({
  investigation_id: z.string().max(64).optional(),
  state: z.enum(['running', 'done']).optional(),
  result: z.enum(['pass', 'fail']).optional(),
});
testApi.openapi(
  createRoute({
    method: 'get',
    path: '/test-records',
    tags,
    summary: 'List test records',
    ...read,
    request: { query: ListQuery.extend(Filter.shape) },
    responses: { 200: answers(pageOf(Listed)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listTests(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
  },
);

testApi.openapi(
  createRoute({
    method: 'post',
    path: '/test-records',
    tags,
    summary: 'Start a test record',
    ...write,
    request: { body: body(StartTest) },
    responses: { 201: answers(TestRecord), ...problems },
  }),
  async (c) => {
    const row = await startTest(c.var.ctx, c.req.valid('json'));
    setETag(c, row.version);
    return c.json(jsonOf(row), 201);
  },
);

testApi.openapi(
  createRoute({
    method: 'get',
    path: '/test-records/{id}',
    tags,
    summary: 'One test record with its values',
    ...read,
    request: { params: IdParam },
    responses: { 200: answers(InFull), ...problems },
  }),
  async (c) => {
    const { record, template, samples, values } = await viewTest(c.var.ctx, c.req.valid('param').id);
    setETag(c, record.version);
    return c.json({ ...jsonOf(record), template: templateJson(template), samples, values: values.map(jsonOf) }, 200);
  },
);

testApi.openapi(
  createRoute({
    method: 'post',
    path: '/test-records/{id}/values',
    tags,
    summary: 'Record a measured value',
    ...write,
    request: { params: IdParam, body: body(RecordValue) },
    responses: { 201: answers(Value), ...problems },
  }),
  async (c) => c.json(jsonOf(await recordValue(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

testApi.openapi(
  createRoute({
    method: 'post',
    path: '/test-records/{id}/conclusion',
    tags,
    summary: 'Conclude',
    ...write,
    request: { params: IdParam, body: body(ConcludeTest) },
    responses: { 201: answers(TestRecord), ...problems },
  }),
  async (c) => c.json(jsonOf(await concludeTest(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);
