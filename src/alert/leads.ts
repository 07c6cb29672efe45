// How early the alerts came, and which failures came without one.

import { addDays, type Day } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { leadOf } from './queries.ts';

export interface Lead {
  readonly id: string;
  readonly model_code: string;
  readonly signal: string;
  readonly raised_on: Day;
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
    return { id: row.id, model_code: row.model_code, signal: row.signal, raised_on: row.raised_on, lead_report: lead.report, lead_return: lead.return };
  });
}

export interface Missed {
  readonly model_id: string;
  readonly model_code: string;
  readonly returns: number;
  readonly first_return_on: Day;
}

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
    .select(['models.id as model_id', 'models.code as model_code', 'return_units.returned_on'])
    .where('verdict', '=', 'confirmed')
    .where('returned_on', '>=', since)
    .orderBy('returned_on')
    .execute();
  const alerts = await ctx.db.selectFrom('alerts').select(['model_id', 'raised_on']).where('model_id', 'is not', null).where('level', '<>', 'watch').execute();
  const byModel = new Map<string, { model_code: string; days: Day[] }>();
  for (const row of rows) {
    const found = byModel.get(row.model_id) ?? { model_code: row.model_code, days: [] };
    byModel.set(row.model_id, found);
    if (row.returned_on !== null) found.days.push(row.returned_on);
  }
  return [...byModel]
    .flatMap(([model_id, { model_code, days }]) => {
      const fifth = days[ENOUGH_RETURNS - 1];
      if (fifth === undefined || alerts.some((alert) => alert.model_id === model_id && alert.raised_on <= fifth)) return [];
      return [{ model_id, model_code, returns: days.length, first_return_on: days[0] ?? fifth }];
    })
    .sort((a, b) => b.returns - a.returns);
}
