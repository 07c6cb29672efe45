// The units of an incident, those that showed its signal and those that may be next, and when its customers first called or returned one.
import { type Day, dayOf, startOfDay } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import type { Cohort } from './series.ts';
import type { AlertRow, AlertUnitRow, SignalDayRow } from './table.ts';

export interface IncidentSubject {
  readonly model_id: string;
  /** Code of the leading signal. */
  readonly signal: string;
  readonly cohort: Cohort;
  readonly started_on: Day;
}

/** Units at risk that are written down; the page shows how many more there are by cohort. */
const MOST_AT_RISK = 5000;

/** The days on which units of the cohort reached the leading signal since the onset. */
export async function listExcesses(ctx: Ctx, { model_id, signal, cohort, started_on }: IncidentSubject): Promise<SignalDayRow[]> {
  let query = ctx.db
    .selectFrom('signal_days')
    .innerJoin('signals', 'signals.id', 'signal_days.signal_id')
    .selectAll('signal_days')
    .where('signal_days.model_id', '=', model_id)
    .where('signals.code', '=', signal)
    .where('day_on', '>=', started_on);
  const { kind, value } = cohort;
  if (value !== null && kind === 'batch') query = query.where('batch_id', '=', value);
  if (value !== null && kind === 'hw_rev') query = query.where('hw_rev', '=', value);
  if (value !== null && kind === 'firmware') query = query.where('firmware', '=', value);
  return query.orderBy('day_on').orderBy('unit_id').execute();
}

/** The affected units, and the others of the cohort that are in service. */
export async function unitsOf(
  ctx: Ctx,
  alert: Pick<AlertRow, 'id' | 'model_id' | 'batch_id' | 'hw_rev' | 'firmware_id'>,
  rows: readonly SignalDayRow[],
): Promise<AlertUnitRow[]> {
  const affected = [...new Set(rows.map((row) => row.unit_id))];
  let query = ctx.db
    .selectFrom('units')
    .select('units.id')
    .where('model_id', '=', alert.model_id)
    .where('merged_into_id', 'is', null)
    .where('removed_at', 'is', null)
    .where(({ exists, selectFrom }) =>
      exists(selectFrom('service_intervals').select('service_intervals.id').whereRef('service_intervals.unit_id', '=', 'units.id').where('to_on', 'is', null)),
    );
  if (alert.batch_id !== null) query = query.where('batch_id', '=', alert.batch_id);
  if (alert.hw_rev !== null) query = query.where('hw_rev', '=', alert.hw_rev);
  if (alert.firmware_id !== null) query = query.where('firmware_id', '=', alert.firmware_id);
  const inService = await query.orderBy('units.id').limit(MOST_AT_RISK).execute();
  const hit = new Set(affected);
  return [
    ...affected.map((unit_id) => ({ alert_id: alert.id, unit_id, role: 'affected' as const })),
    ...inService.filter(({ id }) => !hit.has(id)).map(({ id }) => ({ alert_id: alert.id, unit_id: id, role: 'at_risk' as const })),
  ];
}

/** Units looked up per query. */
const MOST_UNITS = 1000;

/**
 * The first customer report and the first return of an affected unit since the onset: what the alert is to come before. A return that the
 * bench found without fault, damaged or the wrong one is no consequence of the incident.
 */
export async function firstConsequences(
  ctx: Ctx,
  rows: readonly SignalDayRow[],
  started_on: Day,
): Promise<Pick<AlertRow, 'first_report_on' | 'first_return_on'>> {
  const units = [...new Set(rows.map((row) => row.unit_id))];
  let [report, returned]: [Day | null, Day | null] = [null, null];
  for (let from = 0; from < units.length; from += MOST_UNITS) {
    const some = units.slice(from, from + MOST_UNITS);
    report = earlier(report, await firstReport(ctx, some, started_on));
    returned = earlier(returned, await firstReturn(ctx, some, started_on));
  }
  return { first_report_on: report, first_return_on: returned };
}

const earlier = (a: Day | null, b: Day | null): Day | null => (a === null ? b : b === null ? a : a < b ? a : b);

async function firstReturn(ctx: Ctx, units: readonly string[], started_on: Day): Promise<Day | null> {
  const row = await ctx.db
    .selectFrom('return_units')
    .select(({ fn }) => fn.min('returned_on').as('day_on'))
    .where('unit_id', 'in', units)
    .where('returned_on', '>=', started_on)
    .where('state', '<>', 'cancelled')
    .where((where) => where.or([where('verdict', 'is', null), where('verdict', 'in', ['confirmed', 'undetermined'])]))
    .executeTakeFirst();
  return row?.day_on ?? null;
}

async function firstReport(ctx: Ctx, units: readonly string[], started_on: Day): Promise<Day | null> {
  const row = await ctx.db
    .selectFrom('cases')
    .innerJoin('case_units', 'case_units.case_id', 'cases.id')
    .select(({ fn }) => fn.min('cases.opened_at').as('at'))
    .where('case_units.unit_id', 'in', units)
    .where('initiated_by', 'in', ['customer', 'partner'])
    .where('cases.opened_at', '>=', startOfDay(started_on, ctx.zone))
    .executeTakeFirst();
  return row?.at == null ? null : dayOf(Number(row.at), ctx.zone);
}
