// Improvement items: a hypothesis about what makes customers ask, the day something was changed, and whether fewer asked since.
import { z } from 'zod';
import { isInbound, type MeasuredCase, measuredCases } from '../case/held.ts';
import { allow, staffOnly } from '../core/actor.ts';
import { CalendarDay } from '../core/given.ts';
import { newId } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import { says } from '../core/says.ts';
import { addDays, type Day, daysBetween, startOfDay } from '../core/time.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { compareRates, type RateComparison } from '../stats/compareRates.ts';
import { refuseStale } from '../web/version.ts';
import type { ImprovementRow } from './table.ts';
import { words } from './words.ts';

const Id = z.string().min(1).max(64);
const Prose = z.string().trim().min(1).max(5000);

export const ProposeImprovement = z
  .object({
    title: z.string().trim().min(1).max(200),
    hypothesis: Prose,
    cause_id: Id.nullable().default(null),
    category_id: Id.nullable().default(null),
    model_id: Id.nullable().default(null),
    owner_id: Id,
    case_ids: z.array(Id).max(500).default([]),
  })
  .refine((input) => input.cause_id !== null || input.category_id !== null || input.model_id !== null, {
    path: ['cause_id'],
    message: says(['Say which cases should become fewer: cause, category or model', '減らしたい問い合わせを、原因・分類・機種のいずれかで指定してください']),
  });
export type ProposeImprovement = z.output<typeof ProposeImprovement>;
export const ChangeImprovement = z.object({ changed_on: CalendarDay });
export const JudgeImprovement = z.object({ state: z.enum(['confirmed', 'refuted', 'dropped']), verdict: Prose });
export type JudgeImprovement = z.output<typeof JudgeImprovement>;

export async function proposeImprovement(ctx: Ctx, input: ProposeImprovement): Promise<ImprovementRow> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const { case_ids, ...fields } = input;
    const row: ImprovementRow = {
      ...fields,
      id: newId(ctx.now),
      state: 'proposed',
      changed_on: null,
      verdict: null,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('improvements').values(row).execute();
    for (const case_id of new Set(case_ids)) await ctx.db.insertInto('improvement_cases').values({ improvement_id: row.id, case_id }).execute();
    await remember(ctx, { action: 'improvement.proposed', record_kind: 'improvement', record_id: row.id, change: { title: row.title } });
    return row;
  });
}

/** The day the change was made. It may be corrected until the verdict. */
export const dateChange = (ctx: Ctx, id: string, changed_on: Day, expected?: number): Promise<ImprovementRow> =>
  change(ctx, id, expected, 'dated', (row) => {
    if (row.state !== 'proposed' && row.state !== 'changed') throw wrongState(row);
    if (changed_on > today(ctx))
      throw new Problem('invalid', ['The day of the change lies ahead', '実施日は本日以前にしてください'], {
        errors: [{ path: 'changed_on', message: ['In the future', '未来の日付です'] }],
      });
    return { state: 'changed', changed_on };
  });

/** The verdict, in words; whether the numbers allow it is for whoever reads before and after. */
export const judgeImprovement = (ctx: Ctx, id: string, input: JudgeImprovement, expected?: number): Promise<ImprovementRow> =>
  change(ctx, id, expected, 'judged', (row) => {
    if (row.state !== 'changed' && !(row.state === 'proposed' && input.state === 'dropped')) throw wrongState(row);
    return input;
  });

export interface BeforeAfter {
  readonly before: { readonly from_on: Day; readonly days: number; readonly cases: number };
  readonly after: { readonly to_on: Day; readonly days: number; readonly cases: number };
  /** Inquiries a day after over before, with an exact interval; null without days on either side. */
  readonly comparison: RateComparison | null;
  readonly verdict: 'fewer' | 'more' | 'undecided' | 'too_early';
}

/** As many days before the change as have passed since, at most this. */
const WINDOW_DAYS = 90;
const RIPE_DAYS = 14;

/** Inbound cases of the item's cause, category and model: equally long before and after the change. Null without a date. */
export async function beforeAfter(ctx: Ctx, row: ImprovementRow): Promise<BeforeAfter | null> {
  if (row.changed_on === null) return null;
  const days = Math.min(WINDOW_DAYS, daysBetween(row.changed_on, today(ctx)));
  const [from_on, to_on] = [addDays(row.changed_on, -days), addDays(row.changed_on, days)];
  const cases = (await measuredCases(ctx)).filter((found) => isInbound(found) && isAbout(found, row));
  const count = (from: Day, to: Day): number =>
    cases.filter(({ opened_at }) => opened_at >= startOfDay(from, ctx.zone) && opened_at < startOfDay(to, ctx.zone)).length;
  const [before, after] = [count(from_on, row.changed_on), count(row.changed_on, to_on)];
  const comparison = compareRates({ count: after, exposure: days }, { count: before, exposure: days });
  return { before: { from_on, days, cases: before }, after: { to_on, days, cases: after }, comparison, verdict: verdictOf(days, comparison) };
}

export const listImprovements = (ctx: Ctx): Promise<ImprovementRow[]> => {
  staffOnly(ctx);
  return ctx.db.selectFrom('improvements').selectAll().orderBy('id', 'desc').limit(500).execute();
};

export async function getImprovement(ctx: Ctx, id: string): Promise<ImprovementRow> {
  staffOnly(ctx);
  const row = await ctx.db.selectFrom('improvements').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Improvement', '改善項目']);
  return row;
}

function verdictOf(days: number, comparison: RateComparison | null): BeforeAfter['verdict'] {
  if (days < RIPE_DAYS || comparison === null) return 'too_early';
  if (comparison.ratio_high !== null && comparison.ratio_high < 1) return 'fewer';
  return comparison.ratio_low > 1 ? 'more' : 'undecided';
}

const isAbout = (found: MeasuredCase, row: ImprovementRow): boolean =>
  (row.cause_id === null || found.cause_id === row.cause_id) &&
  (row.category_id === null || found.category_id === row.category_id) &&
  (row.model_id === null || found.model_id === row.model_id);

async function change(
  ctx: Ctx,
  id: string,
  expected: number | undefined,
  what: string,
  decide: (row: ImprovementRow) => Partial<ImprovementRow>,
): Promise<ImprovementRow> {
  allow(ctx, 'case:write');
  return transaction(ctx, async (ctx) => {
    const row = await getImprovement(ctx, id);
    refuseStale(row, expected);
    const after = await ctx.db
      .updateTable('improvements')
      .set({ ...decide(row), updated_at: ctx.now, version: row.version + 1 })
      .where('id', '=', id)
      .where('version', '=', row.version)
      .returningAll()
      .executeTakeFirst();
    if (after === undefined) throw new Problem('stale', ['Someone else changed this record in the meantime', '他の人がこのレコードを更新しました']);
    await remember(ctx, {
      action: `improvement.${what}`,
      record_kind: 'improvement',
      record_id: id,
      change: { state: [row.state, after.state], changed_on: after.changed_on },
    });
    return after;
  });
}

const wrongState = (row: ImprovementRow): Problem =>
  new Problem('conflict', [`Not possible while it is ${words('en')[row.state]}`, `現在の状態（${words('ja')[row.state]}）ではこの操作はできません`], {
    blocking: `/api/v1/improvements/${row.id}`,
  });
