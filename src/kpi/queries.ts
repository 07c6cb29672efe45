// KPIs as pages and programs ask for them: days become instants of the business time zone, and who may see whose numbers is decided here.

import { measuredCases } from '../case/held.ts';
import { may, staffOnly } from '../core/actor.ts';
import { notFound, Problem } from '../core/problem.ts';
import { addDays, addMonths, type Day, startOfDay } from '../core/time.ts';
import type { Bilingual } from '../core/words.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { wilsonInterval } from '../stats/proportionInterval.ts';
import { findKpi, type Kpi, kpis } from './definitions.ts';
import { backlogAt, drillDown, evaluate, evaluateAll, type KpiFilter, type KpiResult, type Part, type Period } from './rules.ts';

/** Both days are in. */
export interface Days {
  readonly from_on: Day;
  readonly to_on: Day;
}

export interface NamedResult extends KpiResult {
  readonly label: Bilingual;
  readonly definition: Bilingual;
  readonly better: Kpi['better'];
  readonly pending_means: Bilingual | null;
}

/** Every KPI of the period, those of help articles and hours worked included. */
export async function listKpis(ctx: Ctx, days: Days, filter: KpiFilter): Promise<NamedResult[]> {
  refuseOthersNumbers(ctx, filter);
  const cases = await measuredCases(ctx);
  const period = periodOf(ctx, days);
  const evaluated = evaluateAll(kpis, cases, [period], filter, ctx.now).flat();
  const results = kpis.map((kpi, i) => ({
    ...(evaluated[i] ?? evaluate(kpi, [], period, filter, ctx.now)),
    label: kpi.label,
    definition: kpi.definition,
    better: kpi.better,
    pending_means: kpi.pending ?? null,
  }));
  return [
    ...results,
    backlog(backlogAt(cases, Math.min(period.to_at, ctx.now), filter)),
    await casesPerHour(ctx, days, filter, results),
    ...(await helpKpis(
      ctx,
      period,
      Object.values(filter).some((value) => value !== undefined),
    )),
  ];
}

/** One KPI of cases. Throws `not_found`. */
export function getKpi(name: string): Kpi {
  const kpi = findKpi(name);
  if (kpi === undefined) throw notFound(['KPI', 'KPI']);
  return kpi;
}

/** The ids of exactly the cases a number was made of, the newest first. */
export async function listCounted(ctx: Ctx, name: string, days: Days, filter: KpiFilter, part: Part): Promise<string[]> {
  refuseOthersNumbers(ctx, filter);
  const cases = await measuredCases(ctx);
  const period = periodOf(ctx, days);
  const counted =
    name === 'backlog'
      ? cases.filter((row) => backlogAt([row], Math.min(period.to_at, ctx.now), filter) === 1)
      : drillDown(getKpi(name), cases, period, filter, ctx.now, part);
  return counted
    .map((row) => row.case_id)
    .sort()
    .reverse();
}

export interface Point extends KpiResult {
  readonly from_on: Day;
}

/** One KPI cut into periods: the points of its chart. Backlog is taken at the end of each. */
export async function listSeries(ctx: Ctx, name: string, days: Days, by: 'day' | 'week' | 'month', filter: KpiFilter): Promise<Point[]> {
  refuseOthersNumbers(ctx, filter);
  const cases = await measuredCases(ctx);
  const parts = cuts(days, by);
  const periods = parts.map((part) => periodOf(ctx, part));
  const results =
    name === 'backlog'
      ? periods.map((period) => backlog(backlogAt(cases, Math.min(period.to_at, ctx.now), filter)))
      : (evaluateAll([getKpi(name)], cases, periods, filter, ctx.now)[0] ?? []);
  return results.map(({ name: kpi, kind, value, numerator, denominator, pending, ci_low, ci_high, median, p90 }, i) => ({
    from_on: parts[i]?.from_on ?? days.from_on,
    name: kpi,
    kind,
    value,
    numerator,
    denominator,
    pending,
    ci_low,
    ci_high,
    median,
    p90,
  }));
}

/** How many cases were open at an instant, past ones as they were then. */
export async function countBacklog(ctx: Ctx, at: number, filter: KpiFilter): Promise<number> {
  refuseOthersNumbers(ctx, filter);
  return backlogAt(await measuredCases(ctx), at, filter);
}

const LONGEST_DAYS = 1100;

/** Throws `invalid` for days the wrong way round or too far apart. */
export function periodOf(ctx: Ctx, { from_on, to_on }: Days): Period {
  if (to_on < from_on || to_on > addDays(from_on, LONGEST_DAYS))
    throw new Problem('invalid', ['The period is not valid (at most three years)', '期間が正しくありません（最長3年）'], {
      errors: [{ path: 'to_on', message: ['Not a period', '期間になっていません'] }],
    });
  return { from_at: startOfDay(from_on, ctx.zone), to_at: startOfDay(addDays(to_on, 1), ctx.zone) };
}

/** The last 30 days when nothing is asked for. */
export const usualDays = (ctx: Ctx, given: { from_on?: Day | undefined; to_on?: Day | undefined }): Days => ({
  from_on: given.from_on ?? addDays(given.to_on ?? today(ctx), -29),
  to_on: given.to_on ?? today(ctx),
});

/** Weeks begin where the period begins; months on their first. */
export function cuts({ from_on, to_on }: Days, by: 'day' | 'week' | 'month'): Days[] {
  const found: Days[] = [];
  for (let day = from_on; day <= to_on; ) {
    const next = by === 'day' ? addDays(day, 1) : by === 'week' ? addDays(day, 7) : addMonths(`${day.slice(0, 7)}-01`, 1);
    found.push({ from_on: day, to_on: addDays(next, -1) < to_on ? addDays(next, -1) : to_on });
    day = next;
  }
  return found;
}

/** Numbers of one person are for that person and for leads; partners get none at all. */
function refuseOthersNumbers(ctx: Ctx, filter: KpiFilter): void {
  staffOnly(ctx);
  if (filter.owner_id !== undefined && filter.owner_id !== ctx.actor.id && !may(ctx.actor, 'case:lead')) {
    throw new Problem('forbidden', ['Personal numbers are for oneself and for leads', '個人別の数値は本人とリーダーのみ閲覧できます']);
  }
}

const empty = { numerator: null, pending: 0, ci_low: null, ci_high: null, median: null, p90: null };

const backlog = (open: number): NamedResult => ({
  ...empty,
  name: 'backlog',
  kind: 'count',
  value: open,
  denominator: open,
  better: 'lower',
  pending_means: null,
  label: ['Backlog', '未解決残件数'],
  definition: [
    'Cases open at the end of the period (now, when it is not over), as they were at that instant.',
    '期間末時点（期間中なら現在）の未解決件数。その時点の状態で数える。',
  ],
});

/** Σ solved ÷ Σ hours, never a mean of personal ratios. */
async function casesPerHour(ctx: Ctx, days: Days, filter: KpiFilter, results: readonly KpiResult[]): Promise<NamedResult> {
  const { owner_id, ...others } = filter;
  const narrowed = Object.values(others).some((value) => value !== undefined);
  const hours = await ctx.db
    .selectFrom('work_hours')
    .select((select) => select.fn.sum<number | null>('minutes').as('minutes'))
    .where('worked_on', '>=', days.from_on)
    .where('worked_on', '<=', days.to_on)
    .$if(owner_id !== undefined, (query) => query.where('user_id', '=', owner_id ?? ''))
    .executeTakeFirstOrThrow();
  const worked = Number(hours.minutes ?? 0) / 60;
  const solvedCases = results.find(({ name }) => name === 'solved')?.value ?? 0;
  // Hours are not kept per model or customer: such a ratio is unknown, not small.
  return {
    ...empty,
    name: 'cases_per_hour',
    kind: 'mean',
    value: worked === 0 || narrowed ? null : solvedCases / worked,
    numerator: solvedCases,
    denominator: Math.round(worked * 100) / 100,
    better: 'higher',
    pending_means: null,
    label: ['Cases per hour (CPH)', '時間あたり解決件数 (CPH)'],
    definition: ['Σ distinct cases solved ÷ Σ hours of the time sheets.', '解決件数(重複なし)の合計 ÷ 稼働時間の合計。'],
  };
}

/** Self-resolution and zero-hit searches of the public help. Its visitors have no owner and no model: narrowed to some, the shares are unknown. */
async function helpKpis(ctx: Ctx, { from_at, to_at }: Period, narrowed: boolean): Promise<NamedResult[]> {
  const events = narrowed
    ? []
    : await ctx.db
        .selectFrom('article_events')
        .select(['visit_key', 'kind', 'hits'])
        .where('at', '>=', from_at)
        .where('at', '<', to_at)
        .where('kind', '<>', 'read')
        .orderBy('at')
        .orderBy('id')
        .execute();
  const searches = events.filter(({ kind }) => kind === 'search');
  const outcomes = new Map<string, 'solved' | 'not_solved' | 'contact'>();
  for (const { visit_key, kind } of events) if (kind === 'solved' || kind === 'not_solved' || kind === 'contact') outcomes.set(visit_key, kind);
  const answered = [...outcomes.values()];
  return [
    shareOf(
      'self_resolution',
      answered.filter((kind) => kind === 'solved').length,
      answered.length,
      'higher',
      ['Self-resolution', '自己解決率'],
      [
        'Visitors of the help whose last word was “solved” ÷ visitors who said whether it was, or contacted us.',
        'ヘルプ利用者のうち最後に「解決した」と答えた人 ÷ 解決可否を答えた、または連絡してきた人。',
      ],
    ),
    shareOf(
      'zero_hit',
      searches.filter(({ hits }) => hits === 0).length,
      searches.length,
      'lower',
      ['Searches without a hit', '検索ゼロヒット率'],
      ['Searches of the help that found nothing ÷ searches.', 'ヘルプ検索のうち該当0件の検索 ÷ 検索数。'],
    ),
  ];
}

function shareOf(name: string, numerator: number, denominator: number, better: Kpi['better'], label: Bilingual, definition: Bilingual): NamedResult {
  const interval = wilsonInterval(numerator, denominator);
  return {
    ...empty,
    name,
    kind: 'share',
    numerator,
    denominator,
    value: denominator === 0 ? null : numerator / denominator,
    ci_low: interval?.low ?? null,
    ci_high: interval?.high ?? null,
    better,
    label,
    definition,
    pending_means: null,
  };
}
