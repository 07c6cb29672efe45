// /investigations: the 8D record, its parts and its steps.
import { createRoute, z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { answers, body, DayText, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { addAction, changeAction, decideAction } from './action.ts';
import { closeInvestigation, confirmCauses, containInvestigation, implementActions, progressOf, reopenInvestigation, verifyInvestigation } from './advance.ts';
import { addCause, decideCause } from './cause.ts';
import { addMember, changeInvestigation, removeMember } from './change.ts';
import { checkEffectiveness, compareEffectiveness } from './effectiveness.ts';
import { holdApi } from './holdApi.ts';
import {
  AddAction,
  AddCause,
  ChangeAction,
  ChangeInvestigation,
  CheckEffectiveness,
  CohortInput,
  Contain,
  DecideCause,
  FinishAction,
  InvestigationFilter,
  LinkInput,
  linkKinds,
  MemberInput,
  OpenInvestigation,
  ReasonInput,
  Verify,
} from './inputs.ts';
import { knownIssueApi } from './knownIssueApi.ts';
import { actionEvents, investigationStates, possibleEvents } from './lifecycle.ts';
import { addCohort, linkRecord, removeCohort, unlinkRecord } from './link.ts';
import { openInvestigation } from './open.ts';
import { listChecks, listInvestigations, listRecurrences, listUnattended, viewInvestigation } from './queries.ts';
import { gapsBefore } from './rules.ts';
import type { EffectivenessCheckRow } from './table.ts';
import { testApi } from './testApi.ts';

const Nullable = z.string().nullable();
const Rate = z.number().nullable();

const Numbers = z
  .object({
    as_of_on: DayText,
    units: z.int(),
    in_service: z.int(),
    customers: z.int(),
    exposure_days: z.number(),
    returned: z.int(),
    confirmed: z.int(),
    nff: z.int(),
    untriaged: z.int(),
    cases: z.int(),
    alerts: z.int(),
    rate_per_1000_device_months: Rate,
    ci_low: Rate,
    ci_high: Rate,
  })
  .openapi('ProblemNumbers');

const Investigation = z
  .object({
    id: z.string(),
    number: z.string(),
    title: z.string(),
    problem: z.string(),
    state: z.enum(investigationStates),
    source_kind: z.string(),
    source_id: Nullable,
    owner_id: Nullable,
    next_on: Nullable,
    next_step: Nullable,
    containment: Nullable,
    effectiveness: Nullable,
    evidence_kind: Nullable,
    evidence_id: Nullable,
    closed_at: Nullable,
    closed_by: Nullable,
    reopened_at: Nullable,
    reopened_reason: Nullable,
    frozen: Numbers,
    frozen_at: Instant,
    created_by: z.string(),
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('Investigation');

const Cause = z
  .object({
    id: z.string(),
    investigation_id: z.string(),
    branch: z.enum(['occurrence', 'escape']),
    parent_id: Nullable,
    statement: z.string(),
    evidence: Nullable,
    cause_id: Nullable,
    state: z.string(),
    decided_by: Nullable,
    decided_at: Nullable,
    created_by: z.string(),
    created_at: Instant,
    version: z.int(),
  })
  .openapi('InvestigationCause');

const Action = z
  .object({
    id: z.string(),
    investigation_id: z.string(),
    kind: z.string(),
    title: z.string(),
    model_id: Nullable,
    owner_id: z.string(),
    due_on: DayText,
    state: z.string(),
    outcome: Nullable,
    done_on: Nullable,
    reminded_on: Nullable,
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('InvestigationAction');

const Cohort = z.object({ id: z.string(), model_id: z.string(), hw_rev: Nullable, batch_id: Nullable, firmware_id: Nullable }).openapi('InvestigationCohort');

const InvestigationInFull = Investigation.extend({
  owner_name: Nullable,
  live: Numbers,
  cohorts: z.array(Cohort.extend({ maker_id: z.string(), maker_code: z.string(), model_code: z.string(), batch_code: Nullable, firmware_code: Nullable })),
  links: z.array(z.object({ kind: z.enum(linkKinds), record_id: z.string(), label: z.string(), path: Nullable })),
  team: z.array(z.object({ user_id: z.string(), name: z.string(), duty: Nullable })),
  causes: z.array(Cause),
  actions: z.array(
    Action.extend({
      owner_name: z.string(),
      cut_ins: z.array(z.object({ id: z.string(), action_id: z.string(), model_code: z.string(), kind: z.string(), from: z.string(), to: Nullable })),
    }),
  ),
  steps: z.array(z.object({ event: z.string(), gaps: z.array(z.string()) })),
}).openapi('InvestigationInFull');

const Band = z.object({ code: z.string(), before_failures: z.int(), before_days: z.number(), after_failures: z.int(), after_days: z.number() });
const compared = {
  kind: z.enum(['confirmed', 'returned']),
  before_failures: z.int(),
  before_exposure_days: z.number(),
  after_failures: z.int(),
  after_exposure_days: z.number(),
  expected_after: Rate,
  ratio: Rate,
  ratio_low: Rate,
  ratio_high: Rate,
  p_value: Rate,
  e_better: Rate,
  e_worse: Rate,
  verdict: z.enum(['improved', 'no_evidence', 'worse']),
};
const Comparison = z
  .object({ ...compared, as_of_on: DayText, bands: z.array(Band), unknown_failures: z.int(), unknown_exposure_days: z.number() })
  .openapi('Effectiveness');
const Check = z
  .object({ id: z.string(), investigation_id: z.string(), checked_at: Instant, checked_by: z.string(), ...compared, detail: z.unknown() })
  .openapi('EffectivenessCheck');

export const investigationApi = newApi();
const api = investigationApi;
const tags = ['Investigations'];
const read = gated('investigation:read');
const write = gated('investigation:write');
const CauseParam = IdParam.extend({ cause_id: z.string().openapi({ param: { name: 'cause_id', in: 'path' } }) });
const ActionParam = IdParam.extend({ action_id: z.string().openapi({ param: { name: 'action_id', in: 'path' } }) });

/** A row of investigations as JSON, its frozen numbers opened. */
const shown = <Row extends { frozen: string }>(row: Row) => ({ ...jsonOf(row), frozen: JSON.parse(row.frozen) });
const checkJson = (row: EffectivenessCheckRow) => ({ ...jsonOf(row), detail: JSON.parse(row.detail) });

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

api.openapi(
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
api.openapi(
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

api.openapi(
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

api.openapi(
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

api.openapi(
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

const NO_CONTENT = { description: 'Done' };

api.openapi(
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

api.openapi(
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

api.openapi(
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
api.openapi(
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

api.openapi(
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
api.openapi(
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

api.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/causes',
    tags,
    summary: 'Add a why to a five-why tree',
    ...write,
    request: { params: IdParam, body: body(AddCause) },
    responses: { 201: answers(Cause), ...problems },
  }),
  async (c) => c.json(jsonOf(await addCause(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

api.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/causes/{cause_id}/decision',
    tags,
    summary: 'Confirm or rule out a cause',
    ...write,
    request: { params: CauseParam, body: body(DecideCause) },
    responses: { 200: answers(Cause), ...problems },
  }),
  async (c) => {
    const { id, cause_id } = c.req.valid('param');
    return c.json(jsonOf(await decideCause(c.var.ctx, id, cause_id, c.req.valid('json'))), 200);
  },
);

api.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/actions',
    tags,
    summary: 'Add an action',
    ...write,
    request: { params: IdParam, body: body(AddAction) },
    responses: { 201: answers(Action), ...problems },
  }),
  async (c) => c.json(jsonOf(await addAction(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

api.openapi(
  createRoute({
    method: 'patch',
    path: '/investigations/{id}/actions/{action_id}',
    tags,
    summary: 'Change an action or its cut-in',
    ...write,
    request: { params: ActionParam, body: body(ChangeAction) },
    responses: { 200: answers(Action), ...problems },
  }),
  async (c) => {
    const { id, action_id } = c.req.valid('param');
    return c.json(jsonOf(await changeAction(c.var.ctx, id, action_id, c.req.valid('json'), expectedVersion(c))), 200);
  },
);

const Decision = FinishAction.extend({ event: z.enum(actionEvents).default('finish') });
api.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/actions/{action_id}/decision',
    tags,
    summary: 'Finish, drop or resume an action',
    ...write,
    request: { params: ActionParam, body: body(Decision) },
    responses: { 200: answers(Action), ...problems },
  }),
  async (c) => {
    const { id, action_id } = c.req.valid('param');
    const { event, ...input } = c.req.valid('json');
    return c.json(jsonOf(await decideAction(c.var.ctx, id, action_id, event, input)), 200);
  },
);

api.openapi(
  createRoute({
    method: 'get',
    path: '/investigations/{id}/effectiveness',
    tags,
    summary: 'Before and after the cut-in as of today',
    ...read,
    request: { params: IdParam, query: CheckEffectiveness },
    responses: { 200: answers(Comparison), ...problems },
  }),
  async (c) => {
    const { bands, ...found } = await compareEffectiveness(c.var.ctx, c.req.valid('param').id, c.req.valid('query'));
    return c.json({ ...found, bands: [...bands] }, 200);
  },
);

api.openapi(
  createRoute({
    method: 'get',
    path: '/investigations/{id}/effectiveness-checks',
    tags,
    summary: 'Comparisons that were kept',
    ...read,
    request: { params: IdParam },
    responses: { 200: answers(pageOf(Check)), ...problems },
  }),
  async (c) => c.json({ items: (await listChecks(c.var.ctx, c.req.valid('param').id)).map(checkJson), next_cursor: null }, 200),
);

api.openapi(
  createRoute({
    method: 'post',
    path: '/investigations/{id}/effectiveness-checks',
    tags,
    summary: 'Compare and keep the result as evidence',
    ...write,
    request: { params: IdParam, body: body(CheckEffectiveness) },
    responses: { 201: answers(Check), ...problems },
  }),
  async (c) => c.json(checkJson(await checkEffectiveness(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

const Recurrence = z
  .object({
    return_unit_id: z.string(),
    return_id: z.string(),
    unit_id: z.string(),
    serial: z.string(),
    batch_code: Nullable,
    hw_rev: Nullable,
    failed_on: Nullable,
    side: z.string(),
    reopened_at: Nullable,
    created_at: Instant,
  })
  .openapi('Recurrence');
api.openapi(
  createRoute({
    method: 'get',
    path: '/investigations/{id}/recurrences',
    tags,
    summary: 'Failures since the closing, by side of the cut-in',
    ...read,
    request: { params: IdParam },
    responses: { 200: answers(pageOf(Recurrence)), ...problems },
  }),
  async (c) => c.json({ items: (await listRecurrences(c.var.ctx, c.req.valid('param').id)).map(jsonOf), next_cursor: null }, 200),
);

const step = (noun: string, summary: string) => ({
  method: 'post' as const,
  path: `/investigations/{id}/${noun}`,
  tags,
  summary,
  ...write,
  responses: { 200: answers(Investigation), ...problems },
});

api.openapi(createRoute({ ...step('containment', 'The problem is contained'), request: { params: IdParam, body: body(Contain) } }), async (c) =>
  c.json(shown(await containInvestigation(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 200),
);

api.openapi(createRoute({ ...step('cause-confirmation', 'Both causes are confirmed'), request: { params: IdParam } }), async (c) =>
  c.json(shown(await confirmCauses(c.var.ctx, c.req.valid('param').id, expectedVersion(c))), 200),
);

api.openapi(createRoute({ ...step('implementation', 'Every action is done'), request: { params: IdParam } }), async (c) =>
  c.json(shown(await implementActions(c.var.ctx, c.req.valid('param').id, expectedVersion(c))), 200),
);

api.openapi(createRoute({ ...step('verification', 'The actions are shown to work'), request: { params: IdParam, body: body(Verify) } }), async (c) =>
  c.json(shown(await verifyInvestigation(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 200),
);

api.openapi(createRoute({ ...step('closure', 'Close'), request: { params: IdParam } }), async (c) =>
  c.json(shown(await closeInvestigation(c.var.ctx, c.req.valid('param').id, expectedVersion(c))), 200),
);

api.openapi(createRoute({ ...step('reopening', 'Reopen'), request: { params: IdParam, body: body(ReasonInput) } }), async (c) =>
  c.json(shown(await reopenInvestigation(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c))), 200),
);

for (const part of [holdApi, knownIssueApi, testApi]) api.route('/', part);
