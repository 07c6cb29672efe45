// What a case sees of a unit, on one page: how it is, where it hangs, what covers it, and what happened to others like it.
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import { findWarranty } from '../returns/newUnit.ts';
import { countLookalikes, listAlertsOf } from './lookalikes.ts';
import type { CaseRow } from './table.ts';

export type UnitPanel = NonNullable<Awaited<ReturnType<typeof findUnitPanel>>>;

/** Undefined when the actor may not see the unit. */
export async function findUnitPanel(ctx: Ctx, unit_id: string) {
  const unit = await ctx.db.selectFrom('units').$call(seenBy(ctx, 'units.partner_id')).selectAll('units').where('units.id', '=', unit_id).executeTakeFirst();
  if (unit === undefined) return undefined;
  const place = await ctx.db
    .selectFrom('service_intervals')
    .leftJoin('sites', 'sites.id', 'service_intervals.site_id')
    .select([
      'sites.name as site_name',
      'sites.address',
      'service_intervals.mounting',
      'service_intervals.power',
      'service_intervals.network',
      'service_intervals.from_on',
    ])
    .where('service_intervals.unit_id', '=', unit_id)
    .orderBy('service_intervals.from_on', 'desc')
    .executeTakeFirst();
  const names = await ctx.db
    .selectFrom('models')
    .leftJoin('batches', (join) => join.on('batches.id', '=', unit.batch_id))
    .leftJoin('firmwares', (join) => join.on('firmwares.id', '=', unit.firmware_id))
    .select(['models.code as model_code', 'models.name as model_name', 'batches.code as batch_code', 'firmwares.code as firmware_code'])
    .where('models.id', '=', unit.model_id)
    .executeTakeFirst();
  const device = await ctx.db
    .selectFrom('devices')
    .leftJoin('device_states', 'device_states.device_no', 'devices.device_no')
    .select(['devices.device_id', 'devices.firmware', 'devices.online_at', 'devices.offline_at', 'devices.last_seen_at'])
    .select([
      'device_states.reported_at',
      'device_states.temp_c',
      'device_states.sd_state',
      'device_states.sd_wear_pct',
      'device_states.rec_state',
      'device_states.rssi_dbm',
      'device_states.vin_mv',
      'device_states.reboot',
      'device_states.uptime_s',
    ])
    .where('devices.unit_id', '=', unit_id)
    .executeTakeFirst();
  return {
    unit,
    place,
    names,
    device,
    warranty: await findWarranty(ctx, unit),
    returns: await listReturnsOf(ctx, unit_id),
    issues: await listIssuesOf(ctx, unit),
    alerts: await listAlertsOf(ctx, unit_id),
    lookalikes: await countLookalikes(ctx, unit),
  };
}

const listReturnsOf = (ctx: Ctx, unit_id: string) =>
  ctx.db
    .selectFrom('return_units')
    .innerJoin('returns', 'returns.id', 'return_units.return_id')
    .$call(seenBy(ctx, 'return_units.partner_id'))
    .select(['returns.id', 'returns.number', 'returns.type', 'return_units.state', 'return_units.verdict', 'returns.filed_on'])
    .where('return_units.unit_id', '=', unit_id)
    .orderBy('returns.filed_on', 'desc')
    .limit(20)
    .execute();

/** Known issues one of whose cohorts holds the unit, the published ones first. */
const listIssuesOf = (ctx: Ctx, unit: { model_id: string; hw_rev: string | null; batch_id: string | null; firmware_id: string | null }) =>
  ctx.db
    .selectFrom('known_issues')
    .innerJoin('known_issue_cohorts', 'known_issue_cohorts.known_issue_id', 'known_issues.id')
    .distinct()
    .select([
      'known_issues.id',
      'known_issues.number',
      'known_issues.title_en',
      'known_issues.title_ja',
      'known_issues.workaround_en',
      'known_issues.workaround_ja',
      'known_issues.state',
      'known_issues.fixed_in',
    ])
    .where('known_issues.state', 'in', ctx.actor.partner_id === null ? ['draft', 'published', 'fixed'] : ['published', 'fixed'])
    .where('known_issue_cohorts.model_id', '=', unit.model_id)
    .where((where) =>
      where.and(
        (['hw_rev', 'batch_id', 'firmware_id'] as const).map((field) =>
          where.or([where(`known_issue_cohorts.${field}`, 'is', null), where(`known_issue_cohorts.${field}`, '=', unit[field])]),
        ),
      ),
    )
    .orderBy('known_issues.number')
    .limit(20)
    .execute();

/** Solved cases of the same model, the same category first, then the latest: what helped others. */
export async function listSimilar(
  ctx: Ctx,
  row: CaseRow,
  model_id: string | null,
): Promise<{ id: string; number: string; subject: string; solution: string | null; solved_at: number | null; same_category: boolean }[]> {
  if (model_id === null && row.category_id === null) return [];
  const rows = await ctx.db
    .selectFrom('cases')
    .innerJoin('case_measures', 'case_measures.case_id', 'cases.id')
    .$call(seenBy(ctx, 'cases.partner_id'))
    .select(['cases.id', 'cases.number', 'cases.subject', 'cases.solution', 'cases.solved_at', 'cases.category_id', 'case_measures.model_id'])
    .where('cases.id', '<>', row.id)
    .where('cases.solved_at', 'is not', null)
    .where('cases.solution', 'is not', null)
    .where((where) =>
      where.or([
        ...(model_id === null ? [] : [where('case_measures.model_id', '=', model_id)]),
        ...(row.category_id === null ? [] : [where('cases.category_id', '=', row.category_id)]),
      ]),
    )
    .orderBy('cases.solved_at', 'desc')
    .limit(200)
    .execute();
  const score = (found: (typeof rows)[number]): number =>
    (found.model_id === model_id && model_id !== null ? 1 : 0) + (found.category_id === row.category_id && row.category_id !== null ? 2 : 0);
  return rows
    .sort((a, b) => score(b) - score(a))
    .slice(0, 8)
    .map(({ category_id, model_id: _model, ...found }) => ({ ...found, same_category: row.category_id !== null && category_id === row.category_id }));
}
