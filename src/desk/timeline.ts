// Everything that happened to one unit, in order: moves, service, firmware, device events, alerts, cases, returns, inspections, claims.
// A partner sees what concerns its own customers: service, returns and cases, nothing internal.

import { notFound } from '../core/problem.ts';
import { type Day, startOfDay } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import { reasonWords } from '../stock/reasons.ts';
import { listMergedIds } from '../unit/queries.ts';

export type HappeningKind = 'move' | 'service' | 'firmware' | 'event' | 'alert' | 'case' | 'return' | 'inspection' | 'claim' | 'swap';

export interface Happening {
  readonly at: number;
  /** The calendar day, of what is known by the day only; `at` is then when that day begins. */
  readonly happened_on?: Day;
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

/** Reads what happened to the unit under each of its ids: its own, and those of provisional units merged into it. */
type Source = (ctx: Ctx, unit_ids: readonly string[]) => Promise<Happening[]>;

/** Newest first. Throws `not_found` for a unit the caller may not see. Each source is one look-up by index. */
export async function getTimeline(ctx: Ctx, unit_id: string): Promise<Happening[]> {
  const unit = await ctx.db.selectFrom('units').select('id').where('id', '=', unit_id).$call(seenBy(ctx, 'units.partner_id')).executeTakeFirst();
  if (unit === undefined) throw notFound(['Unit', '個体']);
  const sources = ctx.actor.partner_id === null ? [...open, ...internal] : open;
  const unit_ids = await listMergedIds(ctx, unit_id);
  const happenings = await Promise.all(sources.map((source) => source(ctx, unit_ids)));
  return happenings.flat().sort((a, b) => b.at - a.at);
}

const dayIn = (ctx: Ctx, day: Day) => ({ at: startOfDay(day, ctx.zone), happened_on: day });

const services: Source = async (ctx, unit_ids) => {
  const rows = await ctx.db
    .selectFrom('service_intervals')
    .leftJoin('sites', 'sites.id', 'service_intervals.site_id')
    .leftJoin('customers', 'customers.id', 'service_intervals.customer_id')
    .select(['from_on', 'to_on', 'sites.name as site_name', 'sites.id as site_id'])
    .$call(seenBy(ctx, 'customers.partner_id'))
    .where('unit_id', 'in', unit_ids)
    .orderBy('from_on', 'desc')
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.flatMap((row) => {
    const place = { kind: 'service' as const, detail: row.site_name, path: row.site_id === null ? null : `/catalog/sites/${row.site_id}`, actor_name: null };
    const began = { ...place, ...dayIn(ctx, row.from_on), what: 'in_service' };
    return row.to_on === null ? [began] : [began, { ...place, ...dayIn(ctx, row.to_on), what: 'out_of_service' }];
  });
};

const returns: Source = async (ctx, unit_ids) => {
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
    .where('return_units.unit_id', 'in', unit_ids)
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

const cases: Source = async (ctx, unit_ids) => {
  const rows = await ctx.db
    .selectFrom('case_units')
    .innerJoin('cases', 'cases.id', 'case_units.case_id')
    .$call(seenBy(ctx, 'cases.partner_id'))
    .select(['cases.id', 'cases.number', 'cases.subject', 'cases.opened_at', 'cases.solved_at'])
    .where('case_units.unit_id', 'in', unit_ids)
    .orderBy('cases.opened_at', 'desc')
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.flatMap((row) => {
    const step = { kind: 'case' as const, path: `/cases/${row.id}`, actor_name: null, detail: `${row.number} ${row.subject}` };
    const opened = { ...step, at: row.opened_at, what: 'opened' };
    return row.solved_at === null ? [opened] : [opened, { ...step, at: row.solved_at, what: 'solved' }];
  });
};

const moves: Source = async (ctx, unit_ids) => {
  const rows = await ctx.db
    .selectFrom('stock_moves')
    .select(['id', 'at', 'unit_id', 'to_location', 'reason', 'cause_kind', 'cause_id', 'actor_name'])
    .where('unit_id', 'in', unit_ids)
    .orderBy('id', 'desc')
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.map((row) => ({
    at: row.at,
    kind: 'move',
    what: row.to_location,
    detail: reasonWords(row.reason, ctx.actor.locale),
    path: causeOf(row),
    actor_name: row.actor_name,
  }));
};

/** The page of what made a unit move; the ledger itself where nothing else did. */
function causeOf({ cause_kind, cause_id, unit_id }: { cause_kind: string; cause_id: string | null; unit_id: string | null }): string {
  switch (cause_kind) {
    case 'return_unit':
      return `/return-units/${cause_id}`;
    case 'purchase_order':
      return `/purchase-orders/${cause_id}`;
    case 'count':
      return `/stock/counts/${cause_id}`;
    case 'write_off':
      return `/stock/write-offs?unit_id=${unit_id}`;
    default:
      return `/stock/moves?unit_id=${unit_id}`;
  }
}

const firmwares: Source = async (ctx, unit_ids) => {
  const rows = await ctx.db
    .selectFrom('firmware_intervals')
    .innerJoin('firmwares', 'firmwares.id', 'firmware_intervals.firmware_id')
    .select(['from_on', 'firmwares.code'])
    .where('unit_id', 'in', unit_ids)
    .orderBy('from_on', 'desc')
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.map((row) => ({ ...dayIn(ctx, row.from_on), kind: 'firmware', what: row.code, detail: null, path: null, actor_name: null }));
};

const events: Source = async (ctx, unit_ids) => {
  const rows = await ctx.db
    .selectFrom('telemetry_events')
    .innerJoin('devices', 'devices.device_no', 'telemetry_events.device_no')
    .select(['telemetry_events.reported_at', 'telemetry_events.name', 'devices.device_id'])
    .where('devices.unit_id', 'in', unit_ids)
    .orderBy('telemetry_events.reported_at', 'desc')
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.map((row) => ({ at: row.reported_at, kind: 'event', what: row.name, detail: null, path: `/devices/${row.device_id}`, actor_name: null }));
};

const inspections: Source = async (ctx, unit_ids) => {
  const rows = await ctx.db
    .selectFrom('inspections')
    .leftJoin('codes', 'codes.id', 'inspections.failure_mode_id')
    .select(['inspections.id', 'started_at', 'finished_at', 'verdict', 'inspector_name', 'codes.code as failure_mode'])
    .where('unit_id', 'in', unit_ids)
    .orderBy('inspections.id', 'desc')
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

const alerts: Source = async (ctx, unit_ids) => {
  const rows = await ctx.db
    .selectFrom('alert_units')
    .innerJoin('alerts', 'alerts.id', 'alert_units.alert_id')
    .select(['alerts.id', 'alerts.signal', 'alerts.raised_on'])
    .where('alert_units.unit_id', 'in', unit_ids)
    .orderBy('alerts.raised_on', 'desc')
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.map((row) => ({
    ...dayIn(ctx, row.raised_on),
    kind: 'alert',
    what: row.signal,
    detail: null,
    path: `/alerts/${row.id}`,
    actor_name: null,
  }));
};

const claims: Source = async (ctx, unit_ids) => {
  const rows = await ctx.db
    .selectFrom('claim_lines')
    .innerJoin('claims', 'claims.id', 'claim_lines.claim_id')
    .select(['claims.id', 'claims.number', 'claim_lines.state', 'claim_lines.created_at'])
    .where('claim_lines.unit_id', 'in', unit_ids)
    .orderBy('claim_lines.created_at', 'desc')
    .limit(MOST_OF_A_SOURCE)
    .execute();
  return rows.map((row) => ({ at: row.created_at, kind: 'claim', what: row.state, detail: row.number, path: `/claims/${row.id}`, actor_name: null }));
};

const swaps: Source = async (ctx, unit_ids) => {
  const [own] = unit_ids;
  const pairs = await ctx.db
    .selectFrom('units as successor')
    .innerJoin('units as predecessor', 'predecessor.id', 'successor.predecessor_id')
    .select(['successor.id', 'successor.serial', 'successor.created_at', 'predecessor.id as old_id', 'predecessor.serial as old_serial'])
    // Two look-ups by index; either side of the swap may be this unit.
    .where((of) => of.or([of('successor.id', 'in', unit_ids), of('successor.predecessor_id', 'in', unit_ids)]))
    .execute();
  const happenings: Happening[] = [];
  for (const pair of pairs) {
    const replaced = pair.old_id === own;
    happenings.push({
      at: (await swappedAt(ctx, pair.id)) ?? pair.created_at,
      kind: 'swap',
      what: replaced ? 'replaced_by' : 'replaces',
      detail: replaced ? pair.serial : pair.old_serial,
      path: `/units/${replaced ? pair.id : pair.old_id}`,
      actor_name: null,
    });
  }
  return happenings;
};

/** When a unit took the place of another: its history says so. */
async function swappedAt(ctx: Ctx, successor_id: string): Promise<number | undefined> {
  const deed = await ctx.db
    .selectFrom('history')
    .select('at')
    .where('record_kind', '=', 'unit')
    .where('record_id', '=', successor_id)
    .where('action', 'in', ['unit.replacement_installed', 'unit.successor_of_claimed'])
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return deed?.at;
}

const open = [services, returns, cases];
const internal = [moves, swaps, firmwares, events, alerts, inspections, claims];
