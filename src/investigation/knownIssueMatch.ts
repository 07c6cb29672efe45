// Which new returns and cases look like a known issue: suggestions by cohort and symptom, for a person to accept or refuse.
import { sql } from 'kysely';
import { type Cohort, cohortHas } from '../claim/cohort.ts';
import { withDescendants } from '../claim/modes.ts';
import { allow, staffOnly } from '../core/actor.ts';
import { notFound } from '../core/problem.ts';
import { MINUTE_MS } from '../core/time.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { DecideMatch } from './knownIssueInputs.ts';
import type { KnownIssueMatchRow } from './table.ts';

const RECORDS_PER_PAGE = 1000;
const PAGES_PER_RUN = 1000;
/** A transaction that was slow to commit is still seen by the next run. */
const OVERLAP_MS = 5 * MINUTE_MS;

type Why = 'cohort' | 'symptom' | 'failure_mode';

/** What a record says of the unit in it. */
export interface Candidate {
  readonly record_kind: KnownIssueMatchRow['record_kind'];
  readonly record_id: string;
  readonly unit_id: string;
  readonly model_id: string;
  readonly batch_id: string | null;
  readonly hw_rev: string | null;
  readonly firmware_id: string | null;
  readonly symptom_id: string | null;
  readonly failure_mode_id: string | null;
}

export interface Recognisable {
  readonly id: string;
  readonly cohorts: readonly Cohort[];
  /** With every code below; empty when the issue names none. */
  readonly symptoms: readonly string[];
  readonly failure_modes: readonly string[];
}

/**
 * Why a record looks like an issue, or null. The unit must be of an affected cohort. What the record says of symptom and failure mode must not
 * speak against it: a silent record matches by its cohort alone.
 */
export function likeness(issue: Recognisable, candidate: Candidate): Why[] | null {
  if (!issue.cohorts.some((cohort) => cohortHas(cohort, candidate))) return null;
  const why: Why[] = ['cohort'];
  for (const [reason, said, known] of [
    ['symptom', candidate.symptom_id, issue.symptoms],
    ['failure_mode', candidate.failure_mode_id, issue.failure_modes],
  ] as const) {
    if (said === null || known.length === 0) continue;
    if (!known.includes(said)) return null;
    why.push(reason);
  }
  return why;
}

/** Suggests known issues for returns and cases new or changed since the last run; returns how many suggestions. Runs every few minutes. */
export async function matchKnownIssues(ctx: Ctx): Promise<number> {
  allow(ctx, 'investigation:write');
  const issues = await listRecognisable(ctx);
  let suggested = 0;
  for (const record_kind of ['return_unit', 'case'] as const) {
    const mark = await ctx.db.selectFrom('known_issue_marks').select('last_at').where('record_kind', '=', record_kind).executeTakeFirst();
    suggested += await matchSince(ctx, issues, record_kind, (mark?.last_at ?? 0) - OVERLAP_MS);
  }
  return suggested;
}

/** Looks at everything again for one issue: after it is published or its cohorts change. Returns how many suggestions are new. */
export async function matchOneIssue(ctx: Ctx, id: string): Promise<number> {
  allow(ctx, 'investigation:write');
  const issues = (await listRecognisable(ctx)).filter((issue) => issue.id === id);
  return (await matchSince(ctx, issues, 'return_unit', 0, false)) + (await matchSince(ctx, issues, 'case', 0, false));
}

/** Page by page, each in its own transaction; the mark follows. */
async function matchSince(ctx: Ctx, issues: readonly Recognisable[], record_kind: DecideMatch['record_kind'], since: number, marking = true): Promise<number> {
  allow(ctx, 'investigation:write');
  let suggested = 0;
  let after: Seen = { updated_at: since, record_id: '' };
  for (let page = 0; page < PAGES_PER_RUN; page++) {
    const rows = await (record_kind === 'case' ? changedCases : changedReturns)(ctx, after);
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last;
    suggested += await transaction(ctx, async (ctx) => {
      const added = await suggest(ctx, issues, rows);
      if (marking)
        await ctx.db
          .insertInto('known_issue_marks')
          .values({ record_kind, last_at: last.updated_at })
          .onConflict((conflict) => conflict.column('record_kind').doUpdateSet({ last_at: last.updated_at }))
          .execute();
      if (added > 0)
        await remember(ctx, {
          action: 'known_issue.suggested',
          record_kind: 'known_issue',
          record_id: issues.length === 1 ? (issues[0]?.id ?? '') : 'all',
          change: { record_kind, added },
        });
      return added;
    });
    if (rows.length < RECORDS_PER_PAGE) break;
  }
  return suggested;
}

/** A person's word on a suggestion, or on a record nobody suggested. */
export async function decideMatch(ctx: Ctx, known_issue_id: string, { record_kind, record_id, state }: DecideMatch): Promise<KnownIssueMatchRow> {
  allow(ctx, record_kind === 'case' ? 'case:write' : 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const unit_id = await unitOf(ctx, record_kind, record_id);
    const issue = await ctx.db.selectFrom('known_issues').select('id').where('id', '=', known_issue_id).executeTakeFirst();
    if (issue === undefined) throw notFound(['Known issue', '既知の不具合']);
    const decided = { state, decided_by: ctx.actor.name, decided_at: ctx.now };
    const row = await ctx.db
      .insertInto('known_issue_matches')
      .values({ known_issue_id, record_kind, record_id, unit_id, why: JSON.stringify(['person']), created_at: ctx.now, ...decided })
      .onConflict((conflict) => conflict.columns(['known_issue_id', 'record_kind', 'record_id']).doUpdateSet(decided))
      .returningAll()
      .executeTakeFirstOrThrow();
    await remember(ctx, { action: `known_issue.match_${state}`, record_kind, record_id, change: { known_issue_id, state } });
    return row;
  });
}

async function unitOf(ctx: Ctx, record_kind: DecideMatch['record_kind'], id: string): Promise<string | null> {
  if (record_kind === 'return_unit') {
    const row = await ctx.db.selectFrom('return_units').select('unit_id').where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw notFound(['Return unit', '返却個体']);
    return row.unit_id;
  }
  const found = await ctx.db.selectFrom('cases').select('id').where('id', '=', id).executeTakeFirst();
  if (found === undefined) throw notFound(['Case', '問い合わせ']);
  const unit = await ctx.db.selectFrom('case_units').select('unit_id').where('case_id', '=', id).orderBy('unit_id').executeTakeFirst();
  return unit?.unit_id ?? null;
}

async function listRecognisable(ctx: Ctx): Promise<Recognisable[]> {
  const issues = await ctx.db
    .selectFrom('known_issues')
    .select(['id', 'symptom_id', 'failure_mode_id'])
    .where('state', 'in', ['published', 'fixed'])
    .orderBy('id')
    .execute();
  const cohorts = await ctx.db.selectFrom('known_issue_cohorts').selectAll().execute();
  const below = async (id: string | null): Promise<string[]> => (id === null ? [] : withDescendants(ctx, [id]));
  const found: Recognisable[] = [];
  for (const { id, symptom_id, failure_mode_id } of issues) {
    found.push({
      id,
      cohorts: cohorts.filter((cohort) => cohort.known_issue_id === id),
      symptoms: await below(symptom_id),
      failure_modes: await below(failure_mode_id),
    });
  }
  return found;
}

interface Seen {
  readonly updated_at: number;
  readonly record_id: string;
}

async function changedReturns(ctx: Ctx, after: Seen): Promise<(Candidate & Seen)[]> {
  const rows = await ctx.db
    .selectFrom('return_units')
    .innerJoin('units', 'units.id', 'return_units.unit_id')
    .select([
      'return_units.id as record_id',
      'units.id as unit_id',
      'units.model_id',
      'units.batch_id',
      'units.hw_rev',
      'units.firmware_id',
      'return_units.reported_symptom_id as symptom_id',
      'return_units.failure_mode_id',
      'return_units.updated_at',
    ])
    .where(sql<boolean>`(return_units.updated_at, return_units.id) > (${after.updated_at}, ${after.record_id})`)
    .where('return_units.state', '!=', 'cancelled')
    .orderBy('return_units.updated_at')
    .orderBy('return_units.id')
    .limit(RECORDS_PER_PAGE)
    .execute();
  return rows.map((row) => ({ ...row, record_kind: 'return_unit' as const }));
}

// A case with several units is one row per unit, and pages are of cases so that none is cut in two. A case without a unit is a row too, of no model:
// it matches nothing but lets the page be full.
async function changedCases(ctx: Ctx, after: Seen): Promise<(Candidate & Seen)[]> {
  const page = ctx.db
    .selectFrom('cases')
    .select(['id', 'updated_at'])
    .where(sql<boolean>`(cases.updated_at, cases.id) > (${after.updated_at}, ${after.record_id})`)
    .where('type', '=', 'trouble')
    .where('spam_at', 'is', null)
    .orderBy('updated_at')
    .orderBy('id')
    .limit(RECORDS_PER_PAGE)
    .as('page');
  const rows = await ctx.db
    .selectFrom(page)
    .leftJoin('case_units', 'case_units.case_id', 'page.id')
    .leftJoin('units', 'units.id', 'case_units.unit_id')
    .select(['page.id as record_id', 'units.id as unit_id', 'units.model_id', 'units.batch_id', 'units.hw_rev', 'units.firmware_id', 'page.updated_at'])
    .orderBy('page.updated_at')
    .orderBy('page.id')
    .execute();
  return rows.map((row) => ({
    ...row,
    unit_id: row.unit_id ?? '',
    model_id: row.model_id ?? '',
    record_kind: 'case' as const,
    symptom_id: null,
    failure_mode_id: null,
  }));
}

async function suggest(ctx: Ctx, issues: readonly Recognisable[], candidates: readonly Candidate[]): Promise<number> {
  let suggested = 0;
  for (const candidate of candidates) {
    for (const issue of issues) {
      const why = likeness(issue, candidate);
      if (why === null) continue;
      const { record_kind, record_id, unit_id } = candidate;
      const added = await ctx.db
        .insertInto('known_issue_matches')
        .values({
          known_issue_id: issue.id,
          record_kind,
          record_id,
          unit_id,
          why: JSON.stringify(why),
          state: 'suggested',
          decided_by: null,
          decided_at: null,
          created_at: ctx.now,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('record_id')
        .executeTakeFirst();
      if (added !== undefined) suggested += 1;
    }
  }
  return suggested;
}
