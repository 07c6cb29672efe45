// A claim takes shape: what we ask of which maker, for which units.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { addDays } from '../core/time.ts';
import { sameInBoth } from '../core/words.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { nextNumber } from '../db/number.ts';
import { difference, remember } from '../history/remember.ts';
import type { AddLines, ChangeClaim, CreateClaim, NewLine } from './inputs.ts';
import { listLines, loadClaim, loadOpenClaim, saveClaim } from './load.ts';
import { toMinor } from './money.ts';
import { defaultOwner, getStaff, refusePast } from './staff.ts';
import type { ClaimLineRow, ClaimRow } from './table.ts';

/** Days until the first next date when nobody names one. */
const FIRST_STEP_DAYS = 7;

/** A draft with its lines. Throws `conflict` naming the claim a unit is open in already, `invalid` for units of another maker. */
export async function createClaim(ctx: Ctx, input: CreateClaim): Promise<ClaimRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const { lines, owner_id = defaultOwner(ctx), next_on = addDays(today(ctx), FIRST_STEP_DAYS), ...fields } = input;
    await checkReferences(ctx, input, owner_id);
    const row: ClaimRow = {
      id: newId(ctx.now),
      number: await nextNumber(ctx, 'CLM'),
      ...fields,
      state: 'draft',
      owner_id,
      next_on,
      maker_rma: null,
      submitted_on: null,
      answered_on: null,
      settled_on: null,
      closed_at: null,
      close_reason: null,
      created_by: ctx.actor.name,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('claims').values(row).execute();
    await writeLines(ctx, row, lines);
    await remember(ctx, {
      action: 'claim.created',
      record_kind: 'claim',
      record_id: row.id,
      change: { number: row.number, title: row.title, remedy: row.remedy, units: lines.length },
    });
    return row;
  });
}

export async function changeClaim(ctx: Ctx, id: string, input: ChangeClaim, version?: number): Promise<ClaimRow> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const before = await loadOpenClaim(ctx, id, version);
    if (input.owner_id !== undefined) await getStaff(ctx, input.owner_id);
    if (input.next_on !== undefined) refusePast(ctx, input.next_on);
    if (input.currency !== undefined && input.currency !== before.currency && (await listLines(ctx, id)).some((line) => line.claimed_minor !== null)) {
      throw new Problem('conflict', ['Lines have amounts in the former currency', '明細に変更前の通貨の金額があります']);
    }
    const asked = input.title ?? input.statement ?? input.remedy;
    if (asked !== undefined && before.state !== 'draft')
      throw new Problem('conflict', ['What was submitted stays as it was', '提出済みの内容は変更できません'], { blocking: `/api/v1/claims/${id}` });
    const fields = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
    const after = await saveClaim(ctx, before, fields);
    await remember(ctx, { action: 'claim.changed', record_kind: 'claim', record_id: id, change: difference(before, fields) });
    return after;
  });
}

/** More units. Only before the maker has settled anything: a submitted claim may grow while it is under review. */
export async function addLines(ctx: Ctx, id: string, { lines }: AddLines): Promise<ClaimLineRow[]> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const claim = await loadOpenClaim(ctx, id);
    if (!['draft', 'submitted', 'reviewing', 'renegotiating'].includes(claim.state))
      throw new Problem(
        'conflict',
        [`${claim.number} has been answered: renegotiate, or open another claim`, `${claim.number} は回答済みです。再折衝するか、別の折衝を作成してください`],
        { blocking: `/api/v1/claims/${id}` },
      );
    const added = await writeLines(ctx, claim, lines);
    await saveClaim(ctx, claim, {});
    await remember(ctx, { action: 'claim.lines_added', record_kind: 'claim', record_id: id, change: { unit_ids: lines.map((line) => line.unit_id) } });
    return added;
  });
}

/** Takes a unit out of a draft. Later it can only be conceded. */
export async function removeLine(ctx: Ctx, id: string, line_id: string): Promise<void> {
  allow(ctx, 'claim:write');
  await transaction(ctx, async (ctx) => {
    const claim = await loadClaim(ctx, id);
    if (claim.state !== 'draft')
      throw new Problem('conflict', ['Submitted lines can only be conceded', '提出済みの明細は取り下げのみ可能です'], { blocking: `/api/v1/claims/${id}` });
    const removed = await ctx.db.deleteFrom('claim_lines').where('id', '=', line_id).where('claim_id', '=', id).returning('unit_id').executeTakeFirst();
    if (removed === undefined) throw notFound(['Line', '明細']);
    await saveClaim(ctx, claim, {});
    await remember(ctx, { action: 'claim.line_removed', record_kind: 'claim', record_id: id, change: removed });
  });
}

async function checkReferences(ctx: Ctx, input: CreateClaim, owner_id: string | null): Promise<void> {
  const maker = await ctx.db.selectFrom('makers').select('id').where('id', '=', input.maker_id).executeTakeFirst();
  if (maker === undefined) throw invalid('maker_id', ['No such maker', 'メーカーが見つかりません']);
  if (owner_id !== null) await getStaff(ctx, owner_id);
  if (input.investigation_id === null) return;
  const investigation = await ctx.db.selectFrom('investigations').select('id').where('id', '=', input.investigation_id).executeTakeFirst();
  if (investigation === undefined) throw invalid('investigation_id', ['No such investigation', '不具合調査が見つかりません']);
}

async function writeLines(ctx: Ctx, claim: ClaimRow, lines: readonly NewLine[]): Promise<ClaimLineRow[]> {
  const rows: ClaimLineRow[] = [];
  for (const [i, line] of lines.entries()) {
    if (rows.some((row) => row.unit_id === line.unit_id))
      throw invalid(`lines.${i}.unit_id`, ['Named twice: each line is another unit', '同じ個体が重複しています']);
    await checkUnit(ctx, claim, line.unit_id, `lines.${i}.unit_id`);
    const returned = await findReturn(ctx, line);
    const row: ClaimLineRow = {
      id: newId(ctx.now),
      claim_id: claim.id,
      unit_id: line.unit_id,
      return_unit_id: returned?.id ?? null,
      failure_mode_id: returned?.failure_mode_id ?? null,
      state: 'claimed',
      reason: null,
      claimed_minor: minorOf(claim, line.claimed_amount, `lines.${i}.claimed_amount`),
      accepted_minor: null,
      settled_minor: null,
      settlement_id: null,
      sent_on: null,
      returned_on: null,
      outcome: null,
      successor_id: null,
      created_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('claim_lines').values(row).execute();
    rows.push(row);
  }
  return rows;
}

async function checkUnit(ctx: Ctx, claim: ClaimRow, unit_id: string, path: string): Promise<void> {
  const unit = await ctx.db
    .selectFrom('units')
    .innerJoin('models', 'models.id', 'units.model_id')
    .select(['units.serial', 'models.maker_id'])
    .where('units.id', '=', unit_id)
    .where('units.merged_into_id', 'is', null)
    .executeTakeFirst();
  if (unit?.maker_id !== claim.maker_id) throw invalid(path, ['Not a unit of this maker', 'このメーカーの個体ではありません']);
  const other = await ctx.db
    .selectFrom('claim_lines')
    .innerJoin('claims', 'claims.id', 'claim_lines.claim_id')
    .select(['claims.id', 'claims.number'])
    .where('claim_lines.unit_id', '=', unit_id)
    .where((of) => of.or([of('claim_lines.state', 'in', ['claimed', 'accepted', 'refused']), of('claims.id', '=', claim.id)]))
    .executeTakeFirst();
  if (other !== undefined) {
    throw new Problem('conflict', [`${unit.serial} is claimed in ${other.number} already`, `${unit.serial} は ${other.number} で請求済みです`], {
      blocking: `/api/v1/claims/${other.id}`,
      errors: [{ path, message: sameInBoth(other.number) }],
    });
  }
}

/** The return the claim rests on: the one named, else the unit's latest confirmed one. */
const findReturn = (ctx: Ctx, { unit_id, return_unit_id }: NewLine) =>
  ctx.db
    .selectFrom('return_units')
    .select(['id', 'failure_mode_id'])
    .where('unit_id', '=', unit_id)
    .$if(return_unit_id !== null, (query) => query.where('id', '=', return_unit_id ?? ''))
    .$if(return_unit_id === null, (query) => query.where('verdict', '=', 'confirmed'))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();

/** An amount in the claim's currency. Throws `invalid` when the currency is not that fine, or there is none. */
export function minorOf(claim: Pick<ClaimRow, 'currency'>, amount: number | null, path: string): number | null {
  if (amount === null) return null;
  const minor = claim.currency === null ? null : toMinor(amount, claim.currency);
  if (minor === null) throw invalid(path, ['Not an amount of the claim’s currency', '請求通貨の金額として正しくありません']);
  return minor;
}
