// Writing help articles: draft, publish in both languages, review, retire; and promoting the answer of a case.
import { z } from 'zod';
import { allow, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { notFound, Problem, REQUIRED } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { difference, remember } from '../history/remember.ts';
import { refuseStale } from '../web/version.ts';
import { indexOf, slugOf } from './rules.ts';
import type { ArticleRow } from './table.ts';

const Id = z.string().min(1).max(64).nullable();
const Title = z.string().trim().min(1).max(200).nullable();
const Body = z.string().trim().min(1).max(50_000).nullable();

const slug = z.string().regex(/^[a-z0-9-]{3,80}$/);

export const WriteArticle = z.object({
  slug: slug.optional(),
  model_id: Id.default(null),
  maker_id: Id.default(null),
  category_id: Id.default(null),
  cause_id: Id.default(null),
  title_en: Title.default(null),
  body_en: Body.default(null),
  title_ja: Title.default(null),
  body_ja: Body.default(null),
  owner_id: Id.default(null),
});
export type WriteArticle = z.output<typeof WriteArticle>;
/** What is left out stays as it is. */
export const ChangeArticle = z
  .object({ slug, model_id: Id, maker_id: Id, category_id: Id, cause_id: Id, title_en: Title, body_en: Body, title_ja: Title, body_ja: Body, owner_id: Id })
  .partial();
export type ChangeArticle = z.output<typeof ChangeArticle>;

/** A new draft. */
export async function writeArticle(ctx: Ctx, input: WriteArticle, case_id: string | null = null): Promise<ArticleRow> {
  allow(ctx, 'article:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const id = newId(ctx.now);
    refuseUntitled(input);
    const slug = input.slug ?? (await freeSlug(ctx, slugOf(input.title_en ?? '') ?? `a-${id.slice(-8).toLowerCase()}`, id));
    const row: ArticleRow = {
      ...input,
      slug,
      id,
      state: 'draft',
      case_id,
      owner_id: input.owner_id ?? (ctx.actor.kind === 'person' ? ctx.actor.id : null),
      reviewed_at: ctx.now,
      published_at: null,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('articles').values(row).execute();
    await reindex(ctx, row);
    await remember(ctx, { action: 'article.written', record_kind: 'article', record_id: id, change: { slug, case_id } });
    return row;
  });
}

/** Throws `conflict` for what would leave a public article incomplete. */
export const changeArticle = (ctx: Ctx, id: string, input: ChangeArticle, expected?: number): Promise<ArticleRow> =>
  change(ctx, id, expected, 'changed', (row) => {
    const said: Partial<ArticleRow> = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
    if (row.state === 'published') refuseIncomplete({ ...row, ...said });
    refuseUntitled({ ...row, ...said });
    return { ...said, reviewed_at: ctx.now };
  });

/** Makes it public. Throws `conflict` unless both languages are complete. */
export const publishArticle = (ctx: Ctx, id: string, expected?: number): Promise<ArticleRow> =>
  change(ctx, id, expected, 'published', (row) => {
    refuseIncomplete(row);
    return { state: 'published', published_at: row.published_at ?? ctx.now, reviewed_at: ctx.now };
  });

export const retireArticle = (ctx: Ctx, id: string, expected?: number): Promise<ArticleRow> =>
  change(ctx, id, expected, 'retired', () => ({ state: 'retired' }));

/** It was read again and is still right. */
export const confirmArticle = (ctx: Ctx, id: string, expected?: number): Promise<ArticleRow> =>
  change(ctx, id, expected, 'reviewed', () => ({ reviewed_at: ctx.now }));

function refuseIncomplete(row: ArticleRow): void {
  if ([row.title_en, row.body_en, row.title_ja, row.body_ja].includes(null))
    throw new Problem('conflict', ['A public article has title and text in both languages', '公開するFAQには両言語のタイトルと本文が必要です'], {
      blocking: `/api/v1/articles/${row.id}`,
    });
}

function refuseUntitled(row: Pick<ArticleRow, 'title_en' | 'title_ja'>): void {
  if (row.title_en === null && row.title_ja === null)
    throw new Problem('invalid', ['An article has a title in one language at least', 'タイトルを少なくとも1言語で入力してください'], {
      errors: [{ path: 'title_ja', message: REQUIRED }],
    });
}

async function change(ctx: Ctx, id: string, expected: number | undefined, what: string, decide: (row: ArticleRow) => Partial<ArticleRow>): Promise<ArticleRow> {
  allow(ctx, 'article:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const row = await ctx.db.selectFrom('articles').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw notFound(['Article', 'FAQ']);
    refuseStale(row, expected);
    const after = await ctx.db
      .updateTable('articles')
      .set({ ...decide(row), updated_at: ctx.now, version: row.version + 1 })
      .where('id', '=', id)
      .where('version', '=', row.version)
      .returningAll()
      .executeTakeFirst();
    if (after === undefined) throw new Problem('stale', ['Someone else changed this record in the meantime', '他の人がこのレコードを更新しました']);
    await reindex(ctx, after);
    await remember(ctx, { action: `article.${what}`, record_kind: 'article', record_id: id, change: { fields: Object.keys(difference(row, after)) } });
    return after;
  });
}

async function reindex(ctx: Ctx, row: ArticleRow): Promise<void> {
  const model =
    row.model_id === null ? undefined : await ctx.db.selectFrom('models').select(['code', 'name']).where('id', '=', row.model_id).executeTakeFirst();
  await ctx.db.deleteFrom('article_words').where('article_id', '=', row.id).execute();
  await insertMany(
    ctx.db,
    'article_words',
    [...indexOf(row, model === undefined ? [] : [model.code, model.name])].map(([word, weight]) => ({ article_id: row.id, word, weight })),
  );
}

async function freeSlug(ctx: Ctx, slug: string, id: string): Promise<string> {
  const taken = await ctx.db.selectFrom('articles').select('id').where('slug', '=', slug).executeTakeFirst();
  return taken === undefined ? slug : `${slug}-${id.slice(-6).toLowerCase()}`;
}
