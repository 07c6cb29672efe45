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
  readonly name: string | null;
  /** The codes the row stands for, where it stands for a cohort: what opens its returns. */
  readonly cohort: { readonly model: string; readonly firmware?: string } | null;
  readonly verdicts: number;
  readonly nff: number;
  readonly share: number;
  readonly ci_low: number;
  readonly ci_high: number;
}

const nameOf: Record<NffBy, string> = {
  inspector: 'coalesce(users.name, r.verdict_by)',
  model: 'm.code',
  firmware: "m.code || ' ' || coalesce(firmwares.code, '?')",
  customer: 'customers.name',
};

const codesOf: Partial<Record<NffBy, string>> = { model: 'm.code as model', firmware: 'm.code as model, firmwares.code as firmware' };

/** Share of verdicts that were "no fault found", with Wilson's interval; the largest lower limit first, so that one of one does not lead. */
export async function listNffShares(ctx: Ctx, by: NffBy, filter: CohortFilter, { from, to }: Period): Promise<NffRow[]> {
  await countBeforeReading(ctx);
  const name = sql.raw(nameOf[by]);
  const codes = codesOf[by];
  const keys = codes === undefined ? sql`` : sql.raw(`, ${codes.replaceAll(/ as \w+/g, '')}`);
  const rows = await sql<{ name: string | null; model?: string; firmware?: string | null; verdicts: number; nff: number }>`
    select ${name} as name ${codes === undefined ? sql`` : sql.raw(`, ${codes}`)}, count(*) as verdicts, sum(case when x.finding = 'nff' then 1 else 0 end) as nff
    from quality_failures x join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id join return_units r on r.id = x.return_unit_id
      join returns on returns.id = r.return_id left join customers on customers.id = returns.customer_id
      left join firmwares on firmwares.id = c.firmware_id left join users on users.id = r.verdict_by
    where x.finding <> 'untriaged' and x.failed_day >= ${sql.lit(from)} and x.failed_day < ${sql.lit(to)} ${whereCohort(filter)} group by ${name} ${keys}`.execute(
    ctx.db,
  );
  return rows.rows
    .map(({ name, model, firmware, verdicts, nff }): NffRow => {
      const interval = wilsonInterval(Number(nff), Number(verdicts));
      return {
        name,
        cohort: model === undefined ? null : { model, ...(by === 'firmware' ? { firmware: firmware ?? NOT_KNOWN } : {}) },
        verdicts: Number(verdicts),
        nff: Number(nff),
        share: Number(nff) / Number(verdicts),
        ci_low: interval?.low ?? 0,
        ci_high: interval?.high ?? 1,
      };
    })
    .sort((a, b) => b.ci_low - a.ci_low || b.verdicts - a.verdicts);
}

export interface RepeatRow {
  readonly unit_id: string;
  readonly serial: string;
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
    select x.unit_id as unit_id, u.serial as serial, m.code as model, count(*) as returns, min(x.failed_day) as first_day, max(x.failed_day) as last_day,
      sum(case when x.finding = 'confirmed' then 1 else 0 end) as confirmed, sum(case when x.finding = 'nff' then 1 else 0 end) as nff
    from quality_failures x join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id join units u on u.id = x.unit_id
    where x.failed_day >= ${sql.lit(from)} and x.failed_day < ${sql.lit(to)} ${whereCohort(filter)}
    group by x.unit_id, u.serial, m.code having count(*) >= 2 order by count(*) desc, x.unit_id limit ${sql.lit(MOST_REPEATS)}`.execute(ctx.db);
  return rows.rows.map((row) => ({
    unit_id: String(row.unit_id),
    serial: String(row.serial),
    model: String(row.model),
    returns: Number(row.returns),
    confirmed: Number(row.confirmed),
    nff: Number(row.nff),
    days_between: Math.round((Number(row.last_day) - Number(row.first_day)) / (Number(row.returns) - 1)),
  }));
}
