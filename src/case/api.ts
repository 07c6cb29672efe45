// /cases: what happens to one inquiry.
import { z } from '@hono/zod-openapi';
import { staffOnly } from '../core/actor.ts';
import type { Ctx } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import { getting, gettingOne, posting, postingBare, postingTo } from '../web/recordRoutes.ts';
import { IdParam, ListQuery, newApi, pageOf } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { automaticMailApi } from './automaticMailApi.ts';
import { closeCase, reopenCase, setNextStep, solveCase, toggleSpam, waitFor } from './course.ts';
import {
  ClassifyMessage,
  caseTypes,
  DescribeCase,
  LinkUnit,
  LogWork,
  MergeCase,
  OpenCase,
  RateCase,
  SetNextStep,
  SolveCase,
  TakeOwner,
  TryWorkaround,
  WaitFor,
  WithReason,
  WriteMessage,
} from './inputs.ts';
import { CaseJson, caseJson, EventJson, eventJson } from './json.ts';
import { caseStates } from './lifecycle.ts';
import { mergeCase, unmergeCase } from './merge.ts';
import { classifyMessage, writeMessage } from './message.ts';
import { openCase } from './open.ts';
import { describeCase, giveOwner } from './owner.ts';
import { countNeglected, getCase, listCases, listCaseUnits, listEvents, listNeglected } from './queries.ts';
import { rateAsPartner } from './rate.ts';
import { remedyApi } from './remedyApi.ts';
import type { CaseRow } from './table.ts';
import { caseToolsApi } from './toolsApi.ts';
import { linkUnit, logWork, tryWorkaround, unlinkUnit } from './unit.ts';

export const caseApi = newApi();

const tag = 'Cases';

const CaseQuery = ListQuery.extend({
  state: z.enum([...caseStates, 'active']).optional(),
  type: z.enum(caseTypes).optional(),
  owner_id: z.string().optional(),
  customer_id: z.string().optional(),
  unit_id: z.string().optional(),
  category_id: z.string().optional(),
  alert_id: z.string().optional(),
  q: z.string().max(200).optional(),
});

caseApi.openapi(
  getting(
    { path: '/cases', gate: 'case:read', tag, summary: 'List cases; `state=active` is everything not solved, `owner_id=none` what nobody owns' },
    CaseQuery,
    pageOf(CaseJson),
  ),
  async (c) => {
    const { limit, cursor, sort, ...filter } = c.req.valid('query');
    const page = await listCases(c.var.ctx, filter, { limit, cursor, sort });
    return c.json({ items: page.items.map((row) => caseJson(row, c.var.ctx.actor)), next_cursor: page.next_cursor }, 200);
  },
);

const Neglected = CaseJson.extend({ neglects: z.array(z.enum(['unowned', 'silent', 'overdue', 'no_next_step'])) });

caseApi.openapi(
  getting(
    {
      path: '/cases/neglected',
      gate: 'case:read',
      tag,
      summary: 'Open cases nobody owns, that wait for our answer, are overdue or have no next step. Takes no filter',
    },
    ListQuery.omit({ sort: true }),
    pageOf(Neglected).extend({ total: z.int() }),
  ),
  async (c) => {
    const { ctx } = c.var;
    staffOnly(ctx);
    const { items, next_cursor } = await listNeglected(ctx, c.req.valid('query'));
    const shown = items.map((row) => ({ ...caseJson(row, ctx.actor), neglects: [...row.neglects] }));
    return c.json({ items: shown, next_cursor, total: await countNeglected(ctx) }, 200);
  },
);

caseApi.openapi(posting({ path: '/cases', gate: 'case:write', tag, summary: 'Open a case' }, OpenCase, CaseJson), async (c) =>
  answer(c, await openCase(c.var.ctx, c.req.valid('json'))),
);

const CaseWithUnits = CaseJson.extend({ units: z.array(z.object({ id: z.string(), serial: z.string(), model_code: z.string() })) });

caseApi.openapi(gettingOne({ path: '/cases/{id}', gate: 'case:read', tag, summary: 'One case, by id or number' }, CaseWithUnits), async (c) => {
  const row = await getCase(c.var.ctx, c.req.valid('param').id);
  const units = await listCaseUnits(c.var.ctx, row.id);
  setETag(c, row.version);
  return c.json({ ...caseJson(row, c.var.ctx.actor), units: units.map(({ id, serial, model_code }) => ({ id, serial, model_code })) }, 200);
});

caseApi.openapi(
  gettingOne(
    { path: '/cases/{id}/messages', gate: 'case:read', tag, summary: 'What happened, in order; others than staff get the public part' },
    pageOf(EventJson),
  ),
  async (c) => {
    const row = await getCase(c.var.ctx, c.req.valid('param').id);
    return c.json({ items: (await listEvents(c.var.ctx, row.id)).map(eventJson), next_cursor: null }, 200);
  },
);

/** A verb that takes the id, the body and the expected version, and gives the case as it is now. */
function onCase<const P extends string, I extends z.ZodType>(
  path: P,
  summary: string,
  input: I,
  verb: (ctx: Ctx, id: string, body: z.output<I>, expected: number | undefined) => Promise<CaseRow>,
): void {
  caseApi.openapi(postingTo({ path: `/cases/{id}/${path}`, gate: 'case:write', tag, summary }, input, CaseJson), async (c) => {
    // The generic route hides that `json` was read with `input` and `param` with IdParam.
    const { id } = IdParam.parse(c.req.param());
    return answer(c, await verb(c.var.ctx, id, c.req.valid('json' as never) as z.output<I>, expectedVersion(c)));
  });
}

onCase('owner', 'Give the case its owner (triage), or hand it on with reason and summary', TakeOwner, giveOwner);
onCase('description', 'Correct type, category, customer or facts', DescribeCase, describeCase);
onCase('messages', 'Write a public message or an internal note', WriteMessage, writeMessage);
onCase('message-classifications', 'Say whether a customer’s message only thanks', ClassifyMessage, classifyMessage);
onCase('waits', 'Wait for the customer, engineering, the maker, or nobody any more', WaitFor, waitFor);
onCase('next-step', 'What is to be done next, and by when', SetNextStep, setNextStep);
onCase('solution', 'Solve the case', SolveCase, solveCase);
onCase('reopening', 'Reopen a solved case', WithReason, reopenCase);
onCase('spam-mark', 'Mark as spam, or take the mark off', WithReason, toggleSpam);
onCase('merge', 'Merge into another case', MergeCase, mergeCase);
onCase('unmerge', 'Take a merge back', WithReason, unmergeCase);
onCase('units', 'Link a unit', LinkUnit, (ctx, id, { unit_id }, expected) => linkUnit(ctx, id, unit_id, expected));
onCase('unit-removals', 'Remove the link to a unit', LinkUnit, (ctx, id, { unit_id }, expected) => unlinkUnit(ctx, id, unit_id, expected));
onCase('work', 'Minutes spent on the case', LogWork, logWork);
onCase('workarounds', 'A workaround was tried', TryWorkaround, tryWorkaround);
onCase('rating', 'Rate the solution; for the partner that asked. Customers use the link of their mail', RateCase, rateAsPartner);

caseApi.openapi(postingBare({ path: '/cases/{id}/closure', gate: 'case:write', tag, summary: 'Close a solved case' }, CaseJson), async (c) =>
  answer(c, await closeCase(c.var.ctx, c.req.valid('param').id, expectedVersion(c))),
);

caseApi.route('/', caseToolsApi);
caseApi.route('/', remedyApi);
caseApi.route('/', automaticMailApi);

function answer(c: AppContext, row: CaseRow) {
  setETag(c, row.version);
  return c.json(caseJson(row, c.var.ctx.actor), 201);
}
