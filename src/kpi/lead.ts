// The lead's view: when cases come, who carries how much, who knows what, how old things get, and whether customers leave after trouble.

import { isInbound, measuredCases } from '../case/held.ts';
import { isOpen } from '../case/lifecycle.ts';
import { allow } from '../core/actor.ts';
import { weekdayOf } from '../core/businessTime.ts';
import { addDays, DAY_MS, dayOf, hourOf, startOfDay } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { type Days, periodOf } from './queries.ts';
import type { Period } from './rules.ts';

/** Ages of the open cases, from so many days on. */
const AGES = [0, 1, 3, 7, 14, 30, 90] as const;
/** A cancellation is set beside the cases and returns of so many days before. */
const BEFORE_DAYS = 90;

export async function listLead(ctx: Ctx, days: Days) {
  allow(ctx, 'case:lead');
  const period = periodOf(ctx, days);
  const cases = await measuredCases(ctx);
  const opened = cases.filter((row) => isInbound(row) && row.opened_at >= period.from_at && row.opened_at < period.to_at);
  const cancellations = await listCancellations(ctx, days);
  return {
    arrivals: arrivals(
      ctx,
      opened.map(({ opened_at }) => opened_at),
    ),
    load: await listLoad(ctx, period, days),
    skills: await listSkills(ctx),
    ageing: ageing(cases.flatMap(({ spans }) => spans.filter(({ to_at }) => to_at === null).map(({ from_at }) => ctx.now - from_at))),
    cancellations: cancellations.filter(({ cases, returns }) => cases + returns > 0),
    cancelled: cancellations.length,
    cancelled_with_trouble: cancellations.filter(({ cases, returns }) => cases + returns > 0).length,
  };
}

/** Offsets of zones are multiples of a quarter of an hour: within one the clock on the wall shows one hour. */
const QUARTER_MS = 900_000;

/** Cases per weekday (0 = Monday) and hour of the business zone, as its clocks showed it; only cells that have some. */
function arrivals(ctx: Ctx, moments: readonly number[]): { weekday: number; hour: number; cases: number }[] {
  const cells = new Map<number, number>();
  const quarters = new Map<number, number>();
  for (const at of moments) {
    const quarter = Math.floor(at / QUARTER_MS);
    const cell = quarters.get(quarter) ?? weekdayOf(dayOf(at, ctx.zone)) * 24 + hourOf(at, ctx.zone);
    quarters.set(quarter, cell);
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  return [...cells].sort(([a], [b]) => a - b).map(([cell, cases]) => ({ weekday: Math.floor(cell / 24), hour: cell % 24, cases }));
}

async function listLoad(ctx: Ctx, period: Period, days: Days) {
  const open = await ctx.db
    .selectFrom('cases')
    .innerJoin('users', 'users.id', 'cases.owner_id')
    .select(['users.id', 'users.name', 'cases.state', 'cases.next_due_at', 'cases.solved_at', 'cases.merged_into_id', 'cases.spam_at'])
    .where((where) => where.or([where('cases.state', 'not in', ['solved', 'closed']), where('cases.solved_at', '>=', period.from_at)]))
    .execute();
  const hours = await ctx.db
    .selectFrom('work_hours')
    .select('user_id')
    .select((select) => select.fn.sum<number>('minutes').as('minutes'))
    .where('worked_on', '>=', days.from_on)
    .where('worked_on', '<=', days.to_on)
    .groupBy('user_id')
    .execute();
  const worked = new Map(hours.map(({ user_id, minutes }) => [user_id, Number(minutes)]));
  const people = new Map<string, { owner_id: string; name: string; open: number; overdue: number; solved: number; minutes_worked: number | null }>();
  for (const row of open) {
    const load = people.get(row.id) ?? { owner_id: row.id, name: row.name, open: 0, overdue: 0, solved: 0, minutes_worked: worked.get(row.id) ?? null };
    people.set(row.id, load);
    if (isOpen(row.state)) load.open += 1;
    if (isOpen(row.state) && row.next_due_at !== null && row.next_due_at <= ctx.now) load.overdue += 1;
    if (row.solved_at !== null && row.solved_at >= period.from_at && row.solved_at < period.to_at && row.merged_into_id === null && row.spam_at === null)
      load.solved += 1;
  }
  return [...people.values()].sort((a, b) => b.open - a.open || (a.name < b.name ? -1 : 1));
}

/** Who solved how many of which model family, ever. */
const listSkills = (ctx: Ctx) =>
  ctx.db
    .selectFrom('case_measures')
    .innerJoin('users', 'users.id', 'case_measures.owner_id')
    .innerJoin('models', 'models.id', 'case_measures.model_id')
    .select(['users.id as owner_id', 'users.name'])
    .select((select) => select.fn.coalesce('models.family', 'models.code').as('family'))
    .select((select) => select.fn.countAll<number>().as('solved'))
    .where('case_measures.solved_at', 'is not', null)
    .where((where) => where.or([where('case_measures.exclusion', 'is', null), where('case_measures.exclusion', 'not in', ['merged', 'spam'])]))
    .groupBy(['users.id', 'users.name'])
    .groupBy((group) => group.fn.coalesce('models.family', 'models.code'))
    .orderBy('solved', 'desc')
    .limit(200)
    .execute();

const ageing = (ages: readonly number[]) =>
  AGES.map((from_days, i) => {
    const to_days = AGES[i + 1] ?? Number.POSITIVE_INFINITY;
    return { from_days, cases: ages.filter((age) => age >= from_days * DAY_MS && age < to_days * DAY_MS).length };
  });

/** Contracts cancelled in the period, with the customer's cases and returns of the 90 days before. */
async function listCancellations(ctx: Ctx, days: Days) {
  const contracts = await ctx.db
    .selectFrom('contracts')
    .innerJoin('customers', 'customers.id', 'contracts.customer_id')
    .select(['contracts.code', 'customers.name', 'contracts.customer_id', 'contracts.cancelled_on'])
    .where('contracts.cancelled_on', '>=', days.from_on)
    .where('contracts.cancelled_on', '<=', days.to_on)
    .orderBy('contracts.cancelled_on')
    .execute();
  return Promise.all(
    contracts.map(async ({ code, name, customer_id, cancelled_on }) => {
      const day = cancelled_on ?? days.to_on;
      const [from, to] = [addDays(day, -BEFORE_DAYS), day];
      const cases = await ctx.db
        .selectFrom('cases')
        .select((select) => select.fn.countAll<number>().as('n'))
        .where('customer_id', '=', customer_id)
        .where('opened_at', '>=', startOfDay(from, ctx.zone))
        .where('opened_at', '<', startOfDay(to, ctx.zone))
        .where('merged_into_id', 'is', null)
        .where('spam_at', 'is', null)
        .executeTakeFirstOrThrow();
      const returns = await ctx.db
        .selectFrom('returns')
        .select((select) => select.fn.countAll<number>().as('n'))
        .where('customer_id', '=', customer_id)
        .where('filed_on', '>=', from)
        .where('filed_on', '<', to)
        .executeTakeFirstOrThrow();
      return { contract: code, customer: name, cancelled_on: day, cases: cases.n, returns: returns.n };
    }),
  );
}
