// /claims/scorecard: how makers do.
import { createRoute, z } from '@hono/zod-openapi';
import { answers, DayText, gated, newApi, pageOf, problems } from '../web/route.ts';
import { listMakerScores } from './scorecard.ts';

export const scorecardApi = newApi();
const api = scorecardApi;

const Score = z
  .object({
    maker_id: z.string(),
    maker_code: z.string(),
    maker_name: z.string(),
    units: z.int().nullable(),
    exposure_days: z.number().nullable(),
    failures: z.number().nullable(),
    rate_per_1000_device_months: z.number().nullable(),
    ci_low: z.number().nullable(),
    ci_high: z.number().nullable(),
    claims: z.int(),
    claims_open: z.int(),
    lines_claimed: z.int(),
    lines_answered: z.int(),
    lines_accepted: z.int(),
    lines_settled: z.int(),
    acceptance: z.number().nullable(),
    acceptance_low: z.number().nullable(),
    acceptance_high: z.number().nullable(),
    days_to_answer_median: z.number().nullable(),
    days_to_settle_median: z.number().nullable(),
    overdue: z.int(),
    repeat_causes: z.array(z.string()),
    settled: z.array(z.object({ currency: z.string(), amount: z.number() })),
  })
  .openapi('MakerScore');

api.openapi(
  createRoute({
    method: 'get',
    path: '/claims/scorecard',
    tags: ['Claims'],
    summary: 'How makers do',
    ...gated('claim:read'),
    request: { query: z.object({ from_on: DayText.optional(), to_on: DayText.optional() }) },
    responses: { 200: answers(pageOf(Score)), ...problems },
  }),
  async (c) => {
    const scores = await listMakerScores(c.var.ctx, c.req.valid('query'));
    return c.json(
      { items: scores.map((score) => ({ ...score, repeat_causes: [...score.repeat_causes], settled: [...score.settled] })), next_cursor: null },
      200,
    );
  },
);
