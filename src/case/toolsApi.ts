// What the desk works with, for programs: requests, visits, codes, templates, workarounds, calendars, absence.
import { z } from '@hono/zod-openapi';
import { ArticleJson, articleJson } from '../article/api.ts';
import { listCalendars } from '../catalog/businessClock.ts';
import { staffOnly } from '../core/actor.ts';
import { readCalendar } from '../core/businessTime.ts';
import { CalendarDay } from '../core/given.ts';
import { rfc3339OrNull } from '../core/time.ts';
import { getting, gettingOne, posting, postingBare, postingTo } from '../web/recordRoutes.ts';
import { newApi, pageOf } from '../web/route.ts';
import { AbsencePlan, previewAbsence, TransferAbsence, transferAbsence } from './absence.ts';
import { answerRequest, askOthers, withdrawRequest } from './ask.ts';
import { addCalendar, CalendarInput } from './calendars.ts';
import { addWorkaround, saveCaseCode, saveTemplate } from './catalogue.ts';
import { AnswerRequest, AskOthers, CancelVisit, FinishVisit, PlanVisit, SaveCaseCode, SaveTemplate, SaveWorkaround } from './inputs.ts';
import { CalendarJson, CodeJson, RequestJson, requestJson, TemplateJson, VisitJson, visitJson, WorkaroundJson } from './json.ts';
import { promoteAnswer } from './promote.ts';
import { getCase, listCodes, listRequests, listTemplates } from './queries.ts';
import { cancelVisit, finishVisit, listVisits, planVisit, visitCoverage } from './visit.ts';

export const caseToolsApi = newApi();
const tag = 'Cases';

caseToolsApi.openapi(
  gettingOne({ path: '/cases/{id}/requests', gate: 'case:read', tag, summary: 'What others were asked about the case' }, pageOf(RequestJson)),
  async (c) => {
    const row = await getCase(c.var.ctx, c.req.valid('param').id);
    staffOnly(c.var.ctx);
    return c.json({ items: (await listRequests(c.var.ctx, row.id)).map(requestJson), next_cursor: null }, 200);
  },
);

caseToolsApi.openapi(
  postingTo({ path: '/cases/{id}/requests', gate: 'case:write', tag, summary: 'Ask others: sub-request, advice, escalation' }, AskOthers, RequestJson),
  async (c) => {
    const row = await getCase(c.var.ctx, c.req.valid('param').id);
    return c.json(requestJson(await askOthers(c.var.ctx, row.id, c.req.valid('json'))), 201);
  },
);

caseToolsApi.openapi(
  postingTo({ path: '/case-requests/{id}/answer', gate: 'case:write', tag, summary: 'Answer a request' }, AnswerRequest, RequestJson),
  async (c) => c.json(requestJson(await answerRequest(c.var.ctx, c.req.valid('param').id, c.req.valid('json').answer)), 201),
);

caseToolsApi.openapi(postingBare({ path: '/case-requests/{id}/withdrawal', gate: 'case:write', tag, summary: 'Withdraw a request' }, RequestJson), async (c) =>
  c.json(requestJson(await withdrawRequest(c.var.ctx, c.req.valid('param').id)), 201),
);

caseToolsApi.openapi(
  gettingOne({ path: '/cases/{id}/visits', gate: 'case:read', tag, summary: 'On-site visits of the case' }, pageOf(VisitJson)),
  async (c) => {
    const row = await getCase(c.var.ctx, c.req.valid('param').id);
    staffOnly(c.var.ctx);
    return c.json({ items: (await listVisits(c.var.ctx, row.id)).map(visitJson), next_cursor: null }, 200);
  },
);

const Coverage = z.object({ coverage: z.string(), reason: z.string() });
caseToolsApi.openapi(
  postingTo(
    { path: '/cases/{id}/visit-coverage', gate: 'case:write', tag, summary: 'What would cover a visit on that day' },
    z.object({ visit_on: CalendarDay }),
    Coverage,
  ),
  async (c) => {
    const row = await getCase(c.var.ctx, c.req.valid('param').id);
    staffOnly(c.var.ctx);
    return c.json(await visitCoverage(c.var.ctx, row, c.req.valid('json').visit_on), 201);
  },
);

caseToolsApi.openapi(postingTo({ path: '/cases/{id}/visits', gate: 'case:write', tag, summary: 'Plan an on-site visit' }, PlanVisit, VisitJson), async (c) => {
  const row = await getCase(c.var.ctx, c.req.valid('param').id);
  return c.json(visitJson(await planVisit(c.var.ctx, row.id, c.req.valid('json'))), 201);
});

caseToolsApi.openapi(postingTo({ path: '/visits/{id}/result', gate: 'case:write', tag, summary: 'What was done on site' }, FinishVisit, VisitJson), async (c) =>
  c.json(visitJson(await finishVisit(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

caseToolsApi.openapi(
  postingTo({ path: '/visits/{id}/cancellation', gate: 'case:write', tag, summary: 'Cancel a planned visit' }, CancelVisit, VisitJson),
  async (c) => c.json(visitJson(await cancelVisit(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

caseToolsApi.openapi(
  getting(
    { path: '/case-codes', gate: 'case:read', tag, summary: 'Categories or causes of cases' },
    z.object({ tree: z.enum(['category', 'cause']).default('category') }),
    pageOf(CodeJson),
  ),
  async (c) =>
    c.json(
      {
        items: (await listCodes(c.var.ctx, c.req.valid('query').tree)).map((row) => CodeJson.parse({ ...row, retired_at: rfc3339OrNull(row.retired_at) })),
        next_cursor: null,
      },
      200,
    ),
);

caseToolsApi.openapi(
  posting({ path: '/case-codes', gate: 'case:lead', tag, summary: 'Add or change a category or cause' }, SaveCaseCode, CodeJson),
  async (c) => {
    const row = await saveCaseCode(c.var.ctx, c.req.valid('json'));
    return c.json(CodeJson.parse({ ...row, retired_at: rfc3339OrNull(row.retired_at) }), 201);
  },
);

caseToolsApi.openapi(
  getting({ path: '/case-templates', gate: 'case:read', tag, summary: 'Templates of answers' }, z.object({}), pageOf(TemplateJson)),
  async (c) => {
    staffOnly(c.var.ctx);
    return c.json({ items: (await listTemplates(c.var.ctx)).map((row) => TemplateJson.parse(row)), next_cursor: null }, 200);
  },
);

caseToolsApi.openapi(
  posting({ path: '/case-templates', gate: 'case:write', tag, summary: 'Add or change a template' }, SaveTemplate, TemplateJson),
  async (c) => c.json(TemplateJson.parse(await saveTemplate(c.var.ctx, c.req.valid('json'))), 201),
);

caseToolsApi.openapi(getting({ path: '/workarounds', gate: 'case:read', tag, summary: 'Workarounds' }, z.object({}), pageOf(WorkaroundJson)), async (c) => {
  staffOnly(c.var.ctx);
  const rows = await c.var.ctx.db.selectFrom('workarounds').selectAll().orderBy('id').execute();
  return c.json({ items: rows.map((row) => WorkaroundJson.parse({ ...row, retired_at: rfc3339OrNull(row.retired_at) })), next_cursor: null }, 200);
});

caseToolsApi.openapi(posting({ path: '/workarounds', gate: 'case:write', tag, summary: 'Add a workaround' }, SaveWorkaround, WorkaroundJson), async (c) => {
  const row = await addWorkaround(c.var.ctx, c.req.valid('json'));
  return c.json(WorkaroundJson.parse({ ...row, retired_at: rfc3339OrNull(row.retired_at) }), 201);
});

caseToolsApi.openapi(
  getting({ path: '/calendars', gate: 'case:read', tag, summary: 'Versions of the business calendar' }, z.object({}), pageOf(CalendarJson)),
  async (c) => c.json({ items: (await listCalendars(c.var.ctx)).map(calendarJson), next_cursor: null }, 200),
);

caseToolsApi.openapi(
  posting({ path: '/calendars', gate: 'case:lead', tag, summary: 'Add a calendar version from a day to come' }, CalendarInput, CalendarJson),
  async (c) => c.json(calendarJson(readCalendar(await addCalendar(c.var.ctx, c.req.valid('json')))), 201),
);

caseToolsApi.openapi(
  postingBare({ path: '/cases/{id}/article', gate: 'article:write', tag, summary: 'Promote the answer of a case to an article' }, ArticleJson),
  async (c) => c.json(articleJson(await promoteAnswer(c.var.ctx, c.req.valid('param').id)), 201),
);

const Transfers = z.object({
  preview: z.string(),
  transfers: z.array(
    z.object({
      case_id: z.string(),
      number: z.string(),
      subject: z.string(),
      to_owner_id: z.string(),
      to_owner_name: z.string(),
      why: z.enum(['knows_model', 'least_load']),
    }),
  ),
});

caseToolsApi.openapi(
  posting({ path: '/absence-previews', gate: 'case:write', tag, summary: 'Who would get which case of somebody away' }, AbsencePlan, Transfers),
  async (c) => {
    const { preview, transfers } = await previewAbsence(c.var.ctx, c.req.valid('json'));
    return c.json({ preview, transfers: [...transfers] }, 201);
  },
);

caseToolsApi.openapi(
  posting({ path: '/absence-transfers', gate: 'case:write', tag, summary: 'Do what the preview showed' }, TransferAbsence, Transfers),
  async (c) => {
    const input = c.req.valid('json');
    return c.json({ preview: input.preview, transfers: [...(await transferAbsence(c.var.ctx, input))] }, 201);
  },
);

const calendarJson = (calendar: ReturnType<typeof readCalendar>): z.output<typeof CalendarJson> => ({
  ...calendar,
  hours: calendar.hours.map((day) => day.map((span) => [...span])),
  closed_days: [...calendar.closed_days],
  open_days: [...calendar.open_days],
});
