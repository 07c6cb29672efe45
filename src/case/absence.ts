// Somebody is away: their open cases go to others. What the preview showed is what is done, or nothing is.
import { z } from 'zod';
import { allow, staffOnly } from '../core/actor.ts';
import { sha256 } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { giveOwner, ownerFor } from './owner.ts';
import type { CaseRow } from './table.ts';

export const AbsencePlan = z.object({
  from_owner_id: z.string().min(1).max(64),
  /** Who may get cases; without it everybody who owns some. */
  to_owner_ids: z.array(z.string().min(1).max(64)).max(50).default([]),
});
export type AbsencePlan = z.output<typeof AbsencePlan>;

export const TransferAbsence = AbsencePlan.extend({ preview: z.string().min(1).max(64), reason: z.string().trim().min(1).max(300) });
export type TransferAbsence = z.output<typeof TransferAbsence>;

export interface PlannedTransfer {
  readonly case_id: string;
  readonly number: string;
  readonly subject: string;
  readonly to_owner_id: string;
  readonly to_owner_name: string;
  readonly why: 'knows_model' | 'least_load';
}

export interface AbsencePreview {
  /** Stands for exactly these transfers. */
  readonly preview: string;
  readonly transfers: readonly PlannedTransfer[];
}

/** Who would get which case: first whoever solved most cases of the same model family, else whoever has least to do. */
export async function previewAbsence(ctx: Ctx, plan: AbsencePlan): Promise<AbsencePreview> {
  staffOnly(ctx);
  const cases = await ctx.db
    .selectFrom('cases')
    .selectAll()
    .where('owner_id', '=', plan.from_owner_id)
    .where('state', 'not in', ['solved', 'closed'])
    .orderBy('opened_at')
    .orderBy('id')
    .execute();
  const people = await candidates(ctx, plan);
  if (people.length === 0)
    throw new Problem('invalid', ['Nobody is there to take the cases', '引き継ぎ先がありません'], {
      errors: [{ path: 'to_owner_ids', message: ['Nobody', '該当者がいません'] }],
    });
  const load = new Map(people.map((person) => [person.id, person.open]));
  const skills = await solvedByModel(ctx);
  const transfers: PlannedTransfer[] = [];
  for (const row of cases) transfers.push(await assign(ctx, row, people, load, skills));
  return { preview: sha256(JSON.stringify(transfers.map(({ case_id, to_owner_id }) => [case_id, to_owner_id]))).slice(0, 32), transfers };
}

/** Does what the preview showed. Throws `stale` when that is no longer what would be done. */
export async function transferAbsence(ctx: Ctx, input: TransferAbsence): Promise<readonly PlannedTransfer[]> {
  allow(ctx, 'case:write');
  return transaction(ctx, async (ctx) => {
    await ownerFor(ctx, input.to_owner_ids[0] ?? (await candidates(ctx, input))[0]?.id);
    const { preview, transfers } = await previewAbsence(ctx, input);
    if (preview !== input.preview)
      throw new Problem('stale', ['The cases changed since the preview', 'プレビュー後に問い合わせが変わりました。もう一度確認してください']);
    const summary = `${input.reason} (${ctx.actor.name})`;
    for (const transfer of transfers) await giveOwner(ctx, transfer.case_id, { owner_id: transfer.to_owner_id, reason: input.reason, summary });
    return transfers;
  });
}

interface Person {
  readonly id: string;
  readonly name: string;
  readonly open: number;
}

async function candidates(ctx: Ctx, plan: AbsencePlan): Promise<Person[]> {
  const people = await ctx.db
    .selectFrom('users')
    .leftJoin('cases', (join) => join.onRef('cases.owner_id', '=', 'users.id').on('cases.state', 'not in', ['solved', 'closed']))
    .select(['users.id', 'users.name'])
    .select((select) => select.fn.count<number>('cases.id').as('open'))
    .where('users.disabled_at', 'is', null)
    .where('users.partner_id', 'is', null)
    .where('users.id', '<>', plan.from_owner_id)
    .$if(plan.to_owner_ids.length > 0, (query) => query.where('users.id', 'in', plan.to_owner_ids))
    .$if(plan.to_owner_ids.length === 0, (query) => query.where('users.role', 'in', ['tech', 'lead']))
    .groupBy(['users.id', 'users.name'])
    .orderBy('users.id')
    .execute();
  return people;
}

/** Owner and model → cases solved: who knows what. */
async function solvedByModel(ctx: Ctx): Promise<Map<string, number>> {
  const rows = await ctx.db
    .selectFrom('case_measures')
    .select(['owner_id', 'model_id'])
    .select((select) => select.fn.countAll<number>().as('solved'))
    .where('solved_at', 'is not', null)
    .where('model_id', 'is not', null)
    .groupBy(['owner_id', 'model_id'])
    .execute();
  return new Map(rows.map((row) => [`${row.owner_id} ${row.model_id}`, row.solved]));
}

/** Solving this many of a model makes somebody its first choice. */
const KNOWS_FROM = 3;

async function assign(
  ctx: Ctx,
  row: CaseRow,
  people: readonly Person[],
  load: Map<string, number>,
  skills: ReadonlyMap<string, number>,
): Promise<PlannedTransfer> {
  const measures = await ctx.db.selectFrom('case_measures').select('model_id').where('case_id', '=', row.id).executeTakeFirst();
  const skill = (person: Person): number => skills.get(`${person.id} ${measures?.model_id}`) ?? 0;
  const byLoad = [...people].sort((a, b) => (load.get(a.id) ?? 0) - (load.get(b.id) ?? 0) || (a.id < b.id ? -1 : 1));
  const knowing = byLoad.filter((person) => skill(person) >= KNOWS_FROM).sort((a, b) => skill(b) - skill(a))[0];
  const chosen = knowing ?? byLoad[0];
  if (chosen === undefined) throw new Problem('invalid', ['Nobody is there to take the cases', '引き継ぎ先がありません']);
  load.set(chosen.id, (load.get(chosen.id) ?? 0) + 1);
  return {
    case_id: row.id,
    number: row.number,
    subject: row.subject,
    to_owner_id: chosen.id,
    to_owner_name: chosen.name,
    why: knowing === undefined ? 'least_load' : 'knows_model',
  };
}
