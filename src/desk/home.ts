// What waits for a person, by role. A card counts the rows of the list its link opens, with the same filter.
import type { ReferenceExpression, SelectQueryBuilder } from 'kysely';
import { may } from '../core/actor.ts';
import type { Permission, Role } from '../core/permission.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import type { Tables } from '../db/tables.ts';
import type { homeWords } from './homeWords.ts';

type Name = keyof ReturnType<typeof homeWords>;

export interface Card {
  readonly name: Exclude<Name, 'greeting'>;
  readonly path: string;
  readonly count: number;
  readonly tone: 'bad' | 'warn' | 'plain';
}

interface CardRule extends Omit<Card, 'count'> {
  readonly roles: readonly Role[];
  readonly permission: Permission;
  readonly count: (ctx: Ctx) => Promise<number>;
}

/** The cards of the person's role, the ones that wait first. Each is one count by index. */
export async function cardsFor(ctx: Ctx): Promise<Card[]> {
  const rules = cardRules(ctx).filter((rule) => (ctx.actor.role === 'admin' || rule.roles.includes(ctx.actor.role)) && may(ctx.actor, rule.permission));
  const cards = await Promise.all(rules.map(async ({ name, path, tone, count }) => ({ name, path, tone, count: await count(ctx) })));
  return cards.sort((a, b) => Number(b.count > 0) - Number(a.count > 0));
}

const cardRules = (ctx: Ctx): CardRule[] => [...deskCards(ctx), ...returnCards(ctx), ...qualityCards(ctx), ...fleetCards()];

function deskCards(ctx: Ctx): CardRule[] {
  const mine = ctx.actor.id;
  return [
    {
      name: 'my_cases',
      path: `/cases?owner_id=${mine}`,
      tone: 'plain',
      roles: ['tech', 'lead'],
      permission: 'case:read',
      count: (ctx) =>
        rows(
          ctx.db
            .selectFrom('cases')
            .$call(seenBy(ctx, 'cases.partner_id'))
            .where('owner_id', '=', mine)
            .where('state', 'not in', ['solved', 'closed'])
            .where('merged_into_id', 'is', null),
          'cases.id',
        ),
    },
    {
      name: 'new_cases',
      path: '/cases?state=new',
      tone: 'warn',
      roles: ['tech', 'lead'],
      permission: 'case:read',
      count: (ctx) =>
        rows(ctx.db.selectFrom('cases').$call(seenBy(ctx, 'cases.partner_id')).where('state', '=', 'new').where('merged_into_id', 'is', null), 'cases.id'),
    },
    {
      name: 'notices_to_approve',
      path: '/notices?state=in_review',
      tone: 'warn',
      roles: ['lead', 'quality'],
      permission: 'notice:approve',
      count: (ctx) => rows(ctx.db.selectFrom('notices').where('state', '=', 'in_review'), 'notices.id'),
    },
  ];
}

function returnCards(ctx: Ctx): CardRule[] {
  const units = (state: 'expected' | 'received' | 'inspecting') => (ctx: Ctx) =>
    rows(ctx.db.selectFrom('return_units').$call(seenBy(ctx, 'return_units.partner_id')).where('state', '=', state), 'return_units.id');
  const returns = (state: 'draft' | 'open') => ctx.db.selectFrom('returns').$call(seenBy(ctx, 'returns.partner_id')).where('state', '=', state);
  return [
    {
      name: 'returns_to_authorise',
      path: '/returns?state=draft',
      tone: 'warn',
      roles: ['tech', 'lead'],
      permission: 'return:read',
      count: () => rows(returns('draft'), 'returns.id'),
    },
    {
      name: 'units_expected',
      path: '/return-units?state=expected',
      tone: 'plain',
      roles: ['tech', 'stock'],
      permission: 'return:read',
      count: units('expected'),
    },
    { name: 'units_to_inspect', path: '/return-units?state=received', tone: 'warn', roles: ['tech'], permission: 'return:read', count: units('received') },
    { name: 'units_on_bench', path: '/return-units?state=inspecting', tone: 'plain', roles: ['tech'], permission: 'return:read', count: units('inspecting') },
  ];
}

function qualityCards(ctx: Ctx): CardRule[] {
  const mine = ctx.actor.id;
  return [
    {
      name: 'open_alerts',
      path: '/alerts?state=open',
      tone: 'bad',
      roles: ['quality', 'lead', 'engineer', 'tech'],
      permission: 'alert:read',
      count: (ctx) => rows(ctx.db.selectFrom('alerts').where('state', '=', 'open'), 'alerts.id'),
    },
    {
      name: 'my_investigations',
      path: `/investigations?owner_id=${mine}`,
      tone: 'plain',
      roles: ['quality', 'lead'],
      permission: 'investigation:read',
      count: (ctx) => rows(ctx.db.selectFrom('investigations').where('owner_id', '=', mine).where('state', '<>', 'closed'), 'investigations.id'),
    },
    {
      name: 'claims_waiting',
      path: '/claims?state=submitted',
      tone: 'plain',
      roles: ['quality'],
      permission: 'claim:read',
      count: (ctx) => rows(ctx.db.selectFrom('claims').where('state', '=', 'submitted'), 'claims.id'),
    },
    {
      name: 'active_holds',
      path: '/stock/holds?state=active',
      tone: 'warn',
      roles: ['stock', 'quality', 'lead'],
      permission: 'stock:read',
      count: (ctx) => rows(ctx.db.selectFrom('stock_holds').where('state', '=', 'active'), 'stock_holds.id'),
    },
  ];
}

const fleetCards = (): CardRule[] => [
  {
    name: 'unknown_devices',
    path: '/devices?kind=unknown',
    tone: 'warn',
    roles: ['engineer'],
    permission: 'telemetry:read',
    count: (ctx) => rows(ctx.db.selectFrom('devices').where('unit_id', 'is', null), 'devices.device_no'),
  },
  {
    name: 'quarantined',
    path: '/quarantine?state=open',
    tone: 'warn',
    roles: ['engineer'],
    permission: 'telemetry:read',
    count: (ctx) => rows(ctx.db.selectFrom('quarantine').where('replayed_at', 'is', null), 'quarantine.id'),
  },
];

async function rows<TB extends keyof Tables>(query: SelectQueryBuilder<Tables, TB, object>, id: ReferenceExpression<Tables, TB>): Promise<number> {
  const counted = await query.select((of) => of.fn.count<number>(id).as('n')).executeTakeFirstOrThrow();
  return Number(counted.n);
}
