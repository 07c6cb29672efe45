// /investigations/{id}/links, /cohorts and /team: what an investigation is about and who is on it.
import { createRoute, z } from '@hono/zod-openapi';
import { answers, body, gated, IdParam, newApi, problems } from '../web/route.ts';
import { Cohort } from './apiShapes.ts';
import { addMember, removeMember } from './change.ts';
import { CohortInput, LinkInput, MemberInput } from './inputs.ts';
import { addCohort, linkRecord, removeCohort, unlinkRecord } from './link.ts';

export const scopeApi = newApi();
const tags = ['Investigations'];
const write = gated('investigation:write');
const NO_CONTENT = { description: 'Done' };

scopeApi.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/links',
    tags,
    summary: 'Link a record',
    ...write,
    request: { params: IdParam, body: body(LinkInput) },
    responses: { 204: NO_CONTENT, ...problems },
  }),
  async (c) => {
    await linkRecord(c.var.ctx, c.req.valid('param').id, c.req.valid('json'));
    return c.body(null, 204);
  },
);

scopeApi.openapi(
  createRoute({
    method: 'delete',
    path: '/investigations/{id}/links',
    tags,
    summary: 'Take a link away',
    ...write,
    request: { params: IdParam, query: LinkInput },
    responses: { 204: NO_CONTENT, ...problems },
  }),
  async (c) => {
    await unlinkRecord(c.var.ctx, c.req.valid('param').id, c.req.valid('query'));
    return c.body(null, 204);
  },
);

scopeApi.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/cohorts',
    tags,
    summary: 'Suspect a cohort',
    ...write,
    request: { params: IdParam, body: body(CohortInput) },
    responses: { 201: answers(Cohort.extend({ investigation_id: z.string() })), ...problems },
  }),
  async (c) => c.json(await addCohort(c.var.ctx, c.req.valid('param').id, c.req.valid('json')), 201),
);

const CohortParam = IdParam.extend({ cohort_id: z.string().openapi({ param: { name: 'cohort_id', in: 'path' } }) });
scopeApi.openapi(
  createRoute({
    method: 'delete',
    path: '/investigations/{id}/cohorts/{cohort_id}',
    tags,
    summary: 'Clear a cohort of suspicion',
    ...write,
    request: { params: CohortParam },
    responses: { 204: NO_CONTENT, ...problems },
  }),
  async (c) => {
    const { id, cohort_id } = c.req.valid('param');
    await removeCohort(c.var.ctx, id, cohort_id);
    return c.body(null, 204);
  },
);

scopeApi.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/team',
    tags,
    summary: 'Add to the team',
    ...write,
    request: { params: IdParam, body: body(MemberInput) },
    responses: { 204: NO_CONTENT, ...problems },
  }),
  async (c) => {
    await addMember(c.var.ctx, c.req.valid('param').id, c.req.valid('json'));
    return c.body(null, 204);
  },
);

const MemberParam = IdParam.extend({ user_id: z.string().openapi({ param: { name: 'user_id', in: 'path' } }) });
scopeApi.openapi(
  createRoute({
    method: 'delete',
    path: '/investigations/{id}/team/{user_id}',
    tags,
    summary: 'Take off the team',
    ...write,
    request: { params: MemberParam },
    responses: { 204: NO_CONTENT, ...problems },
  }),
  async (c) => {
    const { id, user_id } = c.req.valid('param');
    await removeMember(c.var.ctx, id, user_id);
    return c.body(null, 204);
  },
);
