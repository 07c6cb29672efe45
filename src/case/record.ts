// The one writer of case events, and of everything computed from them.
import { encodeTime } from 'ulid';
import { currentClock } from '../catalog/businessClock.ts';
import { allow, staffOnly } from '../core/actor.ts';
import type { BusinessClock } from '../core/businessTime.ts';
import { newId, sha256 } from '../core/id.ts';
import { invalid } from '../core/problem.ts';
import { dayOf } from '../core/time.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';
import { refuseStale } from '../web/version.ts';
import { type CaseEventKind, type CaseEventRow, caseEventKinds, type EventAuthor, type EventFacts, readEvent } from './event.ts';
import { type Folded, foldCase } from './fold.ts';
import { getCase } from './queries.ts';
import type { CaseMeasureRow, CaseRow } from './table.ts';

/** An event before it is stored. By the actor, internal and now, unless it says otherwise. */
export interface Draft {
  readonly kind: CaseEventKind;
  readonly facts?: EventFacts;
  readonly body?: string | null;
  readonly visibility?: 'public' | 'internal';
  readonly by_kind?: EventAuthor;
  readonly actor?: { readonly id: string; readonly name: string };
  readonly at?: number;
  readonly source_key?: string;
}

/**
 * One change of one case: checks, takes the lock, loads, lets `decide` refuse or say what happened, stores it and remembers. Throws `not_found`, `stale`, and
 * whatever `decide` throws.
 */
export async function changeCase(
  ctx: Ctx,
  id: string,
  expected: number | undefined,
  decide: (row: CaseRow, ctx: Ctx) => readonly Draft[] | Promise<readonly Draft[]>,
): Promise<CaseRow> {
  allow(ctx, 'case:write');
  return transaction(ctx, async (ctx) => {
    const change_no = await lockCases(ctx);
    const row = await getCase(ctx, id);
    refuseStale(row, expected);
    const drafts = await decide(row, ctx);
    if (drafts.some(({ kind }) => !PARTNERS.includes(kind))) staffOnly(ctx);
    if (drafts.some(({ at }) => at !== undefined && at > ctx.now)) throw invalid('at', ['This lies in the future', '未来の日時は指定できません']);
    return recordEvents(ctx, row, drafts, change_no);
  });
}

/** What a partner can make happen to a case of its own. */
const PARTNERS: readonly CaseEventKind[] = ['message_in', 'rated'];

/** Cases change one after the other: the number taken here orders the commits, which is what readers of `change_no` rely on. */
export async function lockCases(ctx: Ctx): Promise<number> {
  const mark = await ctx.db
    .updateTable('case_marks')
    .set((set) => ({ no: set('no', '+', 1) }))
    .where('name', '=', 'change')
    .returning('no')
    .executeTakeFirstOrThrow();
  return mark.no;
}

/** Stores what happened, computes the case anew and writes history. Inside the transaction that holds the lock. Repeated source keys change nothing. */
export async function recordEvents(ctx: Ctx, row: CaseRow, drafts: readonly Draft[], change_no: number): Promise<CaseRow> {
  const events = drafts.map((draft) => eventRow(ctx, row.id, draft));
  const stored = new Set<string>();
  for (const event of events) {
    const kept = await ctx.db
      .insertInto('case_events')
      .values(event)
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (kept !== undefined) stored.add(kept.id);
  }
  if (stored.size === 0 && events.length > 0) return row;
  const after = await projectCase(ctx, row, change_no, await currentClock(ctx));
  await remember(ctx, ...events.filter(({ id }) => stored.has(id)).map((event) => deedOf(event)));
  return after;
}

/** Computes one case anew from its events and writes what differs. */
export async function projectCase(ctx: Ctx, row: CaseRow, change_no: number, clock: BusinessClock): Promise<CaseRow> {
  const events = await ctx.db.selectFrom('case_events').selectAll().where('case_id', '=', row.id).execute();
  const folded = foldCase(events.map(readEvent));
  if (folded === null) return row;
  const after: CaseRow = { ...row, ...folded.row, updated_at: ctx.now, version: row.version + 1 };
  const { id, number, external_no, ...fields } = after;
  await ctx.db.updateTable('cases').set(fields).where('id', '=', id).execute();
  await replaceUnits(ctx, id, folded.unit_ids);
  await ctx.db.deleteFrom('case_spans').where('case_id', '=', id).execute();
  await insertMany(
    ctx.db,
    'case_spans',
    distinctSpans(folded).map((span) => ({ case_id: id, ...span })),
  );
  const measures = await measure(ctx, id, folded, change_no, clock);
  await ctx.db
    .insertInto('case_measures')
    .values(measures)
    .onConflict((conflict) => conflict.column('case_id').doUpdateSet(measures))
    .execute();
  return after;
}

/** An id that sorts by the moment; for events from elsewhere it depends on what the sender said alone, not on when it arrived. */
function eventRow(ctx: Ctx, case_id: string, draft: Draft): CaseEventRow {
  const at = draft.at ?? ctx.now;
  const staff = ctx.actor.partner_id === null;
  return {
    id: draft.source_key === undefined ? newId(at) : statedId(at, draft.kind, draft.source_key),
    case_id,
    at,
    recorded_at: ctx.now,
    kind: draft.kind,
    visibility: draft.visibility ?? 'internal',
    by_kind: draft.by_kind ?? (staff ? 'staff' : 'partner'),
    actor_id: draft.actor?.id ?? ctx.actor.id,
    actor_name: draft.actor?.name ?? ctx.actor.name,
    body: draft.body ?? null,
    facts: JSON.stringify(draft.facts ?? {}),
    source_key: draft.source_key ?? null,
  };
}

/** Moment, kind, then the sender's key: of things said to have happened at once, triage comes before the solution. */
const statedId = (at: number, kind: CaseEventKind, key: string): string =>
  `${encodeTime(at, 10)}${caseEventKinds.indexOf(kind).toString(36).toUpperCase()}${sha256(key).slice(0, 15).toUpperCase()}`;

// What people wrote stays in the case: history and webhooks learn that it was written.
const deedOf = (event: CaseEventRow) => {
  const { reason, solution, since_text, tried_text, next_step, ...facts }: EventFacts = JSON.parse(event.facts);
  return { action: `case.${event.kind}`, record_kind: 'case', record_id: event.case_id, reason: reason ?? null, change: { event_id: event.id, ...facts } };
};

async function replaceUnits(ctx: Ctx, case_id: string, unit_ids: readonly string[]): Promise<void> {
  await ctx.db.deleteFrom('case_units').where('case_id', '=', case_id).execute();
  await insertMany(
    ctx.db,
    'case_units',
    unit_ids.map((unit_id) => ({ case_id, unit_id })),
  );
}

/** Two changes in one millisecond leave a span without length, and the next begins with it. */
const distinctSpans = ({ spans }: Folded) => spans.filter((span, i) => spans[i + 1]?.from_at !== span.from_at);

async function measure(ctx: Ctx, case_id: string, folded: Folded, change_no: number, clock: BusinessClock): Promise<CaseMeasureRow> {
  const { row, course, exclusion, unit_ids, spans } = folded;
  const { opened_at, solved_at } = row;
  const ended = spans.filter((span): span is { from_at: number; to_at: number } => span.to_at !== null);
  const between = (from: number | null, to: number | null): number | null => (from === null || to === null ? null : clock(from, to));
  return {
    case_id,
    change_no,
    exclusion,
    ...(await cohortOf(ctx, unit_ids[0], opened_at)),
    initiated_by: row.initiated_by,
    type: row.type,
    source: row.source,
    owner_id: row.owner_id,
    customer_id: row.customer_id,
    contract_id: row.contract_id,
    cause_id: row.cause_id,
    category_id: row.category_id,
    opened_at,
    solved_at,
    rating: row.rating,
    ...course,
    open_ms: ended.reduce((sum, span) => sum + span.to_at - span.from_at, 0),
    reply_business_ms: between(course.asked_at, course.replied_at),
    first_solved_business_ms: between(opened_at, course.first_solved_at),
    solved_business_ms: between(opened_at, solved_at),
    open_business_ms: ended.reduce((sum, span) => sum + clock(span.from_at, span.to_at), 0),
  };
}

/** The model, and the firmware the unit had on the day the case was opened, not the one it has now. */
async function cohortOf(ctx: Ctx, unit_id: string | undefined, at: number): Promise<{ model_id: string | null; firmware_id: string | null }> {
  if (unit_id === undefined) return { model_id: null, firmware_id: null };
  const day = dayOf(at, ctx.zone);
  const unit = await ctx.db.selectFrom('units').select(['model_id', 'firmware_id']).where('id', '=', unit_id).executeTakeFirst();
  const then = await ctx.db
    .selectFrom('firmware_intervals')
    .select('firmware_id')
    .where('unit_id', '=', unit_id)
    .where('from_on', '<=', day)
    .where((where) => where.or([where('to_on', 'is', null), where('to_on', '>', day)]))
    .orderBy('from_on', 'desc')
    .executeTakeFirst();
  return { model_id: unit?.model_id ?? null, firmware_id: then?.firmware_id ?? unit?.firmware_id ?? null };
}
