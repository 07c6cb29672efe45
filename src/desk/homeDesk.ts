// What the desk, the receiving bench and the stock room find on the home page.
import { listAskedOf } from '../case/queries.ts';
import { addDays, startOfDay } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import { listLevels } from '../stock/levels.ts';
import { type EntryRule, rows, soonOn } from './homeEntry.ts';

export function deskEntries(ctx: Ctx): EntryRule[] {
  const mine = ctx.actor.id;
  const cases = (ctx: Ctx) => ctx.db.selectFrom('cases').$call(seenBy(ctx, 'cases.partner_id'));
  const desk = { roles: ['tech', 'lead'], permission: 'case:read' } as const;
  return [
    {
      name: 'my_cases',
      section: 'waiting',
      path: `/cases?owner_id=${mine}&state=active`,
      tone: 'plain',
      ...desk,
      count: (ctx) => rows(cases(ctx).where('owner_id', '=', mine).where('state', 'not in', ['solved', 'closed']), 'cases.id'),
    },
    {
      name: 'asked_of_me',
      section: 'waiting',
      path: '/cases/asked',
      tone: 'warn',
      ...desk,
      count: async (ctx) => (await listAskedOf(ctx, mine)).length,
    },
    {
      name: 'new_cases',
      section: 'waiting',
      path: '/cases?state=new',
      tone: 'warn',
      ...desk,
      count: (ctx) => rows(cases(ctx).where('state', '=', 'new'), 'cases.id'),
    },
    {
      name: 'returns_to_authorise',
      section: 'waiting',
      path: '/returns?state=draft',
      tone: 'warn',
      roles: ['tech', 'lead'],
      permission: 'return:read',
      count: (ctx) => rows(ctx.db.selectFrom('returns').$call(seenBy(ctx, 'returns.partner_id')).where('state', '=', 'draft'), 'returns.id'),
    },
    {
      name: 'notices_to_approve',
      section: 'waiting',
      path: '/notices?state=in_review',
      tone: 'warn',
      roles: ['lead', 'quality'],
      permission: 'notice:approve',
      count: (ctx) => rows(ctx.db.selectFrom('notices').where('state', '=', 'in_review'), 'notices.id'),
    },
  ];
}

/** Cases whose next step has a date: mine soon, and everybody's that have passed. */
export function dueEntries(ctx: Ctx): EntryRule[] {
  const mine = ctx.actor.id;
  const open = (ctx: Ctx) => ctx.db.selectFrom('cases').$call(seenBy(ctx, 'cases.partner_id')).where('state', 'not in', ['solved', 'closed']);
  return [
    {
      name: 'my_cases_due',
      section: 'due',
      path: `/cases?owner_id=${mine}&due_by=${soonOn(ctx)}`,
      tone: 'warn',
      roles: ['tech', 'lead'],
      permission: 'case:read',
      count: (ctx) =>
        rows(
          open(ctx)
            .where('owner_id', '=', mine)
            .where('next_due_at', '<', startOfDay(addDays(soonOn(ctx), 1), ctx.zone)),
          'cases.id',
        ),
    },
    {
      name: 'cases_overdue',
      section: 'due',
      path: `/cases?due_by=${addDays(today(ctx), -1)}`,
      tone: 'bad',
      roles: ['lead'],
      permission: 'case:read',
      count: (ctx) => rows(open(ctx).where('next_due_at', '<', startOfDay(today(ctx), ctx.zone)), 'cases.id'),
    },
  ];
}

export function receivingEntries(ctx: Ctx): EntryRule[] {
  const units = (ctx: Ctx) => ctx.db.selectFrom('return_units').$call(seenBy(ctx, 'return_units.partner_id'));
  const inState = (state: 'expected' | 'received' | 'inspecting') => (ctx: Ctx) => rows(units(ctx).where('state', '=', state), 'return_units.id');
  const day = today(ctx);
  const bench = { section: 'receiving', roles: ['tech'], permission: 'return:read' } as const;
  return [
    {
      ...bench,
      name: 'received_today',
      path: `/return-units?received_from_on=${day}&received_to_on=${day}`,
      tone: 'plain',
      roles: ['tech', 'stock'],
      count: (ctx) => rows(units(ctx).where('returned_on', '=', day), 'return_units.id'),
    },
    { ...bench, name: 'units_to_inspect', path: '/return-units?state=received', tone: 'warn', count: inState('received') },
    { ...bench, name: 'units_on_bench', path: '/return-units?state=inspecting', tone: 'plain', count: inState('inspecting') },
    { ...bench, name: 'units_expected', path: '/return-units?state=expected', tone: 'plain', roles: ['tech', 'stock'], count: inState('expected') },
    {
      ...bench,
      name: 'units_overdue',
      path: '/return-units?flag=overdue',
      tone: 'bad',
      roles: ['tech', 'stock', 'lead'],
      count: (ctx) => rows(units(ctx).where('state', '=', 'expected').where('expected_by_on', '<', day), 'return_units.id'),
    },
  ];
}

const MOST_ON_A_PAGE = 500;

/** What is to be ordered is known only after the sum, so the pages of the list are walked. */
async function countShort(ctx: Ctx): Promise<number> {
  let [count, cursor]: [number, string | undefined] = [0, undefined];
  do {
    const page: Awaited<ReturnType<typeof listLevels>> = await listLevels(ctx, { limit: MOST_ON_A_PAGE, cursor }, { short: true });
    count += page.items.length;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return count;
}

export const stockEntries = (): EntryRule[] => [
  {
    name: 'below_reorder',
    section: 'stock',
    path: '/stock?short=true',
    tone: 'bad',
    roles: ['stock', 'lead'],
    permission: 'stock:read',
    count: countShort,
  },
  {
    name: 'active_holds',
    section: 'stock',
    path: '/stock/holds?state=active',
    tone: 'warn',
    roles: ['stock', 'quality', 'lead'],
    permission: 'stock:read',
    count: (ctx) => rows(ctx.db.selectFrom('stock_holds').where('state', '=', 'active'), 'stock_holds.id'),
  },
  {
    name: 'orders_open',
    section: 'stock',
    path: '/purchase-orders?awaited=true',
    tone: 'plain',
    roles: ['stock'],
    permission: 'stock:read',
    count: (ctx) => rows(ctx.db.selectFrom('purchase_orders').where('state', 'in', ['ordered', 'partly_received']), 'purchase_orders.id'),
  },
];
