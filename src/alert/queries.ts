// Reads of alerts, their units, signals and silences, and of units that look like one in trouble.
import { notFound } from '../core/problem.ts';
import { addDays, type Day } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import type { AlertEvidence, Share } from './evidence.ts';
import type { AlertRow, SignalRow, SilenceRow } from './table.ts';

export interface AlertFilter {
  readonly state?: AlertRow['state'] | undefined;
  readonly level?: AlertRow['level'] | undefined;
  readonly model_id?: string | undefined;
  readonly unit_id?: string | undefined;
  readonly signal?: string | undefined;
}

const sortable = { raised_on: 'alerts.raised_on', statistic: 'alerts.statistic', created_at: 'alerts.created_at', updated_at: 'alerts.updated_at' };

const named = (ctx: Ctx) =>
  ctx.db
    .selectFrom('alerts')
    .leftJoin('models', 'models.id', 'alerts.model_id')
    .leftJoin('batches', 'batches.id', 'alerts.batch_id')
    .leftJoin('firmwares', 'firmwares.id', 'alerts.firmware_id')
    .leftJoin('signals', 'signals.code', 'alerts.signal')
    .leftJoin('investigations', 'investigations.id', 'alerts.investigation_id')
    .selectAll('alerts')
    .select(['models.code as model_code', 'batches.code as batch_code', 'firmwares.code as firmware_code', 'signals.name_en', 'signals.name_ja'])
    .select(['investigations.number as investigation_number', 'investigations.state as investigation_state']);

/** The alerts of these ids, oldest first. */
export const listNamed = (ctx: Ctx, ids: readonly string[]): Promise<NamedAlert[]> => named(ctx).where('alerts.id', 'in', ids).orderBy('alerts.id').execute();

export type NamedAlert = AlertRow & {
  model_code: string | null;
  batch_code: string | null;
  firmware_code: string | null;
  name_en: string | null;
  name_ja: string | null;
  investigation_number: string | null;
  investigation_state: string | null;
};

export function listAlerts(ctx: Ctx, filter: AlertFilter, request: PageRequest): Promise<Page<NamedAlert>> {
  let query = named(ctx);
  if (filter.state !== undefined) query = query.where('alerts.state', '=', filter.state);
  if (filter.level !== undefined) query = query.where('alerts.level', '=', filter.level);
  if (filter.model_id !== undefined) query = query.where('alerts.model_id', '=', filter.model_id);
  if (filter.signal !== undefined) query = query.where('alerts.signal', '=', filter.signal);
  if (filter.unit_id !== undefined) {
    const { unit_id } = filter;
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('alert_units').select('alert_units.unit_id').whereRef('alert_units.alert_id', '=', 'alerts.id').where('alert_units.unit_id', '=', unit_id),
      ),
    );
  }
  return listPage(query, request, sortable, 'alerts.id');
}

export async function getAlert(ctx: Ctx, id: string): Promise<NamedAlert> {
  const row = await named(ctx).where('alerts.id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Alert', '警告']);
  return row;
}

/** What was stored with the alert; a platform incident has little of it. */
export type StoredEvidence = Partial<AlertEvidence> & { readonly chart_from_on?: Day; readonly crossed_on?: Day; readonly shares?: Share & StatisticsWithout };
export interface StatisticsWithout {
  readonly without_top_device?: number;
  readonly without_top_site?: number;
}

/** The column holds what raiseAlert wrote. */
export const evidenceOf = (alert: AlertRow): StoredEvidence => JSON.parse(alert.evidence) as StoredEvidence;

export const listAlertUnits = (ctx: Ctx, alert_id: string, role: 'affected' | 'at_risk', limit = 200) =>
  ctx.db
    .selectFrom('alert_units')
    .innerJoin('units', 'units.id', 'alert_units.unit_id')
    .leftJoin('customers', 'customers.id', 'units.customer_id')
    .leftJoin('sites', 'sites.id', 'units.site_id')
    .select(['units.id as unit_id', 'units.serial', 'customers.id as customer_id', 'customers.name as customer_name', 'sites.name as site_name'])
    .where('alert_units.alert_id', '=', alert_id)
    .where('alert_units.role', '=', role)
    .orderBy('units.serial')
    .limit(limit)
    .execute();

export async function countAlertUnits(ctx: Ctx, alert_id: string): Promise<{ affected: number; at_risk: number }> {
  const rows = await ctx.db
    .selectFrom('alert_units')
    .select(['role', ({ fn }) => fn.countAll<number>().as('n')])
    .where('alert_id', '=', alert_id)
    .groupBy('role')
    .execute();
  const of = (role: string): number => Number(rows.find((row) => row.role === role)?.n ?? 0);
  return { affected: of('affected'), at_risk: of('at_risk') };
}

/** Customers with units at risk, the most units first: who is to be told next. */
export const listCustomersAtRisk = (ctx: Ctx, alert_id: string) =>
  ctx.db
    .selectFrom('alert_units')
    .innerJoin('units', 'units.id', 'alert_units.unit_id')
    .innerJoin('customers', 'customers.id', 'units.customer_id')
    .select(['customers.id', 'customers.code', 'customers.name', ({ fn }) => fn.countAll<number>().as('units')])
    .where('alert_units.alert_id', '=', alert_id)
    .where('alert_units.role', '=', 'at_risk')
    .groupBy(['customers.id', 'customers.code', 'customers.name'])
    .orderBy('units', 'desc')
    .orderBy('customers.code')
    .limit(50)
    .execute();

export const listSignals = (ctx: Ctx): Promise<SignalRow[]> => ctx.db.selectFrom('signals').selectAll().orderBy('code').execute();

export const liveSignals = (ctx: Ctx): Promise<SignalRow[]> =>
  ctx.db.selectFrom('signals').selectAll().where('retired_at', 'is', null).orderBy('code').execute();

export async function getSignal(ctx: Ctx, id: string): Promise<SignalRow> {
  const row = await ctx.db.selectFrom('signals').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Signal', '信号']);
  return row;
}

export const listSilences = (ctx: Ctx): Promise<SilenceRow[]> => ctx.db.selectFrom('silences').selectAll().orderBy('id', 'desc').limit(500).execute();

export interface Lookalike {
  readonly unit_id: string;
  readonly serial: string;
  readonly customer_name: string | null;
  readonly signals: readonly string[];
  readonly last_on: Day;
}

/** Days back in which signals make the signature of a unit. */
const SIGNATURE_DAYS = 14;

/** One report stands for ten: units of the same model that show at least half of this unit's signals now. */
export async function findLookalikes(ctx: Ctx, unit_id: string, limit = 200): Promise<{ signals: string[]; items: Lookalike[] }> {
  const unit = await ctx.db.selectFrom('units').select(['id', 'model_id']).where('id', '=', unit_id).executeTakeFirst();
  if (unit === undefined) throw notFound(['Unit', '個体']);
  const since = addDays(today(ctx), -SIGNATURE_DAYS);
  const rows = await ctx.db
    .selectFrom('signal_days')
    .innerJoin('signals', 'signals.id', 'signal_days.signal_id')
    .select(['signal_days.unit_id', 'signals.code', 'signal_days.day_on'])
    .where('signal_days.model_id', '=', unit.model_id)
    .where('signal_days.day_on', '>=', since)
    .execute();
  const own = new Set(rows.filter((row) => row.unit_id === unit_id).map((row) => row.code));
  const byUnit = new Map<string, { signals: Set<string>; last_on: Day }>();
  for (const row of rows) {
    if (row.unit_id === unit_id || !own.has(row.code)) continue;
    const found = byUnit.get(row.unit_id) ?? { signals: new Set<string>(), last_on: row.day_on };
    byUnit.set(row.unit_id, { signals: found.signals.add(row.code), last_on: row.day_on > found.last_on ? row.day_on : found.last_on });
  }
  const like = [...byUnit]
    .filter(([, { signals }]) => signals.size * 2 >= own.size)
    .sort((a, b) => b[1].signals.size - a[1].signals.size || (a[1].last_on < b[1].last_on ? 1 : -1) || (a[0] < b[0] ? -1 : 1))
    .slice(0, limit);
  const names =
    like.length === 0
      ? []
      : await ctx.db
          .selectFrom('units')
          .leftJoin('customers', 'customers.id', 'units.customer_id')
          .select(['units.id', 'units.serial', 'customers.name'])
          .where(
            'units.id',
            'in',
            like.map(([id]) => id),
          )
          .execute();
  const nameOf = new Map(names.map((row) => [row.id, row]));
  return {
    signals: [...own].sort(),
    items: like.map(([id, { signals, last_on }]) => ({
      unit_id: id,
      serial: nameOf.get(id)?.serial ?? id,
      customer_name: nameOf.get(id)?.name ?? null,
      signals: [...signals].sort(),
      last_on,
    })),
  };
}

/** Days from the alert to the first report and return; negative when the customer was first. */
export const leadOf = (alert: AlertRow): { report: number | null; return: number | null } => ({
  report: alert.first_report_on === null ? null : days(alert.raised_on, alert.first_report_on),
  return: alert.first_return_on === null ? null : days(alert.raised_on, alert.first_return_on),
});

const days = (from: Day, to: Day): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
