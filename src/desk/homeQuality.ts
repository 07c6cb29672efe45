// What quality, the lead and the engineer of the fleet find on the home page.
import { addDays } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import { openUnitStates } from '../returns/lifecycle.ts';
import { type EntryRule, rows, soonOn } from './homeEntry.ts';
import { listMovedRates } from './movedRates.ts';

export function qualityEntries(ctx: Ctx): EntryRule[] {
  const mine = ctx.actor.id;
  const open = (ctx: Ctx) => ctx.db.selectFrom('investigations').where('state', '<>', 'closed');
  const quality = { section: 'quality', roles: ['quality', 'lead'], permission: 'investigation:read' } as const;
  return [
    {
      ...quality,
      name: 'open_alerts',
      path: '/alerts?state=open',
      tone: 'bad',
      roles: ['quality', 'lead', 'engineer', 'tech'],
      permission: 'alert:read',
      count: (ctx) => rows(ctx.db.selectFrom('alerts').where('state', '=', 'open'), 'alerts.id'),
    },
    {
      ...quality,
      name: 'rates_moved',
      path: '/moved-rates',
      tone: 'warn',
      permission: 'quality:read',
      count: async (ctx) => (await listMovedRates(ctx)).length,
    },
    {
      ...quality,
      name: 'investigations_due',
      section: 'due',
      path: `/investigations?due_by=${soonOn(ctx)}`,
      tone: 'warn',
      count: (ctx) => rows(open(ctx).where('next_on', '<=', soonOn(ctx)), 'investigations.id'),
    },
    {
      ...quality,
      name: 'my_investigations',
      section: 'waiting',
      path: `/investigations?owner_id=${mine}&state=active`,
      tone: 'plain',
      count: (ctx) => rows(open(ctx).where('owner_id', '=', mine), 'investigations.id'),
    },
    {
      ...quality,
      name: 'claims_waiting',
      section: 'waiting',
      path: '/claims?state=submitted',
      tone: 'plain',
      roles: ['quality'],
      permission: 'claim:read',
      count: (ctx) => rows(ctx.db.selectFrom('claims').where('state', '=', 'submitted'), 'claims.id'),
    },
  ];
}

/** A week of the desk. */
const FLOW_DAYS = 6;

export function flowEntries(ctx: Ctx): EntryRule[] {
  const from = addDays(today(ctx), -FLOW_DAYS);
  const units = (ctx: Ctx) => ctx.db.selectFrom('return_units').$call(seenBy(ctx, 'return_units.partner_id'));
  const flow = { section: 'flow', tone: 'plain', roles: ['lead'], permission: 'return:read' } as const;
  return [
    {
      ...flow,
      name: 'returns_filed_week',
      path: `/returns?from_on=${from}`,
      count: (ctx) => rows(ctx.db.selectFrom('returns').$call(seenBy(ctx, 'returns.partner_id')).where('filed_on', '>=', from), 'returns.id'),
    },
    {
      ...flow,
      name: 'units_received_week',
      path: `/return-units?received_from_on=${from}`,
      count: (ctx) => rows(units(ctx).where('returned_on', '>=', from), 'return_units.id'),
    },
    {
      ...flow,
      name: 'units_open',
      path: '/return-units?flag=open&sort=created_at',
      count: (ctx) => rows(units(ctx).where('state', 'in', openUnitStates), 'return_units.id'),
    },
    {
      ...flow,
      name: 'cases_open',
      path: '/cases?state=active&sort=opened_at',
      permission: 'case:read',
      count: (ctx) => rows(ctx.db.selectFrom('cases').$call(seenBy(ctx, 'cases.partner_id')).where('state', 'not in', ['solved', 'closed']), 'cases.id'),
    },
  ];
}

export const fleetEntries = (): EntryRule[] => [
  {
    name: 'unknown_devices',
    section: 'fleet',
    path: '/devices?kind=unknown',
    tone: 'warn',
    roles: ['engineer'],
    permission: 'telemetry:read',
    count: (ctx) => rows(ctx.db.selectFrom('devices').where('unit_id', 'is', null), 'devices.device_no'),
  },
  {
    name: 'quarantined',
    section: 'fleet',
    path: '/quarantine?state=open',
    tone: 'warn',
    roles: ['engineer'],
    permission: 'telemetry:read',
    count: (ctx) => rows(ctx.db.selectFrom('quarantine').where('replayed_at', 'is', null), 'quarantine.id'),
  },
];
