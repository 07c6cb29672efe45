// How early the alerts came, and which failures came without one.

import { addDays, type Day } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { REPORT, RETURN } from './measures.ts';
import { evidenceOf, leadOf } from './queries.ts';

export interface Lead {
  readonly id: string;
  readonly model_code: string;
  readonly signal: string;
  readonly raised_on: Day;
  /** Earlier than raised where the history came at once. */
  readonly level_reached_on: Day | null;
  readonly lead_report: number | null;
  readonly lead_return: number | null;
}

export async function listLeads(ctx: Ctx, model_id?: string): Promise<Lead[]> {
  let query = ctx.db
    .selectFrom('alerts')
    .innerJoin('models', 'models.id', 'alerts.model_id')
    .selectAll('alerts')
    .select('models.code as model_code')
    .where('state', '<>', 'dismissed')
    .where('level', '<>', 'watch');
  if (model_id !== undefined) query = query.where('alerts.model_id', '=', model_id);
  const rows = await query.orderBy('alerts.id', 'desc').limit(200).execute();
  return rows.map((row) => {
    const lead = leadOf(row);
    return {
      id: row.id,
      model_code: row.model_code,
      signal: row.signal,
      raised_on: row.raised_on,
      level_reached_on: evidenceOf(row).crossed_on ?? null,
      lead_report: lead.report,
      lead_return: lead.return,
    };
  });
}

export interface Missed {
  readonly model_id: string;
  readonly model_code: string;
  readonly returns: number;
  readonly first_return_on: Day;
  readonly why: WhyMissed;
}

/** The returned units had no device; they had, but showed no signal in the 90 days before; they did, but not beyond chance. */
export type WhyMissed = 'no_telemetry' | 'no_signal' | 'below';

/** Confirmed defects from which on a model should have been noticed. */
const ENOUGH_RETURNS = 5;
const LOOK_BACK_DAYS = 365;

/** Models with five confirmed defects or more in a year, and no alert before the fifth of them. */
export async function listMissed(ctx: Ctx): Promise<Missed[]> {
  const since = addDays(today(ctx), -LOOK_BACK_DAYS);
  const rows = await ctx.db
    .selectFrom('return_units')
    .innerJoin('units', 'units.id', 'return_units.unit_id')
    .innerJoin('models', 'models.id', 'units.model_id')
    .select(['models.id as model_id', 'models.code as model_code', 'return_units.unit_id', 'return_units.returned_on'])
    .where('verdict', '=', 'confirmed')
    .where('returned_on', '>=', since)
    .orderBy('returned_on')
    .execute();
  const alerts = await ctx.db.selectFrom('alerts').select(['model_id', 'raised_on']).where('model_id', 'is not', null).where('level', '<>', 'watch').execute();
  const byModel = new Map<string, { model_code: string; defects: { unit_id: string; returned_on: Day }[] }>();
  for (const { model_id, model_code, unit_id, returned_on } of rows) {
    const found = byModel.get(model_id) ?? { model_code, defects: [] };
    byModel.set(model_id, found);
    if (returned_on !== null) found.defects.push({ unit_id, returned_on });
  }
  const missed: Missed[] = [];
  for (const [model_id, { model_code, defects }] of byModel) {
    const fifth = defects[ENOUGH_RETURNS - 1]?.returned_on;
    if (fifth === undefined || alerts.some((alert) => alert.model_id === model_id && alert.raised_on <= fifth)) continue;
    missed.push({ model_id, model_code, returns: defects.length, first_return_on: defects[0]?.returned_on ?? fifth, why: await whyMissed(ctx, defects) });
  }
  return missed.sort((a, b) => b.returns - a.returns);
}

async function whyMissed(ctx: Ctx, defects: readonly { unit_id: string; returned_on: Day }[]): Promise<WhyMissed> {
  const ids = [...new Set(defects.map((defect) => defect.unit_id))].slice(0, MOST_UNITS);
  const devices = await ctx.db.selectFrom('devices').select('unit_id').where('unit_id', 'in', ids).limit(1).execute();
  if (devices.length === 0) return 'no_telemetry';
  const days = await ctx.db
    .selectFrom('signal_days')
    .innerJoin('signals', 'signals.id', 'signal_days.signal_id')
    .select(['unit_id', 'day_on'])
    .where('unit_id', 'in', ids)
    .where('measure', 'not in', [RETURN, REPORT])
    .execute();
  const shown = defects.some(({ unit_id, returned_on }) =>
    days.some((day) => day.unit_id === unit_id && day.day_on < returned_on && day.day_on >= addDays(returned_on, -BEFORE_DAYS)),
  );
  return shown ? 'below' : 'no_signal';
}

/** Days before a return in which a signal would have told. */
const BEFORE_DAYS = 90;
const MOST_UNITS = 500;
