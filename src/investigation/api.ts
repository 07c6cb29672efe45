// /investigations: the list, opening, and the 8D record itself. Its parts and steps are in the modules joined at the end.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { answers, body, gated, IdParam, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { actionApi } from './actionApi.ts';
import { progressOf } from './advance.ts';
import { Investigation, InvestigationInFull, Nullable, shown } from './apiShapes.ts';
import { causeApi } from './causeApi.ts';
import { changeInvestigation } from './change.ts';
import { effectivenessApi } from './effectivenessApi.ts';
import { holdApi } from './holdApi.ts';
import { ChangeInvestigation, InvestigationFilter, OpenInvestigation } from './inputs.ts';
import { knownIssueApi } from './knownIssueApi.ts';
import { possibleEvents } from './lifecycle.ts';
import { openInvestigation } from './open.ts';
import { listInvestigations, listUnattended, viewInvestigation } from './queries.ts';
import { gapsBefore } from './rules.ts';
import { scopeApi } from './scopeApi.ts';
import { stepApi } from './stepApi.ts';
import { testApi } from './testApi.ts';

export const investigationApi = newApi();
const tags = ['Investigations'];
const read = gated('investigation:read');
const write = gated('investigation:write');

const Listed = Investigation.pick({
  id: true,
  number: true,
  title: true,
  state: true,
  source_kind: true,
  source_id: true,
  owner_id: true,
  next_on: true,
  next_step: true,
  closed_at: true,
  created_at: true,
  updated_at: true,
  version: true,
}).extend({ owner_name: Nullable });

investigationApi.openapi(
  createRoute({
    method: 'get',
    path: '/investigations',
    tags,
    summary: 'List investigations',
    ...read,
    request: { query: ListQuery.extend(InvestigationFilter.shape) },
    responses: { 200: answers(pageOf(Listed)), ...problems },
  }),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listInvestigations(c.var.ctx, { limit, cursor, sort }, filter);
    return c.json({ ...page, items: page.items.map(jsonOf) }, 200);
  },
);

const Unattended = Listed.pick({ id: true, number: true, title: true, state: true, owner_id: true, next_on: true, owner_name: true }).extend({
  neglect: z.array(z.string()),
});
investigationApi.openapi(
  createRoute({
    method: 'get',
    path: '/investigations/unattended',
    tags,
    summary: 'Open investigations without an owner or a next date; takes no filter',
    ...read,
    responses: { 200: answers(pageOf(Unattended)), ...problems },
  }),
  async (c) => c.json({ items: await listUnattended(c.var.ctx), next_cursor: null }, 200),
);

investigationApi.openapi(
  createRoute({
    method: 'post',
    path: '/investigations',
    tags,
    summary: 'Open an investigation',
    ...write,
    request: { body: body(OpenInvestigation) },
    responses: { 201: answers(Investigation), ...problems },
  }),
  async (c) => {
    const row = await openInvestigation(c.var.ctx, c.req.valid('json'));
    setETag(c, row.version);
    return c.json(shown(row), 201);
  },
);

investigationApi.openapi(
  createRoute({
    method: 'get',
    path: '/investigations/{id}',
    tags,
    summary: 'One investigation with live numbers',
    ...read,
    request: { params: IdParam },
    responses: { 200: answers(InvestigationInFull), ...problems },
  }),
  async (c) => {
    const { investigation, frozen, ...view } = await viewInvestigation(c.var.ctx, c.req.valid('param').id);
    const progress = await progressOf(c.var.ctx, investigation);
    const steps = possibleEvents(investigation.state).map((event) => ({
      event,
      gaps: gapsBefore(event, progress).map((gap) => gap[c.var.locale === 'ja' ? 1 : 0]),
    }));
    setETag(c, investigation.version);
    return c.json({ ...jsonOf(investigation), ...view, frozen, causes: view.causes.map(jsonOf), actions: view.actions.map(jsonOf), steps }, 200);
  },
);

investigationApi.openapi(
  createRoute({
    method: 'patch',
    path: '/investigations/{id}',
    tags,
    summary: 'Change title, problem, owner or next date',
    ...write,
    request: { params: IdParam, body: body(ChangeInvestigation) },
    responses: { 200: answers(Investigation), ...problems },
  }),
  async (c) => {
    const row = await changeInvestigation(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, row.version);
    return c.json(shown(row), 200);
  },
);

for (const part of [scopeApi, causeApi, actionApi, effectivenessApi, stepApi, holdApi, knownIssueApi, testApi]) investigationApi.route('/', part);
