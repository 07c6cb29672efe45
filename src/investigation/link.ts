// What an investigation is about: records it is linked to and the cohorts under suspicion.
import { sql } from 'kysely';
import { checkCohort } from '../claim/cohort.ts';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { CohortInput, LinkInput } from './inputs.ts';
import { loadOpenInvestigation, saveInvestigation } from './load.ts';
import type { InvestigationCohortRow } from './table.ts';

/** Linking twice changes nothing. */
export async function linkRecord(ctx: Ctx, id: string, link: LinkInput): Promise<void> {
  allow(ctx, 'investigation:write');
  await transaction(ctx, async (ctx) => {
    const before = await loadOpenInvestigation(ctx, id);
    await checkLink(ctx, link, 'record_id');
    const added = await ctx.db
      .insertInto('investigation_links')
      .values({ investigation_id: id, ...link, created_at: ctx.now })
      .onConflict((conflict) => conflict.doNothing())
      .returning('record_id')
      .executeTakeFirst();
    if (added === undefined) return;
    await saveInvestigation(ctx, before, {});
    await remember(ctx, { action: 'investigation.linked', record_kind: 'investigation', record_id: id, change: link });
  });
}

export async function unlinkRecord(ctx: Ctx, id: string, link: LinkInput): Promise<void> {
  allow(ctx, 'investigation:write');
  await transaction(ctx, async (ctx) => {
    const before = await loadOpenInvestigation(ctx, id);
    const removed = await ctx.db
      .deleteFrom('investigation_links')
      .where('investigation_id', '=', id)
      .where('kind', '=', link.kind)
      .where('record_id', '=', link.record_id)
      .returning('record_id')
      .executeTakeFirst();
    if (removed === undefined) throw notFound(['Link', '関連付け']);
    await saveInvestigation(ctx, before, {});
    await remember(ctx, { action: 'investigation.unlinked', record_kind: 'investigation', record_id: id, change: link });
  });
}

/** Suspecting the same cohort twice changes nothing: its figures would count twice. */
export async function addCohort(ctx: Ctx, id: string, cohort: CohortInput): Promise<InvestigationCohortRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const before = await loadOpenInvestigation(ctx, id);
    await checkCohort(ctx, cohort);
    const same = await findCohort(ctx, id, cohort);
    if (same !== undefined) return same;
    const row = { id: newId(ctx.now), investigation_id: id, ...cohort };
    await ctx.db.insertInto('investigation_cohorts').values(row).execute();
    await saveInvestigation(ctx, before, {});
    await remember(ctx, { action: 'investigation.cohort_added', record_kind: 'investigation', record_id: id, change: cohort });
    return row;
  });
}

const findCohort = (
  ctx: Ctx,
  investigation_id: string,
  { model_id, hw_rev, batch_id, firmware_id }: CohortInput,
): Promise<InvestigationCohortRow | undefined> =>
  ctx.db
    .selectFrom('investigation_cohorts')
    .selectAll()
    .where('investigation_id', '=', investigation_id)
    .where('model_id', '=', model_id)
    .where('hw_rev', 'is not distinct from', hw_rev)
    .where('batch_id', 'is not distinct from', batch_id)
    .where('firmware_id', 'is not distinct from', firmware_id)
    .executeTakeFirst();

export async function removeCohort(ctx: Ctx, id: string, cohort_id: string): Promise<void> {
  allow(ctx, 'investigation:write');
  await transaction(ctx, async (ctx) => {
    const before = await loadOpenInvestigation(ctx, id);
    const removed = await ctx.db
      .deleteFrom('investigation_cohorts')
      .where('investigation_id', '=', id)
      .where('id', '=', cohort_id)
      .returningAll()
      .executeTakeFirst();
    if (removed === undefined) throw notFound(['Cohort', '対象群']);
    await saveInvestigation(ctx, before, {});
    await remember(ctx, { action: 'investigation.cohort_removed', record_kind: 'investigation', record_id: id, change: { ...removed } });
  });
}

const tableOf = { unit: 'units', return_unit: 'return_units', alert: 'alerts', case: 'cases', failure_mode: 'codes' } as const;

/** Throws `invalid` for a record that does not exist. */
export async function checkLink(ctx: Ctx, link: LinkInput, path: string): Promise<void> {
  const found = await sql`select id from ${sql.table(tableOf[link.kind])} where id = ${link.record_id}`.execute(ctx.db);
  if (found.rows.length === 0) throw invalid(path, [`No such ${link.kind.replace('_', ' ')}`, '関連付ける対象が見つかりません']);
}
