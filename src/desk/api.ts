// /search: what the palette and other programs ask.
import { createRoute, z } from '@hono/zod-openapi';
import { rfc3339 } from '../core/time.ts';
import { answers, DayText, gated, IdParam, Instant, newApi, problems } from '../web/route.ts';
import { searchEverything } from './search.ts';
import { getTimeline } from './timeline.ts';
import { words } from './words.ts';

const SearchAnswer = z
  .object({ items: z.array(z.object({ kind: z.string(), label: z.string(), path: z.string() })), next_cursor: z.null() })
  .openapi('SearchAnswer');

export const deskApi = newApi();

deskApi.openapi(
  createRoute({
    method: 'get',
    path: '/search',
    tags: ['Search'],
    summary: 'Find units, returns, cases, models, customers by what is written on them',
    ...gated('self:read'),
    request: { query: z.object({ q: z.string().max(200) }) },
    responses: { 200: answers(SearchAnswer), ...problems },
  }),
  async (c) => {
    const w = words(c.var.locale);
    const found = await searchEverything(c.var.ctx, c.req.valid('query').q);
    return c.json({ items: found.map((entry) => ({ ...entry, kind: w[entry.kind] })), next_cursor: null }, 200);
  },
);

const TimelineAnswer = z
  .object({
    items: z.array(
      z.object({
        at: Instant,
        happened_on: DayText.nullable().openapi({ description: 'The calendar day, of what is known by the day only; `at` is when it begins' }),
        kind: z.string(),
        what: z.string(),
        detail: z.string().nullable(),
        path: z.string().nullable(),
        actor_name: z.string().nullable(),
      }),
    ),
    next_cursor: z.null(),
  })
  .openapi('Timeline');

deskApi.openapi(
  createRoute({
    method: 'get',
    path: '/units/{id}/timeline',
    tags: ['Units'],
    summary: 'Everything that happened to one unit, newest first',
    ...gated('unit:read'),
    request: { params: IdParam },
    responses: { 200: answers(TimelineAnswer), ...problems },
  }),
  async (c) => {
    const happenings = await getTimeline(c.var.ctx, c.req.valid('param').id);
    return c.json(
      { items: happenings.map((happening) => ({ ...happening, at: rfc3339(happening.at), happened_on: happening.happened_on ?? null })), next_cursor: null },
      200,
    );
  },
);
