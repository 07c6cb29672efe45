// The size of a problem: units, exposure, returns by verdict, the confirmed rate with its interval. Frozen at opening, shown live beside.

import { type Cohort, inCohorts } from '../claim/cohort.ts';
import { type CohortReturn, exposureDays, listReturns, listService } from '../claim/exposure.ts';
import { withDescendants } from '../claim/modes.ts';
import { addDays } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { countChanges } from '../quality/count.ts';
import { findingOf } from '../quality/spans.ts';
import type { Finding } from '../quality/table.ts';
import { garwoodInterval } from '../stats/poissonInterval.ts';
import type { LinkInput } from './inputs.ts';

export interface ProblemNumbers {
  readonly as_of_on: string;
  readonly units: number;
  readonly in_service: number;
  readonly customers: number;
  readonly exposure_days: number;
  readonly returned: number;
  readonly confirmed: number;
  readonly nff: number;
  readonly untriaged: number;
  readonly cases: number;
  readonly alerts: number;
  readonly rate_per_1000_device_months: number | null;
  readonly ci_low: number | null;
  readonly ci_high: number | null;
}

export interface Scope {
  readonly cohorts: readonly Cohort[];
  readonly links: readonly LinkInput[];
}

const DAYS_PER_MONTH = 30.4375;

/** Numbers of the cohorts up to and with today, as every failure-rate table counts them; narrowed to the linked failure modes when there are any. Without a cohort the rate is unknown, and units and returns are those linked. */
export async function problemNumbers(ctx: Ctx, scope: Scope): Promise<ProblemNumbers> {
  const as_of_on = today(ctx);
  await countChanges(ctx);
  const of = (kind: LinkInput['kind']): string[] => scope.links.filter((link) => link.kind === kind).map((link) => link.record_id);
  const modes = await withDescendants(ctx, of('failure_mode'));
  const placed = await countUnits(ctx, scope.cohorts, of('unit'));
  const exposure = scope.cohorts.length === 0 ? 0 : exposureDays(await listService(ctx, scope.cohorts, addDays(as_of_on, 1)));
  const returns = await countReturns(ctx, scope, modes, of('return_unit'));
  return {
    as_of_on,
    ...placed,
    exposure_days: exposure,
    ...returns,
    cases: of('case').length,
    alerts: of('alert').length,
    ...confirmedRate(returns.confirmed, exposure),
  };
}

/** Failures per 1,000 device-months with Garwood's exact 95 % limits; null without exposure. */
export function confirmedRate(failures: number, exposure_days: number): Pick<ProblemNumbers, 'rate_per_1000_device_months' | 'ci_low' | 'ci_high'> {
  if (exposure_days <= 0) return { rate_per_1000_device_months: null, ci_low: null, ci_high: null };
  const scale = (1000 * DAYS_PER_MONTH) / exposure_days;
  const { low, high } = garwoodInterval(failures);
  return { rate_per_1000_device_months: failures * scale, ci_low: low * scale, ci_high: high * scale };
}

async function countUnits(
  ctx: Ctx,
  cohorts: readonly Cohort[],
  unit_ids: readonly string[],
): Promise<{ units: number; in_service: number; customers: number }> {
  const query = ctx.db
    .selectFrom('units')
    .leftJoin('service_intervals', (join) => join.onRef('service_intervals.unit_id', '=', 'units.id').on('service_intervals.to_on', 'is', null))
    .where('units.merged_into_id', 'is', null);
  const scoped = cohorts.length > 0 ? query.where(inCohorts(cohorts)) : query.where('units.id', 'in', unit_ids.length > 0 ? [...unit_ids] : ['']);
  const row = await scoped
    .select((of) => [
      of.fn.count<number>('units.id').as('units'),
      of.fn.count<number>('service_intervals.unit_id').as('in_service'),
      of.fn.count<number>('service_intervals.customer_id').distinct().as('customers'),
    ])
    .executeTakeFirstOrThrow();
  return { units: Number(row.units), in_service: Number(row.in_service), customers: Number(row.customers) };
}

async function countReturns(
  ctx: Ctx,
  scope: Scope,
  modes: readonly string[],
  linked: readonly string[],
): Promise<{ returned: number; confirmed: number; nff: number; untriaged: number }> {
  const findings =
    scope.cohorts.length > 0
      ? (await listReturns(ctx, scope.cohorts, addDays(today(ctx), 1))).filter((row) => concerns(row, modes)).map((row) => row.finding)
      : await linkedFindings(ctx, linked);
  const count = (wanted: Finding): number => findings.filter((finding) => finding === wanted).length;
  return { returned: findings.length, confirmed: count('confirmed'), nff: count('nff'), untriaged: count('untriaged') };
}

// A return without a failure mode yet may still turn out to be one of these; one with another mode is not.
const concerns = (row: CohortReturn, modes: readonly string[]): boolean =>
  modes.length === 0 || row.failure_mode_id === null || modes.includes(row.failure_mode_id);

const linkedFindings = async (ctx: Ctx, ids: readonly string[]): Promise<Finding[]> =>
  ids.length === 0
    ? []
    : (
        await ctx.db
          .selectFrom('return_units')
          .select('verdict')
          .where('id', 'in', [...ids])
          .execute()
      ).map((row) => findingOf(row.verdict));
