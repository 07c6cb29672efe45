// /alerts, /signals, /silences, /scans and /units/{id}/lookalikes.
import { createRoute, z } from '@hono/zod-openapi';
import type { Ctx } from '../db/ctx.ts';
import { getting, gettingOne, posting, postingBare, postingTo } from '../web/recordRoutes.ts';
import { answers, body, gated, IdParam, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { acknowledgeAlert, dismissAlert, investigateAlert, resolveAlert } from './act.ts';
import { backtestSignal } from './backtest.ts';
import { findBudget, setBudget } from './budget.ts';
import { Acknowledge, AddSilence, Backtest, ChangeSignal, CloseAlert, Investigate, SaveSignal, SetBudget } from './inputs.ts';
import { AlertDetail, AlertJson, alertJson, BacktestJson, LookalikesJson, SignalJson, SilenceJson, signalJson, silenceJson } from './json.ts';
import { measures } from './measures.ts';
import { countAlertUnits, findLookalikes, getAlert, getSignal, listAlerts, listAlertUnits, listSignals, listSilences } from './queries.ts';
import { addSignal, changeSignal } from './saveSignal.ts';
import { scanCohorts } from './scan.ts';
import { addSilence, endSilence } from './silence.ts';
import { ensureSignals } from './starters.ts';

export const alertApi = newApi();
const tag = 'Alerts';

const AlertQuery = ListQuery.extend({
  state: z.enum(['open', 'acknowledged', 'investigating', 'resolved', 'dismissed']).optional(),
  level: z.enum(['watch', 'alert', 'act_now']).optional(),
  model_id: z.string().optional(),
  unit_id: z.string().optional(),
  signal: z.string().optional(),
});

alertApi.openapi(getting({ path: '/alerts', gate: 'alert:read', tag, summary: 'List alerts' }, AlertQuery, pageOf(AlertJson)), async (c) => {
  const query = c.req.valid('query');
  const page = await listAlerts(c.var.ctx, query, query);
  return c.json({ ...page, items: page.items.map(alertJson) }, 200);
});

alertApi.openapi(
  gettingOne({ path: '/alerts/{id}', gate: 'alert:read', tag, summary: 'One alert with its evidence, affected units and units at risk' }, AlertDetail),
  async (c) => {
    const detail = await alertDetail(c.var.ctx, c.req.valid('param').id);
    setETag(c, detail.version);
    return c.json(detail, 200);
  },
);

async function alertDetail(ctx: Ctx, id: string): Promise<z.output<typeof AlertDetail>> {
  const [alert, counts, affected_units, units_at_risk] = await Promise.all([
    getAlert(ctx, id),
    countAlertUnits(ctx, id),
    listAlertUnits(ctx, id, 'affected'),
    listAlertUnits(ctx, id, 'at_risk'),
  ]);
  return { ...alertJson(alert), affected_count: counts.affected, at_risk_count: counts.at_risk, affected_units, units_at_risk };
}

alertApi.openapi(
  postingTo({ path: '/alerts/{id}/acknowledgement', gate: 'alert:write', tag, summary: 'Acknowledge an alert' }, Acknowledge, AlertDetail),
  async (c) => {
    const { id } = c.req.valid('param');
    await acknowledgeAlert(c.var.ctx, id, c.req.valid('json'), expectedVersion(c));
    return c.json(await alertDetail(c.var.ctx, id), 201);
  },
);

alertApi.openapi(
  postingTo({ path: '/alerts/{id}/investigation', gate: 'alert:write', tag, summary: 'Say which investigation looks into an alert' }, Investigate, AlertDetail),
  async (c) => {
    const { id } = c.req.valid('param');
    await investigateAlert(c.var.ctx, id, c.req.valid('json'), expectedVersion(c));
    return c.json(await alertDetail(c.var.ctx, id), 201);
  },
);

alertApi.openapi(postingTo({ path: '/alerts/{id}/resolution', gate: 'alert:write', tag, summary: 'Resolve an alert' }, CloseAlert, AlertDetail), async (c) => {
  const { id } = c.req.valid('param');
  await resolveAlert(c.var.ctx, id, c.req.valid('json'), expectedVersion(c));
  return c.json(await alertDetail(c.var.ctx, id), 201);
});

alertApi.openapi(
  postingTo({ path: '/alerts/{id}/dismissal', gate: 'alert:write', tag, summary: 'Dismiss an alert, saying why' }, CloseAlert, AlertDetail),
  async (c) => {
    const { id } = c.req.valid('param');
    await dismissAlert(c.var.ctx, id, c.req.valid('json'), expectedVersion(c));
    return c.json(await alertDetail(c.var.ctx, id), 201);
  },
);

const ScanJson = z
  .object({ days_counted: z.int(), scanned_on: z.string().nullable(), models: z.int(), raised: z.array(z.string()), above: z.int() })
  .openapi('Scan');

alertApi.openapi(posting({ path: '/scans', gate: 'alert:write', tag, summary: 'Scan now instead of tonight' }, z.object({}), ScanJson), async (c) => {
  const scanned = await scanCohorts(c.var.ctx);
  return c.json({ ...scanned, raised: [...scanned.raised] }, 201);
});

alertApi.openapi(
  gettingOne({ path: '/units/{id}/lookalikes', gate: 'alert:read', tag, summary: 'Other units that show the same signature now' }, LookalikesJson),
  async (c) => {
    const { signals, items } = await findLookalikes(c.var.ctx, c.req.valid('param').id);
    return c.json({ signals, items: items.map((item) => ({ ...item, signals: [...item.signals] })), next_cursor: null }, 200);
  },
);

const BudgetJson = z.object({ false_alerts_per_1000_model_months: z.number() }).openapi('AlertBudget');

alertApi.openapi(
  getting({ path: '/alert-budget', gate: 'alert:read', tag, summary: 'How many false alerts are allowed' }, z.object({}), BudgetJson),
  async (c) => c.json({ false_alerts_per_1000_model_months: await findBudget(c.var.ctx) }, 200),
);

alertApi.openapi(
  posting({ path: '/alert-budget', gate: 'quality:write', tag, summary: 'Set how many false alerts are allowed from the next scan on' }, SetBudget, BudgetJson),
  async (c) => c.json({ false_alerts_per_1000_model_months: await setBudget(c.var.ctx, c.req.valid('json')) }, 201),
);

const signals = 'Signals';
const MeasureJson = z.object({ code: z.string(), name_en: z.string(), name_ja: z.string(), kind: z.enum(['device', 'network']), unit: z.string() });

alertApi.openapi(
  getting({ path: '/signals', gate: 'alert:read', tag: signals, summary: 'List signal definitions' }, z.object({}), pageOf(SignalJson)),
  async (c) => {
    await ensureSignals(c.var.ctx);
    return c.json({ items: (await listSignals(c.var.ctx)).map(signalJson), next_cursor: null }, 200);
  },
);

alertApi.openapi(
  getting({ path: '/measures', gate: 'alert:read', tag: signals, summary: 'What a signal may measure' }, z.object({}), pageOf(MeasureJson)),
  (c) => c.json({ items: measures.map(({ code, label, kind, unit }) => ({ code, name_en: label[0], name_ja: label[1], kind, unit })), next_cursor: null }, 200),
);

alertApi.openapi(gettingOne({ path: '/signals/{id}', gate: 'alert:read', tag: signals, summary: 'One signal definition' }, SignalJson), async (c) => {
  const row = await getSignal(c.var.ctx, c.req.valid('param').id);
  setETag(c, row.version);
  return c.json(signalJson(row), 200);
});

alertApi.openapi(posting({ path: '/signals', gate: 'quality:write', tag: signals, summary: 'Add a signal' }, SaveSignal, SignalJson), async (c) =>
  c.json(signalJson(await addSignal(c.var.ctx, c.req.valid('json'))), 201),
);

alertApi.openapi(
  createRoute({
    method: 'patch',
    path: '/signals/{id}',
    tags: [signals],
    summary: 'Change a signal',
    ...gated('quality:write'),
    request: { params: IdParam, body: body(ChangeSignal) },
    responses: { 200: answers(SignalJson), ...problems },
  }),
  async (c) => {
    const row = await changeSignal(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, row.version);
    return c.json(signalJson(row), 200);
  },
);

alertApi.openapi(
  postingTo(
    { path: '/signals/{id}/backtest', gate: 'quality:read', tag: signals, summary: 'What a definition would have raised over the past' },
    Backtest,
    BacktestJson,
  ),
  async (c) => {
    const result = await backtestSignal(c.var.ctx, await getSignal(c.var.ctx, c.req.valid('param').id), c.req.valid('json'));
    return c.json({ ...result, alerts: [...result.alerts] }, 201);
  },
);

alertApi.openapi(getting({ path: '/silences', gate: 'alert:read', tag, summary: 'List silences' }, z.object({}), pageOf(SilenceJson)), async (c) =>
  c.json({ items: (await listSilences(c.var.ctx)).map(silenceJson), next_cursor: null }, 200),
);

alertApi.openapi(
  posting({ path: '/silences', gate: 'alert:write', tag, summary: 'Send nothing of some alerts for some days' }, AddSilence, SilenceJson),
  async (c) => c.json(silenceJson(await addSilence(c.var.ctx, c.req.valid('json'))), 201),
);

alertApi.openapi(postingBare({ path: '/silences/{id}/end', gate: 'alert:write', tag, summary: 'End a silence now' }, SilenceJson), async (c) =>
  c.json(silenceJson(await endSilence(c.var.ctx, c.req.valid('param').id)), 201),
);
