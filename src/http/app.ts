// The HTTP application: the frame, then every feature. Nothing else lives here.
import { OpenAPIHono } from '@hono/zod-openapi';
import { compress } from 'hono/compress';
import { alertApi } from '../alert/api.ts';
import { leadPages } from '../alert/leadPages.tsx';
import { alertPages } from '../alert/pages.tsx';
import { signalPages } from '../alert/signalPages.tsx';
import { silencePages } from '../alert/silencePages.tsx';
import { articleApi } from '../article/api.ts';
import { articlePages } from '../article/pages.tsx';
import { attachmentApi } from '../attachment/api.ts';
import { caseApi } from '../case/api.ts';
import { caseFilePages } from '../case/filePages.tsx';
import { inboundMailApi } from '../case/inboundMailApi.ts';
import { casePages } from '../case/pages.tsx';
import { catalogApi } from '../catalog/api.ts';
import { catalogPages } from '../catalog/pages.tsx';
import { claimApi } from '../claim/api.ts';
import { documentPages } from '../claim/documentPages.tsx';
import { evidenceApi } from '../claim/evidenceApi.ts';
import { claimPages } from '../claim/pages.tsx';
import type { Log } from '../core/log.ts';
import { Problem } from '../core/problem.ts';
import { deskApi } from '../desk/api.ts';
import { homePages } from '../desk/homePages.tsx';
import { scanPages } from '../desk/scanPage.tsx';
import { searchPages } from '../desk/searchPage.tsx';
import { timelinePanel } from '../desk/timelinePanel.tsx';
import { inspectionApi } from '../inspection/api.ts';
import { benchPages } from '../inspection/pages.tsx';
import { investigationApi } from '../investigation/api.ts';
import { investigationPages } from '../investigation/pages.tsx';
import { kpiApi } from '../kpi/api.ts';
import { kpiPages } from '../kpi/pages.tsx';
import { learningApi } from '../learning/api.ts';
import { learningPages } from '../learning/pages.tsx';
import { precursorApi } from '../learning/precursorApi.ts';
import { precursorPages } from '../learning/precursorPages.tsx';
import { noticeApi } from '../notice/api.ts';
import { noticePages } from '../notice/pages.tsx';
import { accountPages } from '../person/accountPages.tsx';
import { personApi } from '../person/api.ts';
import { historyPages } from '../person/historyPages.tsx';
import { signInPages } from '../person/signInPages.tsx';
import { tokenPages } from '../person/tokenPages.tsx';
import { userPages } from '../person/userPages.tsx';
import { portalPages } from '../portal/pages.tsx';
import { qualityApi } from '../quality/api.ts';
import { qualityPages } from '../quality/pages.tsx';
import { returnsApi } from '../returns/api.ts';
import { returnsPages } from '../returns/pages.tsx';
import { warrantyPanel } from '../returns/warrantyPanel.tsx';
import { stockApi } from '../stock/api.ts';
import { stockDeeds } from '../stock/bulk.tsx';
import { stockPages } from '../stock/pages.tsx';
import { telemetryApi } from '../telemetry/api.ts';
import { healthApi } from '../telemetry/healthApi.ts';
import { healthPages } from '../telemetry/healthPages.tsx';
import { telemetryPages } from '../telemetry/pages.tsx';
import { transferApi } from '../transfer/api.ts';
import { transferPages } from '../transfer/pages.tsx';
import { unitApi } from '../unit/api.ts';
import { unitPages } from '../unit/pages.tsx';
import { assetRoutes } from '../web/assets.ts';
import { csvWhenAsked } from '../web/csv.ts';
import type { AppContext, AppEnv } from '../web/env.ts';
import { idempotent } from '../web/idempotent.ts';
import { httpRequests, httpSeconds } from '../web/metrics.ts';
import { asProblem, problemResponse } from '../web/problem.ts';
import { problemPage } from '../web/problemPage.tsx';
import { viewPages } from '../web/viewPages.ts';
import { webhookApi } from '../webhook/api.ts';
import { webhookPages } from '../webhook/pages.tsx';
import { docsRoutes } from './docs.tsx';
import { type FrameSettings, identify, limitBody, refuseNul, sameOrigin, securityHeaders } from './frame.ts';
import { importKinds } from './kinds.ts';
import { lists } from './lists.ts';
import { type Probe, probeRoutes } from './probes.ts';

export interface AppSettings extends FrameSettings {
  readonly log: Log;
  /** DATA_DIR: where attachments lie. */
  readonly data_dir: string;
  /** What /readyz asks besides the store. */
  readonly probes?: readonly Probe[];
}

/** Every route of the product over one store. Bugs are logged here, once. */
export function createApp(settings: AppSettings): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>();
  app.onError((error, c) => refuse(c, error, settings.log));
  app.notFound((c) => refuse(c, new Problem('not_found', ['Not found', '見つかりません']), settings.log));
  app.use(compress(), measure(settings.log), securityHeaders, identify(settings), sameOrigin, denyUngated, limitBody, refuseNul);
  app.use('/api/v1/*', csvWhenAsked, lists(app), idempotent);
  for (const api of apis()) app.route('/api/v1', api);
  app.route('/api/v1', attachmentApi(settings.data_dir));
  app.route('/api/v1', inboundMailApi(settings.data_dir));
  app.route('/api/v1', evidenceApi(settings.data_dir));
  app.route('/', documentPages(settings.data_dir));
  app.route('/', benchPages(settings.data_dir));
  app.route('/', caseFilePages(settings.data_dir));
  for (const pages of allPages()) app.route('/', pages);
  app.route('/', assetRoutes);
  app.route('/', probeRoutes(settings));
  app.route('/', docsRoutes(app));
  return app;
}

const apis = () => [
  personApi,
  deskApi,
  catalogApi,
  unitApi,
  transferApi(importKinds),
  qualityApi,
  returnsApi,
  inspectionApi,
  stockApi,
  telemetryApi,
  healthApi,
  alertApi,
  claimApi,
  investigationApi,
  caseApi,
  kpiApi,
  articleApi,
  noticeApi,
  learningApi,
  precursorApi,
  webhookApi,
];

const allPages = () => [
  signInPages,
  accountPages,
  userPages,
  tokenPages,
  historyPages,
  viewPages,
  homePages,
  searchPages,
  scanPages,
  catalogPages,
  unitPages([warrantyPanel, timelinePanel], stockDeeds),
  transferPages(importKinds),
  qualityPages,
  telemetryPages,
  healthPages,
  alertPages,
  signalPages,
  silencePages,
  leadPages,
  returnsPages,
  stockPages,
  claimPages,
  investigationPages,
  casePages,
  kpiPages,
  articlePages,
  noticePages,
  precursorPages,
  learningPages,
  webhookPages,
  portalPages,
];

/** The last word: a response that passed no gate is not sent. */
const denyUngated = async (c: AppContext, next: () => Promise<void>): Promise<void> => {
  await next();
  if (c.var.gate === undefined && c.res.status < 400)
    throw new Problem('forbidden', ['This route declares no permission', 'この経路には権限が定義されていません']);
};

const measure =
  (log: Log) =>
  async (c: AppContext, next: () => Promise<void>): Promise<void> => {
    const started = performance.now();
    await next();
    const seconds = (performance.now() - started) / 1000;
    httpRequests.inc({ method: c.req.method, status: c.res.status });
    httpSeconds.observe({ method: c.req.method }, seconds);
    log.debug({ request_id: c.var.request_id, method: c.req.method, path: c.req.path, status: c.res.status, ms: Math.round(seconds * 1000) }, 'request');
  };

function refuse(c: AppContext, error: unknown, log: Log): Response | Promise<Response> {
  const problem = asProblem(error) ?? bug(c, error, log);
  const wantsPage = !c.req.path.startsWith('/api/') && !/^\/(healthz|readyz|metrics)$/.test(c.req.path);
  if (!wantsPage) return problemResponse(c, problem);
  if (problem.code === 'unauthenticated' && c.req.method === 'GET') return c.redirect(`/sign-in?next=${encodeURIComponent(pathOf(c))}`);
  return problemPage(c, problem);
}

function bug(c: AppContext, error: unknown, log: Log): Problem {
  const { request_id } = c.var;
  log.error({ err: error, request_id, method: c.req.method, path: c.req.path }, 'request failed');
  return new Problem('internal', [`Request ${request_id} failed; the log has the cause`, `処理に失敗しました。ログの ${request_id} を確認してください`]);
}

const pathOf = (c: AppContext): string => c.req.url.slice(new URL(c.req.url).origin.length);
