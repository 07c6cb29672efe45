// The voice of the customer: a bad rating is read by two people, blind to each other, who then agree what to do.
import { z } from 'zod';
import { getCase } from '../case/queries.ts';
import { allow, may, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { VocAnswerRow, VocReviewRow } from './table.ts';

const Id = z.string().min(1).max(64);
export const AssignReview = z.object({ case_id: Id, first_reviewer_id: Id, second_reviewer_id: Id });
export type AssignReview = z.output<typeof AssignReview>;
export const AnswerReview = z.object({
  reason: z.enum(['product', 'response_speed', 'response_content', 'policy', 'other']),
  avoidable: z.enum(['yes', 'no']),
  comment: z.string().trim().min(1).max(4000),
});
export type AnswerReview = z.output<typeof AnswerReview>;
export const AgreePolicy = z.object({ policy: z.string().trim().min(1).max(4000) });

/** A rating of this or less is reviewed. */
const BAD = 3;

/** Gives the rating to two different people, neither of them the owner of the case. Once per case. */
export async function assignReview(ctx: Ctx, input: AssignReview): Promise<VocReviewRow> {
  allow(ctx, 'case:lead');
  return transaction(ctx, async (ctx) => {
    const subject = await getCase(ctx, input.case_id);
    if (subject.rating === null || subject.rating > BAD)
      throw new Problem('conflict', ['The case has no bad rating', '低評価の問い合わせではありません'], { blocking: `/api/v1/cases/${subject.id}` });
    const { first_reviewer_id, second_reviewer_id } = input;
    const people = await ctx.db
      .selectFrom('users')
      .select('id')
      .where('id', 'in', [first_reviewer_id, second_reviewer_id])
      .where('partner_id', 'is', null)
      .where('disabled_at', 'is', null)
      .execute();
    if (people.length < 2 || [first_reviewer_id, second_reviewer_id].includes(subject.owner_id ?? '')) {
      throw new Problem('invalid', ['Two different people, not the owner of the case', '担当者以外の異なる2名を指定してください'], {
        errors: [{ path: 'second_reviewer_id', message: ['Two different people, not the owner', '担当者以外の異なる2名を指定してください'] }],
      });
    }
    const row: VocReviewRow = {
      id: newId(ctx.now),
      case_id: subject.id,
      state: 'reviewing',
      rating: subject.rating,
      first_reviewer_id,
      second_reviewer_id,
      policy: null,
      agreed_by: null,
      agreed_at: null,
      created_at: ctx.now,
      version: 1,
    };
    const fresh = await ctx.db
      .insertInto('voc_reviews')
      .values(row)
      .onConflict((conflict) => conflict.column('case_id').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (fresh === undefined)
      throw new Problem('conflict', [`${subject.number} has its reviewers already`, `${subject.number} のレビュー担当者は割り当て済みです`], {
        blocking: `/api/v1/cases/${subject.id}`,
      });
    await remember(ctx, { action: 'voc_review.assigned', record_kind: 'voc_review', record_id: row.id, change: { case_id: row.case_id } });
    return row;
  });
}

/** One reviewer's answer; it stays as given. With the second one both become visible. */
export async function answerReview(ctx: Ctx, id: string, input: AnswerReview): Promise<VocReviewRow> {
  allow(ctx, 'case:write');
  return transaction(ctx, async (ctx) => {
    const row = await lockReview(ctx, id);
    if (![row.first_reviewer_id, row.second_reviewer_id].includes(ctx.actor.id))
      throw new Problem('forbidden', ['Somebody else reviews this', 'レビュー担当者ではありません']);
    const given = await ctx.db
      .insertInto('voc_answers')
      .values({ review_id: id, reviewer_id: ctx.actor.id, ...input, answered_at: ctx.now })
      .onConflict((conflict) => conflict.columns(['review_id', 'reviewer_id']).doNothing())
      .returning('reviewer_id')
      .executeTakeFirst();
    if (given === undefined) throw new Problem('conflict', ['You have answered already', '既に回答済みです'], { blocking: `/api/v1/voc-reviews/${id}` });
    const answers = await ctx.db.selectFrom('voc_answers').select('reviewer_id').where('review_id', '=', id).execute();
    const state = answers.length === 2 ? 'to_agree' : row.state;
    await ctx.db.updateTable('voc_reviews').set({ state }).where('id', '=', id).execute();
    // What was answered is nobody's business before the other has: the history says only that.
    await remember(ctx, { action: 'voc_review.answered', record_kind: 'voc_review', record_id: id });
    return { ...row, state };
  });
}

/** What both agreed to do; kept by one of them or by a lead. */
export async function agreePolicy(ctx: Ctx, id: string, policy: string): Promise<VocReviewRow> {
  allow(ctx, 'case:write');
  return transaction(ctx, async (ctx) => {
    const row = await getReview(ctx, id);
    if (![row.first_reviewer_id, row.second_reviewer_id].includes(ctx.actor.id) && !may(ctx.actor, 'case:lead'))
      throw new Problem('forbidden', ['Somebody else reviews this', 'レビュー担当者ではありません']);
    const after = await ctx.db
      .updateTable('voc_reviews')
      .set({ state: 'agreed', policy, agreed_by: ctx.actor.name, agreed_at: ctx.now, version: row.version + 1 })
      .where('id', '=', id)
      .where('state', '=', 'to_agree')
      .returningAll()
      .executeTakeFirst();
    if (after === undefined)
      throw new Problem('conflict', ['Both reviewers answer first', '2名の回答が揃ってから方針を決めてください'], { blocking: `/api/v1/voc-reviews/${id}` });
    await remember(ctx, { action: 'voc_review.agreed', record_kind: 'voc_review', record_id: id, change: { policy } });
    return after;
  });
}

export interface ReadReview extends VocReviewRow {
  readonly number: string;
  readonly subject: string;
  readonly comment: string | null;
  /** Both answers once both are in; before that only one's own. */
  readonly answers: readonly (VocAnswerRow & { readonly name: string })[];
}

export async function listReviews(ctx: Ctx): Promise<ReadReview[]> {
  staffOnly(ctx);
  const rows = await ctx.db
    .selectFrom('voc_reviews')
    .innerJoin('cases', 'cases.id', 'voc_reviews.case_id')
    .selectAll('voc_reviews')
    .select(['cases.number', 'cases.subject'])
    .orderBy('voc_reviews.id', 'desc')
    .limit(200)
    .execute();
  return Promise.all(
    rows.map(async (row) => {
      const answers = await ctx.db
        .selectFrom('voc_answers')
        .innerJoin('users', 'users.id', 'voc_answers.reviewer_id')
        .selectAll('voc_answers')
        .select('users.name')
        .where('review_id', '=', row.id)
        .$if(row.state === 'reviewing', (query) => query.where('reviewer_id', '=', ctx.actor.id))
        .orderBy('reviewer_id')
        .execute();
      const comment = await ctx.db
        .selectFrom('case_events')
        .select('body')
        .where('case_id', '=', row.case_id)
        .where('kind', '=', 'rated')
        .where('body', 'is not', null)
        .orderBy('at', 'desc')
        .executeTakeFirst();
      return { ...row, answers, comment: comment?.body ?? null };
    }),
  );
}

/** Bad ratings nobody reviews yet. */
export const listUnreviewed = (ctx: Ctx) => {
  staffOnly(ctx);
  return ctx.db
    .selectFrom('cases')
    .leftJoin('voc_reviews', 'voc_reviews.case_id', 'cases.id')
    .select(['cases.id', 'cases.number', 'cases.subject', 'cases.rating', 'cases.owner_id'])
    .where('cases.rating', '<=', BAD)
    .where('voc_reviews.id', 'is', null)
    .orderBy('cases.id', 'desc')
    .limit(100)
    .execute();
};

/** Both reviewers may answer at once: one after the other, so that the second sees that both are in. */
async function lockReview(ctx: Ctx, id: string): Promise<VocReviewRow> {
  staffOnly(ctx);
  const row = await ctx.db
    .updateTable('voc_reviews')
    .set((set) => ({ version: set('version', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw notFound(['Review', 'レビュー']);
  return row;
}

async function getReview(ctx: Ctx, id: string): Promise<VocReviewRow> {
  staffOnly(ctx);
  const row = await ctx.db.selectFrom('voc_reviews').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Review', 'レビュー']);
  return row;
}
