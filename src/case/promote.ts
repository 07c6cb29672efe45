// From the answer of a case to a help article.

import type { ArticleRow } from '../article/table.ts';
import { writeArticle } from '../article/write.ts';
import { allow } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { getCase, listCaseUnits, listEvents } from './queries.ts';

/** One action from an answer to an article: title, solution, model, category and cause of the case, never what the customer wrote. Once per case. */
export async function promoteAnswer(ctx: Ctx, case_id: string): Promise<ArticleRow> {
  allow(ctx, 'article:write');
  const row = await getCase(ctx, case_id);
  const known = await ctx.db.selectFrom('articles').select('id').where('case_id', '=', row.id).executeTakeFirst();
  if (known !== undefined)
    throw new Problem('conflict', ['There is an article of this case already', 'この問い合わせのFAQは既にあります'], {
      blocking: `/api/v1/articles/${known.id}`,
    });
  const answer = row.solution ?? (await listEvents(ctx, row.id)).findLast(({ kind, by_kind }) => kind === 'message_out' && by_kind === 'staff')?.body ?? null;
  if (answer === null) throw new Problem('conflict', ['The case has no answer yet', 'まだ回答がありません'], { blocking: `/api/v1/cases/${row.id}` });
  const model_id = (await listCaseUnits(ctx, row.id))[0]?.model_id ?? null;
  const text =
    row.contact_locale === 'ja'
      ? { title_ja: row.subject, body_ja: answer, title_en: null, body_en: null }
      : { title_en: row.subject, body_en: answer, title_ja: null, body_ja: null };
  return writeArticle(ctx, { ...text, model_id, maker_id: null, category_id: row.category_id, cause_id: row.cause_id, owner_id: null }, row.id);
}
