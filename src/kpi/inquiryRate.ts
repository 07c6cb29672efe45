// The monthly inquiry rate: inquiries per active contract, or per unit in service, and month. Gross and net; raw and standardised to one mix.

import { isInbound, measuredCases } from '../case/held.ts';
import { staffOnly } from '../core/actor.ts';
import { addDays, addMonths, type Day, daysBetween, startOfDay } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { garwoodInterval } from '../stats/poissonInterval.ts';
import { directRate } from '../stats/standardise.ts';
import { type Days, periodOf } from './queries.ts';

export interface InquiryRate {
  readonly month: string;
  /** Plan or model; null in the row over all. */
  readonly group: string | null;
  /** Cases opened, merged, spam, proactive and internal ones included. */
  readonly gross: number;
  /** Inbound inquiries alone. */
  readonly net: number;
  /** Average contracts active, or units in service, in the month. */
  readonly active: number;
  readonly gross_rate: number | null;
  readonly net_rate: number | null;
  readonly ci_low: number | null;
  readonly ci_high: number | null;
  /** The net rate had every month had the mix of the whole period; only in the rows over all. */
  readonly standardised_rate: number | null;
  readonly standardised_low: number | null;
  readonly standardised_high: number | null;
}

/** One row over all and one per group for each month that begins in the period. Throws `invalid` for a period no report has. */
export async function listInquiryRates(ctx: Ctx, days: Days, by: 'plan' | 'model'): Promise<InquiryRate[]> {
  staffOnly(ctx);
  periodOf(ctx, days);
  const months = monthsIn(days);
  const active = by === 'plan' ? await activeContracts(ctx, months) : await activeUnits(ctx, months);
  const groups = [...new Set([...active.keys()].map((key) => key.slice(8)))].sort();
  const counts = await countCases(ctx, by, months);
  const weights = groups.map((group) => months.reduce((sum, month) => sum + (active.get(`${month} ${group}`) ?? 0), 0));
  return months.flatMap((month) => {
    const rows = groups.map((group) => rateRow(month, group, counts.get(`${month} ${group}`) ?? NOTHING, active.get(`${month} ${group}`) ?? 0));
    // Cases that belong to no group count over all: a case without a contract is an inquiry too.
    const all = [...counts]
      .filter(([key]) => key.startsWith(month))
      .reduce((sum, [, count]) => ({ gross: sum.gross + count.gross, net: sum.net + count.net }), NOTHING);
    const total = rateRow(
      month,
      null,
      all,
      rows.reduce((sum, row) => sum + row.active, 0),
    );
    const standard = directRate(
      rows.map((row) => ({ count: row.net, exposure: row.active })),
      weights,
    );
    return [
      { ...total, standardised_rate: standard?.rate ?? null, standardised_low: standard?.low ?? null, standardised_high: standard?.high ?? null },
      ...rows,
    ];
  });
}

interface Counts {
  readonly gross: number;
  readonly net: number;
}
const NOTHING: Counts = { gross: 0, net: 0 };

function monthsIn({ from_on, to_on }: Days): string[] {
  const months: string[] = [];
  for (let month = `${from_on.slice(0, 7)}-01`; month <= to_on; month = addMonths(month, 1)) months.push(month.slice(0, 7));
  return months;
}

/** `month group` → counts. Cases of no group stand under an empty one. */
async function countCases(ctx: Ctx, by: 'plan' | 'model', months: readonly string[]): Promise<Map<string, Counts>> {
  const plans = new Map((await ctx.db.selectFrom('contracts').select(['id', 'plan']).execute()).map(({ id, plan }) => [id, plan]));
  const models = new Map((await ctx.db.selectFrom('models').select(['id', 'code']).execute()).map(({ id, code }) => [id, code]));
  const starts = [...months.map((month) => `${month}-01`), addMonths(`${months.at(-1) ?? '1970-01'}-01`, 1)].map((day) => startOfDay(day, ctx.zone));
  const counts = new Map<string, Counts>();
  for (const row of await measuredCases(ctx)) {
    const month = months[starts.findIndex((start) => row.opened_at < start) - 1];
    if (month === undefined) continue;
    const key = `${month} ${(by === 'plan' ? plans.get(row.contract_id ?? '') : models.get(row.model_id ?? '')) ?? ''}`;
    const before = counts.get(key) ?? NOTHING;
    counts.set(key, { gross: before.gross + 1, net: before.net + (isInbound(row) ? 1 : 0) });
  }
  return counts;
}

/** Contract-days ÷ days of the month. A contract runs through its last day; a cancelled one until the day before. */
async function activeContracts(ctx: Ctx, months: readonly string[]): Promise<Map<string, number>> {
  const contracts = await ctx.db.selectFrom('contracts').select(['plan', 'starts_on', 'ends_on', 'cancelled_on']).execute();
  const active = new Map<string, number>();
  for (const month of months) {
    const [first, end] = [`${month}-01`, addMonths(`${month}-01`, 1)];
    for (const { plan, starts_on, ends_on, cancelled_on } of contracts) {
      // Days are text that sorts by time; Math.min and Math.max know only numbers.
      const [until = end] = [ends_on === null ? end : addDays(ends_on, 1), cancelled_on ?? end, end].sort();
      const [, from = first] = [starts_on, first].sort();
      const ran = daysBetween(from, until);
      const key = `${month} ${plan}`;
      if (ran > 0) active.set(key, (active.get(key) ?? 0) + ran / daysBetween(first, end));
    }
  }
  return active;
}

/** Units in service, the mean of the first days of this month and the next: a million intervals are counted by the store, not read. */
async function activeUnits(ctx: Ctx, months: readonly string[]): Promise<Map<string, number>> {
  const active = new Map<string, number>();
  const known = new Map<Day, Map<string, number>>();
  for (const month of months) {
    for (const day of [`${month}-01`, addMonths(`${month}-01`, 1)]) {
      const counts = known.get(day) ?? (await unitsInService(ctx, day));
      known.set(day, counts);
      for (const [model, units] of counts) active.set(`${month} ${model}`, (active.get(`${month} ${model}`) ?? 0) + units / 2);
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

function rateRow(month: string, group: string | null, { gross, net }: Counts, active: number): InquiryRate {
  const interval = garwoodInterval(net);
  const per = (count: number): number | null => (active > 0 ? count / active : null);
  return {
    month,
    group,
    gross,
    net,
    active,
    gross_rate: per(gross),
    net_rate: per(net),
    ci_low: per(interval.low),
    ci_high: per(interval.high),
    standardised_rate: null,
    standardised_low: null,
    standardised_high: null,
  };
}
