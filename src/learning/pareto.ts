// What customers ask about most: causes by model and firmware, what has no article, and the list for the weekly meeting.

import { isInbound, type MeasuredCase, measuredCases } from '../case/held.ts';
import { staffOnly } from '../core/actor.ts';
import { addDays, type Day, startOfDay } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { wilsonInterval } from '../stats/proportionInterval.ts';

export interface ParetoRow extends CauseGroup {
  readonly cause: string | null;
  readonly name_en: string | null;
  readonly name_ja: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly cases: number;
  /** Of all inbound cases of the period. */
  readonly share: number;
  readonly ci_low: number;
  readonly ci_high: number;
  readonly cumulative: number;
  readonly total: number;
}

export interface ParetoFilter {
  readonly model_id?: string | undefined;
  readonly firmware_id?: string | undefined;
  readonly by?: 'cause' | 'model' | 'firmware' | undefined;
}

/** Inbound cases opened in the days, by cause, or by cause within model or firmware; the commonest first. Cases without a cause are a row too. */
export async function listCauses(ctx: Ctx, from_on: Day, to_on: Day, filter: ParetoFilter = {}): Promise<ParetoRow[]> {
  const cases = await listInquired(ctx, from_on, to_on, filter);
  const groups = new Map<string, CauseGroup & { cases: number }>();
  for (const row of cases) {
    const group = groupOf(row, filter.by);
    const key = keyOf(group);
    groups.set(key, { ...group, cases: (groups.get(key)?.cases ?? 0) + 1 });
  }
  return named(
    ctx,
    [...groups.values()].sort((a, b) => b.cases - a.cases || `${a.cause_id}`.localeCompare(`${b.cause_id}`)),
    cases.length,
  );
}

/** The cases of one row of that table, by their ids. */
export async function listCasesOfCause(ctx: Ctx, from_on: Day, to_on: Day, by: ParetoFilter['by'], wanted: CauseGroup): Promise<string[]> {
  const cases = await listInquired(ctx, from_on, to_on, {});
  return cases.filter((row) => keyOf(groupOf(row, by)) === keyOf(wanted)).map(({ case_id }) => case_id);
}

export interface CauseGroup {
  readonly cause_id: string | null;
  readonly model_id: string | null;
  readonly firmware_id: string | null;
}

const groupOf = ({ cause_id, model_id, firmware_id }: CauseGroup, by: ParetoFilter['by']): CauseGroup => ({
  cause_id,
  model_id: by === 'model' || by === 'firmware' ? model_id : null,
  firmware_id: by === 'firmware' ? firmware_id : null,
});

const keyOf = ({ cause_id, model_id, firmware_id }: CauseGroup): string => `${cause_id} ${model_id} ${firmware_id}`;

async function listInquired(ctx: Ctx, from_on: Day, to_on: Day, { model_id, firmware_id }: ParetoFilter): Promise<MeasuredCase[]> {
  staffOnly(ctx);
  const [from, to] = [startOfDay(from_on, ctx.zone), startOfDay(addDays(to_on, 1), ctx.zone)];
  return (await measuredCases(ctx)).filter(
    (row) =>
      isInbound(row) &&
      row.opened_at >= from &&
      row.opened_at < to &&
      (model_id === undefined || row.model_id === model_id) &&
      (firmware_id === undefined || row.firmware_id === firmware_id),
  );
}

async function named(ctx: Ctx, groups: readonly (CauseGroup & { cases: number })[], total: number): Promise<ParetoRow[]> {
  const causes = await ctx.db.selectFrom('case_codes').select(['id', 'code', 'name_en', 'name_ja']).where('tree', '=', 'cause').execute();
  const models = await ctx.db.selectFrom('models').select(['id', 'code']).execute();
  const firmwares = await ctx.db.selectFrom('firmwares').select(['id', 'code']).execute();
  let seen = 0;
  return groups.map(({ cause_id, model_id, firmware_id, cases }) => {
    seen += cases;
    const cause = causes.find(({ id }) => id === cause_id);
    const interval = wilsonInterval(cases, total);
    return {
      cause_id,
      model_id,
      firmware_id,
      cause: cause?.code ?? null,
      name_en: cause?.name_en ?? null,
      name_ja: cause?.name_ja ?? null,
      model: models.find(({ id }) => id === model_id)?.code ?? null,
      firmware: firmwares.find(({ id }) => id === firmware_id)?.code ?? null,
      cases,
      share: cases / total,
      ci_low: interval?.low ?? 0,
      ci_high: interval?.high ?? 1,
      cumulative: seen / total,
      total,
    };
  });
}

/** One reply and little work: such a cause wants an article, not a person. */
const SIMPLE_REPLIES = 1;
const SIMPLE_FROM = 3;
const SIMPLE_MS = 90 * 86_400_000;

/** Causes of at least three cases of the last 90 days that were each solved with one reply, without a published article. */
export async function listSimpleCauses(ctx: Ctx): Promise<{ cause_id: string; name_en: string; name_ja: string; cases: number }[]> {
  const covered = new Set(
    (await ctx.db.selectFrom('articles').select('cause_id').where('state', '=', 'published').where('cause_id', 'is not', null).execute()).map(
      ({ cause_id }) => cause_id,
    ),
  );
  const counts = new Map<string, number>();
  for (const { cause_id } of await listSimple(ctx)) {
    if (cause_id !== null && !covered.has(cause_id)) counts.set(cause_id, (counts.get(cause_id) ?? 0) + 1);
  }
  const causes = await ctx.db.selectFrom('case_codes').select(['id', 'name_en', 'name_ja']).where('tree', '=', 'cause').execute();
  return causes
    .map(({ id, name_en, name_ja }) => ({ cause_id: id, name_en, name_ja, cases: counts.get(id) ?? 0 }))
    .filter(({ cases }) => cases >= SIMPLE_FROM)
    .sort((a, b) => b.cases - a.cases);
}

/** The cases of one such cause, by their ids. */
export const listSimpleCases = async (ctx: Ctx, wanted: string): Promise<string[]> =>
  (await listSimple(ctx)).flatMap(({ cause_id, case_id }) => (cause_id === wanted ? [case_id] : []));

async function listSimple(ctx: Ctx): Promise<MeasuredCase[]> {
  staffOnly(ctx);
  const since = ctx.now - SIMPLE_MS;
  return (await measuredCases(ctx)).filter(
    (row) => isInbound(row) && row.solved_at !== null && row.solved_at >= since && row.public_replies <= SIMPLE_REPLIES && row.effective_reopens === 0,
  );
}

export type MeetingReason = 'bad_rating' | 'reopened' | 'old' | 'escalated' | 'many_replies';

const OLD_MS = 14 * 86_400_000;
const MANY_REPLIES = 5;

/** Cases worth ten minutes of everybody: of the last 7 days badly rated, reopened, escalated; and open ones that are old or go to and fro. */
export async function listForMeeting(
  ctx: Ctx,
): Promise<{ case_id: string; number: string; subject: string; owner_name: string | null; why: MeetingReason[] }[]> {
  staffOnly(ctx);
  const since = startOfDay(addDays(today(ctx), -7), ctx.zone);
  const events = await ctx.db
    .selectFrom('case_events')
    .select(['case_id', 'kind', 'facts'])
    .where('recorded_at', '>=', since)
    .where('kind', 'in', ['rated', 'reopened', 'message_in', 'asked'])
    .execute();
  const waiting = new Set(
    (await ctx.db.selectFrom('case_requests').select('case_id').where('kind', '=', 'escalation').where('asked_at', '>=', since).execute()).map(
      ({ case_id }) => case_id,
    ),
  );
  const touched = new Set(events.map(({ case_id }) => case_id));
  const why = new Map<string, MeetingReason[]>();
  for (const row of await measuredCases(ctx)) {
    if (row.exclusion === 'merged' || row.exclusion === 'spam') continue;
    const open = row.spans.at(-1)?.to_at === null;
    const reasons: MeetingReason[] = [
      ...(touched.has(row.case_id) && row.rating !== null && row.rating <= 2 ? ['bad_rating' as const] : []),
      ...(touched.has(row.case_id) && row.effective_reopens > 0 && open ? ['reopened' as const] : []),
      ...(waiting.has(row.case_id) ? ['escalated' as const] : []),
      ...(open && ctx.now - row.opened_at >= OLD_MS ? ['old' as const] : []),
      ...(open && row.public_replies >= MANY_REPLIES ? ['many_replies' as const] : []),
    ];
    if (reasons.length > 0) why.set(row.case_id, reasons);
  }
  if (why.size === 0) return [];
  const cases = await ctx.db
    .selectFrom('cases')
    .leftJoin('users', 'users.id', 'cases.owner_id')
    .select(['cases.id', 'cases.number', 'cases.subject', 'users.name as owner_name'])
    .where('cases.id', 'in', [...why.keys()].slice(0, 200))
    .execute();
  return cases
    .map(({ id, ...row }) => ({ case_id: id, ...row, why: why.get(id) ?? [] }))
    .sort((a, b) => b.why.length - a.why.length || (a.number < b.number ? -1 : 1));
}
