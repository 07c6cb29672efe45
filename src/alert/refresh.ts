// Keeps incidents true after they were raised: units that showed the signal since, and the first report and return, so that lead times are known.
import { allow } from '../core/actor.ts';
import { addDays } from '../core/time.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';
import { firstConsequences, listExcesses } from './incident.ts';
import { isLive } from './lifecycle.ts';
import { tellPages } from './live.ts';
import { evidenceOf } from './queries.ts';
import type { AlertRow, SignalDayRow } from './table.ts';

/** Incidents are followed this long after they were raised. */
const FOLLOWED_DAYS = 365;

/** Returns the ids of the incidents that changed. Cost: the excess days of the incidents of a year. */
export async function refreshIncidents(ctx: Ctx): Promise<string[]> {
  allow(ctx, 'alert:write');
  const alerts = await ctx.db
    .selectFrom('alerts')
    .selectAll()
    .where('kind', '=', 'cohort')
    .where('state', '<>', 'dismissed')
    .where('raised_on', '>=', addDays(today(ctx), -FOLLOWED_DAYS))
    .execute();
  const changed: string[] = [];
  for (const alert of alerts) if (await refreshIncident(ctx, alert)) changed.push(alert.id);
  return changed;
}

/** Most nights nothing changed: that is seen without a transaction. */
async function refreshIncident(ctx: Ctx, alert: AlertRow): Promise<boolean> {
  const { cohort } = evidenceOf(alert);
  const { model_id } = alert;
  if (cohort === undefined || model_id === null) return false;
  const rows = await listExcesses(ctx, { model_id, signal: alert.signal, cohort, started_on: alert.started_on });
  const more = isLive(alert.state) ? await notYetAffected(ctx, alert.id, rows) : [];
  const first = await firstConsequences(ctx, rows, alert.started_on);
  const same = first.first_report_on === alert.first_report_on && first.first_return_on === alert.first_return_on;
  if (same && more.length === 0) return false;
  return transaction(ctx, async (ctx) => {
    allow(ctx, 'alert:write');
    await addAffected(ctx, alert.id, more);
    if (!same) await ctx.db.updateTable('alerts').set(first).where('id', '=', alert.id).execute();
    await remember(ctx, {
      action: 'alert.followed',
      record_kind: 'alert',
      record_id: alert.id,
      change: {
        newly_affected: more.length,
        first_report_on: [alert.first_report_on, first.first_report_on],
        first_return_on: [alert.first_return_on, first.first_return_on],
      },
    });
    ctx.afterCommit(() => tellPages(alert.id));
    return true;
  });
}

async function notYetAffected(ctx: Ctx, alert_id: string, rows: readonly SignalDayRow[]): Promise<string[]> {
  const known = await ctx.db.selectFrom('alert_units').select('unit_id').where('alert_id', '=', alert_id).where('role', '=', 'affected').execute();
  const affected = new Set(known.map((row) => row.unit_id));
  return [...new Set(rows.map((row) => row.unit_id))].filter((unit_id) => !affected.has(unit_id));
}

/** Units at risk that showed the signal have become affected; units new to the cohort join. */
const addAffected = (ctx: Ctx, alert_id: string, unit_ids: readonly string[]): Promise<void> =>
  insertMany(
    ctx.db,
    'alert_units',
    unit_ids.map((unit_id) => ({ alert_id, unit_id, role: 'affected' as const })),
    'on conflict (alert_id, unit_id) do update set role = excluded.role',
  );
