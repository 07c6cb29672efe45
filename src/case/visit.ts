// On-site visits: coverage is checked first, parts and the result are kept, or why it was cancelled.
import { allow, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { type FieldError, notFound, Problem } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { saveVersioned } from '../db/saveVersioned.ts';
import type { CancelVisit, FinishVisit, PlanVisit } from './inputs.ts';
import { refuseAside } from './owner.ts';
import { changeCase, type Draft } from './record.ts';
import type { CaseRow, VisitRow } from './table.ts';

export interface VisitCoverage {
  readonly coverage: VisitRow['coverage'];
  readonly reason: string;
}

/** What a visit on that day would be covered by: a contract with on-site service first, else it is paid. */
export async function visitCoverage(ctx: Ctx, row: Pick<CaseRow, 'customer_id'>, visit_on: string): Promise<VisitCoverage> {
  const contract =
    row.customer_id === null
      ? undefined
      : await ctx.db
          .selectFrom('contracts')
          .select(['code', 'ends_on'])
          .where('customer_id', '=', row.customer_id)
          .where('coverage', 'in', ['on_site', 'full'])
          .where('starts_on', '<=', visit_on)
          .where((where) => where.or([where('ends_on', 'is', null), where('ends_on', '>=', visit_on)]))
          .where((where) => where.or([where('cancelled_on', 'is', null), where('cancelled_on', '>', visit_on)]))
          .orderBy('code')
          .executeTakeFirst();
  if (contract === undefined)
    return { coverage: 'paid', reason: speak(['No contract with on-site service on that day', '訪問日に有効な訪問サポート契約なし'], ctx.actor.locale) };
  const { code, ends_on } = contract;
  const until = speak(ends_on === null ? ['', ''] : [` until ${ends_on}`, `（${ends_on}まで）`], ctx.actor.locale);
  return { coverage: 'contract', reason: speak([`Contract ${code}${until}`, `契約 ${code}${until}`], ctx.actor.locale) };
}

/** Plans a visit. Paid needs the fee and who agreed to it; better coverage than the check finds needs its reason. */
export async function planVisit(ctx: Ctx, case_id: string, input: PlanVisit): Promise<VisitRow> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const id = newId(ctx.now);
    await changeCase(ctx, case_id, undefined, async (row, ctx) => {
      refuseAside(row);
      await ctx.db
        .insertInto('visits')
        .values(await visitRow(ctx, id, row, input))
        .execute();
      return [{ kind: 'visit_agreed', visibility: 'public', facts: { visit_id: id } }];
    });
    return getVisit(ctx, id);
  });
}

/** Records what was done on site. */
export const finishVisit = (ctx: Ctx, id: string, { outcome, result, parts }: FinishVisit): Promise<VisitRow> =>
  endVisit(ctx, id, { state: 'done', outcome, result, parts: JSON.stringify(parts) }, { kind: 'visit_finished', facts: { visit_id: id } });

/** Nobody comes: the partner, who was told the day, learns it. */
export const cancelVisit = (ctx: Ctx, id: string, { reason }: CancelVisit): Promise<VisitRow> =>
  endVisit(ctx, id, { state: 'cancelled', result: reason }, { kind: 'visit_cancelled', visibility: 'public', facts: { visit_id: id } });

async function endVisit(ctx: Ctx, id: string, change: Partial<VisitRow>, event: Draft): Promise<VisitRow> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const visit = await getVisit(ctx, id);
    if (visit.state !== 'planned') throw isOver(visit);
    await changeCase(ctx, visit.case_id, undefined, async (_row, ctx) => {
      await saveVersioned(ctx, 'visits', visit, { ...change, finished_at: ctx.now }, isOver);
      return [event];
    });
    return getVisit(ctx, id);
  });
}

const isOver = ({ case_id }: VisitRow): Problem =>
  new Problem('conflict', ['The visit is over already', 'この訪問は既に終了しています'], { blocking: `/api/v1/cases/${case_id}` });

/** Throws `conflict` naming a visit that is still to come: somebody would drive there for a case that is over. */
export async function refuseVisit(ctx: Ctx, row: CaseRow): Promise<void> {
  const planned = await ctx.db
    .selectFrom('visits')
    .select('visit_on')
    .where('case_id', '=', row.id)
    .where('state', '=', 'planned')
    .orderBy('visit_on')
    .executeTakeFirst();
  if (planned !== undefined)
    throw new Problem(
      'conflict',
      [
        `A visit on ${planned.visit_on} is planned: record its result or cancel it first`,
        `${planned.visit_on}の訪問予定があります。先に結果の記録または中止をしてください`,
      ],
      { blocking: `/api/v1/cases/${row.id}` },
    );
}

export const listVisits = (ctx: Ctx, case_id: string): Promise<VisitRow[]> =>
  ctx.db.selectFrom('visits').selectAll().where('case_id', '=', case_id).orderBy('id').execute();

async function getVisit(ctx: Ctx, id: string): Promise<VisitRow> {
  const row = await ctx.db.selectFrom('visits').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Visit', '訪問']);
  return row;
}

async function visitRow(ctx: Ctx, id: string, row: CaseRow, input: PlanVisit): Promise<VisitRow> {
  if (input.visit_on < today(ctx))
    throw new Problem('invalid', ['A visit lies ahead', '訪問日は本日以降にしてください'], {
      errors: [{ path: 'visit_on', message: ['In the past', '過去の日付です'] }],
    });
  const found = await visitCoverage(ctx, row, input.visit_on);
  const coverage = input.coverage ?? found.coverage;
  const errors: FieldError[] = [];
  if (coverage !== found.coverage && coverage !== 'paid' && input.coverage_reason === undefined)
    errors.push({ path: 'coverage_reason', message: ['Required: the check found no such coverage', '保証を確認できないため、理由が必要です'] });
  if (coverage === 'paid' && (input.fee === undefined || input.fee_agreed_by === undefined))
    errors.push({ path: 'fee', message: ['A paid visit needs the fee and who agreed to it', '有償訪問には料金と承諾者が必要です'] });
  if (errors.length > 0) throw new Problem('invalid', ['The coverage of the visit is not settled', '訪問の費用区分が確定していません'], { errors });
  const unit =
    input.unit_id === undefined ? undefined : await ctx.db.selectFrom('units').select(['id', 'site_id']).where('id', '=', input.unit_id).executeTakeFirst();
  return {
    id,
    case_id: row.id,
    unit_id: unit?.id ?? null,
    site_id: input.site_id ?? unit?.site_id ?? null,
    state: 'planned',
    coverage,
    coverage_reason: input.coverage_reason ?? found.reason,
    fee: coverage === 'paid' ? (input.fee ?? null) : null,
    fee_agreed_by: coverage === 'paid' ? (input.fee_agreed_by ?? null) : null,
    visit_on: input.visit_on,
    parts: null,
    result: null,
    outcome: null,
    created_by: ctx.actor.name,
    created_at: ctx.now,
    finished_at: null,
    version: 1,
  };
}
