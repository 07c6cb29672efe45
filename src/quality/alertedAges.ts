// Ages of a model's units in service, those under an open alert apart: they are expected to fail as many times as often as the alert found its signal.
import { sql } from 'kysely';
import { z } from 'zod';
import { dayNumber } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import type { AgeGroup } from '../stats/forecast.ts';

/** What an alert's evidence says of its best window: how many times the usual rate. */
const Evidence = z.object({ ratio: z.number() });

/** `hazard` is the alert's rate ratio for affected and at-risk units, missing for the others and where the ratio is not above 1. */
export async function listAgesUnderAlert(ctx: Ctx, model_id: string): Promise<AgeGroup[]> {
  const now = dayNumber(today(ctx));
  const alert = await ctx.db
    .selectFrom('alerts')
    .select(['id', 'evidence'])
    .where('model_id', '=', model_id)
    .where('kind', '=', 'cohort')
    // A cohort that is merely watched says too little yet to order stock by.
    .where('level', '<>', 'watch')
    .where('state', 'in', ['open', 'acknowledged', 'investigating'])
    .executeTakeFirst();
  const rows = await sql<{ first_day: number; alerted: number; units: number }>`
    select first_day, alerted, count(*) as units from (
      select x.first_day as first_day, case when a.unit_id is null then 0 else 1 end as alerted
      from quality_spans x join quality_cohorts c on c.id = x.cohort_id left join alert_units a on a.alert_id = ${alert?.id ?? ''} and a.unit_id = x.unit_id
      where c.model_id = ${model_id} and x.from_day <= ${sql.lit(now)} and (x.to_day is null or x.to_day > ${sql.lit(now)})
    ) serving group by first_day, alerted`.execute(ctx.db);
  const hazard = alert === undefined ? 1 : ratioOf(alert.evidence);
  return rows.rows.map(({ first_day, alerted, units }) => ({
    age: now - Number(first_day) + 1,
    units: Number(units),
    ...(Number(alerted) === 1 && hazard > 1 ? { hazard } : {}),
  }));
}

function ratioOf(evidence: string): number {
  const found = Evidence.safeParse(JSON.parse(evidence));
  return found.success ? found.data.ratio : 1;
}
