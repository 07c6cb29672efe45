// /known-issues. Partners read those that concern their units.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { answers, body, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { addKnownIssue, changeKnownIssue, decideKnownIssue } from './knownIssue.ts';
import { AddKnownIssue, ChangeKnownIssue, DecideKnownIssue, DecideMatch, KnownIssueFilter, recordKinds } from './knownIssueInputs.ts';
import { decideMatch, matchOneIssue } from './knownIssueMatch.ts';
import { getKnownIssue, listKnownIssues, viewKnownIssue } from './knownIssueQueries.ts';
import { knownIssueStates } from './lifecycle.ts';

const Nullable = z.string().nullable();

const KnownIssue = z
  .object({
    id: z.string(),
    number: z.string(),
    title_en: z.string(),
    title_ja: z.string(),
    workaround_en: Nullable,
    workaround_ja: Nullable,
    state: z.enum(knownIssueStates),
    fixed_in: Nullable,
    published_at: Nullable,
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('KnownIssue');

const KnownIssueRecord = KnownIssue.extend({
  symptom_id: Nullable,
  failure_mode_id: Nullable,
  signal: Nullable,
  investigation_id: Nullable,
  fixed_firmware_id: Nullable,
  created_by: z.string(),
}).openapi('KnownIssueRecord');

const Cohort = z.object({
  model_id: z.string(),
  model_code: z.string(),
  maker_code: z.string(),
  hw_rev: Nullable,
  batch_id: Nullable,
  batch_code: Nullable,
  firmware_id: Nullable,
  firmware_code: Nullable,
});

const Match = z
  .object({
    record_kind: z.enum(recordKinds),
    record_id: z.string(),
    number: Nullable.optional(),
    unit_id: Nullable,
    why: z.array(z.string()),
    state: z.enum(['suggested', 'accepted', 'refused']),
    decided_by: Nullable,
    decided_at: Nullable,
    created_at: Instant,
  })
  .openapi('KnownIssueMatch');

const InFull = KnownIssue.extend({
  symptom_id: Nullable,
  failure_mode_id: Nullable,
  signal: Nullable,
  investigation_id: Nullable,
  cohorts: z.array(Cohort).nullable(),
  matches: z.array(Match).nullable(),
  affected: z.object({ reported: z.int(), suggested: z.int(), in_service: z.int(), with_signature: z.int().nullable(), silent: z.int().nullable() }).nullable(),
}).openapi('KnownIssueInFull');

export const knownIssueApi = newApi();
const tags = ['Known issues'];
const write = gated('investigation:write');

knownIssueApi.openapi(
  createRoute({
    method: 'get',
    path: '/known-issues',
    tags,
    summary: 'List known issues the caller may see',
    ...gated('unit:read'),
    request: { query: ListQuery.extend(KnownIssueFilter.shape) },
    responses: { 200: answers(pageOf(KnownIssue)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listKnownIssues(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
  },
);

knownIssueApi.openapi(
  createRoute({
    method: 'post',
    path: '/known-issues',
    tags,
    summary: 'Add a known issue',
    ...write,
    request: { body: body(AddKnownIssue) },
    responses: { 201: answers(KnownIssueRecord), ...problems },
  }),
  async (c) => {
    const row = await addKnownIssue(c.var.ctx, c.req.valid('json'));
    setETag(c, row.version);
    return c.json(jsonOf(row), 201);
  },
);

knownIssueApi.openapi(
  createRoute({
    method: 'get',
    path: '/known-issues/{id}',
    tags,
    summary: 'One known issue; for staff with its cohorts, matches and estimate',
    ...gated('unit:read'),
    request: { params: IdParam },
    responses: { 200: answers(InFull), ...problems },
  }),
  async (c) => {
    const { id } = c.req.valid('param');
    const row = await getKnownIssue(c.var.ctx, id);
    setETag(c, row.version);
    if (c.var.ctx.actor.partner_id !== null) {
      return c.json(
        { ...jsonOf(row), symptom_id: null, failure_mode_id: null, signal: null, investigation_id: null, cohorts: null, matches: null, affected: null },
        200,
      );
    }
    const { issue, cohorts, affected, matches } = await viewKnownIssue(c.var.ctx, id);
    const { symptom_id, failure_mode_id, signal, investigation_id } = issue;
    return c.json({ ...jsonOf(row), symptom_id, failure_mode_id, signal, investigation_id, cohorts, affected, matches: matches.map(matchJson) }, 200);
  },
);

knownIssueApi.openapi(
  createRoute({
    method: 'patch',
    path: '/known-issues/{id}',
    tags,
    summary: 'Change a known issue',
    ...write,
    request: { params: IdParam, body: body(ChangeKnownIssue) },
    responses: { 200: answers(KnownIssueRecord), ...problems },
  }),
  async (c) => {
    const row = await changeKnownIssue(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, row.version);
    return c.json(jsonOf(row), 200);
  },
);

knownIssueApi.openapi(
  createRoute({
    method: 'post',
    path: '/known-issues/{id}/decision',
    tags,
    summary: 'Publish, mark as fixed, withdraw or resume',
    ...write,
    request: { params: IdParam, body: body(DecideKnownIssue) },
    responses: { 201: answers(KnownIssueRecord), ...problems },
  }),
  async (c) => {
    const row = await decideKnownIssue(c.var.ctx, c.req.valid('param').id, c.req.valid('json'));
    if (row.state === 'published') await matchOneIssue(c.var.ctx, row.id);
    setETag(c, row.version);
    return c.json(jsonOf(row), 201);
  },
);

knownIssueApi.openapi(
  createRoute({
    method: 'post',
    path: '/known-issues/{id}/matches',
    tags,
    summary: 'Accept or refuse a match',
    ...gated('case:write'),
    request: { params: IdParam, body: body(DecideMatch) },
    responses: { 201: answers(Match.extend({ known_issue_id: z.string() })), ...problems },
  }),
  async (c) => c.json(matchJson(await decideMatch(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

const matchJson = <Row extends { why: string }>(row: Row) => ({ ...jsonOf(row), why: whys(row.why) });
const whys = (text: string): string[] => JSON.parse(text);
