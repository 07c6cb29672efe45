// The next customers at risk: units of a cohort that serve, have not failed and are not being swapped, with who to call.
import { type SelectQueryBuilder, sql } from 'kysely';
import { type Cohort, inCohorts } from '../claim/cohort.ts';
import { staffOnly } from '../core/actor.ts';
import { invalid } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import type { Tables } from '../db/tables.ts';

export interface UnitAtRisk {
  readonly unit_id: string;
  readonly serial: string;
  readonly model_id: string;
  readonly model_code: string;
  readonly hw_rev: string | null;
  readonly batch_code: string | null;
  readonly firmware: string | null;
  readonly in_service_since_on: string;
  readonly customer_id: string | null;
  readonly customer_name: string | null;
  readonly contact_name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly site_id: string | null;
  readonly site_name: string | null;
  readonly address: string | null;
  readonly partner_name: string | null;
}

/** Longest in service first: age brings most failures. Cost: one page of the cohorts' open service intervals. */
export function listAtRisk(ctx: Ctx, cohorts: readonly Cohort[], request: PageRequest): Promise<Page<UnitAtRisk>> {
  staffOnly(ctx);
  const query = atRisk(ctx)
    .where(inCohorts(cohorts))
    .innerJoin('models', 'models.id', 'units.model_id')
    .leftJoin('batches', 'batches.id', 'units.batch_id')
    .leftJoin('firmwares', 'firmwares.id', 'units.firmware_id')
    .leftJoin('sites', 'sites.id', 'service_intervals.site_id')
    .leftJoin('customers', 'customers.id', 'service_intervals.customer_id')
    .leftJoin('partners', 'partners.id', 'units.partner_id')
    .select([
      'units.id as unit_id',
      'units.serial',
      'units.model_id',
      'models.code as model_code',
      'units.hw_rev',
      'batches.code as batch_code',
      'firmwares.code as firmware',
      'service_intervals.from_on as in_service_since_on',
      'customers.id as customer_id',
      'customers.name as customer_name',
      'customers.contact_name',
      'customers.email',
      'customers.phone',
      'sites.id as site_id',
      'sites.name as site_name',
      'sites.address',
      'partners.name as partner_name',
    ]);
  return listPage(
    query,
    { ...request, sort: request.sort ?? 'in_service_since_on' },
    { in_service_since_on: 'service_intervals.from_on', serial: 'units.serial_key' },
    'units.id',
  );
}

/** The cohorts an investigation suspects, or the one asked for. Throws `invalid` when neither is named. */
export async function cohortsAsked(
  ctx: Ctx,
  asked: { readonly investigation_id?: string | undefined } & Partial<Record<keyof Cohort, string | undefined>>,
): Promise<Cohort[]> {
  if (asked.investigation_id !== undefined) {
    return ctx.db
      .selectFrom('investigation_cohorts')
      .select(['model_id', 'hw_rev', 'batch_id', 'firmware_id'])
      .where('investigation_id', '=', asked.investigation_id)
      .orderBy('id')
      .execute();
  }
  if (asked.model_id === undefined) throw invalid('model_id', ['Name an investigation or a model', '調査または機種を指定してください']);
  return [{ model_id: asked.model_id, hw_rev: asked.hw_rev ?? null, batch_id: asked.batch_id ?? null, firmware_id: asked.firmware_id ?? null }];
}

/** How many of the cohorts are at risk. */
export async function countAtRisk(ctx: Ctx, cohorts: readonly Cohort[]): Promise<number> {
  const row = await atRisk(ctx)
    .where(inCohorts(cohorts))
    .select((of) => of.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

/** Of the given units those at risk, in the order given. */
export async function findAtRisk(ctx: Ctx, unit_ids: readonly string[]) {
  const rows = await atRisk(ctx)
    .select(['units.id', 'units.model_id', 'units.serial', 'service_intervals.customer_id'])
    .where('units.id', 'in', unit_ids.length > 0 ? [...unit_ids] : [''])
    .execute();
  return unit_ids.flatMap((id) => rows.find((row) => row.id === id) ?? []);
}

type Serving = SelectQueryBuilder<Tables, 'units' | 'service_intervals', object>;

// Not failed: no open return, and none confirmed since this service began. Not swapped: no successor, and no replacement under way.
const atRisk = (ctx: Ctx): Serving =>
  ctx.db
    .selectFrom('units')
    .innerJoin('service_intervals', 'service_intervals.unit_id', 'units.id')
    .where('service_intervals.to_on', 'is', null)
    .where('units.merged_into_id', 'is', null)
    .where('units.removed_at', 'is', null)
    .where(sql<boolean>`not exists (select 1 from return_units where return_units.unit_id = units.id and (return_units.state in ('expected','received','inspecting','dispositioned')
      or (return_units.verdict = 'confirmed' and coalesce(return_units.failed_on, return_units.returned_on, '9999-12-31') >= service_intervals.from_on)))`)
    .where(sql<boolean>`not exists (select 1 from units successors where successors.predecessor_id = units.id)`);
