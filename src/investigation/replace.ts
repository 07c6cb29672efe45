// Advance replacements for customers at risk, before they ask: as many as the stock allows.
import { allow, may, staffOnly } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { fileReturn } from '../returns/file.ts';
import { requestOutbound } from '../returns/outbound.ts';
import { goodUnits, heldUnit, reservedUnit } from '../stock/free.ts';
import { lockGoodStock } from '../stock/lock.ts';
import { findAtRisk } from './atRisk.ts';

export interface PrepareReplacements {
  readonly unit_ids: readonly string[];
  readonly reason: string;
  readonly investigation_id?: string | undefined;
}

export interface PreparedReplacements {
  readonly returns: { readonly return_id: string; readonly number: string; readonly unit_ids: string[] }[];
  /** Chosen, but there is no stock for them. */
  readonly without_stock: string[];
  /** Chosen, but no longer at risk: returned, swapped or out of service. */
  readonly not_at_risk: string[];
}

type Chosen = Awaited<ReturnType<typeof findAtRisk>>[number];

/** One authorised return per customer with a replacement for each unit, reserved at once when the caller may. Throws `conflict` when nothing is in stock. */
export async function prepareReplacements(ctx: Ctx, { unit_ids, reason, investigation_id }: PrepareReplacements): Promise<PreparedReplacements> {
  allow(ctx, 'return:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const chosen = await findAtRisk(ctx, [...new Set(unit_ids)]);
    const { served, without_stock } = await allotStock(ctx, chosen);
    if (served.length === 0 && chosen.length > 0)
      throw new Problem('conflict', ['No replacement is in stock for any of them', '代替在庫がありません'], { blocking: '/api/v1/stock/levels' });
    const returns: PreparedReplacements['returns'] = [];
    for (const [customer_id, units] of byCustomer(served)) returns.push(await replaceAt(ctx, customer_id, units, reason));
    await remember(ctx, {
      action: 'replacements.prepared',
      record_kind: investigation_id === undefined ? 'return' : 'investigation',
      record_id: investigation_id ?? returns[0]?.return_id ?? '',
      reason,
      change: { returns: returns.map((row) => row.number), units: served.length, without_stock: without_stock.length },
    });
    const known = new Set(chosen.map((unit) => unit.id));
    return { returns, without_stock: without_stock.map((unit) => unit.id), not_at_risk: unit_ids.filter((id) => !known.has(id)) };
  });
}

async function replaceAt(ctx: Ctx, customer_id: string | null, units: readonly Chosen[], reason: string): Promise<PreparedReplacements['returns'][number]> {
  const row = await fileReturn(ctx, {
    type: 'advance_replacement',
    customer_id,
    note: reason,
    authorised: true,
    units: units.map((unit) => ({ unit_id: unit.id })),
  });
  const filed = await ctx.db.selectFrom('return_units').select('id').where('return_id', '=', row.id).orderBy('id').execute();
  for (const { id } of filed) await requestOutbound(ctx, row.id, { return_unit_id: id, allow_substitute: true, reserve: may(ctx.actor, 'stock:write') });
  return { return_id: row.id, number: row.number, unit_ids: units.map((unit) => unit.id) };
}

/** Splits the chosen by free stock of their model and its substitutes. The stock is locked until the transaction ends, so what is counted can be reserved. */
async function allotStock(ctx: Ctx, chosen: readonly Chosen[]): Promise<{ served: Chosen[]; without_stock: Chosen[] }> {
  const free = new Map<string, number>();
  const served: Chosen[] = [];
  const without_stock: Chosen[] = [];
  for (const unit of chosen) {
    const models = [unit.model_id, ...(await substitutesOf(ctx, unit.model_id))];
    for (const model_id of models) if (!free.has(model_id)) free.set(model_id, await countFree(ctx, model_id));
    const source = models.find((model_id) => (free.get(model_id) ?? 0) > 0);
    if (source === undefined) without_stock.push(unit);
    else {
      free.set(source, (free.get(source) ?? 0) - 1);
      served.push(unit);
    }
  }
  return { served, without_stock };
}

const substitutesOf = async (ctx: Ctx, model_id: string): Promise<string[]> =>
  (await ctx.db.selectFrom('model_substitutes').select('substitute_id').where('model_id', '=', model_id).orderBy('preference').execute()).map(
    (row) => row.substitute_id,
  );

async function countFree(ctx: Ctx, model_id: string): Promise<number> {
  await lockGoodStock(ctx, model_id);
  const row = await goodUnits(ctx, model_id)
    .select((of) => of.fn.countAll<number>().as('n'))
    .where((of) => of.not(heldUnit(of)))
    .where((of) => of.not(reservedUnit(of)))
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

function byCustomer(units: readonly Chosen[]): Map<string | null, Chosen[]> {
  const groups = new Map<string | null, Chosen[]>();
  for (const unit of units) {
    const group = groups.get(unit.customer_id);
    if (group === undefined) groups.set(unit.customer_id, [unit]);
    else group.push(unit);
  }
  return groups;
}
