// The raw figures of a failure-rate table: device-days, units and findings per group, from running totals where they can, from spans where they must.
import { type RawBuilder, sql } from 'kysely';
import { groupBy } from '../core/groupBy.ts';
import type { Ctx } from '../db/ctx.ts';
import { AGE_BANDS } from './ageBands.ts';
import { groupKeys, keyNames, selectKeys, whereCohort, whereFinding, whereSite } from './cohortSql.ts';
import { type Findings, type GroupKey, keyOf, type RateGroup, type Row, textOf } from './groups.ts';
import type { CohortFilter, Dimension } from './inputs.ts';
import type { Period } from './period.ts';
import { listFromTotals, totalsKind } from './totalGroups.ts';

/** One row per group with exposure or failures in the period. Cut by failure mode or component, the exposure is the whole cohort's. */
export async function listRateGroups(ctx: Ctx, by: readonly Dimension[], filter: CohortFilter, period: Period): Promise<RateGroup[]> {
  const cohortBy = by.filter((dimension) => dimension !== 'failure_mode' && dimension !== 'component');
  if (cohortBy.length === by.length && filter.failure_mode === undefined && filter.component === undefined) return listCohorts(ctx, by, filter, period);
  const cohorts = await listCohorts(ctx, cohortBy, filter, period);
  const failures = await listFailures(ctx, by, filter, period);
  const names = keyNames(cohortBy);
  const exposed = new Map(cohorts.map((cohort) => [textOf(cohort.key, names), cohort]));
  if (cohortBy.length === by.length) {
    const found = new Map(failures.map((group) => [textOf(group.key, names), group]));
    return cohorts.map((cohort) => ({
      ...cohort,
      ...NO_FINDINGS,
      ...found.get(textOf(cohort.key, names)),
      units: cohort.units,
      exposure_days: cohort.exposure_days,
      key: cohort.key,
    }));
  }
  return failures.map((group) => {
    const cohort = exposed.get(textOf(group.key, names));
    return { ...group, units: cohort?.units ?? 0, exposure_days: cohort?.exposure_days ?? 0 };
  });
}

const NO_FINDINGS: Findings = { confirmed: 0, nff: 0, untriaged: 0, other: 0 };

// Running totals know a model, and a model by one more dimension; everything finer is added up from spans and failures.
async function listCohorts(ctx: Ctx, by: readonly Dimension[], filter: CohortFilter, period: Period): Promise<RateGroup[]> {
  const kind = totalsKind(by, filter);
  if (kind !== null) return listFromTotals(ctx, kind, by, filter, period);
  const names = keyNames(by);
  const groups = new Map(
    (await listExposure(ctx, by, filter, period)).map((group): [string, RateGroup] => [textOf(group.key, names), { ...group, ...NO_FINDINGS }]),
  );
  for (const failed of await listFailures(ctx, by, filter, period)) {
    const text = textOf(failed.key, names);
    groups.set(text, { ...failed, units: groups.get(text)?.units ?? 0, exposure_days: groups.get(text)?.exposure_days ?? 0 });
  }
  return [...groups.values()];
}

/** A scan of the spans in question: for dimensions without running totals (site, age) and for crossings of two of the others. */
async function listExposure(
  ctx: Ctx,
  by: readonly Dimension[],
  filter: CohortFilter,
  period: Period,
): Promise<{ key: GroupKey; units: number; exposure_days: number }[]> {
  const banded = by.includes('age_band') || filter.age_band !== undefined;
  const low = banded ? later(sql`x.from_day`, later(sql.lit(period.from), sql`x.first_day + band.low`)) : later(sql`x.from_day`, sql.lit(period.from));
  const end = sql`coalesce(x.to_day, ${sql.lit(period.to)})`;
  const high = banded ? earlier(end, earlier(sql.lit(period.to), sql`x.first_day + band.high`)) : earlier(end, sql.lit(period.to));
  const names = keyNames(by);
  const rows = await sql<Row>`
    select ${sql.raw(names.map((name) => `${name}, `).join(''))} sum(high - low) as exposure_days, count(distinct unit_id) as units from (
      select x.unit_id as unit_id, ${low} as low, ${high} as high ${by.length === 0 ? sql`` : sql`, ${selectKeys(by)}`}
      from quality_spans x join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id ${banded ? joinBands(sql`1 = 1`, filter) : sql``}
      where x.from_day < ${sql.lit(period.to)} and (x.to_day is null or x.to_day > ${sql.lit(period.from)}) ${whereCohort(filter)} ${whereSite(filter)}
    ) pieces where high > low ${by.length === 0 ? sql`` : sql.raw(`group by ${names.join(', ')}`)}`.execute(ctx.db);
  return rows.rows.map((row) => ({ key: keyOf(row, names), units: Number(row.units ?? 0), exposure_days: Number(row.exposure_days ?? 0) }));
}

async function listFailures(ctx: Ctx, by: readonly Dimension[], filter: CohortFilter, { from, to }: Period): Promise<RateGroup[]> {
  const banded = by.includes('age_band') || filter.age_band !== undefined;
  const keyList = by.length === 0 ? sql`` : sql`${selectKeys(by)}, `;
  const rows = await sql<Row>`
    select ${keyList} x.finding as finding, count(*) as failures
    from quality_failures x join quality_cohorts c on c.id = x.cohort_id join models m on m.id = c.model_id
      ${banded ? joinBands(sql`x.age_days >= band.low and x.age_days < band.high`, filter) : sql``}
    where x.failed_day >= ${sql.lit(from)} and x.failed_day < ${sql.lit(to)} ${whereCohort(filter)} ${whereSite(filter)} ${whereFinding(filter)}
    group by ${by.length === 0 ? sql`` : sql`${groupKeys(by)}, `} x.finding`.execute(ctx.db);
  const names = keyNames(by);
  return [...groupBy(rows.rows, (row) => textOf(keyOf(row, names), names)).values()].map((found) => {
    const count = (finding: string): number => Number(found.find((row) => row.finding === finding)?.failures ?? 0);
    return {
      key: keyOf(found[0] ?? {}, names),
      units: 0,
      exposure_days: 0,
      confirmed: count('confirmed'),
      nff: count('nff'),
      untriaged: count('untriaged'),
      other: count('other'),
    };
  });
}

function joinBands(on: RawBuilder<unknown>, filter: CohortFilter): RawBuilder<unknown> {
  const bands = AGE_BANDS.filter((band) => filter.age_band === undefined || band.code === filter.age_band);
  const rows = bands.map((band) => sql`select ${sql.lit(band.code)} as code, ${sql.lit(band.low)} as low, ${sql.lit(band.high)} as high`);
  const none = sql`select '' as code, 0 as low, 0 as high`;
  return sql`join (${rows.length === 0 ? none : sql.join(rows, sql` union all `)}) band on ${on}`;
}

const later = (a: RawBuilder<unknown>, b: RawBuilder<unknown>): RawBuilder<unknown> => sql`(case when ${a} > ${b} then ${a} else ${b} end)`;
const earlier = (a: RawBuilder<unknown>, b: RawBuilder<unknown>): RawBuilder<unknown> => sql`(case when ${a} < ${b} then ${a} else ${b} end)`;
