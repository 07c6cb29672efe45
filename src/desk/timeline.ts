// Everything that happened to one unit, in order: moves, service, firmware, device events, alerts, cases, returns, inspections, claims.
// A partner sees what concerns its own customers: service, returns and cases, nothing internal.

import { notFound } from '../core/problem.ts';
import { startOfDay } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';

export type HappeningKind = 'move' | 'service' | 'firmware' | 'event' | 'alert' | 'case' | 'return' | 'inspection' | 'claim' | 'swap';

export interface Happening {
  readonly at: number;
  readonly kind: HappeningKind;
  /** What happened, as a word of the domain: a location, a state, an event name. */
  readonly what: string;
  readonly detail: string | null;
  /** The page of the record. */
  readonly path: string | null;
  readonly actor_name: string | null;
}

/** Rows of one source; a unit with more events than this shows the newest. */
const MOST_OF_A_SOURCE = 500;

type Source = (ctx: Ctx, unit_id: string) => Promise<Happening[]>;

/** Newest first. Throws `not_found` for a unit the caller may not see. Each source is one look-up by index. */
export async function getTimeline(ctx: Ctx, unit_id: string): Promise<Happening[]> {
  const unit = await ctx.db.selectFrom('units').select('id').where('id', '=', unit_id).$call(seenBy(ctx, 'units.partner_id')).executeTakeFirst();
  if (unit === undefined) throw notFound(['Unit', '個体']);
  const sources = ctx.actor.partner_id === null ? [...open, ...internal] : open;
  const happenings = await Promise.all(sources.map((source) => source(ctx, unit_id)));
  return happenings.flat().sort((a, b) => b.at - a.at);
}

const services: Source = async (ctx, unit_id) => {
  const rows = await ctx.db
    .selectFrom('service_intervals')
    .leftJoin('sites', 'sites.id', 'service_intervals.site_id')
    .leftJoin('customers', 'customers.id', 'service_intervals.customer_id')
    .select(['from_on', 'to_on', 'sites.name as site_name', 'sites.id as site_id'])
    .$call(seenBy(ctx, 'customers.partner_id'))
    .where('unit_id', '=', unit_id)
    .orderBy('from_on', 'desc')
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.flatMap((row) => {
    const place = { kind: 'service' as const, detail: row.site_name, path: row.site_id === null ? null : `/catalog/sites/${row.site_id}`, actor_name: null };
    const began = { ...place, at: startOfDay(row.from_on, ctx.zone), what: 'in_service' };
    return row.to_on === null ? [began] : [began, { ...place, at: startOfDay(row.to_on, ctx.zone), what: 'out_of_service' }];
  });
};

const returns: Source = async (ctx, unit_id) => {
  const rows = await ctx.db
    .selectFrom('return_units')
    .innerJoin('returns', 'returns.id', 'return_units.return_id')
    .$call(seenBy(ctx, 'return_units.partner_id'))
    .select([
      'returns.id',
      'returns.number',
      'return_units.state',
      'return_units.created_at',
      'received_at',
      'verdict',
      'verdict_at',
      'disposition',
      'dispositioned_at',
    ])
    .where('return_units.unit_id', '=', unit_id)
    .orderBy('return_units.id', 'desc')
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.flatMap((row) => {
    const step = { kind: 'return' as const, path: `/returns/${row.id}`, actor_name: null, detail: row.number };
    return [
      { ...step, at: row.created_at, what: 'filed' },
      ...(row.received_at === null ? [] : [{ ...step, at: row.received_at, what: 'received' }]),
      ...(row.verdict_at === null || row.verdict === null ? [] : [{ ...step, at: row.verdict_at, what: row.verdict }]),
      ...(row.dispositioned_at === null || row.disposition === null ? [] : [{ ...step, at: row.dispositioned_at, what: row.disposition }]),
    ];
  });
};

const cases: Source = async (ctx, unit_id) => {
  const rows = await ctx.db
    .selectFrom('case_units')
    .innerJoin('cases', 'cases.id', 'case_units.case_id')
    .$call(seenBy(ctx, 'cases.partner_id'))
    .select(['cases.id', 'cases.number', 'cases.subject', 'cases.opened_at', 'cases.solved_at'])
    .where('case_units.unit_id', '=', unit_id)
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.flatMap((row) => {
    const step = { kind: 'case' as const, path: `/cases/${row.id}`, actor_name: null, detail: `${row.number} ${row.subject}` };
    const opened = { ...step, at: row.opened_at, what: 'opened' };
    return row.solved_at === null ? [opened] : [opened, { ...step, at: row.solved_at, what: 'solved' }];
  });
};

const moves: Source = async (ctx, unit_id) => {
  const rows = await ctx.db
    .selectFrom('stock_moves')
    .select(['at', 'from_location', 'to_location', 'to_condition', 'reason', 'actor_name'])
    .where('unit_id', '=', unit_id)
    .orderBy('id', 'desc')
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.map((row) => ({ at: row.at, kind: 'move', what: row.to_location, detail: row.reason, path: null, actor_name: row.actor_name }));
};

const firmwares: Source = async (ctx, unit_id) => {
  const rows = await ctx.db
    .selectFrom('firmware_intervals')
    .innerJoin('firmwares', 'firmwares.id', 'firmware_intervals.firmware_id')
    .select(['from_on', 'firmwares.code'])
    .where('unit_id', '=', unit_id)
    .orderBy('from_on', 'desc')
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.map((row) => ({ at: startOfDay(row.from_on, ctx.zone), kind: 'firmware', what: row.code, detail: null, path: null, actor_name: null }));
};

const events: Source = async (ctx, unit_id) => {
  const rows = await ctx.db
    .selectFrom('telemetry_events')
    .innerJoin('devices', 'devices.device_no', 'telemetry_events.device_no')
    .select(['telemetry_events.reported_at', 'telemetry_events.name', 'devices.device_id'])
    .where('devices.unit_id', '=', unit_id)
    .orderBy('telemetry_events.reported_at', 'desc')
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.map((row) => ({ at: row.reported_at, kind: 'event', what: row.name, detail: null, path: `/devices/${row.device_id}`, actor_name: null }));
};

const inspections: Source = async (ctx, unit_id) => {
  const rows = await ctx.db
    .selectFrom('inspections')
    .leftJoin('codes', 'codes.id', 'inspections.failure_mode_id')
    .select(['inspections.id', 'started_at', 'finished_at', 'verdict', 'inspector_name', 'codes.code as failure_mode'])
    .where('unit_id', '=', unit_id)
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.map((row) => ({
    at: row.finished_at ?? row.started_at,
    kind: 'inspection',
    what: row.verdict ?? 'inspecting',
    detail: row.failure_mode,
    path: `/inspections/${row.id}`,
    actor_name: row.inspector_name,
  }));
};

const alerts: Source = async (ctx, unit_id) => {
  const rows = await ctx.db
    .selectFrom('alert_units')
    .innerJoin('alerts', 'alerts.id', 'alert_units.alert_id')
    .select(['alerts.id', 'alerts.signal', 'alerts.raised_on'])
    .where('alert_units.unit_id', '=', unit_id)
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.map((row) => ({
    at: startOfDay(row.raised_on, ctx.zone),
    kind: 'alert',
    what: row.signal,
    detail: null,
    path: `/alerts/${row.id}`,
    actor_name: null,
  }));
};

const claims: Source = async (ctx, unit_id) => {
  const rows = await ctx.db
    .selectFrom('claim_lines')
    .innerJoin('claims', 'claims.id', 'claim_lines.claim_id')
    .select(['claims.id', 'claims.number', 'claim_lines.state', 'claim_lines.created_at'])
    .where('claim_lines.unit_id', '=', unit_id)
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.map((row) => ({ at: row.created_at, kind: 'claim', what: row.state, detail: row.number, path: `/claims/${row.id}`, actor_name: null }));
};

const swaps: Source = async (ctx, unit_id) => {
  const pairs = await ctx.db
    .selectFrom('units')
    .select(['id', 'serial', 'predecessor_id', 'created_at'])
    .where((of) => of.or([of('predecessor_id', '=', unit_id), of.and([of('id', '=', unit_id), of('predecessor_id', 'is not', null)])]))
    .execute();
  return pairs.map((pair) => {
    const successor = pair.predecessor_id === unit_id;
    const other = successor ? pair.id : pair.predecessor_id;
    return {
      at: pair.created_at,
      kind: 'swap',
      what: successor ? 'replaced_by' : 'replaces',
      detail: successor ? pair.serial : null,
      path: `/units/${other}`,
      actor_name: null,
    };
  });
};

const open = [services, returns, cases];
const internal = [moves, swaps, firmwares, events, alerts, inspections, claims];
