// Reads of claims. For staff only.
import { sql } from 'kysely';
import { staffOnly } from '../core/actor.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type PageRequest } from '../db/page.ts';
import type { ClaimFilter } from './inputs.ts';
import { getClaim } from './load.ts';

const sortable = {
  updated_at: 'claims.updated_at',
  number: 'claims.number',
  created_at: 'claims.created_at',
  next_on: "coalesce(claims.next_on, '')",
  state: 'claims.state',
};

/** Lines by state, counted per claim: claimed of all, accepted includes settled ones. */
const counts = [
  sql<number>`(select count(*) from claim_lines where claim_lines.claim_id = claims.id)`.as('units_claimed'),
  sql<number>`(select count(*) from claim_lines where claim_lines.claim_id = claims.id and claim_lines.state in ('accepted','settled'))`.as('units_accepted'),
  sql<number>`(select count(*) from claim_lines where claim_lines.claim_id = claims.id and claim_lines.state = 'settled')`.as('units_settled'),
  sql<number>`(select count(*) from claim_lines where claim_lines.claim_id = claims.id and claim_lines.state in ('claimed','refused'))`.as('units_open'),
  sql<string | null>`(select min(due_on) from claim_deadlines where claim_deadlines.claim_id = claims.id and met_on is null and dropped_at is null)`.as(
    'next_due_on',
  ),
];

export function listClaims(ctx: Ctx, request: PageRequest, filter: ClaimFilter) {
  staffOnly(ctx);
  let query = ctx.db
    .selectFrom('claims')
    .innerJoin('makers', 'makers.id', 'claims.maker_id')
    .leftJoin('users', 'users.id', 'claims.owner_id')
    .select([
      'claims.id',
      'claims.number',
      'claims.maker_id',
      'makers.code as maker_code',
      'makers.name as maker_name',
      'claims.investigation_id',
      'claims.title',
      'claims.remedy',
      'claims.state',
      'claims.owner_id',
      'users.name as owner_name',
      'claims.next_on',
      'claims.maker_rma',
      'claims.submitted_on',
      'claims.answered_on',
      'claims.settled_on',
      'claims.created_at',
      'claims.updated_at',
      'claims.version',
      ...counts,
    ]);
  for (const field of ['state', 'maker_id', 'investigation_id', 'owner_id'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(`claims.${field}`, '=', value);
  }
  if (filter.unit_id !== undefined)
    query = query.where('claims.id', 'in', ctx.db.selectFrom('claim_lines').select('claim_id').where('unit_id', '=', filter.unit_id));
  if (filter.q !== undefined) {
    const pattern = `%${filter.q.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    query = query.where(
      sql<boolean>`(lower(claims.number) like ${pattern} escape '\\' or lower(claims.title) like ${pattern} escape '\\' or lower(coalesce(claims.maker_rma, '')) like ${pattern} escape '\\')`,
    );
  }
  return listPage(query, request, sortable, 'claims.id');
}

/** Open claims without an owner or a next date, or with one that has passed: shown whatever the filters say. */
export async function listUnattendedClaims(ctx: Ctx, day: string) {
  staffOnly(ctx);
  return ctx.db
    .selectFrom('claims')
    .leftJoin('users', 'users.id', 'claims.owner_id')
    .innerJoin('makers', 'makers.id', 'claims.maker_id')
    .select(['claims.id', 'claims.number', 'claims.title', 'claims.state', 'makers.name as maker_name', 'users.name as owner_name', 'claims.next_on'])
    .where('claims.state', '!=', 'closed')
    .where((of) =>
      of.or([of('claims.owner_id', 'is', null), of('users.disabled_at', 'is not', null), of('claims.next_on', 'is', null), of('claims.next_on', '<', day)]),
    )
    .orderBy(sql`coalesce(claims.next_on, '')`)
    .orderBy('claims.id')
    .execute();
}

/** Everything on one claim. */
export async function viewClaim(ctx: Ctx, id: string) {
  staffOnly(ctx);
  const claim = await getClaim(ctx, id);
  const maker = await ctx.db.selectFrom('makers').select(['code', 'name']).where('id', '=', claim.maker_id).executeTakeFirstOrThrow();
  const owner = claim.owner_id === null ? undefined : await ctx.db.selectFrom('users').select('name').where('id', '=', claim.owner_id).executeTakeFirst();
  const investigation =
    claim.investigation_id === null
      ? undefined
      : await ctx.db.selectFrom('investigations').select(['id', 'number', 'title']).where('id', '=', claim.investigation_id).executeTakeFirst();
  return {
    claim: { ...claim, maker_code: maker.code, maker_name: maker.name, owner_name: owner?.name ?? null },
    investigation: investigation ?? null,
    lines: await listLinesNamed(ctx, id),
    exchanges: await ctx.db.selectFrom('claim_exchanges').selectAll().where('claim_id', '=', id).orderBy('exchanged_on').orderBy('id').execute(),
    deadlines: await ctx.db.selectFrom('claim_deadlines').selectAll().where('claim_id', '=', id).orderBy('due_on').orderBy('id').execute(),
    counters: await ctx.db.selectFrom('claim_counters').selectAll().where('claim_id', '=', id).orderBy('id').execute(),
    settlements: await ctx.db.selectFrom('claim_settlements').selectAll().where('claim_id', '=', id).orderBy('id').execute(),
  };
}
export type ClaimView = Awaited<ReturnType<typeof viewClaim>>;

/** Lines with what people call their units. */
export const listLinesNamed = (ctx: Ctx, claim_id: string) =>
  ctx.db
    .selectFrom('claim_lines')
    .innerJoin('units', 'units.id', 'claim_lines.unit_id')
    .innerJoin('models', 'models.id', 'units.model_id')
    .leftJoin('batches', 'batches.id', 'units.batch_id')
    .leftJoin('units as successors', 'successors.id', 'claim_lines.successor_id')
    .leftJoin('unit_places', 'unit_places.unit_id', 'units.id')
    .selectAll('claim_lines')
    .select(['units.serial', 'models.code as model_code', 'batches.code as batch_code', 'successors.serial as successor_serial', 'unit_places.location'])
    .where('claim_lines.claim_id', '=', claim_id)
    .orderBy('claim_lines.id')
    .execute();
