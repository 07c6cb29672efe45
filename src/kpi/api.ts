// /kpis: numbers with numerator, denominator and interval, their series, and exactly the cases behind each.
import { createRoute, z } from '@hono/zod-openapi';
import { caseTypes } from '../case/inputs.ts';
import { InstantText } from '../core/given.ts';
import { rfc3339 } from '../core/time.ts';
import { speak } from '../core/words.ts';
import { getting, posting } from '../web/recordRoutes.ts';
import { answers, DayText, gated, Instant, newApi, pageOf, problems } from '../web/route.ts';
import { listInquiryRates } from './inquiryRate.ts';
import { AddNote, addNote, EnterHours, enterHours, listAnnotations, SetTarget, setTarget } from './keep.ts';
import { listLead } from './lead.ts';
import { countBacklog, listCounted, listKpis, listSeries, usualDays } from './queries.ts';

export const kpiApi = newApi();
const tag = 'KPIs';

export const KpiQuery = z.object({
  from_on: DayText.optional(),
  to_on: DayText.optional(),
  owner_id: z.string().optional(),
  customer_id: z.string().optional(),
  contract_id: z.string().optional(),
  model_id: z.string().optional(),
  category_id: z.string().optional(),
  type: z.enum(caseTypes).optional(),
  source: z.string().optional(),
});

const number = z.number().nullable();
const Numbers = {
  name: z.string(),
  kind: z.enum(['share', 'duration', 'count', 'mean']),
  value: number,
  numerator: number,
  denominator: z.number(),
  pending: z.int(),
  ci_low: number,
  ci_high: number,
  median: number,
  p90: number,
};
const KpiJson = z.object({ ...Numbers, label: z.string(), definition: z.string(), better: z.string(), pending_means: z.string().nullable() }).openapi('Kpi');

kpiApi.openapi(
  getting(
    { path: '/kpis', gate: 'case:read', tag, summary: 'Every KPI of a period (the last 30 days by default); durations in ms' },
    KpiQuery,
    pageOf(KpiJson).extend({ from_on: DayText, to_on: DayText }),
  ),
  async (c) => {
    const { from_on, to_on, ...filter } = c.req.valid('query');
    const days = usualDays(c.var.ctx, { from_on, to_on });
    const { locale } = c.var;
    const items = (await listKpis(c.var.ctx, days, filter)).map((kpi) => ({
      ...kpi,
      label: speak(kpi.label, locale),
      definition: speak(kpi.definition, locale),
      pending_means: kpi.pending_means === null ? null : speak(kpi.pending_means, locale),
    }));
    return c.json({ ...days, items, next_cursor: null }, 200);
  },
);

const NameParam = z.object({ name: z.string().min(1).max(64) });
const SeriesQuery = KpiQuery.extend({ by: z.enum(['day', 'week', 'month']).default('week') });
const Annotated = pageOf(z.object({ from_on: DayText, ...Numbers })).extend({
  targets: z.array(z.object({ from_on: DayText, goal: z.number(), owner_name: z.string() })),
  notes: z.array(z.object({ noted_on: DayText, note: z.string(), created_by: z.string() })),
});

kpiApi.openapi(
  createRoute({
    method: 'get',
    path: '/kpis/{name}/series',
    tags: [tag],
    summary: 'One KPI over time, with targets and measures taken',
    ...gated('case:read'),
    request: { params: NameParam, query: SeriesQuery },
    responses: { 200: answers(Annotated), ...problems },
  }),
  async (c) => {
    const { from_on, to_on, by, ...filter } = c.req.valid('query');
    const days = usualDays(c.var.ctx, { from_on, to_on });
    const { name } = c.req.valid('param');
    const items = await listSeries(c.var.ctx, name, days, by, filter);
    const { targets, notes } = await listAnnotations(c.var.ctx, name, days.to_on);
    return c.json(
      {
        items,
        next_cursor: null,
        targets: targets.map(({ from_on, goal, owner_name }) => ({ from_on, goal, owner_name })),
        notes: notes.map(({ noted_on, note, created_by }) => ({ noted_on, note, created_by })),
      },
      200,
    );
  },
);

const DrillQuery = KpiQuery.extend({
  part: z.enum(['counted', 'numerator', 'pending']).default('counted'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(64).optional(),
});

kpiApi.openapi(
  createRoute({
    method: 'get',
    path: '/kpis/{name}/cases',
    tags: [tag],
    summary: 'Exactly the cases a number was made of',
    ...gated('case:read'),
    request: { params: NameParam, query: DrillQuery },
    responses: { 200: answers(pageOf(z.object({ case_id: z.string() })).extend({ total: z.int() })), ...problems },
  }),
  async (c) => {
    const { from_on, to_on, part, limit, cursor, ...filter } = c.req.valid('query');
    const ids = await listCounted(c.var.ctx, c.req.valid('param').name, usualDays(c.var.ctx, { from_on, to_on }), filter, part);
    const rest = cursor === undefined ? ids : ids.filter((id) => id < cursor);
    const items = rest.slice(0, limit).map((case_id) => ({ case_id }));
    return c.json({ items, next_cursor: rest.length > limit ? (items.at(-1)?.case_id ?? null) : null, total: ids.length }, 200);
  },
);

const BacklogQuery = KpiQuery.omit({ from_on: true, to_on: true }).extend({ at: InstantText.openapi({ type: 'string', format: 'date-time' }).optional() });
kpiApi.openapi(
  getting({ path: '/kpis/backlog', gate: 'case:read', tag, summary: 'Cases open at any instant' }, BacklogQuery, z.object({ at: Instant, open: z.int() })),
  async (c) => {
    const { at: moment = c.var.ctx.now, ...filter } = c.req.valid('query');
    return c.json({ at: rfc3339(moment), open: await countBacklog(c.var.ctx, moment, filter) }, 200);
  },
);

const RateJson = z
  .object({
    month: z.string(),
    group: z.string().nullable().openapi({ description: 'Null over all; empty for cases without contract or unit' }),
    gross: z.int(),
    net: z.int(),
    active: z.number(),
    elapsed: z.number().openapi({ description: 'How much of the month has gone; rates are per whole month' }),
    gross_rate: number,
    net_rate: number,
    ci_low: number,
    ci_high: number,
    standardised_rate: number,
    standardised_low: number,
    standardised_high: number,
  })
  .openapi('InquiryRate');

kpiApi.openapi(
  getting(
    { path: '/kpis/inquiry-rates', gate: 'case:read', tag, summary: 'Inquiries per active contract (or unit in service) and month: gross, net, standardised' },
    z.object({ from_on: DayText.optional(), to_on: DayText.optional(), by: z.enum(['plan', 'model']).default('plan') }),
    pageOf(RateJson),
  ),
  async (c) => {
    const { by, ...days } = c.req.valid('query');
    return c.json({ items: await listInquiryRates(c.var.ctx, usualDays(c.var.ctx, days), by), next_cursor: null }, 200);
  },
);

const LeadJson = z.object({
  arrivals: z.array(z.object({ weekday: z.int(), hour: z.int(), cases: z.int() })),
  load: z.array(z.object({ owner_id: z.string(), name: z.string(), open: z.int(), overdue: z.int(), solved: z.int(), minutes_worked: z.int().nullable() })),
  skills: z.array(z.object({ owner_id: z.string(), name: z.string(), family: z.string(), solved: z.int() })),
  ageing: z.array(z.object({ from_days: z.int(), cases: z.int() })),
  cancellations: z.array(z.object({ contract: z.string(), customer: z.string(), cancelled_on: z.string(), cases: z.int(), returns: z.int() })),
  cancelled: z.int(),
  cancelled_with_trouble: z.int(),
});
kpiApi.openapi(
  getting(
    { path: '/kpis/desk', gate: 'case:lead', tag, summary: 'The lead’s view: arrivals, load, skills, ageing, retention' },
    z.object({ from_on: DayText.optional(), to_on: DayText.optional() }),
    LeadJson,
  ),
  async (c) => c.json(LeadJson.parse(await listLead(c.var.ctx, usualDays(c.var.ctx, c.req.valid('query')))), 200),
);

const Kept = z.object({ id: z.string() });
kpiApi.openapi(posting({ path: '/kpi-targets', gate: 'case:lead', tag, summary: 'Set a goal and who answers for it' }, SetTarget, Kept), async (c) =>
  c.json({ id: (await setTarget(c.var.ctx, c.req.valid('json'))).id }, 201),
);
kpiApi.openapi(posting({ path: '/kpi-notes', gate: 'case:write', tag, summary: 'Note a measure taken' }, AddNote, Kept), async (c) =>
  c.json({ id: (await addNote(c.var.ctx, c.req.valid('json'))).id }, 201),
);
kpiApi.openapi(
  posting(
    { path: '/work-hours', gate: 'case:write', tag, summary: 'Enter the hours of a day' },
    EnterHours,
    z.object({ worked_on: DayText, minutes: z.int() }),
  ),
  async (c) => {
    const input = c.req.valid('json');
    await enterHours(c.var.ctx, input);
    return c.json({ worked_on: input.worked_on, minutes: input.minutes }, 201);
  },
);
