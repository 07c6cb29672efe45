// The monthly inquiry rate: inquiries per active contract, or per unit in service, and month. Gross and net; raw and standardised to one mix.

import { isInbound, type MeasuredCase, measuredCases } from '../case/held.ts';
import { staffOnly } from '../core/actor.ts';
import { addDays, addMonths, type Day, daysBetween, startOfDay } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { garwoodInterval } from '../stats/poissonInterval.ts';
import { directRate } from '../stats/standardise.ts';
import { type Days, periodOf } from './queries.ts';

export interface InquiryRate {
  readonly month: string;
  /** Plan or model; null in the row over all, empty in that of cases without contract or unit. */
  readonly group: string | null;
  /** Cases opened, merged, spam, proactive and internal ones included. */
  readonly gross: number;
  /** Inbound inquiries alone. */
  readonly net: number;
  /** Average contracts active, or units in service, in the month as far as it has gone. */
  readonly active: number;
  /** How much of the month has gone: 1 once it is over. Rates are per whole month. */
  readonly elapsed: number;
  readonly gross_rate: number | null;
  readonly net_rate: number | null;
  readonly ci_low: number | null;
  readonly ci_high: number | null;
  /** The net rate had every month had the mix of the whole period; only in the rows over all. */
  readonly standardised_rate: number | null;
  readonly standardised_low: number | null;
  readonly standardised_high: number | null;
}

/** One row over all and one per group for each month the period touches, up to the present one. A month under way counts its contracts for the days that have passed. Throws `invalid` for a period no report has. */
export async function listInquiryRates(ctx: Ctx, days: Days, by: 'plan' | 'model'): Promise<InquiryRate[]> {
  staffOnly(ctx);
  periodOf(ctx, days);
  const months = monthsIn(days, today(ctx));
  const active = by === 'plan' ? await activeContracts(ctx, months) : await activeUnits(ctx, months);
  const exposure = (month: Month, group: string): number => (active.get(`${month.name} ${group}`) ?? 0) * month.elapsed;
  const counts = await countCases(ctx, by, months);
  const groups = [...new Set([...active.keys(), ...counts.keys()].map((key) => key.slice(8)))].sort();
  const weights = groups.map((group) => months.reduce((sum, month) => sum + exposure(month, group), 0));
  return months.flatMap((month) => {
    const rows = groups.map((group) => rateRow(month, group, counts.get(`${month.name} ${group}`) ?? NOTHING, active.get(`${month.name} ${group}`) ?? 0));
    const sum = (of: (row: InquiryRate) => number): number => rows.reduce((total, row) => total + of(row), 0);
    const total = rateRow(
      month,
      null,
      { gross: sum(({ gross }) => gross), net: sum(({ net }) => net) },
      sum(({ active }) => active),
    );
    const standard = directRate(
      rows.map((row) => ({ count: row.net, exposure: row.active * row.elapsed })),
      weights,
      // An inquiry without a contract is an inquiry too, and no mix of contracts makes it more or less.
      { beside: { count: sum((row) => (row.active > 0 ? 0 : row.net)), exposure: total.active * total.elapsed } },
    );
    return [
      { ...total, standardised_rate: standard?.rate ?? null, standardised_low: standard?.low ?? null, standardised_high: standard?.high ?? null },
      ...rows.filter(({ group, active, gross }) => group !== '' || active > 0 || gross > 0),
    ];
  });
}

interface Counts {
  readonly gross: number;
  readonly net: number;
}
const NOTHING: Counts = { gross: 0, net: 0 };

interface Month {
  /** `2026-04`. */
  readonly name: string;
  readonly first: Day;
  /** The day after its last one that counts: tomorrow, in the month under way. */
  readonly end: Day;
  readonly elapsed: number;
}

function monthsIn({ from_on, to_on }: Days, now: Day): Month[] {
  const months: Month[] = [];
  for (let first = `${from_on.slice(0, 7)}-01`; first <= to_on && first <= now; first = addMonths(first, 1)) {
    const next = addMonths(first, 1);
    const [end = next] = [next, addDays(now, 1)].sort();
    months.push({ name: first.slice(0, 7), first, end, elapsed: daysBetween(first, end) / daysBetween(first, next) });
  }
  return months;
}

/** `month group` → counts. */
async function countCases(ctx: Ctx, by: 'plan' | 'model', months: readonly Month[]): Promise<Map<string, Counts>> {
  const counts = new Map<string, Counts>();
  for (const { month, group, row } of await groupedCases(ctx, by, months)) {
    const key = `${month} ${group}`;
    const before = counts.get(key) ?? NOTHING;
    counts.set(key, { gross: before.gross + 1, net: before.net + (isInbound(row) ? 1 : 0) });
  }
  return counts;
}

export interface InquiryCell {
  /** `2026-04`. */
  readonly month: string;
  readonly by: 'plan' | 'model';
  /** Undefined over all, empty for cases without contract or unit. */
  readonly group?: string | undefined;
  readonly part: 'gross' | 'net';
}

/** The cases one number of the report counts, by their ids. Throws `invalid` for a month no report has. */
export async function listInquiries(ctx: Ctx, { month, by, group, part }: InquiryCell): Promise<string[]> {
  staffOnly(ctx);
  const days = { from_on: `${month}-01`, to_on: `${month}-01` };
  periodOf(ctx, days);
  return (await groupedCases(ctx, by, monthsIn(days, today(ctx))))
    .filter((found) => (group === undefined || found.group === group) && (part === 'gross' || isInbound(found.row)))
    .map(({ row }) => row.case_id);
}

/** Each case opened in one of the months, with its month and its plan or model. Those without contract or unit have an empty group. */
async function groupedCases(ctx: Ctx, by: 'plan' | 'model', months: readonly Month[]): Promise<{ month: string; group: string; row: MeasuredCase }[]> {
  const plans = new Map((await ctx.db.selectFrom('contracts').select(['id', 'plan']).execute()).map(({ id, plan }) => [id, plan]));
  const models = new Map((await ctx.db.selectFrom('models').select(['id', 'code']).execute()).map(({ id, code }) => [id, code]));
  const starts = [...months.map(({ first }) => first), months.at(-1)?.end ?? '1970-01-01'].map((day) => startOfDay(day, ctx.zone));
  return (await measuredCases(ctx)).flatMap((row) => {
    const month = months[starts.findIndex((start) => row.opened_at < start) - 1];
    if (month === undefined) return [];
    return [{ month: month.name, group: (by === 'plan' ? plans.get(row.contract_id ?? '') : models.get(row.model_id ?? '')) ?? '', row }];
  });
}

/** Contract-days ÷ days of the month so far. A contract runs through its last day; a cancelled one until the day before. */
async function activeContracts(ctx: Ctx, months: readonly Month[]): Promise<Map<string, number>> {
  const contracts = await ctx.db.selectFrom('contracts').select(['plan', 'starts_on', 'ends_on', 'cancelled_on']).execute();
  const active = new Map<string, number>();
  for (const { name, first, end } of months) {
    for (const { plan, starts_on, ends_on, cancelled_on } of contracts) {
      // Days are text that sorts by time; Math.min and Math.max know only numbers.
      const [until = end] = [ends_on === null ? end : addDays(ends_on, 1), cancelled_on ?? end, end].sort();
      const [, from = first] = [starts_on, first].sort();
      const ran = daysBetween(from, until);
      const key = `${name} ${plan}`;
      if (ran > 0) active.set(key, (active.get(key) ?? 0) + ran / daysBetween(first, end));
    }
  }
  return active;
}

/** Units in service, the mean of the first day of the month and the day after its last: a million intervals are counted by the store, not read. */
async function activeUnits(ctx: Ctx, months: readonly Month[]): Promise<Map<string, number>> {
  const active = new Map<string, number>();
  const known = new Map<Day, Map<string, number>>();
  for (const { name, first, end } of months) {
    for (const day of [first, end]) {
      const counts = known.get(day) ?? (await unitsInService(ctx, day));
      known.set(day, counts);
      for (const [model, units] of counts) active.set(`${name} ${model}`, (active.get(`${name} ${model}`) ?? 0) + units / 2);
    }
  }
  return active;
}

async function unitsInService(ctx: Ctx, day: Day): Promise<Map<string, number>> {
  const rows = await ctx.db
    .selectFrom('service_intervals')
    .innerJoin('units', 'units.id', 'service_intervals.unit_id')
    .innerJoin('models', 'models.id', 'units.model_id')
    .select('models.code')
    .select((select) => select.fn.countAll<number>().as('units'))
    .where('from_on', '<=', day)
    .where((where) => where.or([where('to_on', 'is', null), where('to_on', '>', day)]))
    .groupBy('models.code')
    .execute();
  return new Map(rows.map(({ code, units }) => [code, units]));
}

function rateRow({ name, elapsed }: Month, group: string | null, { gross, net }: Counts, active: number): InquiryRate {
  const interval = garwoodInterval(net);
  const per = (count: number): number | null => (active > 0 ? count / (active * elapsed) : null);
  return {
    month: name,
    group,
    gross,
    net,
    active,
    elapsed,
    gross_rate: per(gross),
    net_rate: per(net),
    ci_low: per(interval.low),
    ci_high: per(interval.high),
    standardised_rate: null,
    standardised_low: null,
    standardised_high: null,
  };
}
