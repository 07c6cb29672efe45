// GET /precursors: which signals came before confirmed failures, per failure mode.
import { z } from '@hono/zod-openapi';
import { getting } from '../web/recordRoutes.ts';
import { newApi, pageOf } from '../web/route.ts';
import { listPrecursors } from './precursors.ts';

export const precursorApi = newApi();

const share = z.number().nullable();
const PrecursorJson = z
  .object({
    failure_mode_id: z.string(),
    failure_mode: z.string(),
    name_en: z.string(),
    name_ja: z.string(),
    failures: z.int(),
    healthy: z.int(),
    signals: z.array(
      z.object({
        signal_id: z.string(),
        name_en: z.string(),
        name_ja: z.string(),
        hits: z.int(),
        false_hits: z.int(),
        recall: z.number(),
        recall_ci_low: share,
        recall_ci_high: share,
        precision: share,
        precision_ci_low: share,
        precision_ci_high: share,
        median_lead_days: z.number().nullable(),
      }),
    ),
  })
  .openapi('Precursors');

precursorApi.openapi(
  getting(
    { path: '/precursors', gate: 'alert:read', tag: 'Learning', summary: 'Signals in the 90 days before confirmed failures, per failure mode' },
    z.object({}),
    pageOf(PrecursorJson),
  ),
  async (c) => {
    const items = (await listPrecursors(c.var.ctx)).map(({ code, signals, ...mode }) => ({
      ...mode,
      failure_mode: code,
      signals: signals.map(({ recall_interval, precision_interval, ...row }) => ({
        ...row,
        recall_ci_low: recall_interval?.low ?? null,
        recall_ci_high: recall_interval?.high ?? null,
        precision_ci_low: precision_interval?.low ?? null,
        precision_ci_high: precision_interval?.high ?? null,
      })),
    }));
    return c.json({ items, next_cursor: null }, 200);
  },
);
