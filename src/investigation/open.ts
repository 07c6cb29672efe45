import { investigateAlert } from '../alert/act.ts';
import { nextState as nextAlertState } from '../alert/lifecycle.ts';
import { type Cohort, checkCohort } from '../claim/cohort.ts';
import { defaultOwner, getStaff } from '../claim/staff.ts';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, Problem } from '../core/problem.ts';
import { addDays } from '../core/time.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { nextNumber } from '../db/number.ts';
import { remember } from '../history/remember.ts';
import type { LinkInput, OpenInvestigation } from './inputs.ts';
import { checkLink } from './link.ts';
import { problemNumbers } from './numbers.ts';
import type { InvestigationRow } from './table.ts';

/** Days until the first next date when the opener names none. */
const FIRST_STEP_DAYS = 7;

/**
 * Opens an 8D with the numbers of its problem frozen. Throws `conflict` when the alert it comes from already has an open one, `invalid` for
 * links and cohorts that do not exist.
 */
export async function openInvestigation(ctx: Ctx, input: OpenInvestigation): Promise<InvestigationRow> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const { team, source_kind, source_id, owner_id = defaultOwner(ctx), ...fields } = input;
    const links = withSource(input);
    await checkInput(ctx, input, links, owner_id);
    await refuseSecond(ctx, input);
    const cohorts = input.cohorts.length > 0 ? distinct(input.cohorts) : await cohortOfSource(ctx, input);
    const frozen = await problemNumbers(ctx, { cohorts, links });
    const row: InvestigationRow = {
      id: newId(ctx.now),
      number: await nextNumber(ctx, 'INV'),
      title: fields.title,
      problem: fields.problem,
      state: 'open',
      source_kind,
      source_id,
      owner_id,
      next_on: fields.next_on ?? addDays(today(ctx), FIRST_STEP_DAYS),
      next_step: fields.next_step ?? null,
      frozen: JSON.stringify(frozen),
      frozen_at: ctx.now,
      containment: null,
      effectiveness: null,
      evidence_kind: null,
      evidence_id: null,
      closed_at: null,
      closed_by: null,
      reopened_at: null,
      reopened_reason: null,
      created_by: ctx.actor.name,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('investigations').values(row).execute();
    await keepParts(ctx, row.id, { cohorts, links, team });
    if (source_kind === 'alert' && source_id !== null) await tellAlert(ctx, source_id, row.id);
    await remember(ctx, {
      action: 'investigation.opened',
      record_kind: 'investigation',
      record_id: row.id,
      change: { number: row.number, title: row.title, source_kind, source_id, owner_id, frozen },
    });
    return row;
  });
}

/** Each cohort once: named twice, its figures would count twice. */
const distinct = (cohorts: readonly Cohort[]): Cohort[] => [
  ...new Map(cohorts.map((cohort) => [[cohort.model_id, cohort.hw_rev, cohort.batch_id, cohort.firmware_id].join(' '), cohort])).values(),
];

/** What an alert or a returned unit suspects, when nobody says otherwise. */
async function cohortOfSource(ctx: Ctx, { source_kind, source_id }: OpenInvestigation): Promise<Cohort[]> {
  if (source_kind === 'alert') {
    const alert = await ctx.db
      .selectFrom('alerts')
      .select(['model_id', 'hw_rev', 'batch_id', 'firmware_id'])
      .where('id', '=', source_id ?? '')
      .executeTakeFirst();
    return alert === undefined || alert.model_id === null ? [] : [{ ...alert, model_id: alert.model_id }];
  }
  if (source_kind !== 'return_unit') return [];
  const unit = await ctx.db
    .selectFrom('return_units')
    .innerJoin('units', 'units.id', 'return_units.unit_id')
    .select(['units.model_id', 'units.batch_id'])
    .where('return_units.id', '=', source_id ?? '')
    .executeTakeFirst();
  return unit === undefined ? [] : [{ ...unit, hw_rev: null, firmware_id: null }];
}

/** Writes what belongs to the new investigation: its cohorts, links and team. */
async function keepParts(ctx: Ctx, investigation_id: string, { cohorts, links, team }: Pick<OpenInvestigation, 'cohorts' | 'links' | 'team'>): Promise<void> {
  for (const cohort of cohorts)
    await ctx.db
      .insertInto('investigation_cohorts')
      .values({ id: newId(ctx.now), investigation_id, ...cohort })
      .execute();
  for (const link of links)
    await ctx.db
      .insertInto('investigation_links')
      .values({ investigation_id, ...link, created_at: ctx.now })
      .execute();
  for (const member of team)
    await ctx.db
      .insertInto('investigation_members')
      .values({ investigation_id, ...member })
      .execute();
}

/** The alert says that somebody looks into it, unless it is over already. */
async function tellAlert(ctx: Ctx, id: string, investigation_id: string): Promise<void> {
  const alert = await ctx.db.selectFrom('alerts').select('state').where('id', '=', id).executeTakeFirstOrThrow();
  if (nextAlertState(alert.state, 'investigate') !== null) await investigateAlert(ctx, id, { investigation_id });
}

/** The links asked for and the source itself, each once. */
function withSource({ links, source_kind, source_id }: OpenInvestigation): LinkInput[] {
  const all = source_kind === 'manual' || source_id === null ? links : [{ kind: source_kind, record_id: source_id }, ...links];
  return [...new Map(all.map((link) => [`${link.kind} ${link.record_id}`, link])).values()];
}

async function checkInput(ctx: Ctx, input: OpenInvestigation, links: readonly LinkInput[], owner_id: string | null): Promise<void> {
  if (input.next_on !== undefined && input.next_on < today(ctx)) throw invalid('next_on', ['The next date has passed', '次回日が過去の日付です']);
  if (owner_id !== null) await getStaff(ctx, owner_id);
  for (const [i, cohort] of input.cohorts.entries()) await checkCohort(ctx, cohort, `cohorts.${i}`);
  for (const [i, link] of links.entries()) await checkLink(ctx, link, `links.${i}`);
  for (const [i, member] of input.team.entries()) await getStaff(ctx, member.user_id, `team.${i}.user_id`);
}

async function refuseSecond(ctx: Ctx, { source_kind, source_id }: OpenInvestigation): Promise<void> {
  if (source_kind !== 'alert') return;
  const first = await ctx.db
    .selectFrom('investigations')
    .select(['id', 'number'])
    .where('source_kind', '=', 'alert')
    .where('source_id', '=', source_id)
    .where('state', '!=', 'closed')
    .executeTakeFirst();
  if (first !== undefined) {
    throw new Problem('conflict', [`${first.number} investigates this alert`, `この警告は ${first.number} で調査中です`], {
      blocking: `/api/v1/investigations/${first.id}`,
    });
  }
}
