// /healthz, /readyz and /metrics.

import { Hono } from 'hono';
import { sql } from 'kysely';
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

async function storeProbe({ store }: FrameSettings): Promise<string | null> {
  try {
    await sql`select 1`.execute(store.db);
    return null;
  } catch (error) {
    return `store: ${error instanceof Error ? error.message : String(error)}`;
  }
}
