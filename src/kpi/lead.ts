// The lead's view: when cases come, who carries how much, who knows what, how old things get, and whether customers leave after trouble.

import type { ExpressionBuilder } from 'kysely';
import { z } from 'zod';
import { isInbound, type MeasuredCase, measuredCases } from '../case/held.ts';
import { isOpen } from '../case/lifecycle.ts';
import { allow } from '../core/actor.ts';
import { weekdayOf } from '../core/businessTime.ts';
import { addDays, DAY_MS, dayOf, hourOf, startOfDay } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import type { Tables } from '../db/tables.ts';
import { type Days, periodOf } from './queries.ts';
import type { Period } from './rules.ts';

/** Ages of the open cases, from so many days on. */
const AGES = [0, 1, 3, 7, 14, 30, 90] as const;

/** Where the band of ages that begins at so many days ends; undefined for the last one. */
export const nextAge = (from_days: number): number | undefined => AGES.find((days) => days > from_days);
/** A cancellation is set beside the cases and returns of so many days before. */
const BEFORE_DAYS = 90;

export async function listLead(ctx: Ctx, days: Days) {
  allow(ctx, 'case:lead');
  const period = periodOf(ctx, days);
  const cases = await measuredCases(ctx);
  const bands = cases.map((row) => ageBand(row, ctx.now));
  const cancellations = await listCancellations(ctx, days);
  return {
    arrivals: arrivals(arrivedIn(cases, period), hourCells(ctx)),
    load: await listLoad(ctx, period, days),
    skills: await listSkills(ctx),
    ageing: AGES.map((from_days) => ({ from_days, cases: bands.filter((band) => band === from_days).length })),
    cancellations: cancellations.filter(({ cases, returns }) => cases + returns > 0),
    cancelled: cancellations.length,
    cancelled_with_trouble: cancellations.filter(({ cases, returns }) => cases + returns > 0).length,
  };
}

/** One number of the lead's view. */
export const LeadCell = z.discriminatedUnion('part', [
  z.object({ part: z.literal('arrivals'), weekday: z.coerce.number().int().min(0).max(6), hour: z.coerce.number().int().min(0).max(23) }),
  z.object({ part: z.literal('overdue'), owner_id: z.string() }),
  z.object({ part: z.literal('solved'), owner_id: z.string() }),
  z.object({ part: z.literal('skill'), owner_id: z.string(), family: z.string() }),
  z.object({ part: z.literal('age'), from_days: z.coerce.number().int() }),
]);
export type LeadCell = z.output<typeof LeadCell>;

/** The cases that number counts, by their ids. */
export async function listLeadCases(ctx: Ctx, days: Days, cell: LeadCell): Promise<string[]> {
  allow(ctx, 'case:lead');
  const period = periodOf(ctx, days);
  switch (cell.part) {
    case 'arrivals': {
      const cellOf = hourCells(ctx);
      const wanted = cell.weekday * 24 + cell.hour;
      return arrivedIn(await measuredCases(ctx), period).flatMap((row) => (cellOf(row.opened_at) === wanted ? [row.case_id] : []));
    }
    case 'overdue':
    case 'solved': {
      const owned = await ownedCases(ctx, period).where('cases.owner_id', '=', cell.owner_id).execute();
      return owned.flatMap((row) => (countsAs(row, ctx.now, period)[cell.part] ? [row.case_id] : []));
    }
    case 'skill': {
      const { owner_id, family } = cell;
      const solved = solvedCases(ctx).select('case_measures.case_id').where('users.id', '=', owner_id);
      return (await solved.where((where) => where(familyOf(where), '=', family)).execute()).map(({ case_id }) => case_id);
    }
    case 'age':
      return (await measuredCases(ctx)).flatMap((row) => (ageBand(row, ctx.now) === cell.from_days ? [row.case_id] : []));
  }
}

const arrivedIn = (cases: readonly MeasuredCase[], { from_at, to_at }: Period): MeasuredCase[] =>
  cases.filter((row) => isInbound(row) && row.opened_at >= from_at && row.opened_at < to_at);

/** Offsets of zones are multiples of a quarter of an hour: within one the clock on the wall shows one hour. */
const QUARTER_MS = 900_000;

/** Gives the hour of the week (0 = Monday, midnight) an instant falls into, as the clocks of the business zone showed it. */
function hourCells(ctx: Ctx): (at: number) => number {
  const quarters = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    const cell = quarters.get(quarter) ?? weekdayOf(dayOf(at, ctx.zone)) * 24 + hourOf(at, ctx.zone);
    quarters.set(quarter, cell);
    return cell;
  };
}

/** Cases per weekday and hour; only cells that have some. */
function arrivals(cases: readonly MeasuredCase[], cellOf: (at: number) => number): { weekday: number; hour: number; cases: number }[] {
  const cells = new Map<number, number>();
  for (const { opened_at } of cases) cells.set(cellOf(opened_at), (cells.get(cellOf(opened_at)) ?? 0) + 1);
  return [...cells].sort(([a], [b]) => a - b).map(([cell, cases]) => ({ weekday: Math.floor(cell / 24), hour: cell % 24, cases }));
}

/** Cases with an owner that are open or were solved since the period began. */
const ownedCases = (ctx: Ctx, period: Period) =>
  ctx.db
    .selectFrom('cases')
    .innerJoin('users', 'users.id', 'cases.owner_id')
    .select(['users.id', 'users.name', 'cases.id as case_id', 'cases.state', 'cases.next_due_at', 'cases.solved_at', 'cases.merged_into_id', 'cases.spam_at'])
    .where((where) => where.or([where('cases.state', 'not in', ['solved', 'closed']), where('cases.solved_at', '>=', period.from_at)]));

type OwnedCase = Awaited<ReturnType<ReturnType<typeof ownedCases>['execute']>>[number];

const countsAs = ({ state, next_due_at, solved_at, merged_into_id, spam_at }: OwnedCase, now: number, { from_at, to_at }: Period) => ({
  open: isOpen(state),
  overdue: isOpen(state) && next_due_at !== null && next_due_at <= now,
  solved: solved_at !== null && solved_at >= from_at && solved_at < to_at && merged_into_id === null && spam_at === null,
});

async function listLoad(ctx: Ctx, period: Period, days: Days) {
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
  for (const row of await ownedCases(ctx, period).execute()) {
    const load = people.get(row.id) ?? { owner_id: row.id, name: row.name, open: 0, overdue: 0, solved: 0, minutes_worked: worked.get(row.id) ?? null };
    people.set(row.id, load);
    const counts = countsAs(row, ctx.now, period);
    load.open += Number(counts.open);
    load.overdue += Number(counts.overdue);
    load.solved += Number(counts.solved);
  }
  return [...people.values()].sort((a, b) => b.open - a.open || (a.name < b.name ? -1 : 1));
}

const solvedCases = (ctx: Ctx) =>
  ctx.db
    .selectFrom('case_measures')
    .innerJoin('users', 'users.id', 'case_measures.owner_id')
    .innerJoin('models', 'models.id', 'case_measures.model_id')
    .where('case_measures.solved_at', 'is not', null)
    .where((where) => where.or([where('case_measures.exclusion', 'is', null), where('case_measures.exclusion', 'not in', ['merged', 'spam'])]));

const familyOf = (select: ExpressionBuilder<Tables, 'models'>) => select.fn.coalesce('models.family', 'models.code');

/** Who solved how many of which model family, ever. */
const listSkills = (ctx: Ctx) =>
  solvedCases(ctx)
    .select(['users.id as owner_id', 'users.name'])
    .select((select) => familyOf(select).as('family'))
    .select((select) => select.fn.countAll<number>().as('solved'))
    .groupBy(['users.id', 'users.name'])
    .groupBy((group) => familyOf(group))
    .orderBy('solved', 'desc')
    .limit(200)
    .execute();

/** The band of an open case's age, by the days it begins at; undefined once it is solved. */
function ageBand({ spans }: MeasuredCase, now: number): number | undefined {
  const open = spans.find(({ to_at }) => to_at === null);
  return open === undefined ? undefined : AGES.findLast((days) => now - open.from_at >= days * DAY_MS);
}

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
