// What failures under warranty cost, where unit costs are known: in the period, and to be expected in the next twelve months at the shrunken rate.
import { sql } from 'kysely';
import { groupBy } from '../core/groupBy.ts';
import { addDays, daysBetween } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { whereCohort } from './cohortSql.ts';
import { countBeforeReading } from './count.ts';
import type { CohortFilter } from './inputs.ts';
import type { Period } from './period.ts';
import { listRateGroups } from './rateGroups.ts';
import { rateGroups } from './rates.ts';

export interface CostRow {
  readonly maker: string;
  readonly model: string;
  readonly unit_cost: number;
  readonly currency: string | null;
  /** Confirmed failures of the period the maker pays for, and those we do. */
  readonly maker_failures: number;
  readonly own_failures: number;
  readonly maker_cost: number;
  readonly own_cost: number;
  readonly units_in_warranty: number;
  /** Months still under our warranty within the next twelve, of all units, × the shrunken rate × unit cost; null without a rate. */
  readonly expected_cost_12_months: number | null;
}

/** Models with a unit cost, the largest cost first. */
export async function listWarrantyCosts(ctx: Ctx, filter: CohortFilter, period: Period): Promise<CostRow[]> {
  await countBeforeReading(ctx);
  const rates = new Map(
    rateGroups(await listRateGroups(ctx, ['model'], filter, period), 'confirmed').rows.map(({ group, rates }) => [group.key.model_id, rates().shrunken_rate]),
  );
  const costs = await sql<Record<string, string | number | null>>`
    select makers.code as maker, m.code as model, m.id as model_id, m.unit_cost as unit_cost, m.currency as currency,
      sum(case when r.coverage = 'maker' then 1 else 0 end) as maker_failures, sum(case when r.coverage is not null and r.coverage not in ('maker', 'paid') then 1 else 0 end) as own_failures
    from models m join makers on makers.id = m.maker_id
      left join quality_cohorts c on c.model_id = m.id and c.kind = 'cell'
      left join quality_failures x on x.cohort_id = c.id and x.finding = 'confirmed' and x.failed_day >= ${sql.lit(period.from)} and x.failed_day < ${sql.lit(period.to)}
      left join return_units r on r.id = x.return_unit_id
    where m.unit_cost is not null ${whereCohort(filter)} group by makers.code, m.code, m.id, m.unit_cost, m.currency`.execute(ctx.db);
  const covered = await coveredUnits(ctx);
  return costs.rows
    .map((row): CostRow => {
      const unit_cost = Number(row.unit_cost);
      const { units, months } = covered.get(String(row.model_id)) ?? NO_UNITS;
      const rate = rates.get(String(row.model_id)) ?? null;
      return {
        maker: String(row.maker),
        model: String(row.model),
        unit_cost,
        currency: row.currency === null ? null : String(row.currency),
        maker_failures: Number(row.maker_failures),
        own_failures: Number(row.own_failures),
        maker_cost: Number(row.maker_failures) * unit_cost,
        own_cost: Number(row.own_failures) * unit_cost,
        units_in_warranty: units,
        expected_cost_12_months: rate === null ? null : (months * rate * unit_cost) / 1000,
      };
    })
    .sort((a, b) => b.own_cost + b.maker_cost - a.own_cost - a.maker_cost || (b.expected_cost_12_months ?? 0) - (a.expected_cost_12_months ?? 0));
}

interface Covered {
  readonly units: number;
  readonly months: number;
}

const NO_UNITS: Covered = { units: 0, months: 0 };
const YEAR_DAYS = 365;

/** Units under our own warranty today by model, and how many months of the coming year it still holds for them. */
async function coveredUnits(ctx: Ctx): Promise<Map<string, Covered>> {
  const now = today(ctx);
  const beyond = addDays(now, YEAR_DAYS);
  const { rows } = await sql<{ model_id: string; ends_on: string; units: number }>`
    select model_id, ends_on, count(*) as units from (
      select u.model_id as model_id, case when u.own_warranty_ends_on > ${beyond} then ${beyond} else u.own_warranty_ends_on end as ends_on
      from units u join models m on m.id = u.model_id
      where m.unit_cost is not null and u.own_warranty_ends_on >= ${now} and u.merged_into_id is null
    ) covered group by model_id, ends_on`.execute(ctx.db);
  return new Map(
    [...groupBy(rows, (row) => row.model_id)].map(([model_id, ends]) => [
      model_id,
      {
        units: ends.reduce((sum, { units }) => sum + Number(units), 0),
        // The last covered day counts.
        months: ends.reduce((sum, { ends_on, units }) => sum + (Number(units) * Math.min(YEAR_DAYS, daysBetween(now, ends_on) + 1)) / (YEAR_DAYS / 12), 0),
      },
    ]),
  );
}
