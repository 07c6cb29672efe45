// Reads of cases. Every one that a partner may reach is narrowed by `seenBy`; internal events never pass `listEvents` for anyone but staff.
import { type ExpressionBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { identifierKey } from '../core/identifier.ts';
import { notFound } from '../core/problem.ts';
import { addDays, type Day, startOfDay } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import { seenBy } from '../db/scope.ts';
import type { Tables } from '../db/tables.ts';
import { type CaseEvent, type EventFacts, readEvent } from './event.ts';
import type { CaseType } from './kinds.ts';
import type { CaseState } from './lifecycle.ts';
import { type Neglect, neglects, SILENT_MS, UNOWNED_MS } from './rules.ts';
import type { CaseRow } from './table.ts';

/** By id or by number. Throws `not_found` for cases the actor may not see, too. */
export async function getCase(ctx: Ctx, id: string): Promise<CaseRow> {
  const row = await ctx.db
    .selectFrom('cases')
    .selectAll('cases')
    .$call(seenBy(ctx, 'cases.partner_id'))
    .where((where) => where.or([where('cases.id', '=', id), where('cases.number', '=', id)]))
    .executeTakeFirst();
  if (row === undefined) throw notFound(['Case', '問い合わせ']);
  return row;
}

export interface CaseFilter {
  readonly state?: CaseState | 'active' | undefined;
  readonly type?: CaseType | undefined;
  readonly owner_id?: string | undefined;
  readonly customer_id?: string | undefined;
  readonly unit_id?: string | undefined;
  readonly category_id?: string | undefined;
  readonly alert_id?: string | undefined;
  /** Open ones whose next step is due by the end of that day. */
  readonly due_by?: Day | undefined;
  readonly q?: string | undefined;
}

export interface ListedCase extends CaseRow {
  readonly customer_name: string | null;
  readonly owner_name: string | null;
}

const sortable = {
  opened_at: 'cases.opened_at',
  updated_at: 'cases.updated_at',
  number: 'cases.number',
  next_due_at: 'coalesce(cases.next_due_at, 9007199254740991)',
};

export const listCases = (ctx: Ctx, filter: CaseFilter, request: PageRequest): Promise<Page<ListedCase>> =>
  listPage(caseQuery(ctx).$call(filtered(filter, ctx.zone)), request, sortable, 'cases.id');

const caseQuery = (ctx: Ctx) =>
  ctx.db
    .selectFrom('cases')
    .$call(seenBy(ctx, 'cases.partner_id'))
    .leftJoin('customers', 'customers.id', 'cases.customer_id')
    .leftJoin('users', 'users.id', 'cases.owner_id')
    .selectAll('cases')
    .select(['customers.name as customer_name', 'users.name as owner_name']);

const filtered =
  (filter: CaseFilter, zone: string) =>
  <TB extends keyof Tables, O>(query: SelectQueryBuilder<Tables, TB | 'cases', O>): SelectQueryBuilder<Tables, TB | 'cases', O> => {
    // The builder cannot see that TB holds `cases`; every caller starts from it.
    let narrowed = query as unknown as SelectQueryBuilder<Tables, 'cases', O>;
    if (filter.state === 'active') narrowed = narrowed.where('cases.state', 'not in', ['solved', 'closed']);
    else if (filter.state !== undefined) narrowed = narrowed.where('cases.state', '=', filter.state);
    if (filter.type !== undefined) narrowed = narrowed.where('cases.type', '=', filter.type);
    if (filter.owner_id === 'none') narrowed = narrowed.where('cases.owner_id', 'is', null);
    else if (filter.owner_id !== undefined) narrowed = narrowed.where('cases.owner_id', '=', filter.owner_id);
    if (filter.customer_id !== undefined) narrowed = narrowed.where('cases.customer_id', '=', filter.customer_id);
    if (filter.category_id !== undefined) narrowed = narrowed.where('cases.category_id', '=', filter.category_id);
    if (filter.alert_id !== undefined) narrowed = narrowed.where('cases.alert_id', '=', filter.alert_id);
    const { unit_id, q, due_by } = filter;
    if (due_by !== undefined)
      narrowed = narrowed.where('cases.state', 'not in', ['solved', 'closed']).where('cases.next_due_at', '<', startOfDay(addDays(due_by, 1), zone));
    if (unit_id !== undefined)
      narrowed = narrowed.where((where) =>
        where.exists(where.selectFrom('case_units').select('unit_id').whereRef('case_units.case_id', '=', 'cases.id').where('unit_id', '=', unit_id)),
      );
    if (q !== undefined) narrowed = narrowed.where((where) => mentions(where, q));
    return narrowed as unknown as SelectQueryBuilder<Tables, TB | 'cases', O>;
  };

function mentions(where: ExpressionBuilder<Tables, 'cases'>, q: string) {
  const pattern = `%${q.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  const serial = where.exists(
    where
      .selectFrom('case_units')
      .innerJoin('units', 'units.id', 'case_units.unit_id')
      .select('units.id')
      .whereRef('case_units.case_id', '=', 'cases.id')
      .where('units.serial_key', '=', identifierKey(q)),
  );
  return where.or([
    sql<boolean>`lower(cases.subject) like ${pattern} escape '\\'`,
    where('cases.number', '=', q.toUpperCase()),
    where('cases.external_no', '=', q),
    serial,
  ]);
}

export interface NeglectedCase extends ListedCase {
  readonly neglects: readonly Neglect[];
}

/** The list no filter can hide: every open case that nobody owns, waits for our answer, is overdue or has no next step. The oldest first. */
export async function listNeglected(ctx: Ctx, request: Omit<PageRequest, 'sort'> = { limit: 50 }): Promise<Page<NeglectedCase>> {
  const { now } = ctx;
  const query = caseQuery(ctx).$call(neglected(now)).select(overdueRequest(now));
  const page = await listPage(query, { ...request, sort: 'opened_at' }, { opened_at: 'cases.opened_at' }, 'cases.id');
  return { ...page, items: page.items.map(({ overdue_requests, ...row }) => ({ ...row, neglects: neglects(row, now, overdue_requests > 0) })) };
}

export async function countNeglected(ctx: Ctx): Promise<number> {
  const { n } = await ctx.db
    .selectFrom('cases')
    .$call(seenBy(ctx, 'cases.partner_id'))
    .$call(neglected(ctx.now))
    .select((select) => select.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return n;
}

const neglected =
  (now: number) =>
  <TB extends keyof Tables, O>(query: SelectQueryBuilder<Tables, TB | 'cases', O>): SelectQueryBuilder<Tables, TB | 'cases', O> =>
    // The builder cannot see that TB holds `cases`; every caller starts from it.
    (query as unknown as SelectQueryBuilder<Tables, 'cases', O>)
      .where('cases.state', 'not in', ['solved', 'closed'])
      .where((where) =>
        where.or([
          where.and([where('cases.owner_id', 'is', null), where('cases.opened_at', '<=', now - UNOWNED_MS)]),
          where('cases.unanswered_since_at', '<=', now - SILENT_MS),
          where('cases.next_due_at', '<=', now),
          where.and([where('cases.owner_id', 'is not', null), where.or([where('cases.next_step', 'is', null), where('cases.next_due_at', 'is', null)])]),
          sql<boolean>`exists (select 1 from case_requests where case_requests.case_id = cases.id and case_requests.state = 'waiting' and case_requests.due_at <= ${now})`,
        ]),
      ) as unknown as SelectQueryBuilder<Tables, TB | 'cases', O>;

const overdueRequest = (now: number) =>
  sql<number>`(select count(*) from case_requests where case_requests.case_id = cases.id and case_requests.state = 'waiting' and case_requests.due_at <= ${now})`.as(
    'overdue_requests',
  );

/** What happened, in order. Others than staff get the public part, without the facts staff keep about it. */
export async function listEvents(ctx: Ctx, case_id: string): Promise<CaseEvent[]> {
  const staff = ctx.actor.partner_id === null;
  const rows = await ctx.db
    .selectFrom('case_events')
    .innerJoin('cases', 'cases.id', 'case_events.case_id')
    .$call(seenBy(ctx, 'cases.partner_id'))
    .selectAll('case_events')
    .where('case_events.case_id', '=', case_id)
    .$if(!staff, (query) => query.where('case_events.visibility', '=', 'public'))
    .orderBy('case_events.at')
    .orderBy('case_events.id')
    .execute();
  return rows.map(readEvent).map((event) => (staff ? event : { ...event, facts: told(event.facts), source_key: null }));
}

/** Which visit was agreed is for both to know. */
const told = ({ visit_id }: EventFacts): EventFacts => (visit_id === undefined ? {} : { visit_id });

export const listCaseUnits = (ctx: Ctx, case_id: string) =>
  ctx.db
    .selectFrom('case_units')
    .innerJoin('units', 'units.id', 'case_units.unit_id')
    .innerJoin('models', 'models.id', 'units.model_id')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .$call(seenBy(ctx, 'units.partner_id'))
    .select([
      'units.id',
      'units.serial',
      'units.model_id',
      'units.firmware_id',
      'models.code as model_code',
      'models.name as model_name',
      'models.maker_id',
      'makers.name as maker_name',
    ])
    .where('case_units.case_id', '=', case_id)
    .orderBy('units.id')
    .execute();

export const listRequests = (ctx: Ctx, case_id: string) =>
  ctx.db.selectFrom('case_requests').selectAll().where('case_id', '=', case_id).orderBy('id').execute();

/** What somebody was asked by name and has not answered, the most urgent first. */
export const listAskedOf = (ctx: Ctx, user_id: string) =>
  ctx.db
    .selectFrom('case_requests')
    .innerJoin('cases', 'cases.id', 'case_requests.case_id')
    .select(['cases.id', 'cases.number', 'cases.subject', 'case_requests.kind', 'case_requests.question', 'case_requests.asked_by', 'case_requests.due_at'])
    .where('case_requests.state', '=', 'waiting')
    .where('case_requests.asked_user_id', '=', user_id)
    .orderBy('case_requests.due_at')
    .execute();

export const listCodes = (ctx: Ctx, tree: 'category' | 'cause') =>
  ctx.db.selectFrom('case_codes').selectAll().where('tree', '=', tree).orderBy('code').execute();

/** What a workaround can be for. */
export const listScopes = async ({ db }: Ctx) => ({
  makers: await db.selectFrom('makers').select(['id', 'code']).orderBy('code').limit(MOST_CHOICES).execute(),
  models: await db.selectFrom('models').select(['id', 'code']).orderBy('code').limit(MOST_CHOICES).execute(),
  firmwares: await db
    .selectFrom('firmwares')
    .innerJoin('models', 'models.id', 'firmwares.model_id')
    .select(['firmwares.id', 'firmwares.code', 'models.code as model_code'])
    .orderBy('models.code')
    .orderBy('firmwares.code')
    .limit(MOST_CHOICES)
    .execute(),
});
const MOST_CHOICES = 3000;

/** People who can own a case. */
export const listOwners = (ctx: Ctx) =>
  ctx.db
    .selectFrom('users')
    .select(['id', 'name', 'role'])
    .where('disabled_at', 'is', null)
    .where('role', 'in', ['tech', 'lead', 'quality', 'engineer', 'admin'])
    .orderBy('name')
    .execute();

export const listTemplates = (ctx: Ctx) => ctx.db.selectFrom('case_templates').selectAll().where('retired_at', 'is', null).orderBy('code').execute();

/** Workarounds in use, with the codes of what each is for. */
export const listWorkaroundScopes = (ctx: Ctx) =>
  ctx.db
    .selectFrom('workarounds')
    .leftJoin('models', 'models.id', 'workarounds.model_id')
    .leftJoin('makers', 'makers.id', 'workarounds.maker_id')
    .leftJoin('firmwares', 'firmwares.id', 'workarounds.firmware_id')
    .selectAll('workarounds')
    .select(['models.code as model_code', 'makers.code as maker_code', 'firmwares.code as firmware_code'])
    .where('workarounds.retired_at', 'is', null)
    .orderBy('workarounds.id')
    .execute();
