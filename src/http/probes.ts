// /healthz, /readyz and /metrics.
import { setTimeout } from 'node:timers/promises';
import { Hono } from 'hono';
import { sql } from 'kysely';
import { messageOf } from '../core/messageOf.ts';
import type { AppEnv } from '../web/env.ts';
import { pass } from '../web/gate.ts';
import { metrics } from '../web/metrics.ts';
import type { FrameSettings } from './frame.ts';

/** One thing that must be well for the product to take work: the reason it is not, or null. */
export type Probe = () => string | null | Promise<string | null>;

export function probeRoutes(settings: FrameSettings & { readonly probes?: readonly Probe[] }): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/healthz', pass('public'), (c) => c.json({ status: 'alive' }));
  routes.get('/readyz', pass('public'), async (c) => {
    const reasons = (await Promise.all([storeProbe(settings), ...(settings.probes ?? []).map((probe) => probe())])).filter((reason) => reason !== null);
    if (reasons.length === 0) return c.json({ status: 'ready' });
    return c.json({ status: 'unready', reasons }, 503, { 'Retry-After': '5' });
  });
  routes.get('/metrics', pass('public'), async (c) => c.body(await metrics.metrics(), 200, { 'Content-Type': metrics.contentType }));
  return routes;
}

/** A store that does not answer must not keep the probe from answering. */
const STORE_WITHIN_MS = 2000;

async function storeProbe({ store }: FrameSettings): Promise<string | null> {
  const asked = sql`select 1`.execute(store.db).then(
    () => null,
    (error: unknown) => `store: ${messageOf(error)}`,
  );
  return Promise.race([asked, setTimeout(STORE_WITHIN_MS, `store: no answer within ${STORE_WITHIN_MS / 1000} s`, { ref: false })]);
}
