// What is learned from cases: causes, improvement items, reviews of bad ratings, the weekly list.
import { createRoute, z } from '@hono/zod-openapi';
import { addDays, rfc3339OrNull } from '../core/time.ts';
import { today } from '../db/ctx.ts';
import { getting, gettingOne, posting, postingTo } from '../web/recordRoutes.ts';
import { answers, DayText, gated, IdParam, Instant, newApi, pageOf, problems } from '../web/route.ts';
import { setETag } from '../web/version.ts';
import {
  beforeAfter,
  ChangeImprovement,
  dateChange,
  getImprovement,
  JudgeImprovement,
  judgeImprovement,
  listImprovements,
  ProposeImprovement,
  proposeImprovement,
} from './improve.ts';
import { listCauses, listForMeeting, listSimpleCauses } from './pareto.ts';
import type { VocReviewRow } from './table.ts';
import { AgreePolicy, AnswerReview, AssignReview, agreePolicy, answerReview, assignReview, listReviews } from './voc.ts';

export const learningApi = newApi();
const tag = 'Learning';
const text = z.string().nullable();

const CauseJson = z.object({
  cause_id: text,
  cause: text,
  name_en: text,
  name_ja: text,
  model: text,
  firmware: text,
  cases: z.int(),
  share: z.number(),
  ci_low: z.number(),
  ci_high: z.number(),
  cumulative: z.number(),
  total: z.int(),
});
const CauseQuery = z.object({
  from_on: DayText.optional(),
  to_on: DayText.optional(),
  model_id: z.string().optional(),
  firmware_id: z.string().optional(),
  by: z.enum(['cause', 'model', 'firmware']).default('cause'),
});
learningApi.openapi(
  getting({ path: '/case-causes', gate: 'case:read', tag, summary: 'Pareto of causes, also by model and firmware' }, CauseQuery, pageOf(CauseJson)),
  async (c) => {
    const { from_on, to_on, ...filter } = c.req.valid('query');
    const until = to_on ?? today(c.var.ctx);
    return c.json({ items: await listCauses(c.var.ctx, from_on ?? addDays(until, -89), until, filter), next_cursor: null }, 200);
  },
);
learningApi.openapi(
  getting(
    { path: '/case-causes/without-article', gate: 'case:read', tag, summary: 'Simple causes that have no article' },
    z.object({}),
    pageOf(z.object({ cause_id: z.string(), name_en: z.string(), name_ja: z.string(), cases: z.int() })),
  ),
  async (c) => c.json({ items: await listSimpleCauses(c.var.ctx), next_cursor: null }, 200),
);
learningApi.openapi(
  getting(
    { path: '/meeting-cases', gate: 'case:read', tag, summary: 'Cases for the weekly meeting' },
    z.object({}),
    pageOf(z.object({ case_id: z.string(), number: z.string(), subject: z.string(), owner_name: text, why: z.array(z.string()) })),
  ),
  async (c) => c.json({ items: await listForMeeting(c.var.ctx), next_cursor: null }, 200),
);

const ImprovementJson = z
  .object({
    id: z.string(),
    title: z.string(),
    hypothesis: z.string(),
    cause_id: text,
    category_id: text,
    model_id: text,
    owner_id: z.string(),
    state: z.string(),
    changed_on: text,
    verdict: text,
    version: z.int(),
  })
  .openapi('Improvement');
const Comparison = z
  .object({ ratio: z.number().nullable(), ratio_low: z.number(), ratio_high: z.number().nullable(), p_two_sided: z.number(), p_greater: z.number() })
  .nullable();
const WithNumbers = ImprovementJson.extend({
  numbers: z
    .object({
      before: z.object({ from_on: z.string(), days: z.int(), cases: z.int() }),
      after: z.object({ to_on: z.string(), days: z.int(), cases: z.int() }),
      comparison: Comparison,
      verdict: z.string(),
    })
    .nullable(),
});
learningApi.openapi(
  getting({ path: '/improvements', gate: 'case:read', tag, summary: 'Improvement items' }, z.object({}), pageOf(ImprovementJson)),
  async (c) => c.json({ items: (await listImprovements(c.var.ctx)).map((row) => ImprovementJson.parse(row)), next_cursor: null }, 200),
);
learningApi.openapi(gettingOne({ path: '/improvements/{id}', gate: 'case:read', tag, summary: 'One item, with before and after' }, WithNumbers), async (c) => {
  const row = await getImprovement(c.var.ctx, c.req.valid('param').id);
  setETag(c, row.version);
  return c.json({ ...ImprovementJson.parse(row), numbers: await beforeAfter(c.var.ctx, row) }, 200);
});
learningApi.openapi(
  posting({ path: '/improvements', gate: 'case:write', tag, summary: 'Propose an improvement' }, ProposeImprovement, ImprovementJson),
  async (c) => c.json(ImprovementJson.parse(await proposeImprovement(c.var.ctx, c.req.valid('json'))), 201),
);
learningApi.openapi(
  postingTo({ path: '/improvements/{id}/change', gate: 'case:write', tag, summary: 'The day the change was made' }, ChangeImprovement, ImprovementJson),
  async (c) => c.json(ImprovementJson.parse(await dateChange(c.var.ctx, c.req.valid('param').id, c.req.valid('json').changed_on)), 201),
);
learningApi.openapi(
  postingTo({ path: '/improvements/{id}/verdict', gate: 'case:write', tag, summary: 'Whether it helped' }, JudgeImprovement, ImprovementJson),
  async (c) => c.json(ImprovementJson.parse(await judgeImprovement(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);

const ReviewJson = z
  .object({
    id: z.string(),
    case_id: z.string(),
    state: z.string(),
    rating: z.int(),
    first_reviewer_id: z.string(),
    second_reviewer_id: z.string(),
    policy: text,
    agreed_by: text,
    agreed_at: Instant.nullable(),
    version: z.int(),
  })
  .openapi('VocReview');
const ReadJson = ReviewJson.extend({
  number: z.string(),
  subject: z.string(),
  comment: text,
  answers: z.array(z.object({ reviewer_id: z.string(), name: z.string(), reason: z.string(), avoidable: z.string(), comment: z.string() })),
});
learningApi.openapi(
  getting(
    { path: '/voc-reviews', gate: 'case:read', tag, summary: 'Reviews of bad ratings; an answer is hidden until both are in' },
    z.object({}),
    pageOf(ReadJson),
  ),
  async (c) =>
    c.json({ items: (await listReviews(c.var.ctx)).map((row) => ReadJson.parse({ ...row, agreed_at: rfc3339OrNull(row.agreed_at) })), next_cursor: null }, 200),
);
learningApi.openapi(
  posting({ path: '/voc-reviews', gate: 'case:lead', tag, summary: 'Give a bad rating to two reviewers' }, AssignReview, ReviewJson),
  async (c) => c.json(reviewJson(await assignReview(c.var.ctx, c.req.valid('json'))), 201),
);
learningApi.openapi(
  postingTo({ path: '/voc-reviews/{id}/answers', gate: 'case:write', tag, summary: 'One reviewer’s answer' }, AnswerReview, ReviewJson),
  async (c) => c.json(reviewJson(await answerReview(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))), 201),
);
learningApi.openapi(
  createRoute({
    method: 'post',
    path: '/voc-reviews/{id}/policy',
    tags: [tag],
    summary: 'What both agreed to do',
    ...gated('case:write'),
    request: { params: IdParam, body: { required: true, content: { 'application/json': { schema: AgreePolicy } } } },
    responses: { 201: answers(ReviewJson), ...problems },
  }),
  async (c) => c.json(reviewJson(await agreePolicy(c.var.ctx, c.req.valid('param').id, c.req.valid('json').policy)), 201),
);

const reviewJson = (row: VocReviewRow): z.output<typeof ReviewJson> => ReviewJson.parse({ ...row, agreed_at: rfc3339OrNull(row.agreed_at) });
