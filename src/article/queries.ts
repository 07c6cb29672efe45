// Finding and reading help articles: anybody the published ones, staff all of them; and what the desk learns from readers.

import { newId } from '../core/id.ts';
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { whyRefresh, wordsOf } from './rules.ts';
import type { ArticleEventRow, ArticleRow } from './table.ts';

const MOST_HITS = 20;

export interface Hit {
  readonly id: string;
  readonly slug: string;
  readonly title_en: string | null;
  readonly title_ja: string | null;
  readonly model_code: string | null;
  readonly score: number;
}

/** Published articles that share words with the query, the best first. Every word found adds its weight; those with all words come before the rest. */
export async function findArticles(ctx: Ctx, q: string, model_id?: string): Promise<Hit[]> {
  const words = [...new Set(wordsOf(q))].slice(0, 30);
  if (words.length === 0) return listPublished(ctx, model_id);
  return (
    ctx.db
      .selectFrom('article_words')
      .innerJoin('articles', 'articles.id', 'article_words.article_id')
      .leftJoin('models', 'models.id', 'articles.model_id')
      .select(['articles.id', 'articles.slug', 'articles.title_en', 'articles.title_ja', 'models.code as model_code'])
      .select((select) => select.fn.sum<number>('article_words.weight').as('score'))
      .where('articles.state', '=', 'published')
      .where('article_words.word', 'in', words)
      .$if(model_id !== undefined, (query) => query.where('articles.model_id', '=', model_id ?? ''))
      .groupBy(['articles.id', 'articles.slug', 'articles.title_en', 'articles.title_ja', 'models.code'])
      // Half of the words at least: one common word finds nothing.
      .having((having) => having.fn.countAll<number>(), '>=', Math.ceil(words.length / 2))
      .orderBy((order) => order.fn.countAll(), 'desc')
      .orderBy('score', 'desc')
      .orderBy('articles.id')
      .limit(MOST_HITS)
      .execute()
  );
}

const listPublished = async (ctx: Ctx, model_id: string | undefined): Promise<Hit[]> => {
  const rows = await ctx.db
    .selectFrom('articles')
    .leftJoin('models', 'models.id', 'articles.model_id')
    .select(['articles.id', 'articles.slug', 'articles.title_en', 'articles.title_ja', 'models.code as model_code'])
    .where('articles.state', '=', 'published')
    .$if(model_id !== undefined, (query) => query.where('articles.model_id', '=', model_id ?? ''))
    .orderBy('articles.published_at', 'desc')
    .limit(MOST_HITS)
    .execute();
  return rows.map((row) => ({ ...row, score: 0 }));
};

/** By slug or id. Throws `not_found` for what is not published, except to staff. */
export async function getArticle(ctx: Ctx, key: string, staff: boolean): Promise<ArticleRow> {
  const row = await ctx.db
    .selectFrom('articles')
    .selectAll()
    .where((where) => where.or([where('slug', '=', key), where('id', '=', key)]))
    .$if(!staff, (query) => query.where('state', '=', 'published'))
    .executeTakeFirst();
  if (row === undefined) throw notFound(['Article', 'FAQ']);
  return row;
}

/** Keeps what a reader did, without knowing who it was. */
export async function noteReading(ctx: Ctx, event: Pick<ArticleEventRow, 'visit_key' | 'kind'> & Partial<ArticleEventRow>): Promise<void> {
  await ctx.db
    .insertInto('article_events')
    .values({ article_id: null, query: null, hits: null, ...event, id: newId(ctx.now), at: ctx.now })
    .execute();
}

export const listArticles = (ctx: Ctx, state?: ArticleRow['state']) =>
  ctx.db
    .selectFrom('articles')
    .leftJoin('models', 'models.id', 'articles.model_id')
    .leftJoin('users', 'users.id', 'articles.owner_id')
    .selectAll('articles')
    .select(['models.code as model_code', 'users.name as owner_name'])
    .$if(state !== undefined, (query) => query.where('articles.state', '=', state ?? 'draft'))
    .orderBy('articles.updated_at', 'desc')
    .limit(500)
    .execute();

/** What was searched and not found, the most wanted first. */
export async function listZeroHits(ctx: Ctx, from_at: number): Promise<{ query: string; searches: number; last_at: number }[]> {
  const rows = await ctx.db
    .selectFrom('article_events')
    .select('query')
    .select((select) => [select.fn.countAll<number>().as('searches'), select.fn.max('at').as('last_at')])
    .where('kind', '=', 'search')
    .where('hits', '=', 0)
    .where('at', '>=', from_at)
    .where('query', 'is not', null)
    .groupBy('query')
    .orderBy('searches', 'desc')
    .orderBy('query')
    .limit(100)
    .execute();
  return rows.map((row) => ({ ...row, query: row.query ?? '' }));
}

/** Published articles that want a look, with the reasons. */
export async function listRefresh(ctx: Ctx) {
  const rows = await ctx.db.selectFrom('articles').selectAll().where('state', '=', 'published').orderBy('reviewed_at').execute();
  const answers = await ctx.db
    .selectFrom('article_events')
    .innerJoin('articles', 'articles.id', 'article_events.article_id')
    .select(['article_events.article_id', 'article_events.kind'])
    .select((select) => select.fn.countAll<number>().as('times'))
    .where('article_events.kind', 'in', ['solved', 'not_solved'])
    .whereRef('article_events.at', '>=', 'articles.reviewed_at')
    .groupBy(['article_events.article_id', 'article_events.kind'])
    .execute();
  const times = (id: string, kind: string): number => answers.find((answer) => answer.article_id === id && answer.kind === kind)?.times ?? 0;
  return rows
    .map((row) => ({ row, solved: times(row.id, 'solved'), not_solved: times(row.id, 'not_solved') }))
    .map((entry) => ({ ...entry, why: whyRefresh({ reviewed_at: entry.row.reviewed_at, ...entry }, ctx.now) }))
    .filter(({ why }) => why.length > 0);
}
