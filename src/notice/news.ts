// News for support itself, with a confirmation that it was read.
import { allow, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { WriteNews } from './inputs.ts';
import type { NewsRow } from './table.ts';

export async function writeNews(ctx: Ctx, input: WriteNews): Promise<NewsRow> {
  allow(ctx, 'notice:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const row = await ctx.db
      .insertInto('news')
      .values({ ...input, id: newId(ctx.now), created_by: ctx.actor.id, created_by_name: ctx.actor.name, created_at: ctx.now, withdrawn_at: null })
      .returningAll()
      .executeTakeFirstOrThrow();
    await remember(ctx, { action: 'news.written', record_kind: 'news', record_id: row.id, change: { kind: row.kind, title_en: row.title_en } });
    return row;
  });
}

/** "I have read it": once per person; only a person can. */
export async function confirmNews(ctx: Ctx, id: string): Promise<void> {
  allow(ctx, 'notice:read');
  staffOnly(ctx);
  if (ctx.actor.kind !== 'person') throw new Problem('forbidden', ['Only a person can confirm having read it', '既読確認は本人のみ可能です']);
  await transaction(ctx, async (ctx) => {
    const row = await ctx.db.selectFrom('news').select('id').where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw notFound(['News', 'お知らせ']);
    const first = await ctx.db
      .insertInto('news_readings')
      .values({ news_id: id, user_id: ctx.actor.id, read_at: ctx.now })
      .onConflict((conflict) => conflict.columns(['news_id', 'user_id']).doNothing())
      .returning('user_id')
      .executeTakeFirst();
    if (first !== undefined) await remember(ctx, { action: 'news.confirmed', record_kind: 'news', record_id: id });
  });
}

export interface ListedNews extends NewsRow {
  readonly read_at: number | null;
  /** Who has not confirmed yet. */
  readonly unread_by: readonly string[];
}

/** The latest news, with the actor's own confirmation and who is still missing. */
export async function listNews(ctx: Ctx): Promise<ListedNews[]> {
  staffOnly(ctx);
  const rows = await ctx.db.selectFrom('news').selectAll().where('withdrawn_at', 'is', null).orderBy('created_at', 'desc').limit(100).execute();
  const readings =
    rows.length === 0
      ? []
      : await ctx.db
          .selectFrom('news_readings')
          .selectAll()
          .where(
            'news_id',
            'in',
            rows.map(({ id }) => id),
          )
          .execute();
  const people = await ctx.db
    .selectFrom('users')
    .select(['id', 'name'])
    .where('partner_id', 'is', null)
    .where('disabled_at', 'is', null)
    .orderBy('name')
    .execute();
  return rows.map((row) => {
    const read = new Map(readings.filter(({ news_id }) => news_id === row.id).map(({ user_id, read_at }) => [user_id, read_at]));
    return { ...row, read_at: read.get(ctx.actor.id) ?? null, unread_by: people.filter(({ id }) => !read.has(id)).map(({ name }) => name) };
  });
}
