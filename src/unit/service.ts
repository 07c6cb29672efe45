// Service intervals: half-open days a unit ran at a site. They are the only source of exposure, so they never overlap.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import type { Day } from '../core/time.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { difference } from '../history/remember.ts';
import { refuseStale } from '../web/version.ts';
import { findWhere } from './createUnit.ts';
import type { NewServiceInterval, ServiceIntervalChange } from './inputs.ts';
import { fitInterval } from './rules.ts';
import { loadUnit, saveUnit } from './save.ts';
import type { ServiceIntervalRow, UnitRow } from './table.ts';

/** Puts a unit into service. An open interval ends on the day the new one starts, so that a move within one day counts that day once. */
export async function startService(ctx: Ctx, unit_id: string, input: NewServiceInterval, expected?: number): Promise<ServiceIntervalRow> {
  allow(ctx, 'unit:write');
  return transaction(ctx, async (ctx) => {
    const unit = await loadUnit(ctx, unit_id, expected);
    const where = hasPlace(input) ? await findWhere(ctx, input) : { site_id: unit.site_id, customer_id: unit.customer_id, partner_id: unit.partner_id };
    const to_on = input.to_on ?? null;
    refuseBackwards(input.from_on, to_on);
    await makeRoom(ctx, unit_id, input.from_on, to_on);
    const interval: ServiceIntervalRow = {
      id: newId(ctx.now),
      unit_id,
      site_id: where.site_id,
      customer_id: where.customer_id,
      from_on: input.from_on,
      to_on,
      estimated_at: null,
      mounting: input.mounting ?? null,
      power: input.power ?? null,
      network: input.network ?? null,
      created_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('service_intervals').values(interval).execute();
    // A period that has ended says nothing about where the unit is now.
    await saveUnit(ctx, unit, to_on === null ? where : {}, {
      action: 'unit.service_started',
      more: { from_on: [null, input.from_on], to_on: [null, to_on], site_id: [unit.site_id, where.site_id] },
    });
    return interval;
  });
}

/** Corrects or ends one interval. */
export async function changeService(
  ctx: Ctx,
  unit_id: string,
  interval_id: string,
  input: ServiceIntervalChange,
  expected?: number,
): Promise<ServiceIntervalRow> {
  allow(ctx, 'unit:write');
  return transaction(ctx, async (ctx) => {
    const unit = await loadUnit(ctx, unit_id);
    const present = await ctx.db.selectFrom('service_intervals').selectAll().where('unit_id', '=', unit_id).execute();
    const before = present.find((interval) => interval.id === interval_id);
    if (before === undefined) throw notFound(['Service interval', '稼働期間']);
    refuseStale(before, expected);
    const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
    // A day someone gave is no longer an estimate.
    const after: ServiceIntervalRow = { ...before, ...given, ...(input.from_on === undefined ? {} : { estimated_at: null }), version: before.version + 1 };
    refuseBackwards(after.from_on, after.to_on);
    const others = present.filter((interval) => interval.id !== interval_id);
    const fit = fitInterval(others, after.from_on, after.to_on);
    if ('overlap' in fit || fit.close !== null) throw overlapping(unit_id);
    await ctx.db.updateTable('service_intervals').set(after).where('id', '=', interval_id).where('version', '=', before.version).execute();
    await saveUnit(ctx, unit, {}, { action: 'unit.service_changed', more: difference(before, after) });
    return after;
  });
}

/** Ends service on a day (today by default) when the unit is in service; for those who take units back. Returns whether it was. */
export async function endService(ctx: Ctx, unit: UnitRow, on: Day = today(ctx)): Promise<boolean> {
  const ended = await ctx.db
    .updateTable('service_intervals')
    .set((set) => ({ to_on: on, version: set('version', '+', 1) }))
    .where('unit_id', '=', unit.id)
    .where('to_on', 'is', null)
    .where('from_on', '<=', on)
    .returning('id')
    .executeTakeFirst();
  if (ended === undefined) return false;
  await saveUnit(ctx, unit, {}, { action: 'unit.service_ended', more: { to_on: [null, on] } });
  return true;
}

/** Ends the open interval on the day another one starts. Throws `conflict` when they would overlap. */
export async function makeRoom(ctx: Ctx, unit_id: string, from_on: Day, to_on: Day | null): Promise<void> {
  const present = await ctx.db.selectFrom('service_intervals').select(['id', 'from_on', 'to_on']).where('unit_id', '=', unit_id).execute();
  const fit = fitInterval(present, from_on, to_on);
  if ('overlap' in fit) throw overlapping(unit_id);
  if (fit.close === null) return;
  await ctx.db
    .updateTable('service_intervals')
    .set((set) => ({ to_on: from_on, version: set('version', '+', 1) }))
    .where('id', '=', fit.close.id)
    .execute();
}

const hasPlace = (input: NewServiceInterval): boolean =>
  [input.site_id, input.site_code, input.customer_id, input.customer_code].some((value) => value != null);

function refuseBackwards(from_on: Day, to_on: Day | null): void {
  if (to_on !== null && to_on < from_on) throw invalid('to_on', ['Before from_on', '開始日より前です']);
}

const overlapping = (unit_id: string): Problem =>
  new Problem('conflict', ['This overlaps another service interval of the unit', 'この個体の別の稼働期間と重なります'], {
    blocking: `/api/v1/units/${unit_id}`,
    errors: [{ path: 'from_on', message: ['Overlaps another interval', '別の期間と重なります'] }],
  });
