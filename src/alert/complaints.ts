// "One report stands for ten": what customers reported of the units of an alert, and how many others show the same now.
import { startOfDay } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { findLookalikes, type Lookalike } from './queries.ts';
import type { AlertRow } from './table.ts';

export interface Complaint {
  readonly case_id: string;
  readonly number: string;
  readonly unit_id: string;
  readonly serial: string;
  readonly signals: readonly string[];
  readonly alike: readonly Lookalike[];
}

/** Each costs a look at the recent signals of its model. */
const MOST_COMPLAINTS = 3;

/** The newest reports of the units of an alert since it began, each with its look-alikes. */
export async function listComplaints(ctx: Ctx, alert: Pick<AlertRow, 'id' | 'started_on'>): Promise<Complaint[]> {
  const rows = await ctx.db
    .selectFrom('alert_units as a')
    .innerJoin('case_units as w', 'w.unit_id', 'a.unit_id')
    .innerJoin('cases as k', 'k.id', 'w.case_id')
    .innerJoin('units as u', 'u.id', 'a.unit_id')
    .select(['k.id as case_id', 'k.number', 'u.id as unit_id', 'u.serial'])
    .where('a.alert_id', '=', alert.id)
    .where('k.initiated_by', 'in', ['customer', 'partner'])
    .where('k.opened_at', '>=', startOfDay(alert.started_on, ctx.zone))
    .orderBy('k.opened_at', 'desc')
    .orderBy('u.serial')
    .limit(MOST_COMPLAINTS)
    .execute();
  return Promise.all(
    rows.map(async (row) => {
      const { signals, items } = await findLookalikes(ctx, row.unit_id);
      return { ...row, signals, alike: items };
    }),
  );
}
