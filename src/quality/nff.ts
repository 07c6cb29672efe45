// No fault found: whose benches, which models and which firmwares see most of it; and units that keep coming back.
import { sql } from 'kysely';
import type { Ctx } from '../db/ctx.ts';
import { wilsonInterval } from '../stats/proportionInterval.ts';
import { whereCohort } from './cohortSql.ts';
import { countBeforeReading } from './count.ts';
import { type CohortFilter, NOT_KNOWN } from './inputs.ts';
import type { Period } from './period.ts';

export const NFF_BY = ['inspector', 'model', 'firmware', 'customer'] as const;
export type NffBy = (typeof NFF_BY)[number];

export interface NffRow {
  /** Model, firmware (`X-100 4.2.1`), or the person's or customer's name; null when not known. */
  readonly name: string | null;
  /** The maker of a model or firmware; two makers may use one code. */
  readonly maker: string | null;
  /** What opens the returns the row counts: filters of the list of failures. */
  readonly opens: Readonly<Record<string, string>>;
  readonly verdicts: number;
  readonly nff: number;
  readonly share: number;
  readonly ci_low: number;
  readonly ci_high: number;
}

interface Grouping {
  readonly name: string;
  /** Filters of the list of failures, by their name; a column that is null means not known. */
  readonly filters: Readonly<Record<string, string>>;
  /** What groups are told apart by: ids, since codes and names may be shared. */
  readonly key: string;
}

const GROUPINGS: Readonly<Record<NffBy, Grouping>> = {
  inspector: { name: 'coalesce(users.name, r.verdict_by)', filters: { inspector: 'r.verdict_by' }, key: 'r.verdict_by, users.name' },
  model: { name: 'm.code', filters: { maker: 'makers.code', model: 'm.code' }, key: 'm.id, m.code, makers.code' },
  firmware: {
    name: "m.code || ' ' || coalesce(firmwares.code, '?')",
    filters: { maker: 'makers.code', model: 'm.code', firmware: 'firmwares.code' },
    key: 'm.id, m.code, makers.code, firmwares.id, firmwares.code',
  },
  customer: { name: 'customers.name', filters: { customer: 'customers.code' }, key: 'customers.id, customers.name, customers.code' },
};

/** Share of verdicts that were "no fault found", with Wilson's interval; the largest lower limit first, so that one of one does not lead. */
export async function listNffShares(ctx: Ctx, by: NffBy, filter: CohortFilter, { from, to }: Period): Promise<NffRow[]> {
  await countBeforeReading(ctx);
  const { name, filters, key } = GROUPINGS[by];
  const opened = Object.entries(filters).map(([filter, column]) => `, ${column} as opens_${filter}`);
  const rows = await sql<Record<string, string | number | null>>`
    select ${sql.raw(name)} as name ${sql.raw(opened.join(''))}, count(*) as verdicts, sum(case when x.finding = 'nff' then 1 else 0 end) as nff
    from quality_failures x join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id join makers on makers.id = m.maker_id
      join return_units r on r.id = x.return_unit_id join returns on returns.id = r.return_id left join customers on customers.id = returns.customer_id
      left join firmwares on firmwares.id = c.firmware_id left join users on users.id = r.verdict_by
    where x.finding <> 'untriaged' and x.failed_day >= ${sql.lit(from)} and x.failed_day < ${sql.lit(to)} ${whereCohort(filter)} group by ${sql.raw(key)}`.execute(
    ctx.db,
  );
  return rows.rows.map((row) => nffRowOf(row, Object.keys(filters))).sort((a, b) => b.ci_low - a.ci_low || b.verdicts - a.verdicts);
}

function nffRowOf(row: Readonly<Record<string, string | number | null>>, filters: readonly string[]): NffRow {
  const [verdicts, nff] = [Number(row.verdicts), Number(row.nff)];
  const interval = wilsonInterval(nff, verdicts);
  const opens = Object.fromEntries(filters.map((filter) => [filter, String(row[`opens_${filter}`] ?? NOT_KNOWN)]));
  return {
    name: row.name === null || row.name === undefined ? null : String(row.name),
    maker: opens.maker ?? null,
    opens,
    verdicts,
    nff,
    share: nff / verdicts,
    ci_low: interval?.low ?? 0,
    ci_high: interval?.high ?? 1,
  };
}

export interface RepeatRow {
  readonly unit_id: string;
  readonly serial: string;
  readonly maker: string;
  readonly model: string;
  readonly returns: number;
  readonly confirmed: number;
  readonly nff: number;
  readonly days_between: number;
}

const MOST_REPEATS = 200;

/** Units that came back twice or more in the period, most often first. `days_between` is the mean time from one return to the next. */
export async function listRepeatReturns(ctx: Ctx, filter: CohortFilter, { from, to }: Period): Promise<RepeatRow[]> {
  await countBeforeReading(ctx);
  const rows = await sql<Record<keyof Omit<RepeatRow, 'days_between'>, string | number> & { first_day: number; last_day: number }>`
    select x.unit_id as unit_id, u.serial as serial, makers.code as maker, m.code as model, count(*) as returns, min(x.failed_day) as first_day, max(x.failed_day) as last_day,
      sum(case when x.finding = 'confirmed' then 1 else 0 end) as confirmed, sum(case when x.finding = 'nff' then 1 else 0 end) as nff
    from quality_failures x join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id join makers on makers.id = m.maker_id join units u on u.id = x.unit_id
    where x.failed_day >= ${sql.lit(from)} and x.failed_day < ${sql.lit(to)} ${whereCohort(filter)}
    group by x.unit_id, u.serial, makers.code, m.code having count(*) >= 2 order by count(*) desc, x.unit_id limit ${sql.lit(MOST_REPEATS)}`.execute(ctx.db);
  return rows.rows.map((row) => ({
    unit_id: String(row.unit_id),
    serial: String(row.serial),
    maker: String(row.maker),
    model: String(row.model),
    returns: Number(row.returns),
    confirmed: Number(row.confirmed),
    nff: Number(row.nff),
    days_between: Math.round((Number(row.last_day) - Number(row.first_day)) / (Number(row.returns) - 1)),
  }));
}
