// Reads of investigations. For staff only: a partner sees known issues, never the investigation behind them.
import { type SelectQueryBuilder, sql } from 'kysely';
import { type NamedCohort, nameCohorts } from '../claim/cohort.ts';
import { staffOnly } from '../core/actor.ts';
import type { Day } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { listPage, type PageRequest } from '../db/page.ts';
import type { Tables } from '../db/tables.ts';
import type { InvestigationFilter } from './inputs.ts';
import { type LinkView, listLinks } from './linkViews.ts';
import { getInvestigation } from './load.ts';
import { type ProblemNumbers, problemNumbers } from './numbers.ts';
import type { InvestigationActionRow, InvestigationCauseRow, InvestigationRow } from './table.ts';

const sortable = {
  updated_at: 'investigations.updated_at',
  created_at: 'investigations.created_at',
  number: 'investigations.number',
  next_on: "coalesce(investigations.next_on, '')",
  state: 'investigations.state',
};

const withOwner = (ctx: Ctx) =>
  ctx.db
    .selectFrom('investigations')
    .leftJoin('users', 'users.id', 'investigations.owner_id')
    .select([
      'investigations.id',
      'investigations.number',
      'investigations.title',
      'investigations.state',
      'investigations.source_kind',
      'investigations.source_id',
      'investigations.owner_id',
      'users.name as owner_name',
      'investigations.next_on',
      'investigations.next_step',
      'investigations.closed_at',
      'investigations.created_at',
      'investigations.updated_at',
      'investigations.version',
    ]);

export async function listInvestigations(ctx: Ctx, request: PageRequest, filter: InvestigationFilter) {
  staffOnly(ctx);
  let query = withOwner(ctx);
  if (filter.state === 'active') query = query.where('investigations.state', '<>', 'closed');
  else if (filter.state !== undefined) query = query.where('investigations.state', '=', filter.state);
  if (filter.due_by !== undefined) query = query.where('investigations.state', '<>', 'closed').where('investigations.next_on', '<=', filter.due_by);
  if (filter.owner_id !== undefined) query = query.where('investigations.owner_id', '=', filter.owner_id);
  if (filter.model_id !== undefined) query = query.where(suspects(sql`models.id = ${filter.model_id}`));
  if (filter.maker_id !== undefined) query = query.where(suspects(sql`models.maker_id = ${filter.maker_id}`));
  if (filter.q !== undefined) query = query.$call(matching(filter.q));
  return listPage(query, request, sortable, 'investigations.id');
}

const suspects = (model: ReturnType<typeof sql>) =>
  sql<boolean>`exists (select 1 from investigation_cohorts join models on models.id = investigation_cohorts.model_id where investigation_cohorts.investigation_id = investigations.id and ${model})`;

const matching =
  (text: string) =>
  <O>(query: SelectQueryBuilder<Tables & { users: Tables['users'] | null }, 'investigations', O>) => {
    const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    return query.where(sql<boolean>`(lower(investigations.number) like ${pattern} escape '\\' or lower(investigations.title) like ${pattern} escape '\\')`);
  };

export type Neglect = 'no_owner' | 'owner_left' | 'no_next_date' | 'overdue';

export type UnattendedInvestigation = Pick<InvestigationRow, 'id' | 'number' | 'title' | 'state' | 'owner_id' | 'next_on'> & {
  readonly owner_name: string | null;
  readonly neglect: Neglect[];
};

/** Open ones without an owner (or whose owner left), without a next date or with one that has passed. No filter hides these. */
export async function listUnattended(ctx: Ctx): Promise<UnattendedInvestigation[]> {
  staffOnly(ctx);
  const day = today(ctx);
  const rows = await ctx.db
    .selectFrom('investigations')
    .leftJoin('users', 'users.id', 'investigations.owner_id')
    .select([
      'investigations.id',
      'investigations.number',
      'investigations.title',
      'investigations.state',
      'investigations.owner_id',
      'investigations.next_on',
      'users.name as owner_name',
      'users.disabled_at',
    ])
    .where('investigations.state', '!=', 'closed')
    .where((of) =>
      of.or([
        of('investigations.owner_id', 'is', null),
        of('users.disabled_at', 'is not', null),
        of('investigations.next_on', 'is', null),
        of('investigations.next_on', '<', day),
      ]),
    )
    .orderBy(sql`coalesce(investigations.next_on, '')`)
    .orderBy('investigations.id')
    .execute();
  return rows.map(({ disabled_at, ...row }) => ({ ...row, neglect: neglectOf({ ...row, disabled_at }, day) }));
}

const neglectOf = (row: { owner_id: string | null; disabled_at: number | null; next_on: string | null }, day: Day): Neglect[] => [
  ...(row.owner_id === null ? ['no_owner' as const] : row.disabled_at === null ? [] : ['owner_left' as const]),
  ...(row.next_on === null ? ['no_next_date' as const] : row.next_on < day ? ['overdue' as const] : []),
];

export interface CutInView {
  readonly id: string;
  readonly action_id: string;
  readonly model_code: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string | null;
}

export interface InvestigationView {
  readonly investigation: InvestigationRow & { readonly owner_name: string | null };
  readonly frozen: ProblemNumbers;
  readonly live: ProblemNumbers;
  readonly cohorts: (NamedCohort & { readonly id: string })[];
  readonly links: LinkView[];
  readonly team: { readonly user_id: string; readonly name: string; readonly duty: string | null }[];
  readonly causes: InvestigationCauseRow[];
  readonly actions: (InvestigationActionRow & { readonly owner_name: string; readonly cut_ins: CutInView[] })[];
}

/** Everything on one investigation. Cost: the live numbers are one scan of the cohorts' service and returns. */
export async function viewInvestigation(ctx: Ctx, id: string): Promise<InvestigationView> {
  staffOnly(ctx);
  const row = await getInvestigation(ctx, id);
  const owner = row.owner_id === null ? undefined : await ctx.db.selectFrom('users').select('name').where('id', '=', row.owner_id).executeTakeFirst();
  const cohorts = await nameCohorts(
    ctx,
    await ctx.db
      .selectFrom('investigation_cohorts')
      .select(['id', 'model_id', 'hw_rev', 'batch_id', 'firmware_id'])
      .where('investigation_id', '=', id)
      .orderBy('id')
      .execute(),
  );
  const links = await listLinks(ctx, id);
  // Written by openInvestigation from a ProblemNumbers.
  const frozen = JSON.parse(row.frozen) as ProblemNumbers;
  return {
    investigation: { ...row, owner_name: owner?.name ?? null },
    frozen,
    live: await problemNumbers(ctx, { cohorts, links }),
    cohorts,
    links,
    team: await listTeam(ctx, id),
    causes: await ctx.db.selectFrom('investigation_causes').selectAll().where('investigation_id', '=', id).orderBy('id').execute(),
    actions: await listActions(ctx, id),
  };
}

const listTeam = (ctx: Ctx, id: string) =>
  ctx.db
    .selectFrom('investigation_members')
    .innerJoin('users', 'users.id', 'investigation_members.user_id')
    .select(['user_id', 'users.name', 'duty'])
    .where('investigation_id', '=', id)
    .orderBy('users.name')
    .execute();

export async function listActions(ctx: Ctx, id: string) {
  const actions = await ctx.db
    .selectFrom('investigation_actions')
    .innerJoin('users', 'users.id', 'investigation_actions.owner_id')
    .selectAll('investigation_actions')
    .select('users.name as owner_name')
    .where('investigation_id', '=', id)
    .orderBy('investigation_actions.id')
    .execute();
  const cutIns = await ctx.db
    .selectFrom('action_cut_ins')
    .innerJoin('investigation_actions', 'investigation_actions.id', 'action_cut_ins.action_id')
    .innerJoin('models', 'models.id', 'action_cut_ins.model_id')
    .leftJoin('batches', 'batches.id', 'action_cut_ins.batch_id')
    .leftJoin('firmwares', 'firmwares.id', 'action_cut_ins.firmware_id')
    .select([
      'action_cut_ins.id',
      'action_id',
      'models.code as model_code',
      'action_cut_ins.kind',
      'serial_from_key',
      'serial_to_key as to',
      'hw_rev',
      'batches.code as batch_code',
      'firmwares.code as firmware_code',
    ])
    .where('investigation_id', '=', id)
    .orderBy('action_cut_ins.id')
    .execute();
  const named = cutIns.map(({ serial_from_key, hw_rev, batch_code, firmware_code, ...cutIn }) => ({
    ...cutIn,
    from: batch_code ?? firmware_code ?? hw_rev ?? serial_from_key ?? '',
  }));
  return actions.map((action) => ({ ...action, cut_ins: named.filter((cutIn) => cutIn.action_id === action.id) }));
}

export const listChecks = (ctx: Ctx, id: string) =>
  ctx.db.selectFrom('effectiveness_checks').selectAll().where('investigation_id', '=', id).orderBy('id', 'desc').execute();

/** Failures seen since the closing, with the side of the cut-in they fell on. */
export const listRecurrences = (ctx: Ctx, id: string) =>
  ctx.db
    .selectFrom('recurrences')
    .innerJoin('return_units', 'return_units.id', 'recurrences.return_unit_id')
    .innerJoin('units', 'units.id', 'return_units.unit_id')
    .leftJoin('batches', 'batches.id', 'units.batch_id')
    .select([
      'recurrences.return_unit_id',
      'return_units.return_id',
      'return_units.unit_id',
      'units.serial',
      'batches.code as batch_code',
      'units.hw_rev',
      'return_units.failed_on',
      'recurrences.side',
      'recurrences.reopened_at',
      'recurrences.created_at',
    ])
    .where('recurrences.investigation_id', '=', id)
    .orderBy('recurrences.created_at', 'desc')
    .orderBy('recurrences.return_unit_id')
    .execute();
