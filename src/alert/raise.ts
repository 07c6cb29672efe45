// Raises an alert, or brings the live one of the model up to date; one incident per model, one for the platform.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { addDays, type Day } from '../core/time.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';
import { type AlertEvidence, type Share, sharesOf } from './evidence.ts';
import { firstConsequences, listExcesses, unitsOf } from './incident.ts';
import { liveStates } from './lifecycle.ts';
import { tellPages } from './live.ts';
import { mailAlert } from './mail.ts';
import type { Past } from './past.ts';
import type { StatisticsWithout } from './queries.ts';
import { isNewIncident, PLATFORM_FACTOR } from './rules.ts';
import type { AlertRow, SignalDayRow, SignalRow } from './table.ts';

export interface Found {
  readonly model_id: string;
  readonly statistic: number;
  readonly threshold: number;
  readonly level: AlertRow['level'];
  readonly evidence: AlertEvidence;
  readonly statisticWithout: (days: readonly Day[]) => number;
}

/** How the incident spreads, and what would be left of it without its loudest device and its loudest site. */
function sharesWith(found: Found, rows: readonly SignalDayRow[]): Share & StatisticsWithout {
  const shares = sharesOf(rows);
  const daysOf = (some: readonly SignalDayRow[]): Day[] => [...new Set(some.map((row) => row.day_on))];
  return {
    ...shares,
    without_top_device: found.statisticWithout(daysOf(rows.filter((row) => row.unit_id === shares.top_unit_id))),
    without_top_site: found.statisticWithout(rows.filter((row) => row.site_id !== null && row.site_id === shares.top_site_id).map((row) => row.day_on)),
  };
}

/** Days are written as days: their places count from the first day of this scan. */
function evidenceText({ first_on }: Pick<Past, 'first_on'>, found: Found, rows: readonly SignalDayRow[]): string {
  const { crossed_day, ...evidence } = found.evidence;
  return JSON.stringify({
    ...evidence,
    ...(crossed_day === undefined ? {} : { crossed_on: addDays(first_on, crossed_day) }),
    chart_from_on: addDays(first_on, evidence.chart.first_day),
    shares: sharesWith(found, rows),
  });
}

/** Returns the id of a new alert, null when a live one was brought up to date or the cohort is not armed. */
export async function raiseAlert(ctx: Ctx, past: Pick<Past, 'first_on'>, found: Found, day_on: Day): Promise<string | null> {
  allow(ctx, 'alert:write');
  return transaction(ctx, async (ctx) => {
    const last = await ctx.db.selectFrom('alerts').selectAll().where('model_id', '=', found.model_id).orderBy('id', 'desc').limit(1).executeTakeFirst();
    const cohort = await cohortColumns(ctx, found);
    if (last !== undefined && !isNewIncident(day_on, cohort, last)) {
      await update(ctx, past, last, found, day_on);
      return null;
    }
    const started_on = addDays(past.first_on, found.evidence.start_day);
    const rows = await listExcesses(ctx, { model_id: found.model_id, signal: found.evidence.signal, cohort: found.evidence.cohort, started_on });
    const alert: AlertRow = {
      id: newId(ctx.now),
      kind: 'cohort',
      model_id: found.model_id,
      ...cohort,
      signal: found.evidence.signal,
      state: 'open',
      level: found.level,
      raised_on: day_on,
      started_on,
      last_above_on: day_on,
      statistic: found.statistic,
      threshold: found.threshold,
      evidence: evidenceText(past, found, rows),
      ...(await firstConsequences(ctx, rows, started_on)),
      silenced_at: (await isSilenced(ctx, found.model_id, found.evidence.signal, day_on)) ? ctx.now : null,
      acknowledged_by: null,
      acknowledged_at: null,
      investigation_id: null,
      closed_by: null,
      closed_at: null,
      reason: null,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('alerts').values(alert).execute();
    await insertMany(ctx.db, 'alert_units', await unitsOf(ctx, alert, rows));
    await tell(ctx, alert, found.evidence);
    return alert.id;
  });
}

/** The platform, not the models: one incident while the fleet-wide factor of a network signal is high. */
export async function raisePlatformAlert(ctx: Ctx, signal: SignalRow, factor: number, day_on: Day): Promise<string | null> {
  allow(ctx, 'alert:write');
  return transaction(ctx, async (ctx) => {
    const live = await ctx.db.selectFrom('alerts').select(['id']).where('kind', '=', 'platform').where('state', 'in', liveStates).executeTakeFirst();
    if (live !== undefined) {
      await ctx.db.updateTable('alerts').set({ last_above_on: day_on, updated_at: ctx.now }).where('id', '=', live.id).execute();
      await remember(ctx, { action: 'alert.continued', record_kind: 'alert', record_id: live.id, change: { signal: signal.code, factor } });
      return null;
    }
    const alert: AlertRow = {
      id: newId(ctx.now),
      kind: 'platform',
      model_id: null,
      hw_rev: null,
      batch_id: null,
      firmware_id: null,
      signal: signal.code,
      state: 'open',
      level: 'act_now',
      raised_on: day_on,
      started_on: day_on,
      last_above_on: day_on,
      statistic: factor,
      threshold: PLATFORM_FACTOR,
      evidence: JSON.stringify({ signal: signal.code, fleet_factor: factor }),
      first_report_on: null,
      first_return_on: null,
      silenced_at: null,
      acknowledged_by: null,
      acknowledged_at: null,
      investigation_id: null,
      closed_by: null,
      closed_at: null,
      reason: null,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('alerts').values(alert).execute();
    await tell(ctx, alert, null);
    return alert.id;
  });
}

/** A live platform incident ends by itself when a day passes without it. */
export async function settleQuiet(ctx: Ctx, day_on: Day): Promise<void> {
  allow(ctx, 'alert:write');
  await transaction(ctx, async (ctx) => {
    const over = await ctx.db
      .updateTable('alerts')
      .set((set) => ({
        state: 'resolved',
        closed_at: ctx.now,
        closed_by: ctx.actor.name,
        reason: 'over',
        updated_at: ctx.now,
        version: set('version', '+', 1),
      }))
      .where('kind', '=', 'platform')
      .where('state', 'in', liveStates)
      .where('last_above_on', '<', day_on)
      .returning('id')
      .execute();
    await remember(ctx, ...over.map(({ id }) => ({ action: 'alert.resolved', record_kind: 'alert', record_id: id, reason: 'over' })));
  });
}

async function tell(ctx: Ctx, alert: AlertRow, evidence: AlertEvidence | null): Promise<void> {
  await remember(ctx, {
    action: 'alert.raised',
    record_kind: 'alert',
    record_id: alert.id,
    change: { model_id: alert.model_id, signal: alert.signal, level: alert.level, ratio: evidence?.ratio ?? null, started_on: alert.started_on },
  });
  if (alert.silenced_at === null && alert.level !== 'watch') await mailAlert(ctx, alert);
  ctx.afterCommit(() => tellPages(alert.id));
}

/** A live incident follows its model: the statistic of the day, and all it has to say anew when it rises. */
async function update(ctx: Ctx, past: Pick<Past, 'first_on'>, last: AlertRow, found: Found, day_on: Day): Promise<void> {
  const rises = rank(found.level) > rank(last.level) && last.closed_at === null;
  await ctx.db
    .updateTable('alerts')
    .set((set) => ({ last_above_on: day_on, statistic: found.statistic, updated_at: ctx.now, version: set('version', '+', 1) }))
    .where('id', '=', last.id)
    .execute();
  if (!rises) return;
  const started_on = addDays(past.first_on, found.evidence.start_day);
  const rows = await listExcesses(ctx, { model_id: found.model_id, signal: found.evidence.signal, cohort: found.evidence.cohort, started_on });
  const risen = {
    ...(await cohortColumns(ctx, found)),
    level: found.level,
    signal: found.evidence.signal,
    started_on,
    threshold: found.threshold,
    evidence: evidenceText(past, found, rows),
  };
  await ctx.db.updateTable('alerts').set(risen).where('id', '=', last.id).execute();
  await ctx.db.deleteFrom('alert_units').where('alert_id', '=', last.id).execute();
  await insertMany(ctx.db, 'alert_units', await unitsOf(ctx, { ...last, ...risen }, rows));
  await remember(ctx, { action: 'alert.risen', record_kind: 'alert', record_id: last.id, change: { level: [last.level, found.level] } });
  if (last.silenced_at === null) await mailAlert(ctx, { ...last, ...risen });
  ctx.afterCommit(() => tellPages(last.id));
}

const rank = (level: AlertRow['level']): number => ['watch', 'alert', 'act_now'].indexOf(level);

async function cohortColumns(ctx: Ctx, { model_id, evidence: { cohort } }: Found): Promise<Pick<AlertRow, 'hw_rev' | 'batch_id' | 'firmware_id'>> {
  const firmware =
    cohort.kind !== 'firmware'
      ? undefined
      : await ctx.db.selectFrom('firmwares').select('id').where('model_id', '=', model_id).where('code', '=', cohort.value).executeTakeFirst();
  return { hw_rev: cohort.kind === 'hw_rev' ? cohort.value : null, batch_id: cohort.kind === 'batch' ? cohort.value : null, firmware_id: firmware?.id ?? null };
}

async function isSilenced(ctx: Ctx, model_id: string, signal: string, day_on: Day): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('silences')
    .select('id')
    .where('ended_at', 'is', null)
    .where('from_on', '<=', day_on)
    .where('to_on', '>=', day_on)
    .where((where) => where.or([where('model_id', 'is', null), where('model_id', '=', model_id)]))
    .where((where) => where.or([where('signal', 'is', null), where('signal', '=', signal)]))
    .executeTakeFirst();
  return row !== undefined;
}
