// /articles: public once published; writing is for staff.
import { createRoute, z } from '@hono/zod-openapi';
import { may } from '../core/actor.ts';
import { rfc3339, rfc3339OrNull } from '../core/time.ts';
import type { AppContext } from '../web/env.ts';
import { getting, gettingOne, posting, postingBare, postingTo } from '../web/recordRoutes.ts';
import { answers, body, gated, IdParam, Instant, newApi, pageOf, problems } from '../web/route.ts';
import { expectedVersion, setETag } from '../web/version.ts';
import { findArticles, getArticle, listArticles, listRefresh, listZeroHits, noteReading } from './queries.ts';
import type { ArticleRow } from './table.ts';
import { ChangeArticle, changeArticle, confirmArticle, publishArticle, retireArticle, WriteArticle, writeArticle } from './write.ts';

export const articleApi = newApi();
const tag = 'Help articles';
const text = z.string().nullable();

export const ArticleJson = z
  .object({
    id: z.string(),
    slug: z.string(),
    state: z.enum(['draft', 'published', 'retired']),
    model_id: text,
    maker_id: text,
    category_id: text,
    cause_id: text,
    title_en: text,
    body_en: text,
    title_ja: text,
    body_ja: text,
    case_id: text,
    owner_id: text,
    reviewed_at: Instant,
    published_at: Instant.nullable(),
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('Article');
const HitJson = z.object({ id: z.string(), slug: z.string(), title_en: text, title_ja: text, model_code: text, score: z.number() });

/** A program's searches count as one visitor's a day each; the pages use a key of the reader. */
const visitKey = (c: AppContext): string => `api:${c.req.header('X-Visit-Key')?.slice(0, 64) ?? new Date(c.var.ctx.now).toISOString().slice(0, 10)}`;

articleApi.openapi(
  getting(
    { path: '/articles', gate: 'public', tag, summary: 'Search published articles; no sign-in needed' },
    z.object({ q: z.string().max(200).default(''), model_id: z.string().max(64).optional() }),
    pageOf(HitJson),
  ),
  async (c) => {
    const { q, model_id } = c.req.valid('query');
    const hits = await findArticles(c.var.ctx, q, model_id);
    if (q.trim() !== '') await noteReading(c.var.ctx, { visit_key: visitKey(c), kind: 'search', query: q.trim().toLowerCase(), hits: hits.length });
    return c.json({ items: hits, next_cursor: null }, 200);
  },
);

articleApi.openapi(
  getting(
    { path: '/articles/all', gate: 'article:write', tag, summary: 'Every article, drafts included' },
    z.object({ state: z.enum(['draft', 'published', 'retired']).optional() }),
    pageOf(ArticleJson),
  ),
  async (c) => c.json({ items: (await listArticles(c.var.ctx, c.req.valid('query').state)).map(articleJson), next_cursor: null }, 200),
);

articleApi.openapi(
  getting(
    { path: '/articles/zero-hits', gate: 'article:write', tag, summary: 'What was searched and not found in the last 90 days' },
    z.object({}),
    pageOf(z.object({ query: z.string(), searches: z.int(), last_at: Instant })),
  ),
  async (c) =>
    c.json(
      { items: (await listZeroHits(c.var.ctx, c.var.ctx.now - 90 * 86_400_000)).map((row) => ({ ...row, last_at: rfc3339(row.last_at) })), next_cursor: null },
      200,
    ),
);

articleApi.openapi(
  getting(
    { path: '/articles/refresh-queue', gate: 'article:write', tag, summary: 'Articles that want a look' },
    z.object({}),
    pageOf(ArticleJson.extend({ why: z.array(z.string()), solved: z.int(), not_solved: z.int() })),
  ),
  async (c) =>
    c.json(
      {
        items: (await listRefresh(c.var.ctx)).map(({ row, why, solved, not_solved }) => ({ ...articleJson(row), why, solved, not_solved })),
        next_cursor: null,
      },
      200,
    ),
);

articleApi.openapi(gettingOne({ path: '/articles/{id}', gate: 'public', tag, summary: 'One article, by slug or id' }, ArticleJson), async (c) => {
  const staff = c.var.signedIn && may(c.var.ctx.actor, 'article:write');
  const row = await getArticle(c.var.ctx, c.req.valid('param').id, staff);
  setETag(c, row.version);
  // The case an answer came from is nobody else's business.
  return c.json(staff ? articleJson(row) : { ...articleJson(row), case_id: null, owner_id: null, cause_id: null }, 200);
});

articleApi.openapi(posting({ path: '/articles', gate: 'article:write', tag, summary: 'Write a draft' }, WriteArticle, ArticleJson), async (c) =>
  c.json(articleJson(await writeArticle(c.var.ctx, c.req.valid('json'))), 201),
);

articleApi.openapi(
  createRoute({
    method: 'patch',
    path: '/articles/{id}',
    tags: [tag],
    summary: 'Change an article',
    ...gated('article:write'),
    request: { params: IdParam, body: body(ChangeArticle) },
    responses: { 200: answers(ArticleJson), ...problems },
  }),
  async (c) => {
    const row = await changeArticle(c.var.ctx, c.req.valid('param').id, c.req.valid('json'), expectedVersion(c));
    setETag(c, row.version);
    return c.json(articleJson(row), 200);
  },
);

articleApi.openapi(postingBare({ path: '/articles/{id}/publication', gate: 'article:write', tag, summary: 'Publish' }, ArticleJson), async (c) =>
  c.json(articleJson(await publishArticle(c.var.ctx, c.req.valid('param').id, expectedVersion(c))), 201),
);
articleApi.openapi(postingBare({ path: '/articles/{id}/retirement', gate: 'article:write', tag, summary: 'Retire' }, ArticleJson), async (c) =>
  c.json(articleJson(await retireArticle(c.var.ctx, c.req.valid('param').id, expectedVersion(c))), 201),
);
articleApi.openapi(
  postingBare({ path: '/articles/{id}/review', gate: 'article:write', tag, summary: 'It was read again and is still right' }, ArticleJson),
  async (c) => c.json(articleJson(await confirmArticle(c.var.ctx, c.req.valid('param').id, expectedVersion(c))), 201),
);

const Reading = z.object({ solved: z.boolean(), visit_key: z.string().min(8).max(64) });
articleApi.openapi(
  postingTo({ path: '/articles/{id}/readings', gate: 'public', tag, summary: 'Say whether the article solved it' }, Reading, z.object({ solved: z.boolean() })),
  async (c) => {
    const row = await getArticle(c.var.ctx, c.req.valid('param').id, false);
    const { solved, visit_key } = c.req.valid('json');
    await noteReading(c.var.ctx, { visit_key, kind: solved ? 'solved' : 'not_solved', article_id: row.id });
    return c.json({ solved }, 201);
  },
);

export const articleJson = (row: ArticleRow): z.output<typeof ArticleJson> => ({
  id: row.id,
  slug: row.slug,
  state: row.state,
  model_id: row.model_id,
  maker_id: row.maker_id,
  category_id: row.category_id,
  cause_id: row.cause_id,
  title_en: row.title_en,
  body_en: row.body_en,
  title_ja: row.title_ja,
  body_ja: row.body_ja,
  case_id: row.case_id,
  owner_id: row.owner_id,
  reviewed_at: rfc3339(row.reviewed_at),
  published_at: rfc3339OrNull(row.published_at),
  updated_at: rfc3339(row.updated_at),
  version: row.version,
});
